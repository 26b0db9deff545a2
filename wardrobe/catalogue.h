#ifndef WARDROBE_CATALOGUE_H
#define WARDROBE_CATALOGUE_H

#include <stdbool.h>
#include <stdint.h>

#include "wardrobe/index.h"
#include "wardrobe/lexicon.h"
#include "wardrobe/row.h"

/* What is in the shop: the record of products and variants, kept in one file that is only ever replaced as a
 * whole, and its index in memory. */

#define CATALOGUE_SCHEMA "ensemble-catalogue-4"

/* -- reading ------------------------------------------------------------------------------------- */

struct catalogue;

/* Open the catalogue at PATH and load its index. LEXICON must live as long. NULL when it can't (logged, with
 * what to do). *MISSING (may be NULL): there is no such file. */
struct catalogue *catalogue_open(const char *path, const struct lexicon *lexicon, bool *missing);
void catalogue_close(struct catalogue **catalogue);

const struct index *catalogue_index(const struct catalogue *catalogue);
struct index *catalogue_index_to_weigh(struct catalogue *catalogue);
const char *catalogue_version(const struct catalogue *catalogue);

/* The file that was opened is no longer the one at its path. */
bool catalogue_is_replaced(const struct catalogue *catalogue);

/* The texts of one product and of one of its variants, lent until the next call. */
struct record {
    const char *id; /* the group's, or the lone variant's */
    const char *title, *brand, *description;
    const char *variant_id, *colour, *size, *material, *link, *image;
};

/* The record of VARIANT (its place in the index). Returns 0, or -1 (logged). */
int catalogue_record(struct catalogue *catalogue, uint32_t variant, struct record *record);

/* The product whose id (or one of whose variants' ids) is ID, or UINT32_MAX. */
uint32_t catalogue_find(struct catalogue *catalogue, const char *id);

/* -- writing ------------------------------------------------------------------------------------- */

struct catalogue_writer;

/* Begin a new catalogue beside the one at PATH. LANGUAGE and CURRENCY are kept with it. NULL when it can't
 * (logged). */
struct catalogue_writer *catalogue_begin(const char *path, const char *language);

/* Add a variant; with NEW_PRODUCT also its product. All copied. -1 when it can't (logged). */
int catalogue_add(struct catalogue_writer *writer, const struct item *item, uint32_t product,
                  bool new_product);

/* Keep a section of the index (an index_builder_save() call). */
int catalogue_save_section(void *writer, const char *section, const void *bytes, size_t size);

/* What it is to say of itself. */
int catalogue_set(struct catalogue_writer *writer, const char *name, const char *value);

/* Finish: sync it and put it in the place of the old one. Returns 0, or -1 (logged; the old one stays). Frees
 * WRITER in both cases. */
int catalogue_finish(struct catalogue_writer **writer);

/* Leave it; the old one stays. */
void catalogue_abandon(struct catalogue_writer **writer);

/* -- patching ------------------------------------------------------------------------------------ */

struct catalogue_patch;

/* Begin a copy of the catalogue at PATH that gets other prices and stock; its index is not made anew. NULL
 * when it can't (logged, with what to do). */
struct catalogue_patch *catalogue_patch_begin(const char *path);

/* The variant ID as it stands, to ITEM: all but its `texts`; what it lends is good until the next call.
 * Returns 1, 0 when there is none, -1 when it can't be read (logged). */
int catalogue_patch_find(struct catalogue_patch *patch, const char *id, struct item *item);

/* The next of all variants, as above, in the index's order. 1, 0 at the end, or -1 (logged). */
int catalogue_patch_next(struct catalogue_patch *patch, struct item *item);

/* Give the variant that was found last ITEM's prices, currency, sale and availability. Returns 0, or -1
 * (logged). */
int catalogue_patch_set(struct catalogue_patch *patch, const struct item *item);

/* Finish: as catalogue_finish(), under another VERSION. */
int catalogue_patch_finish(struct catalogue_patch **patch, const char *version);
void catalogue_patch_abandon(struct catalogue_patch **patch);

#endif
