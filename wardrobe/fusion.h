#ifndef WARDROBE_FUSION_H
#define WARDROBE_FUSION_H

#include "wardrobe/ranking.h"
#include "wardrobe/vectors.h"

/* Two rankings of one question made one: by its words, and by its meaning. No I/O. */

#define FUSION_NEAREST 200 /* products near in meaning that take part */

/* What a product is worth that is at place BY_WORDS of a ranking (from 1; 0: no word speaks for it) and at
 * place NEAR of the nearest (0: it is not among them). */
float fusion_worth(int by_words, int near, const struct weights *weights);

/* Put the COUNT products of NEAREST, nearest first, into RANKING, by reciprocal ranks: a product at place r
 * of a ranking (from 1) gets 1 / (WEIGHTS->fuse_k + r) there, times WEIGHTS->fuse_meaning among NEAREST, and
 * what it gets from both counts; one that no word speaks for (its score is not above 0) gets nothing in
 * RANKING. The scores that RANKING had are handed out anew in the new order, so that what asks about them
 * (variety, a wish's colour) finds them as large as it knows them. */
void fusion_run(struct ranking *ranking, const struct vector_hit *nearest, int count,
                const struct weights *weights);

#endif
