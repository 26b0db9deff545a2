#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "common/slots.h"

static void
a_slot_is_known_by_its_many_names(void **state)
{
    static const char *const cases[][2] = {
        { "top", "top" },
        { "Tops", "top" },
        { " T-Shirt ", "top" },
        { "trousers", "bottom" },
        { "shorts", "bottom" },
        { "Dresses", "dress" },
        { "jacket", "outerwear" },
        { "footwear", "shoes" },
        { "sandals", "shoes" },
        { "jewelry", "jewellery" },
        { "accessories", "accessory" },
        { "ALL", "all" },
        { "outfit", "all" },
        { "swimsuit", "swimwear" },
        { "suit", "set" },
        { "bags", "bag" },
        { "sunglasses", "accessory" },
    };
    char slot[SLOT_SIZE];

    (void)state;
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
        assert_int_equal(slot_named(cases[n][0], slot), 0);
        assert_string_equal(slot, cases[n][1]);
    }
}

static void
a_plain_word_of_another_kind_is_a_slot_of_its_own(void **state)
{
    char slot[SLOT_SIZE];

    (void)state;
    assert_int_equal(slot_named("Tie Clip", slot), 0);
    assert_string_equal(slot, "tie clip");
    assert_int_equal(slot_named("pocket-square", slot), 0);
    assert_string_equal(slot, "pocket-square");
    assert_int_equal(slot_named("abcdefghijklmnopqrstuvwx", slot), 0); /* as long as fits */
}

static void
what_is_no_word_is_no_slot(void **state)
{
    static const char *const cases[] = {
        "", "   ", "to/p", "top1", "t\xc3\xb6p", "a\nb", "abcdefghijklmnopqrstuvwxy"
    };
    char slot[SLOT_SIZE];

    (void)state;
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
        assert_int_equal(slot_named(cases[n], slot), -1);
        assert_string_equal(slot, "");
    }
}

static void
a_garment_is_of_the_slot_of_its_last_known_word(void **state)
{
    (void)state;
    assert_string_equal(slot_of_garment("linen camp shirt"), "top");
    assert_string_equal(slot_of_garment("shirt dress"), "dress");
    assert_string_equal(slot_of_garment("Sandals, brown"), "shoes");
    assert_string_equal(slot_of_garment("all sorts"), "");
    assert_string_equal(slot_of_garment("mystery"), "");
    assert_string_equal(slot_of_garment(""), "");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slot_is_known_by_its_many_names),
        cmocka_unit_test(a_plain_word_of_another_kind_is_a_slot_of_its_own),
        cmocka_unit_test(what_is_no_word_is_no_slot),
        cmocka_unit_test(a_garment_is_of_the_slot_of_its_last_known_word),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
