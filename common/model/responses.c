#include "common/model/responses.h"

#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/model/chat.h"
#include "common/model/lenient.h"
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

static void
put_tools(struct buffer *out, const struct model_request *request, const struct profile *profile)
{
    chat_tools(out, request->tools, true, profile->fields & FIELD_STRICT);
    if (profile->fields & FIELD_TOOL_CHOICE)
        chat_text(out, "tool_choice", request->tool_choice);
    if (profile->fields & FIELD_PARALLEL)
        buffer_text(out, ",\"parallel_tool_calls\":true");
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
        put_tools(out, request, profile);
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

/* -- items -------------------------------------------------------------------------------------- */

enum kind { KIND_OTHER, KIND_MESSAGE, KIND_CALL };

struct part {
    int64_t index; /* content_index */
    bool refusal;
    struct buffer text;
    size_t handed; /* bytes of the text that were handed on */
};

struct item {
    int64_t index; /* output_index */
    enum kind kind;
    bool done;       /* output_item.done was there: nothing is better */
    bool commentary; /* words on the way, shown only where no answer follows */
    char *id, *call_id, *name;
    struct buffer arguments;
    struct part *parts;
    size_t part_count;
};

struct items {
    struct item *list;
    size_t count;
    bool settled;
};

enum { ITEMS_MOST = 512, PARTS_MOST = 256 };

void
responses_clear(struct items **items)
{
    if (*items == NULL)
        return;
    for (size_t i = 0; i < (*items)->count; i++) {
        struct item *item = &(*items)->list[i];
        for (size_t p = 0; p < item->part_count; p++)
            buffer_clear(&item->parts[p].text);
        free(item->parts);
        free(item->id);
        free(item->call_id);
        free(item->name);
        buffer_clear(&item->arguments);
    }
    free((*items)->list);
    free(*items);
    *items = NULL;
}

static struct item *
add_item(struct answer *answer, int64_t index, enum kind kind)
{
    struct items *items = answer->items;
    struct item *list;

    if (items == NULL && (items = answer->items = calloc(1, sizeof *items)) == NULL) {
        answer->calls.failed = true;
        return NULL;
    }
    if (items->count >= ITEMS_MOST ||
        (list = realloc(items->list, (items->count + 1) * sizeof *list)) == NULL) {
        answer->calls.failed = true;
        return NULL;
    }
    items->list = list;
    list[items->count] = (struct item) { .index = index, .kind = kind };
    return &list[items->count++];
}

static struct part *
part_of(struct answer *answer, struct item *item, int64_t index, bool refusal)
{
    struct part *parts;

    for (size_t i = item->part_count; i-- > 0;)
        if (item->parts[i].index == index && item->parts[i].refusal == refusal)
            return &item->parts[i];
    if (item->part_count >= PARTS_MOST ||
        (parts = realloc(item->parts, (item->part_count + 1) * sizeof *parts)) == NULL) {
        answer->calls.failed = true;
        return NULL;
    }
    item->parts = parts;
    parts[item->part_count] = (struct part) { .index = index, .refusal = refusal };
    return &parts[item->part_count++];
}

static struct item *
by_index(const struct answer *answer, int64_t index)
{
    for (size_t i = answer->items ? answer->items->count : 0; i-- > 0;)
        if (answer->items->list[i].index == index)
            return &answer->items->list[i];
    return NULL;
}

static struct item *
by_id(const struct answer *answer, const char *id)
{
    for (size_t i = answer->items ? answer->items->count : 0; *id && i-- > 0;)
        if (answer->items->list[i].id != NULL && strcmp(answer->items->list[i].id, id) == 0)
            return &answer->items->list[i];
    return NULL;
}

static enum kind
kind_of(const json_t *item)
{
    const char *type = json_text(item, "type", "");

    if (strcmp(type, "message") == 0)
        return KIND_MESSAGE;
    return strcmp(type, "function_call") == 0 ? KIND_CALL : KIND_OTHER;
}

/* The item that an event speaks of: by its place, else by its id, else the last one. An event of an item that
 * was never opened opens one of KIND. */
static struct item *
item_of(struct answer *answer, const json_t *event, enum kind kind)
{
    const json_t *index = json_object_get(event, "output_index");
    size_t count = answer->items ? answer->items->count : 0;
    struct item *item;

    if (json_is_integer(index)) {
        item = by_index(answer, json_integer_value(index));
        return item ? item : add_item(answer, json_integer_value(index), kind);
    }
    if ((item = by_id(answer, json_text(event, "item_id", ""))) != NULL)
        return item;
    item = count ? &answer->items->list[count - 1] : NULL;
    if (item != NULL && item->kind == kind && !item->done)
        return item;
    return add_item(answer, (int64_t)count, kind);
}

/* -- text --------------------------------------------------------------------------------------- */

/* Hand on what of PART was not handed on yet. */
static void
hand_on(struct answer *answer, const struct item *item, struct part *part)
{
    if (item->commentary || part->refusal || part->text.size <= part->handed)
        return;
    answer_hand(answer, part->text.bytes + part->handed, part->text.size - part->handed);
    part->handed = part->text.size;
}

/* The whole text of a part takes the place of its deltas. What of it was not handed on is handed on now,
 * unless what was handed on is another text: then the whole is only in the result. */
static void
replace_text(struct answer *answer, struct item *item, int64_t index, bool refusal, const json_t *text)
{
    const char *value = json_string_value(text);
    size_t size = json_string_length(text);
    struct part *part;
    bool other;

    if (value == NULL || (part = part_of(answer, item, index, refusal)) == NULL)
        return;
    other = part->handed > size || (part->handed > 0 && memcmp(part->text.bytes, value, part->handed) != 0);
    buffer_reset(&part->text);
    buffer_append(&part->text, value, size);
    answer->text.failed |= part->text.failed;
    if (other)
        part->handed = size;
    hand_on(answer, item, part);
}

static void
add_text(struct answer *answer, const json_t *event, bool refusal)
{
    const json_t *delta = json_object_get(event, "delta");
    struct item *item = item_of(answer, event, KIND_MESSAGE);
    struct part *part;

    if (item == NULL || !json_is_string(delta) || item->done)
        return;
    if ((part = part_of(answer, item, json_number(event, "content_index", 0), refusal)) == NULL)
        return;
    buffer_append(&part->text, json_string_value(delta), json_string_length(delta));
    answer->text.failed |= part->text.failed;
    hand_on(answer, item, part);
}

/* -- what an item says of itself ---------------------------------------------------------------- */

static void
read_content(struct answer *answer, struct item *item, const json_t *content)
{
    /* a single part is the one the deltas were of, whatever number they gave it */
    bool single = json_array_size(content) == 1 && item->part_count == 1;
    int64_t first = single ? item->parts[0].index : 0;
    const json_t *part;
    size_t i;

    if (json_is_string(content))
        replace_text(answer, item, 0, false, content);
    json_array_foreach(content, i, part)
    {
        const char *type = json_text(part, "type", "");
        if (strcmp(type, "output_text") == 0 || strcmp(type, "text") == 0)
            replace_text(answer, item, first + (int64_t)i, false, json_object_get(part, "text"));
        else if (strcmp(type, "refusal") == 0)
            replace_text(answer, item, first + (int64_t)i, true, json_object_get(part, "refusal"));
    }
}

static void
read_arguments(struct answer *answer, struct item *item, const json_t *arguments)
{
    if (json_is_string(arguments) && json_string_length(arguments) > 0) {
        buffer_reset(&item->arguments);
        buffer_append(&item->arguments, json_string_value(arguments), json_string_length(arguments));
    } else if (json_is_object(arguments)) {
        buffer_reset(&item->arguments);
        json_write(&item->arguments, arguments, 0);
    }
    answer->calls.failed |= item->arguments.failed;
}

static void
read_item(struct answer *answer, struct item *item, const json_t *wire)
{
    if (kind_of(wire) != KIND_OTHER)
        item->kind = kind_of(wire);
    item->commentary = strcmp(json_text(wire, "phase", ""), "commentary") == 0;
    answer_keep(&item->id, wire, "id");
    answer_keep(&item->call_id, wire, "call_id");
    answer_keep(&item->name, wire, "name");
    if (item->kind == KIND_MESSAGE)
        read_content(answer, item, json_object_get(wire, "content"));
    if (item->kind == KIND_CALL)
        read_arguments(answer, item, json_object_get(wire, "arguments"));
}

static void
item_added(struct answer *answer, const json_t *event)
{
    const json_t *wire = json_object_get(event, "item");
    const json_t *index = json_object_get(event, "output_index");
    size_t count = answer->items ? answer->items->count : 0;
    struct item *item = json_is_integer(index) ? by_index(answer, json_integer_value(index))
                                               : by_id(answer, json_text(wire, "id", ""));

    if (item == NULL || item->done) /* a server that numbers all of them alike opens another */
        item = add_item(answer, json_is_integer(index) ? json_integer_value(index) : (int64_t)count,
                        kind_of(wire));
    if (item != NULL)
        read_item(answer, item, wire);
}

static void
item_done(struct answer *answer, const json_t *event)
{
    const json_t *wire = json_object_get(event, "item");
    struct item *item = NULL;

    if (!json_is_integer(json_object_get(event, "output_index")))
        item = by_id(answer, json_text(wire, "id", ""));
    if (item == NULL)
        item = item_of(answer, event, kind_of(wire));
    if (item == NULL || !json_is_object(wire))
        return;
    read_item(answer, item, wire);
    item->done = true;
}

/* -- the response ------------------------------------------------------------------------------- */

static bool
has_text(const struct answer *answer)
{
    for (size_t i = 0; answer->items && i < answer->items->count; i++)
        for (size_t p = 0; p < answer->items->list[i].part_count; p++)
            if (answer->items->list[i].parts[p].text.size > 0)
                return true;
    return false;
}

static bool
has_call(const struct answer *answer, const char *call_id)
{
    for (size_t i = 0; answer->items && i < answer->items->count; i++)
        if (answer->items->list[i].call_id && strcmp(answer->items->list[i].call_id, call_id) == 0)
            return true;
    return false;
}

/* Fill in from the last event's output what the events before it left out. */
static void
merge_item(struct answer *answer, int64_t index, const json_t *wire, bool had_text)
{
    struct item *item = by_index(answer, index);
    enum kind kind = kind_of(wire);

    if (kind == KIND_OTHER)
        return;
    if (item == NULL || item->kind != kind)
        item = by_id(answer, json_text(wire, "id", ""));
    if (item != NULL && item->kind == kind) {
        if (!item->done)
            read_item(answer, item, wire);
        item->done = true;
        return;
    }
    if (kind == KIND_MESSAGE ? had_text : has_call(answer, json_text(wire, "call_id", "?")))
        return;
    if ((item = add_item(answer, index, kind)) != NULL) {
        read_item(answer, item, wire);
        item->done = true;
    }
}

static void
read_end(struct answer *answer, const json_t *response)
{
    const char *status = json_text(response, "status", "");
    const char *reason = json_text(json_object_get(response, "incomplete_details"), "reason", "");

    if (strcmp(status, "completed") == 0)
        answer->end = ANSWER_STOP;
    else if (strcmp(status, "incomplete") == 0)
        answer->end = strcmp(reason, "content_filter") == 0 ? ANSWER_FILTER : ANSWER_LENGTH;
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
    bool had_text = has_text(answer);
    const json_t *wire;
    size_t i;

    read_names(answer, response);
    usage_read(&answer->usage, json_object_get(response, "usage"));
    json_array_foreach(output, i, wire)
    {
        merge_item(answer, (int64_t)i, wire, had_text);
    }
    if (!has_text(answer) && !answer->items) { /* a convenience that some servers give instead of items */
        const json_t *text = json_object_get(response, "output_text");
        struct item *item = json_string_length(text) ? add_item(answer, 0, KIND_MESSAGE) : NULL;
        if (item != NULL)
            replace_text(answer, item, 0, false, text);
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
    if (answer->end == ANSWER_OPEN || end == ANSWER_FAILED)
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
    if (errors_is_error(body) && json_object_get(body, "output") == NULL)
        answer_error(answer, body);
    else
        read_response(answer, body);
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
    add_text(answer, event, false);
}

static void
on_refusal_delta(struct answer *answer, const json_t *event)
{
    add_text(answer, event, true);
}

static void
on_text_done(struct answer *answer, const json_t *event)
{
    struct item *item = item_of(answer, event, KIND_MESSAGE);

    if (item != NULL && !item->done)
        replace_text(answer, item, json_number(event, "content_index", 0), false,
                     json_object_get(event, "text"));
}

static void
on_refusal_done(struct answer *answer, const json_t *event)
{
    struct item *item = item_of(answer, event, KIND_MESSAGE);

    if (item != NULL && !item->done)
        replace_text(answer, item, json_number(event, "content_index", 0), true,
                     json_object_get(event, "refusal"));
}

static void
on_arguments_delta(struct answer *answer, const json_t *event)
{
    const json_t *delta = json_object_get(event, "delta");
    struct item *item = item_of(answer, event, KIND_CALL);

    if (item == NULL || item->done || !json_is_string(delta))
        return;
    buffer_append(&item->arguments, json_string_value(delta), json_string_length(delta));
    answer->calls.failed |= item->arguments.failed;
}

static void
on_arguments_done(struct answer *answer, const json_t *event)
{
    struct item *item = item_of(answer, event, KIND_CALL);

    if (item == NULL || item->done)
        return;
    answer_keep(&item->name, event, "name");
    read_arguments(answer, item, json_object_get(event, "arguments"));
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
    { "response.function_call_arguments.delta", on_arguments_delta },
    { "response.reasoning_summary_text.delta", on_reasoning },
    { "response.reasoning_text.delta", on_reasoning },
    { "response.output_item.added", item_added },
    { "response.output_item.done", item_done },
    { "response.output_text.done", on_text_done },
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

static void
read_event(struct answer *answer, const char *name, const json_t *event)
{
    const char *type = json_text(event, "type", "");

    answer->events = true;
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
    if ((event = lenient_read(data, size)) == NULL) {
        if (*data == '{' || *data == '[')
            answer->garbage = answer->closed = true;
        return;
    }
    read_event(answer, name, event);
    json_decref(event);
}

/* -- the end ------------------------------------------------------------------------------------ */

static bool
has_answer(const struct items *items)
{
    for (size_t i = 0; i < items->count; i++)
        for (size_t p = 0; !items->list[i].commentary && p < items->list[i].part_count; p++)
            if (items->list[i].parts[p].text.size > 0)
                return true;
    return false;
}

static void
settle_item(struct answer *answer, struct item *item, bool show)
{
    for (size_t p = 0; p < item->part_count; p++) {
        struct part *part = &item->parts[p];
        const char *text = part->text.bytes ? part->text.bytes : "";

        if (part->refusal)
            buffer_append(&answer->refusal, text, part->text.size);
        else if (!item->commentary || show)
            answer_append(answer, text, part->text.size);
        if (show && item->commentary && !part->refusal) /* it was held back */
            answer_hand(answer, text, part->text.size);
    }
    if (item->kind == KIND_CALL) {
        struct call *call = calls_add(&answer->calls, item->index);
        if (call == NULL)
            return;
        calls_name(&answer->calls, call, item->call_id ? item->call_id : item->id, item->name);
        buffer_append(&call->arguments, buffer_string(&item->arguments), item->arguments.size);
        answer->calls.failed |= call->arguments.failed;
    }
}

void
responses_settle(struct answer *answer)
{
    struct items *items = answer->items;
    bool show;

    if (items == NULL || items->settled)
        return;
    items->settled = true;
    show = !has_answer(items) && answer->end != ANSWER_OPEN && answer->end != ANSWER_FAILED;
    for (size_t i = 0; i < items->count; i++)
        settle_item(answer, &items->list[i], show);
}
