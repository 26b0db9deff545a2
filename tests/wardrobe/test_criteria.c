#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "common/json.h"
#include "tests/wardrobe/shop.h"
#include "wardrobe/criteria.h"
#include "wardrobe/ranking.h"

enum { CAMP, OXFORD, TEA, SLIP, JUMPER, TRAINER, TOTE, JEANS, SCARF, ALL };

static struct shop shop;
static struct filter filter;

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

static uint32_t
find(void *owner, const char *id)
{
    (void)owner;
    return strcmp(id, "camp") == 0 ? CAMP : UINT32_MAX;
}

/* Which products keep CRITERIA, as bits. */
static unsigned
keeping(const char *criteria)
{
    json_t *object = json_read(criteria, strlen(criteria), NULL);
    unsigned bits = 0;

    assert_non_null(object);
    filter_clear(&filter);
    filter_begin(&filter, shop.index, "", 1795305600);
    filter_add_criteria(&filter, object, NULL, find, NULL);
    assert_int_equal(filter_prepare(&filter), 0);
    for (uint32_t product = 0; product < ALL; product++) {
        uint32_t best;

        bits |= (unsigned)filter_passes(&filter, product) << product;
        assert_int_equal(filter_passes(&filter, product), filter_failed(&filter, product, 0, &best) == 0);
        if (bits >> product & 1)
            assert_true(filter_variant_passes(&filter, product, best));
    }
    json_decref(object);
    return bits;
}

#define BIT(product) (1u << (product))
#define EVERY (BIT(ALL) - 1 - BIT(SLIP)) /* the slip dress is sold out */

static void
what_is_sold_out_never_passes(void **state)
{
    (void)state;
    assert_int_equal(keeping("{}"), EVERY);
}

static void
colours_keep_their_family_or_their_shade(void **state)
{
    (void)state;
    assert_int_equal(keeping("{\"c\":{\"field\":\"colour\",\"any\":[\"white\"]}}"),
                     BIT(CAMP) | BIT(TRAINER) | BIT(TEA) | BIT(TOTE) | BIT(SCARF));
    assert_int_equal(keeping("{\"c\":{\"field\":\"colour\",\"any\":[\"cream\"]}}"),
                     BIT(TEA) | BIT(TOTE) | BIT(SCARF));
    assert_int_equal(keeping("{\"c\":{\"field\":\"colour\",\"any\":[\"red\"]}}"),
                     BIT(JUMPER) | BIT(SCARF)); /* the scarf is unchecked */
    assert_int_equal(filter_unchecked(&filter, SCARF), 1);
    assert_int_equal(filter_unchecked(&filter, JUMPER), 0);
    assert_int_equal(keeping("{\"c\":{\"field\":\"colour\",\"none\":[\"white\",\"navy\"]}}"),
                     EVERY & ~(BIT(OXFORD) | BIT(TEA) | BIT(TRAINER) | BIT(TOTE)));
}

static void
a_size_speaks_of_its_class_only(void **state)
{
    (void)state;
    assert_int_equal(keeping("{\"s\":{\"field\":\"size\",\"class\":\"letters\",\"any\":[\"M\"]}}"),
                     EVERY & ~BIT(OXFORD)); /* a US 10 is an M */
    assert_int_equal(keeping("{\"s\":{\"field\":\"size\",\"class\":\"shoes\",\"any\":[\"42\"]}}"), EVERY);
    assert_int_equal(keeping("{\"s\":{\"field\":\"size\",\"class\":\"shoes\",\"any\":[\"38\"]}}"),
                     EVERY & ~BIT(TRAINER));
    assert_int_equal(keeping("{\"s\":{\"field\":\"size\",\"class\":\"waist\",\"any\":[\"34\"]}}"),
                     EVERY & ~BIT(JEANS));
}

static void
all_criteria_hold_for_one_variant(void **state)
{
    (void)state; /* the white one is an M at 49, the sage one an L at 59 */
    assert_true(keeping("{\"c\":{\"field\":\"colour\",\"any\":[\"sage\"]},\"s\":{\"field\":\"size\","
                        "\"class\":\"letters\",\"any\":[\"L\"]}}") &
                BIT(CAMP));
    assert_false(keeping("{\"c\":{\"field\":\"colour\",\"any\":[\"sage\"]},\"s\":{\"field\":\"size\","
                         "\"class\":\"letters\",\"any\":[\"M\"]}}") &
                 BIT(CAMP));
    assert_false(keeping("{\"c\":{\"field\":\"colour\",\"any\":[\"sage\"]},\"p\":{\"field\":\"price\","
                         "\"max\":5000,\"currency\":\"USD\"}}") &
                 BIT(CAMP));
}

static void
prices_hold_and_other_currencies_are_unchecked(void **state)
{
    (void)state;
    assert_int_equal(
        keeping("{\"p\":{\"field\":\"price\",\"scope\":\"item\",\"max\":5000,\"currency\":\"USD\"}}"),
        BIT(CAMP) | BIT(TOTE) | BIT(SCARF));
    assert_int_equal(keeping("{\"p\":{\"field\":\"price\",\"scope\":\"outfit\",\"min\":9000,\"max\":5000,"
                             "\"currency\":\"USD\"}}"),
                     BIT(CAMP) | BIT(TOTE) | BIT(SCARF));
    assert_int_equal(keeping("{\"p\":{\"field\":\"price\",\"max\":5000,\"currency\":\"EUR\"}}"), EVERY);
    assert_int_equal(filter_unchecked(&filter, CAMP), 1);
}

static void
people_categories_products_and_slots(void **state)
{
    (void)state;
    assert_int_equal(keeping("{\"g\":{\"field\":\"gender\",\"any\":[\"male\"]}}"),
                     BIT(CAMP) | BIT(OXFORD) | BIT(JEANS) | BIT(TRAINER) | BIT(TOTE) | BIT(SCARF));
    assert_int_equal(keeping("{\"k\":{\"field\":\"category\",\"any\":[\"shirts\"]}}"),
                     BIT(CAMP) | BIT(OXFORD));
    assert_int_equal(keeping("{\"k\":{\"field\":\"category\",\"any\":[\"tops\"]}}"),
                     BIT(CAMP) | BIT(OXFORD) | BIT(JUMPER));
    assert_int_equal(keeping("{\"k\":{\"field\":\"category\",\"any\":[\"trainers\"]}}"), BIT(TRAINER));
    assert_int_equal(keeping("{\"k\":{\"field\":\"category\",\"any\":[\"spaceships\"]}}"), 0);
    assert_int_equal(keeping("{\"k\":{\"field\":\"category\",\"none\":[\"shoes\",\"bags\"]}}"),
                     EVERY & ~BIT(TRAINER) & ~BIT(TOTE));
    assert_int_equal(keeping("{\"n\":{\"field\":\"product\",\"none\":[\"camp\",\"nobody\"]}}"),
                     EVERY & ~BIT(CAMP));
    assert_int_equal(keeping("{\"c\":{\"field\":\"colour\",\"slot\":\"shoes\",\"any\":[\"black\"]}}"),
                     EVERY & ~BIT(TRAINER));
}

static void
what_is_said_of_one_slot_goes_before_what_is_said_of_all(void **state)
{
    unsigned red = keeping("{\"colour\":{\"field\":\"colour\",\"slot\":\"all\",\"any\":[\"red\"]}}");

    (void)state;
    assert_false(red & BIT(TRAINER));
    assert_int_equal(
        keeping("{\"colour\":{\"field\":\"colour\",\"slot\":\"all\",\"any\":[\"red\"]},"
                "\"colour.shoes\":{\"field\":\"colour\",\"slot\":\"shoes\",\"any\":[\"white\"]}}"),
        red | BIT(TRAINER));
    /* an exclusion never gives way */
    assert_int_equal(
        keeping("{\"not.colour\":{\"field\":\"colour\",\"slot\":\"all\",\"none\":[\"white\"]},"
                "\"not.colour.shoes\":{\"field\":\"colour\",\"slot\":\"shoes\",\"none\":[\"red\"]}}") &
            BIT(TRAINER),
        0);
}

static void
soft_criteria_exclude_only_by_name(void **state)
{
    (void)state;
    assert_int_equal(keeping("{\"m\":{\"field\":\"material\",\"any\":[\"linen\"]}}"), EVERY);
    /* knitwear carries materials; jeans and scarves carry none, and are unchecked */
    assert_int_equal(keeping("{\"m\":{\"field\":\"material\",\"none\":[\"wool\"]}}"), EVERY & ~BIT(JUMPER));
    assert_int_equal(keeping("{\"x\":{\"field\":\"shoe "
                             "size\",\"any\":[\"1\"]},\"y\":3,\"z\":{\"field\":\"colour\",\"any\":\"red\"}}"),
                     EVERY);
}

/* A frontend writes criteria too, and any JSON may stand in its lists. */
static void
a_list_without_a_word_is_no_criterion(void **state)
{
    static const char *const fields[] = { "category", "size",         "gender",   "age_group",
                                          "colour",   "availability", "product",  "style",
                                          "material", "brand",        "occasion", "season" };
    static const char *const lists[] = { "[5]", "[null]", "[\"\",\" \"]" };
    char text[160];

    (void)state;
    for (size_t f = 0; f < sizeof fields / sizeof *fields; f++)
        for (size_t l = 0; l < sizeof lists / sizeof *lists; l++)
            for (int none = 0; none < 2; none++) {
                snprintf(text, sizeof text, "{\"c\":{\"field\":\"%s\",\"%s\":%s}}", fields[f],
                         none ? "none" : "any", lists[l]);
                assert_int_equal(keeping(text), EVERY);
            }
    assert_int_equal(keeping("{\"c\":{\"field\":\"colour\",\"any\":[7,\"red\"]}}"), BIT(JUMPER) | BIT(SCARF));
}

static const char *const fabrics[] = { "Linen",  "Cotton", "Denim", "Wool",   "Merino", "Cashmere",
                                       "Alpaca", "Silk",   "Satin", "Velvet", "Lace",   "Hemp" };

#define FABRICS (sizeof fabrics / sizeof *fabrics)

/* Scarves of a shop that has no column for materials: their titles say it. */
static void
open_scarves(struct shop *scarves)
{
    char group[8], title[32];

    shop_open(scarves);
    for (size_t i = 0; i < FABRICS; i++) {
        snprintf(group, sizeof group, "s%zu", i);
        snprintf(title, sizeof title, "%s Scarf", fabrics[i]);
        shop_add(scarves, group, title, "Accessories > Scarves", "", "", "", "unisex", "", "in_stock");
    }
    shop_index(scarves);
}

/* How many of INDEX's products keep CRITERIA, which are taken. */
static unsigned
count_keeping(const struct index *index, json_t *criteria)
{
    unsigned count = 0;

    filter_clear(&filter);
    filter_begin(&filter, index, "", 1795305600);
    filter_add_criteria(&filter, criteria, NULL, find, NULL);
    assert_int_equal(filter_prepare(&filter), 0);
    for (uint32_t product = 0; product < index->product_count; product++)
        count += filter_passes(&filter, product);
    json_decref(criteria);
    filter_clear(&filter);
    return count;
}

static void
every_word_of_a_long_exclusion_holds(void **state)
{
    static const char *const fields[] = { "material", "occasion" };
    struct shop scarves;

    (void)state;
    open_scarves(&scarves);
    for (size_t f = 0; f < 2; f++) {
        json_t *none = json_array();

        for (size_t i = 0; i < FABRICS; i++)
            json_array_append_new(none, json_string(fabrics[i]));
        assert_int_equal(count_keeping(scarves.index,
                                       json_pack("{s:{s:s, s:o}}", "not", "field", fields[f], "none", none)),
                         0);
    }
    shop_close(&scarves);
}

/* Each is a criterion; a lookup's own come beside those of the thread. */
static void
a_thread_with_all_the_criteria_it_may_have_is_answered(void **state)
{
    json_t *criteria = json_object();
    struct question query;
    char key[24];

    (void)state;
    for (int i = 0; i < 50; i++) { /* as many as orchestrator/criteria.h lets be */
        snprintf(key, sizeof key, "not.colour.%d", i);
        json_object_set_new(criteria, key, json_pack("{s:s, s:[s]}", "field", "colour", "none", "red"));
    }
    query_read(&query, shop.index,
               "a cheap black dress in size M under $50 without wool, leather, silk, neutrals or pastels for "
               "a girl");
    filter_clear(&filter);
    filter_begin(&filter, shop.index, "", 1795305600);
    filter_add_criteria(&filter, criteria, NULL, find, NULL);
    filter_add_query(&filter, &query, NULL, NULL);
    assert_int_equal(filter_prepare(&filter), 0);
    assert_false(filter_passes(&filter, JUMPER));
    filter_clear(&filter);
    json_decref(criteria);
}

static void
what_is_said_of_one_slot_is_found_whatever_is_said_of_all(void **state)
{
    static const char criteria[] =
        "{\"category\":{\"field\":\"category\",\"slot\":\"all\",\"any\":[\"dresses\"]},"
        "\"category.top\":{\"field\":\"category\",\"slot\":\"top\",\"any\":[\"shirts\"]}}";
    struct index *index = shop.index;

    (void)state;
    assert_int_equal(keeping(criteria), BIT(TEA) | BIT(CAMP) | BIT(OXFORD));
    if (!ranking_mark(index, &filter))
        return; /* all are looked at */
    assert_int_equal(index->marks[0] & (BIT(TEA) | BIT(CAMP) | BIT(OXFORD)),
                     BIT(TEA) | BIT(CAMP) | BIT(OXFORD));
    index->marks[0] = 0;
}

static void
a_wish_holds(void **state)
{
    json_t *wish = json_pack("{s:s, s:s, s:n, s:s, s:i}", "category", "shirt", "colour", "white", "material",
                             "gender", "male", "max_price", 50);

    (void)state;
    filter_clear(&filter);
    filter_begin(&filter, shop.index, "top", 0);
    filter_add_wish(&filter, wish);
    assert_int_equal(filter_prepare(&filter), 0);
    assert_true(filter_passes(&filter, CAMP));
    for (uint32_t product = OXFORD; product < ALL; product++)
        assert_false(filter_passes(&filter, product));
    json_decref(wish);
    filter_clear(&filter);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_sold_out_never_passes),
        cmocka_unit_test(colours_keep_their_family_or_their_shade),
        cmocka_unit_test(a_size_speaks_of_its_class_only),
        cmocka_unit_test(all_criteria_hold_for_one_variant),
        cmocka_unit_test(prices_hold_and_other_currencies_are_unchecked),
        cmocka_unit_test(people_categories_products_and_slots),
        cmocka_unit_test(what_is_said_of_one_slot_goes_before_what_is_said_of_all),
        cmocka_unit_test(soft_criteria_exclude_only_by_name),
        cmocka_unit_test(a_list_without_a_word_is_no_criterion),
        cmocka_unit_test(every_word_of_a_long_exclusion_holds),
        cmocka_unit_test(a_thread_with_all_the_criteria_it_may_have_is_answered),
        cmocka_unit_test(what_is_said_of_one_slot_is_found_whatever_is_said_of_all),
        cmocka_unit_test(a_wish_holds),
    };

    return cmocka_run_group_tests(tests, open_shop, close_shop);
}
