#ifndef COMMON_BUS_LINK_H
#define COMMON_BUS_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buffer.h"
#include "common/bus.h"
#include "common/bus_keys.h"
#include "common/bus_socket.h"
#include "common/id.h"
#include "common/loop.h"

/* What is inside a bus, for common/bus*.c alone: its links, which are sockets, and its peers, who have said
 * HELLO over them. */

struct bus_name;

struct peer {
    struct peer *next;
    struct link *link;
    unsigned char route[256]; /* routing id at a ROUTER */
    size_t route_size;
    char role[16], name[ID_SIZE];
    int64_t capacity;
    int64_t heard_ms;
    bool lost; /* `gone` is to be called as soon as all that was received has been read */
    void *note;
};

/* A socket: the ROUTER, or the DEALER to one orchestrator. */
struct link {
    struct link *next;
    struct bus *bus;
    char *endpoint;
    struct bus_name *of; /* the name whose address it is; NULL for an endpoint that was given as it is */
    struct bus_socket socket;
    int64_t hello_ms; /* when we last said who we are */
    int64_t told;     /* and the capacity that we said then */
    bool refused;     /* our key was not known: libzmq gives up, we do not */
    bool cut;         /* a message was cut in its middle: the socket must not be read again */
    bool leaving;     /* it has no peer and gets none: closed at the end of this turn of the loop */
};

struct bus {
    struct loop *loop;
    struct bus_listener listener;
    void *owner;
    bool binds;
    char role[16], name[ID_SIZE];
    int64_t capacity, load, beat_ms, resolve_ms;
    void *context;
    struct link *links;
    struct bus_name *names;
    struct peer *peers;
    struct loop_hook *hook;
    struct loop_timer *beat_timer, *hint_timer;
    int64_t beat_due_ms;
    int hint; /* index of the next beat after a hint */
    int lock; /* descriptor of the ipc path's lock, or -1 */
    struct bus_keys *keys;
    struct buffer wire;
    bool received; /* something, in this turn */
};

/* Open a link of BUS to ENDPOINT (a whole one, see bus_address.h). BUS closes it; NULL when it can't
 * (logged). */
struct link *link_open(struct bus *bus, const char *endpoint);

/* Another socket in the place of one that was cut: its orchestrator is gone, and may come again. */
void link_renew(struct link *link);

/* The peers at the other end of LINK are lost. */
void link_lose_peers(struct link *link);

/* Whether somebody at the other end of LINK has said HELLO and `gone` was not called for it. */
bool link_has_peer(const struct link *link);

/* A key may be made known at any time: knock again at the doors of BUS that were shut. */
void links_knock(struct bus *bus);

/* Close the links of BUS that are leaving; with ALL, every one. */
void links_close(struct bus *bus, bool all);

#endif
