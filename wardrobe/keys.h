#ifndef WARDROBE_KEYS_H
#define WARDROBE_KEYS_H

#include <stdbool.h>
#include <stdint.h>

/* Texts told apart without keeping them, for an import of any size: of each, 96 bits of a hash and its
 * number. That two of ten million have the same is less likely than one in 10^15. Sixteen bytes each, and
 * room for growth: 20 to 30. No I/O. */
struct keys;

#define KEY_NONE UINT32_MAX

struct keys *keys_new(void); /* NULL without memory (not logged) */
void keys_destroy(struct keys **keys);

/* The number of TEXT, from 0 in the order in which they came; *IS_NEW: it was not there before. KEY_NONE
 * without memory. */
uint32_t keys_add(struct keys *keys, const char *text, bool *is_new);

#endif
