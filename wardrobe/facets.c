/* facets -- a digest of the catalogue; see facets.h. */

#include "wardrobe/facets.h"

#include <stdlib.h>
#include <string.h>

#include "common/log.h"

#define BRANDS_MOST 60 /* a prompt is no register */

struct counted {
    uint32_t number, count;
};

static int
most_first(const void *left, const void *right)
{
    const struct counted *a = left, *b = right;

    return a->count != b->count ? (a->count < b->count ? 1 : -1)
                                : (a->number < b->number ? -1 : a->number > b->number);
}

static int
compare_prices(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

    return a < b ? -1 : a > b;
}

static bool
is_sellable(const struct variant *variant)
{
    return variant->availability != AVAILABILITY_OUT;
}

/* -- categories ---------------------------------------------------------------------------------- */

/* The quartiles of what CATEGORY's products cost, or NULL where none has a price. */
static json_t *
quartiles(const struct index *index, uint32_t category, uint32_t count, int64_t now)
{
    int64_t *prices = malloc((count + 1) * sizeof *prices);
    uint32_t found = 0;
    json_t *list = NULL;

    for (uint32_t i = 0; prices != NULL && i < index->product_count; i++) {
        int64_t cheapest = PRICE_NONE;

        if (index->products[i].category != category)
            continue;
        for (uint32_t v = index->products[i].first; v < product_end(index, i); v++) {
            int64_t price = variant_price(&index->variants[v], now, NULL);

            if (price != PRICE_NONE && is_sellable(&index->variants[v]) &&
                (cheapest == PRICE_NONE || price < cheapest))
                cheapest = price;
        }
        if (cheapest != PRICE_NONE)
            prices[found++] = cheapest;
    }
    if (found > 0) {
        qsort(prices, found, sizeof *prices, compare_prices);
        list = json_pack("[I, I, I]", (json_int_t)prices[found / 4], (json_int_t)prices[found / 2],
                         (json_int_t)prices[found * 3 / 4]);
    }
    free(prices);
    return list;
}

/* The slot that most of CATEGORY's products have. */
static const char *
slot_of(const struct index *index, uint32_t category)
{
    uint32_t counts[256] = { 0 };
    uint8_t best = 0;

    for (uint32_t i = 0; i < index->product_count; i++)
        if (index->products[i].category == category && ++counts[index->products[i].slot] > counts[best])
            best = index->products[i].slot;
    return names_text(index->names[NAMES_SLOT], best);
}

static json_t *
categories_of(const struct index *index, uint32_t most, int64_t now)
{
    uint32_t count = names_count(index->names[NAMES_CATEGORY]);
    struct counted *counted = calloc(count, sizeof *counted);
    json_t *list = json_array();

    for (uint32_t i = 0; counted != NULL && i < count; i++)
        counted[i] = (struct counted) { i, i == 0 ? 0 : index->carries[i].count };
    if (counted != NULL)
        qsort(counted, count, sizeof *counted, most_first);
    for (uint32_t i = 0; counted != NULL && i < count && i < most && counted[i].count > 0; i++) {
        json_t *prices = quartiles(index, counted[i].number, counted[i].count, now);
        json_t *category =
            json_pack("{s:s, s:s, s:i}", "name", names_text(index->names[NAMES_CATEGORY], counted[i].number),
                      "slot", slot_of(index, counted[i].number), "count", (int)counted[i].count);

        if (prices != NULL)
            json_object_set_new(category, "price", prices);
        json_array_append_new(list, category);
    }
    free(counted);
    return list;
}

/* -- colours, brands, genders, sizes ------------------------------------------------------------- */

static json_t *
colours_of(const struct index *index, size_t most)
{
    struct counted counted[64] = { { 0, 0 } };
    json_t *list = json_array();

    for (uint32_t i = 0; i < 64; i++)
        counted[i].number = i;
    for (uint32_t v = 0; v < index->variant_count; v++)
        for (uint64_t bits = index->colours[index->variants[v].colour]; bits != 0; bits &= bits - 1)
            counted[__builtin_ctzll(bits)].count++;
    qsort(counted, 64, sizeof *counted, most_first);
    for (size_t i = 0; i < 64 && i < most && counted[i].count > 0; i++)
        json_array_append_new(list, json_string(lexicon_colour(index->lexicon, counted[i].number)->name));
    return list;
}

static json_t *
brands_of(const struct index *index, size_t most)
{
    uint32_t count = names_count(index->names[NAMES_BRAND]);
    struct counted *counted = calloc(count, sizeof *counted);
    json_t *list = json_array();

    for (uint32_t i = 0; counted != NULL && i < count; i++)
        counted[i].number = i;
    for (uint32_t i = 0; counted != NULL && i < index->product_count; i++)
        counted[index->products[i].brand].count += index->products[i].brand != 0;
    if (counted != NULL)
        qsort(counted, count, sizeof *counted, most_first);
    for (size_t i = 0; counted != NULL && i < count && i < most && counted[i].count > 0; i++)
        json_array_append_new(list, json_string(names_text(index->names[NAMES_BRAND], counted[i].number)));
    free(counted);
    return list;
}

static json_t *
genders_of(const struct index *index)
{
    static const char *const names[] = { "female", "male", "unisex" };
    json_t *list = json_array();
    uint8_t seen = 0;

    for (uint32_t v = 0; v < index->variant_count; v++)
        seen |= index->variants[v].gender;
    for (int i = 0; i < 3; i++)
        if (seen >> i & 1)
            json_array_append_new(list, json_string(names[i]));
    return list;
}

static int
compare_sizes(const void *left, const void *right, void *sizes)
{
    const struct size *all = sizes;
    int32_t a = size_order(&all[*(const uint32_t *)left]), b = size_order(&all[*(const uint32_t *)right]);

    return a < b ? -1 : a > b;
}

/* The sizes of each class, in their order, as they are written. */
static json_t *
sizes_of(const struct index *index, size_t most)
{
    uint32_t count = names_count(index->names[NAMES_SIZE]);
    uint32_t *order = malloc(count * sizeof *order);
    json_t *classes = json_object();

    for (uint32_t i = 0; order != NULL && i < count; i++)
        order[i] = i;
    if (order != NULL)
        qsort_r(order, count, sizeof *order, compare_sizes, index->sizes);
    for (uint32_t i = 0; order != NULL && i < count; i++) {
        enum size_class class = index->sizes[order[i]].class;
        const char *text = names_text(index->names[NAMES_SIZE], order[i]);
        json_t *list = json_object_get(classes, size_class_name(class));
        size_t size = strcspn(text, "\x1f");
        bool known = class == SIZE_NONE || class == SIZE_ONE || size > 8;

        for (size_t k = 0; k < json_array_size(list) && !known; k++) {
            const char *listed = json_string_value(json_array_get(list, k));

            known = strlen(listed) == size && memcmp(listed, text, size) == 0;
        }
        if (known || json_array_size(list) >= most)
            continue;
        if (list == NULL) {
            list = json_array();
            json_object_set_new(classes, size_class_name(class), list);
        }
        json_array_append_new(list, json_stringn(text, size));
    }
    free(order);
    return classes;
}

/* What room is left is for brands: "what do you have from Paloma Quist?" is about a shop's small ones too. */
static void
fill_with_brands(json_t *facets, const struct index *index)
{
    size_t used = json_dumpb(facets, NULL, 0, JSON_COMPACT), i;
    json_t *listed = json_object_get(facets, "brands"), *all = brands_of(index, BRANDS_MOST), *brand;

    json_array_foreach(all, i, brand)
    {
        size_t more = json_dumpb(brand, NULL, 0, JSON_COMPACT | JSON_ENCODE_ANY) + 1; /* and a comma */

        if (i < json_array_size(listed))
            continue;
        if (used + more > FACETS_BYTES)
            break;
        used += more;
        json_array_append(listed, brand);
    }
    json_decref(all);
}

/* -- together ------------------------------------------------------------------------------------ */

json_t *
facets_new(const struct index *index, const char *language, int64_t now)
{
    static const struct {
        uint32_t categories;
        size_t colours, brands, sizes;
    } plans[] = { { 40, 30, 30, 20 }, { 30, 24, 16, 16 }, { 24, 20, 12, 14 }, { 20, 16, 10, 12 },
                  { 16, 14, 8, 10 },  { 12, 12, 6, 8 },   { 8, 8, 4, 6 },     { 4, 4, 2, 4 } };

    for (size_t i = 0; i < sizeof plans / sizeof *plans; i++) {
        json_t *facets =
            json_pack("{s:s, s:s, s:i, s:o, s:o, s:o, s:o, s:o}", "currency", index->currency, "language",
                      strcmp(language, "english") == 0 ? "en" : language, "count", (int)index->product_count,
                      "categories", categories_of(index, plans[i].categories, now), "colours",
                      colours_of(index, plans[i].colours), "brands", brands_of(index, plans[i].brands),
                      "genders", genders_of(index), "sizes", sizes_of(index, plans[i].sizes));

        if (facets != NULL && json_dumpb(facets, NULL, 0, JSON_COMPACT) <= FACETS_BYTES) {
            fill_with_brands(facets, index);
            return facets;
        }
        json_decref(facets);
    }
    log_error("facets: no memory, or names too long for them");
    return NULL;
}

char *
facets_text(const struct lexicon *lexicon, const char *language, int64_t now,
            void *(*load)(void *owner, const char *section, size_t *size), void *owner)
{
    struct index *index = index_load_columns(lexicon, load, owner);
    json_t *facets = index == NULL ? NULL : facets_new(index, language, now);
    char *text = facets == NULL ? NULL : json_dumps(facets, JSON_COMPACT);

    if (index == NULL)
        log_error("facets: no memory, or an index that is broken");
    json_decref(facets);
    index_destroy(&index);
    return text;
}
