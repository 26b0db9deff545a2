#ifndef WARDROBE_SUITING_H
#define WARDROBE_SUITING_H

#include <jansson.h>
#include <stdbool.h>

#include "wardrobe/query.h"
#include "wardrobe/ranking.h"

/* Whether a product may be worn to what the shopper is dressing for, and by whom: an interview is no place
 * for joggers or a beach dress, however well a wish's words find them, and a child's boots fit no grown-up.
 * What the shopper asked for by name may be worn anywhere. No I/O. */

struct suiting {
    const struct index *index;
    uint32_t occasions[QUERY_MANY]; /* of the lexicon; one of them is enough */
    int occasion_count;
    uint16_t named[QUERY_MANY]; /* kinds that the shopper asked for */
    int named_count;
    bool for_child; /* by the age, or by a child's size */
};

/* What CRITERIA (may be NULL; SOFT has their soft words, read) and SAID, the shopper's words where nobody has
 * assessed them yet (may be NULL), are dressing for. */
void suiting_begin(struct suiting *suiting, const struct index *index, const json_t *criteria,
                   const struct question *soft, const struct question *said);

/* Whether PRODUCT can be worn to none of the occasions, by its kind or by what TITLE (NULL: not known yet)
 * says; or is a child's where none was spoken of, or the other way round. */
bool suiting_is_unfit(const struct suiting *suiting, uint32_t product, const char *title);

/* Put what is unfit, without its title, behind the rest of RANKING, each part in its order, and take off its
 * score. */
void suiting_order(const struct suiting *suiting, struct ranking *ranking);

#endif
