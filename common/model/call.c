#include "common/model/call.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/id.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/model/ask.h"
#include "common/model/chat.h"
#include "common/model/embeddings.h"
#include "common/model/lenient.h"
#include "common/model/responses.h"
#include "common/model/usage.h"

enum {
    FIRST_THINKING_MS = 600000, /* to the first byte, of a model that thinks hard */
    FIRST_WHOLE_MS = 120000,    /* to the first byte, of an answer that comes whole */
    GRACE_MS = 1500,            /* after the end, for a last word */
    DRAIN_MS = 1000,            /* after the last word, for the connection's sake */
    ATTEMPTS = 2,
    EMBED_ATTEMPTS = 3
};

/*                  gate is full            answer           error worth another try
 *   model_ask() ──▶ WAITING ──▶ SENT ──▶ DONE     SENT ──▶ PAUSING ──▶ WAITING ...
 *       └──────────────────────▶ ENDING (an error that must not come from inside model_ask()) ──▶ DONE */
enum state { WAITING, SENT, PAUSING, ENDING };

struct model_call {
    struct model *model;
    struct model_call *next, *previous; /* of model->calls */
    enum state state;
    struct model_gate *gate;
    bool inside; /* of the gate */

    struct model_request request;
    char **texts; /* of an embedding; NULL for a question */
    size_t text_count;
    int64_t vector_size;
    struct model_listener listener;
    void *owner;

    struct transfer *transfer;
    struct exchange exchange;
    struct retry_hints hints;
    struct profile sent; /* as the server was thought to be when the attempt went out */
    char *request_id;
    char client_id[ID_SIZE];
    struct loop_timer *pause;    /* between attempts; and to end from the loop */
    struct loop_timer *deadline; /* of all attempts */
    int64_t asked_ms, began_ms, deadline_ms;
    int attempts, most, drops;
    bool handed; /* text went to the caller */
    bool busy;   /* bytes are being read: a cancel must wait */
    bool cancelled;
    struct server_error failure; /* to end with, while ENDING */
};

static void knock(struct model_call *call);
static void settle(struct model_call *call);

/* -- the caller's side -------------------------------------------------------------------------- */

static void
hand(void *owner, const char *delta, size_t size)
{
    struct model_call *call = owner;

    call->handed = true;
    if (call->listener.text != NULL && !call->cancelled)
        call->listener.text(call->owner, delta, size);
}

static void
wake_others(struct model *model, const struct model_gate *gate)
{
    struct model_call *next;

    for (struct model_call *call = model->calls; call; call = next) {
        next = call->next;
        if (call->state == WAITING && call->gate == gate && !call->cancelled)
            knock(call);
    }
}

static void
leave_gate(struct model_call *call, const struct server_error *error)
{
    if (!call->inside)
        return;
    call->inside = false;
    gate_leave(&call->gate->gate, error, call->began_ms, clock_now_ms());
    wake_others(call->model, call->gate);
}

static void
unlink_call(struct model_call *call)
{
    struct model *model = call->model;

    *(call->previous ? &call->previous->next : &model->calls) = call->next;
    *(call->next ? &call->next->previous : &model->last) = call->previous;
}

static void
destroy(struct model_call *call)
{
    struct server_error cancelled = { .class = MODEL_ERROR_CANCELLED };

    leave_gate(call, &cancelled);
    unlink_call(call);
    http_close(&call->transfer);
    loop_timer_destroy(&call->pause);
    loop_timer_destroy(&call->deadline);
    exchange_clear(&call->exchange);
    errors_clear(&call->failure);
    ask_clear(&call->request);
    for (size_t i = 0; i < call->text_count; i++)
        free(call->texts[i]);
    free(call->texts);
    free(call->request_id);
    free(call);
}

/* -- what is kept of it in metrics and log -------------------------------------------------------- */

static void
count_tokens(const char *model, const char *kind, int64_t tokens)
{
    char labels[128];

    snprintf(labels, sizeof labels, "model=\"%.64s\",kind=\"%s\"", model, kind);
    metrics_add(metrics_counter("ensemble_model_tokens_total", labels, "Tokens by model and kind."),
                (double)tokens);
}

static void
measure(const struct model_call *call, const struct model_result *result)
{
    const char *model = call->request.model;
    char labels[128];

    snprintf(labels, sizeof labels, "model=\"%.64s\",result=\"%s\"", model,
             result->status == MODEL_ERROR ? model_error_name(result->error) : "ok");
    metrics_add(metrics_counter("ensemble_model_calls_total", labels, "Calls of a model by how they ended."),
                1);
    snprintf(labels, sizeof labels, "model=\"%.64s\"", model);
    metrics_observe_ms(metrics_histogram("ensemble_model_call_ms", labels, "From the call to its end."),
                       (double)(clock_now_ms() - call->asked_ms));
    if (result->attempts > 1)
        metrics_add(metrics_counter("ensemble_model_retries_total", labels, "Attempts after the first."),
                    result->attempts - 1);
    if (!result->usage.known)
        return;
    count_tokens(model, "input", result->usage.input);
    count_tokens(model, "cached", result->usage.cached);
    count_tokens(model, "cache_write", result->usage.cache_write);
    count_tokens(model, "output", result->usage.output);
    count_tokens(model, "reasoning", result->usage.reasoning);
    if (result->usage.cost > 0)
        metrics_add(metrics_counter("ensemble_model_dollars_total", labels, "What the calls cost."),
                    result->usage.cost);
}

static void
say_end(const struct model_call *call, const struct model_result *result)
{
    const char *id = call->request_id ? call->request_id : "";

    if (result->status == MODEL_ERROR)
        log_warning(
            "model call failed model=%s class=%s status=%d attempts=%d ms=%lld request=%s client=%s why=%s",
            call->request.model, model_error_name(result->error), result->http, result->attempts,
            (long long)(clock_now_ms() - call->asked_ms), id, call->client_id,
            result->message ? result->message : "");
    else
        log_debug("model call model=%s status=%d attempts=%d ms=%lld calls=%zu in=%lld out=%lld request=%s",
                  call->request.model, (int)result->status, result->attempts,
                  (long long)(clock_now_ms() - call->asked_ms), result->call_count,
                  (long long)result->usage.input, (long long)result->usage.output, id);
}

/* -- the end ------------------------------------------------------------------------------------ */

/* By the name that the server gives the model; else by ours, which may be a deployment's. */
static void
price(const struct model_call *call, struct model_usage *usage)
{
    const json_t *prices = call->model->prices;
    const char *tier = call->exchange.answer.tier;

    if (usage->model == NULL)
        usage->model = strdup(call->request.model);
    usage->cost = usage_cost(prices, usage, usage->model, tier);
    if (usage->cost < 0)
        usage->cost = usage_cost(prices, usage, call->request.model, tier);
}

/* Give RESULT to the caller, free it and the call. */
static void
deliver(struct model_call *call, struct model_result *result)
{
    if (result->usage.known)
        price(call, &result->usage);
    result->attempts = call->attempts;
    result->request_id = call->request_id ? strdup(call->request_id) : NULL;
    measure(call, result);
    say_end(call, result);
    call->busy = true; /* a cancel from inside done() has nothing to do */
    call->listener.done(call->owner, result);
    free(result->vectors);
    answer_free_result(result);
    destroy(call);
}

/* End with the error of the exchange (which may have text too). */
static void
fail(struct model_call *call, int64_t retry_after_ms)
{
    struct model_result result = { .http = call->exchange.http, .usage.cost = -1 };

    call->state = ENDING;
    call->busy = true;
    errors_hide(&call->exchange.answer.error, call->model->key);
    answer_result(&call->exchange.answer, NULL, false, &result);
    result.retry_after_ms = retry_after_ms > 0 ? retry_after_ms : 0;
    deliver(call, &result);
}

/* End with an error of our own, from the loop. */
static void
fail_with(struct model_call *call, enum model_error_class class, const char *why)
{
    struct answer *answer = &call->exchange.answer;

    errors_set(&answer->error, class, why);
    answer->end = ANSWER_FAILED;
    fail(call, 0);
}

/* The same when the caller is still inside model_ask(): a moment later. */
static void
fail_soon(struct model_call *call, enum model_error_class class, const char *why)
{
    errors_set(&call->failure, class, why);
    call->state = ENDING;
    loop_timer_start(call->pause, 0);
}

static void
on_deadline(void *owner)
{
    struct model_call *call = owner;
    struct server_error timeout = { .class = MODEL_ERROR_TIMEOUT };

    call->state = ENDING;
    leave_gate(call, &timeout);
    http_close(&call->transfer);
    fail_with(call, MODEL_ERROR_TIMEOUT, "the time for the answer is up");
}

static void
on_pause(void *owner)
{
    struct model_call *call = owner;

    if (call->state == ENDING) {
        errors_clear(&call->exchange.answer.error);
        call->exchange.answer.error = call->failure;
        call->failure = (struct server_error) { .hint_ms = -1 };
        call->exchange.answer.end = ANSWER_FAILED;
        fail(call, 0);
        return;
    }
    call->state = WAITING;
    knock(call);
}

/* -- an attempt's end ----------------------------------------------------------------------------- */

/* The same question again at once: the server is another one than was thought. True when that was so. */
static bool
learn(struct model_call *call)
{
    struct profile *profile = &call->model->profile;
    const struct server_error *error = &call->exchange.answer.error;
    const char *field;

    if (call->handed || call->drops >= PROFILE_DROPS)
        return false;
    if (error->class == MODEL_ERROR_NOT_FOUND && call->sent.dialect == DIALECT_RESPONSES && !call->texts &&
        call->sent.falls_back && (error->code == NULL || strcmp(error->code, "model_not_found") != 0) &&
        (error->http == 404 || error->http == 405 || error->http == 501)) {
        if (profile->dialect != DIALECT_CHAT)
            log_warning("model url=%s knows no /responses (%d): chat from now on", call->model->url,
                        error->http);
        profile_fall_back(profile);
        call->drops++;
        return true;
    }
    if (error->class != MODEL_ERROR_BAD_PARAM)
        return false;
    field = profile_learn(profile, error->param, error->message);
    if (field != NULL)
        log_warning("model url=%s does not take %s: left out from now on", call->model->url, field);
    else if (profile->fields == call->sent.fields && profile->new_token_field == call->sent.new_token_field)
        return false; /* and nobody else has learnt it meanwhile */
    call->drops++;
    return true;
}

static void
pause_for(struct model_call *call, int64_t ms)
{
    exchange_clear(&call->exchange);
    call->state = PAUSING;
    loop_timer_start(call->pause, ms);
}

static double
dice(void)
{
    char digits[ID_SIZE];

    id_random(digits);
    digits[8] = '\0';
    return (double)strtoul(digits, NULL, 16) / 4294967296.0;
}

/* The attempt failed: once more, or that was it. */
static void
try_again(struct model_call *call)
{
    struct server_error *error = &call->exchange.answer.error;
    struct retry_case failed = { .error = error,
                                 .hints = &call->hints,
                                 .made = call->attempts,
                                 .most = call->most,
                                 .handed_on = call->handed,
                                 .restartable = call->request.restartable,
                                 .left_ms = call->deadline_ms - clock_now_ms(),
                                 .dice = dice() };
    struct retry_decision decision;

    if (learn(call)) {
        call->attempts--;
        pause_for(call, 0);
        return;
    }
    decision = retry_decide(&failed);
    if (!decision.again) {
        fail(call, decision.retry_after_ms);
        return;
    }
    errors_hide(error, call->model->key);
    log_info(
        "model attempt failed model=%s class=%s status=%d attempt=%d again_in_ms=%lld request=%s client=%s "
        "why=%s",
        call->request.model, model_error_name(error->class), call->exchange.http, call->attempts,
        (long long)decision.delay_ms, call->request_id ? call->request_id : "", call->client_id,
        error->message ? error->message : "");
    pause_for(call, decision.delay_ms);
}

/* Vectors out of the body that came whole. */
static void
settle_vectors(struct model_call *call, struct model_result *result)
{
    struct exchange *exchange = &call->exchange;
    json_t *body = lenient_read(buffer_string(&exchange->body), exchange->body.size);

    if (exchange->http >= 300 || exchange->answer.error.class != MODEL_ERROR_NONE) {
        json_decref(body);
        return;
    }
    errors_clear(&exchange->answer.error);
    if (body == NULL)
        errors_set(&exchange->answer.error, MODEL_ERROR_TRANSIENT, "the vectors are no JSON, or cut");
    else if (embeddings_read(body, call->text_count, &result->vectors, &result->dimensions, &result->usage,
                             &exchange->answer.error) == 0)
        result->vector_count = call->text_count;
    exchange->answer.end = result->vectors ? ANSWER_STOP : ANSWER_FAILED;
    json_decref(body);
}

/* The attempt is over; the answer, or its error, is in call->exchange. */
static void
settle(struct model_call *call)
{
    struct model_result result = { .http = call->exchange.http, .usage.cost = -1 };
    struct answer *answer = &call->exchange.answer;
    struct model_usage usage;

    call->state = ENDING; /* nobody wakes it while it is settled */
    if (call->texts != NULL)
        settle_vectors(call, &result);
    if (answer->garbage && answer->error.class == MODEL_ERROR_NONE)
        errors_set(&answer->error, MODEL_ERROR_PROTOCOL, "the answer is no JSON");
    if (answer->error.class == MODEL_ERROR_NONE && answer->end == ANSWER_OPEN)
        errors_set(&answer->error, MODEL_ERROR_TRANSIENT, "the answer ends before its end");
    if (answer->error.class == MODEL_ERROR_NONE && answer->end == ANSWER_FAILED)
        errors_set(&answer->error, MODEL_ERROR_TRANSIENT, "the server says that it failed, and not why");

    leave_gate(call, answer->error.class == MODEL_ERROR_NONE ? NULL : &answer->error);
    if (answer->error.class != MODEL_ERROR_NONE) {
        free(result.vectors);
        try_again(call);
        return;
    }
    usage = result.usage;
    call->busy = true;
    answer_result(answer, call->request.tools, call->sent.glued, &result); /* may hand on text */
    if (call->cancelled) {
        answer_free_result(&result);
        destroy(call);
        return;
    }
    if (result.vectors != NULL) {
        result.usage = usage;
        result.status = MODEL_OK;
    }
    deliver(call, &result);
}

/* -- an attempt --------------------------------------------------------------------------------- */

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
        destroy(call);
        return;
    }
    if (call->exchange.answer.closed && !call->exchange.answer.garbage)
        http_release(&call->transfer, DRAIN_MS);
    else
        http_close(&call->transfer);
    settle(call);
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
        destroy(call);
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
        destroy(call);
        return;
    }
    /* a broken connection after the end is no error; before it, it says more than "truncated" */
    if (end != HTTP_WHOLE && call->exchange.http < 300 && answer->end == ANSWER_OPEN &&
        answer->error.class == MODEL_ERROR_NONE) {
        errors_set(&answer->error, end == HTTP_BROKEN ? MODEL_ERROR_TRANSIENT : MODEL_ERROR_TIMEOUT, why);
        answer->end = ANSWER_FAILED;
    }
    settle(call);
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

static void
begin(struct model_call *call)
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
    exchange_begin(&call->exchange, model->profile.dialect, hand, call);
    write_body(call, &body);
    buffer_printf(&key, model->profile.api_key_header ? "api-key: %s" : "Authorization: Bearer %s",
                  model->key);
    if (url != NULL && !body.failed && !key.failed)
        send_to(call, url, buffer_string(&key), &body);
    if (call->transfer == NULL)
        fail_soon(call, MODEL_ERROR_TRANSIENT, "no memory to ask");
    if (key.bytes != NULL)
        explicit_bzero(key.bytes, key.size);
    buffer_clear(&key);
    buffer_clear(&body);
    free(url);
}

/* Ask the gate to be let in. */
static void
knock(struct model_call *call)
{
    struct gate *gate = &call->gate->gate;

    switch (gate_enter(gate, clock_now_ms())) {
    case GATE_IN:
        call->inside = true;
        begin(call);
        return;
    case GATE_WAIT:
        return; /* wake_others() when somebody leaves */
    case GATE_OPEN:
        fail_soon(call, gate->why,
                  gate->why == MODEL_ERROR_QUOTA
                      ? "not asked: the key had no money left, and it is tried again only every five minutes"
                      : "not asked: the key was refused, and it is tried again only every five minutes");
        return;
    }
}

/* -- for model.c -------------------------------------------------------------------------------- */

static int
copy_texts(struct model_call *call, const struct model_embedding *embedding)
{
    if ((call->texts = calloc(embedding->count + 1, sizeof *call->texts)) == NULL)
        return -1;
    call->vector_size = embedding->dimensions;
    for (; call->text_count < embedding->count; call->text_count++)
        if ((call->texts[call->text_count] = strdup(embedding->texts[call->text_count])) == NULL)
            return -1;
    return 0;
}

static void
link_call(struct model_call *call)
{
    struct model *model = call->model;

    call->previous = model->last;
    *(model->last ? &model->last->next : &model->calls) = call;
    model->last = call;
}

struct model_call *
call_new(struct model *model, const struct model_request *request, const struct model_embedding *embedding,
         const struct model_listener *listener, void *owner)
{
    struct model_request of_embedding = { .model = embedding ? embedding->model : NULL,
                                          .deadline_ms = embedding ? embedding->deadline_ms : 0,
                                          .attempts = embedding ? embedding->attempts : 0 };
    struct model_call *call = calloc(1, sizeof *call);
    int failed;

    if (call == NULL)
        abort(); /* the promise is never NULL */
    if (request == NULL)
        request = &of_embedding;
    call->model = model;
    call->listener = *listener;
    call->owner = owner;
    call->asked_ms = call->began_ms = clock_now_ms();
    call->deadline_ms = call->asked_ms + request->deadline_ms;
    call->most = request->attempts > 0 ? request->attempts : embedding ? EMBED_ATTEMPTS : ATTEMPTS;
    call->failure.hint_ms = -1;
    call->pause = loop_timer_new(model->loop, on_pause, call);
    call->deadline = loop_timer_new(model->loop, on_deadline, call);
    exchange_begin(&call->exchange, model->profile.dialect, hand, call);
    failed = ask_copy(&call->request, request);
    if (embedding != NULL)
        failed |= copy_texts(call, embedding);
    call->gate = model_gate(model, call->request.model ? call->request.model : "");
    link_call(call);
    loop_timer_start(call->deadline, request->deadline_ms > 0 ? request->deadline_ms : 0);
    if (failed)
        fail_soon(call, MODEL_ERROR_TRANSIENT, "no memory to ask");
    else
        knock(call);
    return call;
}

void
call_cancel(struct model_call **call)
{
    struct model_call *own = *call;

    *call = NULL;
    if (own == NULL || own->cancelled)
        return;
    if (own->busy) {
        own->cancelled = true; /* its reader frees it */
        return;
    }
    destroy(own);
}
