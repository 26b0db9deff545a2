/* vectors -- texts as vectors of bytes, and the nearest of them; see vectors.h. */

#include "wardrobe/vectors.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __x86_64__
#include <immintrin.h>
#endif

#define STEP 32 /* codes that are multiplied at once */

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

/* -- multiplying --------------------------------------------------------------------------------- */

static int32_t
dot_plain(const int8_t *a, const int8_t *b, uint32_t size)
{
    int32_t sum = 0;

    for (uint32_t i = 0; i < size; i++)
        sum += a[i] * b[i];
    return sum;
}

#ifdef __x86_64__
static int32_t
dot_sse2(const int8_t *a, const int8_t *b, uint32_t size)
{
    __m128i sum = _mm_setzero_si128();
    int32_t parts[4];

    for (uint32_t i = 0; i < size; i += 16) {
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(a + i));
        __m128i y = _mm_loadu_si128((const __m128i *)(const void *)(b + i));
        __m128i x_sign = _mm_cmpgt_epi8(_mm_setzero_si128(), x);
        __m128i y_sign = _mm_cmpgt_epi8(_mm_setzero_si128(), y);

        sum = _mm_add_epi32(sum, _mm_madd_epi16(_mm_unpacklo_epi8(x, x_sign), _mm_unpacklo_epi8(y, y_sign)));
        sum = _mm_add_epi32(sum, _mm_madd_epi16(_mm_unpackhi_epi8(x, x_sign), _mm_unpackhi_epi8(y, y_sign)));
    }
    _mm_storeu_si128((__m128i *)(void *)parts, sum);
    return parts[0] + parts[1] + parts[2] + parts[3];
}

/* |a| * (b with a's sign): two such products are 32,258 at most, so that nothing is cut at 16 bits. */
__attribute__((target("avx2"))) static int32_t
dot_avx2(const int8_t *a, const int8_t *b, uint32_t size)
{
    const __m256i ones = _mm256_set1_epi16(1);
    __m256i sum = _mm256_setzero_si256();
    int32_t parts[8], all = 0;

    for (uint32_t i = 0; i < size; i += 32) {
        __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)(a + i));
        __m256i y = _mm256_loadu_si256((const __m256i *)(const void *)(b + i));
        __m256i pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(x), _mm256_sign_epi8(y, x));

        sum = _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, ones));
    }
    _mm256_storeu_si256((__m256i *)(void *)parts, sum);
    for (int i = 0; i < 8; i++)
        all += parts[i];
    return all;
}
#endif

enum vectors_way
vectors_way(void)
{
#ifdef __x86_64__
    return __builtin_cpu_supports("avx2") ? VECTORS_AVX2 : VECTORS_SSE2;
#else
    return VECTORS_PLAIN;
#endif
}

int32_t
vectors_dot(enum vectors_way way, const int8_t *a, const int8_t *b, uint32_t size)
{
#ifdef __x86_64__
    if (way == VECTORS_AVX2)
        return dot_avx2(a, b, size);
    if (way == VECTORS_SSE2)
        return dot_sse2(a, b, size);
#else
    (void)way;
#endif
    return dot_plain(a, b, size);
}

/* -- the nearest --------------------------------------------------------------------------------- */

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

int
vectors_nearest(const struct vectors *vectors, enum vectors_way way, const struct vector *question,
                const uint64_t *marks, vectors_passes *passes, const void *owner, int k,
                struct vector_hit *hits)
{
    struct nearest nearest = { hits, 0, k };
    int count;

    for (uint32_t i = 0; k > 0 && i < vectors->count; i++) {
        struct vector_hit hit = { .product = i };

        if (marks != NULL && !(marks[i >> 6] >> (i & 63) & 1))
            continue;
        if (vectors->scales[i] == 0)
            continue;
        hit.cosine = (float)vectors_dot(way, question->codes, vectors->codes + (size_t)i * vectors->stride,
                                        vectors->stride) *
                     vectors->scales[i] * question->scale;
        if ((nearest.count < k || is_farther(&hits[0], &hit)) && passes(owner, i))
            put(&nearest, hit);
    }
    count = nearest.count;
    while (nearest.count > 1) { /* best first, where they are */
        swap(&hits[0], &hits[--nearest.count]);
        sink(&nearest);
    }
    return count;
}

/* -- loading ------------------------------------------------------------------------------------- */

typedef void *load_call(void *owner, const char *section, size_t *size);

static int
load_codes(struct vectors *vectors, load_call *load, void *owner)
{
    size_t all = (size_t)vectors->count * vectors->stride, used = 0;

    if ((vectors->codes = malloc(all + 1)) == NULL)
        return -1;
    for (int part = 0; used < all; part++) {
        char section[32];
        size_t size;
        void *bytes;

        snprintf(section, sizeof section, "vectors.%d", part);
        bytes = load(owner, section, &size);
        if (bytes == NULL || size == 0 || size > all - used) {
            free(bytes);
            return -1;
        }
        memcpy(vectors->codes + used, bytes, size);
        free(bytes);
        used += size;
    }
    return 0;
}

static int
load_scales(struct vectors *vectors, load_call *load, void *owner)
{
    size_t size;

    vectors->scales = load(owner, "vectors.scales", &size);
    if (vectors->scales == NULL || size != vectors->count * sizeof *vectors->scales)
        return -1;
    for (uint32_t i = 0; i < vectors->count; i++) {
        if (!(vectors->scales[i] >= 0 && vectors->scales[i] <= 1))
            return -1;
        vectors->missing += vectors->scales[i] == 0;
    }
    return 0;
}

struct vectors *
vectors_load(bool away, load_call *load, void *owner, uint32_t count)
{
    size_t size;
    struct vectors_about *about = load(owner, "vectors.about", &size);
    struct vectors *vectors = NULL;

    if (about != NULL && size == sizeof *about && about->count == count && about->dimensions > 0 &&
        about->dimensions <= VECTORS_DIMENSIONS && (vectors = calloc(1, sizeof *vectors)) != NULL) {
        vectors->count = count;
        vectors->dimensions = about->dimensions;
        vectors->stride = vectors_stride(about->dimensions);
        memcpy(vectors->model, about->model, VECTORS_MODEL - 1);
        if (load_scales(vectors, load, owner) < 0 || (!away && load_codes(vectors, load, owner) < 0)) {
            vectors_destroy(&vectors);
        } else if (away) {
            free(vectors->scales);
            vectors->scales = NULL;
        }
    }
    free(about);
    return vectors;
}

void
vectors_destroy(struct vectors **vectors)
{
    if (*vectors == NULL)
        return;
    free((*vectors)->scales);
    free((*vectors)->codes);
    free(*vectors);
    *vectors = NULL;
}
