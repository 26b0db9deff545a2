/* A small shop in memory; see shop.h. */
#include "tests/wardrobe/shop.h"

#include <assert.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct catalogue_away
away(void)
{
    return (struct catalogue_away) { .words = getenv("CATALOGUE_WORDS") != NULL &&
                                              strcmp(getenv("CATALOGUE_WORDS"), "server") == 0 };
}

void
shop_open(struct shop *shop)
{
    memset(shop, 0, sizeof *shop);
    shop->stemmer = stemmer_new("english");
    shop->lexicon = lexicon_new(shop->stemmer);
    shop->builder = index_builder_new(shop->lexicon, NULL, 0);
    shop->item = calloc(1, sizeof *shop->item);
    assert_non_null(shop->item);
    if (getenv("CATALOGUE") != NULL)
        assert_non_null(shop->writer = catalogue_begin(getenv("CATALOGUE"), "english", away()));
}

void
shop_close(struct shop *shop)
{
    for (int i = 0; i < shop->section_count; i++)
        free(shop->sections[i].bytes);
    if (shop->catalogue == NULL)
        index_destroy(&shop->index);
    catalogue_close(&shop->catalogue);
    catalogue_abandon(&shop->writer);
    index_builder_destroy(&shop->builder);
    lexicon_destroy(&shop->lexicon);
    stemmer_destroy(&shop->stemmer);
    free(shop->item);
}

void
shop_add_row(struct shop *shop, const struct feed_row *row)
{
    struct row_problem problem;
    uint32_t product;
    bool is_new;

    if (row_read(row, "", false, shop->item, &problem) < 0)
        fail_msg("%s: %s", problem.field, problem.reason);
    assert_int_equal(index_builder_add(shop->builder, shop->item, &product, &is_new), 0);
    if (shop->writer != NULL) {
        assert_int_equal(catalogue_add(shop->writer, shop->item, product, is_new), 0);
        assert_int_equal(catalogue_add_words(shop->writer, shop->builder, product), 0);
    }
    shop->rows++;
}

void
shop_add(struct shop *shop, const char *group, const char *title, const char *type, const char *colour,
         const char *size, const char *price, const char *gender, const char *material,
         const char *availability)
{
    char id[32];
    struct feed_row row = { .line = shop->rows + 2 };

    snprintf(id, sizeof id, "v%d", shop->rows);
    row.texts[FEED_ID] = id;
    row.texts[FEED_GROUP] = group;
    row.texts[FEED_TITLE] = title;
    row.texts[FEED_TYPE] = type;
    row.texts[FEED_COLOUR] = colour;
    row.texts[FEED_SIZE] = size;
    row.texts[FEED_PRICE] = price;
    row.texts[FEED_GENDER] = gender;
    row.texts[FEED_AGE_GROUP] = "adult";
    row.texts[FEED_MATERIAL] = material;
    row.texts[FEED_AVAILABILITY] = availability;
    shop_add_row(shop, &row);
}

static int
save(void *owner, const char *section, const void *bytes, size_t size)
{
    struct shop *shop = owner;
    int at = shop->section_count++;

    assert_true(at < 24);
    snprintf(shop->sections[at].name, sizeof shop->sections[at].name, "%s", section);
    shop->sections[at].bytes = malloc(size + 1);
    memcpy(shop->sections[at].bytes, bytes, size);
    shop->sections[at].size = size;
    return 0;
}

static void *
load(void *owner, const char *section, size_t *size)
{
    struct shop *shop = owner;

    for (int i = 0; i < shop->section_count; i++)
        if (strcmp(shop->sections[i].name, section) == 0) {
            void *bytes = malloc(shop->sections[i].size + 1);

            *size = shop->sections[i].size;
            memcpy(bytes, shop->sections[i].bytes, *size);
            return bytes;
        }
    *size = 0;
    return NULL;
}

/* Keep the catalogue where CATALOGUE says, and open it there. */
static void
keep(struct shop *shop)
{
    assert_int_equal(index_builder_save(shop->builder, catalogue_save_section, shop->writer), 0);
    assert_int_equal(catalogue_set(shop->writer, "version", "1"), 0);
    assert_int_equal(catalogue_finish(&shop->writer), 0);
    shop->catalogue = catalogue_open(getenv("CATALOGUE"), away(), shop->lexicon, NULL);
    assert_non_null(shop->catalogue);
    shop->index = catalogue_index_to_weigh(shop->catalogue);
}

struct index *
shop_index(struct shop *shop)
{
    if (shop->writer != NULL)
        keep(shop);
    if (shop->index == NULL) {
        assert_int_equal(index_builder_save(shop->builder, save, shop), 0);
        shop->index = index_load(shop->lexicon, shop->words_away, load, shop);
        assert_non_null(shop->index);
    }
    return shop->index;
}

void
shop_fill(struct shop *shop)
{
    shop_add(shop, "camp", "Linen Camp Shirt", "Men > Shirts", "white", "M", "49.00 USD", "male", "linen",
             "in_stock"); /* 0 */
    shop_add(shop, "camp", "Linen Camp Shirt", "Men > Shirts", "sage", "L", "59.00 USD", "male", "linen",
             "in_stock");
    shop_add(shop, "oxford", "Oxford Shirt", "Men > Shirts", "navy", "S", "79.00 USD", "male", "cotton",
             "in_stock"); /* 1 */
    shop_add(shop, "tea", "Tea Dress", "Women > Dresses", "ivory", "10", "120.00 USD", "female", "silk",
             "in_stock"); /* 2 */
    shop_add(shop, "slip", "Slip Dress", "Women > Dresses", "black", "M", "90.00 USD", "female", "viscose",
             "out_of_stock"); /* 3 */
    shop_add(shop, "jumper", "Cosy Jumper", "Women > Knitwear", "red", "M", "65.00 USD", "female", "wool",
             "in_stock"); /* 4 */
    shop_add(shop, "trainer", "Court Trainer", "Shoes > Sneakers", "white", "42", "99.00 USD", "unisex",
             "leather", "in_stock"); /* 5 */
    shop_add(shop, "tote", "Market Tote", "Bags > Totes", "natural", "", "35.00 USD", "unisex", "canvas",
             "in_stock"); /* 6 */
    shop_add(shop, "jeans", "Straight Jeans", "Men > Jeans", "indigo", "32", "70.00 USD", "male", "",
             "in_stock"); /* 7 */
    shop_add(shop, "scarf", "Fringed Scarf", "Accessories > Scarves", "", "", "", "unisex", "",
             "in_stock"); /* 8 */
}
