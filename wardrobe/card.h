#ifndef WARDROBE_CARD_H
#define WARDROBE_CARD_H

#include <jansson.h>

#include "wardrobe/catalogue.h"
#include "wardrobe/search.h"

/* The variant of HIT that is shown: it keeps all that was asked, and what was preferred. */
uint32_t card_variant(const struct index *index, const struct search_work *work,
                      const struct ranking_hit *hit);

/* The card of VARIANT as JSON (the Product of a result), under 1 KiB: a new reference. RECORD has its texts.
 */
json_t *card_new(const struct index *index, const struct search_work *work, const struct search *search,
                 uint32_t variant, const struct record *record);

/* What look.c wants to know of HIT, of which VARIANT is shown: {colour_family, formality, slot, score}, and
 * "unfit": true where it is not for the occasion. */
json_t *card_traits(const struct index *index, uint32_t variant, const struct ranking_hit *hit, bool unfit);

#endif
