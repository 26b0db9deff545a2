#ifndef WARDROBE_INDEX_H
#define WARDROBE_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buffer.h"
#include "wardrobe/glance.h"
#include "wardrobe/lexicon.h"
#include "wardrobe/names.h"
#include "wardrobe/occurrences.h"
#include "wardrobe/row.h"
#include "wardrobe/size.h"
#include "wardrobe/vectors.h"
#include "wardrobe/weights.h"

/* What the wardrobe holds in memory of a catalogue: for each product and variant the columns that criteria
 * ask about, and for each word the products that have it. Made at import, kept with the catalogue as sections
 * of bytes, loaded at start. No I/O.
 *
 * A product's words count by the field they stand in; what is structured (its kind, colours, gender, ...) is
 * indexed as words of its own that no text can hold ("=k sneakers"), so that one loop scores both. */

enum field {
    FIELD_TITLE,
    FIELD_CATEGORY,
    FIELD_BRAND,
    FIELD_COLOUR,
    FIELD_MATERIAL,
    FIELD_BULLETS,
    FIELD_DESCRIPTION,
    FIELDS
};

struct product {
    uint32_t first;          /* its first variant; they end where the next product's begin */
    uint32_t category;       /* in names[NAMES_CATEGORY]: the catalogue's own name for it */
    uint32_t brand;          /* in names[NAMES_BRAND]; 0 is "" */
    uint32_t title;          /* a hash of the title, to tell products that look the same */
    float popularity;        /* 0 to 1, of its rating; 0 when the feed has none */
    uint16_t kind;           /* of the lexicon, or KIND_NONE */
    uint8_t slot;            /* in names[NAMES_SLOT] */
    uint8_t lengths[FIELDS]; /* words in each field, at most 255 */
    /* of all its variants together, worked out at start, so that most products are ruled out without looking
     * at them */
    uint8_t genders, ages, sellable;
    uint8_t unused[3]; /* so that what is written down has no bytes that nobody set */
};

struct variant {
    int64_t price, sale; /* minor units, or PRICE_NONE */
    int64_t sale_from, sale_to;
    uint32_t product;
    uint32_t size;     /* in names[NAMES_SIZE]; 0 is "" */
    uint32_t colour;   /* in names[NAMES_COLOUR]; 0 is "" */
    uint32_t material; /* in names[NAMES_MATERIAL]; 0 is "" */
    uint8_t gender, age, availability;
    uint8_t currency; /* 1 when it is the catalogue's; else its price counts as unknown */
    uint8_t unused[4];
};

enum names_list {
    NAMES_TERM,
    NAMES_CATEGORY,
    NAMES_BRAND,
    NAMES_COLOUR,
    NAMES_SIZE,
    NAMES_MATERIAL,
    NAMES_SLOT,
    NAMES_LISTS
};

_Static_assert(sizeof(struct product) == 36 && sizeof(struct variant) == 56, "as they are kept");

/* What a category of this catalogue says of its products at all. */
enum {
    CARRIES_PRICE = 1,
    CARRIES_COLOUR = 2,
    CARRIES_GENDER = 4,
    CARRIES_AGE = 8,
    CARRIES_MATERIAL = 16,
    CARRIES_BRAND = 32,
    CARRIES_AVAILABILITY = 64
};

struct carries {
    uint8_t fields;  /* of the bits above */
    uint8_t classes; /* bits 1 << enum size_class */
    uint32_t count;  /* products */
};

struct posting_list {
    uint32_t from, count; /* in docs and impacts; none of a word that is away */
    float idf;
    uint32_t products; /* that have it; those in the list, but for a word that is away */
};

/* A word of the catalogue, for spelling.c. */
struct spelt {
    uint32_t letters; /* that it has, as bits */
    uint32_t term;
    uint8_t size;
    char first, second; /* of its letters */
};

#define INDEX_BLOCK 64

struct index {
    const struct lexicon *lexicon;
    struct names *names[NAMES_LISTS];
    struct phrases *phrases;  /* brands and categories of this catalogue, by stems */
    struct product *products; /* product_count, and one more whose `first` is variant_count */
    struct variant *variants;
    uint32_t product_count, variant_count;
    struct posting_list *lists; /* one for each term */
    uint32_t *docs;             /* products, ascending in each list */
    uint32_t *counts;           /* how often, by field: 4 bits each; NULL once settled */
    uint16_t *impacts;          /* what that is worth, of 65535; made by index_weigh() */
    uint32_t posting_count, posting_room;
    bool words_away; /* the lists of words are elsewhere: there are those that index_lend() gave */
    uint32_t *lent;  /* terms whose lists were */
    uint32_t lent_count, lent_postings;
    struct size *sizes;       /* each of names[NAMES_SIZE], read */
    uint64_t *colours;        /* each of names[NAMES_COLOUR]: colours of the lexicon */
    uint64_t *materials;      /* the same for materials */
    uint16_t *category_kinds; /* the kind that a category's name says, or KIND_NONE */
    struct carries *carries;  /* of each category */
    struct glance *glances;   /* of each product */
    struct shelf *shelves;
    uint32_t shelf_count;
    float average[FIELDS]; /* words in each field */
    char currency[4];
    float *scores;           /* room for one query, all 0 in between; up to a whole number of INDEX_BLOCKs */
    uint64_t *marks;         /* the same: a bit for each product */
    struct vectors *vectors; /* of the products' texts; the catalogue's to load; NULL: none */
    struct spelt *spelt;     /* words that a misspelt one may mean, by their length */
    uint32_t spelt_count;
};

/* -- making one ---------------------------------------------------------------------------------- */

struct index_builder;

/* With FOLDER, what does not fit into MEMORY bytes is put aside in a temporary file there, and what grows in
 * memory besides is some 40 bytes a variant, 60 a product, and the catalogue's different words (until
 * index_builder_save(), which puts the 56 bytes of each variant together). With NULL all is in memory. NULL
 * without memory, or a file (both logged). */
struct index_builder *index_builder_new(const struct lexicon *lexicon, const char *folder, size_t memory);
void index_builder_destroy(struct index_builder **builder);

/* What failed was the room on the disk, which was logged, and not memory. */
bool index_builder_lacks_room(const struct index_builder *builder);

/* Add ITEM. *PRODUCT becomes its product's number; *IS_NEW whether that is a new one. Returns 0, -1 without
 * memory, or 1 when there is a variant of that id already. */
int index_builder_add(struct index_builder *builder, const struct item *item, uint32_t *product,
                      bool *is_new);

#define INDEX_PIECE (512 * 1024)     /* postings in one section */
#define INDEX_POSTINGS "postings.%u" /* such a section's name, for what is structured */
#define INDEX_WORDS "words.%u"       /* and for words */

/* Whether TERM is one of the texts: a word, or two that stand together. Two words that a rule asks about
 * every product (audience.c) are taken for structured. */
bool index_is_word(const char *term);

/* The words of the item that was added last, with their counts by field (of FIELDS: two words together).
 * Lent until the next is added. Structured ones are among them. */
const struct occurrence *index_builder_last(const struct index_builder *builder, uint32_t *count);
const char *index_builder_term(const struct index_builder *builder, uint32_t term);

/* What was added, as sections: SAVE is called for each with its bytes, which are lent. Nothing can be added
 * any more. Returns 0, or -1 when SAVE did, without memory or room on the disk. */
int index_builder_save(struct index_builder *builder,
                       int (*save)(void *owner, const char *section, const void *bytes, size_t size),
                       void *owner);

uint32_t index_builder_products(const struct index_builder *builder);

/* -- using one ----------------------------------------------------------------------------------- */

/* Make an index of its sections: LOAD gives each one's bytes, malloced, which the index takes; NULL with SIZE
 * 0 for an empty one. WORDS_AWAY: the words' lists are not loaded. Returns NULL when they do not fit together
 * or without memory (not logged). */
struct index *index_load(const struct lexicon *lexicon, bool words_away,
                         void *(*load)(void *owner, const char *section, size_t *size), void *owner);
void index_destroy(struct index **index);

/* The same without its words: no postings, nothing to rank by. */
struct index *index_load_columns(const struct lexicon *lexicon,
                                 void *(*load)(void *owner, const char *section, size_t *size), void *owner);

/* Work the postings' worth out by WEIGHTS. Returns 0, or -1 without memory or once it has been settled. */
int index_weigh(struct index *index, const struct weights *weights);

/* Use LEXICON, equal to the one it was made with, and let go what only other weights need: 4 bytes of each
 * posting. */
void index_settle(struct index *index, const struct lexicon *lexicon);

/* With words away: TERM's list is of these COUNT PRODUCTS, ascending, and what it is worth to each, until
 * index_take_back(). Copies. Returns 0, or -1 without memory (not logged). */
int index_lend(struct index *index, uint32_t term, const uint32_t *products, const uint16_t *impacts,
               uint32_t count);
void index_take_back(struct index *index);

/* The list of the word with STEM, or NULL. */
const struct posting_list *index_list(const struct index *index, const char *stem);

/* The list of something structured: TYPE 'k' kind, 'c' colour, 'f' colour family, 'n' colours near, 'g'
 * gender, 'a' age, 'm' material, 'b' brand (its text), 't' category (its text), 's' slot. NULL for none. */
const struct posting_list *index_attribute(const struct index *index, char type, const char *name);

/* What VARIANT costs at NOW (seconds since 1970), or PRICE_NONE; *ON_SALE (may be NULL) whether that is a
 * sale's. */
int64_t variant_price(const struct variant *variant, int64_t now, bool *on_sale);

/* The letters of WORD as bits: two words with D slips between them differ in 2 D of them at most. */
uint32_t index_letters(const char *word);

uint32_t product_end(const struct index *index, uint32_t product); /* behind its last variant */

/* Products that a walk has come upon and is to look at closely: many at a time, since each lies in memory
 * somewhere else, and waiting for one after another is what takes the time in a large catalogue. */
struct index_batch {
    uint32_t products[INDEX_BLOCK];
    int count;
};

/* Ask the memory for all of BATCH before the first of them is looked at. */
void index_fetch(const struct index *index, const struct index_batch *batch);

/* Ask for the glances of the products marked in MARKS' word BLOCK, if there is one. */
void index_fetch_glances(const struct index *index, uint32_t block);

#endif
