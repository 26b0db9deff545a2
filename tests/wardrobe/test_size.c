#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "wardrobe/lexicon.h"
#include "wardrobe/size.h"

static void
sizes_are_read_for_what_the_garment_is(void **state)
{
    static const struct {
        const char *text, *sizes, *system;
        uint8_t genders, ages;
        enum size_class class;
        int low, high;
    } cases[] = {
        { "M", "letters", "", 0, 0, SIZE_LETTERS, 30, 30 },
        { "S/M", "letters", "", 0, 0, SIZE_LETTERS, 20, 30 },
        { "x-large", "letters", "", 0, 0, SIZE_LETTERS, 50, 50 },
        { "2X", "letters", "", 0, 0, SIZE_LETTERS, 60, 60 },
        { "42", "shoes", "EU", 0, 0, SIZE_SHOES, 420, 420 },
        { "42", "shoes", "", 0, 0, SIZE_SHOES, 420, 420 },
        { "8", "shoes", "UK", 0, 0, SIZE_SHOES, 419, 419 },
        { "9", "shoes", "US", GENDER_MALE, 0, SIZE_SHOES, 419, 419 },
        { "7.5", "shoes", "US", GENDER_FEMALE, 0, SIZE_SHOES, 381, 381 },
        { "32", "waist", "US", GENDER_MALE, 0, SIZE_WAIST, 320, 320 },
        { "W32 L34", "waist", "", 0, 0, SIZE_WAIST, 320, 320 },
        { "S-M", "letters", "", 0, 0, SIZE_LETTERS, 20, 30 },
        { "XS - S", "letters", "", 0, 0, SIZE_LETTERS, 10, 20 },
        { "L\xe2\x80\x93XL", "letters", "", 0, 0, SIZE_LETTERS, 40, 50 },
        { "M to L", "letters", "", 0, 0, SIZE_LETTERS, 30, 40 },
        { "S/M/L", "letters", "", 0, 0, SIZE_LETTERS, 20, 40 },
        { "X-Large", "letters", "", 0, 0, SIZE_LETTERS, 50, 50 },
        { "X-Small/Small", "letters", "", 0, 0, SIZE_LETTERS, 10, 20 },
        { "L/S", "letters", "", 0, 0, SIZE_NONE, 0, 0 },
        { "38.5", "shoes", "EU", 0, 0, SIZE_SHOES, 385, 385 },
        { "38,5", "shoes", "EU", 0, 0, SIZE_SHOES, 385, 385 },
        { "38,50", "shoes", "EU", 0, 0, SIZE_SHOES, 385, 385 },
        { "38\xc2\xbd", "shoes", "EU", 0, 0, SIZE_SHOES, 385, 385 },
        { "36-37", "shoes", "EU", 0, 0, SIZE_SHOES, 360, 370 },
        { "EU 38/UK 5", "shoes", "", GENDER_FEMALE, 0, SIZE_SHOES, 380, 380 },
        { "UK 5/EU 38", "shoes", "", GENDER_FEMALE, 0, SIZE_SHOES, 381, 381 },
        { "36 - 37", "shoes", "", 0, 0, SIZE_SHOES, 360, 370 },
        { "37-36", "shoes", "", 0, 0, SIZE_NONE, 0, 0 },
        { "10C", "shoes", "US", 0, AGE_TODDLER, SIZE_SHOES, 267, 267 },
        { "10", "shoes", "US", 0, AGE_TODDLER, SIZE_SHOES, 267, 267 },
        { "13", "shoes", "UK", 0, AGE_KIDS, SIZE_SHOES, 318, 318 },
        { "3Y", "shoes", "US", 0, AGE_KIDS, SIZE_SHOES, 343, 343 },
        { "3", "shoes", "US", 0, AGE_KIDS, SIZE_SHOES, 343, 343 },
        { "27", "shoes", "EU", 0, AGE_TODDLER, SIZE_SHOES, 270, 270 },
        { "27", "shoes", "", 0, AGE_TODDLER, SIZE_SHOES, 270, 270 },
        { "36 - 38", "letters", "EU", GENDER_FEMALE, 0, SIZE_NUMERIC, 360, 380 },
        { "36\xe2\x80\x93"
          "38",
          "letters", "EU", GENDER_FEMALE, 0, SIZE_NUMERIC, 360, 380 },
        { "40 EU", "letters", "", GENDER_MALE, 0, SIZE_NUMERIC, 400, 400 },
        { "10 UK", "letters", "", GENDER_FEMALE, 0, SIZE_NUMERIC, 380, 380 },
        { "UK 10/EU 38", "letters", "", GENDER_FEMALE, 0, SIZE_NUMERIC, 380, 380 },
        { "UK 10 (EU 38)", "letters", "", GENDER_FEMALE, 0, SIZE_NUMERIC, 380, 380 },
        { "M (38-40)", "letters", "", 0, 0, SIZE_LETTERS, 30, 30 },
        { "(roomy)", "letters", "", 0, 0, SIZE_NONE, 0, 0 },
        { "15 inch", "none", "", 0, AGE_ADULT, SIZE_NONE, 0, 0 },
        { "10 pairs", "none", "", 0, 0, SIZE_NONE, 0, 0 },
        { "4-5 years", "letters", "", 0, 0, SIZE_KIDS, 48, 71 },
        { "4T", "letters", "", 0, 0, SIZE_KIDS, 48, 59 },
        { "12 months", "letters", "", 0, 0, SIZE_KIDS, 12, 12 },
        { "32/34", "waist", "", 0, 0, SIZE_WAIST, 320, 320 },
        { "12", "letters", "UK", GENDER_FEMALE, 0, SIZE_NUMERIC, 400, 400 },
        { "8", "letters", "US", GENDER_FEMALE, 0, SIZE_NUMERIC, 380, 380 },
        { "40", "letters", "EU", GENDER_FEMALE, 0, SIZE_NUMERIC, 400, 400 },
        { "40", "letters", "US", GENDER_MALE, 0, SIZE_NUMERIC, 500, 500 },
        { "4-5 years", "letters", "", 0, AGE_KIDS, SIZE_KIDS, 48, 71 },
        { "6-9 months", "letters", "", 0, AGE_INFANT, SIZE_KIDS, 6, 9 },
        { "116", "letters", "", 0, AGE_KIDS, SIZE_KIDS, 60, 83 },
        { "110/116 cm", "letters", "", 0, AGE_KIDS, SIZE_KIDS, 48, 83 },
        { "114", "letters", "", 0, AGE_KIDS, SIZE_KIDS, 60, 83 },
        { "113", "letters", "", 0, AGE_KIDS, SIZE_NONE, 0, 0 },
        { "110/104", "letters", "", 0, AGE_KIDS, SIZE_NONE, 0, 0 },
        { "75B", "letters", "", 0, AGE_KIDS, SIZE_NONE, 0, 0 },
        { "104", "none", "", 0, AGE_ADULT, SIZE_NONE, 0, 0 }, /* a belt */
        { "One Size", "none", "", 0, 0, SIZE_ONE, 0, 0 },
        { "", "letters", "", 0, 0, SIZE_NONE, 0, 0 },
        { "roomy", "letters", "", 0, 0, SIZE_NONE, 0, 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct size size;

        if (size_read(cases[i].text, cases[i].sizes, cases[i].system, cases[i].genders, cases[i].ages,
                      &size) != cases[i].class)
            fail_msg("%s (%s %s) is read as %s", cases[i].text, cases[i].sizes, cases[i].system,
                     size_class_name(size.class));
        if (cases[i].class != SIZE_NONE && (size.low != cases[i].low || size.high != cases[i].high))
            fail_msg("%s is %d to %d", cases[i].text, size.low, size.high);
    }
}

/* Whether one who asks for ASKED of CLASS wears OFFERED of a garment in SIZES. */
static bool
fits(const char *asked, enum size_class class, const char *system, uint8_t genders, const char *offered,
     const char *sizes, const char *of_system, uint8_t of_genders)
{
    struct size wanted[3], size;
    int count = size_asked(asked, class, system, genders, wanted);

    size_read(offered, sizes, of_system, of_genders, AGE_ADULT, &size);
    for (int i = 0; i < count; i++)
        if (size_fits(&wanted[i], &size))
            return true;
    return false;
}

/* A child's size offered as OFFERED, for one who asks for ASKED. */
static bool
fits_child(const char *asked, const char *offered)
{
    struct size wanted[3], size;

    assert_int_equal(size_asked(asked, SIZE_KIDS, "", 0, wanted), 1);
    assert_int_equal(size_read(offered, "letters", "", 0, AGE_KIDS, &size), SIZE_KIDS);
    return size_fits(&wanted[0], &size);
}

static void
a_childs_height_is_an_age_and_back(void **state)
{
    (void)state;
    assert_true(fits_child("116", "5-6Y"));
    assert_true(fits_child("116", "6Y"));
    assert_true(fits_child("116", "116"));
    assert_true(fits_child("116", "110/116"));
    assert_true(fits_child("116 cm", "4-6Y"));
    assert_false(fits_child("116", "4-5Y"));
    assert_false(fits_child("116", "6-7Y"));
    assert_false(fits_child("116", "122"));
    assert_true(fits_child("5-6", "116"));
    assert_true(fits_child("5", "116"));
    assert_false(fits_child("5-6", "104"));
    assert_true(fits_child("62", "0-3M"));
    assert_true(fits_child("74", "6-9M"));
    assert_true(fits_child("4-5", "5-6Y")); /* ages alone: as before, a year's slack */
}

static void
sizes_convert_between_systems(void **state)
{
    (void)state;
    assert_true(fits("42", SIZE_SHOES, "EU", 0, "9", "shoes", "US", GENDER_MALE));
    assert_false(fits("42", SIZE_SHOES, "EU", 0, "11", "shoes", "US", GENDER_MALE));
    assert_true(fits("8", SIZE_SHOES, "UK", 0, "42", "shoes", "EU", GENDER_UNISEX));
    assert_true(fits("7.5", SIZE_SHOES, "US", GENDER_FEMALE, "38", "shoes", "EU", GENDER_FEMALE));
    assert_true(fits("10", SIZE_NUMERIC, "UK", GENDER_FEMALE, "38", "letters", "EU", GENDER_FEMALE));
    assert_true(fits("M", SIZE_LETTERS, "", GENDER_FEMALE, "40", "letters", "EU", GENDER_FEMALE));
    assert_false(fits("M", SIZE_LETTERS, "", GENDER_FEMALE, "46", "letters", "EU", GENDER_FEMALE));
    assert_true(fits("40", SIZE_NUMERIC, "EU", GENDER_FEMALE, "M", "letters", "", GENDER_FEMALE));
    assert_true(fits("M", SIZE_LETTERS, "", 0, "S/M", "letters", "", 0));
    assert_true(fits("M", SIZE_LETTERS, "", 0, "One Size", "letters", "", 0));
    assert_false(fits("42", SIZE_SHOES, "", 0, "One Size", "shoes", "", 0));
    assert_false(fits("M", SIZE_LETTERS, "", 0, "42", "shoes", "", 0));
    assert_true(fits("32", SIZE_WAIST, "", 0, "W32 L34", "waist", "", 0));
    assert_false(fits("W32 L30", SIZE_WAIST, "", 0, "W32 L34", "waist", "", 0));
}

static void
a_class_speaks_of_its_own_only(void **state)
{
    (void)state;
    assert_true(size_speaks(SIZE_LETTERS, SIZE_NUMERIC));
    assert_false(size_speaks(SIZE_LETTERS, SIZE_SHOES));
    assert_false(size_speaks(SIZE_WAIST, SIZE_NUMERIC));
    assert_int_equal(size_class_named("shoes"), SIZE_SHOES);
    assert_int_equal(size_class_named("hats"), SIZE_NONE);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_childs_height_is_an_age_and_back),
        cmocka_unit_test(sizes_are_read_for_what_the_garment_is),
        cmocka_unit_test(sizes_convert_between_systems),
        cmocka_unit_test(a_class_speaks_of_its_own_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
