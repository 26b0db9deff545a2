/* A request becomes an answer's bytes: which route, which fault, at what pace. */
#include "understudy/exchange.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/id.h"
#include "common/log.h"
#include "understudy/embedding.h"
#include "understudy/words.h"

enum { TICK_MS = 5, OUT_MOST = 256 * 1024, SLOW_FIRST_MS = 1000, SLOW_PER_SECOND = 10 };

struct exchange *
exchange_new(struct understudy *understudy, struct lws *wsi, const char *path)
{
    struct exchange *exchange = calloc(1, sizeof *exchange);

    if (exchange == NULL) {
        log_error("exchange: no memory");
        return NULL;
    }
    exchange->understudy = understudy;
    exchange->wsi = wsi;
    exchange->pace = understudy->pace;
    snprintf(exchange->path, sizeof exchange->path, "%s", path);
    snprintf(exchange->pieces, sizeof exchange->pieces, "%s", understudy->pieces);
    exchange->out = understudy->spare;
    understudy->spare = (struct buffer) { 0 };
    understudy->exchanges++;
    return exchange;
}

/* -- the list of those whose tokens come with the clock ------------------------------------------ */

static void
unlist(struct exchange *exchange)
{
    if (!exchange->listed)
        return;
    if (exchange->before != NULL)
        exchange->before->next = exchange->next;
    else
        exchange->understudy->telling = exchange->next;
    if (exchange->next != NULL)
        exchange->next->before = exchange->before;
    exchange->next = exchange->before = NULL;
    exchange->listed = false;
}

static void
list(struct exchange *exchange)
{
    struct understudy *understudy = exchange->understudy;

    exchange->next = understudy->telling;
    if (exchange->next != NULL)
        exchange->next->before = exchange;
    understudy->telling = exchange;
    exchange->listed = true;
    if (!loop_timer_is_running(understudy->tick))
        loop_timer_start(understudy->tick, TICK_MS);
}

void
exchange_destroy(struct exchange **exchange)
{
    if (*exchange == NULL)
        return;
    unlist(*exchange);
    (*exchange)->understudy->exchanges--;
    telling_clear(&(*exchange)->telling);
    replay_close(&(*exchange)->replay);
    buffer_clear(&(*exchange)->body);
    buffer_clear(&(*exchange)->understudy->spare);
    buffer_reset(&(*exchange)->out);
    (*exchange)->understudy->spare = (*exchange)->out;
    free(*exchange);
    *exchange = NULL;
}

/* -- heads and bodies ---------------------------------------------------------------------------- */

static const char *
reason_of(int status)
{
    return status == 200   ? "OK"
           : status == 400 ? "Bad Request"
           : status == 404 ? "Not Found"
           : status == 405 ? "Method Not Allowed"
           : status == 411 ? "Length Required"
           : status == 413 ? "Payload Too Large"
           : status == 429 ? "Too Many Requests"
           : status == 500 ? "Internal Server Error"
           : status == 503 ? "Service Unavailable"
                           : "Status";
}

/* Put the head; SIZE is the body's, negative for chunks. */
static void
put_head(struct exchange *exchange, int status, const char *type, int64_t size, const char *more)
{
    struct buffer *out = &exchange->out;
    char id[ID_SIZE];

    id_random(id);
    buffer_printf(
        out,
        "HTTP/1.1 %d %s\r\ncontent-type: %s\r\nx-request-id: req_%s\r\nopenai-version: 2020-10-01\r\n"
        "openai-organization: understudy\r\nopenai-processing-ms: %" PRId64 "\r\n"
        "x-ratelimit-limit-requests: 10000\r\nx-ratelimit-remaining-requests: 9999\r\n"
        "x-ratelimit-reset-requests: 6ms\r\ncache-control: no-store\r\n%s",
        status, reason_of(status), type, id, exchange->pace.first_ms, more);
    if (size >= 0)
        buffer_printf(out, "content-length: %" PRId64 "\r\n\r\n", size);
    else
        buffer_text(out, "transfer-encoding: chunked\r\n\r\n");
    exchange->head_put = true;
}

static void
put_chunk(struct exchange *exchange, const char *bytes, size_t size)
{
    if (size == 0)
        return;
    buffer_printf(&exchange->out, "%zx\r\n", size);
    buffer_append(&exchange->out, bytes, size);
    buffer_text(&exchange->out, "\r\n");
}

static void
end_chunks(struct exchange *exchange)
{
    buffer_text(&exchange->out, "0\r\n\r\n");
    exchange->whole = true;
}

void
exchange_say(struct exchange *exchange, int status, const char *type, const char *text, size_t size)
{
    put_head(exchange, status, type, (int64_t)size, "");
    buffer_append(&exchange->out, text, size);
    exchange->whole = true;
}

static void
put_error(struct buffer *out, const char *key, const char *text)
{
    buffer_printf(out, ",\"%s\":", key);
    if (text != NULL)
        buffer_json_string(out, text, strlen(text));
    else
        buffer_text(out, "null");
}

void
exchange_refuse(struct exchange *exchange, const struct problem *problem)
{
    struct buffer body = { 0 };

    metrics_add(exchange->understudy->refused, 1);
    buffer_text(&body, "{\"error\":{\"message\":");
    buffer_json_string(&body, problem->message, strlen(problem->message));
    put_error(&body, "type", problem->type);
    put_error(&body, "param", problem->param);
    put_error(&body, "code", problem->code);
    buffer_text(&body, "}}");
    put_head(exchange, problem->status, "application/json", (int64_t)body.size,
             exchange->fault == FAULT_RATE ? "retry-after: 1\r\nretry-after-ms: 1000\r\n" : "");
    buffer_append(&exchange->out, body.bytes, body.size);
    exchange->whole = true;
    buffer_clear(&body);
}

/* -- telling ------------------------------------------------------------------------------------- */

/* Half of what there is: where a stall, a cut or garbage comes. */
static int64_t
middle(const struct exchange *exchange)
{
    return exchange->tokens > 1 ? exchange->tokens / 2 : 1;
}

/* A fault in the middle of a stream; returns whether the telling ends here. */
static bool
break_stream(struct exchange *exchange)
{
    static const char garbage[] =
        "data: {\"type\":\"response.output_text.delta\",\"delta\":\"\xff\xfe\x01{{[\n\nevent:\ndata: }{\n\n";

    if (exchange->fault == FAULT_GARBAGE)
        put_chunk(exchange, garbage, sizeof garbage - 1);
    exchange->stalled = exchange->fault == FAULT_STALL;
    exchange->cut = exchange->fault == FAULT_CUT;
    return exchange->stalled || exchange->cut;
}

/* Append what is due as one chunk. */
static void
tell_stream(struct exchange *exchange, int64_t due)
{
    bool breaks =
        exchange->fault == FAULT_STALL || exchange->fault == FAULT_CUT || exchange->fault == FAULT_GARBAGE;
    struct buffer *events = &exchange->body; /* the request's is read; its memory serves */
    bool more = true;

    buffer_reset(events);
    if (!exchange->head_put && due > 0)
        put_head(exchange, 200, "text/event-stream; charset=utf-8", -1, "");
    while (more && exchange->told < due && exchange->out.size + events->size < OUT_MOST) {
        if (breaks && exchange->told >= middle(exchange)) {
            put_chunk(exchange, events->bytes, events->size);
            buffer_reset(events);
            breaks = false;
            if (break_stream(exchange)) {
                unlist(exchange);
                return;
            }
            exchange->fault = FAULT_NONE;
        }
        more = telling_step(&exchange->telling, events);
        exchange->told++;
    }
    put_chunk(exchange, events->bytes, events->size);
    if (!more) {
        end_chunks(exchange);
        unlist(exchange);
    }
}

/* The whole answer, or half of it. */
static void
tell_whole(struct exchange *exchange)
{
    struct buffer body = { 0 };

    telling_whole(&exchange->telling, &body);
    if (exchange->fault == FAULT_GARBAGE && body.size > 2)
        memset(body.bytes + body.size / 2, '\xff', body.size - body.size / 2);
    put_head(exchange, 200, "application/json", (int64_t)body.size, "");
    exchange->stalled = exchange->fault == FAULT_STALL;
    exchange->cut = exchange->fault == FAULT_CUT;
    buffer_append(&exchange->out, body.bytes, exchange->stalled || exchange->cut ? body.size / 2 : body.size);
    exchange->whole = !exchange->stalled && !exchange->cut;
    buffer_clear(&body);
    unlist(exchange);
}

bool
exchange_tell(struct exchange *exchange, int64_t now_ms)
{
    int64_t after = now_ms - exchange->since_ms;

    if (exchange->stream)
        tell_stream(exchange, pace_due(&exchange->pace, after));
    else if (after >= pace_end_ms(&exchange->pace, exchange->tokens))
        tell_whole(exchange);
    return exchange->out.size > 0 || exchange->whole || exchange->cut;
}

/* -- what is asked ------------------------------------------------------------------------------- */

static unsigned
dice(struct exchange *exchange)
{
    uint64_t number = ++exchange->understudy->asked;

    return words_hash(exchange->understudy->mind.seed + 77, (const char *)&number, sizeof number);
}

/* The fault of this request: its header, its model's name, or the option. */
static enum fault
choose_fault(struct exchange *exchange, const struct ask *ask)
{
    enum fault by_model = fault_of_model(ask->model);

    if (exchange->fault != FAULT_NONE)
        return exchange->fault;
    return by_model != FAULT_NONE ? by_model : faults_pick(&exchange->understudy->faults, dice(exchange));
}

static void
begin_telling(struct exchange *exchange, const struct ask *ask, struct answer *answer)
{
    struct understudy *understudy = exchange->understudy;
    char id[ID_SIZE];

    if (exchange->fault == FAULT_SLOW)
        exchange->pace = (struct pace) { SLOW_FIRST_MS, SLOW_PER_SECOND };
    fault_apply(exchange->fault, answer);
    id_random(id);
    metrics_add(understudy->requests[answer->role], 1);
    metrics_add(understudy->tokens_in, (double)answer->input_tokens);
    exchange->tokens = answer_tokens(answer);
    metrics_add(understudy->tokens_out, (double)exchange->tokens);
    telling_begin(&exchange->telling, ask, answer, id, clock_wall_ms() / 1000);
    exchange->stream = ask->stream;
    exchange->since_ms = clock_now_ms();
    list(exchange);
    if (exchange_tell(exchange, exchange->since_ms))
        lws_callback_on_writable(exchange->wsi);
}

static void
answer_embeddings(struct exchange *exchange, const struct ask *ask)
{
    struct buffer body = { 0 };
    struct problem problem;
    size_t tokens;

    if (embedding_answer(ask, &body, &tokens, &problem)) {
        exchange_refuse(exchange, &problem);
    } else {
        metrics_add(exchange->understudy->requests[ROLE_EMBEDDING], 1);
        metrics_add(exchange->understudy->tokens_in, (double)tokens);
        exchange_say(exchange, 200, "application/json", body.bytes, body.size);
    }
    buffer_clear(&body);
}

static void
answer_ask(struct exchange *exchange, const struct ask *ask)
{
    struct problem problem;
    struct answer answer;

    exchange->fault = choose_fault(exchange, ask);
    if (exchange->fault != FAULT_NONE)
        metrics_add(exchange->understudy->faulty, 1);
    if (fault_is_error(exchange->fault, &problem)) {
        exchange_refuse(exchange, &problem);
    } else if (ask->dialect == DIALECT_EMBEDDINGS) {
        answer_embeddings(exchange, ask);
    } else if (mind_answer(&exchange->understudy->mind, ask, &answer)) {
        fault_is_error(FAULT_ERROR, &problem);
        exchange_refuse(exchange, &problem);
    } else {
        begin_telling(exchange, ask, &answer);
        answer_clear(&answer);
    }
}

void
exchange_replay(struct exchange *exchange)
{
    const struct buffer *body = &exchange->replay.body;
    size_t piece = replay_piece(exchange->pieces, exchange->replay_at, body->size);

    if (!exchange->head_put)
        put_head(exchange, exchange->replay.status, exchange->replay.type, -1, "");
    put_chunk(exchange, body->bytes + exchange->replay_at, piece);
    exchange->replay_at += piece;
    if (piece == 0)
        end_chunks(exchange);
}

void
exchange_answer(struct exchange *exchange)
{
    struct ask ask;
    struct problem problem = { .status = 400, .type = "invalid_request_error" };
    enum dialect dialect = !strcmp(exchange->path, "/v1/responses")    ? DIALECT_RESPONSES
                           : !strcmp(exchange->path, "/v1/embeddings") ? DIALECT_EMBEDDINGS
                                                                       : DIALECT_CHAT;

    if (exchange->problem[0] != '\0') {
        snprintf(problem.message, sizeof problem.message, "%s", exchange->problem);
        exchange_refuse(exchange, &problem);
    } else if (exchange->too_large) {
        problem.status = 413;
        snprintf(problem.message, sizeof problem.message, "Request body is too large.");
        exchange_refuse(exchange, &problem);
    } else if (exchange->replaying) {
        exchange_replay(exchange);
    } else if (request_read(&ask, dialect, buffer_string(&exchange->body), exchange->body.size, &problem)) {
        exchange_refuse(exchange, &problem);
    } else {
        answer_ask(exchange, &ask);
        request_clear(&ask);
    }
    lws_callback_on_writable(exchange->wsi);
}
