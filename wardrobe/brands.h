#ifndef WARDROBE_BRANDS_H
#define WARDROBE_BRANDS_H

#include <jansson.h>
#include <stdbool.h>

#include "wardrobe/ranking.h"

/* A brand that the shopper has named: no requirement, but the first of the wishes. No I/O. */

/* Whether one of CRITERIA (an object by key; may be NULL) wishes for a brand. */
bool brands_are_wished(const json_t *criteria);

/* Put what is of a brand that SOFT, the criteria's soft words, names before the rest of RANKING, each part in
 * its order, with scores to keep it there. Returns whether there is any. */
bool brands_first(struct ranking *ranking, const struct index *index, const struct question *soft);

#endif
