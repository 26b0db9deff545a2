#include "common/model/sse.h"

#include <string.h>

#include "common/model/lenient.h"

void
sse_begin(struct sse *sse, size_t line_limit, size_t stream_limit)
{
    *sse = (struct sse) { .line_limit = line_limit ? line_limit : (size_t)16 << 20,
                          .stream_limit = stream_limit ? stream_limit : (size_t)64 << 20 };
}

void
sse_clear(struct sse *sse)
{
    buffer_clear(&sse->line);
    buffer_clear(&sse->data);
}

bool
sse_is_done(const char *data, size_t size)
{
    while (size > 0 && strchr(" \t\r\n", data[size - 1]) != NULL)
        size--;
    while (size > 0 && strchr(" \t\r\n", *data) != NULL)
        data++, size--;
    return size == 6 && memcmp(data, "[DONE]", 6) == 0;
}

/* The event is whole: hand it on. One without data is dropped, as the standard says. */
static void
dispatch(struct sse *sse, sse_event *event, void *owner)
{
    if (sse->data.size > 0) {
        sse->data.bytes[--sse->data.size] = '\0'; /* the last LF */
        event(owner, sse->name, sse->data.bytes, sse->data.size);
        buffer_reset(&sse->data);
    }
    sse->name[0] = '\0';
}

static void
set_name(struct sse *sse, const char *name, size_t size)
{
    if (size >= sizeof sse->name)
        size = sizeof sse->name - 1;
    memcpy(sse->name, name, size);
    sse->name[size] = '\0';
}

static int
add_data(struct sse *sse, const char *value, size_t size)
{
    if (size > sse->line_limit || sse->data.size + size + 1 > sse->line_limit)
        return -1;
    buffer_append(&sse->data, value, size);
    buffer_append(&sse->data, "\n", 1);
    return sse->data.failed ? -1 : 0;
}

static bool
is_field(const char *line, size_t size, const char *field)
{
    return strlen(field) == size && memcmp(line, field, size) == 0;
}

/* A line of JSON that stands alone: an error that the server wrote into the body in mid-stream. */
static int
bare_json(struct sse *sse, const char *line, size_t size, sse_event *event, void *owner)
{
    dispatch(sse, event, owner);
    set_name(sse, "error", 5);
    if (add_data(sse, line, size))
        return -1;
    dispatch(sse, event, owner);
    return 0;
}

static int
read_line(struct sse *sse, const char *line, size_t size, sse_event *event, void *owner)
{
    const char *colon;
    const char *value;
    size_t field_size, value_size;

    if (!sse->begun) {
        sse->begun = true;
        if (size >= 3 && memcmp(line, "\xEF\xBB\xBF", 3) == 0)
            line += 3, size -= 3;
    }
    if (size == 0) {
        dispatch(sse, event, owner);
        return 0;
    }
    if (*line == ':')
        return 0;
    if (*line == '{')
        return bare_json(sse, line, size, event, owner);
    colon = memchr(line, ':', size);
    field_size = colon ? (size_t)(colon - line) : size;
    value = colon ? colon + 1 : line + size;
    value_size = (size_t)(line + size - value);
    if (value_size > 0 && *value == ' ')
        value++, value_size--;

    if (is_field(line, field_size, "data"))
        return add_data(sse, value, value_size);
    if (is_field(line, field_size, "event"))
        set_name(sse, value, value_size);
    if (is_field(line, field_size, "error") && value_size > 0 && *value == '{') {
        set_name(sse, "error", 5);
        return add_data(sse, value, value_size);
    }
    return 0; /* id, retry and what nobody knows */
}

/* The end of a line in BYTES, or NULL. */
static const char *
line_end(const char *bytes, size_t size)
{
    const char *lf = memchr(bytes, '\n', size);
    const char *cr = memchr(bytes, '\r', lf ? (size_t)(lf - bytes) : size);

    return cr ? cr : lf;
}

int
sse_feed(struct sse *sse, const char *bytes, size_t size, sse_event *event, void *owner)
{
    if (size > sse->stream_limit - sse->size)
        return -1;
    sse->size += size;
    while (size > 0) {
        const char *end;
        size_t part;
        int failed;

        if (sse->after_cr && *bytes == '\n') {
            sse->after_cr = false;
            bytes++, size--;
            continue;
        }
        sse->after_cr = false;
        end = line_end(bytes, size);
        part = end ? (size_t)(end - bytes) : size;
        if (part > sse->line_limit || sse->line.size + part > sse->line_limit)
            return -1;
        if (end == NULL) {
            buffer_append(&sse->line, bytes, part);
            return sse->line.failed ? -1 : 0;
        }
        if (sse->line.size == 0) { /* the line is whole in what came: no copy */
            failed = read_line(sse, bytes, part, event, owner);
        } else {
            buffer_append(&sse->line, bytes, part);
            failed = sse->line.failed || read_line(sse, sse->line.bytes, sse->line.size, event, owner);
            buffer_reset(&sse->line);
        }
        if (failed)
            return -1;
        sse->after_cr = *end == '\r';
        bytes += part + 1, size -= part + 1;
    }
    return 0;
}

/* Whether what an unfinished event holds is whole all the same. */
static bool
is_whole(const char *data, size_t size)
{
    json_t *value;

    if (sse_is_done(data, size))
        return true;
    if ((value = lenient_event(data, size)) == NULL)
        return false;
    json_decref(value);
    return true;
}

int
sse_end(struct sse *sse, sse_event *event, void *owner)
{
    if (sse->line.size > 0) {
        int failed = read_line(sse, sse->line.bytes, sse->line.size, event, owner);
        buffer_reset(&sse->line);
        if (failed)
            return -1;
    }
    if (sse->data.size > 0 && !is_whole(sse->data.bytes, sse->data.size - 1))
        return -1;
    dispatch(sse, event, owner);
    return 0;
}
