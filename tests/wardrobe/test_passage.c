#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "wardrobe/passage.h"

static struct item *
item_of(const char *title, const char *brand, const char *type, const char *colour, const char *material,
        const char *bullets, const char *description)
{
    static struct item item;

    item = (struct item) { .title = title,
                           .brand = brand,
                           .type = type,
                           .colour = colour,
                           .material = material,
                           .bullets = bullets,
                           .description = description };
    return &item;
}

static void
check(struct passage *passage, const char *wanted)
{
    struct buffer text = { 0 };

    passage_end(passage, &text);
    assert_string_equal(buffer_string(&text), wanted);
    buffer_clear(&text);
}

static void
a_passage_says_each_thing_once(void **state)
{
    struct passage passage = { 0 };

    (void)state;
    passage_begin(&passage, item_of("Linen Camp Shirt", "Harrow", "Clothing > Men > Shirts", "white", "linen",
                                    "Airy.", "For hot days."));
    passage_add(&passage, item_of("", "", "", "sage", "", "", ""));
    passage_add(&passage, item_of("", "", "", "white", "", "", ""));
    check(&passage, "Linen Camp Shirt. Harrow. Men > Shirts. white, sage. Airy.. For hot days.");
    passage_begin(&passage, item_of("Harrow red cap", "harrow", "Caps", "Red", "wool", "", ""));
    check(&passage, "Harrow red cap. Caps. wool");
}

static void
a_long_description_ends_with_a_whole_word(void **state)
{
    struct passage passage = { 0 };
    char text[260];

    (void)state;
    memset(text, 'a', sizeof text);
    text[90] = ' ';
    text[sizeof text - 1] = '\0';
    passage_begin(&passage, item_of("Hat", "", "", "", "", "", text));
    struct buffer out = { 0 };

    passage_end(&passage, &out);
    assert_int_equal(out.size, strlen("Hat. ") + 90);
    buffer_clear(&out);
    for (size_t i = 1; i + 1 < sizeof text; i += 2) /* one word of two-byte letters, behind an x */
        memcpy(text + i, "\xc3\xa9", 2);
    text[0] = 'x';
    passage_begin(&passage, item_of("Hat", "", "", "", "", text, "the rest"));
    passage_end(&passage, &out);
    assert_int_equal(out.size, strlen("Hat. ") + 99);
    buffer_clear(&out);
}

static void
colours_end_where_there_is_no_room(void **state)
{
    struct passage passage = { 0 };
    char colour[8] = "aaaa";
    struct buffer out = { 0 };

    (void)state;
    passage_begin(&passage, item_of("Hat", "", "", "", "", "", ""));
    for (int i = 0; i < 60; i++) {
        colour[0] = (char)('a' + i % 26);
        colour[1] = (char)('a' + i / 26);
        passage_add(&passage, item_of("", "", "", colour, "", "", ""));
    }
    passage_end(&passage, &out);
    assert_true(out.size > 100 && out.size < 5 + PASSAGE_COLOURS);
    buffer_clear(&out);
}

static void
nothing_at_all_is_still_a_text(void **state)
{
    struct passage passage = { 0 };

    (void)state;
    passage_begin(&passage, item_of("", "", "", "", "", "", ""));
    check(&passage, "?");
}

static void
hashes_tell_models_dimensions_and_texts_apart(void **state)
{
    uint64_t hash = passage_hash("a", 0, "text");

    (void)state;
    assert_true(hash != 0 && hash == passage_hash("a", 0, "text"));
    assert_true(hash != passage_hash("b", 0, "text"));
    assert_true(hash != passage_hash("a", 256, "text"));
    assert_true(hash != passage_hash("a", 0, "texts"));
    assert_true(passage_hash("at", 0, "ext") != hash);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_passage_says_each_thing_once),
        cmocka_unit_test(a_long_description_ends_with_a_whole_word),
        cmocka_unit_test(colours_end_where_there_is_no_room),
        cmocka_unit_test(nothing_at_all_is_still_a_text),
        cmocka_unit_test(hashes_tell_models_dimensions_and_texts_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
