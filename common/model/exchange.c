#include "common/model/exchange.h"

#include <string.h>

#include "common/model/chat.h"
#include "common/model/lenient.h"
#include "common/model/responses.h"

enum { ERROR_LIMIT = 64 << 10, WHOLE_LIMIT = 16 << 20, CHAT_LINE_LIMIT = 1 << 20 };

void
exchange_begin(struct exchange *exchange, enum dialect dialect, void (*hand)(void *, const char *, size_t),
               void *owner)
{
    *exchange = (struct exchange) { .dialect = dialect };
    sse_begin(&exchange->sse, dialect == DIALECT_CHAT ? CHAT_LINE_LIMIT : 0, 0);
    answer_begin(&exchange->answer, hand, owner);
}

void
exchange_clear(struct exchange *exchange)
{
    sse_clear(&exchange->sse);
    buffer_clear(&exchange->body);
    answer_clear(&exchange->answer);
}

static void
on_event(void *owner, const char *name, const char *data, size_t size)
{
    struct exchange *exchange = owner;

    if (exchange->dialect == DIALECT_CHAT)
        chat_event(&exchange->answer, name, data, size);
    else
        responses_event(&exchange->answer, name, data, size);
}

static enum exchange_state
too_much(struct exchange *exchange)
{
    errors_set(&exchange->answer.error, MODEL_ERROR_PROTOCOL, "the answer is larger than an answer may be");
    exchange->answer.end = ANSWER_FAILED;
    exchange->over = true;
    return EXCHANGE_OVER;
}

/* What the first byte says that is no blank (nor a byte order mark). */
static enum exchange_form
form_of(const char *bytes, size_t size)
{
    size_t i = 0;

    while (i < size && strchr(" \t\r\n\xEF\xBB\xBF", bytes[i]) != NULL && bytes[i] != '\0')
        i++;
    if (i == size)
        return FORM_UNKNOWN;
    return bytes[i] == '{' || bytes[i] == '[' ? FORM_WHOLE : FORM_EVENTS;
}

static enum exchange_state
state_of(const struct answer *answer)
{
    if (answer->closed)
        return EXCHANGE_OVER;
    return answer->end != ANSWER_OPEN || answer->error.class != MODEL_ERROR_NONE ? EXCHANGE_SOON
                                                                                 : EXCHANGE_MORE;
}

/* Keep at most LIMIT bytes. Returns whether there were more. */
static bool
keep(struct exchange *exchange, const char *bytes, size_t size, size_t limit)
{
    bool more = exchange->body.size + size > limit;

    buffer_append(&exchange->body, bytes, more ? limit - exchange->body.size : size);
    return more || exchange->body.failed;
}

enum exchange_state
exchange_bytes(struct exchange *exchange, int http, const char *bytes, size_t size)
{
    if (exchange->over)
        return EXCHANGE_OVER;
    exchange->http = http;
    if (exchange->form == FORM_UNKNOWN)
        exchange->form = http >= 300 ? FORM_ERROR : form_of(bytes, size);
    switch (exchange->form) {
    case FORM_ERROR:
        return keep(exchange, bytes, size, ERROR_LIMIT) ? EXCHANGE_OVER : EXCHANGE_MORE;
    case FORM_WHOLE:
        return keep(exchange, bytes, size, WHOLE_LIMIT) ? too_much(exchange) : EXCHANGE_MORE;
    default:
        break;
    }
    if (sse_feed(&exchange->sse, bytes, size, on_event, exchange))
        return too_much(exchange);
    return state_of(&exchange->answer);
}

/* An object in each line, which some servers give in place of events. What is cut or garbage has no end. */
static void
end_lines(struct exchange *exchange, const char *text, size_t size)
{
    const char *end = text + size, *next;

    for (; text < end && *text == '{' && !exchange->answer.closed; text = next) {
        const char *line_end = memchr(text, '\n', (size_t)(end - text));
        size_t line = (size_t)((line_end ? line_end : end) - text);
        json_t *value = lenient_event(text, line);

        json_decref(value);
        if (value == NULL)
            return;
        on_event(exchange, "", text, line);
        for (next = text + line; next < end && strchr("\r\n \t", *next) != NULL && *next != '\0'; next++)
            ;
    }
}

/* An object came where events or an object were asked for. */
static void
end_whole(struct exchange *exchange)
{
    const char *text = buffer_string(&exchange->body);
    size_t size = exchange->body.size;
    json_t *body;

    while (size > 0 && strchr("\t\r\n \xEF\xBB\xBF", *text) != NULL)
        text++, size--;
    body = lenient_event(text, size);
    if (body == NULL) {
        end_lines(exchange, text, size);
        return;
    }
    if (exchange->dialect == DIALECT_CHAT)
        chat_whole(&exchange->answer, body);
    else
        responses_whole(&exchange->answer, body);
    json_decref(body);
}

void
exchange_end(struct exchange *exchange, int http)
{
    struct answer *answer = &exchange->answer;

    exchange->over = true;
    exchange->http = http;
    if (http >= 300) {
        errors_clear(&answer->error);
        errors_read(&answer->error, http, buffer_string(&exchange->body), exchange->body.size);
        answer->end = ANSWER_FAILED;
        return;
    }
    if (exchange->form == FORM_WHOLE) {
        if (answer->end == ANSWER_OPEN)
            end_whole(exchange);
        return;
    }
    if (!answer->closed) /* a last event that is cut says nothing: without another end the answer is truncated
                          */
        (void)sse_end(&exchange->sse, on_event, exchange);
}
