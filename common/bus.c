/* The bus over libzmq: one ROUTER that binds, or a DEALER for each orchestrator.
 *
 * ZMQ_FD is edge triggered on the socket's state, so a wake-up is only a hint (stack-notes 1.3): before
 * each sleep ZMQ_EVENTS is asked, after each wake everything is read, up to a budget.
 *
 * Who is gone is found three ways: three silent beats; a DEALER's connection that closed; and, at a
 * ROUTER, a beat that can't be routed. There the monitor's DISCONNECTED does not say whose connection it
 * was and comes before the route is gone, so beats go to everyone at 0, 1, 2, 4, 8 and 16 ms. */

#include "common/bus.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

#include "common/bus_address.h"
#include "common/bus_keys.h"
#include "common/bus_link.h"
#include "common/bus_names.h"
#include "common/clock.h"
#include "common/id.h"
#include "common/log.h"

#define BUDGET 256         /* messages handled in one turn, so that nobody starves */
#define SILENT_BEATS 3     /* and a peer is gone */
#define HELLO_AGAIN_MS 100 /* to a stranger that goes on speaking; one is enough for all it said */

static const int after_hint_ms[] = { 0, 1, 2, 4, 8, 16 };
#define HINTS ((int)(sizeof after_hint_ms / sizeof *after_hint_ms))

/* -- peers --------------------------------------------------------------------------------------- */

const char *
peer_role(const struct peer *peer)
{
    return peer->role;
}

const char *
bus_name(const struct bus *bus)
{
    return bus->name;
}

const char *
peer_name(const struct peer *peer)
{
    return peer->name;
}

int64_t
peer_capacity(const struct peer *peer)
{
    return peer->capacity;
}

void
peer_set_note(struct peer *peer, void *note)
{
    peer->note = note;
}

void *
peer_note(const struct peer *peer)
{
    return peer->note;
}

struct peer *
bus_next_peer(struct bus *bus, const char *role, struct peer *after)
{
    struct peer *peer = after == NULL ? bus->peers : after->next;

    while (peer != NULL && (peer->lost || (role[0] != '\0' && strcmp(peer->role, role) != 0)))
        peer = peer->next;
    return peer;
}

static struct peer *
find_peer(struct bus *bus, struct link *link, const void *route, size_t size)
{
    for (struct peer *peer = bus->peers; peer != NULL; peer = peer->next)
        if (peer->link == link && peer->route_size == size && memcmp(peer->route, route, size) == 0)
            return peer;
    return NULL;
}

/* -- sending ------------------------------------------------------------------------------------- */

/* Send the frames to ROUTE (at a DEALER: to its other end). Returns 0, or -1 with errno. */
static int
send_frames(struct link *link, const void *route, size_t route_size, const struct bytes *frames, int count)
{
    if (link->bus->binds && zmq_send(link->socket.socket, route, route_size, ZMQ_SNDMORE | ZMQ_DONTWAIT) < 0)
        return -1;
    for (int i = 0; i < count; i++)
        if (zmq_send(link->socket.socket, frames[i].bytes, frames[i].size,
                     ZMQ_DONTWAIT | (i + 1 < count ? ZMQ_SNDMORE : 0)) < 0)
            return -1;
    return 0;
}

static int
send_message(struct link *link, const void *route, size_t route_size, const struct message *message)
{
    struct bytes frames[MESSAGE_FRAMES];
    int count = message_encode(message, &link->bus->wire, frames);

    for (int i = 0; i < count; i++) {
        if (frames[i].size > BUS_FRAME_BYTES) {
            log_error("bus: %s of %zu bytes is longer than the bus takes: it was not sent",
                      message_name(message->kind), frames[i].size);
            errno = EMSGSIZE;
            return -1;
        }
    }
    return count < 0 ? -1 : send_frames(link, route, route_size, frames, count);
}

int
bus_send(struct bus *bus, struct peer *peer, const struct message *message)
{
    if (peer->lost || send_message(peer->link, peer->route, peer->route_size, message) != 0) {
        if (!peer->lost && errno == EHOSTUNREACH)
            peer->lost = true; /* `gone` follows from the loop */
        log_debug("%s could not be sent to %s %s", message_name(message->kind), peer->role, peer->name);
        return -1;
    }
    (void)bus;
    return 0;
}

/* What LINK's orchestrator may give this process: each of several that do not drain gets its part, so that
 * together they do not give it more than it holds. */
static int64_t
share_of(const struct bus *bus, const struct link *link)
{
    int64_t others = 0;

    if (bus->binds || bus->capacity == 0)
        return bus->capacity;
    for (const struct peer *peer = bus->peers; peer != NULL; peer = peer->next)
        others += !peer->lost && peer->capacity > 0 && peer->link != link;
    return bus->capacity > others ? bus->capacity / (others + 1) : 1;
}

/* AGAIN: the other knows us, and what it has of ours stands. */
static void
say_hello(struct bus *bus, struct link *link, const void *route, size_t route_size, bool again)
{
    struct message hello = { .kind = MESSAGE_HELLO };

    hello.hello = (struct hello) { .role = bus->role,
                                   .name = bus->name,
                                   .version = MESSAGE_VERSION,
                                   .capacity = share_of(bus, link),
                                   .again = again };
    link->hello_ms = clock_now_ms();
    link->told = hello.hello.capacity;
    send_message(link, route, route_size, &hello);
}

/* An orchestrator came, drains or is gone: tell the others their part. */
static void
tell_shares(struct bus *bus)
{
    for (struct peer *peer = bus->peers; peer != NULL && !bus->binds; peer = peer->next)
        if (!peer->lost && share_of(bus, peer->link) != peer->link->told)
            say_hello(bus, peer->link, peer->route, peer->route_size, true);
}

static void
beat_to_all(struct bus *bus)
{
    struct message beat = { .kind = MESSAGE_BEAT, .beat = { .load = bus->load } };

    for (struct peer *peer = bus->peers; peer != NULL; peer = peer->next)
        bus_send(bus, peer, &beat);
}

void
bus_set_capacity(struct bus *bus, int64_t capacity)
{
    bus->capacity = capacity;
    for (struct peer *peer = bus->peers; peer != NULL; peer = peer->next)
        if (!peer->lost)
            say_hello(bus, peer->link, peer->route, peer->route_size, true);
}

void
bus_set_load(struct bus *bus, int64_t load)
{
    bus->load = load;
}

/* Call `gone` for the peers that are lost, and forget them. */
static void
bury_the_lost(struct bus *bus)
{
    bool any = false;

    for (struct peer **place = &bus->peers; *place != NULL;) {
        struct peer *peer = *place;

        if (!peer->lost) {
            place = &peer->next;
            continue;
        }
        *place = peer->next;
        any = true;
        log_info("gone: %s %s", peer->role, peer->name);
        bus->listener.gone(bus->owner, peer);
        bus_names_lost(bus, peer->link);
        free(peer);
        place = &bus->peers; /* the listener may have lost others */
    }
    if (any)
        tell_shares(bus);
}

/* -- receiving ----------------------------------------------------------------------------------- */

/* A peer has said who it is: for the first time, or with another capacity. */
static void
on_hello(struct bus *bus, struct link *link, const void *route, size_t route_size,
         const struct message *message)
{
    const struct hello *hello = &message->hello;
    struct peer *peer = find_peer(bus, link, route, route_size);

    if (hello->version < MESSAGE_VERSION - 1 || hello->version > MESSAGE_VERSION + 1) {
        log_error("%.15s %.32s speaks version %lld of the bus, this is version %d: replace the older one",
                  hello->role, hello->name, (long long)hello->version, MESSAGE_VERSION);
        return;
    }
    if (peer != NULL && (strcmp(peer->name, hello->name) != 0 || (bus->binds && !hello->again))) {
        /* Another process answers at the same connection; or it took us for dead while we were frozen, and
         * has dropped what we gave it. The one that we knew is gone. */
        peer->lost = true;
        bury_the_lost(bus);
        peer = NULL;
        if (link->leaving) /* no name leads there any more */
            return;
    }
    if (peer == NULL && bus_names_have_twin(bus, link, hello->name))
        return;
    if (peer == NULL) {
        if ((peer = calloc(1, sizeof *peer)) == NULL) {
            log_error("bus: no memory for a peer");
            return;
        }
        peer->link = link;
        peer->route_size = route_size;
        memcpy(peer->route, route, route_size);
        snprintf(peer->role, sizeof peer->role, "%s", hello->role);
        snprintf(peer->name, sizeof peer->name, "%s", hello->name);
        peer->next = bus->peers;
        bus->peers = peer;
        log_info("joined: %s %s capacity=%lld", peer->role, peer->name, (long long)hello->capacity);
        if (bus->binds)
            say_hello(bus, link, route, route_size, false);
    }
    peer->heard_ms = clock_now_ms();
    peer->capacity = hello->capacity;
    tell_shares(bus);
    bus->listener.joined(bus->owner, peer);
}

static void
on_message(struct bus *bus, struct link *link, const void *route, size_t route_size,
           const struct message *message)
{
    struct peer *peer;

    if (message->kind == MESSAGE_HELLO) {
        on_hello(bus, link, route, route_size, message);
        return;
    }
    peer = find_peer(bus, link, route, route_size);
    if (peer == NULL || message->kind == MESSAGE_WHO) {
        /* A stranger: we were started anew, or took it for dead. A ROUTER asks who it is; a DEALER's
         * other end is told who we are, and answers in kind. One that asks whom it knew has taken us for
         * dead, and knows of nothing that it had of ours: it is gone, and comes back. */
        struct message who = { .kind = MESSAGE_WHO, .who = { .name = bus->name } };

        if (peer != NULL && !bus->binds) {
            peer->lost = true;
            bury_the_lost(bus);
        }
        if (bus->binds)
            send_message(link, route, route_size, &who);
        else if (message->kind == MESSAGE_WHO || clock_now_ms() >= link->hello_ms + HELLO_AGAIN_MS)
            say_hello(bus, link, route, route_size, false);
        return;
    }
    peer->heard_ms = clock_now_ms();
    if (message->kind != MESSAGE_BEAT)
        bus->listener.received(bus->owner, peer, message);
}

/* Read one whole message of LINK. Returns 1, or 0 when there is none. */
static int
receive_one(struct link *link)
{
    zmq_msg_t parts[MESSAGE_FRAMES + 1];
    struct bytes frames[MESSAGE_FRAMES + 1];
    struct message message;
    int count = 0, skip = link->bus->binds ? 1 : 0, more = 1;
    bool too_many = false;

    while (more) {
        zmq_msg_t *part = &parts[count];

        zmq_msg_init(part);
        if (zmq_msg_recv(part, link->socket.socket, ZMQ_DONTWAIT) < 0) {
            zmq_msg_close(part);
            break;
        }
        more = zmq_msg_more(part);
        frames[count] = (struct bytes) { zmq_msg_data(part), zmq_msg_size(part) };
        if (count < MESSAGE_FRAMES + skip - 1 || !more)
            count++;
        else {
            zmq_msg_close(part);
            too_many = true;
        }
    }
    if (more && count > 0) {
        /* The connection closed while its message was being read, and with ZMQ_IMMEDIATE the rest of it is
         * gone. libzmq would abort at the next read (fq.cpp, `!_more`; libzmq issue 3663). */
        link->cut = true;
        for (int i = 0; i < count; i++)
            zmq_msg_close(&parts[i]);
        return 0;
    }
    if (count == 0)
        return 0;
    if (too_many || frames[0].size > 255 || message_decode(&message, frames + skip, count - skip) != 0) {
        log_warning("bus: bytes that are no message of ours were dropped (%d frames)", count);
    } else {
        on_message(link->bus, link, skip ? frames[0].bytes : "", skip ? frames[0].size : 0, &message);
        message_clear(&message);
        link->bus->received = true;
    }
    for (int i = 0; i < count; i++)
        zmq_msg_close(&parts[i]);
    return 1;
}

/* Read LINK's monitor: connections made and closed. */
static void
read_monitor(struct link *link)
{
    struct bus *bus = link->bus;

    for (int i = 0; i < BUDGET; i++) {
        uint16_t event = bus_socket_event(&link->socket);

        if (event == 0)
            return;
        if (event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED && !bus->binds)
            say_hello(bus, link, "", 0, false);
        else if (event == ZMQ_EVENT_DISCONNECTED && !bus->binds)
            link_lose_peers(link);
        else if (event == ZMQ_EVENT_DISCONNECTED) {
            bus->hint = 0;
            loop_timer_start(bus->hint_timer, 0);
        } else if (event == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH || event == ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL) {
            log_warning("bus: %s: a connection was refused: the keys do not fit", link->endpoint);
            link->refused = !bus->binds;
        }
    }
}

/* -- the loop ------------------------------------------------------------------------------------ */

static bool
before_sleep(void *owner)
{
    struct bus *bus = owner;

    for (struct link *link = bus->links; link != NULL; link = link->next)
        if (link->leaving || bus_socket_has_input(&link->socket))
            return true;
    for (struct peer *peer = bus->peers; peer != NULL; peer = peer->next)
        if (peer->lost)
            return true;
    return bus->keys != NULL && bus_keys_have_input(bus->keys);
}

static void
after_wake(void *owner)
{
    struct bus *bus = owner;
    int budget = BUDGET;

    bus->received = false;
    if (bus->keys != NULL)
        bus_keys_answer(bus->keys);
    for (struct link *link = bus->links; link != NULL; link = link->next) {
        read_monitor(link);
        while (budget > 0 && !link->leaving && receive_one(link))
            budget--;
        if (link->cut)
            link_renew(link);
    }
    if (budget > 0) /* all was read: what the lost had sent has been handled */
        bury_the_lost(bus);
    links_close(bus, false);
    if (bus->received && bus->listener.turn != NULL)
        bus->listener.turn(bus->owner);
}

static void
beat_is_due(void *owner)
{
    struct bus *bus = owner;
    int64_t now = clock_now_ms();
    /* Late by a beat: it was this process that stood still, and the others deserve to be heard first. */
    bool was_frozen = now > bus->beat_due_ms + bus->beat_ms;

    for (struct peer *peer = bus->peers; peer != NULL; peer = peer->next) {
        if (was_frozen)
            peer->heard_ms = now;
        else if (now - peer->heard_ms > SILENT_BEATS * bus->beat_ms && !peer->lost) {
            log_warning("silent for %lld ms: %s %s is taken for gone", (long long)(now - peer->heard_ms),
                        peer->role, peer->name);
            peer->lost = true;
        }
    }
    beat_to_all(bus);
    links_knock(bus);
    bus->beat_due_ms = now + bus->beat_ms;
    loop_timer_start(bus->beat_timer, bus->beat_ms);
}

static void
hint_is_due(void *owner)
{
    struct bus *bus = owner;

    beat_to_all(bus);
    if (++bus->hint < HINTS)
        loop_timer_start(bus->hint_timer, after_hint_ms[bus->hint] - after_hint_ms[bus->hint - 1]);
}

/* -- open and close ------------------------------------------------------------------------------ */

/* Bind or connect to ENDPOINT; to all its addresses where its host is a name. 0 or -1 (logged). */
static int
open_endpoint(struct bus *bus, const char *endpoint)
{
    char *host = bus->binds ? NULL : bus_address_host(endpoint);

    if (host == NULL)
        return link_open(bus, endpoint) != NULL ? 0 : -1;
    bus_names_add(bus, endpoint, host);
    free(host);
    return 0;
}

struct bus *
bus_open(struct loop *loop, const struct bus_settings *settings, const struct bus_listener *listener,
         void *owner)
{
    struct bus *bus = calloc(1, sizeof *bus);
    char *endpoint;

    if (bus == NULL || (bus->context = zmq_ctx_new()) == NULL) {
        log_error("bus: no memory");
        free(bus);
        return NULL;
    }
    bus->loop = loop;
    bus->listener = *listener;
    bus->owner = owner;
    bus->binds = settings->binds;
    bus->capacity = settings->capacity;
    bus->beat_ms = settings->beat_ms > 0 ? settings->beat_ms : 1000;
    bus->resolve_ms = settings->resolve_ms > 0 ? settings->resolve_ms : 5000;
    bus->lock = -1;
    snprintf(bus->role, sizeof bus->role, "%s", settings->role);
    id_random(bus->name);
    bus->hook = loop_hook_new(loop, before_sleep, after_wake, bus);
    bus->beat_timer = loop_timer_new(loop, beat_is_due, bus);
    bus->hint_timer = loop_timer_new(loop, hint_is_due, bus);
    bus->beat_due_ms = clock_now_ms();
    if (bus_keys_open(&bus->keys, bus->context, settings) != 0)
        goto fail;
    for (int i = 0; (endpoint = bus_address_at(settings->endpoints, i, settings->state_dir)) != NULL; i++) {
        int status = bus_address_check(endpoint, settings->binds, bus->keys != NULL);

        if (status == 0 && settings->binds)
            status = bus_address_lock(endpoint, &bus->lock);
        if (status == 0)
            status = open_endpoint(bus, endpoint);
        free(endpoint);
        if (status != 0)
            goto fail;
        if (settings->binds)
            break; /* an orchestrator is at one address */
    }
    if (bus->links == NULL && bus->names == NULL) {
        log_error("option bus=%s: names no endpoint; ipc://bus/orchestrator is usual", settings->endpoints);
        goto fail;
    }
    loop_timer_start(bus->beat_timer, bus->beat_ms);
    return bus;

fail: /* what failed has said so */
    bus_close(&bus);
    return NULL;
}

void
bus_close(struct bus **bus)
{
    if (*bus == NULL)
        return;
    for (struct peer *peer = (*bus)->peers, *next; peer != NULL; peer = next) {
        next = peer->next;
        free(peer);
    }
    bus_names_close(*bus);
    links_close(*bus, true);
    bus_keys_close(&(*bus)->keys);
    loop_hook_destroy(&(*bus)->hook);
    loop_timer_destroy(&(*bus)->beat_timer);
    loop_timer_destroy(&(*bus)->hint_timer);
    if ((*bus)->lock >= 0)
        close((*bus)->lock);
    zmq_ctx_term((*bus)->context);
    buffer_clear(&(*bus)->wire);
    free(*bus);
    *bus = NULL;
}

void
bus_reload(struct bus *bus)
{
    if (bus->keys != NULL)
        bus_keys_reload(bus->keys);
}
