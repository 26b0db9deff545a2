/* audience -- see audience.h. */

#include "wardrobe/audience.h"

#include <string.h>

/* Stems that speak of a pregnancy and the time after it, in what is asked and in what is sold. */
static const char *const expecting[] = { "matern", "pregnant", "pregnanc", "nurs" };

#define EXPECTING (sizeof expecting / sizeof *expecting)

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

static bool
speaks_of_expecting(const struct question *query)
{
    for (int t = 0; t < query->term_count; t++)
        for (size_t i = 0; i < EXPECTING; i++)
            if (strcmp(query->terms[t].stem, expecting[i]) == 0)
                return true;
    return false;
}

void
audience_keep(struct ranking *ranking, const struct index *index, const struct question *query,
              const struct filter *filter, bool for_child)
{
    bool children = for_child || filter_clause(filter, CLAUSE_AGE) != NULL || query->wants.ages != 0;
    bool mothers = speaks_of_expecting(query);
    struct ranking_hit kept[RANKING_HITS];
    int count = 0;

    for (int i = 0; i < ranking->count; i++) {
        uint32_t product = ranking->hits[i].product;

        if ((children || !is_for_children(index, product)) && (mothers || !is_for_expecting(index, product)))
            kept[count++] = ranking->hits[i];
    }
    if (count == 0)
        return;
    memcpy(ranking->hits, kept, (size_t)count * sizeof *kept);
    ranking->count = count;
}
