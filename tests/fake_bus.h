#ifndef TESTS_FAKE_BUS_H
#define TESTS_FAKE_BUS_H

#include "common/bus.h"

/* A bus without a socket, linked where bus.c would be: keeps what was sent. */

struct bus *fake_bus_new(void);
void fake_bus_destroy(struct bus **bus);

/* How many messages were sent, and the one sent as number N from 0 (as its receiver would decode it; it is
 * the bus's). */
int fake_bus_count(const struct bus *bus);
const struct message *fake_bus_sent(const struct bus *bus, int n);
struct peer *fake_bus_receiver(const struct bus *bus, int n);

struct peer *fake_peer_new(const char *role);
void fake_peer_destroy(struct peer **peer);

#endif
