#include "common/model/responses.h"

#include <string.h>

#include "common/json.h"
#include "common/model/chat.h"
#include "common/model/items.h"
#include "common/model/sse.h"
#include "common/model/usage.h"

/* -- the request -------------------------------------------------------------------------------- */

static void
put_format(struct buffer *out, const struct model_request *request)
{
    const char *name = request->schema_name ? request->schema_name : "answer";

    buffer_text(out, ",\"text\":{\"format\":{\"type\":\"json_schema\",\"name\":");
    buffer_json_string(out, name, strlen(name));
    buffer_text(out, ",\"strict\":true");
    chat_key(out, "schema");
    json_write(out, request->schema, JSON_SORT_KEYS);
    buffer_text(out, "}}");
}

static void
put_input(struct buffer *out, const json_t *messages)
{
    const json_t *message;
    size_t i;

    chat_key(out, "input");
    buffer_text(out, "[");
    json_array_foreach(messages, i, message)
    {
        const json_t *content = json_object_get(message, "content");
        const char *role = json_text(message, "role", "user");
        bool ours = strcmp(role, "assistant") == 0;

        buffer_text(out, i ? ",{\"type\":\"message\",\"role\":" : "{\"type\":\"message\",\"role\":");
        buffer_json_string(out, role, strlen(role));
        if (ours) /* models since gpt-5.3 want to know that it was the answer */
            buffer_text(out, ",\"phase\":\"final_answer\"");
        chat_key(out, "content");
        buffer_json_string(out, json_is_string(content) ? json_string_value(content) : "",
                           json_is_string(content) ? json_string_length(content) : 0);
        buffer_text(out, "}");
    }
    buffer_text(out, "]");
}

void
responses_body(struct buffer *out, const struct model_request *request, const struct profile *profile)
{
    bool has_tools = json_array_size(request->tools) > 0;
    const char *effort = profile_effort(profile, request->model, request->effort, has_tools);

    buffer_text(out, "{\"model\":");
    buffer_json_string(out, request->model, strlen(request->model));
    if (profile->fields & FIELD_STORE)
        buffer_text(out, ",\"store\":false");
    if (effort != NULL) {
        buffer_text(out, ",\"reasoning\":{\"effort\":");
        buffer_json_string(out, effort, strlen(effort));
        buffer_text(out, "}");
    }
    chat_text(out, "instructions", request->instructions);
    if (has_tools)
        chat_tools(out, request, profile, true);
    if (request->schema != NULL && (profile->fields & FIELD_SCHEMA))
        put_format(out, request);
    if (request->max_tokens > 0 && (profile->fields & FIELD_MAX_TOKENS))
        buffer_printf(out, ",\"max_output_tokens\":%lld", (long long)request->max_tokens);
    if (request->stream)
        buffer_text(out, ",\"stream\":true");
    if (request->stream && (profile->fields & FIELD_OBFUSCATION) && (profile->fields & FIELD_STREAM_OPTIONS))
        buffer_text(out, ",\"stream_options\":{\"include_obfuscation\":false}");
    if (profile->fields & FIELD_CACHE_KEY)
        chat_text(out, "prompt_cache_key", request->cache_key);
    if (profile->fields & FIELD_SAFETY)
        chat_text(out, "safety_identifier", request->shopper);
    put_input(out, request->messages);
    buffer_text(out, "}");
}

/* -- items ---------------------------------------------------------------------------------------- */

static void
item_added(struct answer *answer, const json_t *event)
{
    const json_t *wire = json_object_get(event, "item");
    const json_t *index = json_object_get(event, "output_index");
    size_t count = answer->items ? answer->items->count : 0;
    struct item *item = json_is_integer(index) ? items_by_index(answer, json_integer_value(index))
                                               : items_by_id(answer, json_text(wire, "id", ""));

    /* a server that numbers all of them alike opens another */
    if (item == NULL || item->done || (item->opened && items_is_other(item, wire)))
        item = items_add(answer, json_is_integer(index) ? json_integer_value(index) : (int64_t)count,
                         items_kind(wire));
    if (item != NULL)
        items_read(answer, item, wire, true);
}

static void
item_done(struct answer *answer, const json_t *event)
{
    const json_t *wire = json_object_get(event, "item");
    struct item *item = NULL;

    if (!json_is_integer(json_object_get(event, "output_index")))
        item = items_by_id(answer, json_text(wire, "id", ""));
    if (item == NULL)
        item = items_of(answer, event, items_kind(wire));
    if (item != NULL && item->done && items_is_other(item, wire))
        item = items_add(answer, item->index, items_kind(wire));
    if (item == NULL || !json_is_object(wire))
        return;
    items_read(answer, item, wire, false);
    item->done = true;
}

/* -- the response ------------------------------------------------------------------------------- */

/* The item that an entry of the last event's output is; its numbers may be others, where that event leaves
 * something out. */
static struct item *
item_of_last(const struct answer *answer, int64_t index, const json_t *wire)
{
    struct item *item = items_by_call(answer, json_text(wire, "call_id", ""));

    if (item == NULL)
        item = items_by_id(answer, json_text(wire, "id", ""));
    if (item == NULL)
        item = items_by_index(answer, index);
    if (item == NULL || item->kind != items_kind(wire))
        item = items_open_like(answer, wire);
    return item;
}

/* Fill in from the last event's output what the events before it left out. */
static void
merge_item(struct answer *answer, int64_t index, const json_t *wire, bool had_text)
{
    enum kind kind = items_kind(wire);
    struct item *item;

    if (kind == KIND_OTHER)
        return;
    item = item_of_last(answer, index, wire);
    if (item == NULL) {
        if (kind == KIND_MESSAGE && had_text)
            return;
        item = items_add(answer, index, kind);
    } else if (item->done && kind == KIND_CALL && items_is_other(item, wire)) {
        item = items_add(answer, index, kind);
    }
    if (item == NULL || item->done)
        return;
    items_read(answer, item, wire, false);
    item->done = true;
}

static void
read_end(struct answer *answer, const json_t *response)
{
    const char *status = json_text(response, "status", "");
    const char *reason = json_text(json_object_get(response, "incomplete_details"), "reason", "");

    if (strcmp(reason, "content_filter") == 0)
        answer->end = ANSWER_FILTER;
    else if (strcmp(status, "completed") == 0)
        answer->end = ANSWER_STOP;
    else if (strcmp(status, "incomplete") == 0)
        answer->end = ANSWER_LENGTH;
    else if (strcmp(status, "failed") == 0 || strcmp(status, "cancelled") == 0)
        answer->end = ANSWER_FAILED;
}

static void
read_names(struct answer *answer, const json_t *response)
{
    answer_keep(&answer->id, response, "id");
    answer_keep(&answer->usage.model, response, "model");
    answer_keep(&answer->tier, response, "service_tier");
}

static void
read_response(struct answer *answer, const json_t *response)
{
    const json_t *output = json_object_get(response, "output");
    const json_t *error = json_object_get(response, "error");
    bool had_text = items_have_text(answer);
    const json_t *wire;
    size_t i;

    read_names(answer, response);
    usage_read(&answer->usage, json_object_get(response, "usage"));
    json_array_foreach(output, i, wire)
    {
        merge_item(answer, (int64_t)i, wire, had_text);
    }
    if (!items_have_text(answer) &&
        !answer->items) { /* a convenience that some servers give instead of items */
        const json_t *text = json_object_get(response, "output_text");
        struct item *item = json_string_length(text) ? items_add(answer, 0, KIND_MESSAGE) : NULL;
        if (item != NULL)
            items_replace_text(answer, item, 0, false, text);
    }
    if (json_is_object(error) && json_object_size(error) > 0)
        answer_error(answer, response);
    read_end(answer, response);
}

/* The last event: its own name says the status where the response doesn't. */
static void
read_last(struct answer *answer, const json_t *event, enum answer_end end)
{
    read_response(answer, json_object_get(event, "response"));
    if (answer->end == ANSWER_OPEN || end == ANSWER_FAILED ||
        (answer->end == ANSWER_STOP && end == ANSWER_LENGTH))
        answer->end = end;
    if (answer->error.class != MODEL_ERROR_NONE)
        answer->end = ANSWER_FAILED;
    answer->closed = true;
}

void
responses_whole(struct answer *answer, const json_t *body)
{
    const json_t *inner = json_object_get(body, "response");

    answer->events = true;
    if (json_is_object(inner) && json_object_get(body, "output") == NULL)
        body = inner;
    if (errors_is_error(body) && json_object_get(body, "output") == NULL) {
        answer_error(answer, body);
        return;
    }
    read_response(answer, body);
    if (answer->end == ANSWER_OPEN && json_text(body, "status", NULL) == NULL && answer->items != NULL)
        answer->end = ANSWER_STOP; /* a server that gives no status */
}

/* -- events ------------------------------------------------------------------------------------- */

static void
on_last_completed(struct answer *answer, const json_t *event)
{
    read_last(answer, event, ANSWER_STOP);
}

static void
on_last_incomplete(struct answer *answer, const json_t *event)
{
    read_last(answer, event, ANSWER_LENGTH);
}

static void
on_last_failed(struct answer *answer, const json_t *event)
{
    read_last(answer, event, ANSWER_FAILED);
}

static void
on_begun(struct answer *answer, const json_t *event)
{
    read_names(answer, json_object_get(event, "response"));
}

static void
on_text_delta(struct answer *answer, const json_t *event)
{
    items_add_text(answer, event, false);
}

static void
on_refusal_delta(struct answer *answer, const json_t *event)
{
    items_add_text(answer, event, true);
}

static void
on_text_done(struct answer *answer, const json_t *event)
{
    struct item *item = items_of(answer, event, KIND_MESSAGE);

    if (item != NULL && !item->done)
        items_replace_text(answer, item, json_number(event, "content_index", 0), false,
                           json_object_get(event, "text"));
}

static void
on_refusal_done(struct answer *answer, const json_t *event)
{
    struct item *item = items_of(answer, event, KIND_MESSAGE);

    if (item != NULL && !item->done)
        items_replace_text(answer, item, json_number(event, "content_index", 0), true,
                           json_object_get(event, "refusal"));
}

static void
on_part_done(struct answer *answer, const json_t *event)
{
    const json_t *part = json_object_get(event, "part");
    bool refusal = strcmp(json_text(part, "type", ""), "refusal") == 0;
    const json_t *text = json_object_get(part, refusal ? "refusal" : "text");
    struct item *item = json_string_length(text) ? items_of(answer, event, KIND_MESSAGE) : NULL;

    if (item != NULL && item->kind == KIND_MESSAGE && !item->done)
        items_replace_text(answer, item, json_number(event, "content_index", 0), refusal, text);
}

static void
on_arguments_done(struct answer *answer, const json_t *event)
{
    struct item *item = items_of(answer, event, KIND_CALL);

    if (item == NULL || item->done)
        return;
    answer_keep(&item->name, event, "name");
    items_arguments(answer, item, json_object_get(event, "arguments"));
}

static void
on_reasoning(struct answer *answer, const json_t *event)
{
    answer->reasoning += json_string_length(json_object_get(event, "delta"));
}

static const struct {
    const char *type;
    void (*read)(struct answer *answer, const json_t *event);
} events[] = {
    { "response.output_text.delta", on_text_delta },
    { "response.function_call_arguments.delta", items_add_arguments },
    { "response.reasoning_summary_text.delta", on_reasoning },
    { "response.reasoning_text.delta", on_reasoning },
    { "response.output_item.added", item_added },
    { "response.output_item.done", item_done },
    { "response.output_text.done", on_text_done },
    { "response.content_part.done", on_part_done },
    { "response.function_call_arguments.done", on_arguments_done },
    { "response.refusal.delta", on_refusal_delta },
    { "response.refusal.done", on_refusal_done },
    { "response.created", on_begun },
    { "response.in_progress", on_begun },
    { "response.completed", on_last_completed },
    { "response.done", on_last_completed },
    { "response.incomplete", on_last_incomplete },
    { "response.failed", on_last_failed },
    { "response.cancelled", on_last_failed },
    { "error", answer_error },
};

/* Events may have been lost on the way; what matters of them the later ones say once more. */
static void
count_gaps(struct answer *answer, const json_t *number)
{
    if (!json_is_integer(number))
        return;
    answer->gaps += answer->sequence >= 0 && json_integer_value(number) - 1 != answer->sequence;
    answer->sequence = json_integer_value(number) < 0 ? -1 : json_integer_value(number);
}

static void
read_event(struct answer *answer, const char *name, const json_t *event)
{
    const char *type = json_text(event, "type", "");

    answer->events = true;
    count_gaps(answer, json_object_get(event, "sequence_number"));
    if (*type == '\0')
        type = name;
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        if (strcmp(type, events[i].type) == 0) {
            events[i].read(answer, event);
            return;
        }
    }
    /* of no known type: an error in another dialect, a whole response, or nothing to us */
    if (strncmp(type, "response.", 9) == 0)
        return;
    if (errors_is_error(event))
        answer_error(answer, event);
    else if (json_object_get(event, "output") != NULL && json_object_get(event, "status") != NULL)
        read_response(answer, event);
}

void
responses_event(struct answer *answer, const char *name, const char *data, size_t size)
{
    json_t *event;

    if (answer->closed)
        return;
    if (sse_is_done(data, size)) {
        answer->marker = answer->closed = true; /* without a last event this is no end: truncated */
        return;
    }
    if ((event = stencil_read(&answer->stencil, data, size)) == NULL) {
        answer_words(answer, name, data, size);
        return;
    }
    read_event(answer, name, event);
    json_decref(event);
}
