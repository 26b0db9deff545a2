#ifndef WARDROBE_SPELLING_H
#define WARDROBE_SPELLING_H

#include <stdbool.h>

#include "wardrobe/index.h"

/* The catalogue's word that the misspelt STEM most likely means: one slip off for words from four letters,
 * two from eight (a letter too many, too few, another, or two exchanged); of several the one that most
 * products have. False when there is none; short words and words with digits are never mended. */
bool spelling_mend(const struct index *index, const char *stem, char mended[WORD_SIZE]);

/* How many slips part A and B, at most MOST + 1. */
int spelling_distance(const char *a, const char *b, int most);

#endif
