/* The front door: what libwebsockets calls, handed on to websocket.c and http.c.
 *
 * Both protocols have one callback, on purpose: a client that names no subprotocol (TanStack's adapter)
 * is bound to protocols[0] by libwebsockets, and must reach the same WebSocket as one that says `ensemble`.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>

#include "common/clock.h"
#include "common/log.h"
#include "gateway/connection.h"
#include "gateway/origin.h"
#include "gateway/proxy.h"
#include "gateway/token.h"

#define RECEIVE_BYTES                                                                                        \
    1024 /* a buffer of this size is kept for each WebSocket; longer frames come in pieces */
#define ARGUMENT_SIZE 8192 /* of one name=value; the whole header is no longer (web.c) */
#define LEAVE_SECONDS 10   /* that a client has to read its close frame */

void
front_header(struct lws *wsi, enum lws_token_indexes token, char *text, size_t size)
{
    if (lws_hdr_copy(wsi, text, (int)size, token) <= 0)
        text[0] = '\0';
}

bool
front_argument(struct lws *wsi, const char *name, char *value, size_t size)
{
    char pair[ARGUMENT_SIZE];
    size_t name_size = strlen(name);
    int n;

    for (int i = 0; (n = lws_hdr_copy_fragment(wsi, pair, sizeof pair, WSI_TOKEN_HTTP_URI_ARGS, i)) >= 0;
         i++) {
        if (strncmp(pair, name, name_size) != 0 || pair[name_size] != '=')
            continue;
        if ((size_t)n - name_size - 1 >= size)
            return false;
        strcpy(value, pair + name_size + 1);
        return true;
    }
    return false;
}

uint64_t
front_address(struct gateway *gateway, struct lws *wsi)
{
    char peer[64] = "", forwarded[1024], client[64];

    lws_get_peer_simple(wsi, peer, sizeof peer);
    front_header(wsi, WSI_TOKEN_X_FORWARDED_FOR, forwarded, sizeof forwarded);
    proxy_client(peer, forwarded, gateway->daemon.options.proxies, client, sizeof client);
    return bucket_address(client);
}

bool
front_may_read(struct gateway *gateway, uint64_t address)
{
    return bucket_take(&gateway->reads, address, gateway->daemon.options.client_reads, clock_now_ms());
}

/* The token that WSI's request shows: in Authorization, as subprotocol `bearer.<token>`, in the cookie
 * `ensemble_token`, or as ?token=. Returns its size; 0 where there is none. */
static size_t
shown_token(struct lws *wsi, char text[TOKEN_SIZE])
{
    char *begin = NULL;

    front_header(wsi, WSI_TOKEN_HTTP_AUTHORIZATION, text, TOKEN_SIZE);
    if (strncasecmp(text, "bearer ", 7) == 0)
        begin = text + 7;
    if (begin == NULL) {
        front_header(wsi, WSI_TOKEN_PROTOCOL, text, TOKEN_SIZE);
        if ((begin = strstr(text, "bearer.")) != NULL)
            begin += 7;
    }
    if (begin == NULL) {
        front_header(wsi, WSI_TOKEN_HTTP_COOKIE, text, TOKEN_SIZE);
        if ((begin = strstr(text, "ensemble_token=")) != NULL)
            begin += 15;
    }
    if (begin == NULL) {
        if (!front_argument(wsi, "token", text, TOKEN_SIZE))
            return 0;
        begin = text;
    }
    begin += strspn(begin, " ");
    memmove(text, begin, strlen(begin) + 1);
    text[strcspn(text, " ,;")] = '\0';
    return strlen(text);
}

int
front_admit(struct gateway *gateway, struct lws *wsi, char owner[TOKEN_SUBJECT_SIZE], const char **why)
{
    const struct options *options = &gateway->daemon.options;
    char origin[256], host[256], token[TOKEN_SIZE];
    size_t size;

    owner[0] = '\0';
    front_header(wsi, WSI_TOKEN_HOST, host, sizeof host);
    if (lws_hdr_total_length(wsi, WSI_TOKEN_ORIGIN) >= (int)sizeof origin) {
        *why = "the origin is too long";
        return 403;
    }
    front_header(wsi, WSI_TOKEN_ORIGIN, origin, sizeof origin);
    *why = "pages of this origin may not connect (option origins)";
    if (!origin_is_allowed(origin, options->origins, host)) {
        log_info("refused origin=%s: not among the origins (option origins)", origin);
        return 403;
    }
    if (strcmp(options->auth, "token") != 0) {
        strcpy(owner, "public");
        return 0;
    }
    *why = "a token is needed";
    if ((size = shown_token(wsi, token)) == 0)
        return 401;
    *why = token_check(token, size, options->token_secret, (int64_t)time(NULL), owner);
    return *why == NULL ? 0 : 401;
}

void
front_cut(struct lws *wsi)
{
    shutdown(lws_get_socket_fd(wsi), SHUT_RDWR);
}

/* Make room for SIZE further bytes of RECEIVED; false where that is what takes it. */
static bool
make_room(struct gateway *gateway, struct arrival *received, size_t size)
{
    struct arrival *largest;

    while ((largest = arrivals_too_many(&gateway->arrivals, size, INCOMING_BYTES)) != NULL) {
        log_warning("too much is coming in at once: a client is sent away");
        if (largest == received)
            return false;
        front_cut(largest->connection);
        largest->dropped = true;
        arrival_end(&gateway->arrivals, largest);
    }
    return true;
}

bool
front_keep(struct gateway *gateway, struct lws *wsi, struct arrival *received, const char *bytes, size_t size)
{
    if (received->dropped || !make_room(gateway, received, size))
        return false;
    arrival_take(&gateway->arrivals, received, wsi, bytes, size, clock_now_ms());
    return true;
}

void
front_forget(struct gateway *gateway, struct arrival *received)
{
    arrival_end(&gateway->arrivals, received);
}

void
front_wake(struct client *client)
{
    if (client->close_code != 0)
        lws_set_timeout(client->connection, PENDING_TIMEOUT_USER_REASON_BASE, LEAVE_SECONDS);
    lws_callback_on_writable(client->connection);
}

/* The connection is done with what it carried. */
static void
clear_seat(struct gateway *gateway, struct seat *seat)
{
    if (seat == NULL)
        return;
    if (seat->client != NULL) {
        on_left(gateway, seat->client);
        front_forget(gateway, &seat->client->received);
        client_destroy(&gateway->clients, &seat->client);
    }
    free(seat->resume);
    seat->resume = NULL;
    http_destroy(&seat->request);
}

static int
websocket_reason(struct gateway *gateway, struct lws *wsi, enum lws_callback_reasons reason,
                 struct seat *seat, const char *bytes, size_t size)
{
    switch (reason) {
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
        return websocket_confirm(gateway, wsi);
    case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
        return websocket_open(gateway, wsi, seat);
    case LWS_CALLBACK_ESTABLISHED:
        return websocket_established(gateway, seat);
    case LWS_CALLBACK_RECEIVE:
        return seat->client == NULL ? 0 : websocket_received(gateway, wsi, seat->client, bytes, size);
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return seat->client == NULL ? 0 : websocket_writable(wsi, seat->client);
    default:
        return 0;
    }
}

static int
http_reason(struct gateway *gateway, struct lws *wsi, enum lws_callback_reasons reason, struct seat *seat,
            const char *bytes, size_t size)
{
    if (reason == LWS_CALLBACK_HTTP)
        return http_request(gateway, wsi, seat, bytes);
    if (seat == NULL || seat->request == NULL)
        return 0;
    switch (reason) {
    case LWS_CALLBACK_HTTP_BODY:
        return http_body(seat->request, bytes, size);
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
        return http_body_completed(seat->request);
    case LWS_CALLBACK_HTTP_WRITEABLE:
        return http_writable(seat->request);
    default:
        return 0;
    }
}

static int
called(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t size)
{
    if (web_guard(wsi, reason) != 0)
        return -1;
    switch (reason) {
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
    case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
    case LWS_CALLBACK_ESTABLISHED:
    case LWS_CALLBACK_RECEIVE:
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return websocket_reason(web_owner(wsi), wsi, reason, user, in, size);
    case LWS_CALLBACK_HTTP:
    case LWS_CALLBACK_HTTP_BODY:
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
    case LWS_CALLBACK_HTTP_WRITEABLE:
        return http_reason(web_owner(wsi), wsi, reason, user, in, size);
    case LWS_CALLBACK_HTTP_DROP_PROTOCOL: /* the transaction is over; the connection may go on */
    case LWS_CALLBACK_CLOSED_HTTP:
    case LWS_CALLBACK_CLOSED:
    case LWS_CALLBACK_WSI_DESTROY:
        clear_seat(web_owner(wsi), user);
        return 0;
    case LWS_CALLBACK_RAW_ADOPT: /* CONNECT: we are no proxy */
    case LWS_CALLBACK_RAW_RX:
        return -1;
    default:
        return 0;
    }
}

const struct lws_protocols front_protocols[] = {
    { .name = "http",
      .callback = called,
      .per_session_data_size = sizeof(struct seat),
      .rx_buffer_size = RECEIVE_BYTES },
    { .name = "ensemble",
      .callback = called,
      .per_session_data_size = sizeof(struct seat),
      .rx_buffer_size = RECEIVE_BYTES },
    { .name = NULL },
};
