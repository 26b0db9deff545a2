#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "wardrobe/catalogue_postgres.h"

/* A question of two numbers to PRODUCTS products, of which 0, 9 and 64 may be found. */
static struct catalogue_near
near_of(uint32_t products, uint32_t marked, const uint64_t *marks)
{
    static int8_t codes[32] = { -127, 10 };
    static struct vector question = { 0.1f, codes };

    return (struct catalogue_near) { &question, 2, marks, products, marked, products, 200 };
}

static void
few_are_named_and_each_is_compared(void **state)
{
    const uint64_t marks[2] = { 1 | 1u << 9, 1 };
    struct catalogue_near near = near_of(70, 3, marks);
    struct buffer question = { 0 }, marked = { 0 };
    char *sql;

    (void)state;
    assert_string_equal(catalogue_postgres_near_sql(&near, "17", &sql), "near_few");
    assert_non_null(strstr(sql, "w.catalogue = 17 AND w.product = ANY ($4::int[]) ORDER BY 2, 1"));
    free(sql);
    catalogue_postgres_near_values(&near, &question, &marked);
    assert_string_equal(buffer_string(&question), "[-127,10]");
    assert_string_equal(buffer_string(&marked), "{0,9,64}");
    buffer_clear(&question);
    buffer_clear(&marked);
}

static void
many_are_told_as_bits_and_an_index_is_asked_where_there_is_one(void **state)
{
    const uint64_t marks[2] = { 1 | 1u << 9, 1 };
    struct catalogue_near near = near_of(70, CATALOGUE_NEAR_EXACT + 1, marks);
    struct buffer question = { 0 }, marked = { 0 };
    char *sql;

    (void)state;
    assert_string_equal(catalogue_postgres_near_sql(&near, "17", &sql), "near_many");
    assert_non_null(strstr(sql, "get_bit($4::bytea, w.product) = 1 ORDER BY 2, 1"));
    free(sql);
    catalogue_postgres_near_values(&near, &question, &marked);
    assert_string_equal(buffer_string(&marked), "\\x01020000000000000100000000000000");
    buffer_clear(&question);
    buffer_clear(&marked);
    near.vectors = 20000;
    assert_string_equal(catalogue_postgres_near_sql(&near, "17", &sql), "near_many");
    assert_non_null(strstr(sql, "= 1 ORDER BY w.codes::halfvec(2) <=> $3::halfvec(2) LIMIT"));
    free(sql);
    near.dimensions = 4001; /* more than an index takes */
    assert_string_equal(catalogue_postgres_near_sql(&near, "17", &sql), "near_many");
    assert_non_null(strstr(sql, "ORDER BY 2, 1"));
    free(sql);
}

/* -1 to 1 in one place, 10 and 100 in the next. */
static void
codes_are_written_as_they_are(void **state)
{
    static int8_t codes[128];
    struct vector question = { 1, codes };
    const uint64_t marks[1] = { 0 };
    struct catalogue_near near = { &question, 100, marks, 1, 0, 1, 200 };
    struct buffer text = { 0 }, marked = { 0 };
    char *at;

    (void)state;
    for (int i = 0; i < 100; i++)
        codes[i] = (int8_t)(i % 3 == 0 ? i : i % 3 == 1 ? -i : 127 - i);
    catalogue_postgres_near_values(&near, &text, &marked);
    at = (char *)buffer_string(&text) + 1;
    for (int i = 0; i < 100; i++) {
        assert_int_equal(strtol(at, &at, 10), codes[i]);
        assert_int_equal(*at++, i == 99 ? ']' : ',');
    }
    assert_string_equal(buffer_string(&marked), "{}");
    buffer_clear(&text);
    buffer_clear(&marked);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_are_named_and_each_is_compared),
        cmocka_unit_test(many_are_told_as_bits_and_an_index_is_asked_where_there_is_one),
        cmocka_unit_test(codes_are_written_as_they_are),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
