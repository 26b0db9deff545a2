/* Bytes of a stream, cut where the first byte says, give the same events as the same bytes whole. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/model/sse.h"

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
read_in(struct buffer *out, const char *bytes, size_t size, size_t piece)
{
    struct sse sse;
    int failed = 0;

    sse_begin(&sse, 4096, 65536);
    for (size_t at = 0; at < size && !failed;) {
        size_t part = piece < size - at ? piece : size - at;
        char *copy = malloc(part); /* so that a byte read too far is seen */
        memcpy(copy, bytes + at, part);
        failed = sse_feed(&sse, copy, part, note, out);
        free(copy);
        at += part;
    }
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
    results[0] = read_in(&whole, (const char *)bytes + 1, size - 1, size);
    results[1] = read_in(&pieces, (const char *)bytes + 1, size - 1, bytes[0] % 64 + 1u);
    if (results[0] != results[1])
        abort();
    if (results[0] == 0 &&
        (whole.size != pieces.size || (whole.size && memcmp(whole.bytes, pieces.bytes, whole.size))))
        abort();
    buffer_clear(&whole);
    buffer_clear(&pieces);
    return 0;
}
