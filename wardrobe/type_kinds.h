#ifndef WARDROBE_TYPE_KINDS_H
#define WARDROBE_TYPE_KINDS_H

#include <stdbool.h>
#include <stdint.h>

#include "wardrobe/lexicon.h"

/* What kind of garment a category path says ("Women > Shoes > Sneakers"), each read once: a shop has few. No
 * I/O. */
struct type_kinds;

struct type_kinds *type_kinds_new(const struct lexicon *lexicon); /* NULL without memory (not logged) */
void type_kinds_destroy(struct type_kinds **types);

/* The kind that TYPE says, or KIND_NONE: its last step's that says one. */
uint16_t type_kinds_of(struct type_kinds *types, const char *type);

/* Whether the last step of TYPE names several things ("Loafers & Slip-Ons"), and one of them is KIND, or has
 * it below. */
bool type_names_among(const struct lexicon *lexicon, const char *type, uint16_t kind);

#endif
