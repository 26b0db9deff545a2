#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "wardrobe/lexicon.h"
#include "wardrobe/row.h"

static struct item item;

static struct feed_row
good(void)
{
    struct feed_row row = { .line = 2 };

    row.texts[FEED_ID] = "A-1";
    row.texts[FEED_TITLE] = " Linen  Shirt ";
    row.texts[FEED_PRICE] = "49.00 USD";
    row.texts[FEED_AVAILABILITY] = "in stock";
    row.texts[FEED_GENDER] = "male";
    row.texts[FEED_AGE_GROUP] = "adult";
    return row;
}

static void
prices_are_read_in_every_form(void **state)
{
    static const struct {
        const char *text;
        int64_t amount;
        const char *code;
    } cases[] = { { "15.00 USD", 1500, "USD" },
                  { "USD 15", 1500, "USD" },
                  { "$15", 1500, "USD" },
                  { "15,550.00 RUB", 1555000, "RUB" },
                  { "49,90 EUR", 4990, "EUR" },
                  { "1.299,00 EUR", 129900, "EUR" },
                  { "15,550 JPY", 15550, "JPY" },
                  { "9.999 KWD", 9999, "KWD" },
                  { "\xe2\x82\xac 7.5", 750, "EUR" },
                  { "1,234,567 INR", 123456700, "INR" },
                  { "12", 1200, "" },
                  { "0.00 USD", 0, "USD" },
                  { "", PRICE_NONE, "" },
                  { "free", PRICE_NONE, "" },
                  { "15.005 USD", PRICE_NONE, "USD" },
                  { "-3 USD", PRICE_NONE, "" },
                  { "15 USD each", PRICE_NONE, "USD" },
                  { "99999999999999999 USD", PRICE_NONE, "USD" } };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char code[4] = "";

        if (row_price(cases[i].text, code) != cases[i].amount)
            fail_msg("%s is not %lld", cases[i].text, (long long)row_price(cases[i].text, code));
        if (cases[i].amount != PRICE_NONE)
            assert_string_equal(code, cases[i].code);
    }
}

/* "$15" is what a shop in Canada writes too. */
static void
a_sign_is_the_shops_own_currency_where_it_may_be(void **state)
{
    static const struct {
        const char *text, *before, *code;
        int64_t amount;
    } cases[] = { { "$15.00", "CAD", "CAD", 1500 },
                  { "$15.00", "", "USD", 1500 },
                  { "$15.00", "EUR", "USD", 1500 },
                  { "US$15.00", "CAD", "USD", 1500 },
                  { "\xc2\xa5 1500", "CNY", "CNY", 150000 },
                  { "\xc2\xa5 1500", "", "JPY", 1500 },
                  { "49,90\xc2\xa0\xe2\x82\xac", "", "EUR", 4990 },
                  { "49,90\xe2\x80\xaf"
                    "EUR",
                    "", "EUR", 4990 },
                  { "\t15.00 USD ", "", "USD", 1500 } };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char code[4];

        strcpy(code, cases[i].before);
        if (row_price(cases[i].text, code) != cases[i].amount)
            fail_msg("%s is not %lld", cases[i].text, (long long)cases[i].amount);
        assert_string_equal(code, cases[i].code);
    }
}

static void
blanks_around_a_word_are_no_other_word(void **state)
{
    struct feed_row row = good();
    struct row_problem problem;

    (void)state;
    row.texts[FEED_AVAILABILITY] = "\n  out of stock \n";
    row.texts[FEED_GENDER] = "female ";
    row.texts[FEED_AGE_GROUP] = " adult\t";
    row.texts[FEED_PRICE] = "\n49.00 USD\n";
    row.texts[FEED_RATING] = " 4.5";
    row.texts[FEED_RATING_COUNT] = "-20";
    assert_int_equal(row_read(&row, "", true, &item, &problem), 0);
    assert_int_equal(item.availability, AVAILABILITY_OUT);
    assert_int_equal(item.gender, GENDER_FEMALE);
    assert_int_equal(item.price, 4900);
    assert_true(item.rating == 4.5);
    assert_int_equal(item.rating_count, 0);
}

static void
times_are_seconds_and_zones_count(void **state)
{
    static const struct {
        const char *text;
        int64_t seconds;
    } cases[] = { { "1970-01-02", 86400 },
                  { "2026-11-22T00:00Z", 1795305600 },
                  { "2026-11-22T01:00:00+01:00", 1795305600 },
                  { "2026-11-21T16:00-0800", 1795305600 },
                  { "2026-13-01", INT64_MIN },
                  { "tomorrow", INT64_MIN },
                  { "2026-11-22T25:00", INT64_MIN } };
    bool date_only;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *text = cases[i].text;

        assert_int_equal(row_time(&text, &date_only), cases[i].seconds);
    }
}

static void
a_good_row_is_clean(void **state)
{
    struct feed_row row = good();
    struct row_problem problem;

    (void)state;
    row.texts[FEED_DESCRIPTION] = "<b>Cool</b> &amp; light";
    row.texts[FEED_SALE_PRICE] = "39.00 USD";
    row.texts[FEED_SALE_DATES] = "2026-11-01/2026-11-30";
    assert_int_equal(row_read(&row, "", true, &item, &problem), 0);
    assert_string_equal(problem.field, "");
    assert_string_equal(item.title, "Linen Shirt");
    assert_string_equal(item.group, "A-1");
    assert_string_equal(item.description, "Cool & light");
    assert_int_equal(item.sale, 3900);
    assert_int_equal(item.sale_to - item.sale_from, 30 * 86400);
    assert_int_equal(item.availability, AVAILABILITY_IN);
    assert_int_equal(item.gender, GENDER_MALE);
}

static void
bad_fields_are_refused_by_name(void **state)
{
    static const struct {
        enum feed_field field;
        const char *text, *named;
    } cases[] = { { FEED_ID, "", "id" },
                  { FEED_TITLE, " ", "title" },
                  { FEED_TITLE, "bad \xff", "title" },
                  { FEED_PRICE, "cheap", "price" },
                  { FEED_PRICE, "15", "price" },
                  { FEED_AVAILABILITY, "perhaps", "availability" },
                  { FEED_GENDER, "cat", "gender" },
                  { FEED_AGE_GROUP, "old", "age_group" } };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct feed_row row = good();
        struct row_problem problem;

        row.texts[cases[i].field] = cases[i].text;
        assert_int_equal(row_read(&row, "", false, &item, &problem), -1);
        assert_string_equal(problem.field, cases[i].named);
        assert_true(problem.reason[0] != '\0');
    }
}

static void
a_gender_may_be_written_as_shops_do(void **state)
{
    static const struct {
        const char *text;
        uint8_t gender;
    } cases[] = { { "Womens", GENDER_FEMALE }, { "women's", GENDER_FEMALE }, { "Damen", GENDER_FEMALE },
                  { "mens", GENDER_MALE },     { "Herren", GENDER_MALE },    { "boys", GENDER_MALE },
                  { "Unisex", GENDER_UNISEX } };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct feed_row row = good();
        struct row_problem problem;

        row.texts[FEED_GENDER] = cases[i].text;
        assert_int_equal(row_read(&row, "", true, &item, &problem), 0);
        assert_int_equal(item.gender, cases[i].gender);
    }
}

static void
a_missing_price_is_a_note_or_refused_when_strict(void **state)
{
    struct feed_row row = good();
    struct row_problem problem;

    (void)state;
    row.texts[FEED_PRICE] = NULL;
    assert_int_equal(row_read(&row, "", false, &item, &problem), 0);
    assert_string_equal(problem.field, "price");
    assert_true(item.price == PRICE_NONE);
    assert_int_equal(row_read(&row, "", true, &item, &problem), -1);
}

static void
a_sale_above_the_price_is_left_out(void **state)
{
    struct feed_row row = good();
    struct row_problem problem;

    (void)state;
    row.texts[FEED_SALE_PRICE] = "59.00 USD";
    assert_int_equal(row_read(&row, "", false, &item, &problem), 0);
    assert_string_equal(problem.field, "sale_price");
    assert_true(item.sale == PRICE_NONE);
    row.texts[FEED_SALE_PRICE] = "39.00 USD";
    row.texts[FEED_SALE_DATES] = "soon";
    assert_int_equal(row_read(&row, "", false, &item, &problem), 0);
    assert_string_equal(problem.field, "sale_price_effective_date");
    assert_true(item.sale == PRICE_NONE);
}

static void
the_path_says_whom_it_is_for(void **state)
{
    struct feed_row row = good();
    struct row_problem problem;

    (void)state;
    row.texts[FEED_GENDER] = row.texts[FEED_AGE_GROUP] = NULL;
    row.texts[FEED_TYPE] = "Clothing > Girls > Dresses";
    assert_int_equal(row_read(&row, "", false, &item, &problem), 0);
    assert_int_equal(item.gender, GENDER_FEMALE);
    assert_int_equal(item.age, AGE_KIDS);
}

/* A card's link is the frontend's href: what runs there must not come out of a feed. */
static void
addresses_are_of_the_web_or_left_out(void **state)
{
    static const struct {
        const char *link, *kept;
    } cases[] = { { "https://shop.example/a:b?c=d:e", "https://shop.example/a:b?c=d:e" },
                  { " HTTP://shop.example ", "HTTP://shop.example" },
                  { "/pictures/shirt.svg?c=ffffff", "/pictures/shirt.svg?c=ffffff" },
                  { "//cdn.example/1.jpg", "//cdn.example/1.jpg" },
                  { "shirts/7.html", "shirts/7.html" },
                  { "", "" },
                  { "javascript:alert(1)", "" },
                  { " JavaScript:alert(1)", "" },
                  { "java\tscript:alert(1)", "" },
                  { "\x01javascript:alert(1)", "" },
                  { "data:text/html,<script>", "" },
                  { "vbscript:x", "" },
                  { "httpx://a", "" },
                  { "http", "http" },
                  { ":", "" } };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct row_problem problem;
        struct feed_row row = good();

        row.texts[FEED_LINK] = cases[i].link;
        assert_int_equal(row_read(&row, "USD", true, &item, &problem), 0);
        assert_string_equal(item.link, cases[i].kept);
        assert_int_equal(problem.reason[0] != '\0', cases[i].kept[0] == '\0' && cases[i].link[0] != '\0');
        row.texts[FEED_IMAGE] = cases[i].link;
        assert_int_equal(row_read(&row, "USD", true, &item, &problem), 0);
        assert_string_equal(item.image, cases[i].kept);
    }
}

static void
control_characters_become_blanks(void **state)
{
    struct row_problem problem;
    struct feed_row row = good();

    (void)state;
    row.texts[FEED_TITLE] = "Linen\x1b[2J \xc2\x9b"
                            "31mShirt&#27;\xc2\xa0x";
    assert_int_equal(row_read(&row, "USD", true, &item, &problem), 0);
    assert_string_equal(item.title, "Linen [2J 31mShirt \xc2\xa0x");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prices_are_read_in_every_form),
        cmocka_unit_test(a_sign_is_the_shops_own_currency_where_it_may_be),
        cmocka_unit_test(blanks_around_a_word_are_no_other_word),
        cmocka_unit_test(times_are_seconds_and_zones_count),
        cmocka_unit_test(a_good_row_is_clean),
        cmocka_unit_test(bad_fields_are_refused_by_name),
        cmocka_unit_test(a_gender_may_be_written_as_shops_do),
        cmocka_unit_test(a_missing_price_is_a_note_or_refused_when_strict),
        cmocka_unit_test(a_sale_above_the_price_is_left_out),
        cmocka_unit_test(the_path_says_whom_it_is_for),
        cmocka_unit_test(addresses_are_of_the_web_or_left_out),
        cmocka_unit_test(control_characters_become_blanks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
