#ifndef WARDROBE_NAMES_H
#define WARDROBE_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include "common/buffer.h"

/* Texts and their numbers, from 0 in the order in which they came. No I/O. */
struct names;

#define NAME_NONE UINT32_MAX

struct names *names_new(void); /* NULL without memory (not logged) */
void names_destroy(struct names **names);

/* The number of TEXT, which is added when it is new (copied). NAME_NONE without memory. */
uint32_t names_add(struct names *names, const char *text);

/* The number of TEXT, or NAME_NONE. */
uint32_t names_find(const struct names *names, const char *text);

const char *names_text(const struct names *names, uint32_t number);
uint32_t names_count(const struct names *names);

/* All texts in order, each with a NUL, appended to OUT; and the way back: NULL when BYTES are none such. */
void names_save(const struct names *names, struct buffer *out);
struct names *names_load(const char *bytes, size_t size);

#endif
