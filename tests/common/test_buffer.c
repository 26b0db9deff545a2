#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/buffer.h"

static void
appends_add_up_and_drops_take_from_the_front(void **state)
{
    struct buffer buffer = { 0 };
    char *taken;

    (void)state;
    assert_string_equal(buffer_string(&buffer), "");
    buffer_text(&buffer, "one ");
    buffer_append(&buffer, "two", 3);
    buffer_printf(&buffer, " %d %s", 3, "four");
    assert_string_equal(buffer_string(&buffer), "one two 3 four");
    buffer_drop(&buffer, 4);
    assert_string_equal(buffer_string(&buffer), "two 3 four");
    buffer_drop(&buffer, 400);
    assert_int_equal(buffer.size, 0);
    for (int i = 0; i < 1000; i++)
        buffer_text(&buffer, "0123456789");
    assert_int_equal(buffer.size, 10000);
    taken = buffer_take(&buffer);
    assert_int_equal(strlen(taken), 10000);
    free(taken);
    taken = buffer_take(&buffer);
    assert_string_equal(taken, "");
    free(taken);
}

static void
a_failure_is_remembered_and_told_once(void **state)
{
    struct buffer buffer = { 0 };

    (void)state;
    buffer_text(&buffer, "before");
    assert_null(buffer_room(&buffer, SIZE_MAX / 2));
    assert_true(buffer.failed);
    buffer_text(&buffer, "after");
    assert_string_equal(buffer_string(&buffer), "before");
    assert_null(buffer_take(&buffer));
    assert_false(buffer.failed);
}

static void
json_strings_escape_what_json_must_not_hold(void **state)
{
    static const struct {
        const char *text, *json;
        size_t size;
    } cases[] = {
        { "plain", "\"plain\"", 5 },
        { "a\"b\\c", "\"a\\\"b\\\\c\"", 5 },
        { "\b\t\n\f\r\v", "\"\\b\\t\\n\\f\\r\\u000b\"", 6 },
        { "a\0b", "\"a\\u0000b\"", 3 },
        { "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x91\x97", "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x91\x97\"", 9 },
        { "\xC3", "\"\xEF\xBF\xBD\"", 1 },                                 /* cut */
        { "\xC0\xAF", "\"\xEF\xBF\xBD\xEF\xBF\xBD\"", 2 },                 /* overlong */
        { "\xED\xA0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"", 3 }, /* a surrogate */
        { "\xF4\x90\x80\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"", 4 },
        { "x\xFFy", "\"x\xEF\xBF\xBDy\"", 3 },
        { "", "\"\"", 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buffer buffer = { 0 };

        buffer_json_string(&buffer, cases[i].text, cases[i].size);
        assert_string_equal(buffer_string(&buffer), cases[i].json);
        buffer_clear(&buffer);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(appends_add_up_and_drops_take_from_the_front),
        cmocka_unit_test(a_failure_is_remembered_and_told_once),
        cmocka_unit_test(json_strings_escape_what_json_must_not_hold),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
