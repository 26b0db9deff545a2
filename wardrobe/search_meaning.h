#ifndef WARDROBE_SEARCH_MEANING_H
#define WARDROBE_SEARCH_MEANING_H

#include "common/options.h"
#include "wardrobe/vectors.h"

/* The vector of what `wardrobe search` is asked, from the server that lookups use; waited for. */
struct search_meaning;

/* Ask for TEXT's by OPTIONS (embedding_url, ...), to compare with VECTORS (NULL: the catalogue has none).
 * Never NULL but without memory. */
struct search_meaning *search_meaning_ask(const struct options *options, const struct vectors *vectors,
                                          const char *text);
void search_meaning_destroy(struct search_meaning **meaning);

/* It, or NULL when there is none. */
const struct vector *search_meaning_vector(const struct search_meaning *meaning);

/* In a few words: of which model it is, or why there is none. */
const char *search_meaning_said(const struct search_meaning *meaning);

#endif
