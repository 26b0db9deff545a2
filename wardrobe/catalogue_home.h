#ifndef WARDROBE_CATALOGUE_HOME_H
#define WARDROBE_CATALOGUE_HOME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wardrobe/catalogue.h"

/* What a home of catalogues can do; catalogue.c chooses one by the path, and is the only one to call these.
 * Each does what the function of that name in catalogue.h says, and what fails is logged by the home. The
 * first argument is what its `open`, `begin`, ... gave. */

/* Where a variant is: in both homes the variants of a product are in the order in which they came. */
struct place {
    uint32_t variant;      /* in the index */
    uint32_t product, nth; /* the nth variant of that product */
};

struct catalogue_home {
    bool (*is_at)(const char *path); /* whether PATH names a place of this home */

    void *(*open)(const char *path, bool *missing);
    void (*close)(void *reader);
    char *(*setting)(void *reader, const char *name); /* malloced; NULL for none */
    void *(*section)(void *reader, const char *section, size_t *size);
    int (*loaded)(void *reader); /* what is wanted of settings and sections has been read */
    bool (*is_replaced)(void *reader);
    bool (*is_away)(const void *reader);
    int (*records)(void *reader, const struct place *places, size_t count, struct record *records);
    int (*find)(void *reader, const char *const *ids, size_t count, uint32_t *products);
    /* of a home that can be asked for words, else NULL */
    int (*rank)(void *reader, const struct catalogue_ranks *ranks, catalogue_ranked *ranked, void *owner);
    int (*having)(void *reader, const char *word, uint32_t *products, uint32_t count);
    int (*nearest)(void *reader, const struct catalogue_near *near, struct vector_hit *hits);

    void *(*lock)(const char *path);
    void (*unlock)(void *lock);

    void *(*begin)(const char *path);
    int (*add)(void *writer, const struct item *item, uint32_t product, bool new_product);
    int (*add_words)(void *writer, const struct index_builder *builder, uint32_t product); /* or NULL */
    bool (*takes_vectors)(void *writer); /* or NULL; says what to do when not */
    int (*add_vector)(void *writer, uint32_t product, const struct vector *vector, uint32_t dimensions);
    int (*save_section)(void *writer, const char *section, const void *bytes, size_t size);
    void *(*saved_section)(void *writer, const char *section, size_t *size);
    int (*set)(void *writer, const char *name, const char *value);
    int (*finish)(void *writer);   /* the writer stays, for abandon */
    void (*abandon)(void *writer); /* frees it; what was not finished is gone */

    void *(*patch_begin)(const char *path);
    int (*patch_find)(void *patch, const char *id, struct item *item);
    int (*patch_next)(void *patch, struct item *item);
    int (*patch_set)(void *patch, const struct item *item);
    int (*patch_say)(void *patch, const char *name, const char *value);
    void *(*patch_section)(void *patch, const char *section, size_t *size);
    int (*patch_finish)(void *patch);
    void (*patch_abandon)(void *patch);
};

extern const struct catalogue_home catalogue_postgres;
extern const struct catalogue_home catalogue_sqlite;

/* Give VARIANT, as it is in the index, ITEM's prices and stock. CURRENCY is the catalogue's. */
void catalogue_patch_variant(struct variant *variant, const struct item *item, const char *currency);

#endif
