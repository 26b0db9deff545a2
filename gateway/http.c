/* HTTP: the page, the pictures, threads, and what operators ask. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/clock.h"
#include "common/metrics.h"
#include "gateway/asset.h"
#include "gateway/connection.h"
#include "gateway/origin.h"

#define HEADER_SIZE 2048
#define CHUNK 32768              /* of a body, for one turn of the loop */
#define DISCARD_BYTES (64 << 20) /* a longer body is not even thrown away: the connection is closed */

static const char picture_policy[] = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/* -- answers ------------------------------------------------------------------------------------- */

/* The answer has moved on, or begins: it is looked after from now on (http_cut_slow()). */
static void
note_progress(struct request *request)
{
    struct gateway *gateway = request->gateway;

    request->progress_ms = clock_now_ms();
    if (request->is_answering)
        return;
    request->is_answering = true;
    request->previous = NULL;
    request->next = gateway->answering;
    if (request->next != NULL)
        request->next->previous = request;
    gateway->answering = request;
}

static void
forget_progress(struct request *request)
{
    if (!request->is_answering)
        return;
    request->is_answering = false;
    if (request->previous != NULL)
        request->previous->next = request->next;
    else
        request->gateway->answering = request->next;
    if (request->next != NULL)
        request->next->previous = request->previous;
}

void
http_cut_slow(struct gateway *gateway, int64_t before_ms)
{
    for (struct request *request = gateway->answering; request != NULL; request = request->next) {
        if (request->progress_ms < before_ms && !request->done)
            front_cut(request->wsi);
    }
}

/* The answer is ready; it is written when the connection can be. */
static void
answer(struct request *request, int status, const char *type, const char *bytes, size_t size)
{
    request->status = status;
    request->type = type;
    buffer_append(&request->answer, bytes, size);
    note_progress(request);
    lws_callback_on_writable(request->wsi);
}

void
http_answer(struct request *request, int status, const char *json, size_t size)
{
    request->cache = "no-store";
    answer(request, status, status == 204 ? NULL : "application/json", json, size);
}

void
http_refuse(struct request *request, int status, const char *code, const char *message)
{
    struct buffer json = { 0 };

    buffer_text(&json, "{\"code\":");
    buffer_json_string(&json, code, strlen(code));
    buffer_text(&json, ",\"message\":");
    buffer_json_string(&json, message, strlen(message));
    buffer_text(&json, "}\n");
    http_answer(request, status, buffer_string(&json), json.size);
    buffer_clear(&json);
}

static int
add(struct request *request, const char *name, const char *value, unsigned char **at, unsigned char *end)
{
    return lws_add_http_header_by_name(request->wsi, (const unsigned char *)name,
                                       (const unsigned char *)value, (int)strlen(value), at, end);
}

/* Headers for pages on other sites that may ask. */
static int
add_cors(struct request *request, unsigned char **at, unsigned char *end)
{
    int failed = add(request, "vary:", "origin", at, end);

    if (request->origin[0] == '\0')
        return failed;
    failed |= add(request, "access-control-allow-origin:", request->origin, at, end);
    failed |= add(request, "access-control-expose-headers:", "x-vercel-ai-ui-message-stream", at, end);
    if (request->method != METHOD_OPTIONS)
        return failed;
    failed |=
        add(request, "access-control-allow-methods:", route_allow(route_methods(request->route)), at, end);
    failed |=
        add(request, "access-control-allow-headers:", "authorization, content-type, last-event-id", at, end);
    failed |= add(request, "access-control-max-age:", "600", at, end);
    return failed;
}

int
http_write_headers(struct request *request, int64_t size)
{
    unsigned char room[LWS_PRE + HEADER_SIZE], *start = room + LWS_PRE, *at = start;
    unsigned char *end = room + sizeof room;
    lws_filepos_t length = size < 0 ? LWS_ILLEGAL_HTTP_CONTENT_LEN : (lws_filepos_t)size;
    int failed;

    if (request->status == 204 || request->status == 304) /* have no body, and say so themselves */
        failed = lws_add_http_header_status(request->wsi, (unsigned)request->status, &at, end);
    else
        failed = lws_add_http_common_headers(request->wsi, (unsigned)request->status, request->type, length,
                                             &at, end);
    failed |= add(request, "cache-control:", request->cache, &at, end);
    failed |= add(request, "x-content-type-options:", "nosniff", &at, end);
    failed |= add(request, "referrer-policy:", "no-referrer", &at, end);
    if (request->tag[0] != '\0')
        failed |= add(request, "etag:", request->tag, &at, end);
    if (request->policy != NULL)
        failed |= add(request, "content-security-policy:", request->policy, &at, end);
    if (request->status == 405 || request->method == METHOD_OPTIONS)
        failed |= add(request, "allow:", route_allow(route_methods(request->route)), &at, end);
    if (request->closes)
        failed |= add(request, "connection:", "close", &at, end);
    if (request->status == 401)
        failed |= add(request, "www-authenticate:", "Bearer", &at, end);
    if (request->status == 429 || request->status == 503)
        failed |= add(request, "retry-after:", "2", &at, end);
    if (size < 0)
        failed |= add(request, "x-accel-buffering:", "no", &at, end);
    if (size < 0 && request->client->wire->header != NULL)
        failed |= add(request, request->client->wire->header, "v1", &at, end);
    if (route_is_api(request->route))
        failed |= add_cors(request, &at, end);
    request->headers_sent = true;
    if (failed || lws_finalize_write_http_header(request->wsi, start, &at, end) != 0) {
        log_warning("http: headers could not be written");
        return -1;
    }
    return 0;
}

/* A part of the body; then the end of the transaction, after which REQUEST may be gone. */
static int
write_body(struct request *request)
{
    size_t left = request->answer.size - request->sent, size = left < CHUNK ? left : CHUNK;
    bool has_body = request->method != METHOD_HEAD && size > 0;

    if (has_body) {
        enum lws_write_protocol how = size == left ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP;

        if (lws_write(request->wsi, (unsigned char *)request->answer.bytes + request->sent, size, how) <
            (int)size)
            return -1;
        request->sent += size;
        if (request->sent < request->answer.size) {
            note_progress(request);
            lws_callback_on_writable(request->wsi);
            return 0;
        }
    }
    request->done = true;
    if (request->closes)
        return -1;
    return lws_http_transaction_completed(request->wsi) ? -1 : 0;
}

int
http_writable(struct request *request)
{
    if (request->done)
        return 0;
    if (request->status == 0 || (request->client != NULL && request->client->started))
        return request->client == NULL ? 0 : sse_writable(request);
    if (!request->headers_sent) {
        if (http_write_headers(request, (int64_t)request->answer.size) != 0)
            return -1;
        lws_callback_on_writable(request->wsi);
        return 0;
    }
    return write_body(request);
}

void
http_destroy(struct request **request)
{
    struct request *r = *request;

    if (r == NULL)
        return;
    ask_drop(r->gateway, r);
    forget_progress(r);
    if (r->client != NULL) {
        on_left(r->gateway, r->client);
        client_destroy(&r->gateway->clients, &r->client);
    }
    front_forget(r->gateway, &r->body);
    buffer_clear(&r->answer);
    free(r);
    *request = NULL;
}

/* -- what is asked ------------------------------------------------------------------------------- */

/* ANSWER holds a file: not sent again to who has it. */
static void
answer_file(struct request *request, const char *type)
{
    asset_tag(buffer_string(&request->answer), request->answer.size, request->tag);
    if (strstr(request->known_tag, request->tag) == NULL) {
        answer(request, 200, type, "", 0);
        return;
    }
    buffer_clear(&request->answer);
    answer(request, 304, type, "", 0);
}

static void
serve_file(struct request *request)
{
    const char *type = asset_type(request->id);

    request->cache = "no-cache"; /* asked again each time; the tag makes that cheap */
    request->policy = request->gateway->page_policy;
    if (type != NULL && asset_read(request->gateway->daemon.options.web, request->id, &request->answer) == 0)
        answer_file(request, type);
    else
        http_refuse(request, 404, "not_found", "there is nothing here");
}

static void
serve_picture(struct request *request)
{
    struct buffer picture = { 0 };

    request->cache = "public, max-age=86400";
    request->policy = picture_policy;
    if (request->id[0] == '\0' ||
        asset_read(request->gateway->daemon.options.pictures, request->id, &picture) != 0) {
        http_refuse(request, 404, "not_found", "there is no such picture");
    } else if (request->colour[0] == '\0') {
        buffer_append(&request->answer, buffer_string(&picture), picture.size);
        answer_file(request, "image/svg+xml");
    } else {
        asset_tint(buffer_string(&picture), picture.size, request->colour, &request->answer);
        answer_file(request, "image/svg+xml");
    }
    buffer_clear(&picture);
}

static void
serve_ready(struct request *request)
{
    struct gateway *gateway = request->gateway;
    struct peer *peer = NULL;

    while ((peer = bus_next_peer(gateway->daemon.bus, "orchestrator", peer)) != NULL) {
        if (peer_capacity(peer) > 0 && !gateway->draining) {
            http_answer(request, 200, "{\"ready\":true}\n", 15);
            return;
        }
    }
    http_refuse(request, 503, "not_ready",
                gateway->draining ? "the gateway is being stopped" : "no orchestrator is there");
}

/* To this machine alone, and not through a proxy on it, nor through a browser here that asks for a page
 * elsewhere whose name now leads to us (DNS rebinding). */
static bool
is_local(struct request *request)
{
    char address[64] = "", host[64];

    lws_get_peer_simple(request->wsi, address, sizeof address);
    front_header(request->wsi, WSI_TOKEN_HOST, host, sizeof host);
    return (strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0 ||
            strncmp(address, "::ffff:127.", 11) == 0) &&
           origin_is_this_machine(host) && lws_hdr_total_length(request->wsi, WSI_TOKEN_X_FORWARDED_FOR) == 0;
}

static void
serve_metrics(struct request *request)
{
    struct gateway *gateway = request->gateway;
    struct buffer own = { 0 }, text = { 0 };

    if (gateway->metrics_web != NULL ? web_context(gateway->metrics_web) != lws_get_context(request->wsi)
                                     : !is_local(request)) {
        http_refuse(request, 404, "not_found", "there is nothing here");
        return;
    }
    metrics_set(gateway->connected, gateway->clients.count);
    metrics_write(&own, "");
    figures_write(&gateway->figures, buffer_string(&own), clock_now_ms(), &text);
    request->cache = "no-store";
    answer(request, 200, "text/plain; version=0.0.4", buffer_string(&text), text.size);
    buffer_clear(&own);
    buffer_clear(&text);
}

/* A request about threads and runs, by somebody who may. */
static void
serve_api(struct request *request, const char *owner)
{
    struct gateway *gateway = request->gateway;

    if (request->route != ROUTE_BAD_ID && request->route != ROUTE_AGUI && request->route != ROUTE_CHAT &&
        !front_may_read(gateway, front_address(gateway, request->wsi))) {
        http_refuse(request, 429, "rate_limited", "too much is read in a minute; wait a little");
        return;
    }
    switch (request->route) {
    case ROUTE_THREAD:
        ask_new(gateway, request, request->method == METHOD_DELETE ? MESSAGE_FORGET : MESSAGE_HISTORY, owner,
                request->id);
        break;
    case ROUTE_ABORT:
        ask_new(gateway, request, MESSAGE_ABORT, owner, request->id);
        break;
    case ROUTE_BAD_ID:
        http_refuse(request, 400, "bad_id", "an id is 1 to 128 characters of printable ASCII without blanks");
        break;
    default:
        sse_start(request, owner);
        break;
    }
}

/* The whole request is there, and its method is one the route has. */
static void
serve(struct request *request, const char *owner)
{
    switch (request->route) {
    case ROUTE_FILE:
        serve_file(request);
        break;
    case ROUTE_PICTURE:
        serve_picture(request);
        break;
    case ROUTE_HEALTH:
        http_answer(request, 200, "{\"alive\":true}\n", 15);
        break;
    case ROUTE_READY:
        serve_ready(request);
        break;
    case ROUTE_METRICS:
        serve_metrics(request);
        break;
    case ROUTE_SOCKET:
        http_refuse(request, 426, "upgrade_required", "this is a WebSocket's address");
        break;
    default:
        serve_api(request, owner);
        break;
    }
}

/* -- reading the request ------------------------------------------------------------------------- */

static int
read_method(struct lws *wsi)
{
    char *path;
    int size;

    switch (lws_http_get_uri_and_method(wsi, &path, &size)) {
    case LWSHUMETH_GET:
        return METHOD_GET;
    case LWSHUMETH_HEAD:
        return METHOD_HEAD;
    case LWSHUMETH_POST:
        return METHOD_POST;
    case LWSHUMETH_DELETE:
        return METHOD_DELETE;
    case LWSHUMETH_OPTIONS:
        return METHOD_OPTIONS;
    default:
        return METHOD_OTHER;
    }
}

/* Last-Event-ID, or -2 where there is none that is an offset. */
static int64_t
read_last_event_id(struct lws *wsi)
{
    char text[32] = "", *end;
    int64_t value;

    if (lws_hdr_custom_copy(wsi, text, sizeof text, "last-event-id:", 14) <= 0)
        return -2;
    value = strtoll(text, &end, 10);
    return end == text || *end != '\0' || value < 0 ? -2 : value;
}

static void
read_headers(struct request *request)
{
    struct lws *wsi = request->wsi;
    char host[256], colour[16];

    front_header(wsi, WSI_TOKEN_HOST, host, sizeof host);
    front_header(wsi, WSI_TOKEN_ORIGIN, request->origin, sizeof request->origin);
    if (!origin_is_foreign(request->origin, request->gateway->daemon.options.origins, host))
        request->origin[0] = '\0';
    front_header(wsi, WSI_TOKEN_HTTP_IF_NONE_MATCH, request->known_tag, sizeof request->known_tag);
    if (request->known_tag[0] == '\0')
        strcpy(request->known_tag, "-");
    if (front_argument(wsi, "c", colour, sizeof colour) && asset_is_colour(colour))
        strcpy(request->colour, colour);
    request->last_event_id = read_last_event_id(wsi);
}

/* The length that WSI's request announces: -2 where it says none, -1 where what it says is none, or may be
 * read in two ways. A proxy before us would take the other: what it holds for a body would be a request to
 * us, and our answer to that somebody else's (request smuggling). libwebsockets takes no chunks apart. */
static int64_t
announced(struct lws *wsi)
{
    char text[32];
    int size = lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH);

    if (lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) > 0)
        return -1;
    if (size == 0)
        return -2;
    front_header(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH, text, sizeof text);
    return size < 19 && text[0] != '\0' && text[strspn(text, "0123456789")] == '\0' ? strtoll(text, NULL, 10)
                                                                                    : -1;
}

/* Whether a body comes; *SIZE as announced, -1 when that is not clear, or a POST does not say. */
static bool
has_body(struct request *request, int64_t *size)
{
    *size = announced(request->wsi);
    if (*size == -2)
        *size = request->method == METHOD_POST ? -1 : 0;
    return *size != 0 || request->method == METHOD_POST;
}

/* What is wrong with REQUEST whatever its body says; the owner where nothing is. */
static bool
is_refused(struct request *request, char owner[TOKEN_SUBJECT_SIZE])
{
    const char *why = "";
    int status;

    owner[0] = '\0';
    if (request->method == METHOD_OPTIONS) {
        http_answer(request, 204, "", 0);
        return true;
    }
    if ((request->method & route_methods(request->route)) == 0) {
        http_refuse(request, 405, "method_not_allowed", "this address does not have that method");
        return true;
    }
    if (!route_is_api(request->route) ||
        (status = front_admit(request->gateway, request->wsi, owner, &why)) == 0)
        return false;
    http_refuse(request, status, status == 401 ? "unauthorized" : "forbidden", why);
    return true;
}

static void
serve_or_refuse(struct request *request)
{
    char owner[TOKEN_SUBJECT_SIZE];

    if (!is_refused(request, owner))
        serve(request, owner);
}

int
http_request(struct gateway *gateway, struct lws *wsi, struct seat *seat, const char *path)
{
    struct request *request = calloc(1, sizeof *request);
    int64_t size;

    if (request == NULL)
        return -1;
    http_destroy(&seat->request);
    seat->request = request;
    request->wsi = wsi;
    request->gateway = gateway;
    request->cache = "no-store";
    request->method = read_method(wsi);
    request->route = route_find(path, request->id);
    request->closes =
        request->method == METHOD_HEAD; /* lws 4.3 takes the next request for the body that HEAD left out */
    read_headers(request);
    if (has_body(request, &size)) {
        if (size >= 0 && size <= DISCARD_BYTES)
            return 0; /* http_body_completed() follows */
        if (size > 0)
            return -1;
        request->closes = true; /* lws would spin for ever on a body without an end */
        http_refuse(request, 411, "length_required", "the body needs one content-length, and no chunks");
        return 0;
    }
    lws_set_timeout(wsi, NO_PENDING_TIMEOUT, 0); /* an answer may take its time */
    serve_or_refuse(request);
    return 0;
}

int
http_body(struct request *request, const char *bytes, size_t size)
{
    struct gateway *gateway = request->gateway;

    if (request->completed)
        return -1;
    request->body_size += size;
    if (request->body_size > (size_t)gateway->daemon.options.frame_bytes) {
        front_forget(gateway, &request->body);
        return 0;
    }
    return front_keep(gateway, request->wsi, &request->body, bytes, size) ? 0 : -1;
}

int
http_body_completed(struct request *request)
{
    if (request->completed || request->body.dropped)
        return -1; /* more bytes than were announced: lws 4.1 would tell us of the end for ever */
    request->completed = true;
    lws_set_timeout(request->wsi, NO_PENDING_TIMEOUT, 0);
    if (request->status != 0)
        return 0;
    if (request->body_size > (size_t)request->gateway->daemon.options.frame_bytes)
        http_refuse(request, 413, "too_large", "the body is too long");
    else if (request->body.bytes.failed)
        http_refuse(request, 503, "unavailable", "no memory; try again");
    else
        serve_or_refuse(request);
    return 0;
}
