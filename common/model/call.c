#include "common/model/call.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/id.h"
#include "common/log.h"
#include "common/model/ask.h"
#include "common/model/embeddings.h"
#include "common/model/lenient.h"

enum { ATTEMPTS = 2, EMBED_ATTEMPTS = 3 };

static void knock(struct model_call *call);

/* -- the caller's side -------------------------------------------------------------------------- */

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

void
call_destroy(struct model_call *call)
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

/* -- the end ------------------------------------------------------------------------------------ */

/* Give RESULT to the caller, free it and the call. */
static void
deliver(struct model_call *call, struct model_result *result)
{
    if (result->usage.known)
        report_price(call, &result->usage);
    result->attempts = call->attempts;
    result->request_id = call->request_id ? strdup(call->request_id) : NULL;
    report_end(call, result);
    call->busy = true; /* a cancel from inside done() has nothing to do */
    call->listener.done(call->owner, result);
    free(result->vectors);
    answer_free_result(result);
    call_destroy(call);
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
void
call_fail_soon(struct model_call *call, enum model_error_class class, const char *why)
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
        call->sent.falls_back && !error->no_model &&
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
    json_t *body = lenient_event(buffer_string(&exchange->body), exchange->body.size);

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
void
call_settle(struct model_call *call)
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
        call_destroy(call);
        return;
    }
    if (result.vectors != NULL) {
        usage.model = result.usage.model;
        result.usage = usage;
        result.status = MODEL_OK;
    }
    deliver(call, &result);
}

/* Ask the gate to be let in. */
static void
knock(struct model_call *call)
{
    struct gate *gate = &call->gate->gate;

    switch (gate_enter(gate, clock_now_ms())) {
    case GATE_IN:
        call->inside = true;
        attempt_begin(call);
        return;
    case GATE_WAIT:
        return; /* wake_others() when somebody leaves */
    case GATE_OPEN:
        call_fail_soon(
            call, gate->why,
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
    exchange_begin(&call->exchange, model->profile.dialect, attempt_hand, call);
    failed = ask_copy(&call->request, request);
    if (model->profile.tools_whole && json_array_size(call->request.tools) > 0)
        call->request.stream = false;
    if (embedding != NULL)
        failed |= copy_texts(call, embedding);
    call->gate = model_gate(model, call->request.model ? call->request.model : "");
    link_call(call);
    loop_timer_start(call->deadline, request->deadline_ms > 0 ? request->deadline_ms : 0);
    if (failed)
        call_fail_soon(call, MODEL_ERROR_TRANSIENT, "no memory to ask");
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
    call_destroy(own);
}
