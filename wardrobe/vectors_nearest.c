/* vectors_nearest -- the exact search among vectors; see vectors.h.
 *
 * A cosine is the sum of what the high halves of the codes give, and the low ones. The low ones add little,
 * and how little is known of each product; so nearly all are done with once their high halves have been seen.
 */

#include "wardrobe/vectors.h"

#include <math.h>
#include <string.h>

/* A heap of the nearest so far, the farthest on top. */
struct nearest {
    struct vector_hit *hits;
    int count, k;
};

static bool
is_farther(const struct vector_hit *a, const struct vector_hit *b)
{
    return a->cosine < b->cosine || (a->cosine == b->cosine && a->product > b->product);
}

static void
swap(struct vector_hit *a, struct vector_hit *b)
{
    struct vector_hit hit = *a;

    *a = *b;
    *b = hit;
}

static void
sink(struct nearest *nearest)
{
    int at = 0;

    for (;;) {
        int farthest = at;

        for (int child = 2 * at + 1; child <= 2 * at + 2 && child < nearest->count; child++)
            if (is_farther(&nearest->hits[child], &nearest->hits[farthest]))
                farthest = child;
        if (farthest == at)
            return;
        swap(&nearest->hits[at], &nearest->hits[farthest]);
        at = farthest;
    }
}

static void
put(struct nearest *nearest, struct vector_hit hit)
{
    int at = nearest->count;

    if (at == nearest->k) {
        nearest->hits[0] = hit;
        sink(nearest);
        return;
    }
    nearest->hits[nearest->count++] = hit;
    for (; at > 0 && is_farther(&nearest->hits[at], &nearest->hits[(at - 1) / 2]); at = (at - 1) / 2)
        swap(&nearest->hits[at], &nearest->hits[(at - 1) / 2]);
}

/* A question, and what of it is the same for all products. */
struct asked {
    enum vectors_way way;
    int8_t codes[VECTORS_DIMENSIONS + 2 * VECTORS_BLOCK]; /* behind the dimensions 0 */
    float scale, length;                                  /* length: of codes * scale, rounded up */
    int32_t sum;
};

static void
ask(struct asked *asked, const struct vectors *vectors, enum vectors_way way, const struct vector *question)
{
    double square = 0;

    asked->way = way;
    asked->scale = question->scale;
    asked->sum = 0;
    memset(asked->codes, 0, (size_t)vectors->half * 2);
    memcpy(asked->codes, question->codes, vectors->dimensions);
    for (uint32_t i = 0; i < vectors->dimensions; i++) {
        asked->sum += asked->codes[i];
        square += asked->codes[i] * asked->codes[i];
    }
    asked->length = (float)(sqrt(square) * question->scale * 1.00001);
}

#define ROUNDING 3e-6f /* more than floats lose in a cosine */

/* The cosine of PRODUCT, whose high halves gave HIGH. */
static float
cosine_of(const struct vectors *vectors, const struct asked *asked, uint32_t product, int32_t high)
{
    int32_t low;

    vectors_dots(asked->way, vectors->low + (size_t)product * vectors->half, asked->codes, vectors->half, 1,
                 &low);
    return (float)(16 * high + low - 128 * asked->sum) * vectors->scales[product] * asked->scale;
}

/* Whether PRODUCT, whose high halves gave HIGH, may be as near as LEAST. */
static inline bool
may_be_near(const struct vectors *vectors, const struct asked *asked, uint32_t product, int32_t high,
            float least)
{
    float middle = (float)(16 * high) - VECTORS_MIDDLE * (float)asked->sum;

    return middle * vectors->scales[product] * asked->scale + vectors->rests[product] * asked->length +
               ROUNDING >=
           least;
}

#define AT_ONCE 64 /* products: a word of marks */

/* Look at the products from FROM on whose bits are in WANTED. */
static void
look_at(const struct vectors *vectors, const struct asked *asked, uint32_t from, uint64_t wanted,
        vectors_passes *passes, const void *owner, struct nearest *nearest)
{
    bool few = __builtin_popcountll(wanted) < AT_ONCE / 4;
    uint32_t count = vectors->count - from < AT_ONCE ? vectors->count - from : AT_ONCE;
    const uint8_t *halves = vectors->high + (size_t)from * vectors->half;
    int32_t high[AT_ONCE];

    if (!few)
        vectors_dots(asked->way, halves, asked->codes, vectors->half, count, high);
    for (uint64_t bits = wanted; bits != 0; bits &= bits - 1) {
        uint32_t i = (uint32_t)__builtin_ctzll(bits), product = from + i;
        struct vector_hit hit = { .product = product };

        if (i >= count)
            return;
        if (vectors->scales[product] == 0)
            continue;
        if (few)
            vectors_dots(asked->way, halves + (size_t)i * vectors->half, asked->codes, vectors->half, 1,
                         &high[i]);
        if (nearest->count == nearest->k &&
            !may_be_near(vectors, asked, product, high[i], nearest->hits[0].cosine))
            continue;
        hit.cosine = cosine_of(vectors, asked, product, high[i]);
        if ((nearest->count < nearest->k || is_farther(&nearest->hits[0], &hit)) && passes(owner, product))
            put(nearest, hit);
    }
}

int
vectors_nearest(const struct vectors *vectors, enum vectors_way way, const struct vector *question,
                const uint64_t *marks, vectors_passes *passes, const void *owner, int k,
                struct vector_hit *hits)
{
    struct nearest nearest = { hits, 0, k };
    struct asked asked;
    int count;

    ask(&asked, vectors, way, question);
    for (uint32_t from = 0; k > 0 && from < vectors->count; from += AT_ONCE)
        if (marks == NULL || marks[from / AT_ONCE] != 0)
            look_at(vectors, &asked, from, marks == NULL ? UINT64_MAX : marks[from / AT_ONCE], passes, owner,
                    &nearest);
    count = nearest.count;
    while (nearest.count > 1) { /* best first, where they are */
        swap(&hits[0], &hits[--nearest.count]);
        sink(&nearest);
    }
    return count;
}
