#ifndef WARDROBE_SEARCH_H
#define WARDROBE_SEARCH_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/buffer.h"
#include "common/money.h"
#include "wardrobe/catalogue.h"
#include "wardrobe/fusion.h"
#include "wardrobe/ranking.h"
#include "wardrobe/suiting.h"

/* A lookup from words and criteria to products: what LOOKUP, `wardrobe search` and the benches all run. */

struct search {
    const char *words;      /* "" for none */
    const char *slot;       /* "" for none */
    const json_t *wish;     /* find_product's arguments, or NULL */
    const json_t *criteria; /* by key, or NULL */
    const char *said; /* the shopper's words while nobody has assessed them, which overrule CRITERIA; else ""
                         or NULL */
    const struct vector
        *meaning;    /* of the words, by the model that made the catalogue's; NULL: words alone */
    bool any_colour; /* colours that the words name are worth nothing */
    bool early;      /* the shopper's own words: what is recognised in them holds too */
    int limit;       /* products at most */
    int64_t now;     /* seconds since 1970 */
    const struct money_rates *rates;
    const struct weights *weights;
};

/* The products that a lookup names by their ids, found in one go. */
struct search_ids {
    struct catalogue *catalogue;
    const char *ids[128];
    uint32_t products[128]; /* UINT32_MAX: there is none */
    size_t count;
    bool failed; /* they could not be asked for */
};

/* One lookup on its way; large, so that it is made once and used again. */
struct search_work {
    struct search_ids ids;
    struct question query, soft, said;
    const char *relaxed; /* the wish's field that was given up because nothing has it; NULL: none */
    bool lacks_brand;    /* nothing found is of the brand that the shopper named */
    struct ranking_plan plan;
    struct ranking ranking, any; /* any: of a wish in any colour */
    struct filter filter;
    struct vector_hit nearest[FUSION_NEAREST]; /* by meaning; none where it was not asked about */
    int nearest_count;
    struct ranking_hit worded[RANKING_HITS]; /* where there is a meaning: the ranking by words alone */
    int worded_count;
    struct suiting suiting;
};

/* The words that SEARCH looks for, for a model that turns them into a vector. Appended to WORDS. */
void search_words(const struct search *search, struct buffer *words);

/* Answer SEARCH from CATALOGUE. Fills WORK, and gives new references: *RESULT, and *TRAITS (may be NULL), as
 * FOUND has them. Returns 0, or -1 when the catalogue can't be read or without memory (logged). */
int search_run(struct search_work *work, struct catalogue *catalogue, const struct search *search,
               json_t **result, json_t **traits);

/* Which of the products in IDS keep SEARCH's criteria: a new object {id: card} in *PASSING. After
 * search_run() with the same. Returns 0, or -1 when the catalogue can't be read or without memory (logged).
 */
int search_passing(struct search_work *work, struct catalogue *catalogue, const struct search *search,
                   const json_t *ids, json_t **passing);

/* The ranking alone, without the products' texts: WORK->ranking, at most SEARCH->limit. The filter stays
 * until search_end(). Returns 0 or -1 (a criterion needed memory that there was not; logged). */
int search_rank(struct search_work *work, struct catalogue *catalogue, const struct search *search);
void search_end(struct search_work *work);

#endif
