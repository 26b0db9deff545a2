/* fusion -- by words and by meaning; see fusion.h. */

#include "wardrobe/fusion.h"

#include <stdlib.h>

struct fused {
    struct ranking_hit hit;
    float worth;
};

/* By what both rankings give; among equals as they came, those by words first. */
static int
by_worth(const void *left, const void *right)
{
    const struct fused *a = left, *b = right;

    if (a->worth != b->worth)
        return a->worth > b->worth ? -1 : 1;
    return a->hit.product < b->hit.product ? -1 : a->hit.product > b->hit.product;
}

static struct fused *
find(struct fused *all, int count, uint32_t product)
{
    for (int i = 0; i < count; i++)
        if (all[i].hit.product == product)
            return &all[i];
    return NULL;
}

float
fusion_worth(int by_words, int near, const struct weights *weights)
{
    return (by_words > 0 ? 1 / (weights->fuse_k + (float)by_words) : 0) +
           (near > 0 ? weights->fuse_meaning / (weights->fuse_k + (float)near) : 0);
}

void
fusion_run(struct ranking *ranking, const struct vector_hit *nearest, int count,
           const struct weights *weights)
{
    struct fused all[RANKING_HITS + FUSION_NEAREST];
    float scores[RANKING_HITS] = { 0 }, least = 0;
    int by_words = ranking->count, used = by_words;

    count = count > FUSION_NEAREST ? FUSION_NEAREST : count;
    for (int i = 0; i < by_words; i++) {
        all[i] = (struct fused) { ranking->hits[i], 0 };
        if (ranking->hits[i].score > 0)
            all[i].worth = fusion_worth(i + 1, 0, weights);
        scores[i] = least = ranking->hits[i].score;
    }
    for (int i = 0; i < count; i++) {
        struct fused *known = find(all, by_words, nearest[i].product);

        if (known == NULL) {
            known = &all[used++];
            *known = (struct fused) { { .product = nearest[i].product, .price = PRICE_NONE }, 0 };
        }
        known->worth += fusion_worth(0, i + 1, weights);
    }
    if (used == 0)
        return;
    qsort(all, (size_t)used, sizeof *all, by_worth);
    ranking->count = used < RANKING_HITS ? used : RANKING_HITS;
    for (int i = 0; i < ranking->count; i++) {
        ranking->hits[i] = all[i].hit;
        ranking->hits[i].score = i < by_words ? scores[i] : least;
    }
}
