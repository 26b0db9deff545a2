#ifndef GATEWAY_CONNECTION_H
#define GATEWAY_CONNECTION_H

#include <libwebsockets.h>
#include <stdbool.h>

#include "gateway/gateway.h"
#include "gateway/route.h"
#include "gateway/token.h"

/* For the files that know libwebsockets: front.c, websocket.c, http.c and sse.c. */

/* Where a WebSocket resumes, between its handshake and its beginning. */
struct resume {
    char run_id[RUN_ID_SIZE];
    int64_t offset;
};

/* An HTTP request and its answer. */
struct request {
    struct lws *wsi;
    struct gateway *gateway;
    enum route route;
    int method;
    char id[RUN_ID_SIZE];  /* of the path */
    char colour[7];        /* ?c= of a picture, or "" */
    char origin[256];      /* of a page on another site that may read the answer, or "" */
    char known_tag[64];    /* If-None-Match */
    int64_t last_event_id; /* -2: none */
    struct arrival body;   /* of the request */
    size_t body_size;      /* bytes that came, also those not kept */
    int status;            /* of the answer; 0 while there is none */
    const char *type;      /* its MIME type */
    const char *cache;     /* its Cache-Control */
    const char *policy;    /* its Content-Security-Policy, or NULL */
    char tag[20];          /* its ETag, or "" */
    struct buffer answer;
    size_t sent;
    bool headers_sent, done;
    bool completed; /* the body has been read to its end */
    bool closes; /* the connection ends with the answer: what is left of the body can't be told from a request
                  */
    struct client *client;           /* of an answer that streams */
    struct request *previous, *next; /* of those that are being answered */
    int64_t progress_ms;             /* when a part of the answer was last taken */
    bool is_answering;
};

/* What one connection carries: at most one of them. libwebsockets makes it, zeroed. */
struct seat {
    struct client *client;
    struct resume *resume;
    struct request *request;
};

/* -- front.c ------------------------------------------------------------------------------------- */

extern const struct lws_protocols front_protocols[];

/* The headers of WSI's request that decide who may come in. OWNER: who it is; "" where nobody is let in.
 * Returns the status to refuse with (401, 403), or 0; *WHY says why. */
int front_admit(struct gateway *gateway, struct lws *wsi, char owner[TOKEN_SUBJECT_SIZE], const char **why);

/* Copy WSI's header TOKEN; "" where there is none or it does not fit. */
void front_header(struct lws *wsi, enum lws_token_indexes token, char *text, size_t size);

/* The value of NAME in WSI's query string, decoded. False where there is none, or it does not fit. */
bool front_argument(struct lws *wsi, const char *name, char *value, size_t size);

/* The hash of where WSI comes from, behind proxies of ours too. */
uint64_t front_address(struct gateway *gateway, struct lws *wsi);

/* Whether who comes from ADDRESS (front_address()) may read or stop something now; it is counted. Each makes
 * an orchestrator read its store, which a question does not do more. */
bool front_may_read(struct gateway *gateway, uint64_t address);

/* Append a piece of a frame or body that WSI brings to RECEIVED. False when WSI is to be sent away, since too
 * much comes in and this is the largest. */
bool front_keep(struct gateway *gateway, struct lws *wsi, struct arrival *received, const char *bytes,
                size_t size);

/* End WSI's connection; libwebsockets sees it at its next event. Not by its timeouts: with libev they are
 * late by as long as an older one has to go. */
void front_cut(struct lws *wsi);

/* RECEIVED is no longer coming in. */
void front_forget(struct gateway *gateway, struct arrival *received);

/* -- websocket.c --------------------------------------------------------------------------------- */

int websocket_confirm(struct gateway *gateway, struct lws *wsi);
int websocket_open(struct gateway *gateway, struct lws *wsi, struct seat *seat);
int websocket_established(struct gateway *gateway, struct seat *seat);
int websocket_received(struct gateway *gateway, struct lws *wsi, struct client *client, const char *bytes,
                       size_t size);
void websocket_forget_frame(struct gateway *gateway, struct client *client); /* what has come of it */
int websocket_writable(struct lws *wsi, struct client *client);

/* -- http.c -------------------------------------------------------------------------------------- */

int http_request(struct gateway *gateway, struct lws *wsi, struct seat *seat, const char *path);
int http_body(struct request *request, const char *bytes, size_t size);
int http_body_completed(struct request *request);
int http_writable(struct request *request);
void http_destroy(struct request **request);

/* Cut off who has taken nothing of their answer since BEFORE_MS: what was read out of the store for them is
 * kept until they have it. */
void http_cut_slow(struct gateway *gateway, int64_t before_ms);

/* Answer with {"code","message"}. */
void http_refuse(struct request *request, int status, const char *code, const char *message);

/* Write REQUEST's status line and headers; SIZE of the body, or -1 for one that streams. 0 or -1. */
int http_write_headers(struct request *request, int64_t size);

/* -- sse.c --------------------------------------------------------------------------------------- */

/* Begin the streamed answer that REQUEST's route is. */
void sse_start(struct request *request, const char *owner);
int sse_writable(struct request *request);

#endif
