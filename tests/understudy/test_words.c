#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "understudy/words.h"

static void
folds_case_accents_and_apostrophes_away(void **state)
{
    char out[80];

    (void)state;
    assert_string_equal(words_fold("I'm a Größe-42 T-Shirt, l’Été!", out, sizeof out),
                        "im a grosse 42 t shirt lete");
    assert_string_equal(words_fold("", out, sizeof out), "");
    assert_string_equal(words_fold("$20 £5 €7 œuf \xf0\x9f\x91\x97 x", out, sizeof out),
                        "$ 20 \xc2\xa3 5 \xe2\x82\xac 7 oeuf x");
    assert_string_equal(words_fold("much too long for it", out, 10), "much too");
}

static void
reads_numbers_as_people_say_them(void **state)
{
    static const struct {
        const char *text;
        double number;
        size_t words;
    } cases[] = {
        { "200", 200, 1 },
        { "1,200.50", 1200.5, 1 },
        { "1.200", 1200, 1 },
        { "59,90", 59.9, 1 },
        { "2k", 2000, 2 },
        { "2 hundred", 200, 2 },
        { "a couple hundred", 200, 3 },
        { "a couple of hundred", 200, 4 },
        { "forty-two", 42, 2 },
        { "one fifty", 150, 2 },
        { "two hundred and fifty", 250, 4 },
        { "half a grand", 500, 3 },
        { "a hundred", 100, 2 },
        { "eleven and a half", 11.5, 4 },
        { "11 and a half", 11.5, 4 },
        { "two thousand five hundred", 2500, 4 },
        { "six, seven", 6, 1 },
        { "ten", 10, 1 },
        { "shirt", 0, 0 },
        { "a shirt", 0, 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct words words;
        double number = 0;

        assert_int_equal(words_cut(&words, cases[i].text, strlen(cases[i].text)), 0);
        assert_int_equal(words_number(&words, 0, &number), cases[i].words);
        assert_true(fabs(number - cases[i].number) < 1e-9);
        assert_int_equal(words_number(&words, words.count, &number), 0);
        words_clear(&words);
    }
}

static void
knows_where_sentences_and_clauses_end(void **state)
{
    struct words words;

    (void)state;
    assert_int_equal(words_cut(&words, "Red, blue. Green\nx", 18), 0);
    assert_int_equal(words.count, 4);
    assert_true(words.list[1].pauses && !words.list[1].stops);
    assert_true(words.list[2].stops);
    assert_true(words.list[3].stops);
    assert_int_equal(words.list[2].start, 11);
    assert_int_equal(words.list[2].end, 16);
    words_clear(&words);
}

static void
a_height_is_no_number(void **state)
{
    struct words words;

    (void)state;
    assert_int_equal(words_cut(&words, "5'2 tall", 8), 0);
    assert_false(words.list[0].is_number);
    assert_string_equal(words.list[1].text, "tall");
    words_clear(&words);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folds_case_accents_and_apostrophes_away),
        cmocka_unit_test(reads_numbers_as_people_say_them),
        cmocka_unit_test(knows_where_sentences_and_clauses_end),
        cmocka_unit_test(a_height_is_no_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
