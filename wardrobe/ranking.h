#ifndef WARDROBE_RANKING_H
#define WARDROBE_RANKING_H

#include <stdbool.h>
#include <stdint.h>

#include "wardrobe/criteria.h"
#include "wardrobe/index.h"
#include "wardrobe/query.h"
#include "wardrobe/weights.h"

/* Which products answer a query best: BM25 over all postings of its words, and what is structured in it
 * weighed against the products' own columns, in one loop; then the filter, then variety. No I/O. */

#define RANKING_PARTS 512
#define RANKING_HITS 240
#define RANKING_SLOTS 16
#define RANKING_SPREAD 32 /* hits wanted at most for the best of each slot to be gathered */

/* One list of products, and what being in it is worth. */
struct ranking_part {
    const struct posting_list *list;
    float weight;     /* times the posting's impact (of 1) */
    const char *what; /* for people: "word", "kind" */
};

/* What is scored, worked out once for a query. */
struct ranking_plan {
    struct ranking_part parts[RANKING_PARTS];
    int count;
    bool spreads;   /* no kind of garment was asked for: the best of each slot */
    bool has_brand; /* a brand was named: no other one need have its turn */
    enum query_order order;
};

struct ranking_hit {
    uint32_t product;
    float score;
    int64_t price; /* with an order by price: the cheapest passing variant's */
};

struct ranking {
    struct ranking_hit hits[RANKING_HITS];
    int count;
    uint32_t total; /* products that pass and match; only where the query counts */
};

/* Work out what QUERY, and what is softly wished besides in SOFT (may be NULL), is worth by WEIGHTS. */
void ranking_plan(struct ranking_plan *plan, const struct index *index, const struct question *query,
                  const struct question *soft, const struct weights *weights);

/* The best LIMIT products (at most RANKING_HITS, and some more for variety) that pass FILTER, best first.
 * COUNTS: count all that match. With an order by price it is exact over the whole catalogue. Uses
 * INDEX->scores. */
void ranking_run(struct ranking *ranking, struct index *index, const struct ranking_plan *plan,
                 const struct filter *filter, const struct weights *weights, int limit, bool counts);

/* Set INDEX->marks for every product that can keep FILTER's clause on categories. False, and no marks, when
 * it has none; the caller puts the marks back to 0. */
bool ranking_mark(struct index *index, const struct filter *filter);

/* Put variety into the first LIMIT hits: brands, kinds (and slots, where PLAN spreads) take turns within what
 * is about as good. */
void ranking_vary(struct ranking *ranking, const struct index *index, const struct ranking_plan *plan,
                  const struct weights *weights, int limit);

/* What PART gives PRODUCT. */
float ranking_share(const struct index *index, const struct ranking_part *part, uint32_t product);

#endif
