/* Which reader a file gets, by its content alone. */

#include "tests/wardrobe/feed_check.h"

#include <zlib.h>

static feed_reader *
detect(const char *bytes, size_t size)
{
    int fd = memfd_create("feed", MFD_CLOEXEC);
    feed_reader *reader = NULL;
    struct source *source;
    char path[40];

    assert_int_equal(write(fd, bytes, size), size);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if ((source = source_open(path)) != NULL)
        reader = feed_detect(source);
    source_close(&source);
    close(fd);
    return reader;
}

static const struct {
    const char *feed;
    feed_reader *reader;
} samples[] = {
    { "id\ttitle\tprice\nA\tT\t1.00 USD\n", feed_read_google },
    { "ID;Title;Price\nA;T;1.00 USD\n", feed_read_google },
    { "id,title\r\nA,T\r\n", feed_read_google },
    { "id\tprice\tavailability\n", feed_read_google },
    { "<?xml version=\"1.0\"?><rss>", feed_read_google_xml },
    { "\xef\xbb\xbf\n <feed>", feed_read_google_xml },
    { "{\"item_id\":\"A\"}\n", feed_read_openai },
    { "{\"id\":\"A\",\"title\":\"variants\",\"note\":{\"variants\":1}}\n", feed_read_openai },
    { "{\"id\":\"A\",\"variants\":[]}\n", feed_read_acp },
    { "{\"id\":\"A\",\"description\":{\"plain\":\"x\"}", feed_read_acp },
    { "{\"id\":\"A\",\"t\":\"a \\\" b\", \"variants\" : [", feed_read_acp },
    { "item_id,title,price\n", feed_read_openai },
    { "id,title,\"enable_search\"\n", feed_read_openai },
    { "Handle,Title,Body (HTML)\n", feed_read_shopify },
    { "Title,URL handle,Description\n", feed_read_shopify },
    { "\"Handle\",\"Title\"\n", feed_read_shopify },
    { "", NULL },
    { " \n\n", NULL },
    { "hello\n", NULL },
    { "[{\"item_id\":\"A\"}]", NULL },
    { "<!DOCTYPE html><html>", NULL },
    { "<HTML><body>", NULL },
    { "PK\x03\x04zip", NULL },
    { "\xff\xfei", NULL },
    { "\xfe\xff", NULL },
};

static void
each_feed_is_known_by_its_content(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
        assert_ptr_equal(detect(samples[i].feed, strlen(samples[i].feed)), samples[i].reader);
}

static void
a_packed_feed_is_known_by_what_is_in_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        unsigned char packed[1024];
        z_stream stream = { .next_in = (unsigned char *)(uintptr_t)samples[i].feed,
                            .avail_in = (unsigned)strlen(samples[i].feed),
                            .next_out = packed,
                            .avail_out = sizeof packed };

        assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
        assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
        assert_ptr_equal(detect((char *)packed, stream.total_out), samples[i].reader);
        deflateEnd(&stream);
    }
}

static void
utf_16_without_its_mark_is_refused(void **state)
{
    (void)state;
    assert_null(detect("i\0d\0\t\0t\0", 8));
}

static void
a_broken_archive_is_refused(void **state)
{
    (void)state;
    assert_null(detect("\x1f\x8b\x08\x00garbage that is no archive", 30));
}

static void
a_header_longer_than_the_first_bytes_is_known_by_its_beginning(void **state)
{
    struct buffer feed = { 0 };

    (void)state;
    buffer_text(&feed, "Handle,Title");
    for (int i = 0; i < 200; i++)
        buffer_printf(&feed, ",A rather long name (product.metafields.custom.number_%d)", i);
    assert_ptr_equal(detect(feed.bytes, feed.size), feed_read_shopify);
    buffer_clear(&feed);
}

static void
googles_separated_feed_is_read_whatever_its_separator(void **state)
{
    (void)state;
    feed_check("id\ttitle\tColor\tunknown\nA\tT, with a comma\twhite\tx\n",
               "2 id=A title=T, with a comma color=white\n");
    feed_check("id,g:title,item group id\nA,\"T \"\"quoted\"\"\",G\n",
               "2 id=A item_group_id=G title=T \"quoted\"\n");
    feed_check("id;title;price\nA;T;49,90 EUR\n", "2 id=A title=T price=49,90 EUR\n");
    feed_check_fails("sku\tname\nA\tT\n", "");
    feed_check_fails("id\tname\nA\tT\n", "");
}

/* A quote stands for inches, and closes at another one, rows away. No row may be lost in it. */
static void
a_quote_for_inches_takes_no_rows_with_it(void **state)
{
    struct buffer feed = { 0 }, said = { 0 };

    (void)state;
    feed_check("id\ttitle\tprice\nA\t\"12 inch boots\t9 EUR\nB\tShirt\t8 EUR\nC\tBoots 12\" high\t7 EUR\n",
               "2 id=A title=\"12 inch boots price=9 EUR\n3 id=B title=Shirt price=8 EUR\n"
               "4 id=C title=Boots 12\" high price=7 EUR\n");
    feed_check(
        "id\ttitle\tprice\nA\t\"12 inch\t9 EUR\nB\tShirt\t8 EUR\nC\tBoots 12\"\t7 EUR\nD\tHat\t6 EUR\n",
        "2 id=A title=\"12 inch price=9 EUR\n3 id=B title=Shirt price=8 EUR\n"
        "4 id=C title=Boots 12\" price=7 EUR\n5 id=D title=Hat price=6 EUR\n");
    feed_check("id\ttitle\nA\t\"a\nB\t\"b\nC\t\"c\n",
               "2 id=A title=\"a\n3 id=B title=\"b\n4 id=C title=\"c\n");
    /* a cell of a spreadsheet may hold lines all the same */
    feed_check("id\ttitle\tprice\nA\t\"Boots\n12\"\" high\nand warm\"\t9 EUR\nB\tShirt\t8 EUR\n",
               "2 id=A title=Boots\n12\" high\nand warm price=9 EUR\n5 id=B title=Shirt price=8 EUR\n");
    buffer_text(&feed, "id\ttitle\nA\t\"x\n");
    buffer_text(&said, "2 id=A title=\"x\n");
    for (int i = 0; i < 60000; i++) {
        buffer_printf(&feed, "%d\tShirt\n", i);
        buffer_printf(&said, "%d id=%d title=Shirt\n", i + 3, i);
    }
    feed_check(buffer_string(&feed), buffer_string(&said));
    buffer_clear(&feed);
    buffer_clear(&said);
}

static void
a_byte_order_mark_is_no_part_of_the_first_column(void **state)
{
    (void)state;
    feed_check("\xef\xbb\xbfid\ttitle\nA\tT\n", "2 id=A title=T\n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_feed_is_known_by_its_content),
        cmocka_unit_test(a_packed_feed_is_known_by_what_is_in_it),
        cmocka_unit_test(utf_16_without_its_mark_is_refused),
        cmocka_unit_test(a_broken_archive_is_refused),
        cmocka_unit_test(a_header_longer_than_the_first_bytes_is_known_by_its_beginning),
        cmocka_unit_test(googles_separated_feed_is_read_whatever_its_separator),
        cmocka_unit_test(a_quote_for_inches_takes_no_rows_with_it),
        cmocka_unit_test(a_byte_order_mark_is_no_part_of_the_first_column),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
