#ifndef WARDROBE_EMBEDDING_H
#define WARDROBE_EMBEDDING_H

#include <stdbool.h>
#include <stdint.h>

#include "common/options.h"
#include "wardrobe/row.h"
#include "wardrobe/vectors.h"

/* The vectors of an import's products: asked for in batches while the feed is read, several on their way at
 * once, and kept as they come (vector_cache.h). A server that fails costs vectors, never the import: the
 * products without one are found by their words, and the next import asks for them again. */
struct embedding;

struct embedding_counts {
    int64_t asked;   /* texts that the server was sent */
    int64_t known;   /* products whose text's vector was there already */
    int64_t missing; /* products that have none */
};

/* Begin by OPTIONS (embedding_url, ...). PATH: the cache. NULL when it can't (logged). */
struct embedding *embedding_begin(const struct options *options, const char *path);

/* ITEM is a variant of PRODUCT, the first one with IS_NEW. */
void embedding_take(struct embedding *embedding, const struct item *item, uint32_t product, bool is_new);

/* All rows are there: wait for what is on its way. SAID (may be NULL) is called now and then with how many
 * texts are done of how many. */
void embedding_wait(struct embedding *embedding, void (*said)(void *owner, int64_t done, int64_t of),
                    void *owner);

/* Where vectors are saved. Both return 0 or -1. */
struct embedding_sink {
    int (*section)(void *owner, const char *section, const void *bytes, size_t size);
    int (*vector)(void *owner, uint32_t product, const struct vector *vector, uint32_t dimensions);
    void *owner;
};

/* Save the vectors of PRODUCTS products, as sections (see index_builder_save()) and one by one; none where no
 * product has one. Returns 0, or -1 when SINK did or without memory (logged). */
int embedding_save(struct embedding *embedding, uint32_t products, const struct embedding_sink *sink);

/* What came of it, after embedding_save(). */
const struct embedding_counts *embedding_counts(const struct embedding *embedding);

/* End. IS_KEPT: the import was; what the cache holds of other products may go. */
void embedding_end(struct embedding **embedding, bool is_kept);

#endif
