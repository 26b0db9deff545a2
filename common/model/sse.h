#ifndef COMMON_MODEL_SSE_H
#define COMMON_MODEL_SSE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buffer.h"

/* Server-sent events out of bytes that may be cut anywhere (WHATWG HTML, 9.2.6), with caps, and with
 * two liberties that real servers need: a field `error:` (older llama-server) and a bare line of JSON
 * (Ollama) are events named "error". Does no I/O. */

/* One event. NAME is its type, "" without one; DATA is followed by a NUL and good until the call returns. */
typedef void sse_event(void *owner, const char *name, const char *data, size_t size);

struct sse {
    struct buffer line;  /* of a line that was cut, its beginning */
    struct buffer data;  /* of the event so far, each line followed by LF */
    char name[48];       /* of the event so far; a longer one is cut */
    size_t line_limit;   /* bytes of a line, and of an event */
    size_t stream_limit; /* bytes of all */
    size_t size;         /* bytes so far */
    bool after_cr;       /* the last byte was a CR: an LF now belongs to it */
    bool begun;          /* the place of a byte order mark is behind us */
};

/* Make SSE empty. A limit of 0 is 16 MiB for a line and 64 MiB for a stream. */
void sse_begin(struct sse *sse, size_t line_limit, size_t stream_limit);
void sse_clear(struct sse *sse);

/* Read SIZE bytes, calling EVENT(OWNER, ...) for each event that is whole.
 * Returns 0, or -1 when a limit was passed (not logged): SSE is of no more use then. */
int sse_feed(struct sse *sse, const char *bytes, size_t size, sse_event *event, void *owner);

/* The stream is at its end. What is left over is an event if it is whole JSON or [DONE].
 * Returns 0, or -1 when something was cut in the middle. */
int sse_end(struct sse *sse, sse_event *event, void *owner);

/* Whether DATA is the marker [DONE], blanks around it left out. */
bool sse_is_done(const char *data, size_t size);

#endif
