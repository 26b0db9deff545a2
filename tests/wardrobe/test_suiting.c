#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "tests/wardrobe/shop.h"
#include "wardrobe/suiting.h"

static struct shop shop;
static const struct index *shelves;

enum { SHIRT, JOGGERS, SLIPON, COVER, SANDAL, DRESS, SCARF };

static int
open_shop(void **state)
{
    static const char *const rows[][2] = {
        { "Oxford Shirt", "Men > Shirts" },
        { "Tapered Joggers", "Men > Trousers" },
        { "Rope-Sole Espadrilles", "Men > Shoes > Loafers" },
        { "Crochet Cover-Up Dress", "Women > Dresses" },
        { "Fisherman Sandal", "Men > Shoes > Sandals" },
        { "Shift Dress", "Women > Dresses" },
        { "Bandana", "Accessories > Scarves" },
    };

    (void)state;
    shop_open(&shop);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        shop_add(&shop, "", rows[i][0], rows[i][1], "navy", "", "20.00 USD", "", "", "in_stock");
    shelves = shop_index(&shop);
    return 0;
}

static int
close_shop(void **state)
{
    (void)state;
    shop_close(&shop);
    return 0;
}

static struct suiting
dressing_for(const char *occasion, json_t *criteria)
{
    struct question *soft = test_calloc(1, sizeof *soft);
    struct suiting suiting;

    query_read(soft, shelves, occasion);
    suiting_begin(&suiting, shelves, criteria, soft, NULL);
    json_decref(criteria);
    test_free(soft);
    return suiting;
}

static void
an_interview_is_no_place_for_joggers_and_beach_dresses(void **state)
{
    struct suiting suiting = dressing_for("job interview", NULL);

    (void)state;
    assert_false(suiting_is_unfit(&suiting, SHIRT, "Oxford Shirt"));
    assert_true(suiting_is_unfit(&suiting, JOGGERS, "Tapered Joggers"));
    assert_false(suiting_is_unfit(&suiting, JOGGERS, NULL)); /* trousers, as far as the shop says */
    assert_true(suiting_is_unfit(&suiting, SLIPON, "Rope-Sole Espadrilles"));
    assert_true(suiting_is_unfit(&suiting, COVER, "Crochet Cover-Up Dress"));
    assert_true(suiting_is_unfit(&suiting, SANDAL, NULL));
    assert_false(suiting_is_unfit(&suiting, DRESS, "Shift Dress"));
    assert_false(suiting_is_unfit(&suiting, SCARF, "Bandana"));
}

static void
everything_suits_where_no_occasion_was_named(void **state)
{
    struct suiting suiting = dressing_for("", NULL);

    (void)state;
    for (uint32_t i = SHIRT; i <= SCARF; i++)
        assert_false(suiting_is_unfit(&suiting, i, "Crochet Cover-Up Dress"));
}

static void
one_of_several_occasions_is_enough(void **state)
{
    struct suiting suiting = dressing_for("job interview, beach", NULL);

    (void)state;
    assert_int_equal(suiting.occasion_count, 2);
    assert_false(suiting_is_unfit(&suiting, COVER, "Crochet Cover-Up Dress"));
}

static void
what_was_asked_for_by_name_suits(void **state)
{
    json_t *criteria =
        json_pack("{s:{s:s, s:s, s:[s]}}", "category", "field", "category", "slot", "all", "any", "sandals");
    struct suiting suiting = dressing_for("job interview", criteria);

    (void)state;
    assert_false(suiting_is_unfit(&suiting, SANDAL, "Fisherman Sandal"));
    assert_true(suiting_is_unfit(&suiting, SLIPON, "Rope-Sole Espadrilles"));
}

static void
a_childs_size_asks_for_childrens_clothes(void **state)
{
    json_t *criteria = json_pack("{s:{s:s, s:s, s:s, s:[s]}}", "size.kids", "field", "size", "slot", "all",
                                 "class", "kids", "any", "116");
    struct suiting suiting = dressing_for("", criteria);

    (void)state;
    assert_true(suiting.for_child);
    assert_false(dressing_for("", json_pack("{s:{s:s, s:s, s:[s]}}", "age_group", "field", "age_group",
                                            "slot", "all", "any", "adult"))
                     .for_child);
}

static void
what_is_unfit_stands_behind_the_rest(void **state)
{
    static struct ranking ranking;
    struct suiting suiting = dressing_for("job interview", NULL);

    (void)state;
    ranking.count = 3;
    ranking.hits[0] = (struct ranking_hit) { .product = SANDAL, .score = 4 };
    ranking.hits[1] = (struct ranking_hit) { .product = SHIRT, .score = 3 };
    ranking.hits[2] = (struct ranking_hit) { .product = DRESS, .score = 0.5f };
    suiting_order(&suiting, &ranking);
    assert_int_equal(ranking.hits[0].product, SHIRT);
    assert_int_equal(ranking.hits[1].product, DRESS);
    assert_int_equal(ranking.hits[2].product, SANDAL);
    assert_true(ranking.hits[2].score <= 0.5f); /* and keeps its place when it is sorted */
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_interview_is_no_place_for_joggers_and_beach_dresses),
        cmocka_unit_test(everything_suits_where_no_occasion_was_named),
        cmocka_unit_test(one_of_several_occasions_is_enough),
        cmocka_unit_test(what_was_asked_for_by_name_suits),
        cmocka_unit_test(a_childs_size_asks_for_childrens_clothes),
        cmocka_unit_test(what_is_unfit_stands_behind_the_rest),
    };

    return cmocka_run_group_tests(tests, open_shop, close_shop);
}
