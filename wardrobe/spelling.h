#ifndef WARDROBE_SPELLING_H
#define WARDROBE_SPELLING_H

#include <stdbool.h>

#include "wardrobe/index.h"

/* The word that the misspelt STEM most likely means: one slip off for words from four letters, two from eight
 * (a letter too many, too few, another, or two exchanged); of several of the catalogue's the one that most
 * products have. A garment, colour or material that the vocabulary alone knows ("sweater" where all are
 * jumpers) is meant by words from seven letters ("thanks" is no tank, "write" not white), where it is nearer
 * than any of those. False when there is none; short words and words with digits are never mended. */
bool spelling_mend(const struct index *index, const char *stem, char mended[WORD_SIZE]);

/* How many slips part A and B, at most MOST + 1. */
int spelling_distance(const char *a, const char *b, int most);

#endif
