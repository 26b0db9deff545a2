#ifndef WARDROBE_PHRASES_H
#define WARDROBE_PHRASES_H

#include <stddef.h>
#include <stdint.h>

#include "wardrobe/words.h"

/* Phrases of up to PHRASE_WORDS stems and what they can mean. The lexicon has one such table, and each
 * catalogue another for its own brands and categories. No I/O. */

#define PHRASE_WORDS 5

enum sense_type {
    SENSE_NONE,
    SENSE_KIND,     /* number: of lexicon_kind() */
    SENSE_COLOUR,   /* of lexicon_colour() */
    SENSE_FAMILIES, /* of lexicon_families() */
    SENSE_MATERIAL, /* of lexicon_material() */
    SENSE_OCCASION, /* of lexicon_occasion() */
    SENSE_SEASON,   /* of lexicon_season() */
    SENSE_STYLE,    /* of lexicon_style() */
    SENSE_GENDER,   /* a bit of enum gender */
    SENSE_AGE,      /* a bit of enum age */
    SENSE_LETTERS,  /* rank of a letter size, see size.h */
    SENSE_CURRENCY, /* of lexicon_currency() */
    SENSE_ALIAS,    /* of lexicon_alias() */
    SENSE_NOISE,
    SENSE_BRAND,    /* number in the catalogue's brands */
    SENSE_CATEGORY, /* number in the catalogue's categories */
};

struct sense {
    enum sense_type type;
    uint32_t number;
    uint32_t next; /* 1 + the place of the phrase's next sense; 0: the last */
};

struct phrases;

/* NULL without memory (not logged). */
struct phrases *phrases_new(void);
void phrases_destroy(struct phrases **phrases);

/* Add KEY (stems with single spaces, at most PHRASE_WORDS) with one meaning; the same twice is once.
 * Returns 0, or -1 without memory. Longer or empty keys are left out, and 0. */
int phrases_add(struct phrases *phrases, const char *key, enum sense_type type, uint32_t number);

/* The longest phrase that begins at the first of COUNT stems. Returns its first sense and how many stems
 * it has in *LENGTH; NULL for none. */
const struct sense *phrases_match(const struct phrases *phrases, char (*stems)[WORD_SIZE], size_t count,
                                  size_t *length);

/* The sense after SENSE of the same phrase, or NULL. */
const struct sense *phrases_next(const struct phrases *phrases, const struct sense *sense);

/* The next key from *AT on (0 at first), which goes on, with its first sense in *SENSE; NULL after the last.
 */
const char *phrases_each(const struct phrases *phrases, size_t *at, const struct sense **sense);

/* The senses of exactly KEY, or NULL. */
const struct sense *phrases_find(const struct phrases *phrases, const char *key);

#endif
