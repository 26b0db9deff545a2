#ifndef WARDROBE_FACETS_H
#define WARDROBE_FACETS_H

#include <jansson.h>
#include <stdint.h>

#include "wardrobe/index.h"

#define FACETS_BYTES 2000 /* as JSON, at most */

/* What the shop sells, in under 2 KiB: categories with their slot, count and price quartiles at NOW (seconds
 * since 1970), colours, brands, genders, sizes by class. What most products have comes first; what has no
 * room is left out. A new reference, or NULL without memory (logged). */
json_t *facets_new(const struct index *index, const char *language, int64_t now);

#endif
