#ifndef UNDERSTUDY_WORDS_H
#define UNDERSTUDY_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* A text cut into words: lower case, accents folded away, apostrophes dropped ("I'm" is "im",
 * "T-Shirt" is "t", "shirt"). No I/O. */
struct word {
    const char *text;  /* NUL-terminated, lives in the words */
    size_t start, end; /* where it stands in the original, bytes */
    double number;     /* its value when is_number */
    bool is_number;    /* digits, with a point or a comma in them perhaps */
    bool pauses;       /* a comma, colon, dash or bracket stands before it */
    bool stops;        /* a sentence or a line ends before it */
};

struct words {
    struct word *list;
    size_t count;
    char *folded; /* the words' texts */
};

/* Cut SIZE bytes of TEXT. Returns 0, or -1 without memory (logged). Currency signs are words. */
int words_cut(struct words *words, const char *text, size_t size);
void words_clear(struct words *words);

/* Fold the string TEXT the same way, words joined by single spaces, into OUT of SIZE bytes
 * (cut where it is too long). Returns OUT. */
char *words_fold(const char *text, char *out, size_t size);

/* The number that the words from FIRST on say: digits ("1,200", "2k") or English words ("a couple
 * of hundred", "forty-two", "one fifty"). Returns how many words it takes, 0 where there is none. */
size_t words_number(const struct words *words, size_t first, double *number);

/* FNV-1a over SIZE bytes, begun with SEED: the understudy's only source of choice. */
unsigned words_hash(unsigned seed, const char *bytes, size_t size);

#endif
