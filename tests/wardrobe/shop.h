#ifndef TESTS_WARDROBE_SHOP_H
#define TESTS_WARDROBE_SHOP_H

#include "wardrobe/catalogue.h"
#include "wardrobe/index.h"

/* A small shop in memory for tests: rows become an index as import does it, without a file. */
struct shop {
    struct stemmer *stemmer;
    struct lexicon *lexicon;
    struct index_builder *builder;
    struct item *item;
    struct index *index;
    struct catalogue_writer
        *writer; /* with CATALOGUE in the environment all goes through a catalogue there */
    struct catalogue *catalogue;
    struct {
        char name[32];
        void *bytes;
        size_t size;
    } sections[24];
    int section_count;
    int rows;
    bool words_away; /* of an index in memory, from before shop_index() on */
};

void shop_open(struct shop *shop);
void shop_close(struct shop *shop);

/* Add a row: Google's fields that matter to a search; "" or NULL for none. Fails the test when it is refused.
 */
void shop_add(struct shop *shop, const char *group, const char *title, const char *type, const char *colour,
              const char *size, const char *price, const char *gender, const char *material,
              const char *availability);

/* The same with every field. */
void shop_add_row(struct shop *shop, const struct feed_row *row);

/* Make the index of what was added. */
struct index *shop_index(struct shop *shop);

/* Nine garments that most tests ask about. */
void shop_fill(struct shop *shop);

#endif
