#include "common/web.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/log.h"
#include "common/visitors.h"

#define BACKLOG 1024
#define ACCEPTS 64        /* connections taken in one turn, so that a storm of them starves nobody */
#define PAUSE_MS 200      /* of accepting, where there is no descriptor: the connection waits, and so do we */
#define HEADER_BYTES 8192 /* a cookie beside a token needs more than the usual 4096 */
#define HANDSHAKE_SECONDS 10
#define KEEPALIVE_SECONDS 30
#define PING_SECONDS 25 /* of silence before a WebSocket PING; gone after HANGUP_SECONDS of it */
#define HANGUP_SECONDS 60

struct web {
    struct loop *loop;
    struct lws_context *context;
    struct lws_vhost *vhost;
    struct loop_watch *watch;
    struct loop_timer *pause;
    int fd, port;
    int64_t clients, max_clients, address_clients;
    bool (*may_have_more)(void *owner, const char *address);
    struct visitors *visitors;
    void *owner;
    char *tls_cert, *tls_key;
};

static const lws_retry_bo_t idle_policy = {
    .secs_since_valid_ping = PING_SECONDS,
    .secs_since_valid_hangup = HANGUP_SECONDS,
};

static void
log_of_lws(int level, const char *line)
{
    size_t size = strcspn(line, "\n");

    if (level == LLL_ERR)
        log_warning("web: %.*s", (int)size, line);
    else
        log_debug("web: %.*s", (int)size, line);
}

static bool
has_tls(const struct web_settings *settings)
{
    return settings->tls_cert != NULL && settings->tls_cert[0] != '\0';
}

/* -- the listening socket ------------------------------------------------------------------------ */

/* A connection more than there may be: told so in plain HTTP, before any work is spent on it. */
static void
turn_away(int fd)
{
    static const char busy[] = "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nretry-after: 5\r\n"
                               "connection: close\r\n\r\n";

    if (send(fd, busy, sizeof busy - 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
        log_debug("web: a connection that was turned away did not hear why");
    close(fd);
}

/* Whether there are too many connections from where this one comes; a proxy of ours has all shoppers'. */
static bool
are_too_many(struct web *web, const struct visitor *visitor, const struct sockaddr *address, socklen_t size)
{
    char text[64];

    if (web->address_clients <= 0 || visitor == NULL || visitor_count(visitor) <= web->address_clients)
        return false;
    if (getnameinfo(address, size, text, sizeof text, NULL, 0, NI_NUMERICHOST) != 0 ||
        (web->may_have_more != NULL && web->may_have_more(web->owner, text)))
        return false;
    log_warning("web: %s has %lld connections: a further one is turned away (option client-connections)",
                text, (long long)web->address_clients);
    return true;
}

/* A connection has come from ADDRESS. */
static void
take(struct web *web, int client, const struct sockaddr *address, socklen_t size)
{
    struct visitor *visitor = visitors_come(web->visitors, address);
    struct lws *wsi;

    if ((web->max_clients > 0 && web->clients >= web->max_clients) ||
        are_too_many(web, visitor, address, size)) {
        turn_away(client);
    } else if ((wsi = lws_adopt_socket_vhost(web->vhost, client)) == NULL) {
        log_debug("web: a connection could not be taken"); /* lws has closed it */
    } else {
        web->clients++; /* until web_guard() sees its end */
        lws_set_opaque_user_data(wsi, visitor);
        return;
    }
    visitors_leave(web->visitors, visitor);
}

static void
pause_is_over(void *owner)
{
    struct web *web = owner;

    if (web->watch != NULL)
        loop_watch_change(web->watch, LOOP_READ);
}

static void
connection_waits(void *owner, int fd, int events)
{
    struct web *web = owner;

    (void)events;
    for (int i = 0; i < ACCEPTS; i++) {
        struct sockaddr_storage address;
        socklen_t size = sizeof address;
        int client = accept4(fd, (struct sockaddr *)&address, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (client < 0) {
            if (errno == EMFILE || errno == ENFILE) {
                log_error("web: no descriptors for a further connection: raise the limit of open files");
                loop_watch_change(web->watch, 0);
                loop_timer_start(web->pause, PAUSE_MS);
            }
            return;
        }
        take(web, client, (struct sockaddr *)&address, size);
    }
}

static int
listen_on(struct web *web, const struct web_settings *settings)
{
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV }, *found;
    struct sockaddr_storage bound;
    socklen_t size = sizeof bound;
    char port[16], text[16];
    int one = 1;
    bool failed;

    snprintf(port, sizeof port, "%lld", (long long)settings->port);
    if (settings->port > 65535 || getaddrinfo(settings->address, port, &hints, &found) != 0) {
        log_error("web: %s port %s is no address to listen on", settings->address, port);
        return -1;
    }
    web->fd = socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (web->fd >= 0) {
        setsockopt(web->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
        /* connections inherit it: without it a second small frame waits for the client's ACK, 40 ms */
        setsockopt(web->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    }
    failed =
        web->fd < 0 || bind(web->fd, found->ai_addr, found->ai_addrlen) != 0 || listen(web->fd, BACKLOG) != 0;
    freeaddrinfo(found);
    if (failed) {
        log_error("web: can't listen on %s port %s: %s%s", settings->address, port, strerror(errno),
                  errno == EADDRINUSE ? "; stop the other program or choose another with --port" : "");
        return -1;
    }
    getsockname(web->fd, (struct sockaddr *)&bound, &size);
    getnameinfo((struct sockaddr *)&bound, size, NULL, 0, text, sizeof text, NI_NUMERICSERV);
    web->port = (int)strtol(text, NULL, 10);
    return 0;
}

/* -- the context --------------------------------------------------------------------------------- */

static int
make_context(struct web *web, const struct web_settings *settings)
{
    struct lws_context_creation_info info;
    void *loops[1] = { loop_native(web->loop) };

    memset(&info, 0, sizeof info);
    lws_set_log_level(LLL_ERR | LLL_WARN, log_of_lws);
    info.port = CONTEXT_PORT_NO_LISTEN_SERVER;
    info.options = LWS_SERVER_OPTION_LIBEV | LWS_SERVER_OPTION_VALIDATE_UTF8;
    if (has_tls(settings))
        info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
    info.foreign_loops = loops;
    info.uid = info.gid = (gid_t)-1;
    info.alpn = "http/1.1"; /* lws' HTTP/2 has heap overflows that are not mended in what Debian ships */
    info.protocols = settings->protocols;
    info.mounts = settings->mounts;
    info.timeout_secs = HANDSHAKE_SECONDS;
    info.keepalive_timeout = KEEPALIVE_SECONDS;
    info.max_http_header_data = HEADER_BYTES;
    info.retry_and_idle_policy = &idle_policy;
    info.user = web;
    info.pcontext = &web->context; /* NULL again when it is destroyed to the end */
    if (has_tls(settings)) {
        info.ssl_cert_filepath = settings->tls_cert;
        info.ssl_private_key_filepath = settings->tls_key;
        info.ssl_cipher_list = "ECDHE+AESGCM:ECDHE+CHACHA20";
        info.ssl_options_set = SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE;
    }
    if ((web->context = lws_create_context(&info)) == NULL ||
        (web->vhost = lws_get_vhost_by_name(web->context, "default")) == NULL) {
        if (has_tls(settings))
            log_error("web: no server: do tls-cert=%s and tls-key=%s hold a chain and its key (PEM)?",
                      settings->tls_cert, settings->tls_key);
        else
            log_error("web: libwebsockets makes no server: is libwebsockets-evlib-ev installed?");
        return -1;
    }
    return 0;
}

struct web *
web_open(struct loop *loop, const struct web_settings *settings)
{
    struct web *web = calloc(1, sizeof *web);

    if (web == NULL) {
        log_error("web: no memory");
        return NULL;
    }
    web->loop = loop;
    web->fd = -1;
    web->owner = settings->owner;
    web->max_clients = settings->max_clients;
    web->address_clients = settings->address_clients;
    web->may_have_more = settings->may_have_more;
    web->tls_cert = strdup(has_tls(settings) ? settings->tls_cert : "");
    web->tls_key = strdup(has_tls(settings) ? settings->tls_key : "");
    if ((web->visitors = visitors_new()) == NULL)
        log_error("web: no memory");
    if (web->visitors == NULL || listen_on(web, settings) != 0 || make_context(web, settings) != 0) {
        web_close(&web);
        return NULL;
    }
    web->pause = loop_timer_new(loop, pause_is_over, web);
    web->watch = loop_watch_new(loop, web->fd, LOOP_READ, connection_waits, web);
    return web;
}

static void
end_of_patience(void *owner)
{
    loop_stop(owner);
}

void
web_close(struct web **web)
{
    struct loop_timer *timer;

    if (*web == NULL)
        return;
    web_stop_listening(*web);
    loop_timer_destroy(&(*web)->pause);
    if ((*web)->context != NULL)
        lws_context_destroy((*web)->context);
    if ((*web)->context != NULL) { /* some of it is still on the loop: a few turns, and a second call */
        timer = loop_timer_new((*web)->loop, end_of_patience, (*web)->loop);
        loop_timer_start(timer, 10);
        loop_run((*web)->loop);
        loop_timer_destroy(&timer);
        lws_context_destroy((*web)->context);
    }
    visitors_destroy(&(*web)->visitors);
    free((*web)->tls_cert);
    free((*web)->tls_key);
    free(*web);
    *web = NULL;
}

int
web_port(const struct web *web)
{
    return web->port;
}

void
web_stop_listening(struct web *web)
{
    loop_watch_destroy(&web->watch);
    if (web->fd >= 0)
        close(web->fd);
    web->fd = -1;
}

void
web_reload(struct web *web)
{
    SSL_CTX *probe;

    if (web->tls_cert[0] == '\0')
        return;
    /* Tried aside first, so that a broken file keeps what is served. */
    probe = SSL_CTX_new(TLS_server_method());
    if (probe == NULL || SSL_CTX_use_certificate_chain_file(probe, web->tls_cert) != 1 ||
        SSL_CTX_use_PrivateKey_file(probe, web->tls_key, SSL_FILETYPE_PEM) != 1)
        log_error("web: tls-cert=%s and tls-key=%s can't be read: the old ones stay", web->tls_cert,
                  web->tls_key);
    else if (lws_tls_cert_updated(web->context, web->tls_cert, web->tls_key, NULL, 0, NULL, 0) != 0)
        log_error("web: the new certificate was not taken: the old one stays");
    else
        log_info("web: certificate read again");
    SSL_CTX_free(probe);
}

void
web_cork(struct lws *wsi, bool on)
{
    int value = on;

    setsockopt(lws_get_socket_fd(wsi), IPPROTO_TCP, TCP_CORK, &value, sizeof value);
}

struct lws_context *
web_context(struct web *web)
{
    return web->context;
}

void *
web_owner(struct lws *wsi)
{
    struct web *web = lws_context_user(lws_get_context(wsi));

    return web->owner;
}

/* 0 for `websocket`, -1 for h2c and all others. */
static int
check_upgrade(struct lws *wsi)
{
    char token[16]; /* never `in` of the callback: it may point into freed headers (CVE-2025-11677) */
    int size = lws_hdr_copy(wsi, token, sizeof token, WSI_TOKEN_UPGRADE);

    return size > 0 && strcasecmp(token, "websocket") == 0 ? 0 : -1;
}

int
web_guard(struct lws *wsi, enum lws_callback_reasons reason)
{
    struct web *web = lws_context_user(lws_get_context(wsi));

    if (reason == LWS_CALLBACK_HTTP_CONFIRM_UPGRADE)
        return check_upgrade(wsi);
    if (reason == LWS_CALLBACK_WSI_DESTROY && web->clients > 0) {
        web->clients--;
        visitors_leave(web->visitors, lws_get_opaque_user_data(wsi));
        lws_set_opaque_user_data(wsi, NULL);
    }
    return 0;
}
