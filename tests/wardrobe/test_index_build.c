/* What is put aside while an index is made leaves no trace in it. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/wardrobe/shop.h"
#include "wardrobe/keys.h"
#include "wardrobe/occurrences.h"

static uint64_t dice = 88172645463325252u;

static uint32_t
roll(uint32_t sides)
{
    dice ^= dice << 13;
    dice ^= dice >> 7;
    dice ^= dice << 17;
    return (uint32_t)(dice % sides);
}

/* -- occurrences --------------------------------------------------------------------------------- */

#define TERMS 40
#define PRODUCTS 60

/* COUNT occurrences, with products in order or not, in the least of memory: they come back as a table of them
 * has them. */
static void
check_merge(int count, bool ascend, size_t memory)
{
    static uint8_t table[TERMS][PRODUCTS][8];
    struct occurrences *occurrences = occurrences_new("/tmp", memory);
    struct occurrence next;

    memset(table, 0, sizeof table);
    for (int i = 0; i < count; i++) {
        uint32_t term = roll(TERMS), field = roll(7),
                 product = ascend ? (uint32_t)(i * PRODUCTS / count) : roll(PRODUCTS);
        struct occurrence one = { term, product, 1u << 4 * field };

        table[term][product][field] += table[term][product][field] < 15;
        assert_int_equal(occurrences_add(occurrences, &one), 0);
    }
    assert_int_equal(occurrences_sort(occurrences), 0);
    for (uint32_t term = 0; term < TERMS; term++)
        for (uint32_t product = 0; product < PRODUCTS; product++) {
            uint32_t counts = 0;

            for (int field = 0; field < 8; field++)
                counts |= (uint32_t)table[term][product][field] << 4 * field;
            if (counts == 0)
                continue;
            assert_int_equal(occurrences_next(occurrences, &next), 1);
            assert_int_equal(next.term, term);
            assert_int_equal(next.product, product);
            assert_int_equal(next.counts, counts);
        }
    assert_int_equal(occurrences_next(occurrences, &next), 0);
    assert_int_equal(occurrences_next(occurrences, &next), 0);
    occurrences_destroy(&occurrences);
    assert_null(occurrences);
}

static void
what_was_put_aside_comes_back_in_order_and_summed_up(void **state)
{
    (void)state;
    for (int count = 0; count < 200; count++)
        check_merge(count, count % 2 == 0, 0);
    check_merge(20000, true, 0); /* more runs than are read at once */
    check_merge(20000, false, 0);
    check_merge(20000, false, 100000);
    check_merge(20000, false, 10000000); /* nothing is put aside */
}

static void
nothing_is_put_aside_where_there_is_no_folder(void **state)
{
    struct occurrences *occurrences = occurrences_new(NULL, 0);
    struct occurrence one = { 7, 0, 1 }, next;

    (void)state;
    for (one.product = 100000; one.product > 0; one.product--)
        assert_int_equal(occurrences_add(occurrences, &one), 0);
    assert_int_equal(occurrences_sort(occurrences), 0);
    assert_int_equal(occurrences_runs(occurrences), 0);
    for (uint32_t product = 1; product <= 100000; product++) {
        assert_int_equal(occurrences_next(occurrences, &next), 1);
        assert_int_equal(next.product, product);
    }
    assert_int_equal(occurrences_next(occurrences, &next), 0);
    occurrences_destroy(&occurrences);
}

static void
no_folder_for_the_file_is_an_error(void **state)
{
    struct occurrences *occurrences = occurrences_new("/nowhere/at/all", 0);
    struct occurrence one = { 0, 0, 1 };
    int status = 0;

    (void)state;
    for (int i = 0; i < 100 && status == 0; i++)
        status = occurrences_add(occurrences, &one);
    assert_int_equal(status, -1);
    occurrences_destroy(&occurrences);
    assert_null(index_builder_new(NULL, "/nowhere/at/all", 0));
}

/* -- the whole index ----------------------------------------------------------------------------- */

struct sections {
    char *bytes;
    size_t size;
};

/* All sections, one behind another. */
static int
join(void *owner, const char *section, const void *bytes, size_t size)
{
    struct sections *sections = owner;
    size_t name = strlen(section) + 1;

    sections->bytes = realloc(sections->bytes, sections->size + name + size);
    memcpy(sections->bytes + sections->size, section, name);
    memcpy(sections->bytes + sections->size + name, bytes, size);
    sections->size += name + size;
    return 0;
}

static void
add_rows(struct index_builder *builder, struct item *item, int rows, uint32_t products)
{
    static const char *const words[] = { "linen", "camp",  "shirt", "wool", "coat",
                                         "tea",   "dress", "long",  "blue" };
    static const char *const colours[] = { "white", "navy", "sage", "" };

    for (int i = 0; i < rows; i++) {
        uint32_t number = roll(products), product;
        char id[16], group[16], title[64];
        struct feed_row row = { .line = i };
        struct row_problem problem;
        bool is_new;

        snprintf(id, sizeof id, "v%d", i);
        snprintf(group, sizeof group, "g%u", number);
        snprintf(title, sizeof title, "%s %s %s x%u", words[roll(9)], words[roll(9)], words[number % 9],
                 number);
        row.texts[FEED_ID] = id;
        row.texts[FEED_GROUP] = group;
        row.texts[FEED_TITLE] = title;
        row.texts[FEED_TYPE] = "Men > Shirts";
        row.texts[FEED_COLOUR] = colours[roll(4)];
        row.texts[FEED_PRICE] = "49.00 USD";
        assert_int_equal(row_read(&row, "", false, item, &problem), 0);
        assert_int_equal(index_builder_add(builder, item, &product, &is_new), 0);
        assert_int_equal(index_builder_add(builder, item, &product, &is_new), 1); /* there already */
    }
}

static struct sections
make_index(const struct lexicon *lexicon, struct item *item, const char *folder, size_t memory)
{
    struct index_builder *builder = index_builder_new(lexicon, folder, memory);
    struct sections sections = { 0 };

    assert_non_null(builder);
    dice = 88172645463325252u;
    add_rows(builder, item, 5000, 900);
    assert_int_equal(index_builder_products(builder), 897);
    assert_int_equal(index_builder_save(builder, join, &sections), 0);
    index_builder_destroy(&builder);
    return sections;
}

static void
an_index_is_the_same_whatever_memory_there_is_to_make_it(void **state)
{
    static const size_t memories[] = { 0, 3000, 100000, 64 << 20 };
    struct shop shop;
    struct sections whole;

    (void)state;
    shop_open(&shop);
    whole = make_index(shop.lexicon, shop.item, NULL, 0);
    for (size_t i = 0; i < sizeof memories / sizeof *memories; i++) {
        struct sections pieces = make_index(shop.lexicon, shop.item, "/tmp", memories[i]);

        assert_int_equal(pieces.size, whole.size);
        assert_memory_equal(pieces.bytes, whole.bytes, whole.size);
        free(pieces.bytes);
    }
    free(whole.bytes);
    shop_close(&shop);
}

/* -- keys ---------------------------------------------------------------------------------------- */

static void
a_key_keeps_its_number(void **state)
{
    struct keys *keys = keys_new();
    char text[32];
    bool is_new;

    (void)state;
    for (int round = 0; round < 2; round++)
        for (uint32_t i = 0; i < 20000; i++) {
            snprintf(text, sizeof text, "p%07u-white-%c", i / 3, "SML"[i % 3]);
            assert_int_equal(keys_add(keys, text, &is_new), i);
            assert_int_equal(is_new, round == 0);
        }
    assert_int_equal(keys_add(keys, "", &is_new), 20000);
    assert_true(is_new);
    keys_destroy(&keys);
    keys_destroy(&keys);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_put_aside_comes_back_in_order_and_summed_up),
        cmocka_unit_test(nothing_is_put_aside_where_there_is_no_folder),
        cmocka_unit_test(no_folder_for_the_file_is_an_error),
        cmocka_unit_test(an_index_is_the_same_whatever_memory_there_is_to_make_it),
        cmocka_unit_test(a_key_keeps_its_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
