#ifndef WARDROBE_FACETS_H
#define WARDROBE_FACETS_H

#include <jansson.h>
#include <stdint.h>

#include "wardrobe/index.h"

#define FACETS_BYTES 2000 /* as JSON, at most */

/* What the shop sells, in under 2 KiB, made at import: categories with their slot, count and price quartiles
 * at NOW (seconds since 1970), colours, brands, genders, sizes by class. What most products have comes first;
 * what has no room is left out. A new reference, or NULL without memory (logged). */
json_t *facets_new(const struct index *index, const char *language, int64_t now);

/* The same as text, of the sections that LOAD gives (as index_load() wants it): what an import keeps with the
 * catalogue. The caller frees it; NULL when they do not fit together or without memory (logged). */
char *facets_text(const struct lexicon *lexicon, const char *language, int64_t now,
                  void *(*load)(void *owner, const char *section, size_t *size), void *owner);

#endif
