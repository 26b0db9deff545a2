#ifndef GATEWAY_CLIENT_H
#define GATEWAY_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/arrival.h"
#include "gateway/wire.h"

struct lws;
struct stream;

/* Room in front of the bytes of a piece, where libwebsockets writes a frame's header. */
#define CLIENT_HEADROOM 16

/* Bytes on their way to a client: one WebSocket frame, or a piece of a streamed answer. */
struct unsent {
    struct unsent *next;
    size_t size;
    char bytes[]; /* CLIENT_HEADROOM, then SIZE bytes */
};

/* One client: who it is, what it waits for, what it has not been sent yet. Nothing here does I/O;
 * an idle client holds no buffer.
 *
 *   open ──▶ leaving (close_code is set: nothing more is queued; when the connection can be written
 *            to, websocket.c sends what is still queued, then the close)                            */
struct client {
    struct client *previous, *next; /* in struct clients */
    struct lws *connection;
    const struct wire *wire;
    struct wire_state *state; /* the wire's memory of this stream; NULL where it needs none */
    char *owner;              /* "public", or the token's sub */
    uint64_t address;         /* hash of where it comes from, for its bucket */
    struct stream *streams;   /* runs it waits for; list */
    int stream_count;
    struct unsent *first, *last; /* queue, oldest first */
    size_t unsent_size;          /* bytes in it */
    struct arrival received;     /* a frame that comes in pieces */
    size_t received_size;        /* of it, also of what is not kept */
    int close_code;              /* of a WebSocket; 0 while it is to stay */
    const char *close_reason;    /* a literal */
    int status;                  /* of an HTTP answer that is not a stream: 4xx, 5xx; 0 otherwise */
    bool resumes;                /* came to resume: leaves when it has no stream left */
    bool ends;                   /* one stream only (SSE): the answer ends with it */
    bool started;                /* SSE: the headers are sent */
    bool choked;                 /* the queue could not be emptied when it was last tried */
    bool ping_due;               /* nothing to send but a sign of life */
    bool is_binary;              /* the frame that is coming in is; its bytes are not kept */
};

struct clients {
    struct client *first;
    int count;
};

/* Make a client of OWNER (copied) that is spoken to by WIRE. NULL without memory (logged). */
struct client *client_new(struct clients *clients, struct lws *connection, const struct wire *wire,
                          const char *owner, uint64_t address);

/* Free it with all that is unsent. Its streams must be gone (on_left()), and what it was sending ended. */
void client_destroy(struct clients *clients, struct client **client);

/* Queue SIZE bytes (copied). A choked client with more than CAP bytes unsent reads too slowly: its queue is
 * dropped and it leaves with 1013. (One that is not choked has only not been written to since: a replay
 * brings much in one turn of the loop. Four times as much is too much for it, too.) Returns 0, or -1 when
 * nothing was queued, because of that, for want of memory, or because it is leaving; nothing is logged. */
int client_send(struct client *client, const char *bytes, size_t size, size_t cap);

/* Take the oldest piece out of the queue, for the caller to free; NULL when there is none. */
struct unsent *client_take(struct client *client);

/* CLIENT is to leave with a WebSocket close CODE and REASON (a literal) after what is queued.
 * The first reason stands. */
void client_leave(struct client *client, int code, const char *reason);

/* Forget all that is queued. */
void client_drop_unsent(struct client *client);

#endif
