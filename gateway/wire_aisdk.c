/* Vercel's AI SDK: an AG-UI event -> the parts of a UI message stream. What has no counterpart there
 * goes out as a data part (data-criteria, data-assistant, data-look, …) or is left out. */
#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "gateway/wire.h"

/* A tool call whose arguments are still coming. */
struct call {
    struct call *next;
    char *id, *name;
    struct buffer arguments;
};

struct wire_state {
    struct call *calls;
};

typedef void translate(struct wire_state *state, const json_t *event, struct buffer *out);

/* data: {"type":TYPE,"KEY":"text" …}; pairs of key and text until NULL. */
static void part(struct buffer *out, const char *type, ...) __attribute__((sentinel));

static void
part(struct buffer *out, const char *type, ...)
{
    const char *key;
    va_list pairs;

    buffer_printf(out, "data: {\"type\":\"%s\"", type);
    va_start(pairs, type);
    while ((key = va_arg(pairs, const char *)) != NULL) {
        const char *value = va_arg(pairs, const char *);

        buffer_printf(out, ",\"%s\":", key);
        buffer_json_string(out, value, strlen(value));
    }
    va_end(pairs);
    buffer_text(out, "}\n\n");
}

/* data: {"type":"data-NAME","id"?,"data":VALUE} */
static void
data_part(struct buffer *out, const char *name, const char *id, const json_t *value)
{
    char type[80] = "data-";

    strncat(type, name, sizeof type - sizeof "data-");
    buffer_text(out, "data: {\"type\":");
    buffer_json_string(out, type, strlen(type));
    if (id != NULL) {
        buffer_text(out, ",\"id\":");
        buffer_json_string(out, id, strlen(id));
    }
    buffer_text(out, ",\"data\":");
    json_write(out, value, 0);
    buffer_text(out, "}\n\n");
}

static void
run_started(struct wire_state *state, const json_t *event, struct buffer *out)
{
    (void)state;
    part(out, "start", "messageId", json_text(event, "runId", ""), NULL);
    part(out, "start-step", NULL);
}

static void
text_start(struct wire_state *state, const json_t *event, struct buffer *out)
{
    (void)state;
    part(out, "text-start", "id", json_text(event, "messageId", ""), NULL);
}

static void
text_content(struct wire_state *state, const json_t *event, struct buffer *out)
{
    (void)state;
    part(out, "text-delta", "id", json_text(event, "messageId", ""), "delta", json_text(event, "delta", ""),
         NULL);
}

static void
text_end(struct wire_state *state, const json_t *event, struct buffer *out)
{
    (void)state;
    part(out, "text-end", "id", json_text(event, "messageId", ""), NULL);
}

static void
call_free(struct call *call)
{
    buffer_clear(&call->arguments);
    free(call->id);
    free(call->name);
    free(call);
}

static struct call **
call_find(struct wire_state *state, const char *id)
{
    struct call **call = &state->calls;

    while (*call != NULL && strcmp((*call)->id, id) != 0)
        call = &(*call)->next;
    return call;
}

static void
tool_start(struct wire_state *state, const json_t *event, struct buffer *out)
{
    const char *id = json_text(event, "toolCallId", ""), *name = json_text(event, "toolCallName", "");
    struct call *call = calloc(1, sizeof *call);

    if (call == NULL)
        return;
    call->id = strdup(id);
    call->name = strdup(name);
    if (call->id == NULL || call->name == NULL) {
        call_free(call);
        return;
    }
    call->next = state->calls;
    state->calls = call;
    part(out, "tool-input-start", "toolCallId", id, "toolName", name, NULL);
}

static void
tool_arguments(struct wire_state *state, const json_t *event, struct buffer *out)
{
    const char *id = json_text(event, "toolCallId", ""), *delta = json_text(event, "delta", "");
    struct call *call = *call_find(state, id);

    if (call == NULL)
        return;
    buffer_text(&call->arguments, delta);
    part(out, "tool-input-delta", "toolCallId", id, "inputTextDelta", delta, NULL);
}

/* The whole arguments are known: the call is what the frontend may show. */
static void
tool_end(struct wire_state *state, const json_t *event, struct buffer *out)
{
    struct call **place = call_find(state, json_text(event, "toolCallId", "")), *call = *place;
    json_t *input;

    if (call == NULL)
        return;
    input = json_read(buffer_string(&call->arguments), call->arguments.size, NULL);
    buffer_text(out, "data: {\"type\":\"tool-input-available\",\"toolCallId\":");
    buffer_json_string(out, call->id, strlen(call->id));
    buffer_text(out, ",\"toolName\":");
    buffer_json_string(out, call->name, strlen(call->name));
    buffer_text(out, ",\"input\":");
    if (input != NULL)
        json_write(out, input, 0);
    else
        buffer_text(out, "{}");
    buffer_text(out, "}\n\n");
    json_decref(input);
    *place = call->next;
    call_free(call);
}

static void
tool_result(struct wire_state *state, const json_t *event, struct buffer *out)
{
    const char *id = json_text(event, "toolCallId", ""), *content = json_text(event, "content", "");
    json_t *output = json_read(content, strlen(content), NULL);

    (void)state;
    buffer_text(out, "data: {\"type\":\"tool-output-available\",\"toolCallId\":");
    buffer_json_string(out, id, strlen(id));
    buffer_text(out, ",\"output\":");
    if (output != NULL)
        json_write(out, output, 0);
    else
        buffer_json_string(out, content, strlen(content));
    buffer_text(out, "}\n\n");
    json_decref(output);
}

/* One data part for each assistant: a later one with the same id replaces it. */
static void
assistant(const json_t *event, const char *how, struct buffer *out)
{
    const char *id = json_text(event, "subagentRunId", "");
    json_t *data = json_pack("{ss}", "state", how);

    if (data == NULL)
        return;
    if (json_object_get(event, "name") != NULL)
        json_object_set(data, "name", json_object_get(event, "name"));
    if (json_object_get(event, "message") != NULL)
        json_object_set(data, "message", json_object_get(event, "message"));
    data_part(out, "assistant", id, data);
    json_decref(data);
}

static void
subagent_started(struct wire_state *state, const json_t *event, struct buffer *out)
{
    (void)state;
    assistant(event, "working", out);
}

static void
subagent_finished(struct wire_state *state, const json_t *event, struct buffer *out)
{
    (void)state;
    assistant(event, "finished", out);
}

static void
subagent_error(struct wire_state *state, const json_t *event, struct buffer *out)
{
    (void)state;
    assistant(event, "failed", out);
}

static void
state_snapshot(struct wire_state *state, const json_t *event, struct buffer *out)
{
    (void)state;
    data_part(out, "state", NULL, json_object_get(event, "snapshot"));
}

static void
state_delta(struct wire_state *state, const json_t *event, struct buffer *out)
{
    (void)state;
    data_part(out, "state-delta", NULL, json_object_get(event, "delta"));
}

/* CUSTOM names are ours: criteria, withdrawn, degraded, chosen, model, … */
static void
custom(struct wire_state *state, const json_t *event, struct buffer *out)
{
    (void)state;
    data_part(out, json_text(event, "name", "custom"), NULL, json_object_get(event, "value"));
}

static void
run_finished(struct wire_state *state, const json_t *event, struct buffer *out)
{
    const json_t *result = json_object_get(event, "result");

    (void)state;
    if (result != NULL)
        data_part(out, "look", NULL, result);
    part(out, "finish-step", NULL);
    if (strcmp(json_text(json_object_get(event, "outcome"), "type", ""), "cancelled") == 0)
        part(out, "abort", NULL);
    else
        part(out, "finish", NULL);
}

static void
run_error(struct wire_state *state, const json_t *event, struct buffer *out)
{
    (void)state;
    part(out, "error", "errorText", json_text(event, "message", "the run failed"), NULL);
}

/* clang-format off */
static const struct {
    const char *type;
    translate *translate;
} translations[] = {
    { "TEXT_MESSAGE_CONTENT", text_content },
    { "TEXT_MESSAGE_START", text_start },
    { "TEXT_MESSAGE_END", text_end },
    { "TOOL_CALL_START", tool_start },
    { "TOOL_CALL_ARGS", tool_arguments },
    { "TOOL_CALL_END", tool_end },
    { "TOOL_CALL_RESULT", tool_result },
    { "RUN_STARTED", run_started },
    { "SUBAGENT_STARTED", subagent_started },
    { "SUBAGENT_FINISHED", subagent_finished },
    { "SUBAGENT_ERROR", subagent_error },
    { "STATE_SNAPSHOT", state_snapshot },
    { "STATE_DELTA", state_delta },
    { "CUSTOM", custom },
    { "RUN_FINISHED", run_finished },
    { "RUN_ERROR", run_error },
};
/* clang-format on */

static void
event(struct wire_state **state, int64_t offset, const char *bytes, size_t size, bool last,
      struct buffer *out)
{
    json_t *json = json_read(bytes, size, NULL);
    const char *type = json_text(json, "type", "");

    (void)offset;
    if (*state == NULL)
        *state = calloc(1, sizeof **state);
    for (size_t i = 0; *state != NULL && i < sizeof translations / sizeof *translations; i++) {
        if (strcmp(type, translations[i].type) == 0) {
            translations[i].translate(*state, json, out);
            break;
        }
    }
    json_decref(json);
    if (last)
        buffer_text(out, "data: [DONE]\n\n");
}

static void
error(const char *code, const char *message, struct buffer *out)
{
    (void)code;
    part(out, "error", "errorText", message, NULL);
    buffer_text(out, "data: [DONE]\n\n");
}

static void
forget(struct wire_state **state)
{
    if (*state == NULL)
        return;
    while ((*state)->calls != NULL) {
        struct call *call = (*state)->calls;

        (*state)->calls = call->next;
        call_free(call);
    }
    free(*state);
    *state = NULL;
}

const struct wire wire_aisdk = {
    .name = "aisdk",
    .event = event,
    .error = error,
    .ping = ": ping\n\n",
    .forget = forget,
    .is_stream = true,
    .header = "x-vercel-ai-ui-message-stream:",
};
