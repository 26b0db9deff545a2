#ifndef WARDROBE_WORDS_H
#define WARDROBE_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Text taken apart into words, the same way for a product's title and for what a shopper says:
 * lower case, accents off, "women's" is "women", "t-shirt" and "tee shirt" are "tshirt". No I/O. */

#define WORD_SIZE 40 /* bytes of a word with its NUL; what is longer is cut */

struct word {
    char text[WORD_SIZE]; /* folded; a number keeps its point ("9.5") and loses thousands' commas */
    uint32_t from, to;    /* its bytes in the source: [from, to) */
    bool is_number;       /* digits, with at most one point */
    bool after_break;     /* a full stop, comma or line end stands before it */
};

/* Take SIZE bytes of UTF-8 apart into at most MAX words; bytes that are not UTF-8 part words.
 * $, € and £ are words of their own. Returns how many. */
size_t words_split(const char *text, size_t size, struct word *words, size_t max);

/* Strips endings, for one language. */
struct stemmer;

/* LANGUAGE as libstemmer names it ("english"). NULL when it knows none such, or without memory (not logged).
 */
struct stemmer *stemmer_new(const char *language);
void stemmer_destroy(struct stemmer **stemmer);
bool stemmer_is_english(const struct stemmer *stemmer);

/* The stem of WORD, in STEM. Words with digits, and words of one or two letters, are their own stem. */
void stemmer_stem(struct stemmer *stemmer, const char *word, char stem[WORD_SIZE]);

/* Write the stems of TEXT's words with single spaces between them to OUT (SIZE bytes, cut at a whole word).
 */
void words_stemmed(struct stemmer *stemmer, const char *text, char *out, size_t size);

/* A name for two stems that stand one after the other: one of 262,144, so that a large catalogue has no more.
 */
void words_pair(const char *first, const char *second, char name[16]);

#define WORD_PAIRS 262144

/* The same as a number below WORD_PAIRS. */
uint32_t words_pair_number(const char *first, const char *second);

#endif
