#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "tests/wardrobe/shop.h"
#include "wardrobe/query.h"
#include "wardrobe/spelling.h"

static struct shop shop;
static struct question query;

static int
open_shop(void **state)
{
    (void)state;
    shop_open(&shop);
    shop_fill(&shop);
    shop_index(&shop);
    return 0;
}

static int
close_shop(void **state)
{
    (void)state;
    shop_close(&shop);
    return 0;
}

static const struct question *
read(const char *said)
{
    query_read(&query, shop.index, said);
    return &query;
}

static bool
wants_kind(const char *said, const char *name)
{
    read(said);
    for (int i = 0; i < query.wants.kind_count; i++)
        if (strcmp(lexicon_kind(shop.lexicon, query.wants.kinds[i])->name, name) == 0)
            return true;
    return false;
}

static bool
has_colour(uint64_t colours, const char *name)
{
    return (colours & lexicon_colours_of(shop.lexicon, name)) != 0;
}

static void
an_age_is_no_size_and_says_who_is_a_child(void **state)
{
    static const struct {
        const char *said;
        uint8_t ages;
    } cases[] = { { "school clothes for my 7-year-old", AGE_KIDS },
                  { "she is six years old", AGE_KIDS },
                  { "for a girl aged 3", AGE_TODDLER | AGE_KIDS },
                  { "18 months old", AGE_TODDLER },
                  { "my 8 month old", AGE_INFANT },
                  { "she turns 60", 0 },
                  { "I'm a 25 year old", 0 },
                  { "leggings 7 years", 0 } };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        read(cases[i].said);
        assert_int_equal(query.wants.ages & ~AGE_ADULT, cases[i].ages & query.wants.ages);
        assert_true(cases[i].ages == 0 ? query.wants.ages == 0 : (query.wants.ages & cases[i].ages) != 0);
        assert_int_equal(query.size_count, 0);
    }
    read("a gift, she turns 60");
    for (int i = 0; i < query.term_count; i++)
        assert_string_not_equal(query.terms[i].stem, "60"); /* 60-denier tights */
}

static void
a_number_beside_shoes_is_their_size(void **state)
{
    static const char *const sizes[] = { "shoes in 42", "sneakers 42", "42 sneakers in white" };
    static const char *const none[] = { "sneakers under 42", "a dress for 42", "shirt in 42",
                                        "shoes, 42 dollars" };

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        read(sizes[i]);
        assert_int_equal(query.size_count, 1);
        assert_int_equal(query.sizes[0].class, SIZE_SHOES);
        assert_string_equal(query.sizes[0].text, "42");
    }
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_int_equal(read(none[i])->size_count, 0);
}

static void
what_one_has_already_is_not_asked_for(void **state)
{
    (void)state;
    assert_true(wants_kind("I already have a navy blazer, what trousers go with it?", "trousers"));
    assert_false(wants_kind("I already have a navy blazer, what trousers go with it?", "blazers"));
    assert_int_equal(query.wants.colours, 0);
}

static void
who_hates_a_colour_does_not_want_it(void **state)
{
    (void)state;
    assert_true(has_colour(read("a girl who hates navy")->excludes.colours, "navy"));
    assert_true(has_colour(read("she dislikes navy")->excludes.colours, "navy"));
    assert_int_equal(query.wants.colours, 0);
}

static void
prices_are_understood(void **state)
{
    static const struct {
        const char *said;
        double min, max;
        const char *currency;
    } cases[] = { { "shoes under 80", -1, 80, "" },
                  { "a dress between 50 and 100 euros", 50, 100, "EUR" },
                  { "under 200 dollars, I'm an M", -1, 200, "USD" },
                  { "nothing over $300", -1, 300, "USD" },
                  { "$5-10 socks", 5, 10, "USD" },
                  { "$5\xe2\x80\x93"
                    "10 socks",
                    5, 10, "USD" },
                  { "$5 - 10 socks", 5, 10, "USD" },
                  { "o !!o!w Ju0 dollarstot-srrrely, und\xd6r 200 dollarstot-srrregen", -1, 200, "USD" },
                  { "my budget is 150 pounds", -1, 150, "GBP" },
                  { "more than 40 euro", 40, -1, "EUR" },
                  { "no more than \xe2\x82\xac"
                    "1,200",
                    -1, 1200, "EUR" },
                  { "around 100 dollars", -1, 115, "USD" },
                  { "I have $90 for it", -1, 90, "USD" },
                  { "shoes in size 42", -1, -1, "" },
                  { "over the knee boots", -1, -1, "" },
                  { "a 2 piece suit", -1, -1, "" } };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        read(cases[i].said);
        if (fabs(query.price_min - cases[i].min) > 0.01 || fabs(query.price_max - cases[i].max) > 0.01 ||
            strcmp(query.currency, cases[i].currency) != 0)
            fail_msg("%s: %g to %g %s", cases[i].said, query.price_min, query.price_max, query.currency);
    }
}

static void
sizes_are_understood(void **state)
{
    static const struct {
        const char *said, *text;
        enum size_class class;
    } cases[] = { { "I'm an M", "M", SIZE_LETTERS },
                  { "a shirt in size medium", "M", SIZE_LETTERS },
                  { "extra large tshirt", "XL", SIZE_LETTERS },
                  { "trainers size 42", "42", SIZE_NONE },
                  { "I am a size 10.5", "10.5", SIZE_NONE },
                  { "size seven and a half heels", "7.5", SIZE_NONE },
                  { "44w x 30l jeans", "W44 L30", SIZE_WAIST },
                  { "jeans with a 33 waist", "33", SIZE_WAIST },
                  { "3xl hoodie", "3XL", SIZE_LETTERS },
                  { "us 9 loafers", "9", SIZE_NONE } };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        read(cases[i].said);
        if (query.size_count != 1 || strcmp(query.sizes[0].text, cases[i].text) != 0 ||
            query.sizes[0].class != cases[i].class)
            fail_msg("%s: %d sizes, %s", cases[i].said, query.size_count, query.sizes[0].text);
    }
    assert_int_equal(read("I'm a 25 year old man")->size_count, 0);
    assert_int_equal(read("a dress for a wedding")->size_count, 0);
}

static void
garments_colours_and_people_are_understood(void **state)
{
    (void)state;
    assert_true(wants_kind("black trainers for my husband", "sneakers"));
    assert_true(has_colour(query.wants.colours, "black"));
    assert_int_equal(query.wants.genders, GENDER_MALE);
    assert_true(wants_kind("cream linen trousers", "linen trousers"));
    assert_true(query.wants.materials == lexicon_materials_of(shop.lexicon, "linen"));
    assert_true(wants_kind("dress shoes", "formal shoes"));
    assert_int_equal(query.wants.kind_count, 1);
    assert_int_equal(read("something for him and her")->wants.genders, 0);
    assert_int_equal(read("a beach wedding in July")->wants.occasion_count, 1);
    assert_int_equal(query.wants.season_count, 1);
}

static void
what_is_excluded_is_not_wanted(void **state)
{
    (void)state;
    assert_true(wants_kind("a jumper, no wool", "sweaters"));
    assert_true(query.excludes.materials == lexicon_materials_of(shop.lexicon, "wool"));
    assert_true(query.wants.materials == 0);
    read("not black or navy, please");
    assert_true(has_colour(query.excludes.colours, "black") && has_colour(query.excludes.colours, "navy"));
    assert_true(query.wants.colours == 0);
    read("a wool-free jumper");
    assert_true(query.excludes.materials == lexicon_materials_of(shop.lexicon, "wool"));
    read("sandals without heels in white");
    assert_true(has_colour(query.wants.colours, "white"));
    assert_int_equal(query.excludes.kind_count, 1);
    assert_true(wants_kind("no show socks", "socks"));
}

static void
what_it_goes_with_is_not_wanted(void **state)
{
    (void)state;
    assert_true(wants_kind("shoes to go with my navy suit, size 43", "shoes"));
    assert_int_equal(query.wants.kind_count, 1);
    assert_true(query.wants.colours == 0);
    assert_int_equal(query.size_count, 1);
}

static void
orders_and_counts_are_understood(void **state)
{
    (void)state;
    assert_int_equal(read("the cheapest jeans")->order, ORDER_CHEAPEST);
    assert_int_equal(read("your most expensive bag")->order, ORDER_DEAREST);
    assert_true(read("how many shirts do you have")->counts);
    assert_true(read("dresses on sale")->on_sale);
}

static void
misspelt_words_are_mended_by_the_catalogues_own(void **state)
{
    char mended[WORD_SIZE];

    (void)state;
    assert_int_equal(spelling_distance("jacket", "jakcet", 2), 1);
    assert_int_equal(spelling_distance("shirt", "skirts", 1), 2);
    assert_false(spelling_mend(shop.index, "lin", mended));
    assert_false(spelling_mend(shop.index, "qwertz", mended));
    assert_true(spelling_mend(shop.index, "shirrt", mended));
    assert_string_equal(mended, "shirt");
}

static void
misspelt_words_are_mended_by_those_that_the_vocabulary_alone_knows(void **state)
{
    char mended[WORD_SIZE];

    (void)state;
    assert_null(index_list(shop.index, "sweater"));
    assert_true(wants_kind("a swetter", "sweaters"));
    assert_true(wants_kind("a cardigen please", "cardigans"));
    read("a trainer in burgandy");
    assert_true(has_colour(query.wants.colours, "burgundy"));
    assert_true(spelling_mend(shop.index, "shiirt", mended));
    assert_string_equal(mended, "shirt");
    assert_false(spelling_mend(shop.index, "thank", mended));     /* no tank: too short for that */
    assert_false(spelling_mend(shop.index, "xsweater", mended));  /* another letter first */
    assert_false(spelling_mend(shop.index, "interviex", mended)); /* neither thing nor colour */
}

static void
no_words_ask_for_nothing(void **state)
{
    (void)state;
    read("");
    assert_int_equal(query.term_count + query.size_count + query.wants.kind_count, 0);
    read("I need something to wear please");
    assert_int_equal(query.term_count, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_age_is_no_size_and_says_who_is_a_child),
        cmocka_unit_test(a_number_beside_shoes_is_their_size),
        cmocka_unit_test(what_one_has_already_is_not_asked_for),
        cmocka_unit_test(who_hates_a_colour_does_not_want_it),
        cmocka_unit_test(prices_are_understood),
        cmocka_unit_test(sizes_are_understood),
        cmocka_unit_test(garments_colours_and_people_are_understood),
        cmocka_unit_test(what_is_excluded_is_not_wanted),
        cmocka_unit_test(what_it_goes_with_is_not_wanted),
        cmocka_unit_test(orders_and_counts_are_understood),
        cmocka_unit_test(misspelt_words_are_mended_by_the_catalogues_own),
        cmocka_unit_test(misspelt_words_are_mended_by_those_that_the_vocabulary_alone_knows),
        cmocka_unit_test(no_words_ask_for_nothing),
    };

    return cmocka_run_group_tests(tests, open_shop, close_shop);
}
