/* A patch's row over the variant that it changes. */

#include "tests/wardrobe/feed_check.h"
#include "wardrobe/lexicon.h"
#include "wardrobe/patch.h"

/* What is in the catalogue. */
static struct item old = { .id = "A",
                           .group = "P",
                           .title = "Camp <Shirt>",
                           .description = "Soft & light",
                           .bullets = "",
                           .brand = "Harrow & Pike",
                           .link = "https://s/a",
                           .image = "https://i/a",
                           .type = "Women > Shirts",
                           .colour = "white",
                           .size = "M",
                           .size_system = "",
                           .size_type = "",
                           .material = "linen",
                           .pattern = "",
                           .gender = GENDER_FEMALE,
                           .age = AGE_ADULT,
                           .availability = AVAILABILITY_IN,
                           .price = 6900,
                           .sale = 4900,
                           .sale_from = 0,
                           .sale_to = INT64_MAX,
                           .currency = "EUR",
                           .rating = 4.25,
                           .rating_count = 12 };

static struct item item;

/* Read ROW over the old one into `item`. Returns whether more than prices and stock is another. */
static bool
patch(struct feed_row row)
{
    static struct patch_row merged;
    struct row_problem problem;

    patch_overlay(&old, &row, &merged);
    merged.row.texts[FEED_ID] = old.id;
    assert_int_equal(row_read(&merged.row, "EUR", false, &item, &problem), 0);
    return patch_keep(&old, &row, &item);
}

static void
a_row_without_anything_changes_nothing(void **state)
{
    (void)state;
    assert_false(patch((struct feed_row) { .line = 1 }));
    assert_int_equal(item.price, 6900);
    assert_int_equal(item.sale, 4900);
    assert_int_equal(item.availability, AVAILABILITY_IN);
    assert_string_equal(item.currency, "EUR");
    assert_string_equal(item.title, "Camp <Shirt>");
}

static void
prices_and_stock_are_no_change_of_texts(void **state)
{
    (void)state;
    assert_false(patch(
        (struct feed_row) { .texts = { [FEED_PRICE] = "59.50", [FEED_AVAILABILITY] = "out of stock" } }));
    assert_int_equal(item.price, 5950);
    assert_int_equal(item.sale, 4900);
    assert_int_equal(item.availability, AVAILABILITY_OUT);
}

static void
a_price_below_the_sale_ends_it(void **state)
{
    (void)state;
    assert_false(patch((struct feed_row) { .texts = { [FEED_PRICE] = "39.00 EUR" } }));
    assert_int_equal(item.price, 3900);
    assert_true(item.sale == PRICE_NONE);
}

static void
an_empty_sale_price_ends_the_sale_and_a_missing_one_does_not(void **state)
{
    (void)state;
    assert_false(patch((struct feed_row) { .texts = { [FEED_SALE_PRICE] = "" } }));
    assert_int_equal(item.price, 6900);
    assert_true(item.sale == PRICE_NONE);
    assert_false(patch((struct feed_row) {
        .texts = { [FEED_SALE_PRICE] = "42.00 EUR", [FEED_SALE_DATES] = "2026-11-01/2026-11-30" } }));
    assert_int_equal(item.sale, 4200);
    assert_int_equal(item.sale_from, 1793491200);
}

static void
the_sales_dates_stay_with_it(void **state)
{
    (void)state;
    old.sale_from = 1000000;
    old.sale_to = 2000000000;
    assert_false(patch((struct feed_row) { .texts = { [FEED_AVAILABILITY] = "backorder" } }));
    assert_int_equal(item.sale, 4900);
    assert_int_equal(item.sale_from, 1000000);
    assert_int_equal(item.sale_to, 2000000000);
    old.sale_to = INT64_C(253402300800); /* "2001-09-09/9999-12-31": to that day's end */
    old.sale_from = 1000000000;
    assert_false(patch((struct feed_row) { .texts = { [FEED_AVAILABILITY] = "backorder" } }));
    assert_int_equal(item.sale, 4900);
    assert_int_equal(item.sale_from, 1000000000);
    assert_int_equal(item.sale_to, INT64_C(253402300799));
    old.sale_from = -7200; /* "1970-01-01T00:00+02:00/..." */
    assert_false(patch((struct feed_row) { .texts = { [FEED_AVAILABILITY] = "backorder" } }));
    assert_int_equal(item.sale, 4900);
    old.sale_from = 0;
    old.sale_to = INT64_MAX;
}

static void
texts_that_are_the_same_are_no_change(void **state)
{
    (void)state;
    assert_false(patch((struct feed_row) { .texts = { [FEED_TITLE] = "Camp &lt;Shirt&gt;",
                                                      [FEED_COLOUR] = "white",
                                                      [FEED_GENDER] = "female",
                                                      [FEED_DESCRIPTION] = "<p>Soft &amp; light</p>",
                                                      [FEED_RATING] = "4.25" } }));
}

static void
any_other_text_is_a_change(void **state)
{
    static const struct {
        enum feed_field field;
        const char *text;
    } samples[] = { { FEED_TITLE, "Shirt" },     { FEED_COLOUR, "sage" }, { FEED_SIZE, "L" },
                    { FEED_GROUP, "Q" },         { FEED_IMAGE, "i" },     { FEED_GENDER, "unisex" },
                    { FEED_AGE_GROUP, "kids" },  { FEED_TYPE, "Shoes" },  { FEED_RATING, "3" },
                    { FEED_RATING_COUNT, "13" }, { FEED_BULLETS, "new" }, { FEED_MATERIAL, "wool" } };

    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct feed_row row = { 0 };

        row.texts[samples[i].field] = samples[i].text;
        assert_true(patch(row));
    }
}

static void
money_without_minor_units_and_with_three_digits_stays_as_it_is(void **state)
{
    static const char *const codes[] = { "JPY", "KWD", "EUR" };

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        strcpy(old.currency, codes[i]);
        assert_false(patch((struct feed_row) { .texts = { [FEED_AVAILABILITY] = "in_stock" } }));
        assert_int_equal(item.price, 6900);
        assert_int_equal(item.sale, 4900);
        assert_string_equal(item.currency, codes[i]);
    }
}

static void
a_variant_without_price_stays_without_one(void **state)
{
    struct item before = old;

    (void)state;
    old.price = old.sale = PRICE_NONE;
    old.currency[0] = '\0';
    old.availability = AVAILABILITY_UNKNOWN;
    assert_false(patch((struct feed_row) { .texts = { [FEED_AVAILABILITY] = "preorder" } }));
    assert_true(item.price == PRICE_NONE);
    assert_int_equal(item.availability, AVAILABILITY_PREORDER);
    old = before;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_without_anything_changes_nothing),
        cmocka_unit_test(prices_and_stock_are_no_change_of_texts),
        cmocka_unit_test(a_price_below_the_sale_ends_it),
        cmocka_unit_test(an_empty_sale_price_ends_the_sale_and_a_missing_one_does_not),
        cmocka_unit_test(the_sales_dates_stay_with_it),
        cmocka_unit_test(texts_that_are_the_same_are_no_change),
        cmocka_unit_test(any_other_text_is_a_change),
        cmocka_unit_test(money_without_minor_units_and_with_three_digits_stays_as_it_is),
        cmocka_unit_test(a_variant_without_price_stays_without_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
