#ifndef WARDROBE_PATCH_H
#define WARDROBE_PATCH_H

#include <stdbool.h>

#include "wardrobe/feed.h"
#include "wardrobe/row.h"

/* A row of a patch laid over the variant that it changes. What the row leaves out stays; an empty sale price
 * ends the sale. No I/O. */

/* A row that has all: the patch's texts, and the variant's where it has none. */
struct patch_row {
    struct feed_row row;
    char price[32], sale[32], dates[64], rating[32], rating_count[24]; /* the variant's numbers, as texts */
};

/* Lay ROW over OLD. What comes back lends both. */
void patch_overlay(const struct item *old, const struct feed_row *row, struct patch_row *merged);

/* After row_read(MERGED) has filled ITEM: take the texts that ROW leaves out from OLD as they are, not as
 * read a second time. Returns whether anything that words find or cards show is another than in OLD; prices
 * and availability don't count. */
bool patch_keep(const struct item *old, const struct feed_row *row, struct item *item);

#endif
