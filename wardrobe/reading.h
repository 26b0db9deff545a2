#ifndef WARDROBE_READING_H
#define WARDROBE_READING_H

#include <stdbool.h>
#include <stddef.h>

#include "wardrobe/query.h"

/* A sentence while query.c reads it, and the numbers in it. No I/O. */

#define READING_WORDS 400

/* A sentence on its way through the passes. */
struct reading {
    struct question *query;
    const struct index *index;
    const char *said;
    struct word words[READING_WORDS];
    char stems[READING_WORDS][WORD_SIZE];
    bool used[READING_WORDS]; /* taken by a number or a turn of phrase: no search term */
    size_t count;
};

/* Whether the word AT is one of LIST's (parted by |). */
bool reading_is(const struct reading *reading, size_t at, const char *list);

/* Whether the words from AT are PHRASE's, one after another; *LENGTH how many they are. */
bool reading_says(const struct reading *reading, size_t at, const char *phrase, size_t *length);

/* Whether one of LIST's phrases (parted by |) begins at AT. */
bool reading_says_one(const struct reading *reading, size_t at, const char *list, size_t *length);

/* COUNT words from FROM are taken: they are no search terms. */
void reading_use(struct reading *reading, size_t from, size_t count);

/* A price from AT, of whatever form, to QUERY. Returns how many words, 0 for none. */
size_t reading_price(const struct reading *reading, size_t at, struct question *query);

/* Somebody's age from AT, to QUERY where it is a child's. Returns how many words, 0 for none. */
size_t reading_age(const struct reading *reading, size_t at, struct question *query);

/* A size from AT, of whatever form, to QUERY. Returns how many words, 0 for none. */
size_t reading_size(const struct reading *reading, size_t at, struct question *query);

#endif
