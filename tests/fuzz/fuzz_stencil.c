/* The events of a stream, one a line: read by what differs they are what they are read whole. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/model/lenient.h"
#include "common/model/stencil.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void
read_both(struct stencil *stencil, const char *line, size_t size)
{
    char *data = malloc(size + 1); /* an event is followed by a NUL */
    json_t *whole, *event;

    if (data == NULL)
        return;
    memcpy(data, line, size);
    data[size] = '\0';
    event = stencil_read(stencil, data, size);
    whole = lenient_event(data, size);
    if ((event == NULL) != (whole == NULL) || (event != NULL && !json_equal(event, whole)))
        abort();
    json_decref(event);
    json_decref(whole);
    free(data);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct stencil stencil = { 0 };
    const char *line = (const char *)bytes, *end = line + size, *next;

    for (; line < end; line = next + 1) {
        next = memchr(line, '\n', (size_t)(end - line));
        if (next == NULL)
            next = end;
        read_both(&stencil, line, (size_t)(next - line));
    }
    stencil_clear(&stencil);
    return 0;
}
