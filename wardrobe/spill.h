#ifndef WARDROBE_SPILL_H
#define WARDROBE_SPILL_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes put aside in a file without a name, which goes with the process that made it. */
struct spill;

/* A file in FOLDER. NULL when it can't be made (logged). */
struct spill *spill_new(const char *folder);
void spill_destroy(struct spill **spill);

/* Append SIZE bytes. Returns 0, or -1 (logged). */
int spill_append(struct spill *spill, const void *bytes, size_t size);

/* Read SIZE bytes from AT on, all of which were appended. Returns 0, or -1 (logged). */
int spill_read(const struct spill *spill, size_t at, void *bytes, size_t size);

/* Something could not be put aside, which was logged: it is not memory that is missing. NULL: false. */
bool spill_has_failed(const struct spill *spill);

size_t spill_size(const struct spill *spill);

#endif
