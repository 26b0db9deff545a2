/* Google's feed in XML: RSS, Atom, and what shops make of them. */

#include "tests/wardrobe/feed_check.h"

#define RSS                                                                                                  \
    "<?xml version=\"1.0\"?>\n<rss version=\"2.0\" "                                                         \
    "xmlns:g=\"http://base.google.com/ns/1.0\"><channel><title>Shop</title>\n"
#define END "</channel></rss>\n"

static void
an_rss_item_is_a_row(void **state)
{
    (void)state;
    feed_check(
        RSS
        "<item>\n<g:id>A1</g:id><title>Camp Shirt</title><link>https://s/1</link>"
        "<g:price>15,550.00 RUB</g:price><g:color>white/sage</g:color><g:gtin>4006381333931</g:gtin></item>\n"
        "<item><g:id>A2</g:id><g:title>Skirt</g:title></item>" END,
        "3 id=A1 title=Camp Shirt link=https://s/1 price=15,550.00 RUB color=white/sage\n5 id=A2 "
        "title=Skirt\n");
}

static void
an_atom_entry_is_a_row_and_its_link_an_attribute(void **state)
{
    (void)state;
    feed_check("<feed xmlns=\"http://www.w3.org/2005/Atom\" xmlns:g=\"http://base.google.com/ns/1.0\">"
               "<title>Shop</title><link rel=\"self\" href=\"https://s/\"/>"
               "<entry><g:id>A</g:id><title>Shirt</title><link "
               "href=\"https://s/a\"/><summary>Soft</summary></entry></feed>",
               "1 id=A title=Shirt description=Soft link=https://s/a\n");
}

static void
googles_own_names_go_before_others(void **state)
{
    (void)state;
    feed_check(RSS
               "<item><g:id>A</g:id><g:title>Ours</g:title><title>Theirs</title><description>x</description>"
               "<g:description>y</g:description><media:title>no</media:title></item>" END,
               "3 id=A title=Ours description=y\n");
}

static void
googles_prefix_is_the_files_choice(void **state)
{
    (void)state;
    feed_check(
        "<rss "
        "xmlns:n0=\"http://base.google.com/ns/1.0\"><channel><item><n0:id>A</n0:id><n0:title>T</n0:title>"
        "<g:brand>not Google's here</g:brand></item></channel></rss>",
        "1 id=A title=T\n");
}

static void
cdata_and_entities_are_read(void **state)
{
    (void)state;
    feed_check(RSS "<item><g:id>A</g:id><title>H &amp; P caf&eacute;&nbsp;&#8364;</title>"
                   "<description><![CDATA[<p>Soft & <b>light</b></p>]]></description></item>" END,
               "3 id=A title=H & P café\u00a0€ description=<p>Soft & <b>light</b></p>\n");
}

static void
repeated_pictures_are_joined_and_of_others_the_first_counts(void **state)
{
    (void)state;
    feed_check(
        RSS
        "<item><g:id>A</g:id><title>T</title><g:additional_image_link>1</g:additional_image_link>"
        "<g:additional_image_link>2</g:additional_image_link><g:product_type>Women &gt; Tops</g:product_type>"
        "<g:product_type>Sale</g:product_type></item>" END,
        "3 id=A title=T additional_image_link=1,2 product_type=Women > Tops\n");
}

static void
what_lies_within_other_fields_is_not_ours(void **state)
{
    (void)state;
    feed_check(
        RSS
        "<item><g:id>A</g:id><title>T</title><g:shipping><g:country>US</g:country><g:price>9.00 USD</g:price>"
        "</g:shipping><g:price>15.00 USD</g:price></item>" END,
        "3 id=A title=T price=15.00 USD\n");
}

static void
xhtml_within_a_description_is_text(void **state)
{
    (void)state;
    feed_check(RSS "<item><g:id>A</g:id><title>T</title><description><div>Soft<p>light</p></div></"
                   "description></item>" END,
               "3 id=A title=T description= Soft light\n");
}

static void
a_broken_item_is_refused_and_the_next_is_read(void **state)
{
    (void)state;
    feed_check(RSS "<item><g:id>A</g:id><title>Harrow & Pike</title></item>\n"
                   "<item><g:id>B</g:id><title>T</title></item>\n<item><g:id>C</g:id><title>T</item>\n"
                   "<item><g:id>D</g:id><title>T</title></item>" END,
               "3 refused : not well-formed (invalid token)\n4 id=B title=T\n5 refused : mismatched tag\n6 "
               "id=D title=T\n");
}

static void
a_broken_item_over_the_end_of_a_piece_is_refused_too(void **state)
{
    /* pieces have 65,536 bytes: every offset of the broken item and of the next one to their border */
    const char broken[] =
        "<item><g:id>B</g:id><title>H & P</title></item><item><g:id>C</g:id><title>T</title></item>" END;
    size_t head = strlen(RSS), room = 65536 + sizeof broken;
    char *feed = malloc(room + 64);

    (void)state;
    for (size_t at = 65536 - sizeof broken; at <= 65536; at++) {
        struct buffer said = { 0 };

        memcpy(feed, RSS, head);
        memset(feed + head, ' ', at - head);
        memcpy(feed + at, broken, sizeof broken);
        assert_int_equal(feed_check_bytes(NULL, feed, at + sizeof broken - 1, &said), 0);
        assert_string_equal(buffer_string(&said),
                            "3 refused : not well-formed (invalid token)\n3 id=C title=T\n");
        buffer_clear(&said);
    }
    free(feed);
}

static void
a_file_cut_short_fails_as_a_whole(void **state)
{
    (void)state;
    feed_check_fails(RSS "<item><g:id>A</g:id><title>T</title></item><item><g:id>B</g:id>",
                     "3 id=A title=T\n");
    feed_check_fails(RSS "<item><g:id>A</g:id><title>T</title></item>", "3 id=A title=T\n");
    feed_check_fails(RSS "<item><g:id>A</g:id><title>H & P</title></item><item><g:id>B</g:id></item>",
                     "3 refused : not well-formed (invalid token)\n3 id=B\n");
}

static void
entities_of_the_files_own_are_refused_at_once(void **state)
{
    (void)state;
    feed_check_fails(
        "<!DOCTYPE rss [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;\">]>"
        "<rss><channel><item><id>A</id><title>&c;</title></item></channel></rss>",
        "");
    feed_check_fails("<!DOCTYPE rss [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"
                     "<rss><channel><item><id>A</id><title>&x;</title></item></channel></rss>",
                     "");
}

static void
an_external_dtd_is_never_fetched(void **state)
{
    (void)state;
    feed_check("<!DOCTYPE rss SYSTEM "
               "\"file:///etc/passwd\"><rss><channel><item><id>A</id><title>a&mdash;b</title></item>"
               "</channel></rss>",
               "1 id=A title=a—b\n");
}

static void
elements_too_deep_in_each_other_are_refused(void **state)
{
    struct buffer feed = { 0 };

    (void)state;
    buffer_text(&feed, RSS "<item><g:id>A</g:id>");
    for (int i = 0; i < 100000; i++)
        buffer_text(&feed, "<a>");
    feed_check_fails(buffer_string(&feed), "");
    buffer_clear(&feed);
}

static void
a_field_too_long_refuses_its_item_only(void **state)
{
    struct buffer feed = { 0 };

    (void)state;
    buffer_text(&feed, RSS "<item><g:id>A</g:id><title>T</title><description>");
    for (int i = 0; i < 10000; i++)
        buffer_text(&feed, "long long ");
    buffer_text(&feed, "</description></item><item><g:id>B</g:id><title>T</title></item>" END);
    feed_check(buffer_string(&feed), "3 refused description: too long\n3 id=B title=T\n");
    buffer_clear(&feed);
}

static void
other_encodings_become_utf_8(void **state)
{
    (void)state;
    feed_check("<?xml version=\"1.0\" "
               "encoding=\"ISO-8859-1\"?><rss><item><id>A</id><title>caf\xe9</title></item></rss>",
               "1 id=A title=café\n");
    feed_check(
        "<?xml version=\"1.0\" encoding=\"windows-1252\"?><rss><item><id>A</id><title>5 \x80</title></item>"
        "<item><id>B</id><title>a & b</title></item><item><id>C</id><title>\x93q\x94</title></item></rss>",
        "1 id=A title=5 €\n1 refused : not well-formed (invalid token)\n1 id=C title=“q”\n");
    feed_check_fails("<?xml version=\"1.0\" encoding=\"KOI8-R\"?><rss><item><id>A</id></item></rss>", "");
}

static void
bytes_that_are_no_utf_8_refuse_their_item(void **state)
{
    (void)state;
    feed_check(
        RSS
        "<item><g:id>A</g:id><title>caf\xe9 x</title></item><item><g:id>B</g:id><title>T</title></item>" END,
        "3 refused : not well-formed (invalid token)\n3 id=B title=T\n");
}

static void
xml_without_items_is_no_feed(void **state)
{
    (void)state;
    feed_check_fails("<rss><channel></channel></rss>", "");
    feed_check_fails("<catalogue><product/></catalogue>", "");
    feed_check_fails("<rss><chan", "");
    feed_check_fails("<", "");
}

/* It would be kept whole: a megabyte of gzip makes a gigabyte of them. */
static void
a_tag_or_comment_without_end_ends_the_file(void **state)
{
    static const char *const begins[] = { "<rss><channel><!--", "<rss><channel><item a=\"",
                                          "<rss><channel><item><title ", "<!DOCTYPE rss SYSTEM \"" };

    (void)state;
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++) {
        const size_t size = 12 << 20;
        struct buffer said = { 0 };
        char *file = malloc(size);

        memset(file, 'x', size);
        memcpy(file, begins[i], strlen(begins[i]));
        assert_int_equal(feed_check_bytes(feed_read_google_xml, file, size, &said), -1);
        assert_int_equal(said.size, 0);
        buffer_clear(&said);
        free(file);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_rss_item_is_a_row),
        cmocka_unit_test(an_atom_entry_is_a_row_and_its_link_an_attribute),
        cmocka_unit_test(googles_own_names_go_before_others),
        cmocka_unit_test(googles_prefix_is_the_files_choice),
        cmocka_unit_test(cdata_and_entities_are_read),
        cmocka_unit_test(repeated_pictures_are_joined_and_of_others_the_first_counts),
        cmocka_unit_test(what_lies_within_other_fields_is_not_ours),
        cmocka_unit_test(xhtml_within_a_description_is_text),
        cmocka_unit_test(a_broken_item_is_refused_and_the_next_is_read),
        cmocka_unit_test(a_broken_item_over_the_end_of_a_piece_is_refused_too),
        cmocka_unit_test(a_file_cut_short_fails_as_a_whole),
        cmocka_unit_test(entities_of_the_files_own_are_refused_at_once),
        cmocka_unit_test(an_external_dtd_is_never_fetched),
        cmocka_unit_test(elements_too_deep_in_each_other_are_refused),
        cmocka_unit_test(a_field_too_long_refuses_its_item_only),
        cmocka_unit_test(other_encodings_become_utf_8),
        cmocka_unit_test(bytes_that_are_no_utf_8_refuse_their_item),
        cmocka_unit_test(xml_without_items_is_no_feed),
        cmocka_unit_test(a_tag_or_comment_without_end_ends_the_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
