/* The routes, and the only file here that is called by libwebsockets. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "understudy/exchange.h"

enum { TICK_MS = 5, BODY_MOST = 16 * 1024 * 1024 };

/* What lws keeps for each connection. */
struct connection {
    struct exchange *exchange; /* NULL between two requests */
    bool body_ended;           /* of its request */
};

/* Every TICK_MS while somebody is being told something. */
static void
tick(void *owner)
{
    struct understudy *understudy = owner;
    int64_t now = clock_now_ms();

    for (struct exchange *exchange = understudy->telling, *next; exchange != NULL; exchange = next) {
        next = exchange->next;
        if (exchange_tell(exchange, now))
            lws_callback_on_writable(exchange->wsi);
    }
    if (understudy->telling != NULL)
        loop_timer_start(understudy->tick, TICK_MS);
}

/* Copy the header NAME ("x-understudy-fault:") to TEXT; returns whether it came. */
static bool
header(struct lws *wsi, const char *name, char *text, int size)
{
    int length = lws_hdr_custom_copy(wsi, text, size, name, (int)strlen(name));

    if (length <= 0)
        text[0] = '\0';
    return length > 0;
}

/* A name in the replay folder; no path leads out of it. */
static void
open_named_replay(struct exchange *exchange, const char *name)
{
    const char *folder = exchange->understudy->replay;
    char path[1024];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (folder[0] == '\0' || strchr(name, '/') != NULL || name[0] == '.')
        snprintf(exchange->problem, sizeof exchange->problem,
                 "X-Understudy-Replay names a file in the folder that --replay gives");
    else if (replay_open(&exchange->replay, path))
        snprintf(exchange->problem, sizeof exchange->problem,
                 "X-Understudy-Replay: there is no such recording");
    else
        exchange->replaying = true;
}

/* The wishes of this request alone; its headers are gone once its body comes. */
static void
read_wishes(struct exchange *exchange)
{
    struct lws *wsi = exchange->wsi;
    const struct understudy *understudy = exchange->understudy;
    size_t length = strlen(understudy->replay);
    bool folder = length > 0 && understudy->replay[length - 1] == '/';
    char text[256];

    if (header(wsi, "x-understudy-first-token-ms:", text, sizeof text))
        exchange->pace.first_ms = strtoll(text, NULL, 10);
    if (header(wsi, "x-understudy-tokens-per-second:", text, sizeof text))
        exchange->pace.per_second = strtoll(text, NULL, 10);
    if (header(wsi, "x-understudy-fault:", text, sizeof text) &&
        (exchange->fault = fault_named(text)) == FAULTS) {
        exchange->fault = FAULT_NONE;
        snprintf(exchange->problem, sizeof exchange->problem, "X-Understudy-Fault: there is no such fault");
    }
    if (header(wsi, "x-understudy-replay-pieces:", text, sizeof text))
        snprintf(exchange->pieces, sizeof exchange->pieces, "%.15s", text);
    if (header(wsi, "x-understudy-replay:", text, sizeof text))
        open_named_replay(exchange, text);
    else if (length > 0 && !folder && !replay_open(&exchange->replay, understudy->replay))
        exchange->replaying = true;
}

static void
say_metrics(struct exchange *exchange)
{
    struct buffer body = { 0 };

    metrics_write(&body, "");
    exchange_say(exchange, 200, "text/plain; version=0.0.4", buffer_string(&body), body.size);
    buffer_clear(&body);
}

static void
say_text(struct exchange *exchange, int status, const char *type, const char *text)
{
    exchange_say(exchange, status, type, text, strlen(text));
}

#define MODEL                                                                                                \
    "{\"id\":\"understudy\",\"object\":\"model\",\"created\":1790000000,\"owned_by\":\"ensemble\","          \
    "\"shutdown_date\":null}"

static void
answer_get(struct exchange *exchange)
{
    struct problem problem = { .status = 404, .type = "invalid_request_error", .param = NULL };

    if (!strcmp(exchange->path, "/healthz"))
        say_text(exchange, 200, "text/plain", "ok\n");
    else if (!strcmp(exchange->path, "/metrics"))
        say_metrics(exchange);
    else if (!strcmp(exchange->path, "/v1/models"))
        say_text(exchange, 200, "application/json", "{\"object\":\"list\",\"data\":[" MODEL "]}");
    else if (!strcmp(exchange->path, "/v1/models/understudy"))
        say_text(exchange, 200, "application/json", MODEL);
    else if (!strncmp(exchange->path, "/v1/models/", 11)) {
        problem.param = "model";
        problem.code = "model_not_found";
        snprintf(problem.message, sizeof problem.message, "The model '%s' does not exist",
                 exchange->path + 11);
        exchange_refuse(exchange, &problem);
    } else {
        snprintf(problem.message, sizeof problem.message, "Invalid URL (GET %s)", exchange->path);
        exchange_refuse(exchange, &problem);
    }
    lws_callback_on_writable(exchange->wsi);
}

static bool
is_post_route(const char *path)
{
    return !strcmp(path, "/v1/responses") || !strcmp(path, "/v1/chat/completions") ||
           !strcmp(path, "/v1/embeddings");
}

static void
answer_post(struct exchange *exchange)
{
    struct problem problem = { .status = 404, .type = "invalid_request_error" };

    if (is_post_route(exchange->path)) {
        exchange_answer(exchange);
        return;
    }
    snprintf(problem.message, sizeof problem.message, "Invalid URL (POST %s)", exchange->path);
    exchange_refuse(exchange, &problem);
}

static int
begin(struct lws *wsi, struct connection *connection, const char *path)
{
    struct exchange *exchange;
    char length[24] = "";
    bool post = lws_hdr_total_length(wsi, WSI_TOKEN_POST_URI) > 0;

    exchange_destroy(&connection->exchange);
    connection->body_ended = false;
    if ((exchange = connection->exchange = exchange_new(web_owner(wsi), wsi, path)) == NULL)
        return -1;
    if (!post) {
        answer_get(exchange);
        return 0;
    }
    read_wishes(exchange);
    lws_hdr_copy(wsi, length, sizeof length, WSI_TOKEN_HTTP_CONTENT_LENGTH);
    /* A body is read to its end whatever the answer will be: lws spins for ever on one that is left over. */
    if (strtoll(length, NULL, 10) <= 0) {
        answer_post(exchange); /* an empty body says what is wrong with it */
        lws_callback_on_writable(wsi);
    }
    return 0;
}

static int
take_body(struct exchange *exchange, const char *bytes, size_t size)
{
    if (exchange == NULL || exchange->whole)
        return 0;
    if (exchange->body.size + size > BODY_MOST)
        exchange->too_large = true;
    else
        buffer_append(&exchange->body, bytes, size);
    return 0;
}

static int
end_body(struct connection *connection)
{
    struct exchange *exchange = connection->exchange;

    if (exchange == NULL || connection->body_ended)
        return -1; /* more bytes than were announced: lws 4.1 would tell us of the end for ever */
    connection->body_ended = true;
    lws_set_timeout(exchange->wsi, NO_PENDING_TIMEOUT, 0); /* an answer may take its time */
    answer_post(exchange);
    lws_callback_on_writable(exchange->wsi);
    return 0;
}

/* Send what waits. lws keeps the tail of a write that the socket did not take. */
static int
send_out(struct lws *wsi, struct connection *connection)
{
    struct exchange *exchange = connection->exchange;
    int sent;

    if (exchange == NULL)
        return 0;
    if (lws_partial_buffered(wsi)) {
        lws_callback_on_writable(wsi);
        return 0;
    }
    if (exchange->out.size > 0) {
        sent = lws_write(wsi, (unsigned char *)exchange->out.bytes, exchange->out.size, LWS_WRITE_HTTP);
        if (sent < (int)exchange->out.size)
            return -1;
        buffer_reset(&exchange->out);
    }
    if (exchange->cut && !lws_partial_buffered(wsi))
        return -1;
    if (exchange->replaying && !exchange->whole)
        exchange_replay(exchange);
    if (exchange->cut || exchange->out.size > 0) {
        lws_callback_on_writable(wsi);
        return 0;
    }
    if (!exchange->whole)
        return 0;
    exchange_destroy(&connection->exchange);
    return lws_http_transaction_completed(wsi) ? -1 : 0;
}

static int
on_http(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t size)
{
    struct connection *connection = user;

    if (web_guard(wsi, reason))
        return -1;
    switch (reason) {
    case LWS_CALLBACK_HTTP:
        return begin(wsi, connection, in);
    case LWS_CALLBACK_HTTP_BODY:
        return take_body(connection->exchange, in, size);
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
        return end_body(connection);
    case LWS_CALLBACK_HTTP_WRITEABLE:
        return send_out(wsi, connection);
    case LWS_CALLBACK_HTTP_DROP_PROTOCOL:
    case LWS_CALLBACK_CLOSED_HTTP:
        if (connection != NULL)
            exchange_destroy(&connection->exchange);
        return 0;
    case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
        return -1; /* no WebSocket here */
    default:
        return 0;
    }
}

static const struct lws_protocols protocols[] = {
    { .name = "http",
      .callback = on_http,
      .per_session_data_size = sizeof(struct connection),
      .rx_buffer_size = 65536 },
    { 0 },
};

static void
open_metrics(struct understudy *understudy)
{
    for (int role = 0; role < ROLES; role++) {
        char labels[48];

        snprintf(labels, sizeof labels, "kind=\"%s\"", answer_role_name((enum role)role));
        understudy->requests[role] =
            metrics_counter("understudy_requests_total", labels, "Answers by the assistant that asked.");
    }
    understudy->tokens_in =
        metrics_counter("understudy_tokens_total", "direction=\"input\"", "Tokens, four characters each.");
    understudy->tokens_out =
        metrics_counter("understudy_tokens_total", "direction=\"output\"", "Tokens, four characters each.");
    understudy->refused = metrics_counter("understudy_refused_total", "", "Requests answered with an error.");
    understudy->faulty = metrics_counter("understudy_faults_total", "", "Answers spoiled on request.");
}

int
http_open(struct understudy *understudy)
{
    const struct options *options = &understudy->daemon.options;
    struct web_settings settings = {
        .address = options->address,
        .port = options->port,
        .tls_cert = "",
        .tls_key = "",
        .protocols = protocols,
        .owner = understudy,
    };

    open_metrics(understudy);
    understudy->tick = loop_timer_new(understudy->daemon.loop, tick, understudy);
    if ((understudy->web = web_open(understudy->daemon.loop, &settings)) == NULL)
        return -1;
    log_info("listening address=%s port=%d", options->address, web_port(understudy->web));
    return 0;
}

void
http_close(struct understudy *understudy)
{
    web_close(&understudy->web);
    loop_timer_destroy(&understudy->tick);
    buffer_clear(&understudy->spare);
}
