#ifndef COMMON_MODEL_HTTP_H
#define COMMON_MODEL_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/loop.h"

/* POST requests to a model's server, many at once, on the loop. The only file that knows libcurl.
 *
 * What comes is kept until libcurl has returned and is handed on from the loop, so that a listener may do
 * anything, also close this or other transfers. No redirects, http and https only, TLS verified. */
struct http;
struct transfer;

enum http_end {
    HTTP_WHOLE,  /* the body came to its end, as HTTP counts */
    HTTP_BROKEN, /* the connection broke, or could not be made */
    HTTP_TIMEOUT_CONNECT,
    HTTP_TIMEOUT_FIRST, /* not one byte of the body came */
    HTTP_TIMEOUT_IDLE   /* no further byte came */
};

struct http_request {
    const char *url;
    const char *const *headers; /* "Name: value", NULL at the end */
    const char *body;
    size_t size;
    int64_t first_ms; /* until the first byte of the body */
    int64_t idle_ms;  /* between two bytes of it */
};

struct http_listener {
    /* Bytes of the body, as they come. */
    void (*body)(void *owner, struct transfer *transfer, const char *bytes, size_t size);
    /* Once, last; the transfer is freed after it returns. WHY is a sentence, lent. Never after http_close().
     */
    void (*end)(void *owner, struct transfer *transfer, enum http_end end, const char *why);
};

struct http_settings {
    int connections;         /* kept at most */
    bool http2;              /* where TLS offers it */
    int64_t connect_ms;      /* name, connection and TLS together */
    const char *authorities; /* PEM file of who may sign certificates; "": the system's. Copied */
};

/* NULL when it can't (logged). */
struct http *http_open(struct loop *loop, const struct http_settings *settings);
void http_shut(struct http **http); /* closes what is under way, without a call */

/* Begin. REQUEST is copied. NULL without memory (logged). */
struct transfer *http_post(struct http *http, const struct http_request *request,
                           const struct http_listener *listener, void *owner);

/* Close the connection at once; no further call. Leaves NULL. */
void http_close(struct transfer **transfer);

/* Nothing is wanted of it any more; what is left of its body is read for at most GRACE_MS so that the
 * connection can be used again. No further call. Leaves NULL. */
void http_release(struct transfer **transfer, int64_t grace_ms);

/* Stop reading after MS from now: the end is then HTTP_WHOLE. */
void http_end_within(struct transfer *transfer, int64_t ms);

/* The status, 0 while there is none. */
int http_status(const struct transfer *transfer);

/* Call HEADER(OWNER, name, value) for each header of the answer. */
void http_headers(const struct transfer *transfer,
                  void (*header)(void *owner, const char *name, const char *value), void *owner);

#endif
