/* audience -- see audience.h. */

#include "wardrobe/audience.h"

#include <string.h>

/* Stems that speak of a pregnancy and the time after it, in what is asked and in what is sold. */
static const char *const expecting[] = { "matern", "pregnant", "pregnanc", "nurs" };

#define EXPECTING (sizeof expecting / sizeof *expecting)

#define VEGAN "vegan" /* where words are away it is borrowed, for it is one of the question's */

static bool
is_for_children(const struct index *index, uint32_t product)
{
    uint8_t ages = 0;

    for (uint32_t v = index->products[product].first; v < product_end(index, product); v++)
        ages |= index->variants[v].age;
    return ages != 0 && !(ages & AGE_ADULT);
}

/* Whether LIST, ascending, has PRODUCT. */
static bool
has_product(const struct index *index, const struct posting_list *list, uint32_t product)
{
    uint32_t low = 0, high = list->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (index->docs[list->from + middle] < product)
            low = middle + 1;
        else
            high = middle;
    }
    return low < list->count && index->docs[list->from + low] == product;
}

static bool
is_for_expecting(const struct index *index, uint32_t product)
{
    for (size_t i = 0; i < 2 && i < EXPECTING; i++) { /* what is sold says "maternity" first of all */
        const struct posting_list *list = index_list(index, expecting[i]);

        if (list != NULL && has_product(index, list, product))
            return true;
    }
    return false;
}

/* Whether one of the words in QUERY (may be NULL) is STEM. */
static bool
speaks_of(const struct question *query, const char *stem)
{
    for (int t = 0; query != NULL && t < query->term_count; t++)
        if (strcmp(query->terms[t].stem, stem) == 0 && !query->terms[t].is_excluded)
            return true;
    return false;
}

static bool
speaks_of_expecting(const struct question *query)
{
    for (size_t i = 0; i < EXPECTING; i++)
        if (speaks_of(query, expecting[i]))
            return true;
    return false;
}

/* Of an animal, and nobody says that it is vegan ("cactus leather" is no leather to the lexicon). */
static bool
is_of_animals(const struct index *index, uint32_t product)
{
    static const char *const animals[] = { "leather", "suede", "wool", "merino", "cashmere",
                                           "alpaca",  "silk",  "down", "fur",    "pearl" };
    const struct posting_list *vegan = index_list(index, VEGAN);

    for (size_t i = 0; i < sizeof animals / sizeof *animals; i++) {
        const struct posting_list *list = index_attribute(index, 'm', animals[i]);

        if (list != NULL && has_product(index, list, product))
            return vegan == NULL || !has_product(index, vegan, product);
    }
    return false;
}

/* Who a lookup is for, as far as the clothes differ. */
struct audience {
    bool children, mothers, vegans;
};

static bool
is_for(const struct audience *audience, const struct index *index, uint32_t product)
{
    return (audience->children || !is_for_children(index, product)) &&
           (audience->mothers || !is_for_expecting(index, product)) &&
           !(audience->vegans && is_of_animals(index, product));
}

/* Leave in RANKING what is for AUDIENCE, or where EXPECTING only what is made for a pregnancy; all of it
 * where nothing would be left. */
static void
keep(struct ranking *ranking, const struct index *index, const struct audience *audience, bool expecting_only)
{
    struct ranking_hit kept[RANKING_HITS];
    int count = 0;

    for (int i = 0; i < ranking->count; i++) {
        uint32_t product = ranking->hits[i].product;

        if (expecting_only ? is_for_expecting(index, product) : is_for(audience, index, product))
            kept[count++] = ranking->hits[i];
    }
    if (count == 0)
        return;
    memcpy(ranking->hits, kept, (size_t)count * sizeof *kept);
    ranking->count = count;
}

void
audience_keep(struct ranking *ranking, const struct index *index, const struct question *query,
              const struct question *soft, const struct question *said, const struct filter *filter,
              bool for_child)
{
    const struct audience audience = {
        .children = for_child || filter_clause(filter, CLAUSE_AGE) != NULL || query->wants.ages != 0,
        .mothers = speaks_of_expecting(query) || speaks_of_expecting(soft) || speaks_of_expecting(said),
        .vegans = speaks_of(query, VEGAN) || speaks_of(soft, VEGAN) || speaks_of(said, VEGAN),
    };

    keep(ranking, index, &audience, false);
    if (audience.mothers)
        keep(ranking, index, &audience, true);
}
