#ifndef UNDERSTUDY_COMPOSE_H
#define UNDERSTUDY_COMPOSE_H

#include <stdbool.h>
#include <stddef.h>

#include "understudy/lore.h"
#include "understudy/shop.h"

/* An outfit, slot by slot, out of the lore and what the shop sells. No I/O. */

enum { PICKS_MOST = 8, AVOID_MOST = 24 };

/* What the outfit has to be. Texts are lent. */
struct order {
    const struct occasion *occasion;
    char who;                    /* m, w, k, or '\0' when nobody said */
    char gender;                 /* beside who == 'k': m, w or '\0' */
    enum warmth warmth;          /* of the season, ANY when it was not said */
    int dressier;                /* -1 less formal, 1 more */
    const char *colour[SLOTS];   /* wished for, by slot; [SLOT_NONE] for all; NULL without */
    const char *material[SLOTS]; /* the same */
    const char *not_colour[AVOID_MOST], *not_material[AVOID_MOST], *not_garment[AVOID_MOST];
    size_t not_colours, not_materials, not_garments;
    const char *garment[PICKS_MOST]; /* asked for by name (id, or "" for any of the slot) */
    enum slot slot[PICKS_MOST];
    size_t asked; /* of the two above; 0: a whole outfit */
    bool cheaper;
    double budget;                  /* of the outfit, major units; 0: not said */
    double item_budget;             /* what one piece may cost, major units; 0: not said */
    const char *before[AVOID_MOST]; /* garments of the last suggestion: something new is wanted */
    size_t before_count;
    unsigned turn; /* through the palettes: other colours than last time */
    unsigned dice;
};

/* One piece of the outfit. */
struct pick {
    const struct piece *piece;
    const struct garment *garment;
    char colour[32], material[32]; /* ids; material may be "" */
};

/* Compose ORDER out of SHOP into PICKS (room for PICKS_MOST). Returns how many: 0 when nothing fits. */
size_t compose(const struct order *order, const struct shop *shop, struct pick *picks);

#endif
