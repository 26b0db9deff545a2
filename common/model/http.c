#include "common/model/http.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/buffer.h"
#include "common/clock.h"
#include "common/log.h"

enum {
    HEAD_LIMIT = 64 << 10,
    KEEP_LIMIT = 16 << 20, /* of one turn's bytes; more than a socket gives in one turn */
    LOOKUP_KEPT_S = 300,   /* a name's addresses */
    FRESH_MS = 300 * 1000
};

struct transfer {
    struct http *http;
    struct transfer *next, *previous; /* of http->transfers */
    CURL *easy;
    struct curl_slist *headers;
    struct buffer head;    /* "name: value\n" of the last answer's head */
    struct buffer arrived; /* body that libcurl gave and the listener has not got */
    struct buffer body;    /* of the request */
    struct loop_timer *timer;
    struct http_listener listener;
    void *owner;
    int64_t first_ms, idle_ms;
    int64_t began_ms, byte_ms; /* begun; last byte of the body, 0 for none */
    int64_t end_ms;            /* stop reading then; 0: never */
    char why[CURL_ERROR_SIZE];
    bool running; /* libcurl has it */
    bool leading; /* it looks up the name for those that wait */
    bool released;
};

/* A descriptor that libcurl wants to be told about. */
struct socket {
    struct http *http;
    struct loop_watch *watch;
    curl_socket_t fd;
};

struct http {
    struct loop *loop;
    CURLM *multi;
    struct loop_timer *timer;
    struct loop_timer *pump_timer;
    struct transfer *transfers;
    struct transfer *leader; /* the one that looks up the name: the others wait for it */
    int64_t fresh_ms;        /* when a name was last looked up with success; 0 never */
    int64_t connect_ms;
    char *authorities; /* PEM file of who may sign certificates; NULL: the system's */
    bool http2;
    bool is_shut;
};

static void pump(struct http *http);

/* -- libcurl's wishes --------------------------------------------------------------------------- */

static void
on_timer(void *owner)
{
    struct http *http = owner;
    int running;

    curl_multi_socket_action(http->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    pump(http);
}

static int
set_timer(CURLM *multi, long ms, void *owner)
{
    struct http *http = owner;

    (void)multi;
    if (ms < 0)
        loop_timer_stop(http->timer);
    else
        loop_timer_start(http->timer, ms);
    return 0;
}

static void
on_socket(void *owner, int fd, int events)
{
    struct http *http = ((struct socket *)owner)->http;
    int flags = (events & LOOP_READ ? CURL_CSELECT_IN : 0) | (events & LOOP_WRITE ? CURL_CSELECT_OUT : 0);
    int running;

    curl_multi_socket_action(http->multi, fd, flags, &running); /* may end the socket */
    pump(http);
}

static int
set_socket(CURL *easy, curl_socket_t fd, int what, void *owner, void *kept)
{
    struct http *http = owner;
    struct socket *socket = kept;
    int events = (what & CURL_POLL_IN ? LOOP_READ : 0) | (what & CURL_POLL_OUT ? LOOP_WRITE : 0);

    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (socket != NULL) {
            loop_watch_destroy(&socket->watch);
            free(socket);
            curl_multi_assign(http->multi, fd, NULL);
        }
        return 0;
    }
    if (socket != NULL) {
        loop_watch_change(socket->watch, events);
        return 0;
    }
    if ((socket = calloc(1, sizeof *socket)) == NULL)
        return -1;
    socket->http = http;
    socket->fd = fd;
    socket->watch = loop_watch_new(http->loop, fd, events, on_socket, socket);
    curl_multi_assign(http->multi, fd, socket);
    return 0;
}

static size_t
on_head(char *bytes, size_t one, size_t size, void *owner)
{
    struct transfer *transfer = owner;

    (void)one;
    if (size >= 5 && memcmp(bytes, "HTTP/", 5) == 0)
        buffer_reset(&transfer->head); /* another head, after a 1xx */
    if (transfer->head.size + size > HEAD_LIMIT)
        return 0;
    buffer_append(&transfer->head, bytes, size);
    return transfer->head.failed ? 0 : size;
}

static size_t
on_body(char *bytes, size_t one, size_t size, void *owner)
{
    struct transfer *transfer = owner;

    (void)one;
    transfer->byte_ms = clock_now_ms();
    if (transfer->released)
        return size;
    if (transfer->arrived.size + size > KEEP_LIMIT)
        return 0;
    buffer_append(&transfer->arrived, bytes, size);
    return transfer->arrived.failed ? 0 : size;
}

/* The name is known, or was not needed: the others need not wait. */
static void
stop_leading(struct transfer *transfer)
{
    transfer->http->fresh_ms = clock_now_ms();
    if (!transfer->leading)
        return;
    transfer->leading = false;
    transfer->http->leader = NULL;
    loop_timer_start(transfer->http->pump_timer, 0);
}

/* A socket is opened: its name is known, and to the others too. With HTTP/2 they wait until the connection is
 * made, so as to share it; libcurl's own option to wait waits for ever where there is no HTTP/2. */
static curl_socket_t
on_open(void *owner, curlsocktype purpose, struct curl_sockaddr *address)
{
    int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    struct transfer *transfer = owner;

    (void)purpose;
    if (fd < 0)
        log_error("model: no socket for a further connection: %s; raise the limit of open files",
                  strerror(errno));
    if (!transfer->http->http2)
        stop_leading(transfer);
    return fd;
}

/* The request goes out, perhaps on a connection that was kept. */
static int
on_request(void *owner, char *remote, char *local, int remote_port, int local_port)
{
    (void)remote, (void)local, (void)remote_port, (void)local_port;
    stop_leading(owner);
    return CURL_PREREQFUNC_OK;
}

/* -- transfers ---------------------------------------------------------------------------------- */

static void
unlink_transfer(struct transfer *transfer)
{
    struct http *http = transfer->http;

    if (transfer->previous != NULL)
        transfer->previous->next = transfer->next;
    else
        http->transfers = transfer->next;
    if (transfer->next != NULL)
        transfer->next->previous = transfer->previous;
}

static void
destroy(struct transfer *transfer)
{
    struct http *http = transfer->http;

    if (transfer->leading) {
        http->leader = NULL;
        if (!http->is_shut)
            loop_timer_start(http->pump_timer, 0);
    }
    unlink_transfer(transfer);
    if (transfer->running)
        curl_multi_remove_handle(http->multi, transfer->easy);
    curl_easy_cleanup(transfer->easy);
    curl_slist_free_all(transfer->headers);
    loop_timer_destroy(&transfer->timer);
    buffer_clear(&transfer->head);
    buffer_clear(&transfer->arrived);
    buffer_clear(&transfer->body);
    free(transfer);
}

/* Tell the listener that it is over, then free. */
static void
end(struct transfer *transfer, enum http_end how, const char *why)
{
    if (transfer->running)
        curl_multi_remove_handle(transfer->http->multi, transfer->easy);
    transfer->running = false;
    if (transfer->leading) /* it found no name: the others try for themselves, all at once */
        stop_leading(transfer);
    if (!transfer->released) {
        transfer->released = true; /* http_close() from inside is harmless */
        transfer->listener.end(transfer->owner, transfer, how, why);
    }
    destroy(transfer);
}

static int64_t
due_ms(const struct transfer *transfer)
{
    int64_t due =
        transfer->byte_ms ? transfer->byte_ms + transfer->idle_ms : transfer->began_ms + transfer->first_ms;

    return transfer->end_ms && transfer->end_ms < due ? transfer->end_ms : due;
}

/* One timer for all limits: it looks when it rings whether its time has come, so that a byte costs nothing.
 */
static void
on_due(void *owner)
{
    struct transfer *transfer = owner;
    int64_t now = clock_now_ms();

    if (due_ms(transfer) > now) {
        int64_t rest = due_ms(transfer) - now;
        loop_timer_start(transfer->timer, rest < transfer->idle_ms ? rest : transfer->idle_ms);
        return;
    }
    if (transfer->end_ms && transfer->end_ms <= now)
        end(transfer, HTTP_WHOLE, "enough was read");
    else if (transfer->byte_ms == 0)
        end(transfer, HTTP_TIMEOUT_FIRST, "the server has not begun to answer in time");
    else
        end(transfer, HTTP_TIMEOUT_IDLE, "the server fell silent in the middle of its answer");
}

static void
finish(struct transfer *transfer, CURLcode code)
{
    enum http_end how = HTTP_BROKEN;

    if (code == CURLE_OK)
        how = HTTP_WHOLE;
    else if (code == CURLE_OPERATION_TIMEDOUT)
        how = HTTP_TIMEOUT_CONNECT; /* libcurl has no other limit of ours */
    end(transfer, how, *transfer->why ? transfer->why : curl_easy_strerror(code));
}

/* Start what waited for the name. */
static void
start(struct transfer *transfer)
{
    struct http *http = transfer->http;
    int64_t now = clock_now_ms();

    if (http->fresh_ms == 0 || now - http->fresh_ms > FRESH_MS) {
        http->leader = transfer;
        transfer->leading = true;
    }
    if (curl_multi_add_handle(http->multi, transfer->easy) != CURLM_OK) {
        log_error("http: libcurl takes no further transfer");
        end(transfer, HTTP_BROKEN, "libcurl takes no further transfer");
        return;
    }
    transfer->running = true;
}

static void
start_waiting(struct http *http)
{
    struct transfer *next;

    for (struct transfer *transfer = http->transfers; transfer && http->leader == NULL; transfer = next) {
        next = transfer->next;
        if (!transfer->running && !transfer->released)
            start(transfer);
    }
}

static void
on_pump(void *owner)
{
    start_waiting(owner);
    pump(owner);
}

static bool
hand_on(struct http *http)
{
    for (struct transfer *transfer = http->transfers; transfer; transfer = transfer->next) {
        /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): what was destroyed is out of the list */
        struct buffer arrived = transfer->arrived;

        if (arrived.size == 0 || transfer->released)
            continue;
        transfer->arrived = (struct buffer) { 0 };
        transfer->listener.body(transfer->owner, transfer, arrived.bytes, arrived.size);
        buffer_clear(&arrived);
        return true; /* the list may be another now: begin again */
    }
    return false;
}

/* Hand on what came, then what ended. Called when libcurl has returned. */
static void
pump(struct http *http)
{
    CURLMsg *message;
    int left;

    while (hand_on(http))
        ;
    while ((message = curl_multi_info_read(http->multi, &left)) != NULL) {
        struct transfer *transfer = NULL;
        CURLcode code = message->data.result;

        if (message->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
        finish(transfer, code);
    }
}

/* -- for others --------------------------------------------------------------------------------- */

static int
setup(struct transfer *transfer, const struct http_request *request)
{
    CURL *easy = transfer->easy;
    struct http *http = transfer->http;
    struct curl_slist *more;

    for (const char *const *header = request->headers; *header; header++) {
        if ((more = curl_slist_append(transfer->headers, *header)) == NULL)
            return -1;
        transfer->headers = more;
    }
    if ((more = curl_slist_append(transfer->headers, "Expect:")) == NULL)
        return -1;
    transfer->headers = more;

    curl_easy_setopt(easy, CURLOPT_URL, request->url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_UNRESTRICTED_AUTH, 0L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
                     http->http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    if (http->authorities != NULL) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, http->authorities);
        curl_easy_setopt(easy, CURLOPT_CAPATH, NULL); /* and nobody else's */
    }
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)http->connect_ms);
    curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, (long)LOOKUP_KEPT_S);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers);
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, buffer_string(&transfer->body));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)transfer->body.size);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_head);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_request);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->why);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, (void *)transfer);
    return 0;
}

struct transfer *
http_post(struct http *http, const struct http_request *request, const struct http_listener *listener,
          void *owner)
{
    struct transfer *transfer = calloc(1, sizeof *transfer);

    if (transfer == NULL || (transfer->easy = curl_easy_init()) == NULL) {
        free(transfer);
        log_error("http: no memory for a transfer");
        return NULL;
    }
    transfer->http = http;
    transfer->listener = *listener;
    transfer->owner = owner;
    transfer->first_ms = request->first_ms;
    transfer->idle_ms = request->idle_ms;
    transfer->began_ms = clock_now_ms();
    transfer->timer = loop_timer_new(http->loop, on_due, transfer);
    transfer->next = http->transfers;
    if (transfer->next != NULL)
        transfer->next->previous = transfer;
    http->transfers = transfer;
    buffer_append(&transfer->body, request->body, request->size);
    if (setup(transfer, request) || transfer->body.failed) {
        log_error("http: no memory for a transfer");
        destroy(transfer);
        return NULL;
    }
    loop_timer_start(transfer->timer,
                     request->first_ms < request->idle_ms ? request->first_ms : request->idle_ms);
    if (http->leader == NULL)
        loop_timer_start(http->pump_timer, 0); /* start from the loop: nothing is called from inside here */
    return transfer;
}

void
http_close(struct transfer **transfer)
{
    if (*transfer != NULL && !(*transfer)->released)
        destroy(*transfer);
    *transfer = NULL;
}

void
http_release(struct transfer **transfer, int64_t grace_ms)
{
    struct transfer *own = *transfer;

    *transfer = NULL;
    if (own == NULL || own->released)
        return;
    if (!own->running) {
        destroy(own);
        return;
    }
    own->released = true;
    own->end_ms = 0;
    http_end_within(own, grace_ms);
}

void
http_end_within(struct transfer *transfer, int64_t ms)
{
    if (transfer->end_ms != 0)
        return; /* said before */
    transfer->end_ms = clock_now_ms() + ms;
    loop_timer_start(transfer->timer, ms);
}

int
http_status(const struct transfer *transfer)
{
    long status = 0;

    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    return (int)status;
}

void
http_headers(const struct transfer *transfer,
             void (*header)(void *owner, const char *name, const char *value), void *owner)
{
    const char *line = buffer_string(&transfer->head);
    char name[64], value[512];

    while (*line != '\0') {
        size_t size = strcspn(line, "\r\n");
        const char *colon = memchr(line, ':', size);
        if (colon != NULL && (size_t)(colon - line) < sizeof name) {
            const char *from = colon + 1;
            size_t rest;
            while (from < line + size && (*from == ' ' || *from == '\t'))
                from++;
            rest = (size_t)(line + size - from);
            rest = rest < sizeof value ? rest : sizeof value - 1;
            memcpy(name, line, (size_t)(colon - line));
            name[colon - line] = '\0';
            memcpy(value, from, rest);
            value[rest] = '\0';
            header(owner, name, value);
        }
        line += size;
        line += strspn(line, "\r\n");
    }
}

struct http *
http_open(struct loop *loop, const struct http_settings *settings)
{
    struct http *http;

    if (*settings->authorities && access(settings->authorities, R_OK) < 0) {
        log_error("model-ca=%s can't be read: %s", settings->authorities, strerror(errno));
        return NULL;
    }
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || (http = calloc(1, sizeof *http)) == NULL) {
        log_error("http: libcurl does not start");
        return NULL;
    }
    http->loop = loop;
    http->http2 = settings->http2;
    http->connect_ms = settings->connect_ms;
    http->authorities = *settings->authorities ? strdup(settings->authorities) : NULL;
    if ((http->multi = curl_multi_init()) == NULL) {
        log_error("http: libcurl does not start");
        free(http->authorities);
        free(http);
        return NULL;
    }
    http->timer = loop_timer_new(loop, on_timer, http);
    http->pump_timer = loop_timer_new(loop, on_pump, http);
    curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, set_socket);
    curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
    curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, set_timer);
    curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
    curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)settings->connections);
    curl_multi_setopt(http->multi, CURLMOPT_PIPELINING,
                      (long)(http->http2 ? CURLPIPE_MULTIPLEX : CURLPIPE_NOTHING));
    return http;
}

void
http_shut(struct http **http)
{
    struct http *own = *http;

    *http = NULL;
    if (own == NULL)
        return;
    own->is_shut = true;
    while (own->transfers != NULL)
        destroy(own->transfers); /* NOLINT(clang-analyzer-unix.Malloc): it leaves the list */
    curl_multi_cleanup(own->multi);
    loop_timer_destroy(&own->timer);
    loop_timer_destroy(&own->pump_timer);
    free(own->authorities);
    free(own);
    curl_global_cleanup();
}
