#include "tests/fake_bus.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { SENT_MAX = 256 };

struct peer {
    const char *role;
    void *note;
};

struct bus {
    int count;
    int64_t capacity;
    struct {
        struct peer *to;
        struct buffer wire; /* what MESSAGE points into */
        struct message message;
    } sent[SENT_MAX];
};

struct bus *
fake_bus_new(void)
{
    return calloc(1, sizeof(struct bus));
}

void
fake_bus_destroy(struct bus **bus)
{
    for (int n = 0; n < (*bus)->count; n++) {
        message_clear(&(*bus)->sent[n].message);
        buffer_clear(&(*bus)->sent[n].wire);
    }
    free(*bus);
    *bus = NULL;
}

int
fake_bus_count(const struct bus *bus)
{
    return bus->count;
}

const struct message *
fake_bus_sent(const struct bus *bus, int n)
{
    assert(n < bus->count);
    return &bus->sent[n].message;
}

struct peer *
fake_bus_receiver(const struct bus *bus, int n)
{
    assert(n < bus->count);
    return bus->sent[n].to;
}

struct peer *
fake_peer_new(const char *role)
{
    struct peer *peer = calloc(1, sizeof *peer);

    peer->role = role;
    return peer;
}

void
fake_peer_destroy(struct peer **peer)
{
    free(*peer);
    *peer = NULL;
}

/* -- as in bus.h -------------------------------------------------------------------------------- */

struct bus *
bus_open(struct loop *loop, const struct bus_settings *settings, const struct bus_listener *listener,
         void *owner)
{
    (void)loop, (void)settings, (void)listener, (void)owner;
    return fake_bus_new();
}

void
bus_close(struct bus **bus)
{
    if (*bus != NULL)
        fake_bus_destroy(bus);
}

int
bus_send(struct bus *bus, struct peer *peer, const struct message *message)
{
    struct bytes frames[MESSAGE_FRAMES];
    int count, n = bus->count;

    assert(n < SENT_MAX);
    count = message_encode(message, &bus->sent[n].wire, frames);
    assert(count > 0);
    if (message_decode(&bus->sent[n].message, frames, count) != 0)
        abort();
    bus->sent[n].to = peer;
    bus->count++;
    return 0;
}

void
bus_set_capacity(struct bus *bus, int64_t capacity)
{
    bus->capacity = capacity;
}

void
bus_set_load(struct bus *bus, int64_t load)
{
    (void)bus, (void)load;
}

void
bus_reload(struct bus *bus)
{
    (void)bus;
}

struct peer *
bus_next_peer(struct bus *bus, const char *role, struct peer *after)
{
    (void)bus, (void)role, (void)after;
    return NULL;
}

const char *
peer_role(const struct peer *peer)
{
    return peer->role;
}

const char *
bus_name(const struct bus *bus)
{
    (void)bus;
    return "fake";
}

const char *
peer_name(const struct peer *peer)
{
    return peer->role;
}

int64_t
peer_capacity(const struct peer *peer)
{
    (void)peer;
    return 1;
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
