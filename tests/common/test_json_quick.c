#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/json_quick.h"

/* What the quick reader takes, and what it leaves to Jansson. tests/fuzz/fuzz_json.c looks for more. */
static const struct {
    const char *text;
    bool taken;
} cases[] = {
    { "{}", true },
    { " [ ] ", true },
    { "{\"a\":[1,-2,0.5,1e3,-0],\"b\":{\"c\":null,\"d\":true,\"e\":false}}", true },
    { "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", true },
    { "\"\\u00e9\\u20AC\\uD83D\\uDE00\"", true },
    { "{\"\\u0061\":\"\\u0062\",\"c\\n\":1}", true },
    { "\"caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x91\x97\"", true },
    { "123456789012345678", true },
    { "1234567890123456789", false }, /* may be too much for 64 bits */
    { "{\"a\":1,\"a\":2}", false },
    { "\"\\u0000\"", false },
    { "\"\\uD83D\"", false },
    { "\"\\uDE00\"", false },
    { "\"\\uD83D\\u0041\"", false },
    { "\"\\u12g4\"", false },
    { "\"\\x\"", false },
    { "\"\xC3\"", false },
    { "\"\xC0\x80\"", false },
    { "\"\xED\xA0\x80\"", false },
    { "\"a\nb\"", false },
    { "\"a", false },
    { "\"a\\", false },
    { "\"\\u12", false },
    { "01", false },
    { "-", false },
    { "1.", false },
    { "1e", false },
    { "1e400", false },
    { "nul", false },
    { "[1,]", false },
    { "[1 2]", false },
    { "{\"a\"}", false },
    { "{\"a\":}", false },
    { "{\"a\":1,}", false },
    { "{a:1}", false },
    { "[1] x", false },
    { "[", false },
    { "", false },
    { "\xEF\xBB\xBF{}", false },
};

/* A text of its own size, so that the sanitizer sees a byte too far. */
static json_t *
read_exactly(const char *text, bool last_wins)
{
    size_t size = strlen(text);
    char *exact = malloc(size > 0 ? size : 1);
    json_t *value;

    assert_non_null(exact);
    memcpy(exact, text, size);
    value = json_quick_read(exact, size, last_wins);
    free(exact);
    return value;
}

static void
what_is_taken_is_what_jansson_reads(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        json_t *ours = read_exactly(cases[i].text, false);
        json_t *theirs = json_loads(cases[i].text, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);

        if ((ours != NULL) != cases[i].taken)
            fail_msg("%s", cases[i].text);
        if (ours != NULL && !json_equal(ours, theirs))
            fail_msg("%s", cases[i].text);
        json_decref(ours);
        json_decref(theirs);
    }
}

static void
the_last_of_duplicates_counts_where_they_are_allowed(void **state)
{
    json_t *value = read_exactly("{\"a\":1,\"b\":0,\"a\":2}", true);

    (void)state;
    assert_int_equal(json_integer_value(json_object_get(value, "a")), 2);
    assert_int_equal(json_object_size(value), 2);
    json_decref(value);
}

static char *
nested(int levels)
{
    char *text = malloc(2 * (size_t)levels + 1);

    assert_non_null(text);
    memset(text, '[', (size_t)levels);
    memset(text + levels, ']', (size_t)levels);
    text[2 * levels] = '\0';
    return text;
}

static void
depth_is_bounded(void **state)
{
    char *deep = nested(200), *deeper = nested(201);
    json_t *value = read_exactly(deep, false), *endless = json_array();
    struct buffer out = { 0 };

    (void)state;
    assert_non_null(value);
    assert_null(read_exactly(deeper, false));
    for (int i = 0; i < 2200; i++) { /* built, not read */
        json_t *outer = json_array();

        json_array_append_new(outer, endless);
        endless = outer;
    }
    json_quick_write(&out, endless, false);
    assert_true(out.failed);
    buffer_clear(&out);
    json_decref(endless);
    json_decref(value);
    free(deep);
    free(deeper);
}

static void
what_is_written_is_what_jansson_writes(void **state)
{
    static const char text[] = "{\"z\":[1,-9007199254740993,0.1,1e300,2.0,true,false,null],\"a\":{\"c\":\"\","
                               "\"b\":\"\\\"\\\\/\\n\\u0001\\u00e9\"},\"aa\":[],\"ab\":{}}";
    json_t *value = json_loads(text, 0, NULL);

    (void)state;
    for (int sorted = 0; sorted < 2; sorted++) {
        struct buffer out = { 0 };
        char *theirs =
            json_dumps(value, JSON_COMPACT | JSON_REAL_PRECISION(15) | (sorted ? JSON_SORT_KEYS : 0));

        json_quick_write(&out, value, sorted);
        assert_string_equal(buffer_string(&out), theirs);
        buffer_clear(&out);
        free(theirs);
    }
    json_decref(value);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_taken_is_what_jansson_reads),
        cmocka_unit_test(the_last_of_duplicates_counts_where_they_are_allowed),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(what_is_written_is_what_jansson_writes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
