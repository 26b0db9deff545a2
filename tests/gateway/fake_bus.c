/* Stands where bus.c is: keeps what was sent, and has the peers that a test puts there. */
#include "tests/gateway/fake_bus.h"

#include <string.h>

#include "common/bus.h"

struct fake_bus fake_bus;

int
bus_send(struct bus *bus, struct peer *peer, const struct message *message)
{
    struct fake_sent *sent;

    (void)bus;
    if (peer->unreachable)
        return -1;
    if (fake_bus.count == FAKE_SENT)
        fake_bus.count = 0;
    sent = &fake_bus.sent[fake_bus.count++];
    memset(sent, 0, sizeof *sent);
    sent->to = peer;
    sent->kind = message->kind;
    switch (message->kind) {
    case MESSAGE_QUERY:
        sent->stream = message->query.stream;
        strncpy(sent->text, message->query.said, sizeof sent->text - 1);
        break;
    case MESSAGE_ATTACH:
        sent->stream = message->attach.stream;
        sent->number = message->attach.offset;
        strncpy(sent->text, message->attach.run_id, sizeof sent->text - 1);
        break;
    case MESSAGE_DETACH:
        sent->stream = message->detach.stream;
        break;
    case MESSAGE_ABORT:
        sent->number = message->abort.request;
        strncpy(sent->text, message->abort.run_id, sizeof sent->text - 1);
        break;
    case MESSAGE_HISTORY:
        sent->number = message->history.request;
        break;
    case MESSAGE_FORGET:
        sent->number = message->forget.request;
        break;
    default:
        break;
    }
    return 0;
}

struct peer *
bus_next_peer(struct bus *bus, const char *role, struct peer *after)
{
    (void)bus;
    for (int i = after == NULL ? 0 : (int)(after - fake_bus.peers) + 1; i < FAKE_PEERS; i++) {
        if (fake_bus.peers[i].is_there && (role[0] == '\0' || strcmp(role, fake_bus.peers[i].role) == 0))
            return &fake_bus.peers[i];
    }
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
    return peer->name;
}

int64_t
peer_capacity(const struct peer *peer)
{
    return peer->capacity;
}

struct peer *
fake_bus_join(const char *name)
{
    for (int i = 0; i < FAKE_PEERS; i++) {
        if (!fake_bus.peers[i].is_there) {
            fake_bus.peers[i] =
                (struct peer) { .role = "orchestrator", .name = name, .capacity = 8, .is_there = true };
            return &fake_bus.peers[i];
        }
    }
    return NULL;
}

struct fake_sent *
fake_bus_last(enum message_kind kind)
{
    for (int i = fake_bus.count; i-- > 0;) {
        if (fake_bus.sent[i].kind == kind)
            return &fake_bus.sent[i];
    }
    return NULL;
}

int
fake_bus_count(enum message_kind kind)
{
    int count = 0;

    for (int i = 0; i < fake_bus.count; i++)
        count += fake_bus.sent[i].kind == kind;
    return count;
}
