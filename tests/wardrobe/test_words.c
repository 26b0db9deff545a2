#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "wardrobe/words.h"

/* TEXT's words with | between them. */
static const char *
split(const char *text)
{
    static char out[1024];
    struct word words[64];
    size_t count = words_split(text, strlen(text), words, 64);

    out[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            strcat(out, "|");
        strcat(out, words[i].text);
    }
    return out;
}

static void
words_lose_case_accents_and_possession(void **state)
{
    (void)state;
    assert_string_equal(split("Women's Crêpe DRESS"), "women|crepe|dress");
    assert_string_equal(split("I\xe2\x80\x99m an M"), "im|an|m");
    assert_string_equal(split("Stra\xc3\x9f"
                              "e \xc3\x98rsted"),
                        "strasse|orsted");
    assert_string_equal(split("\xd0\x9f\xd0\xbb\xd0\xb0\xd1\x82"), "\xd0\xbf\xd0\xbb\xd0\xb0\xd1\x82");
}

static void
compounds_are_one_word_however_written(void **state)
{
    (void)state;
    assert_string_equal(split("t-shirt T shirts tee shirt tshirt"), "tshirt|tshirts|tshirt|tshirt");
    assert_string_equal(split("flip-flops, v-neck"), "flipflops|vneck");
}

static void
numbers_keep_their_point_and_lose_thousands(void **state)
{
    (void)state;
    assert_string_equal(split("$1,299.50 size 9.5 in 3XL, 30W x 34L"), "$|1299.50|size|9.5|in|3xl|30w|x|34l");
    assert_string_equal(split("\xe2\x82\xac"
                              "50\xe2\x80\x93"
                              "100"),
                        "\xe2\x82\xac|50|100");
}

static void
bytes_that_are_no_utf8_part_words(void **state)
{
    (void)state;
    assert_string_equal(split("red\xff\xfe"
                              "blue \xc3"),
                        "red|blue");
    assert_string_equal(split(""), "");
    assert_string_equal(split("\xe2\x80"), "");
}

static void
no_more_words_than_there_is_room_for(void **state)
{
    struct word words[2];

    (void)state;
    assert_int_equal(words_split("one two three", 13, words, 2), 2);
}

static void
stems_join_what_is_one_word(void **state)
{
    struct stemmer *stemmer = stemmer_new("english");
    char stem[WORD_SIZE], other[WORD_SIZE], text[64];

    (void)state;
    stemmer_stem(stemmer, "dresses", stem);
    stemmer_stem(stemmer, "dress", other);
    assert_string_equal(stem, other);
    stemmer_stem(stemmer, "501s", stem);
    assert_string_equal(stem, "501s");
    words_stemmed(stemmer, "Running Shoes", text, sizeof text);
    assert_string_equal(text, "run shoe");
    words_stemmed(stemmer, "Running Shoes", text, 6);
    assert_string_equal(text, "run");
    stemmer_destroy(&stemmer);
    assert_null(stemmer_new("klingon"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_lose_case_accents_and_possession),
        cmocka_unit_test(compounds_are_one_word_however_written),
        cmocka_unit_test(numbers_keep_their_point_and_lose_thousands),
        cmocka_unit_test(bytes_that_are_no_utf8_part_words),
        cmocka_unit_test(no_more_words_than_there_is_room_for),
        cmocka_unit_test(stems_join_what_is_one_word),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
