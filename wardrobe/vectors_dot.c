/* vectors_dot -- halves of codes times a question's codes; see vectors.h. */

#include "wardrobe/vectors.h"

#ifdef __x86_64__
#include <immintrin.h>
#endif

#define BLOCK VECTORS_BLOCK

static int32_t
dot_plain(const uint8_t *halves, const int8_t *codes, uint32_t size)
{
    int32_t sum = 0;

    for (uint32_t at = 0; at < size; at += BLOCK, codes += 2 * BLOCK)
        for (uint32_t i = 0; i < BLOCK; i++)
            sum += (halves[at + i] & 15) * codes[i] + (halves[at + i] >> 4) * codes[BLOCK + i];
    return sum;
}

#ifdef __x86_64__
/* SUM and the sixteen products of HALVES, 0 to 15 each, with CODES. */
static inline __m128i
add_sse2(__m128i sum, __m128i halves, const int8_t *codes)
{
    const __m128i none = _mm_setzero_si128();
    __m128i x = _mm_loadu_si128((const __m128i *)(const void *)codes), sign = _mm_cmpgt_epi8(none, x);

    sum = _mm_add_epi32(sum, _mm_madd_epi16(_mm_unpacklo_epi8(halves, none), _mm_unpacklo_epi8(x, sign)));
    return _mm_add_epi32(sum, _mm_madd_epi16(_mm_unpackhi_epi8(halves, none), _mm_unpackhi_epi8(x, sign)));
}

static int32_t
dot_sse2(const uint8_t *halves, const int8_t *codes, uint32_t size)
{
    const __m128i mask = _mm_set1_epi8(15);
    __m128i sum = _mm_setzero_si128();
    int32_t parts[4];

    for (uint32_t at = 0; at < size; at += BLOCK, codes += 2 * BLOCK)
        for (uint32_t i = 0; i < BLOCK; i += 16) {
            __m128i both = _mm_loadu_si128((const __m128i *)(const void *)(halves + at + i));

            sum = add_sse2(sum, _mm_and_si128(both, mask), codes + i);
            sum = add_sse2(sum, _mm_and_si128(_mm_srli_epi16(both, 4), mask), codes + BLOCK + i);
        }
    _mm_storeu_si128((__m128i *)(void *)parts, sum);
    return parts[0] + parts[1] + parts[2] + parts[3];
}

#define AVX2 __attribute__((target("avx2")))
#define VNNI __attribute__((target("avx2,avx512vl,avx512vnni")))

AVX2 static inline int32_t
add_up(__m256i sum)
{
    __m128i half = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));

    half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0x4e));
    half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0xb1));
    return _mm_cvtsi128_si32(half);
}

/* Two products of a half and a code are 3,810 at most, so that eight such pairs fit into 16 bits. */
AVX2 static inline int32_t
dot_avx2(const uint8_t *halves, const int8_t *codes, uint32_t size)
{
    const __m256i mask = _mm256_set1_epi8(15), ones = _mm256_set1_epi16(1);
    __m256i sum = _mm256_setzero_si256();

    for (uint32_t from = 0; from < size; from += 4 * BLOCK) {
        uint32_t to = from + 4 * BLOCK < size ? from + 4 * BLOCK : size;
        __m256i pairs = _mm256_setzero_si256();

        for (uint32_t at = from; at < to; at += BLOCK, codes += 2 * BLOCK) {
            __m256i both = _mm256_loadu_si256((const __m256i *)(const void *)(halves + at));
            __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)codes);
            __m256i y = _mm256_loadu_si256((const __m256i *)(const void *)(codes + BLOCK));

            pairs = _mm256_add_epi16(pairs, _mm256_maddubs_epi16(_mm256_and_si256(both, mask), x));
            both = _mm256_and_si256(_mm256_srli_epi16(both, 4), mask);
            pairs = _mm256_add_epi16(pairs, _mm256_maddubs_epi16(both, y));
        }
        sum = _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, ones));
    }
    return add_up(sum);
}

/* The same with one instruction for four products and their sum. */
VNNI static inline int32_t
dot_vnni(const uint8_t *halves, const int8_t *codes, uint32_t size)
{
    const __m256i mask = _mm256_set1_epi8(15);
    __m256i sum = _mm256_setzero_si256();

    for (uint32_t at = 0; at < size; at += BLOCK, codes += 2 * BLOCK) {
        __m256i both = _mm256_loadu_si256((const __m256i *)(const void *)(halves + at));
        __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)codes);
        __m256i y = _mm256_loadu_si256((const __m256i *)(const void *)(codes + BLOCK));

        sum = _mm256_dpbusd_epi32(sum, _mm256_and_si256(both, mask), x);
        sum = _mm256_dpbusd_epi32(sum, _mm256_and_si256(_mm256_srli_epi16(both, 4), mask), y);
    }
    return add_up(sum);
}

AVX2 static void
dots_avx2(const uint8_t *halves, const int8_t *codes, uint32_t size, uint32_t count, int32_t *dots)
{
    for (uint32_t i = 0; i < count; i++)
        dots[i] = dot_avx2(halves + (size_t)i * size, codes, size);
}

VNNI static void
dots_vnni(const uint8_t *halves, const int8_t *codes, uint32_t size, uint32_t count, int32_t *dots)
{
    for (uint32_t i = 0; i < count; i++)
        dots[i] = dot_vnni(halves + (size_t)i * size, codes, size);
}
#endif

enum vectors_way
vectors_way(void)
{
#ifdef __x86_64__
    return __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512vl") ? VECTORS_VNNI
           : __builtin_cpu_supports("avx2")                                           ? VECTORS_AVX2
                                                                                      : VECTORS_SSE2;
#else
    return VECTORS_PLAIN;
#endif
}

void
vectors_dots(enum vectors_way way, const uint8_t *halves, const int8_t *codes, uint32_t size, uint32_t count,
             int32_t *dots)
{
#ifdef __x86_64__
    if (way == VECTORS_VNNI)
        dots_vnni(halves, codes, size, count, dots);
    else if (way == VECTORS_AVX2)
        dots_avx2(halves, codes, size, count, dots);
    else if (way == VECTORS_SSE2)
        for (uint32_t i = 0; i < count; i++)
            dots[i] = dot_sse2(halves + (size_t)i * size, codes, size);
#endif
    if (way == VECTORS_PLAIN)
        for (uint32_t i = 0; i < count; i++)
            dots[i] = dot_plain(halves + (size_t)i * size, codes, size);
}
