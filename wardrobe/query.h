#ifndef WARDROBE_QUERY_H
#define WARDROBE_QUERY_H

#include <stdbool.h>
#include <stdint.h>

#include "wardrobe/index.h"
#include "wardrobe/lexicon.h"
#include "wardrobe/size.h"

/* What a sentence asks for: words to look for, what in it is structured (a kind of garment, a colour, a size,
 * a price), and what it excludes. No I/O. */

#define QUERY_TERMS 96
#define QUERY_PAIRS 48
#define QUERY_MANY 8

enum query_order { ORDER_BEST, ORDER_CHEAPEST, ORDER_DEAREST };

/* The structured part; numbers are the lexicon's, but for brands and categories, which are the index's. */
struct traits {
    uint16_t kinds[QUERY_MANY];
    uint32_t categories[QUERY_MANY], brands[QUERY_MANY], occasions[QUERY_MANY], seasons[QUERY_MANY];
    int kind_count, category_count, brand_count, occasion_count, season_count;
    uint64_t colours;   /* bits */
    uint64_t wide;      /* of them, those that only a word for several families named */
    uint64_t materials; /* bits */
    uint8_t genders, ages;
};

struct query_term {
    char stem[WORD_SIZE];
    float weight; /* 1 for a word that was said, less for one that means the same */
    bool is_excluded;
    char like[WORD_SIZE]; /* the word that was said, where this one only means the same; it counts no more
                             than that one */
    char said[WORD_SIZE]; /* what was written, where a misspelling was mended; else "" */
};

struct query_size {
    enum size_class class; /* SIZE_NONE: a number whose class the kind of garment decides */
    char text[24];
    char system[4]; /* "EU", ...; "" when not said */
};

struct question {
    struct query_term terms[QUERY_TERMS];
    int term_count;
    char pairs[QUERY_PAIRS][16]; /* words that stand together, as words_pair() names them */
    int pair_count;
    struct traits wants, excludes;
    struct query_size sizes[4];
    int size_count;
    double price_min, price_max; /* major units; -1 when not said */
    char currency[4];            /* "" when not said */
    bool on_sale, in_stock;
    bool counts; /* "how many" */
    enum query_order order;
};

/* Read SAID. Fills all of QUERY. */
void query_read(struct question *query, const struct index *index, const char *said);

/* Append a line for each thing that was understood, for people. */
void query_explain(const struct question *query, const struct index *index, struct buffer *out);

#endif
