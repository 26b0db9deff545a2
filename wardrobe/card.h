#ifndef WARDROBE_CARD_H
#define WARDROBE_CARD_H

#include <jansson.h>

#include "wardrobe/catalogue.h"
#include "wardrobe/search.h"

/* The card of HIT as JSON (the Product of a result), under 1 KiB: a new reference, or NULL (logged). */
json_t *card_new(struct catalogue *catalogue, const struct search_work *work, const struct search *search,
                 const struct ranking_hit *hit);

/* What look.c wants to know of it: {colour_family, formality, slot, score}. */
json_t *card_traits(const struct catalogue *catalogue, const struct search_work *work,
                    const struct ranking_hit *hit);

#endif
