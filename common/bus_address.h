#ifndef COMMON_BUS_ADDRESS_H
#define COMMON_BUS_ADDRESS_H

#include <stdbool.h>

/* The INDEX-th endpoint of LIST (commas between), a relative ipc path put below STATE_DIR; the caller
 * frees it. NULL past the last. */
char *bus_address_at(const char *list, int index, const char *state_dir);

/* Whether ENDPOINT may be used: ipc:// whose path is short enough for a socket, tcp:// to loopback, and
 * other tcp:// with keys only; to connect, with a port. 0 or -1 (logged, with what to do). */
int bus_address_check(const char *endpoint, bool binds, bool has_keys);

/* The host of a tcp:// ENDPOINT that passed bus_address_check(), when it is a name and no address; the caller
 * frees it. NULL for all others. */
char *bus_address_host(const char *endpoint);

/* Make the folder of an ipc ENDPOINT and take its lock, which *LOCK holds until it is closed: libzmq
 * would let a second process bind the same path and steal its connections. Nothing for tcp://.
 * 0, or -1 (logged): another orchestrator is there. */
int bus_address_lock(const char *endpoint, int *lock);

#endif
