/* One attempt of a call: the question goes out, the answer's bytes come in. */
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/model/call.h"
#include "common/model/chat.h"
#include "common/model/embeddings.h"
#include "common/model/lenient.h"
#include "common/model/responses.h"

enum {
    FIRST_THINKING_MS = 600000, /* to the first byte, of a model that thinks hard */
    FIRST_WHOLE_MS = 120000,    /* to the first byte, of an answer that comes whole */
    GRACE_MS = 1500,            /* after the end, for a last word */
    DRAIN_MS = 1000             /* after the last word, for the connection's sake */
};

void
attempt_hand(void *owner, const char *delta, size_t size)
{
    struct model_call *call = owner;

    if (call->listener.text == NULL || call->cancelled)
        return;
    call->handed = true;
    call->listener.text(call->owner, delta, size);
}

static void
on_header(void *owner, const char *name, const char *value)
{
    struct model_call *call = owner;

    retry_header(&call->hints, name, value, clock_wall_ms());
    if ((strcasecmp(name, "x-request-id") == 0 || strcasecmp(name, "apim-request-id") == 0) && *value) {
        free(call->request_id);
        call->request_id = lenient_cut(value, strlen(value), 80);
    }
}

/* Nothing that follows matters: the answer goes out now, the connection is kept where that is cheap. */
static void
answer_now(struct model_call *call)
{
    http_headers(call->transfer, on_header, call);
    call->busy = true;
    exchange_end(&call->exchange, http_status(call->transfer));
    call->busy = false;
    if (call->cancelled) {
        call_destroy(call);
        return;
    }
    if (call->exchange.answer.closed && !call->exchange.answer.garbage)
        http_release(&call->transfer, DRAIN_MS);
    else
        http_close(&call->transfer);
    call_settle(call);
}

static void
on_body(void *owner, struct transfer *transfer, const char *bytes, size_t size)
{
    struct model_call *call = owner;
    enum exchange_state state;

    call->busy = true;
    state = exchange_bytes(&call->exchange, http_status(transfer), bytes, size);
    call->busy = false;
    if (call->cancelled) {
        call_destroy(call);
        return;
    }
    if (state == EXCHANGE_OVER)
        answer_now(call);
    else if (state == EXCHANGE_SOON)
        http_end_within(transfer, GRACE_MS);
}

static void
on_end(void *owner, struct transfer *transfer, enum http_end end, const char *why)
{
    struct model_call *call = owner;
    struct answer *answer = &call->exchange.answer;

    call->transfer = NULL; /* it frees itself */
    http_headers(transfer, on_header, call);
    call->busy = true;
    exchange_end(&call->exchange, http_status(transfer));
    call->busy = false;
    if (call->cancelled) {
        call_destroy(call);
        return;
    }
    /* a broken connection after the end is no error; before it, it says more than "truncated" */
    if (end != HTTP_WHOLE && call->exchange.http < 300 && answer->end == ANSWER_OPEN &&
        answer->error.class == MODEL_ERROR_NONE) {
        errors_set(&answer->error, end == HTTP_BROKEN ? MODEL_ERROR_TRANSIENT : MODEL_ERROR_TIMEOUT, why);
        answer->end = ANSWER_FAILED;
    }
    call_settle(call);
}

static void
write_body(struct model_call *call, struct buffer *out)
{
    const struct profile *profile = &call->model->profile;

    if (call->texts != NULL)
        embeddings_body(out, call->request.model, (const char *const *)call->texts, call->text_count,
                        call->vector_size, profile);
    else if (profile->dialect == DIALECT_CHAT)
        chat_body(out, &call->request, profile);
    else
        responses_body(out, &call->request, profile);
}

static bool
thinks_hard(const char *effort)
{
    return effort &&
           (strcmp(effort, "high") == 0 || strcmp(effort, "xhigh") == 0 || strcmp(effort, "max") == 0);
}

static int64_t
first_ms(const struct model_call *call)
{
    int64_t ms = call->model->first_ms;

    if (!call->request.stream && ms < FIRST_WHOLE_MS && call->texts == NULL)
        ms = FIRST_WHOLE_MS;
    return thinks_hard(call->request.effort) && ms < FIRST_THINKING_MS ? FIRST_THINKING_MS : ms;
}

static void
send_to(struct model_call *call, const char *url, const char *key_header, const struct buffer *body)
{
    static const struct http_listener listener = { on_body, on_end };
    char client[64];
    const char *headers[8] = { "Content-Type: application/json",
                               call->request.stream ? "Accept: text/event-stream"
                                                    : "Accept: application/json",
                               "Accept-Encoding: identity", "User-Agent: ensemble/1", client };
    struct http_request request = { .url = url,
                                    .headers = headers,
                                    .body = buffer_string(body),
                                    .size = body->size,
                                    .first_ms = first_ms(call),
                                    .idle_ms = call->model->idle_ms };

    id_random(call->client_id);
    snprintf(client, sizeof client, "X-Client-Request-Id: %s", call->client_id);
    if (*call->model->key != '\0')
        headers[5] = key_header;
    call->transfer = http_post(call->model->http, &request, &listener, call);
}

void
attempt_begin(struct model_call *call)
{
    struct model *model = call->model;
    struct buffer body = { 0 }, key = { 0 };
    const char *path = call->texts                              ? "/embeddings"
                       : model->profile.dialect == DIALECT_CHAT ? "/chat/completions"
                                                                : "/responses";
    char *url = profile_url(model->url, path);

    call->state = SENT;
    call->began_ms = clock_now_ms();
    call->attempts++;
    call->sent = model->profile;
    retry_hints_clear(&call->hints);
    exchange_clear(&call->exchange);
    exchange_begin(&call->exchange, model->profile.dialect, attempt_hand, call);
    if (model->profile.thinks_aloud)
        thoughts_hide(&call->exchange.answer.thoughts);
    write_body(call, &body);
    buffer_printf(&key, model->profile.api_key_header ? "api-key: %s" : "Authorization: Bearer %s",
                  model->key);
    if (url != NULL && !body.failed && !key.failed)
        send_to(call, url, buffer_string(&key), &body);
    if (call->transfer == NULL)
        call_fail_soon(call, MODEL_ERROR_TRANSIENT, "no memory to ask");
    if (key.bytes != NULL)
        explicit_bzero(key.bytes, key.size);
    buffer_clear(&key);
    buffer_clear(&body);
    free(url);
}
