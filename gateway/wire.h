#ifndef GATEWAY_WIRE_H
#define GATEWAY_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buffer.h"

/* How events look to one kind of client. Each wire is a file; none does I/O. */
struct wire_state; /* what a wire remembers of one stream */

struct wire {
    const char *name;

    /* Append to OUT what the event at OFFSET (SIZE bytes of JSON, trusted) is for this client; LAST:
     * nothing follows it in its run. STATE is NULL at first and the wire's own. May append nothing. */
    void (*event)(struct wire_state **state, int64_t offset, const char *event, size_t size, bool last,
                  struct buffer *out);

    /* Append an error that is no event of a run: CODE for programs, MESSAGE for people. */
    void (*error)(const char *code, const char *message, struct buffer *out);

    /* A sign of life, a literal. */
    const char *ping;

    /* Free STATE; NULL where the wire has none. */
    void (*forget)(struct wire_state **state);

    bool is_stream;     /* an HTTP answer that streams; false: a WebSocket */
    const char *header; /* of that answer, with its colon; its value is v1. Or NULL */
};

extern const struct wire wire_tanstack; /* WebSocket: {"id":"<offset>","chunk":<event>} */
extern const struct wire wire_agui;     /* SSE of AG-UI events, with ids */
extern const struct wire wire_aisdk;    /* SSE of Vercel's UI message parts */

/* Append {"type":"RUN_ERROR","message":…,"code":…}. */
void wire_run_error(const char *code, const char *message, struct buffer *out);

#endif
