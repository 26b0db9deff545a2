#ifndef UNDERSTUDY_SHOP_H
#define UNDERSTUDY_SHOP_H

#include <jansson.h>

#include "understudy/lexicon.h"

/* What the shop sells, out of the FACETS of a prompt. Texts are lent by them. No I/O. */

enum { CATEGORIES_MOST = 96 };

struct category {
    const char *name;
    const struct garment *garment; /* NULL: an umbrella word */
    enum slot slot;
    bool umbrella; /* "jewellery": anything of its slot */
    double from;   /* what a quarter of its products cost less than, major units; 0: not known */
};

struct shop {
    struct category list[CATEGORIES_MOST];
    size_t count;          /* 0: nothing is known, so everything may be there */
    bool whole;            /* nothing is left out of the list */
    const json_t *colours; /* names, or NULL */
};

void shop_read(struct shop *shop, const struct lexicon *lexicon, const json_t *facets);

/* The category that GARMENT stands in, the nearest one; NULL where the shop has none. */
const struct category *shop_category(const struct shop *shop, const struct garment *garment);

/* Whether GARMENT may be suggested: it is there, or may be, where the list is not whole. */
bool shop_sells(const struct shop *shop, const struct garment *garment);

/* Whether anything there is in COLOUR (an id of the lore); true where nothing is known. */
bool shop_has_colour(const struct shop *shop, const char *colour);

#endif
