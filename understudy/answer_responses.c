/* The Responses dialect: openai-wire.md 1.3 and 2.2. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "understudy/answer.h"

static void
text_json(struct buffer *out, const char *text)
{
    buffer_json_string(out, text, strlen(text));
}

/* The items of an answer: the message first where there is one, then the calls. */
static bool
has_message(const struct answer *answer)
{
    return answer->text != NULL || answer->refusal != NULL;
}

static size_t
item_count(const struct answer *answer)
{
    return (has_message(answer) ? 1 : 0) + answer->call_count;
}

static const struct answer_call *
call_at(const struct answer *answer, size_t item)
{
    size_t first = has_message(answer) ? 1 : 0;

    return item < first ? NULL : &answer->calls[item - first];
}

static const char *
text_at(const struct answer *answer, size_t item)
{
    const struct answer_call *call = call_at(answer, item);

    return call != NULL ? call->arguments : answer->refusal != NULL ? answer->refusal : answer->text;
}

static void
part(const struct answer *answer, bool whole, struct buffer *out)
{
    const char *text = !whole ? "" : answer->refusal != NULL ? answer->refusal : answer->text;

    buffer_text(out, answer->refusal != NULL
                         ? "{\"type\":\"refusal\",\"refusal\":"
                         : "{\"type\":\"output_text\",\"annotations\":[],\"logprobs\":[],\"text\":");
    text_json(out, text);
    buffer_text(out, "}");
}

static const char *
item_id(const struct telling *telling, size_t item, char id[96])
{
    snprintf(id, 96, "%s_%s%02zu", call_at(&telling->answer, item) != NULL ? "fc" : "msg", telling->id + 5,
             item);
    return id;
}

/* One output item, WHOLE or as it is when it begins. */
static void
put_item(const struct telling *telling, size_t item, bool whole, struct buffer *out)
{
    const struct answer_call *call = call_at(&telling->answer, item);
    const char *status = !whole                                  ? "in_progress"
                         : telling->answer.finish == FINISH_STOP ? "completed"
                                                                 : "incomplete";
    char id[96];

    item_id(telling, item, id);
    if (call != NULL) {
        buffer_printf(out, "{\"id\":\"%s\",\"type\":\"function_call\",\"status\":\"%s\",\"arguments\":", id,
                      status);
        text_json(out, whole ? call->arguments : "");
        buffer_printf(out, ",\"call_id\":\"call_%.20s%02zu\",\"name\":", telling->id + 5, item);
        text_json(out, call->name);
        buffer_text(out, "}");
        return;
    }
    buffer_printf(out, "{\"id\":\"%s\",\"type\":\"message\",\"status\":\"%s\",\"content\":[", id, status);
    if (whole)
        part(&telling->answer, true, out);
    buffer_text(out, "],\"role\":\"assistant\"}");
}

static void
put_usage(const struct telling *telling, struct buffer *out)
{
    const struct answer *answer = &telling->answer;
    int64_t output = answer_tokens(answer);

    buffer_printf(out,
                  "{\"input_tokens\":%" PRId64 ",\"input_tokens_details\":{\"cached_tokens\":%" PRId64
                  ",\"cache_write_tokens\":0},\"output_tokens\":%" PRId64
                  ",\"output_tokens_details\":{\"reasoning_tokens\":0},\"total_tokens\":%" PRId64 "}",
                  answer->input_tokens, answer->cached_tokens, output, answer->input_tokens + output);
}

/* The response object; ENDED: with its items, status and usage. */
static void
put_response(const struct telling *telling, bool ended, struct buffer *out)
{
    const struct answer *answer = &telling->answer;
    const char *status = !ended ? "in_progress" : answer->finish == FINISH_STOP ? "completed" : "incomplete";

    buffer_printf(out,
                  "{\"id\":\"%s\",\"object\":\"response\",\"created_at\":%" PRId64
                  ",\"status\":\"%s\",\"background\":false,\"error\":null,\"incomplete_details\":",
                  telling->id, telling->created_s, status);
    if (ended && answer->finish != FINISH_STOP)
        buffer_printf(out, "{\"reason\":\"%s\"}",
                      answer->finish == FINISH_LENGTH ? "max_output_tokens" : "content_filter");
    else
        buffer_text(out, "null");
    buffer_text(out, ",\"instructions\":null,\"max_output_tokens\":");
    if (telling->max_tokens > 0)
        buffer_printf(out, "%" PRId64, telling->max_tokens);
    else
        buffer_text(out, "null");
    buffer_text(out, ",\"model\":\"understudy\",\"system_fingerprint\":\"understudy\",\"output\":[");
    for (size_t item = 0; ended && item < item_count(answer); item++) {
        if (item > 0)
            buffer_text(out, ",");
        put_item(telling, item, true, out);
    }
    buffer_printf(
        out,
        "],\"parallel_tool_calls\":true,\"previous_response_id\":null,\"reasoning\":{\"effort\":null,"
        "\"summary\":null},\"service_tier\":\"default\",\"store\":false,\"temperature\":1.0,\"text\":{"
        "\"format\":%s},\"tool_choice\":%s,\"tools\":%s,\"top_p\":1.0,\"truncation\":\"disabled\",\"usage\":",
        telling->format, telling->choice, telling->tools);
    if (ended)
        put_usage(telling, out);
    else
        buffer_text(out, "null");
    buffer_text(out, ",\"metadata\":{}}");
}

void
answer_responses_whole(const struct telling *telling, struct buffer *out)
{
    put_response(telling, true, out);
}

/* -- the stream --------------------------------------------------------------------------------- */

static void
begin_event(const char *type, struct buffer *out)
{
    buffer_text(out, "event: ");
    buffer_text(out, type);
    buffer_text(out, "\ndata: {\"type\":\"");
    buffer_text(out, type);
    buffer_text(out, "\"");
}

static void
end_event(struct telling *telling, struct buffer *out)
{
    buffer_text(out, ",\"sequence_number\":");
    answer_number(out, telling->sequence++);
    buffer_text(out, "}\n\n");
}

static void
response_event(struct telling *telling, const char *type, bool ended, struct buffer *out)
{
    begin_event(type, out);
    buffer_text(out, ",\"response\":");
    put_response(telling, ended, out);
    end_event(telling, out);
}

static void
item_event(struct telling *telling, const char *type, bool whole, struct buffer *out)
{
    begin_event(type, out);
    buffer_text(out, ",\"item\":");
    put_item(telling, telling->item, whole, out);
    buffer_printf(out, ",\"output_index\":%zu", telling->item);
    end_event(telling, out);
}

/* An event about a part of the present item: KEY is "delta", "text", "part", ... */
static void
begin_part_event(struct telling *telling, const char *type, const char *key, struct buffer *out)
{
    bool message = call_at(&telling->answer, telling->item) == NULL;
    char id[96];

    begin_event(type, out);
    buffer_printf(out,
                  "%s,\"item_id\":\"%s\",\"output_index\":%zu,\"%s\":", message ? ",\"content_index\":0" : "",
                  item_id(telling, telling->item, id), telling->item, key);
}

static void
open_item(struct telling *telling, struct buffer *out)
{
    item_event(telling, "response.output_item.added", false, out);
    if (call_at(&telling->answer, telling->item) == NULL) {
        begin_part_event(telling, "response.content_part.added", "part", out);
        part(&telling->answer, false, out);
        end_event(telling, out);
    }
    telling->open = true;
    telling->at = 0;
}

/* The lead is the same for all deltas of an item: it is made with the first. */
static void
put_delta(struct telling *telling, const char *token, size_t size, struct buffer *out)
{
    bool call = call_at(&telling->answer, telling->item) != NULL, refusal = telling->answer.refusal != NULL;

    if (telling->lead.size == 0)
        begin_part_event(telling,
                         call      ? "response.function_call_arguments.delta"
                         : refusal ? "response.refusal.delta"
                                   : "response.output_text.delta",
                         "delta", &telling->lead);
    buffer_append(out, telling->lead.bytes, telling->lead.size);
    buffer_json_string(out, token, size);
    if (!call && !refusal)
        buffer_text(out, ",\"logprobs\":[]");
    end_event(telling, out);
}

static void
close_item(struct telling *telling, struct buffer *out)
{
    const struct answer_call *call = call_at(&telling->answer, telling->item);
    bool refusal = telling->answer.refusal != NULL;

    if (call != NULL) {
        begin_part_event(telling, "response.function_call_arguments.done", "arguments", out);
        text_json(out, call->arguments);
        buffer_text(out, ",\"name\":");
        text_json(out, call->name);
        end_event(telling, out);
    } else {
        begin_part_event(telling, refusal ? "response.refusal.done" : "response.output_text.done",
                         refusal ? "refusal" : "text", out);
        text_json(out, text_at(&telling->answer, telling->item));
        if (!refusal)
            buffer_text(out, ",\"logprobs\":[]");
        end_event(telling, out);
        begin_part_event(telling, "response.content_part.done", "part", out);
        part(&telling->answer, true, out);
        end_event(telling, out);
    }
    item_event(telling, "response.output_item.done", true, out);
    buffer_reset(&telling->lead);
    telling->open = false;
    telling->item++;
}

bool
answer_responses_step(struct telling *telling, struct buffer *out)
{
    size_t items = item_count(&telling->answer), size = 0;

    if (telling->ended)
        return false;
    if (!telling->begun) {
        response_event(telling, "response.created", false, out);
        response_event(telling, "response.in_progress", false, out);
        telling->begun = true;
    }
    while (telling->item < items && size == 0) {
        const char *text = text_at(&telling->answer, telling->item);

        if (!telling->open)
            open_item(telling, out);
        if ((size = answer_token(text + telling->at)) > 0)
            put_delta(telling, text + telling->at, size, out);
        telling->at += size;
        if (text[telling->at] == '\0')
            close_item(telling, out);
    }
    if (telling->item < items)
        return true;
    response_event(telling,
                   telling->answer.finish == FINISH_STOP ? "response.completed" : "response.incomplete", true,
                   out);
    telling->ended = true;
    return false;
}
