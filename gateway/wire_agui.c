/* AG-UI over server-sent events: each event as it came, with an id to come back with. */
#include "gateway/wire.h"

#include <inttypes.h>

/* A line break would end the data line. Inside of JSON's strings there is none, so outside of them
 * a space does as well. */
static void
append_one_line(struct buffer *out, const char *json, size_t size)
{
    size_t from = 0;

    for (size_t i = 0; i < size; i++) {
        if (json[i] != '\n' && json[i] != '\r')
            continue;
        buffer_append(out, json + from, i - from);
        buffer_text(out, " ");
        from = i + 1;
    }
    buffer_append(out, json + from, size - from);
}

static void
event(struct wire_state **state, int64_t offset, const char *json, size_t size, bool last, struct buffer *out)
{
    (void)state;
    (void)last;
    buffer_printf(out, "id: %" PRId64 "\ndata: ", offset);
    append_one_line(out, json, size);
    buffer_text(out, "\n\n");
}

static void
error(const char *code, const char *message, struct buffer *out)
{
    buffer_text(out, "data: ");
    wire_run_error(code, message, out);
    buffer_text(out, "\n\n");
}

const struct wire wire_agui = {
    .name = "agui",
    .event = event,
    .error = error,
    .ping = ": ping\n\n",
    .is_stream = true,
};
