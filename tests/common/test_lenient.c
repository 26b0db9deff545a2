#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/model/lenient.h"

static void
it_takes_what_servers_write(void **state)
{
    static const struct {
        const char *text, *a; /* NULL: refused */
    } cases[] = {
        { "{\"a\":\"x\"}", "x" },
        { "{\"a\":1,\"a\":\"last\"}", "last" },
        { "{\"a\":\"\\ud83d\"}", "\xEF\xBF\xBD" },
        { "{\"a\":\"\\ude0ax\"}", "\xEF\xBF\xBDx" },
        { "{\"a\":\"\\ud83d\\ude0a\\ud83d\"}", "\xF0\x9F\x98\x8A\xEF\xBF\xBD" },
        { "{\"a\":\"\\ud83d\\u0041\"}", "\xEF\xBF\xBD"
                                        "A" },
        { "{\"a\":\"\\\\ud83d\\ud83d\"}", "\\ud83d\xEF\xBF\xBD" },
        { "{\"a\":\"\\u12\"}", NULL },
        { "{\"a\":\"\\uzzzz\\ud83d\"}", NULL },
        { "{\"a\":\"\\q\"}", NULL },
        { "{\"a\":", NULL },
        { "\"text\"", NULL },
        { "", NULL },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *value = lenient_read(cases[i].text, strlen(cases[i].text));
        if (cases[i].a == NULL)
            assert_null(value);
        else
            assert_string_equal(json_string_value(json_object_get(value, "a")), cases[i].a);
        json_decref(value);
    }
}

static void
what_stands_around_the_words_may_be_worse(void **state)
{
    static const struct {
        const char *text, *a; /* NULL: refused */
    } cases[] = {
        { "{\"created\":18446744073709551616,\"a\":\"x\"}", "x" },
        { "{\"created\":1e999,\"a\":\"x\"}", "x" },
        { "{\"created\":-123456789012345678901234567890123456789012345678901234567890.5,\"a\":\"x\"}", "x" },
        { "{\"p\":[NaN,-Infinity,Infinity,1.5e3,-0,1],\"a\":\"1e999 NaN\"}", "1e999 NaN" },
        { "{\"a\":\"\xFFx\xC3\"}", "\xEF\xBF\xBDx\xEF\xBF\xBD" },
        { "{\"a\":\"x\ty\"}", "x y" },
        { "{\"a\":\"\\ud83d\\\"\xE2\x82\"}", "\xEF\xBF\xBD\"\xEF\xBF\xBD\xEF\xBF\xBD" },
        { "{\"a\":\"\\ud83d\\ude0a\",\"b\":NaN}", "\xF0\x9F\x98\x8A" },
        { "{\"a\":12x}", NULL },
        { "{\"a\":Nothing}", NULL },
        { "{\"a\":\"\\", NULL },
        { "{\"a\":\"\\q\"}", NULL },
        { "{\"a\":\"x", NULL },
        { "[", NULL },
        { "NaN", NULL },
        { "", NULL },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *value = lenient_event(cases[i].text, strlen(cases[i].text));
        if (cases[i].a == NULL)
            assert_null(value);
        else
            assert_string_equal(json_string_value(json_object_get(value, "a")), cases[i].a);
        json_decref(value);
    }
}

static void
arguments_are_not_mended(void **state)
{
    static const char *const cases[] = { "{\"a\":1e999}", "{\"a\":123456789012345678901}", "{\"a\":NaN}",
                                         "{\"a\":\"x\ty\"}", "{\"a\":\"\xFF\"}" };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_null(lenient_read(cases[i], strlen(cases[i])));
}

static void
a_nul_becomes_a_replacement_character(void **state)
{
    json_t *value = lenient_read("{\"a\":\"x\\u0000y\"}", 16);
    const json_t *text = json_object_get(value, "a");
    char *string;

    (void)state;
    assert_int_equal(json_string_length(text), 3);
    string = lenient_string(json_string_value(text), 3);
    assert_string_equal(string, "x\xEF\xBF\xBDy");
    free(string);
    json_decref(value);
}

static void
a_cut_leaves_whole_characters_and_no_control(void **state)
{
    static const struct {
        const char *text;
        size_t limit;
        const char *cut;
    } cases[] = {
        { "short", 10, "short" },
        { "a\nb\tc\x7F", 10, "a b c " },
        { "\xC3\xA9\xC3\xA9", 3, "\xC3\xA9" },
        { "\xF0\x9F\x98\x8A", 3, "" },
        { "caf\xE9 \xF0\x9F", 10, "caf? ??" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *cut = lenient_cut(cases[i].text, strlen(cases[i].text), cases[i].limit);
        assert_string_equal(cut, cases[i].cut);
        free(cut);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_takes_what_servers_write),
        cmocka_unit_test(what_stands_around_the_words_may_be_worse),
        cmocka_unit_test(arguments_are_not_mended),
        cmocka_unit_test(a_nul_becomes_a_replacement_character),
        cmocka_unit_test(a_cut_leaves_whole_characters_and_no_control),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
