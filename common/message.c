#include "common/message.h"

#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/log.h"

#define NUMBER_DIGITS 20

/* -- what differs by type: three ways to write a field, three to read it ------------------------- */

static void
put_key(struct buffer *out, const char *key)
{
    buffer_text(out, out->size > 1 ? ",\"" : "\"");
    buffer_text(out, key);
    buffer_text(out, "\":");
}

static void
put_text(struct buffer *out, const char *key, const char *value)
{
    if (value == NULL || value[0] == '\0')
        return; /* what is missing arrives as "" */
    put_key(out, key);
    buffer_json_string(out, value, strlen(value));
}

static void
put_number(struct buffer *out, const char *key, int64_t value)
{
    if (value == 0)
        return;
    put_key(out, key);
    buffer_number(out, value);
}

static void
put_json(struct buffer *out, const char *key, json_t *value)
{
    if (value == NULL)
        return;
    put_key(out, key);
    json_write(out, value, 0);
}

static const char *
get_text(const json_t *body, const char *key)
{
    return json_text(body, key, "");
}

static int64_t
get_number(const json_t *body, const char *key)
{
    return json_number(body, key, 0);
}

static json_t *
get_json(const json_t *body, const char *key)
{
    return json_object_get(body, key);
}

/* -- made from messages.def ---------------------------------------------------------------------- */

#define MESSAGE(NAME, name, sender, receiver)                                                                \
    static void put_##name(struct buffer *out, struct bytes *tail, const struct name *m)                     \
    {                                                                                                        \
        (void)tail;
#define FIELD(type, name, meaning) put_##type(out, #name, m->name);
#define TAIL(name, meaning) *tail = m->name;
#define END }
#include "common/messages.def"

#define MESSAGE(NAME, name, sender, receiver)                                                                \
    static void get_##name(struct name *m, const json_t *body, struct bytes tail)                            \
    {                                                                                                        \
        (void)tail;
#define FIELD(type, name, meaning) m->name = get_##type(body, #name);
#define TAIL(name, meaning) m->name = tail;
#define END }
#include "common/messages.def"

static const char *const names[MESSAGE_KINDS] = {
    "",
#define MESSAGE(NAME, name, sender, receiver) #NAME,
#define FIELD(type, name, meaning)
#define TAIL(name, meaning)
#define END
#include "common/messages.def"
};

/* Whether a kind has a tail: its struct ends in one. */
static const int tails[MESSAGE_KINDS] = {
    0,
#define MESSAGE(NAME, name, sender, receiver) 0
#define FIELD(type, name, meaning)
#define TAIL(name, meaning) +1
#define END ,
#include "common/messages.def"
};

static void
put_fields(struct buffer *out, struct bytes *tail, const struct message *message)
{
    switch (message->kind) {
#define MESSAGE(NAME, name, sender, receiver)                                                                \
    case MESSAGE_##NAME:                                                                                     \
        put_##name(out, tail, &message->name);                                                               \
        break;
#define FIELD(type, name, meaning)
#define TAIL(name, meaning)
#define END
#include "common/messages.def"
    case MESSAGE_NONE:
    case MESSAGE_KINDS:
        break;
    }
}

static void
get_fields(struct message *message, struct bytes tail)
{
    switch (message->kind) {
#define MESSAGE(NAME, name, sender, receiver)                                                                \
    case MESSAGE_##NAME:                                                                                     \
        get_##name(&message->name, message->body, tail);                                                     \
        break;
#define FIELD(type, name, meaning)
#define TAIL(name, meaning)
#define END
#include "common/messages.def"
    case MESSAGE_NONE:
    case MESSAGE_KINDS:
        break;
    }
}

/* -- the wire form ------------------------------------------------------------------------------- */

const char *
message_name(enum message_kind kind)
{
    return names[kind];
}

int
message_encode(const struct message *message, struct buffer *out, struct bytes frames[MESSAGE_FRAMES])
{
    struct buffer body = { 0 };
    struct bytes tail = { NULL, 0 };
    size_t ends[MESSAGE_FRAMES];
    int count = 0;

    /* Frames of text end in a NUL of their own, so that the receiver can lend them as strings. */
    buffer_reset(out);
    buffer_append(out, names[message->kind], strlen(names[message->kind]) + 1);
    ends[count++] = out->size;
    buffer_append(out, message->run != NULL ? message->run : "",
                  message->run != NULL ? strlen(message->run) + 1 : 1);
    ends[count++] = out->size;
    buffer_append(out, message->step != NULL ? message->step : "",
                  message->step != NULL ? strlen(message->step) + 1 : 1);
    ends[count++] = out->size;
    buffer_number(out, message->attempt);
    buffer_append(out, "", 1);
    ends[count++] = out->size;
    buffer_number(out, message->left_ms);
    buffer_append(out, "", 1);
    ends[count++] = out->size;

    buffer_append(&body, "{", 1);
    put_fields(&body, &tail, message);
    buffer_append(&body, "}", 1);
    buffer_append(out, buffer_string(&body), body.size);
    ends[count++] = out->size;
    if (body.failed)
        out->failed = true;
    buffer_clear(&body);
    if (tails[message->kind]) {
        buffer_append(out, tail.bytes, tail.size);
        ends[count++] = out->size;
    }
    if (out->failed) {
        log_error("message: no memory for %s", names[message->kind]);
        return -1;
    }
    for (int i = 0; i < count; i++) {
        size_t start = i == 0 ? 0 : ends[i - 1];

        frames[i] = (struct bytes) { out->bytes + start, ends[i] - start };
    }
    return count;
}

/* FRAME as a string: it must hold one NUL, at its end. */
static int
read_text(struct bytes frame, const char **value)
{
    if (frame.size == 0 || memchr(frame.bytes, '\0', frame.size) != frame.bytes + frame.size - 1)
        return -1;
    *value = frame.bytes;
    return 0;
}

static int
read_number(struct bytes frame, int64_t *value)
{
    const char *digits;
    char *end;

    if (read_text(frame, &digits) != 0 || frame.size < 2 || frame.size > NUMBER_DIGITS)
        return -1;
    *value = strtoll(digits, &end, 10);
    return *end == '\0' && *value >= 0 ? 0 : -1;
}

static enum message_kind
kind_of(const char *name)
{
    for (int kind = MESSAGE_NONE + 1; kind < MESSAGE_KINDS; kind++)
        if (strcmp(names[kind], name) == 0)
            return (enum message_kind)kind;
    return MESSAGE_NONE;
}

int
message_decode(struct message *message, const struct bytes *frames, int count)
{
    struct bytes tail = { "", 0 };
    const char *kind;

    memset(message, 0, sizeof *message);
    if (count < MESSAGE_FRAMES - 1 || read_text(frames[0], &kind) != 0 ||
        read_text(frames[1], &message->run) != 0 || read_text(frames[2], &message->step) != 0 ||
        read_number(frames[3], &message->attempt) != 0 || read_number(frames[4], &message->left_ms) != 0)
        return -1;
    message->kind = kind_of(kind);
    if (message->kind == MESSAGE_NONE || count != MESSAGE_FRAMES - 1 + tails[message->kind])
        return -1;
    if (tails[message->kind])
        tail = frames[MESSAGE_FRAMES - 1];
    message->body = json_read(frames[5].bytes, frames[5].size, NULL);
    if (!json_is_object(message->body)) {
        message_clear(message);
        return -1;
    }
    get_fields(message, tail);
    return 0;
}

void
message_clear(struct message *message)
{
    json_decref(message->body);
    message->body = NULL;
}

struct message
message_answer(const struct message *message, enum message_kind kind)
{
    struct message answer;

    memset(&answer, 0, sizeof answer);
    answer.kind = kind;
    answer.run = message->run;
    answer.step = message->step;
    answer.attempt = message->attempt;
    return answer;
}
