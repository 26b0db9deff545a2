/* What a person would read of a merchant's HTML. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wardrobe/html.h"

struct sample {
    const char *html, *text;
};

static void
check(const struct sample *samples, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t size = strlen(samples[i].html);
        char *out = malloc(size + 1);

        assert_int_equal(html_text(samples[i].html, size, out), strlen(samples[i].text));
        assert_string_equal(out, samples[i].text);
        free(out);
    }
}

#define CHECK(samples) check(samples, sizeof(samples) / sizeof *(samples))

static void
tags_go_and_blocks_break_the_line(void **state)
{
    static const struct sample samples[] = {
        { "", "" },
        { "plain", "plain" },
        { "<p>One</p><p>Two</p>", "\nOne\n\nTwo\n" },
        { "a<br>b<BR/>c<br />d", "a\nb\nc\nd" },
        { "<ul><li>linen</li><li>cotton</li></ul>", "\n\nlinen\n\ncotton\n\n" },
        { "<b>Very</b> <span class=x>light</span>", "Very light" },
        { "<td>S</td><td>M</td>", " S  M " },
        { "<h2>Care</h2>cold", "\nCare\ncold" },
        { "a<!-- <b>not</b> this -->b", "ab" },
        { "a<!-- never closed > b", "a" },
        { "<!DOCTYPE html>a<?php echo 1 ?>b", "ab" },
        { "<![CDATA[x]]>y", "y" },
    };

    (void)state;
    CHECK(samples);
}

static void
scripts_and_styles_are_dropped_with_what_is_in_them(void **state)
{
    static const struct sample samples[] = {
        { "a<script>if (1 < 2) alert('<p>');</script>b", "a b" },
        { "a<STYLE type=\"text/css\">p > b { }</Style >b", "a b" },
        { "a<script src=x />b", "ab" },
        { "x<svg><path d='M0'/></svg>y", "x y" },
    };

    (void)state;
    CHECK(samples);
    {
        char out[64];

        html_text("a<script>x", 10, out);
        assert_string_equal(out, "a ");
    }
}

static void
a_bracket_in_an_attribute_ends_no_tag(void **state)
{
    static const struct sample samples[] = {
        { "<a title=\"5 > 3\" href='x>y'>link</a>!", "link!" },
        { "<a title=\"never closed>link</a>", "link" },
        { "<img alt=\">\">x", " x" },
    };

    (void)state;
    CHECK(samples);
}

static void
entities_become_characters_once(void **state)
{
    static const struct sample samples[] = {
        { "Harrow &amp; Pike", "Harrow & Pike" },
        { "caf&eacute; &euro;5 &hellip;", "caf\u00e9 \u20ac5 \u2026" },
        { "&Eacute;&eacute;", "\u00c9\u00e9" },
        { "&#233;&#xE9;&#Xe9;", "\u00e9\u00e9\u00e9" },
        { "&#8217 s", "\u2019 s" },
        { "&#146;", "\u2019" },
        { "a&nbsp;b&#160;c", "a b c" },
        { "&amp;lt;b&amp;gt;", "&lt;b&gt;" },
        { "&lt;b&gt;bold&lt;/b&gt;", "<b>bold</b>" },
        { "&#0;&#x110000;&#xD800;&#99999999999999999999;", " \ufffd\ufffd\ufffd" },
        { "&apos;&quot;", "'\"" },
        { "&thetasym;&zwnj;", "\u03d1\u200c" },
    };

    (void)state;
    CHECK(samples);
}

static void
what_is_no_markup_stays(void **state)
{
    static const struct sample samples[] = {
        { "a < b > c", "a < b > c" },
        { "size <40", "size <40" },
        { "I <3 linen <b>a lot</b>", "I <3 linen a lot" },
        { "Harrow & Pike", "Harrow & Pike" },
        { "&unknown; &; &# &#x; &", "&unknown; &; &# &#x; &" },
        { "cut off <a href=\"http", "cut off <a href=\"http" },
        { "H&M", "H&M" },
        { "<", "<" },
        { "</", "</" },
        { "<>", "<>" },
    };

    (void)state;
    CHECK(samples);
}

static void
text_may_take_the_place_of_its_html(void **state)
{
    char both[] = "<p>caf&eacute; &amp; bar</p>";

    (void)state;
    assert_int_equal(html_text(both, strlen(both), both), strlen("\ncaf\u00e9 & bar\n"));
    assert_string_equal(both, "\ncaf\u00e9 & bar\n");
}

static void
every_entity_is_found_and_no_part_of_one(void **state)
{
    (void)state;
#define ENTITY(name, point) assert_int_equal(html_entity(#name, strlen(#name)), point);
#include "wardrobe/html_entities.def"
    assert_int_equal(html_entity("am", 2), 0);
    assert_int_equal(html_entity("ampe", 4), 0);
    assert_int_equal(html_entity("", 0), 0);
}

static void
an_entity_is_never_shorter_than_its_character(void **state)
{
    char html[32], out[32];

    (void)state;
    for (uint32_t point = 0; point < 0x120000; point += point < 0x3000 ? 1 : 97) {
        int size = snprintf(html, sizeof html, "&#%u", point);

        assert_true(html_text(html, (size_t)size, out) <= (size_t)size);
        size = snprintf(html, sizeof html, "&#x%x;", point);
        assert_true(html_text(html, (size_t)size, out) <= (size_t)size);
    }
#undef ENTITY
#define ENTITY(name, point) assert_true(html_put_point(point, out) <= strlen(#name) + 2);
#include "wardrobe/html_entities.def"
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tags_go_and_blocks_break_the_line),
        cmocka_unit_test(scripts_and_styles_are_dropped_with_what_is_in_them),
        cmocka_unit_test(a_bracket_in_an_attribute_ends_no_tag),
        cmocka_unit_test(entities_become_characters_once),
        cmocka_unit_test(what_is_no_markup_stays),
        cmocka_unit_test(text_may_take_the_place_of_its_html),
        cmocka_unit_test(every_entity_is_found_and_no_part_of_one),
        cmocka_unit_test(an_entity_is_never_shorter_than_its_character),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
