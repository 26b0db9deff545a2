#ifndef COMMON_MODEL_STENCIL_H
#define COMMON_MODEL_STENCIL_H

#include <jansson.h>
#include <stddef.h>

#include "common/buffer.h"

/* The events of a stream, most of which are the one before but for a few values: its words, its number, the
 * padding. Where an event has the bytes of the last one that was read whole all around these values, they are
 * written into that one's JSON instead of reading it all again: what comes out is the same, in a tenth of the
 * time. Does no I/O. */

#define STENCIL_HOLES 4

struct stencil {
    struct buffer bytes; /* of the event that was read whole */
    json_t *event;       /* the same as JSON; NULL: there is none */
    struct stencil_hole {
        size_t from, to; /* in `bytes`, a text's quotes left out */
        json_t *value;   /* in `event`, lent */
    } holes[STENCIL_HOLES];
    int count;
    int misses; /* events read whole, since the last that was not */
};

/* What lenient_event() gives for DATA of SIZE bytes. The reference is the caller's, who lets go of all of it
 * before the next call: that one may write other values into it. */
json_t *stencil_read(struct stencil *stencil, const char *data, size_t size);
void stencil_clear(struct stencil *stencil);

#endif
