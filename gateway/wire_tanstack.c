/* TanStack AI's WebSocket: a frame for each event, with its place in the run's log. The event's bytes
 * are passed on as they came, unparsed. */
#include "common/id.h"
#include "gateway/wire.h"

#include <string.h>

void
wire_run_error(const char *code, const char *message, struct buffer *out)
{
    buffer_text(out, "{\"type\":\"RUN_ERROR\",\"message\":");
    buffer_json_string(out, message, strlen(message));
    buffer_text(out, ",\"code\":");
    buffer_json_string(out, code, strlen(code));
    buffer_text(out, "}");
}

static void
event(struct wire_state **state, int64_t offset, const char *json, size_t size, bool last, struct buffer *out)
{
    (void)state;
    (void)last;
    buffer_text(out, "{\"id\":\"");
    buffer_number(out, offset);
    buffer_text(out, "\",\"chunk\":");
    buffer_append(out, json, size);
    buffer_text(out, "}");
}

/* The client drops frames whose id it has seen, so an error has an id that never was. */
static void
error(const char *code, const char *message, struct buffer *out)
{
    char id[ID_SIZE];

    id_random(id);
    buffer_printf(out, "{\"id\":\"e-%s\",\"chunk\":", id);
    wire_run_error(code, message, out);
    buffer_text(out, "}");
}

const struct wire wire_tanstack = {
    .name = "tanstack",
    .event = event,
    .error = error,
    .ping = "{\"type\":\"ping\"}",
};
