/* The Agentic Commerce Protocol's products.jsonl. */

#include "tests/wardrobe/feed_check.h"

#define VARIANT(id) "{\"id\":\"" id "\",\"price\":{\"amount\":4900,\"currency\":\"USD\"}}"

static void
each_variant_is_a_row_of_its_product(void **state)
{
    (void)state;
    feed_check(
        "{\"id\":\"P\",\"title\":\"Camp "
        "Shirt\",\"url\":\"https://s/p\",\"description\":{\"plain\":\"Soft\",\"html\":\"<p>no</p>\"},"
        "\"media\":[{\"type\":\"video\",\"url\":\"v\"},{\"type\":\"image\",\"url\":\"i\"}],\"variants\":["
        "{\"id\":\"A\",\"title\":\"White "
        "M\",\"price\":{\"amount\":4900,\"currency\":\"usd\"},\"list_price\":{\"amount\":6900,\"currency\":"
        "\"USD\"},"
        "\"availability\":{\"available\":true,\"status\":\"in_stock\"},\"variant_options\":[{\"name\":"
        "\"Color\",\"value\":\"white\"},"
        "{\"name\":\"Size\",\"value\":\"M\"},{\"name\":\"Fit\",\"value\":\"slim\"}],\"categories\":[{"
        "\"value\":\"1604\",\"taxonomy\":\"google\"},"
        "{\"value\":\"Apparel > Tops\",\"taxonomy\":\"google\"},{\"value\":\"Men > "
        "Shirts\",\"taxonomy\":\"merchant\"}],"
        "\"barcodes\":[{\"type\":\"gtin\",\"value\":\"1\"}]},"
        "{\"id\":\"B\",\"price\":{\"amount\":5,\"currency\":\"USD\"},\"availability\":{\"available\":false},"
        "\"media\":[{\"type\":\"image\",\"url\":\"j\"}]}]}\n",
        "1 id=A item_group_id=P title=Camp Shirt description=Soft link=https://s/p image_link=i "
        "availability=in_stock "
        "price=69.00 USD sale_price=49.00 USD product_type=Men > Shirts color=white size=M\n"
        "1 id=B item_group_id=P title=Camp Shirt description=Soft link=https://s/p image_link=j "
        "availability=out_of_stock "
        "price=0.05 USD\n");
}

static void
amounts_are_minor_units_of_their_currency(void **state)
{
    (void)state;
    feed_check(
        "{\"id\":\"P\",\"title\":\"T\",\"variants\":[{\"id\":\"A\",\"price\":{\"amount\":4900,\"currency\":"
        "\"JPY\"}},"
        "{\"id\":\"B\",\"price\":{\"amount\":4900,\"currency\":\"KWD\"}},{\"id\":\"C\",\"price\":{\"amount\":"
        "0,\"currency\":\"EUR\"}}]}\n",
        "1 id=A item_group_id=P title=T price=4900 JPY\n1 id=B item_group_id=P title=T price=4.900 KWD\n"
        "1 id=C item_group_id=P title=T price=0.00 EUR\n");
}

static void
an_amount_that_is_no_whole_number_refuses_its_variant(void **state)
{
    (void)state;
    feed_check("{\"id\":\"P\",\"title\":\"T\",\"variants\":[{\"id\":\"A\",\"price\":{\"amount\":49.5,"
               "\"currency\":\"USD\"}},"
               "{\"id\":\"B\",\"price\":{\"amount\":-1,\"currency\":\"USD\"}},{\"id\":\"C\",\"price\":{"
               "\"amount\":\"49.00\",\"currency\":\"USD\"}},"
               "{\"id\":\"D\",\"price\":{\"amount\":1,\"currency\":\"dollars\"}},{\"id\":\"E\",\"price\":{"
               "\"amount\":9223372036854775807,\"currency\":\"USD\"}}," VARIANT("F") "]}\n",
               "1 refused price: no whole number of minor units with a currency\n1 refused price: no whole "
               "number of minor units with a currency\n"
               "1 refused price: no whole number of minor units with a currency\n1 id=D item_group_id=P "
               "title=T price=0.01 DOL\n"
               "1 refused price: no whole number of minor units with a currency\n1 id=F item_group_id=P "
               "title=T price=49.00 USD\n");
}

static void
a_list_price_not_above_the_price_is_no_sale(void **state)
{
    (void)state;
    feed_check(
        "{\"id\":\"P\",\"title\":\"T\",\"variants\":[{\"id\":\"A\",\"price\":{\"amount\":4900,\"currency\":"
        "\"USD\"},"
        "\"list_price\":{\"amount\":4900,\"currency\":\"USD\"}},{\"id\":\"B\",\"price\":{\"amount\":4900,"
        "\"currency\":\"USD\"},"
        "\"list_price\":{\"amount\":9900,\"currency\":\"EUR\"}}]}\n",
        "1 id=A item_group_id=P title=T price=49.00 USD\n1 id=B item_group_id=P title=T price=49.00 USD\n");
}

static void
a_description_in_markdown_or_html_is_taken_where_there_is_none_plain(void **state)
{
    (void)state;
    feed_check("{\"id\":\"P\",\"title\":\"T\",\"description\":{\"markdown\":\"# Soft\\n**light** "
               "[linen](https://x)\"},\"variants\":[" VARIANT(
                   "A") "]}\n"
                        "{\"id\":\"Q\",\"title\":\"T\",\"description\":{\"html\":\"<p>x</"
                        "p>\"},\"variants\":[" VARIANT(
                            "B") "]}\n"
                                 "{\"id\":\"R\",\"title\":\"T\",\"description\":\"text\",\"variants\":[{"
                                 "\"id\":\"C\",\"description\":{\"plain\":\"own\"}}]}\n",
               "1 id=A item_group_id=P title=T description=Soft\nlight linen price=49.00 USD\n"
               "2 id=B item_group_id=Q title=T description=<p>x</p> price=49.00 USD\n3 id=C item_group_id=R "
               "title=T description=text\n");
}

static void
stock_is_what_the_status_says_unless_it_is_not_available(void **state)
{
    (void)state;
    feed_check(
        "{\"id\":\"P\",\"title\":\"T\",\"variants\":[{\"id\":\"A\",\"availability\":{\"available\":true}},"
        "{\"id\":\"B\",\"availability\":{\"available\":false,\"status\":\"in_stock\"}},"
        "{\"id\":\"C\",\"availability\":{\"available\":true,\"status\":\"backorder\"}},{\"id\":\"D\","
        "\"availability\":{}}]}\n",
        "1 id=A item_group_id=P title=T availability=in_stock\n1 id=B item_group_id=P title=T "
        "availability=out_of_stock\n"
        "1 id=C item_group_id=P title=T availability=backorder\n1 id=D item_group_id=P title=T\n");
}

static void
what_is_no_product_is_refused_and_the_rest_is_read(void **state)
{
    (void)state;
    feed_check(
        "{\"id\":\"P\",\"title\":\"T\",\"variants\":[]}\n{\"id\":\"Q\",\"title\":\"T\"}\n{\"id\":\"R\","
        "\"title\":\"T\",\"variants\":[7," VARIANT("A") "]}\n"
                                                        "{\"variants\":\n{\"id\":\"S\",\"variants\":[{"
                                                        "\"title\":\"lone\"}]}\n{\"variants\":[{},{}]}\n",
        "1 refused variants: missing\n2 refused variants: missing\n3 refused variants: holds something that "
        "is no object\n"
        "3 id=A item_group_id=R title=T price=49.00 USD\n4 refused : unexpected token near end of file at "
        "byte 12\n"
        "5 id=S item_group_id=S title=lone\n6\n6\n");
}

static void
a_line_too_long_is_refused_and_the_next_is_read(void **state)
{
    struct buffer feed = { 0 }, said = { 0 };

    (void)state;
    buffer_text(&feed, "{\"id\":\"P\",\"title\":\"");
    for (int i = 0; i < 500000; i++)
        buffer_text(&feed, "very long ");
    buffer_text(&feed,
                "\",\"variants\":[]}\n{\"id\":\"Q\",\"title\":\"T\",\"variants\":[" VARIANT("A") "]}\n");
    assert_int_equal(feed_check_bytes(feed_read_acp, feed.bytes, feed.size, &said), 0);
    assert_string_equal(buffer_string(&said),
                        "1 refused : the line is too long\n2 id=A item_group_id=Q title=T price=49.00 USD\n");
    buffer_clear(&feed);
    buffer_clear(&said);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_variant_is_a_row_of_its_product),
        cmocka_unit_test(amounts_are_minor_units_of_their_currency),
        cmocka_unit_test(an_amount_that_is_no_whole_number_refuses_its_variant),
        cmocka_unit_test(a_list_price_not_above_the_price_is_no_sale),
        cmocka_unit_test(a_description_in_markdown_or_html_is_taken_where_there_is_none_plain),
        cmocka_unit_test(stock_is_what_the_status_says_unless_it_is_not_available),
        cmocka_unit_test(what_is_no_product_is_refused_and_the_rest_is_read),
        cmocka_unit_test(a_line_too_long_is_refused_and_the_next_is_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
