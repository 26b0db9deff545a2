#ifndef COMMON_WEB_H
#define COMMON_WEB_H

#include <stdbool.h>
#include <stdint.h>
#include <libwebsockets.h>

#include "common/loop.h"

/* A libwebsockets server on our loop, with the guards that stack-notes names: our own listening
 * socket, HTTP/1.1 only, no h2c, no extensions, UTF-8 checked, security headers. Used by the gateway
 * and the understudy; nothing else knows libwebsockets. */
struct web;

struct web_settings {
    const char *address;  /* where to listen */
    int64_t port;         /* 0: a free one */
    const char *tls_cert; /* files, or "" for plain */
    const char *tls_key;
    int64_t max_clients;     /* more are answered 503 and closed before any work */
    int64_t address_clients; /* the same for those of one address; 0: no limit */
    bool (*may_have_more)(void *owner, const char *address); /* whom address_clients is not for; or NULL */
    const struct lws_protocols *protocols;                   /* [0] HTTP; calls web_guard() first */
    const struct lws_http_mount *mounts;                     /* or NULL */
    void *owner;                                             /* web_owner() gives it back in a callback */
};

/* Listen. NULL when it can't (logged; a port in use says so and what to do). */
struct web *web_open(struct loop *loop, const struct web_settings *settings);
void web_close(struct web **web);

/* The port it listens on. */
int web_port(const struct web *web);

/* Take no more connections. */
void web_stop_listening(struct web *web);

/* Read certificate and key again (logged when it can't; the old stay). */
void web_reload(struct web *web);

/* Between true and false what is written to WSI leaves in as few packets as it fits in: 40 small frames are
 * one wake-up of the client, not 40. */
void web_cork(struct lws *wsi, bool on);

struct lws_context *web_context(struct web *web);
void *web_owner(struct lws *wsi);

/* To be called first in protocols[0]'s callback, with every reason: keeps count of the connections and
 * refuses upgrades to anything but `websocket` (h2c and odd ones). Returns 0 to go on, or -1, which the
 * callback returns. */
int web_guard(struct lws *wsi, enum lws_callback_reasons reason);

#endif
