#ifndef WARDROBE_OCCURRENCES_H
#define WARDROBE_OCCURRENCES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Words seen in products, as many as an import brings, in the memory that they are given: what does not fit
 * is sorted and put aside in a temporary file (spill.h), and all of it merged at the end. */

struct occurrence {
    uint32_t term, product;
    uint32_t counts; /* by field, 4 bits each */
};

struct occurrences;

/* With FOLDER for the temporary file, MEMORY bytes hold what is not put aside; with NULL memory grows
 * instead. NULL without memory (not logged). */
struct occurrences *occurrences_new(const char *folder, size_t memory);
void occurrences_destroy(struct occurrences **occurrences);

/* Add one. Returns 0, or -1 without memory or room on the disk. */
int occurrences_add(struct occurrences *occurrences, const struct occurrence *occurrence);

/* The last was added: from now on there is only occurrences_next(). Returns 0 or -1. */
int occurrences_sort(struct occurrences *occurrences);

/* The next by term, then product; those of one product and term are summed up, 15 in each field at most.
 * Returns 1, 0 at the end, or -1. */
int occurrences_next(struct occurrences *occurrences, struct occurrence *next);

/* There was no room on the disk, which was logged. */
bool occurrences_lack_room(const struct occurrences *occurrences);

size_t occurrences_runs(const struct occurrences *occurrences); /* put aside */

#endif
