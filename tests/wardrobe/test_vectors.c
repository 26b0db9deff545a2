#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wardrobe/vectors.h"

static uint32_t seed = 1;

static uint32_t
chance(void)
{
    seed = seed * 1664525u + 1013904223u;
    return seed >> 8;
}

static void
a_packed_vector_has_its_direction_and_length_one(void **state)
{
    float floats[100], length = 0;
    int8_t codes[128];
    double square = 0;

    (void)state;
    for (int i = 0; i < 100; i++) {
        floats[i] = (float)(chance() % 2001) / 100 - 10;
        length += floats[i] * floats[i];
    }
    memset(codes, 77, sizeof codes);
    float scale = vectors_pack(floats, 100, codes);

    for (int i = 0; i < 100; i++) {
        assert_true(fabsf((float)codes[i] * scale - floats[i] / sqrtf(length)) <= scale / 2 + 1e-6f);
        square += (double)((float)codes[i] * scale) * (double)((float)codes[i] * scale);
    }
    for (int i = 100; i < 128; i++)
        assert_int_equal(codes[i], 0);
    assert_true(fabs(square - 1) < 0.01);
}

static void
what_has_no_direction_is_none(void **state)
{
    const float cases[][2] = { { 0, 0 }, { NAN, 1 }, { INFINITY, 1 } };
    int8_t codes[32];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_true(vectors_pack(cases[i], 2, codes) == 0);
}

static void
every_way_of_multiplying_gives_the_same(void **state)
{
    int8_t a[1536], b[1536];

    (void)state;
    for (uint32_t size = 32; size <= sizeof a; size += size < 256 ? 32 : 320)
        for (int round = 0; round < 50; round++) {
            for (uint32_t i = 0; i < size; i++) {
                a[i] = (int8_t)(round == 0 ? 127 : round == 1 ? -127 : (int)(chance() % 255) - 127);
                b[i] = (int8_t)(round == 0 ? 127 : round == 1 ? 127 : (int)(chance() % 255) - 127);
            }
            int32_t sum = vectors_dot(VECTORS_PLAIN, a, b, size);

            assert_int_equal(vectors_dot(VECTORS_SSE2, a, b, size), sum);
            assert_int_equal(vectors_dot(vectors_way(), a, b, size), sum);
            if (round == 0)
                assert_int_equal(sum, 127 * 127 * (int32_t)size);
        }
}

/* -- the nearest --------------------------------------------------------------------------------- */

#define PRODUCTS 300
#define WIDE 40

struct fixture {
    struct vectors vectors;
    float scales[PRODUCTS];
    int8_t codes[PRODUCTS * 64];
    int8_t question_codes[64];
    struct vector question;
};

static void
fill(struct fixture *fixture)
{
    float floats[WIDE];

    memset(fixture, 0, sizeof *fixture);
    fixture->vectors = (struct vectors) { .count = PRODUCTS,
                                          .dimensions = WIDE,
                                          .stride = vectors_stride(WIDE),
                                          .scales = fixture->scales,
                                          .codes = fixture->codes };
    for (int p = 0; p <= PRODUCTS; p++) {
        for (int i = 0; i < WIDE; i++)
            floats[i] = (float)(chance() % 201) - 100;
        if (p < PRODUCTS && p % 10 != 3)
            fixture->scales[p] = vectors_pack(floats, WIDE, fixture->codes + p * 64);
    }
    fixture->question.codes = fixture->question_codes;
    fixture->question.scale = vectors_pack(floats, WIDE, fixture->question_codes);
}

static bool
passes_even(const void *owner, uint32_t product)
{
    (void)owner;
    return product % 2 == 0;
}

static bool
passes_all(const void *owner, uint32_t product)
{
    (void)owner;
    (void)product;
    return true;
}

static float
cosine(const struct fixture *fixture, uint32_t product)
{
    return (float)vectors_dot(VECTORS_PLAIN, fixture->question.codes, fixture->codes + product * 64, 64) *
           fixture->scales[product] * fixture->question.scale;
}

static void
the_nearest_are_found_exactly_and_pass(void **state)
{
    static struct fixture fixture;
    struct vector_hit hits[20];

    (void)state;
    fill(&fixture);
    assert_int_equal(vectors_nearest(&fixture.vectors, vectors_way(), &fixture.question, NULL, passes_even,
                                     NULL, 20, hits),
                     20);
    for (int i = 0; i < 20; i++) {
        assert_true(hits[i].product % 2 == 0 && hits[i].product % 10 != 3);
        assert_true(hits[i].cosine == cosine(&fixture, hits[i].product));
        if (i > 0)
            assert_true(hits[i - 1].cosine > hits[i].cosine ||
                        (hits[i - 1].cosine == hits[i].cosine && hits[i - 1].product < hits[i].product));
    }
    for (uint32_t p = 0; p < PRODUCTS; p += 2) { /* nobody nearer was left out */
        bool found = p % 10 == 3;

        for (int i = 0; i < 20; i++)
            found = found || hits[i].product == p;
        assert_true(found || cosine(&fixture, p) <= hits[19].cosine);
    }
}

static void
marks_bound_the_search(void **state)
{
    static struct fixture fixture;
    uint64_t marks[PRODUCTS / 64 + 1] = { [0] = 1u << 5 | 1u << 13, [2] = 1 };
    struct vector_hit hits[20];

    (void)state;
    fill(&fixture);
    assert_int_equal(vectors_nearest(&fixture.vectors, VECTORS_PLAIN, &fixture.question, marks, passes_all,
                                     NULL, 20, hits),
                     2); /* 13 has no vector */
    assert_int_equal(hits[0].product + hits[1].product, 5 + 128);
    assert_int_equal(
        vectors_nearest(&fixture.vectors, VECTORS_PLAIN, &fixture.question, NULL, passes_all, NULL, 0, hits),
        0);
}

static void
equal_ones_come_in_the_catalogues_order(void **state)
{
    static struct fixture fixture;
    struct vector_hit hits[4];

    (void)state;
    fill(&fixture);
    for (int p = 0; p < PRODUCTS; p++) {
        memcpy(fixture.codes + p * 64, fixture.codes, 64);
        fixture.scales[p] = fixture.scales[0];
    }
    assert_int_equal(
        vectors_nearest(&fixture.vectors, vectors_way(), &fixture.question, NULL, passes_all, NULL, 4, hits),
        4);
    for (uint32_t i = 0; i < 4; i++)
        assert_int_equal(hits[i].product, i);
}

/* -- loading ------------------------------------------------------------------------------------- */

struct sections {
    struct vectors_about about;
    float scales[3];
    size_t about_size, scales_size, first, second; /* bytes of each */
    bool no_scales;
};

static void *
load(void *owner, const char *section, size_t *size)
{
    struct sections *sections = owner;
    char *bytes = calloc(1, 256);

    if (strcmp(section, "vectors.about") == 0)
        memcpy(bytes, &sections->about, *size = sections->about_size);
    else if (strcmp(section, "vectors.scales") == 0 && !sections->no_scales)
        memcpy(bytes, sections->scales, *size = sections->scales_size);
    else if (strcmp(section, "vectors.0") == 0)
        memset(bytes, 1, *size = sections->first);
    else if (strcmp(section, "vectors.1") == 0)
        memset(bytes, 2, *size = sections->second);
    else {
        free(bytes);
        *size = 0;
        return NULL;
    }
    return bytes;
}

static struct sections
whole(void)
{
    return (struct sections) { .about = { "small-1", 3, 20 },
                               .scales = { 0.01f, 0, 0.02f },
                               .about_size = sizeof(struct vectors_about),
                               .scales_size = 3 * sizeof(float),
                               .first = 64,
                               .second = 32 };
}

static void
sections_become_vectors(void **state)
{
    struct sections sections = whole();
    struct vectors *vectors = vectors_load(false, load, &sections, 3);

    (void)state;
    assert_non_null(vectors);
    assert_string_equal(vectors->model, "small-1");
    assert_int_equal(vectors->stride, 32);
    assert_int_equal(vectors->missing, 1);
    assert_int_equal(vectors->codes[63], 1);
    assert_int_equal(vectors->codes[64], 2);
    vectors_destroy(&vectors);
    assert_null(vectors);
    vectors_destroy(&vectors);
}

static void
sections_that_do_not_fit_are_none(void **state)
{
    (void)state;
    for (int fault = 0; fault < 10; fault++) {
        struct sections sections = whole();

        if (fault == 0)
            sections.about_size--;
        else if (fault == 1)
            sections.about.count = 4;
        else if (fault == 2)
            sections.about.dimensions = 0;
        else if (fault == 3)
            sections.about.dimensions = VECTORS_DIMENSIONS + 1;
        else if (fault == 4)
            sections.scales_size = 8;
        else if (fault == 5)
            sections.scales[1] = NAN;
        else if (fault == 6)
            sections.no_scales = true;
        else if (fault == 7)
            sections.second = 33;
        else if (fault == 8)
            sections.second = 0;
        else
            sections.second = 31; /* one byte is missing, and there is no third section */
        assert_null(vectors_load(false, load, &sections, 3));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_packed_vector_has_its_direction_and_length_one),
        cmocka_unit_test(what_has_no_direction_is_none),
        cmocka_unit_test(every_way_of_multiplying_gives_the_same),
        cmocka_unit_test(the_nearest_are_found_exactly_and_pass),
        cmocka_unit_test(marks_bound_the_search),
        cmocka_unit_test(equal_ones_come_in_the_catalogues_order),
        cmocka_unit_test(sections_become_vectors),
        cmocka_unit_test(sections_that_do_not_fit_are_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
