#ifndef GATEWAY_BUCKET_H
#define GATEWAY_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

#define BUCKETS 4096 /* addresses remembered; the one not heard of for longest is forgotten first */
#define BUCKET_WAYS 8

/* Token buckets: each address may ask PER_MINUTE questions a minute, all at once if it likes. */
struct bucket {
    uint64_t address; /* hash; 0 is an empty place */
    int64_t at_ms;    /* when `left` was true */
    double left;      /* questions */
};

struct buckets {
    struct bucket *places; /* BUCKETS of them, made at the first question */
};

/* Whether ADDRESS may ask one more at NOW_MS; counts it. PER_MINUTE 0: always. */
bool bucket_take(struct buckets *buckets, uint64_t address, int64_t per_minute, int64_t now_ms);

void buckets_clear(struct buckets *buckets);

/* A hash of an address's text; never 0. Of IPv6 the first 64 bits count, since that is what one
 * subscriber has. */
uint64_t bucket_address(const char *text);

#endif
