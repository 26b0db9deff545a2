#ifndef WARDROBE_VECTORS_H
#define WARDROBE_VECTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Texts as vectors of length 1, kept as bytes with one scale each, and the exact search among them. No I/O.
 *
 * A product's cosine with a question is dot * scale * scale, where dot is a sum of whole numbers: it is the
 * same to the last bit however it is worked out. */

#define VECTORS_MODEL 120        /* bytes of a model's name */
#define VECTORS_DIMENSIONS 16384 /* at most */
#define VECTORS_SECTION 65536    /* products in one section of bytes */

/* One text's. */
struct vector {
    float scale;   /* 0: there is none */
    int8_t *codes; /* -127 to 127; vectors_stride() of them, those behind the dimensions 0 */
};

/* Those of a catalogue's products, by their numbers. A code is kept in two halves of four bits, which are
 * 16 * (high - 8) + low, and each half of all products by itself: most products are done with once their high
 * halves have been seen, which is half of the memory to go through. In a half's bytes stand the codes 0 to 31
 * in the lower bits and 32 to 63 in the upper ones of 32 bytes, and so on; behind the dimensions are zeros.
 */
struct vectors {
    char model[VECTORS_MODEL]; /* that made them */
    uint32_t count, dimensions;
    uint32_t half;    /* bytes of a product's halves: a whole number of VECTORS_BLOCK */
    uint32_t missing; /* products that have none */
    float *scales;    /* 0: it has none; these four are NULL where the vectors are away */
    float *rests;     /* what the low halves add to a cosine, surely (vectors_nearest.c), at most */
    uint8_t *high, *low;
};

#define VECTORS_BLOCK 32
#define VECTORS_MIDDLE 120.5f /* a code is 16 * high - 120.5 and what its low half differs from 7.5 */

/* What vectors are kept with, as the section "vectors.about". */
struct vectors_about {
    char model[VECTORS_MODEL];
    uint32_t count, dimensions;
};

struct vector_hit {
    uint32_t product;
    float cosine;
};

/* Ways to multiply; they all give the same. */
enum vectors_way { VECTORS_PLAIN, VECTORS_SSE2, VECTORS_AVX2, VECTORS_VNNI };

/* The fastest that this machine has. */
enum vectors_way vectors_way(void);

/* Bytes from one vector of DIMENSIONS to the next. */
uint32_t vectors_stride(uint32_t dimensions);

/* Bring FLOATS to length 1 and into CODES (room for vectors_stride(DIMENSIONS)). Returns the scale; 0 for
 * what has no direction. */
float vectors_pack(const float *floats, uint32_t dimensions, int8_t *codes);

/* Of COUNT times SIZE bytes of HALVES, each to DOTS: the sum of those halves, 0 to 15, times as many CODES.
 * SIZE is a whole number of VECTORS_BLOCK, and the codes are twice as many. */
void vectors_dots(enum vectors_way way, const uint8_t *halves, const int8_t *codes, uint32_t size,
                  uint32_t count, int32_t *dots);

/* Whether PRODUCT may be found. */
typedef bool vectors_passes(const void *owner, uint32_t product);

/* The K products nearest to QUESTION that PASSES lets through, nearest first, to HITS; of those with a bit in
 * MARKS alone where that is not NULL. Returns how many. */
int vectors_nearest(const struct vectors *vectors, enum vectors_way way, const struct vector *question,
                    const uint64_t *marks, vectors_passes *passes, const void *owner, int k,
                    struct vector_hit *hits);

/* COUNT vectors of DIMENSIONS, none of which is there; NULL without memory (not logged). */
struct vectors *vectors_new(uint32_t count, uint32_t dimensions);

/* VECTOR is PRODUCT's. Copies. */
void vectors_put(struct vectors *vectors, uint32_t product, const struct vector *vector);

/* Make them of sections (see index_load()). AWAY: without scales and codes, which a server has. NULL where
 * there are none, they do not fit COUNT products, or without memory (not logged): then words alone are
 * searched. */
struct vectors *vectors_load(bool away, void *(*load)(void *owner, const char *section, size_t *size),
                             void *owner, uint32_t count);
void vectors_destroy(struct vectors **vectors);

#endif
