/* criteria -- clauses that a product keeps or not; see criteria.h. Making them is in criteria_read.c. */

#include "wardrobe/criteria.h"

#include <stdlib.h>
#include <string.h>

const char *
clause_field_name(enum clause_field field)
{
    static const char *const names[] = { "category", "size",         "gender",   "age_group", "price",
                                         "colour",   "availability", "on_sale",  "product",   "material",
                                         "brand",    "style",        "criterion" };

    return names[field];
}

void
filter_begin(struct filter *filter, const struct index *index, const char *slot, int64_t now)
{
    memset(filter, 0, sizeof *filter);
    filter->index = index;
    filter->now = now;
    strncpy(filter->slot, slot, sizeof filter->slot - 1);
}

void
filter_clear(struct filter *filter)
{
    for (int i = 0; i < filter->count; i++) {
        free(filter->clauses[i].pass);
        free(filter->clauses[i].speaks);
        free(filter->clauses[i].products);
        free(filter->clauses[i].terms);
    }
    free(filter->speaks);
    free(filter->by_words);
    free(filter->rules);
    filter->speaks = filter->by_words = NULL;
    filter->rules = NULL;
    filter->count = 0;
}

const struct clause *
filter_clause(const struct filter *filter, enum clause_field field)
{
    for (int i = 0; i < filter->count; i++)
        if (filter->clauses[i].field == field)
            return &filter->clauses[i];
    return NULL;
}

static bool
has_bit(const uint64_t *bits, uint32_t number)
{
    return bits[number >> 6] >> (number & 63) & 1;
}

/* -- does a clause speak about this product? ------------------------------------------------------- */

/* What a category must carry for a clause on FIELD to be checked. */
static uint8_t
carried(enum clause_field field)
{
    switch (field) {
    case CLAUSE_GENDER:
        return CARRIES_GENDER;
    case CLAUSE_AGE:
        return CARRIES_AGE;
    case CLAUSE_PRICE:
    case CLAUSE_SALE:
        return CARRIES_PRICE;
    case CLAUSE_COLOUR:
        return CARRIES_COLOUR;
    case CLAUSE_AVAILABILITY:
        return CARRIES_AVAILABILITY;
    case CLAUSE_MATERIAL:
        return CARRIES_MATERIAL;
    case CLAUSE_BRAND:
        return CARRIES_BRAND;
    default:
        return 0;
    }
}

/* Whether CLAUSE can be checked for products of CATEGORY. */
static bool
speaks_of(const struct filter *filter, const struct clause *clause, uint32_t category)
{
    if (clause->unchecked)
        return false;
    if (clause->field == CLAUSE_SIZE)
        return has_bit(clause->speaks, category);
    if (clause->field == CLAUSE_CATEGORY || clause->field == CLAUSE_PRODUCT || clause->field == CLAUSE_WORD ||
        clause->field == CLAUSE_UNKNOWN)
        return true;
    return filter->index->carries[category].fields & carried(clause->field);
}

/* Whether another criterion says for SLOT alone what CLAUSE says for all: "in black", and then "shoes in
 * white". Its key is CLAUSE's with the slot behind it. */
static bool
gives_way(const struct filter *filter, const struct clause *clause, const char *slot)
{
    size_t size = strlen(clause->key);

    for (int i = 0; i < filter->count; i++) {
        const struct clause *other = &filter->clauses[i];

        if (!other->excludes && strcmp(other->slot, slot) == 0 &&
            strncmp(other->key, clause->key, size) == 0 && other->key[size] == '.' &&
            strcmp(other->key + size + 1, slot) == 0)
            return true;
    }
    return false;
}

static bool
holds_for(const struct filter *filter, const struct clause *clause, const char *slot)
{
    if (clause->slot[0] == '\0')
        return clause->excludes || !gives_way(filter, clause, slot);
    return strcmp(clause->slot, filter->slot) == 0 || strcmp(clause->slot, slot) == 0;
}

int
filter_prepare(struct filter *filter)
{
    const struct index *index = filter->index;
    uint32_t categories = names_count(index->names[NAMES_CATEGORY]);

    filter->speaks = calloc(categories, sizeof *filter->speaks);
    filter->by_words = calloc(categories, sizeof *filter->by_words);
    if (filter->failed || filter->speaks == NULL || filter->by_words == NULL) {
        filter->failed = true;
        return -1;
    }
    for (int i = 0; i < filter->count; i++) {
        const struct clause *clause = &filter->clauses[i];
        uint64_t bit = UINT64_C(1) << i;

        if (clause->field == CLAUSE_CATEGORY || clause->field == CLAUSE_BRAND ||
            clause->field == CLAUSE_PRODUCT || clause->field == CLAUSE_WORD ||
            clause->field == CLAUSE_UNKNOWN)
            filter->on_products |= bit;
        if ((clause->field == CLAUSE_GENDER || clause->field == CLAUSE_AGE) && !clause->excludes)
            filter->on_people |= bit;
        for (uint32_t category = 0; category < categories; category++) {
            if (speaks_of(filter, clause, category))
                filter->speaks[category] |= bit;
            else if (clause->field == CLAUSE_MATERIAL && clause->excludes)
                filter->by_words[category] |= bit;
        }
        for (uint32_t slot = 0; slot < names_count(index->names[NAMES_SLOT]) && slot < 256; slot++)
            if (holds_for(filter, clause, names_text(index->names[NAMES_SLOT], slot)))
                filter->for_slot[slot] |= bit;
    }
    if (glance_prepare(filter) < 0) {
        filter->failed = true;
        return -1;
    }
    return 0;
}

/* Whether a garment of that kind has sizes at all, where its category carries none. */
static bool
should_have_sizes(const struct filter *filter, const struct product *product)
{
    return product->kind == KIND_NONE ||
           strcmp(lexicon_kind(filter->index->lexicon, product->kind)->sizes, "none") != 0;
}

/* -- does it keep it? ------------------------------------------------------------------------------ */

static bool
is_in_list(const struct index *index, uint32_t term, uint32_t product)
{
    const struct posting_list *list = &index->lists[term];
    const uint32_t *docs = index->docs + list->from;
    uint32_t low = 0, high = list->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (docs[middle] < product)
            low = middle + 1;
        else
            high = middle;
    }
    return low < list->count && docs[low] == product;
}

static bool
has_word(const struct index *index, const struct clause *clause, uint32_t product)
{
    for (int i = 0; i < clause->term_count; i++)
        if (is_in_list(index, clause->terms[i], product))
            return true;
    return false;
}

static bool
is_named(const struct clause *clause, uint32_t number)
{
    uint32_t low = 0, high = clause->product_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (clause->products[middle] < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < clause->product_count && clause->products[low] == number;
}

bool
clause_names(const struct clause *clause, uint16_t kind, uint32_t category)
{
    return (kind != KIND_NONE && has_bit(clause->kinds, kind)) ||
           (clause->pass != NULL && has_bit(clause->pass, category));
}

/* Clauses about the product as a whole. */
static bool
product_keeps(const struct filter *filter, const struct clause *clause, uint32_t number)
{
    const struct product *product = &filter->index->products[number];

    switch (clause->field) {
    case CLAUSE_CATEGORY:
        return clause_names(clause, product->kind, product->category) != clause->excludes;
    case CLAUSE_BRAND:
        if (product->brand == 0)
            return false;
        return has_bit(clause->pass, product->brand) != clause->excludes;
    case CLAUSE_PRODUCT:
        return is_named(clause, number) != clause->excludes;
    case CLAUSE_WORD:
        return has_word(filter->index, clause, number) != clause->excludes;
    default:
        return false;
    }
}

static bool
variant_keeps(const struct filter *filter, const struct clause *clause, const struct variant *variant)
{
    int64_t price;
    bool on_sale;

    switch (clause->field) {
    case CLAUSE_SIZE:
        return variant->size != 0 && has_bit(clause->pass, variant->size) != clause->excludes;
    case CLAUSE_GENDER: /* unisex is for everybody */
        if (variant->gender == 0)
            return false;
        if (clause->excludes)
            return !(variant->gender & clause->mask);
        return (variant->gender & clause->mask) || variant->gender == GENDER_UNISEX;
    case CLAUSE_AGE:
        return variant->age != 0 && ((variant->age & clause->mask) != 0) != clause->excludes;
    case CLAUSE_PRICE:
        price = variant_price(variant, filter->now, NULL);
        return price != PRICE_NONE && (price >= clause->min && price <= clause->max) != clause->excludes;
    case CLAUSE_SALE:
        price = variant_price(variant, filter->now, &on_sale);
        return price != PRICE_NONE && on_sale != clause->excludes;
    case CLAUSE_COLOUR:
        return variant->colour != 0 && has_bit(clause->pass, variant->colour) != clause->excludes;
    case CLAUSE_MATERIAL:
        return variant->material != 0 && has_bit(clause->pass, variant->material) != clause->excludes;
    case CLAUSE_AVAILABILITY:
        return variant->availability != AVAILABILITY_UNKNOWN &&
               ((clause->mask >> variant->availability & 1) != 0) != clause->excludes;
    default:
        return false;
    }
}

/* The clauses that hold for PRODUCT, as bits: of those on the whole product the ones that it FAILED, and
 * those on VARIANTS. With FIRST it is enough to know one that failed. */
static void
split_clauses(const struct filter *filter, uint32_t number, bool first, uint64_t *failed, uint64_t *variants)
{
    const struct product *product = &filter->index->products[number];
    uint64_t holds = filter->speaks[product->category] & filter->for_slot[product->slot];
    uint64_t words = filter->by_words[product->category] & filter->for_slot[product->slot];

    *failed = 0;
    *variants = holds & ~filter->on_products;
    for (uint64_t bits = holds & filter->on_products; bits != 0 && !(first && *failed != 0);
         bits &= bits - 1) {
        int i = __builtin_ctzll(bits);

        if (!product_keeps(filter, &filter->clauses[i], number))
            *failed |= UINT64_C(1) << i;
    }
    for (; words != 0; words &= words - 1) { /* no column for it, but its title says wool */
        int i = __builtin_ctzll(words);

        if (has_word(filter->index, &filter->clauses[i], number))
            *failed |= UINT64_C(1) << i;
    }
}

static uint64_t
variant_failed(const struct filter *filter, uint64_t clauses, const struct variant *variant)
{
    uint64_t failed = 0;

    for (; clauses != 0; clauses &= clauses - 1) {
        int i = __builtin_ctzll(clauses);

        if (!variant_keeps(filter, &filter->clauses[i], variant))
            failed |= UINT64_C(1) << i;
    }
    return failed;
}

/* Whether none of PRODUCT's variants can keep the clauses on who it is for: a look at the product alone. */
static bool
is_for_others(const struct filter *filter, uint64_t clauses, const struct product *product)
{
    for (clauses &= filter->on_people; clauses != 0; clauses &= clauses - 1) {
        const struct clause *clause = &filter->clauses[__builtin_ctzll(clauses)];

        if (clause->field == CLAUSE_GENDER ? !(product->genders & (clause->mask | GENDER_UNISEX))
                                           : !(product->ages & clause->mask))
            return true;
    }
    return false;
}

uint64_t
filter_holding(const struct filter *filter, uint32_t number)
{
    const struct product *product = &filter->index->products[number];

    return (filter->speaks[product->category] | filter->by_words[product->category]) &
           filter->for_slot[product->slot];
}

bool
filter_passes(const struct filter *filter, uint32_t product)
{
    const struct index *index = filter->index;
    uint64_t failed, clauses;

    split_clauses(filter, product, true, &failed, &clauses);
    if (failed != 0 || !index->products[product].sellable ||
        is_for_others(filter, clauses, &index->products[product]))
        return false;
    if (clauses == 0)
        return true;
    for (uint32_t v = index->products[product].first; v < product_end(index, product); v++)
        if (index->variants[v].availability != AVAILABILITY_OUT &&
            variant_failed(filter, clauses, &index->variants[v]) == 0)
            return true;
    return false;
}

bool
filter_variant_passes(const struct filter *filter, uint32_t product, uint32_t variant)
{
    uint64_t failed, clauses;

    split_clauses(filter, product, false, &failed, &clauses);
    return failed == 0 && filter->index->variants[variant].availability != AVAILABILITY_OUT &&
           variant_failed(filter, clauses, &filter->index->variants[variant]) == 0;
}

uint64_t
filter_failed(const struct filter *filter, uint32_t product, uint64_t preferred, uint32_t *best)
{
    const struct index *index = filter->index;
    uint64_t failed, clauses, fewest = UINT64_MAX;
    int64_t best_rank = INT64_MAX;

    split_clauses(filter, product, false, &failed, &clauses);
    *best = index->products[product].first;
    for (uint32_t v = index->products[product].first; v < product_end(index, product); v++) {
        const struct variant *variant = &index->variants[v];
        uint64_t here = variant_failed(filter, clauses, variant) | failed;
        int64_t price = variant_price(variant, filter->now, NULL), rank = price == PRICE_NONE ? 0 : price;

        if (variant->availability == AVAILABILITY_OUT)
            here |= UINT64_C(1) << 63;
        if (preferred != 0 && !(index->colours[variant->colour] & preferred))
            rank += INT64_C(1) << 40;
        if (__builtin_popcountll(here) < __builtin_popcountll(fewest) ||
            (__builtin_popcountll(here) == __builtin_popcountll(fewest) && rank < best_rank)) {
            fewest = here;
            best_rank = rank;
            *best = v;
        }
    }
    return fewest;
}

uint64_t
filter_unchecked(const struct filter *filter, uint32_t number)
{
    const struct product *product = &filter->index->products[number];
    const struct carries *carries = &filter->index->carries[product->category];
    uint64_t unchecked = filter->for_slot[product->slot] & ~filter->speaks[product->category], bits = 0;

    for (; unchecked != 0; unchecked &= unchecked - 1) {
        int i = __builtin_ctzll(unchecked);
        const struct clause *clause = &filter->clauses[i];

        /* a size says nothing to what comes in sizes of another class, or by its nature in none */
        if (clause->field == CLAUSE_SIZE && !clause->unchecked &&
            ((carries->classes & ~((1u << SIZE_NONE) | (1u << SIZE_ONE))) != 0 ||
             !should_have_sizes(filter, product)))
            continue;
        bits |= UINT64_C(1) << i;
    }
    return bits;
}
