#ifndef WARDROBE_CATALOGUE_H
#define WARDROBE_CATALOGUE_H

#include <stdbool.h>
#include <stdint.h>

#include "wardrobe/index.h"
#include "wardrobe/lexicon.h"
#include "wardrobe/row.h"

/* What is in the shop: the record of products and variants, kept where the option `catalogue` says, and its
 * index in memory. Two homes keep one (catalogue_home.h): a SQLite file, and a PostgreSQL server where that
 * is a postgres:// URL. In both a catalogue is only ever replaced as a whole. */

#define CATALOGUE_SCHEMA "ensemble-catalogue-7"

/* -- reading ------------------------------------------------------------------------------------- */

struct catalogue;

/* What of a catalogue stays on its server, and is asked of it: an import makes the server ready for that, and
 * a wardrobe leaves it out of memory. */
struct catalogue_away {
    bool words;   /* borrow.h */
    bool vectors; /* nearest.h */
};

/* Read the options catalogue-words and catalogue-vectors, memory or server, for the catalogue at PATH to
 * *AWAY. Returns 0, or -1 when one is wrong (logged). */
int catalogue_away(const char *words, const char *vectors, const char *path, struct catalogue_away *away);

/* Open the catalogue at PATH and load its index, without what is AWAY. Vectors that the import did not leave
 * on the server are in memory all the same (logged). LEXICON must live as long. NULL when it can't (logged,
 * with what to do). *MISSING (may be NULL): there is none. */
struct catalogue *catalogue_open(const char *path, struct catalogue_away away, const struct lexicon *lexicon,
                                 bool *missing);
void catalogue_close(struct catalogue **catalogue);

/* It is used with LEXICON from now on, which must be equal to the one that it was opened with, and under no
 * other weights: what only those need is let go. */
void catalogue_settle(struct catalogue *catalogue, const struct lexicon *lexicon);

const struct index *catalogue_index(const struct catalogue *catalogue);
struct index *catalogue_index_to_weigh(struct catalogue *catalogue);
const char *catalogue_version(const struct catalogue *catalogue);

/* The digest that the import made (facets.h), as JSON; "" for none. */
const char *catalogue_facets(const struct catalogue *catalogue);

/* Another catalogue stands in this one's place. False too while nobody can say. */
bool catalogue_is_replaced(struct catalogue *catalogue);

/* The last call failed because the catalogue's server could not be asked: another copy, or a later moment,
 * may do. */
bool catalogue_is_away(const struct catalogue *catalogue);

/* The texts of one product and of one of its variants. */
struct record {
    const char *id; /* the group's, or the lone variant's */
    const char *title, *brand;
    const char *variant_id, *colour, *size, *material, *link, *image;
};

#define CATALOGUE_RECORDS 256 /* at once, at most */

/* The records of COUNT VARIANTS (their places in the index), in one go: what they lend is good until the next
 * call. Returns 0, or -1 (logged). */
int catalogue_records(struct catalogue *catalogue, const uint32_t *variants, size_t count,
                      struct record *records);

/* The products whose ids (or one of whose variants' ids) are IDS, in one go; UINT32_MAX where there is none.
 * Returns 0, or -1 (logged). */
int catalogue_find(struct catalogue *catalogue, const char *const *ids, size_t count, uint32_t *products);

/* With words away: what is asked of the server's full text search. */
struct catalogue_ranks {
    const char *const *words; /* as the index has them */
    size_t count;
    size_t leading; /* of them, from the first on: who has none of these is not wanted */
    float worth[4]; /* of a word in a description; material or highlights; category, brand or colour; the
                       title: 1 at most */
};

#define CATALOGUE_RANK_WORDS 32 /* at most */
#define CATALOGUE_LEADING 8000  /* products with leading words that are looked at, at most */
#define CATALOGUE_RANKED 4000   /* products at most, the best by all words */

/* RANKS: of each word in PRODUCT, 0 to 1. */
typedef void catalogue_ranked(void *owner, uint32_t product, const float *ranks);

/* RANKED is called for each of the best products, in the index's order. Returns 0, or -1 (logged). */
int catalogue_rank(struct catalogue *catalogue, const struct catalogue_ranks *ranks, catalogue_ranked *ranked,
                   void *owner);

/* All products that have WORD, which are COUNT, ascending. Returns 0, or -1 (logged). */
int catalogue_having(struct catalogue *catalogue, const char *word, uint32_t *products, uint32_t count);

/* With vectors away: what is asked of the server. */
struct catalogue_near {
    const struct vector *question;
    uint32_t dimensions;
    const uint64_t *marks; /* a bit for each product that may be found */
    uint32_t products;     /* in the catalogue: bits in MARKS */
    uint32_t marked;       /* how many may be found */
    uint32_t vectors;      /* on the server */
    int most;              /* hits at most */
};

#define CATALOGUE_NEAR_EXACT 4000 /* products that may be found, at most, of which each is looked at */

/* The products nearest to a question, nearest first, to HITS. Where many may be found the server may miss
 * some of them: it goes by its index. Returns how many, or -1 (logged). */
int catalogue_nearest(struct catalogue *catalogue, const struct catalogue_near *near,
                      struct vector_hit *hits);

/* -- writing ------------------------------------------------------------------------------------- */

/* One import of the catalogue at PATH at a time: wait for another's end. NULL when it can't (logged). */
struct catalogue_lock;
struct catalogue_lock *catalogue_lock(const char *path);
void catalogue_unlock(struct catalogue_lock **lock);

struct catalogue_writer;

/* Begin a new catalogue beside the one at PATH. LANGUAGE is kept with it; also what the server needs for what
 * is AWAY: where it can't take vectors (logged, with what to do), these are for memory alone. NULL when it
 * can't (logged). */
struct catalogue_writer *catalogue_begin(const char *path, const char *language, struct catalogue_away away);

/* Add a variant; with NEW_PRODUCT also its product. All copied. -1 when it can't (logged). */
int catalogue_add(struct catalogue_writer *writer, const struct item *item, uint32_t product,
                  bool new_product);

/* With WORDS: add those of PRODUCT's item that BUILDER was given last; else do nothing. -1 when it can't
 * (logged). */
int catalogue_add_words(struct catalogue_writer *writer, const struct index_builder *builder,
                        uint32_t product);

/* With vectors away: add that of PRODUCT, of DIMENSIONS, the same for all; else do nothing. -1 when it can't
 * (logged). */
int catalogue_add_vector(void *writer, uint32_t product, const struct vector *vector, uint32_t dimensions);

/* Keep a section of the index (an index_builder_save() call). */
int catalogue_save_section(void *writer, const char *section, const void *bytes, size_t size);

/* What it is to say of itself. */
int catalogue_set(void *writer, const char *name, const char *value);

/* A section that was kept before, malloced; as index_load() wants it. */
void *catalogue_saved_section(void *writer, const char *section, size_t *size);

/* Finish: sync it and put it in the place of the old one. Returns 0, or -1 (logged; the old one stays). Frees
 * WRITER in both cases. */
int catalogue_finish(struct catalogue_writer **writer);

/* Leave it; the old one stays. */
void catalogue_abandon(struct catalogue_writer **writer);

/* -- patching ------------------------------------------------------------------------------------ */

struct catalogue_patch;

/* Begin to give the catalogue at PATH other prices and stock, which nobody sees before the end; its index is
 * not made anew. NULL when it can't (logged, with what to do). */
struct catalogue_patch *catalogue_patch_begin(const char *path);

/* The variant ID as it stands, to ITEM: all but its `texts`; what it lends is good until the next call.
 * Returns 1, 0 when there is none, -1 when it can't be read (logged). */
int catalogue_patch_find(struct catalogue_patch *patch, const char *id, struct item *item);

/* The next of all variants, as above, in the index's order. 1, 0 at the end, or -1 (logged). */
int catalogue_patch_next(struct catalogue_patch *patch, struct item *item);

/* Give the variant that was found last ITEM's prices, currency, sale and availability. Returns 0, or -1
 * (logged). */
int catalogue_patch_set(struct catalogue_patch *patch, const struct item *item);

/* As catalogue_set() and catalogue_saved_section(). */
int catalogue_patch_say(void *patch, const char *name, const char *value);
void *catalogue_patch_section(void *patch, const char *section, size_t *size);

/* Finish: as catalogue_finish(). */
int catalogue_patch_finish(struct catalogue_patch **patch);
void catalogue_patch_abandon(struct catalogue_patch **patch);

#endif
