#ifndef WARDROBE_PASSAGE_H
#define WARDROBE_PASSAGE_H

#include <stdint.h>

#include "common/buffer.h"
#include "wardrobe/row.h"

/* What of a product becomes a vector: title, brand, category, colours, material, the start of its
 * description. No I/O. */

#define PASSAGE_BYTES 100   /* of a description; more made the ranking no better (docs/catalogue.md) */
#define PASSAGE_COLOURS 120 /* bytes of colours, of all its variants together */

/* One product's, while its rows come. */
struct passage {
    struct buffer head; /* title, brand, category */
    struct buffer tail; /* material, description */
    char colours[PASSAGE_COLOURS];
};

/* Begin with the product's first ITEM. */
void passage_begin(struct passage *passage, const struct item *item);

/* Another variant of it: its colour. */
void passage_add(struct passage *passage, const struct item *item);

/* The whole, appended to OUT. Clears PASSAGE. */
void passage_end(struct passage *passage, struct buffer *out);
void passage_clear(struct passage *passage);

/* Tells texts apart, and the same text by two MODELs; DIMENSIONS as asked for. Never 0. */
uint64_t passage_hash(const char *model, int64_t dimensions, const char *text);

#endif
