/* nearest -- the products nearest to a question in meaning; see nearest.h. */

#include "wardrobe/nearest.h"

#include <string.h>

#include "wardrobe/fusion.h"
#include "wardrobe/glance.h"

bool
nearest_is_wanted(const struct search_work *work, const struct index *index, const struct search *search)
{
    return search->meaning != NULL && index->vectors != NULL && work->plan.order == ORDER_BEST &&
           !work->query.counts;
}

struct candidate {
    const struct search_work *work;
    const struct index *index;
};

/* It keeps every criterion, and has none of the words that were excluded: a vector knows no "without". */
static bool
may_be_near(const void *owner, uint32_t product)
{
    const struct candidate *candidate = owner;
    const struct ranking_plan *plan = &candidate->work->plan;

    if (filter_glance(&candidate->work->filter, product) != 0 ||
        !filter_passes(&candidate->work->filter, product))
        return false;
    for (int i = 0; i < plan->count; i++)
        if (plan->parts[i].weight < 0 && strncmp(plan->parts[i].what, "not", 3) == 0 &&
            ranking_share(candidate->index, &plan->parts[i], product) != 0)
            return false;
    return true;
}

/* -- asked of a server --------------------------------------------------------------------------- */

/* Leave a mark on each product that may be found; MARKED: on those that can keep the category, else on none.
 * Returns how many. */
static uint32_t
mark_candidates(const struct candidate *candidate, struct index *index, bool marked)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < index->product_count; i++) {
        uint64_t bit = UINT64_C(1) << (i & 63);

        if (marked && !(index->marks[i >> 6] & bit))
            continue;
        if (may_be_near(candidate, i)) {
            index->marks[i >> 6] |= bit;
            count++;
        } else {
            index->marks[i >> 6] &= ~bit;
        }
    }
    return count;
}

/* The server knows no criterion: it is told who may be found, be it nearly everything. */
static int
ask_server(struct search_work *work, struct catalogue *catalogue, const struct candidate *candidate,
           const struct vector *question, bool marked)
{
    struct index *index = catalogue_index_to_weigh(catalogue);
    struct catalogue_near near = { .question = question,
                                   .dimensions = index->vectors->dimensions,
                                   .vectors = index->product_count - index->vectors->missing,
                                   .marks = index->marks,
                                   .products = index->product_count,
                                   .marked = mark_candidates(candidate, index, marked),
                                   .most = FUSION_NEAREST };

    return catalogue_nearest(catalogue, &near, work->nearest);
}

/* -- the whole ----------------------------------------------------------------------------------- */

int
nearest_fuse(struct search_work *work, struct catalogue *catalogue, const struct search *search)
{
    struct index *index = catalogue_index_to_weigh(catalogue);
    const struct candidate candidate = { work, index };
    bool marked = ranking_mark(index, &work->filter);
    int count;

    count = index->vectors->scales == NULL ? ask_server(work, catalogue, &candidate, search->meaning, marked)
                                           : vectors_nearest(index->vectors, vectors_way(), search->meaning,
                                                             marked ? index->marks : NULL, may_be_near,
                                                             &candidate, FUSION_NEAREST, work->nearest);
    if (marked || index->vectors->scales == NULL)
        memset(index->marks, 0, (index->product_count / INDEX_BLOCK + 1) * sizeof *index->marks);
    if (count < 0)
        return -1;
    work->nearest_count = count;
    for (work->worded_count = 0; work->worded_count < work->ranking.count; work->worded_count++)
        work->worded[work->worded_count] = work->ranking.hits[work->worded_count];
    fusion_run(&work->ranking, work->nearest, count, search->weights);
    return 0;
}
