#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "common/model/lenient.h"
#include "common/model/stencil.h"

/* What comes out is always what lenient_event() gives; `misses` says whether the event was read whole. */

static struct stencil stencil;

static int
begin(void **state)
{
    (void)state;
    stencil = (struct stencil) { 0 };
    return 0;
}

static int
end(void **state)
{
    (void)state;
    stencil_clear(&stencil);
    return 0;
}

/* Read DATA. True when that was done by the stencil. */
static bool
is_cut(const char *data)
{
    json_t *whole = lenient_event(data, strlen(data)), *event = stencil_read(&stencil, data, strlen(data));

    assert_true(event == NULL ? whole == NULL : json_equal(event, whole));
    json_decref(event);
    json_decref(whole);
    return event != NULL && event == stencil.event && stencil.misses == 0;
}

#define CHAT(content, created)                                                                               \
    "{\"id\":\"c1\",\"created\":" created ",\"choices\":[{\"index\":0,\"delta\":{\"content\":" content       \
    "},\"finish_reason\":null}]}"
#define RESPONSES(delta, number, padding)                                                                    \
    "{\"type\":\"response.output_text.delta\",\"delta\":\"" delta "\",\"sequence_number\":" number           \
    ",\"obfuscation\":\"" padding "\"}"

static void
an_event_that_differs_in_its_values_is_not_read_again(void **state)
{
    (void)state;
    assert_false(is_cut(CHAT("\"A\"", "1790000000")));
    assert_true(is_cut(CHAT("\" linen shirt\"", "1790000001")));
    assert_true(is_cut(CHAT("\"\"", "0")));
    assert_true(is_cut(CHAT("\"A\"", "999999999999999")));
    assert_true(is_cut(CHAT("\"gr\303\274n, 20 \342\202\254\"", "1")));
    assert_false(is_cut(RESPONSES("A", "4", "xyz")));
    assert_true(is_cut(RESPONSES(" shirt", "5", "")));
    assert_true(is_cut(RESPONSES("", "10", "aaaaaaaa")));
}

static void
blanks_around_a_value_are_of_its_place(void **state)
{
    (void)state;
    assert_false(is_cut("{ \"delta\" : \"one\" , \"sequence_number\" : 1 }"));
    assert_true(is_cut("{ \"delta\" : \"three\" , \"sequence_number\" : 22 }"));
    assert_false(is_cut("{ \"delta\": \"three\" , \"sequence_number\" : 22 }"));
}

static void
what_a_value_may_not_hold_is_read_whole(void **state)
{
    static const char *const others[] = {
        CHAT("\"a\\nb\"", "1"),
        CHAT("\"say \\\"so\\\"\"", "1"),
        CHAT("\"\x01\"", "1"),
        CHAT("\"\xff\"", "1"),
        CHAT("\"\xc3\"", "1"),
        CHAT("\"a\", \"role\":\"b\"", "1"),
        CHAT("null", "1"),
        CHAT("\"a\"", "01"),
        CHAT("\"a\"", "-1"),
        CHAT("\"a\"", "1.5"),
        CHAT("\"a\"", "1e3"),
        CHAT("\"a\"", "1234567890123456"),
        CHAT("\"a\"", "\"1\""),
        CHAT("\"a\"", ""),
        CHAT("\"a\"", "1") "}",
        CHAT("\"a\"", "1") " ",
        CHAT("\"a", "1"),
        "{",
        "[DONE]",
    };

    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        is_cut(CHAT("\"A\"", "1"));
        assert_true(is_cut(CHAT("\"A\"", "2")));
        assert_false(is_cut(others[i]));
    }
    is_cut(CHAT("\"A\"", "1"));
    assert_true(is_cut(CHAT("\"B\"", "2"))); /* whatever came between */
}

/* A place is only one where the value is sure to be the same. */
static void
a_value_that_is_no_place_of_its_own_stays(void **state)
{
    static const char *const pairs[][2] = {
        { "{\"delta\":\"a\",\"part\":{\"delta\":\"b\"}}", "{\"delta\":\"c\",\"part\":{\"delta\":\"b\"}}" },
        { "{\"delta\":\"a\",\"delta\":\"b\"}", "{\"delta\":\"c\",\"delta\":\"b\"}" },
        { "{\"delta\":\"a\",\"d\\u0065lta\":\"a\"}", "{\"delta\":\"c\",\"d\\u0065lta\":\"a\"}" },
        { "{\"delta\":{\"a\":1}}", "{\"delta\":{\"a\":2}}" },
        { "{\"delta\":\"a\\u0020b\"}", "{\"delta\":\"a\\u0020c\"}" },
        { "{\"delta\":\"\xff\"}", "{\"delta\":\"a\"}" },
        { "{\"created\":1.5}", "{\"created\":2.5}" },
        { "{\"created\":true}", "{\"created\":false}" },
        { "{\"created\":NaN}", "{\"created\":1}" },
        { "{\"created\":-1}", "{\"created\":-2}" },
        { "{\"x\":\"a\"}", "{\"x\":\"b\"}" },
        { "[1,{\"deltas\":\"a\"}]", "[1,{\"deltas\":\"b\"}]" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        is_cut(pairs[i][0]);
        assert_false(is_cut(pairs[i][1]));
    }
}

static void
a_key_within_a_text_is_no_key(void **state)
{
    (void)state;
    is_cut("{\"delta\":\"a\",\"said\":\"\\\"delta\\\":\\\"b\\\"\",\"type\":\"delta\"}");
    assert_true(is_cut("{\"delta\":\"c\",\"said\":\"\\\"delta\\\":\\\"b\\\"\",\"type\":\"delta\"}"));
    assert_false(is_cut("{\"delta\":\"c\",\"said\":\"\\\"delta\\\":\\\"d\\\"\",\"type\":\"delta\"}"));
}

static void
more_places_than_there_is_room_for_stay(void **state)
{
#define FIVE(a, b)                                                                                           \
    "{\"content\":\"" a "\",\"delta\":\"" a "\",\"sequence_number\":" b ",\"obfuscation\":\"" a              \
    "\",\"created\":" b "}"
    (void)state;
    is_cut(FIVE("a", "1"));
    assert_true(is_cut(FIVE("b", "1")));
    assert_false(is_cut(FIVE("b", "2")));
}

static void
a_server_whose_events_are_not_alike_costs_no_more_stencils(void **state)
{
    char event[5000];

    (void)state;
    memset(event, ' ', sizeof event);
    memcpy(event, "{\"delta\":\"a\"}", 13);
    event[sizeof event - 1] = '\0'; /* too long for one */
    assert_false(is_cut(event));
    assert_false(is_cut(event));
    for (int i = 0; i < 40; i++) {
        snprintf(event, sizeof event, "{\"x%d\":1,\"delta\":\"a\"}", i);
        assert_false(is_cut(event));
    }
    assert_false(is_cut("{\"created\":1}"));
    assert_false(is_cut("{\"created\":2}"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
        T(an_event_that_differs_in_its_values_is_not_read_again),
        T(blanks_around_a_value_are_of_its_place),
        T(what_a_value_may_not_hold_is_read_whole),
        T(a_value_that_is_no_place_of_its_own_stays),
        T(a_key_within_a_text_is_no_key),
        T(more_places_than_there_is_room_for_stay),
        T(a_server_whose_events_are_not_alike_costs_no_more_stencils),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
