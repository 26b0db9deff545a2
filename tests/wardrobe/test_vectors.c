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
    uint8_t halves[768];
    int8_t codes[1536];

    (void)state;
    for (uint32_t size = 32; size <= sizeof halves; size += size < 256 ? 32 : 64)
        for (int round = 0; round < 50; round++) {
            int32_t plain = 0;

            for (uint32_t i = 0; i < size; i++)
                halves[i] = (uint8_t)(round < 2 ? 255 : chance() % 256);
            for (uint32_t i = 0; i < 2 * size; i++)
                codes[i] = (int8_t)(round == 0 ? 127 : round == 1 ? -127 : (int)(chance() % 255) - 127);
            for (uint32_t i = 0; i < 2 * size; i++)
                plain += (halves[i / 64 * 32 + i % 32] >> (i % 64 < 32 ? 0 : 4) & 15) * codes[i];
            for (int way = VECTORS_PLAIN; way <= (int)vectors_way(); way++) {
                int32_t dots[2] = { 0 }, second;

                if (size == 64) {
                    vectors_dots(way, halves, codes, 32, 2, dots);
                    vectors_dots(way, halves + 32, codes, 32, 1, &second);
                    assert_int_equal(dots[1], second);
                }
                vectors_dots(way, halves, codes, size, 1, dots);
                assert_int_equal(dots[0], plain);
            }
            if (round == 0)
                assert_int_equal(plain, 15 * 127 * 2 * (int32_t)size);
        }
}

/* -- the nearest --------------------------------------------------------------------------------- */

#define PRODUCTS 300
#define WIDE 40

struct fixture {
    struct vectors *vectors;
    struct vector of[PRODUCTS + 1]; /* the last is the question */
    int8_t codes[PRODUCTS + 1][64];
};

static void
fill(struct fixture *fixture)
{
    float floats[WIDE];

    memset(fixture, 0, sizeof *fixture);
    assert_non_null(fixture->vectors = vectors_new(PRODUCTS, WIDE));
    for (uint32_t p = 0; p <= PRODUCTS; p++) {
        for (int i = 0; i < WIDE; i++)
            floats[i] = (float)(chance() % 201) - 100;
        fixture->of[p].codes = fixture->codes[p];
        if (p % 10 != 3)
            fixture->of[p].scale = vectors_pack(floats, WIDE, fixture->codes[p]);
        if (p < PRODUCTS && p % 10 != 3)
            vectors_put(fixture->vectors, p, &fixture->of[p]);
    }
    assert_int_equal(fixture->vectors->missing, PRODUCTS / 10);
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
    int32_t dot = 0;

    for (int i = 0; i < WIDE; i++)
        dot += fixture->codes[product][i] * fixture->codes[PRODUCTS][i];
    return (float)dot * fixture->of[product].scale * fixture->of[PRODUCTS].scale;
}

static void
the_nearest_are_found_exactly_and_pass(void **state)
{
    static struct fixture fixture;
    struct vector_hit hits[20];

    (void)state;
    fill(&fixture);
    assert_int_equal(vectors_nearest(fixture.vectors, vectors_way(), &fixture.of[PRODUCTS], NULL, passes_even,
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
    vectors_destroy(&fixture.vectors);
}

/* What the high halves alone decide must not leave out who is nearest: many sizes, near and far, every way.
 */
static void
nobody_who_is_nearer_is_left_out(void **state)
{
    static float floats[200];
    static int8_t codes[2][224];

    (void)state;
    for (int round = 0; round < 60; round++) {
        uint32_t count = 400, dimensions = 1 + chance() % 200;
        struct vectors *vectors = vectors_new(count, dimensions);
        struct vector question = { .codes = codes[0] }, vector = { .codes = codes[1] };
        struct vector_hit hits[30], all[400];

        for (uint32_t p = 0; p <= count; p++) {
            for (uint32_t i = 0; i < dimensions; i++) /* all are near the first, more or less */
                floats[i] = (float)((i * 37 + 11) % 101) - 50 + (float)(chance() % 101 - 50) * (float)(p % 4);
            if (p == 0)
                question.scale = vectors_pack(floats, dimensions, codes[0]);
            else if ((vector.scale = vectors_pack(floats, dimensions, codes[1])) != 0)
                vectors_put(vectors, p - 1, &vector);
        }
        assert_int_equal(vectors_nearest(vectors, VECTORS_PLAIN, &question, NULL, passes_all, NULL, 400, all),
                         count - vectors->missing);
        for (int way = VECTORS_PLAIN; way <= (int)vectors_way(); way++) {
            assert_int_equal(vectors_nearest(vectors, way, &question, NULL, passes_all, NULL, 30, hits), 30);
            assert_memory_equal(hits, all, sizeof hits);
        }
        vectors_destroy(&vectors);
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
    assert_int_equal(vectors_nearest(fixture.vectors, VECTORS_PLAIN, &fixture.of[PRODUCTS], marks, passes_all,
                                     NULL, 20, hits),
                     2); /* 13 has no vector */
    assert_int_equal(hits[0].product + hits[1].product, 5 + 128);
    assert_int_equal(vectors_nearest(fixture.vectors, VECTORS_PLAIN, &fixture.of[PRODUCTS], NULL, passes_all,
                                     NULL, 0, hits),
                     0);
    vectors_destroy(&fixture.vectors);
}

static void
equal_ones_come_in_the_catalogues_order(void **state)
{
    static struct fixture fixture;
    struct vector_hit hits[4];

    (void)state;
    fill(&fixture);
    for (uint32_t p = 0; p < PRODUCTS; p++)
        vectors_put(fixture.vectors, p, &fixture.of[0]);
    assert_int_equal(vectors_nearest(fixture.vectors, vectors_way(), &fixture.of[PRODUCTS], NULL, passes_all,
                                     NULL, 4, hits),
                     4);
    for (uint32_t i = 0; i < 4; i++)
        assert_int_equal(hits[i].product, i);
    vectors_destroy(&fixture.vectors);
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
    assert_int_equal(vectors->half, 32);
    assert_int_equal(vectors->missing, 1);
    assert_int_equal(vectors->high[0], 0x88);
    assert_int_equal(vectors->low[0], 1);
    assert_int_equal(vectors->low[64 + 19], 2);
    assert_int_equal(vectors->low[64 + 20], 0);
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
        cmocka_unit_test(nobody_who_is_nearer_is_left_out),
        cmocka_unit_test(marks_bound_the_search),
        cmocka_unit_test(equal_ones_come_in_the_catalogues_order),
        cmocka_unit_test(sections_become_vectors),
        cmocka_unit_test(sections_that_do_not_fit_are_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
