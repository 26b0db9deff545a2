#include "common/model/chat.h"

#include <string.h>

#include "common/json.h"
#include "common/model/sse.h"
#include "common/model/usage.h"

/* -- the request -------------------------------------------------------------------------------- */

void
chat_key(struct buffer *out, const char *key)
{
    buffer_text(out, ",\"");
    buffer_text(out, key);
    buffer_text(out, "\":");
}

void
chat_text(struct buffer *out, const char *key, const char *text)
{
    if (text == NULL || *text == '\0')
        return;
    chat_key(out, key);
    buffer_json_string(out, text, strlen(text));
}

static bool
is_strict(const json_t *tool)
{
    return !json_is_false(json_object_get(tool, "strict"));
}

/* A tool without parameters still has to say that it has none. */
static void
put_parameters(struct buffer *out, const json_t *tool)
{
    const json_t *parameters = json_object_get(tool, "parameters");

    chat_key(out, "parameters");
    if (json_is_object(parameters) && json_object_size(parameters) > 0)
        json_write(out, parameters, JSON_SORT_KEYS);
    else
        buffer_text(out,
                    "{\"additionalProperties\":false,\"properties\":{},\"required\":[],\"type\":\"object\"}");
}

void
chat_tools(struct buffer *out, const struct model_request *request, const struct profile *profile, bool flat)
{
    bool strict = profile->fields & FIELD_STRICT;
    const json_t *tool;
    size_t i;

    chat_key(out, "tools");
    buffer_text(out, "[");
    json_array_foreach(request->tools, i, tool)
    {
        buffer_text(out, i ? ",{\"type\":\"function\"" : "{\"type\":\"function\"");
        if (!flat)
            buffer_text(out, ",\"function\":{\"name\":");
        else
            chat_key(out, "name");
        buffer_json_string(out, json_text(tool, "name", ""), strlen(json_text(tool, "name", "")));
        chat_text(out, "description", json_text(tool, "description", ""));
        put_parameters(out, tool);
        if (strict || flat) /* Responses wants it said, one way or the other */
            buffer_text(out, strict && is_strict(tool) ? ",\"strict\":true" : ",\"strict\":false");
        buffer_text(out, flat ? "}" : "}}");
    }
    buffer_text(out, "]");
    if (profile->fields & FIELD_TOOL_CHOICE)
        chat_text(out, "tool_choice", request->tool_choice);
    if (profile->fields & FIELD_PARALLEL)
        buffer_text(out, ",\"parallel_tool_calls\":true");
}

static void
put_format(struct buffer *out, const struct model_request *request, const struct profile *profile)
{
    const char *name = request->schema_name ? request->schema_name : "answer";

    if (profile->schema_in_object) {
        buffer_text(out, ",\"response_format\":{\"type\":\"json_object\"");
        chat_key(out, "schema");
        json_write(out, request->schema, JSON_SORT_KEYS);
        buffer_text(out, "}");
        return;
    }

    buffer_text(out, ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":");
    buffer_json_string(out, name, strlen(name));
    buffer_text(out, ",\"strict\":true");
    chat_key(out, "schema");
    json_write(out, request->schema, JSON_SORT_KEYS);
    buffer_text(out, "}}");
}

/* Instructions; where the server knows no schema, the schema in words. */
static void
put_system(struct buffer *out, const struct model_request *request, const struct profile *profile)
{
    struct buffer text = { 0 };

    if (request->instructions != NULL)
        buffer_text(&text, request->instructions);
    if (request->schema != NULL && !(profile->fields & FIELD_SCHEMA)) {
        buffer_text(&text,
                    "\n\nAnswer with one JSON object and nothing else. It conforms to this JSON Schema: ");
        json_write(&text, request->schema, JSON_SORT_KEYS);
    }
    if (text.size > 0) {
        buffer_text(out, profile->developer ? "{\"role\":\"developer\",\"content\":"
                                            : "{\"role\":\"system\",\"content\":");
        buffer_json_string(out, text.bytes, text.size);
        buffer_text(out, "}");
    }
    out->failed |= text.failed;
    buffer_clear(&text);
}

static void
put_messages(struct buffer *out, const struct model_request *request, const struct profile *profile)
{
    const json_t *message;
    size_t i, before;

    chat_key(out, "messages");
    buffer_text(out, "[");
    before = out->size;
    put_system(out, request, profile);
    json_array_foreach(request->messages, i, message)
    {
        const json_t *content = json_object_get(message, "content");
        if (out->size > before)
            buffer_text(out, ",");
        buffer_text(out, "{\"role\":");
        buffer_json_string(out, json_text(message, "role", "user"),
                           strlen(json_text(message, "role", "user")));
        chat_key(out, "content");
        buffer_json_string(out, json_is_string(content) ? json_string_value(content) : "",
                           json_is_string(content) ? json_string_length(content) : 0);
        buffer_text(out, "}");
    }
    buffer_text(out, "]");
}

static void
put_stream(struct buffer *out, const struct profile *profile)
{
    buffer_text(out, ",\"stream\":true");
    if (!(profile->fields & FIELD_STREAM_OPTIONS))
        return;
    buffer_text(out, ",\"stream_options\":{\"include_usage\":true");
    if (profile->fields & FIELD_OBFUSCATION)
        buffer_text(out, ",\"include_obfuscation\":false");
    buffer_text(out, "}");
}

void
chat_body(struct buffer *out, const struct model_request *request, const struct profile *profile)
{
    bool has_tools = json_array_size(request->tools) > 0;

    buffer_text(out, "{\"model\":");
    buffer_json_string(out, request->model, strlen(request->model));
    chat_text(out, "reasoning_effort", profile_effort(profile, request->model, request->effort, has_tools));
    if (has_tools)
        chat_tools(out, request, profile, false);
    if (request->schema != NULL && (profile->fields & FIELD_SCHEMA))
        put_format(out, request, profile);
    if (request->max_tokens > 0 && (profile->fields & FIELD_MAX_TOKENS))
        buffer_printf(out, ",\"%s\":%lld", profile->new_token_field ? "max_completion_tokens" : "max_tokens",
                      (long long)request->max_tokens);
    if (request->stream)
        put_stream(out, profile);
    if (profile->fields & FIELD_STORE)
        buffer_text(out, ",\"store\":false");
    if (profile->fields & FIELD_CACHE_KEY)
        chat_text(out, "prompt_cache_key", request->cache_key);
    if (profile->fields & FIELD_SAFETY)
        chat_text(out, "safety_identifier", request->shopper);
    put_messages(out, request, profile);
    buffer_text(out, "}");
}

/* -- the answer --------------------------------------------------------------------------------- */

/* Content is text, or parts of which some are text (Mistral). */
static void
read_content(struct answer *answer, const json_t *content)
{
    const json_t *part;
    size_t i;

    if (json_is_string(content)) {
        answer_text(answer, json_string_value(content), json_string_length(content));
        return;
    }
    if (json_is_object(content)) { /* one part, not in a list */
        read_content(answer, json_object_get(content, "text"));
        return;
    }
    json_array_foreach(content, i, part)
    {
        const char *type = json_text(part, "type", "");
        const json_t *text = json_object_get(part, "text");
        if (strcmp(type, "text") == 0 || strcmp(type, "output_text") == 0)
            read_content(answer, json_is_string(text) ? text : NULL);
        else if (strcmp(type, "refusal") == 0)
            answer_refusal(answer, json_object_get(part, "refusal"));
        else
            answer->reasoning++;
    }
}

/* A delta, or a whole message: they have the same members. */
static void
read_message(struct answer *answer, const json_t *message)
{
    const json_t *calls = json_object_get(message, "tool_calls");
    const json_t *legacy = json_object_get(message, "function_call");
    const json_t *fragment;
    size_t i;

    read_content(answer, json_object_get(message, "content"));
    answer_refusal(answer, json_object_get(message, "refusal"));
    answer->reasoning += json_string_length(json_object_get(message, "reasoning_content")) +
                         json_string_length(json_object_get(message, "reasoning"));
    json_array_foreach(calls, i, fragment)
    {
        calls_fragment(&answer->calls, fragment, i, json_array_size(calls));
    }
    if (json_is_object(calls)) /* one call, not in a list */
        calls_fragment(&answer->calls, calls, 0, 1);
    if (json_is_object(legacy) && json_array_size(calls) == 0 && !json_is_object(calls)) {
        json_t *wrapped = json_pack("{s:i, s:O}", "index", 0, "function", legacy);
        calls_fragment(&answer->calls, wrapped, 0, 1);
        json_decref(wrapped);
    }
}

static void
read_finish(struct answer *answer, const char *reason)
{
    if (*reason == '\0' || answer->end == ANSWER_FAILED)
        return;
    if (strcmp(reason, "length") == 0 || strcmp(reason, "max_tokens") == 0 ||
        strcmp(reason, "MAX_TOKENS") == 0)
        answer->end = ANSWER_LENGTH;
    else if (strcmp(reason, "content_filter") == 0 || strcasecmp(reason, "safety") == 0)
        answer->end = ANSWER_FILTER;
    else if (strcmp(reason, "error") == 0 || strcmp(reason, "insufficient_system_resource") == 0)
        answer->end = ANSWER_FAILED;
    else if (answer->end == ANSWER_OPEN) /* stop, tool_calls, function_call, end_turn, ... */
        answer->end = ANSWER_STOP;
}

static bool
is_begun(const struct answer *answer)
{
    return answer->text.size > 0 || answer->refusal.size > 0 || answer->calls.count > 0;
}

/* The choice at POSITION. We ask for one; who gives more gives the others for nothing. */
static void
read_choice(struct answer *answer, const json_t *choice, size_t position)
{
    const json_t *delta = json_object_get(choice, "delta");
    const json_t *message = json_object_get(choice, "message");

    if (json_number(choice, "index", (int64_t)position) != 0)
        return;
    if (json_is_object(delta))
        read_message(answer, delta);
    else if (json_is_object(message) && !is_begun(answer)) /* after deltas it says the same once more */
        read_message(answer, message);
    else if (json_is_string(json_object_get(choice, "text")))
        read_content(answer, json_object_get(choice, "text"));
    read_finish(answer, json_text(choice, "finish_reason", ""));
}

/* A chunk, or a whole answer: they differ in the choice's `delta` or `message`. */
static void
read_body(struct answer *answer, const json_t *body)
{
    const json_t *choice;
    size_t i;

    answer->events = true;
    if (errors_is_error(body)) {
        answer_error(answer, body);
        return;
    }
    answer_keep(&answer->id, body, "id");
    answer_keep(&answer->usage.model, body, "model");
    answer_keep(&answer->tier, body, "service_tier");
    json_array_foreach(json_object_get(body, "choices"), i, choice)
    {
        if (json_is_object(json_object_get(choice, "error")))
            answer_error(answer, choice);
        read_choice(answer, choice, i);
        usage_read(&answer->usage, json_object_get(choice, "usage")); /* Moonshot */
    }
    usage_read(&answer->usage, json_object_get(json_object_get(body, "x_groq"), "usage"));
    usage_read(&answer->usage, json_object_get(body, "usage"));
}

/* [DONE] without a reason to finish: it is all there was, unless a call is in pieces. */
static void
read_marker(struct answer *answer)
{
    answer->marker = answer->closed = true;
    if (answer->end != ANSWER_OPEN)
        return;
    if (answer->events && calls_are_whole(&answer->calls))
        answer->end = ANSWER_STOP;
}

void
chat_whole(struct answer *answer, const json_t *body)
{
    read_body(answer, body);
    if (answer->end == ANSWER_OPEN && is_begun(answer) && calls_are_whole(&answer->calls))
        answer->end = ANSWER_STOP; /* a server that gives no reason */
}

void
chat_event(struct answer *answer, const char *name, const char *data, size_t size)
{
    json_t *body;

    if (answer->closed)
        return;
    if (sse_is_done(data, size)) {
        read_marker(answer);
        return;
    }
    if ((body = stencil_read(&answer->stencil, data, size)) == NULL) {
        answer_words(answer, name, data, size);
        return;
    }
    if (strcmp(name, "error") == 0 && !errors_is_error(body) &&
        !json_is_array(json_object_get(body, "choices")))
        answer_error(answer, body);
    else
        read_body(answer, body);
    json_decref(body);
}
