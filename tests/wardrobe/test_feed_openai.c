/* OpenAI's feed, as JSON Lines and separated. */

#include "tests/wardrobe/feed_check.h"

static void
a_line_of_json_is_a_row_with_googles_names(void **state)
{
    (void)state;
    feed_check(
        "{\"item_id\":\"A\",\"group_id\":\"G\",\"title\":\"Camp "
        "Shirt\",\"url\":\"https://s/a\",\"image_url\":\"https://i/a\","
        "\"price\":\"79.99 USD\",\"sale_price\":\"59.99 "
        "USD\",\"availability\":\"pre_order\",\"product_category\":\"Tops > Shirts\","
        "\"color\":\"white\",\"size\":\"M\",\"is_eligible_search\":true,\"seller_name\":\"unknown column\"}\n"
        "\n{\"item_id\":\"B\",\"title\":\"Skirt\"}",
        "1 id=A item_group_id=G title=Camp Shirt link=https://s/a image_link=https://i/a "
        "availability=pre_order "
        "price=79.99 USD sale_price=59.99 USD product_type=Tops > Shirts color=white size=M\n3 id=B "
        "title=Skirt\n");
}

static void
the_variant_dict_gives_what_the_row_does_not_say(void **state)
{
    (void)state;
    feed_check("{\"item_id\":\"A\",\"title\":\"T\",\"size\":\"L\",\"variant_dict\":{\"Colour\":\"sage\","
               "\"Size\":\"M\",\"fit\":\"slim\"}}\n"
               "{\"item_id\":\"B\",\"title\":\"T\",\"variant_dict\":\"{\\\"color\\\":\\\"red\\\"}\"}\n"
               "{\"item_id\":\"C\",\"title\":\"T\",\"variant_dict\":\"{red\"}\n"
               "{\"item_id\":\"D\",\"title\":\"T\",\"variant_dict\":{\"size\":42}}\n",
               "1 id=A title=T color=sage size=L\n2 id=B title=T color=red\n3 note variant_dict: no JSON "
               "object: not read\n"
               "3 id=C title=T\n4 id=D title=T\n");
}

static void
older_names_are_known(void **state)
{
    (void)state;
    feed_check(
        "{\"id\":\"A\",\"title\":\"T\",\"link\":\"l\",\"image_link\":\"i\",\"additional_image_link\":[\"x\","
        "\"y\"],\"enable_search\":\"true\","
        "\"item_group_id\":\"G\",\"product_review_rating\":4.5,\"product_review_count\":12}\n",
        "1 id=A item_group_id=G title=T link=l image_link=i additional_image_link=x,y product_rating=4.5 "
        "product_review_count=12\n");
}

static void
a_row_that_may_not_be_searched_is_left_out(void **state)
{
    (void)state;
    feed_check("{\"item_id\":\"A\",\"title\":\"T\",\"is_eligible_search\":false}\n{\"item_id\":\"B\","
               "\"title\":\"T\",\"enable_search\":\"no\"}\n",
               "1 note is_eligible_search: false: left out\n2 note is_eligible_search: false: left out\n");
}

static void
a_bare_number_takes_the_currency_beside_it(void **state)
{
    (void)state;
    feed_check("{\"item_id\":\"A\",\"title\":\"T\",\"price\":79.99,\"currency\":\"EUR\"}\n{\"item_id\":\"B\","
               "\"title\":\"T\",\"price\":15}\n",
               "1 id=A title=T price=79.99 EUR\n2 id=B title=T price=15\n");
}

static void
broken_lines_are_refused_and_the_rest_is_read(void **state)
{
    (void)state;
    feed_check("{\"item_id\":\"A\",\"title\":\"T\"}\n{\"item_id\":\"B\",\n[1]\n\"x\"\n{\"item_id\":\"C\","
               "\"item_id\":\"C\"}\n"
               "{\"item_id\":\"D\",\"title\":{\"en\":\"T\"}}\n{\"item_id\":\"caf\xe9\"}\n{\"item_id\":\"E\","
               "\"title\":\"T\"}\n",
               "1 id=A title=T\n2 refused : string or '}' expected near end of file at byte 15\n3 refused : "
               "no JSON object\n"
               "4 refused : '[' or '{' expected near '\"x\"' at byte 3\n5 refused : duplicate object key "
               "near '\"item_id\"' at byte 24\n"
               "6 refused title: neither a text nor a number\n7 refused : unable to decode byte 0xe9 near "
               "'\"caf' at byte 15\n"
               "8 id=E title=T\n");
}

static void
json_too_deep_is_refused(void **state)
{
    struct buffer feed = { 0 }, said = { 0 };

    (void)state;
    buffer_text(&feed, "{\"item_id\":\"A\",\"title\":");
    for (int i = 0; i < 100000; i++)
        buffer_text(&feed, "[");
    buffer_text(&feed, "\n{\"item_id\":\"B\",\"title\":\"T\"}\n");
    assert_int_equal(feed_check_bytes(feed_read_openai, feed.bytes, feed.size, &said), 0);
    assert_non_null(strstr(buffer_string(&said), "1 refused : "));
    assert_non_null(strstr(buffer_string(&said), "\n2 id=B title=T\n"));
    buffer_clear(&feed);
    buffer_clear(&said);
}

static void
a_separated_file_is_read_by_its_header(void **state)
{
    (void)state;
    feed_check("\xef\xbb\xbfitem_id,title,price,variant_dict,is_eligible_search,description\r\n"
               "A,\"Shirt, \"\"Camp\"\"\",79.99 "
               "USD,\"{\"\"color\"\":\"\"white\"\",\"\"size\"\":\"\"M\"\"}\",true,\"two\nlines\"\r\n"
               "B,T,1.00 USD,,FALSE,x\r\nC,T\r\nD,T,1.00 USD,,,x,one more\r\n",
               "2 id=A title=Shirt, \"Camp\" description=two\nlines price=79.99 USD color=white size=M\n"
               "4 note is_eligible_search: false: left out\n5 id=C title=T\n6 refused : more fields than the "
               "header has columns\n");
}

static void
lists_of_texts_are_joined_as_google_does(void **state)
{
    (void)state;
    feed_check("{\"item_id\":\"A\",\"title\":\"T\",\"color\":[\"white\",\"sage\"],\"product_category\":["
               "\"Tops\",\"Shirts\"],\"material\":[]}\n",
               "1 id=A title=T product_type=Tops > Shirts color=white/sage\n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_of_json_is_a_row_with_googles_names),
        cmocka_unit_test(the_variant_dict_gives_what_the_row_does_not_say),
        cmocka_unit_test(older_names_are_known),
        cmocka_unit_test(a_row_that_may_not_be_searched_is_left_out),
        cmocka_unit_test(a_bare_number_takes_the_currency_beside_it),
        cmocka_unit_test(broken_lines_are_refused_and_the_rest_is_read),
        cmocka_unit_test(json_too_deep_is_refused),
        cmocka_unit_test(a_separated_file_is_read_by_its_header),
        cmocka_unit_test(lists_of_texts_are_joined_as_google_does),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
