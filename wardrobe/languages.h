#ifndef WARDROBE_LANGUAGES_H
#define WARDROBE_LANGUAGES_H

#include <stdbool.h>
#include <stddef.h>

#include "wardrobe/words.h"

/* What is written in German, French, Spanish, Italian or Dutch, in the words of an English catalogue: "rotes
 * Kleid unter 80 Euro" becomes "red dress under 80 euro", and is then read as if it had been said so. The
 * vocabulary is languages.def's. No I/O. */

struct languages;

struct languages *languages_new(void); /* NULL without memory (not logged) */
void languages_destroy(struct languages **languages);

/* Whether the English lexicon, or the catalogue, knows WORD. */
typedef bool languages_known(void *owner, const char *word);

/* Translate COUNT words of SAID where they are in one of the languages: more of them are that language's than
 * English, and one at least is KNOWN neither to the lexicon nor to the catalogue. WORDS has room for MAX.
 * Returns how many there are then. */
size_t languages_translate(const struct languages *languages, const char *said, struct word *words,
                           size_t count, size_t max, languages_known *known, void *owner);

#endif
