/* The Chat Completions dialect: openai-wire.md 1.4 and 2.3. */
#include <inttypes.h>
#include <string.h>

#include "understudy/answer.h"

static void
text_json(struct buffer *out, const char *text)
{
    buffer_json_string(out, text, strlen(text));
}

static const char *
finish_reason(const struct answer *answer)
{
    if (answer->finish == FINISH_LENGTH)
        return "length";
    if (answer->finish == FINISH_FILTER)
        return "content_filter";
    return answer->call_count > 0 ? "tool_calls" : "stop";
}

static void
put_usage(const struct answer *answer, struct buffer *out)
{
    int64_t output = answer_tokens(answer);

    buffer_printf(
        out,
        "{\"prompt_tokens\":%" PRId64 ",\"completion_tokens\":%" PRId64 ",\"total_tokens\":%" PRId64
        ",\"prompt_tokens_details\":{\"cached_tokens\":%" PRId64
        ",\"audio_tokens\":0},\"completion_tokens_details\":{\"reasoning_tokens\":0,\"audio_tokens\":0,"
        "\"accepted_prediction_tokens\":0,\"rejected_prediction_tokens\":0}}",
        answer->input_tokens, output, answer->input_tokens + output, answer->cached_tokens);
}

static void
put_call(const struct telling *telling, size_t n, const char *arguments, struct buffer *out)
{
    buffer_printf(
        out, "\"id\":\"call_%.20s%02zu\",\"type\":\"function\",\"function\":{\"name\":", telling->id + 9, n);
    text_json(out, telling->answer.calls[n].name);
    buffer_text(out, ",\"arguments\":");
    text_json(out, arguments);
    buffer_text(out, "}");
}

static void
put_head(const struct telling *telling, const char *object, struct buffer *out)
{
    buffer_printf(out,
                  "{\"id\":\"%s\",\"object\":\"%s\",\"created\":%" PRId64
                  ",\"model\":\"understudy\",\"service_tier\":\"default\",\"system_fingerprint\":"
                  "\"understudy\",\"choices\":[",
                  telling->id, object, telling->created_s);
}

void
answer_chat_whole(const struct telling *telling, struct buffer *out)
{
    const struct answer *answer = &telling->answer;

    put_head(telling, "chat.completion", out);
    buffer_text(out, "{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":");
    if (answer->text != NULL)
        text_json(out, answer->text);
    else
        buffer_text(out, "null");
    buffer_text(out, ",\"refusal\":");
    if (answer->refusal != NULL)
        text_json(out, answer->refusal);
    else
        buffer_text(out, "null");
    for (size_t i = 0; i < answer->call_count; i++) {
        buffer_text(out, i == 0 ? ",\"tool_calls\":[{" : ",{");
        put_call(telling, i, answer->calls[i].arguments, out);
        buffer_text(out, i + 1 == answer->call_count ? "}]" : "}");
    }
    buffer_printf(out, ",\"annotations\":[]},\"logprobs\":null,\"finish_reason\":\"%s\"}],\"usage\":",
                  finish_reason(answer));
    put_usage(answer, out);
    buffer_text(out, "}");
}

/* -- the stream --------------------------------------------------------------------------------- */

static void
begin_chunk(const struct telling *telling, struct buffer *out)
{
    buffer_text(out, "data: ");
    put_head(telling, "chat.completion.chunk", out);
    buffer_text(out, "{\"index\":0,\"delta\":{");
}

static void
end_chunk(const struct telling *telling, const char *reason, struct buffer *out)
{
    buffer_text(out, "},\"logprobs\":null,\"finish_reason\":");
    if (reason != NULL)
        text_json(out, reason);
    else
        buffer_text(out, "null");
    buffer_text(out, telling->include_usage ? "}],\"usage\":null}\n\n" : "}]}\n\n");
}

static const char *
item_text(const struct answer *answer, size_t item)
{
    if (item == 0)
        return answer->refusal != NULL ? answer->refusal : answer->text != NULL ? answer->text : "";
    return answer->calls[item - 1].arguments;
}

/* The lead is the same for all deltas of an item: it is made with the first. */
static void
put_delta(struct telling *telling, const char *token, size_t size, struct buffer *out)
{
    if (telling->lead.size == 0) {
        begin_chunk(telling, &telling->lead);
        if (telling->item > 0)
            buffer_printf(&telling->lead,
                          "\"tool_calls\":[{\"index\":%zu,\"function\":{\"arguments\":", telling->item - 1);
        else
            buffer_text(&telling->lead, telling->answer.refusal != NULL ? "\"refusal\":" : "\"content\":");
    }
    buffer_append(out, telling->lead.bytes, telling->lead.size);
    buffer_json_string(out, token, size);
    if (telling->item > 0)
        buffer_text(out, "}}]");
    end_chunk(telling, NULL, out);
}

static void
put_end(struct telling *telling, struct buffer *out)
{
    begin_chunk(telling, out);
    end_chunk(telling, finish_reason(&telling->answer), out);
    if (telling->include_usage) {
        buffer_text(out, "data: ");
        put_head(telling, "chat.completion.chunk", out);
        buffer_text(out, "],\"usage\":");
        put_usage(&telling->answer, out);
        buffer_text(out, "}\n\n");
    }
    buffer_text(out, "data: [DONE]\n\n");
    telling->ended = true;
}

static void
open_item(struct telling *telling, struct buffer *out)
{
    begin_chunk(telling, out);
    if (telling->item == 0) {
        buffer_text(out, telling->answer.text != NULL
                             ? "\"role\":\"assistant\",\"content\":\"\",\"refusal\":null"
                             : "\"role\":\"assistant\",\"content\":null,\"refusal\":null");
    } else {
        buffer_printf(out, "\"tool_calls\":[{\"index\":%zu,", telling->item - 1);
        put_call(telling, telling->item - 1, "", out);
        buffer_text(out, "}]");
    }
    end_chunk(telling, NULL, out);
    telling->open = true;
    telling->at = 0;
}

bool
answer_chat_step(struct telling *telling, struct buffer *out)
{
    size_t size = 0;

    if (telling->ended)
        return false;
    telling->begun = true;
    while (telling->item <= telling->answer.call_count && size == 0) {
        const char *text = item_text(&telling->answer, telling->item);

        if (!telling->open)
            open_item(telling, out);
        if ((size = answer_token(text + telling->at)) > 0)
            put_delta(telling, text + telling->at, size, out);
        telling->at += size;
        if (text[telling->at] == '\0') {
            buffer_reset(&telling->lead);
            telling->open = false;
            telling->item++;
        }
    }
    if (telling->item <= telling->answer.call_count)
        return true;
    put_end(telling, out);
    return false;
}
