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
        cmocka_unit_test(a_byte_order_mark_is_no_part_of_the_first_column),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
