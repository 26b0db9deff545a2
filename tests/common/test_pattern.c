#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/model/lenient.h"
#include "common/model/pattern.h"

#define WORDS(text)                                                                                          \
    "{\"id\":\"c1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" text "\"}}],\"usage\":null}"
#define PIECE(text)                                                                                          \
    "{\"id\":\"c1\",\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":"      \
    "\"" text "\"}}]}}]}"

/* Read TEXT through PATTERN. Returns whether it fitted; either way the value must be what a reader gives. */
static bool
reads(struct pattern *pattern, const char *text)
{
    size_t size = strlen(text);
    json_t *value = lenient_read(text, size);
    bool fits = pattern_reads(pattern, text, size);

    if (fits)
        assert_true(json_equal(pattern->value, value));
    else
        pattern_learn(pattern, value, text, size);
    json_decref(value);
    return fits;
}

static void
an_event_with_other_words_fits(void **state)
{
    static const char *const first[] = { WORDS(""), WORDS("content"), WORDS(" \\\"content\\\":\\\"x\\\"") };

    (void)state;
    for (size_t i = 0; i < sizeof first / sizeof first[0]; i++) {
        struct pattern pattern = { 0 };

        assert_false(reads(&pattern, first[i]));
        assert_true(reads(&pattern, WORDS("There")));
        assert_true(reads(&pattern, WORDS("")));
        assert_true(reads(&pattern, WORDS(" caf\\u00e9\\n\\\"\xF0\x9F\x91\x97")));
        pattern_clear(&pattern);
    }
}

static void
a_piece_of_a_calls_arguments_fits(void **state)
{
    struct pattern pattern = { 0 };

    (void)state;
    assert_false(reads(&pattern, PIECE("{\\\"arguments\\\":")));
    assert_true(reads(&pattern, PIECE("\\\"slot\\\"")));
    assert_false(reads(&pattern, WORDS("There")));
    assert_true(reads(&pattern, WORDS("is")));
    pattern_clear(&pattern);
}

static void
what_is_no_string_there_does_not_fit(void **state)
{
    static const char *const others[] = {
        WORDS("a\\"),           WORDS("\\ud83d"), WORDS("\\u0000"), WORDS("\xC3"),
        WORDS("a\",\"b\":\"c"), WORDS("\\x"),     WORDS("a\nb"),    "{\"id\":\"c1\"",
    };

    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct pattern pattern = { 0 };

        assert_false(reads(&pattern, WORDS("There")));
        assert_false(reads(&pattern, others[i]));
        pattern_clear(&pattern);
    }
}

/* Bytes in which the last "content": is not the words that count are no pattern. */
static void
a_place_that_is_not_the_words_is_no_pattern(void **state)
{
    static const char *const odd[] = {
        "{\"choices\":[{\"delta\":{\"content\":\"a\"}}],\"content\":\"a\"}",
        "{\"choices\":[{\"delta\":{\"content\":\"a\",\"content\":null}}]}",
        "{\"choices\":[{\"delta\":{\"content\":\"a\"}},{\"delta\":{\"content\":\"b\"}}]}",
        "{\"choices\":[]}",
        "{\"choices\":[{\"delta\":{\"content\":7}}]}",
        "[]",
    };

    (void)state;
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        struct pattern pattern = { 0 };

        assert_false(reads(&pattern, odd[i]));
        assert_null(pattern.value);
        pattern_clear(&pattern);
    }
}

/* An envelope with a number that grows would cost two readings for each event. */
static void
envelopes_that_change_are_soon_let_be(void **state)
{
    struct pattern pattern = { 0 };
    char text[200];

    (void)state;
    for (int i = 0; i < 20; i++) {
        snprintf(text, sizeof text, "{\"n\":%d,\"choices\":[{\"delta\":{\"content\":\"a\"}}]}", i);
        assert_false(reads(&pattern, text));
    }
    assert_null(pattern.value);
    pattern_clear(&pattern);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_with_other_words_fits),
        cmocka_unit_test(a_piece_of_a_calls_arguments_fits),
        cmocka_unit_test(what_is_no_string_there_does_not_fit),
        cmocka_unit_test(a_place_that_is_not_the_words_is_no_pattern),
        cmocka_unit_test(envelopes_that_change_are_soon_let_be),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
