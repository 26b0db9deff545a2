#ifndef TESTS_GATEWAY_FAKE_BUS_H
#define TESTS_GATEWAY_FAKE_BUS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/message.h"

#define FAKE_SENT 256
#define FAKE_PEERS 4

struct peer {
    const char *role, *name;
    int64_t capacity;
    bool is_there, unreachable;
};

struct fake_sent {
    struct peer *to;
    enum message_kind kind;
    int64_t stream, number; /* number: the offset of an ATTACH, the request of others */
    char text[64];          /* the words of a QUERY, the run of others */
};

extern struct fake_bus {
    struct peer peers[FAKE_PEERS];
    struct fake_sent sent[FAKE_SENT];
    int count;
} fake_bus;

struct peer *fake_bus_join(const char *name);
struct fake_sent *fake_bus_last(enum message_kind kind);
int fake_bus_count(enum message_kind kind);

#endif
