/* Bytes of a stream, cut where the first byte says, give the same events as the same bytes whole. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/model/sse.h"
#include "pieces.h"

enum { LINE_LIMIT = 512, STREAM_LIMIT = 2048 }; /* so that an input reaches them */

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void
note(void *owner, const char *name, const char *data, size_t size)
{
    buffer_text(owner, name);
    buffer_append(owner, "|", 1);
    buffer_append(owner, data, size);
    buffer_append(owner, "\n", 1);
}

static int
read_in(struct buffer *out, const uint8_t *bytes, size_t size, size_t piece)
{
    struct pieces pieces;
    struct sse sse;
    const char *part;
    int failed = 0;

    sse_begin(&sse, LINE_LIMIT, STREAM_LIMIT);
    pieces_begin(&pieces, bytes, size, piece);
    while (!failed && (part = pieces_next(&pieces, &size)) != NULL)
        failed = sse_feed(&sse, part, size, note, out);
    pieces_end(&pieces);
    if (!failed)
        failed = sse_end(&sse, note, out);
    sse_clear(&sse);
    return failed;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct buffer whole = { 0 }, pieces = { 0 };
    int results[2];

    if (size < 2)
        return 0;
    results[0] = read_in(&whole, bytes + 1, size - 1, size);
    results[1] = read_in(&pieces, bytes + 1, size - 1, bytes[0] % 64 + 1u);
    if (results[0] != results[1])
        abort();
    if (results[0] == 0 &&
        (whole.size != pieces.size || (whole.size && memcmp(whole.bytes, pieces.bytes, whole.size))))
        abort();
    buffer_clear(&whole);
    buffer_clear(&pieces);
    return 0;
}
