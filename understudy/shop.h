#ifndef UNDERSTUDY_SHOP_H
#define UNDERSTUDY_SHOP_H

#include <jansson.h>

#include "common/buffer.h"
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

/* The shop of the FACETS that were read last. The next prompt has the same, nearly always. */
struct shop_memo {
    struct buffer text; /* the facets */
    json_t *facets;     /* read; NULL when they are no JSON */
    struct shop shop;
};

/* The shop of SIZE bytes of FACETS; lent until the next one is read. */
const struct shop *shop_read(struct shop_memo *memo, const struct lexicon *lexicon, const char *facets,
                             size_t size);
void shop_forget(struct shop_memo *memo);

/* The category that GARMENT stands in, the nearest one; NULL where the shop has none. */
const struct category *shop_category(const struct shop *shop, const struct garment *garment);

/* About what GARMENT costs among the cheaper ones, major units. The digest lists the largest categories
 * alone: what is not there costs as much as its slot's cheapest, and a suit as much as its parts. 0: not
 * known. */
double shop_price(const struct shop *shop, const struct garment *garment);

/* Whether GARMENT may be suggested: it is there, or may be, where the list is not whole. */
bool shop_sells(const struct shop *shop, const struct garment *garment);

/* The N-th of the brands in FACETS that the SIZE bytes of TEXT name, or NULL. */
const char *shop_brand(const json_t *facets, const char *text, size_t size, size_t n);

/* Whether anything there is in COLOUR (an id of the lore); true where nothing is known. */
bool shop_has_colour(const struct shop *shop, const char *colour);

#endif
