/* vectors -- texts as vectors of bytes, and where those of a catalogue are kept; see vectors.h. */

#include "wardrobe/vectors.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define STEP 32 /* codes, of which a vector has a whole number */

uint32_t
vectors_stride(uint32_t dimensions)
{
    return (dimensions + STEP - 1) / STEP * STEP;
}

float
vectors_pack(const float *floats, uint32_t dimensions, int8_t *codes)
{
    double length = 0;
    float most = 0;

    memset(codes, 0, vectors_stride(dimensions));
    for (uint32_t i = 0; i < dimensions; i++) {
        length += (double)floats[i] * floats[i];
        most = fabsf(floats[i]) > most ? fabsf(floats[i]) : most;
    }
    if (!isfinite(length) || length < 1e-30)
        return 0;
    for (uint32_t i = 0; i < dimensions; i++)
        codes[i] = (int8_t)lrintf(floats[i] / most * 127);
    return (float)(most / sqrt(length) / 127);
}

/* The sum of the low halves' products is as if by chance: of a spread of their length / sqrt(DIMENSIONS), and
 * never more than that length. Beyond six of the former is one in a billion. */
#define SURE 6.0

/* -- a catalogue's ------------------------------------------------------------------------------- */

#define PAGE                                                                                                 \
    (2u << 20) /* of the large ones, which spare a walk through much memory an eighth of its time            \
                */

static uint8_t *
allocate(size_t size)
{
    size_t whole = (size + PAGE) / PAGE * PAGE;
    uint8_t *bytes = size < 2 * PAGE ? malloc(size + 1) : aligned_alloc(PAGE, whole);

    if (bytes != NULL && size >= 2 * PAGE)
        madvise(bytes, whole, MADV_HUGEPAGE); /* or it goes without */
    return bytes;
}

struct vectors *
vectors_new(uint32_t count, uint32_t dimensions)
{
    struct vectors *vectors = calloc(1, sizeof *vectors);

    if (vectors == NULL)
        return NULL;
    vectors->count = vectors->missing = count;
    vectors->dimensions = dimensions;
    vectors->half = (dimensions + 2 * VECTORS_BLOCK - 1) / (2 * VECTORS_BLOCK) * VECTORS_BLOCK;
    vectors->scales = calloc((size_t)count + 1, sizeof *vectors->scales);
    vectors->rests = calloc((size_t)count + 1, sizeof *vectors->rests);
    vectors->high = allocate((size_t)count * vectors->half);
    vectors->low = allocate((size_t)count * vectors->half);
    if (vectors->scales == NULL || vectors->rests == NULL || vectors->high == NULL || vectors->low == NULL)
        vectors_destroy(&vectors);
    return vectors;
}

void
vectors_put(struct vectors *vectors, uint32_t product, const struct vector *vector)
{
    uint8_t *high = vectors->high + (size_t)product * vectors->half;
    uint8_t *low = vectors->low + (size_t)product * vectors->half;
    double rest = 0;

    memset(high, 0x88, vectors->half); /* 16 * (8 - 8) + 0 */
    memset(low, 0, vectors->half);
    for (uint32_t i = 0; i < vectors->dimensions; i++) {
        uint32_t at = i / (2 * VECTORS_BLOCK) * VECTORS_BLOCK + i % VECTORS_BLOCK;
        int shift = i / VECTORS_BLOCK % 2 * 4, code = vector->codes[i] + 128;

        high[at] = (uint8_t)((high[at] & ~(15 << shift)) | code >> 4 << shift);
        low[at] |= (uint8_t)((code & 15) << shift);
        rest += ((code & 15) - 7.5) * ((code & 15) - 7.5);
    }
    vectors->missing -= vectors->scales[product] == 0 && vector->scale != 0;
    vectors->scales[product] = vector->scale;
    vectors->rests[product] =
        (float)(sqrt(rest) * vector->scale * 1.00001 * fmin(1, SURE / sqrt(vectors->dimensions)));
}

/* -- loading ------------------------------------------------------------------------------------- */

typedef void *load_call(void *owner, const char *section, size_t *size);

/* Put all codes with SCALES, a section of them after the other. */
static int
load_codes(struct vectors *vectors, const float *scales, load_call *load, void *owner)
{
    uint32_t stride = vectors_stride(vectors->dimensions), product = 0;

    for (int part = 0; product < vectors->count; part++) {
        char section[32];
        size_t size;
        int8_t *codes;

        snprintf(section, sizeof section, "vectors.%d", part);
        codes = load(owner, section, &size);
        if (codes == NULL || size == 0 || size % stride != 0 || size / stride > vectors->count - product) {
            free(codes);
            return -1;
        }
        for (size_t at = 0; at < size; at += stride, product++)
            if (scales[product] != 0)
                vectors_put(vectors, product, &(struct vector) { scales[product], codes + at });
        free(codes);
    }
    return 0;
}

/* The scales of COUNT to *SCALES, malloced, and how many are MISSING. Returns 0, or -1 where they are none.
 */
static int
load_scales(float **scales, uint32_t count, load_call *load, void *owner, uint32_t *missing)
{
    size_t size;

    *missing = 0;
    *scales = load(owner, "vectors.scales", &size);
    if (*scales == NULL || size != count * sizeof **scales)
        return -1;
    for (uint32_t i = 0; i < count; i++) {
        if (!((*scales)[i] >= 0 && (*scales)[i] <= 1))
            return -1;
        *missing += (*scales)[i] == 0;
    }
    return 0;
}

/* Those that ABOUT says, without what is kept of each. */
static struct vectors *
load_away(const struct vectors_about *about, uint32_t missing)
{
    struct vectors *vectors = calloc(1, sizeof *vectors);

    if (vectors == NULL)
        return NULL;
    vectors->count = about->count;
    vectors->dimensions = about->dimensions;
    vectors->missing = missing;
    return vectors;
}

struct vectors *
vectors_load(bool away, load_call *load, void *owner, uint32_t count)
{
    size_t size;
    struct vectors_about *about = load(owner, "vectors.about", &size);
    struct vectors *vectors = NULL;
    float *scales = NULL;
    uint32_t missing;

    if (about != NULL && size == sizeof *about && about->count == count && about->dimensions > 0 &&
        about->dimensions <= VECTORS_DIMENSIONS && load_scales(&scales, count, load, owner, &missing) == 0)
        vectors = away ? load_away(about, missing) : vectors_new(count, about->dimensions);
    if (vectors != NULL && !away && load_codes(vectors, scales, load, owner) < 0)
        vectors_destroy(&vectors);
    if (vectors != NULL)
        memcpy(vectors->model, about->model, VECTORS_MODEL - 1);
    free(scales);
    free(about);
    return vectors;
}

void
vectors_destroy(struct vectors **vectors)
{
    if (*vectors == NULL)
        return;
    free((*vectors)->scales);
    free((*vectors)->rests);
    free((*vectors)->high);
    free((*vectors)->low);
    free(*vectors);
    *vectors = NULL;
}
