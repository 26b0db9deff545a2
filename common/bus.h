#ifndef COMMON_BUS_H
#define COMMON_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/loop.h"
#include "common/message.h"

/* The bus: an orchestrator binds a ROUTER, everyone else connects a DEALER to every orchestrator.
 * Says HELLO, beats, notices who is gone. Nothing but common/bus*.c knows ZeroMQ.
 *
 * A peer is somebody at the other end who has said HELLO. It is the bus's, good until the `gone`
 * call for it has returned. */
struct bus;
struct peer;

struct bus_settings {
    const char *role;      /* of this process: "gateway", "wardrobe", ... */
    const char *endpoints; /* one to bind (orchestrator), or several with commas to connect to; the host
                            * of tcp:// may be a name, and stands for all its addresses then */
    const char *state_dir; /* relative ipc paths are below it */
    bool binds;            /* true for the orchestrator */
    int64_t capacity;      /* requests this process holds at once, for its HELLO */
    int64_t beat_ms;       /* between two beats */
    int64_t resolve_ms;    /* between two questions where the orchestrators behind a name are */
    const char *secret_key, *server_key, *known_keys; /* CURVE, as in options.def; "" without */
};

/* What the owner of a bus is told. All are called from the loop, never from inside bus_send(). */
struct bus_listener {
    /* MESSAGE is lent. Never HELLO, BEAT or WHO: those are the bus's own. */
    void (*received)(void *owner, struct peer *from, const struct message *message);
    /* PEER has said HELLO, for the first time, or again with another capacity. */
    void (*joined)(void *owner, struct peer *peer);
    /* PEER is gone: nothing more will come of it, and what was sent to it may never have arrived.
     * All that it had sent before has been received. */
    void (*gone)(void *owner, struct peer *peer);
    /* Once at the end of each turn of the loop in which something was received. May be NULL. */
    void (*turn)(void *owner);
};

/* Open the bus. Returns NULL when it can't (logged: a second orchestrator on the path, a bad
 * endpoint, keys that do not fit). LISTENER is copied. */
struct bus *bus_open(struct loop *loop, const struct bus_settings *settings,
                     const struct bus_listener *listener, void *owner);
void bus_close(struct bus **bus);

/* Send MESSAGE to PEER; it is copied. Returns 0, or -1 when PEER can't be reached (logged at debug;
 * `gone` follows from the loop). */
int bus_send(struct bus *bus, struct peer *peer, const struct message *message);

/* Tell every peer that this process now holds CAPACITY requests at once (0: it drains). */
void bus_set_capacity(struct bus *bus, int64_t capacity);

/* Say in the next beats that LOAD requests are in hand. */
void bus_set_load(struct bus *bus, int64_t load);

/* The name of this process, random for each start. */
const char *bus_name(const struct bus *bus);

/* The known keys are read again. */
void bus_reload(struct bus *bus);

/* The peers of ROLE ("" for all), one after another: NULL gives the first, NULL comes after the last. */
struct peer *bus_next_peer(struct bus *bus, const char *role, struct peer *after);

const char *peer_role(const struct peer *peer);
const char *peer_name(const struct peer *peer); /* random for each start of a process */
int64_t peer_capacity(const struct peer *peer);

/* A place for one pointer of the owner's; NULL at first. The owner frees it in `gone`. */
void peer_set_note(struct peer *peer, void *note);
void *peer_note(const struct peer *peer);

#endif
