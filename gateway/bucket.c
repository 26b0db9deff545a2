#include "gateway/bucket.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

static uint64_t
hash(const unsigned char *bytes, size_t size)
{
    uint64_t h = 0xcbf29ce484222325; /* FNV-1a, stirred at the end */

    for (size_t i = 0; i < size; i++)
        h = (h ^ bytes[i]) * 0x100000001b3;
    h ^= h >> 32;
    h *= 0xd6e8feb86659fd93;
    h ^= h >> 32;
    return h == 0 ? 1 : h;
}

uint64_t
bucket_address(const char *text)
{
    unsigned char bytes[16];
    static const unsigned char mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

    if (inet_pton(AF_INET, text, bytes) == 1)
        return hash(bytes, 4);
    if (inet_pton(AF_INET6, text, bytes) != 1)
        return hash((const unsigned char *)text, strlen(text));
    if (memcmp(bytes, mapped, sizeof mapped) == 0)
        return hash(bytes + 12, 4);
    return hash(bytes, 8);
}

/* ADDRESS's place among the BUCKET_WAYS it may have; a new one takes the one idle for longest. */
static struct bucket *
place(struct buckets *buckets, uint64_t address, int64_t per_minute, int64_t now_ms)
{
    struct bucket *set = buckets->places + address % (BUCKETS / BUCKET_WAYS) * BUCKET_WAYS, *oldest = set;

    for (int i = 0; i < BUCKET_WAYS; i++) {
        if (set[i].address == address)
            return &set[i];
        if (set[i].address == 0 || (oldest->address != 0 && set[i].at_ms < oldest->at_ms))
            oldest = &set[i];
    }
    oldest->address = address;
    oldest->at_ms = now_ms;
    oldest->left = (double)per_minute;
    return oldest;
}

bool
bucket_take(struct buckets *buckets, uint64_t address, int64_t per_minute, int64_t now_ms)
{
    struct bucket *bucket;

    if (per_minute <= 0)
        return true;
    if (buckets->places == NULL && (buckets->places = calloc(BUCKETS, sizeof *buckets->places)) == NULL)
        return true; /* better a question too many than none */
    bucket = place(buckets, address, per_minute, now_ms);
    bucket->left += (double)(now_ms - bucket->at_ms) * (double)per_minute / 60000;
    if (bucket->left > (double)per_minute)
        bucket->left = (double)per_minute;
    bucket->at_ms = now_ms;
    if (bucket->left < 1)
        return false;
    bucket->left -= 1;
    return true;
}

void
buckets_clear(struct buckets *buckets)
{
    free(buckets->places);
    buckets->places = NULL;
}
