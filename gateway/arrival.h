#ifndef GATEWAY_ARRIVAL_H
#define GATEWAY_ARRIVAL_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buffer.h"

struct lws;

/* A frame or body that comes in pieces, as much of it as has come. No I/O. {0} is one that has not begun. */
struct arrival {
    struct buffer bytes;
    struct arrival *previous, *next; /* in struct arrivals */
    struct lws *connection;          /* NULL: it has not begun */
    int64_t began_ms;
    bool dropped; /* to make room for others; what still comes of it is not taken */
};

/* All that is coming in, of all clients together. */
struct arrivals {
    struct arrival *first;
    size_t size; /* bytes that have come */
};

/* Append SIZE bytes that CONNECTION has brought at NOW_MS. bytes.failed says that there was no memory. */
void arrival_take(struct arrivals *arrivals, struct arrival *arrival, struct lws *connection,
                  const char *bytes, size_t size, int64_t now_ms);

/* Forget what has come of it, for the next one. */
void arrival_end(struct arrivals *arrivals, struct arrival *arrival);

/* Where the arrivals and SIZE further bytes are more than MOST: the largest, to be dropped. Who comes with a
 * usual question is never the one who goes. NULL where there is room, or nothing to be dropped. */
struct arrival *arrivals_too_many(const struct arrivals *arrivals, size_t size, size_t most);

#endif
