#ifndef GATEWAY_FIGURES_H
#define GATEWAY_FIGURES_H

#include <stdint.h>

#include "common/buffer.h"

/* The newest figures of each other process, for /metrics. {0} is none. Does no I/O. */
struct figures_of; /* one process */

struct figures_list {
    struct figures_of *first;
    int count;
};

/* NAME's figures at NOW_MS; both texts are copied. A process too many is left out, in silence. */
void figures_set(struct figures_list *list, const char *name, const char *figures, int64_t now_ms);

/* Append OWN and all others that are not too old at NOW_MS to OUT, as one. */
void figures_write(struct figures_list *list, const char *own, int64_t now_ms, struct buffer *out);

void figures_clear(struct figures_list *list);

#endif
