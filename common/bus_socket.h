#ifndef COMMON_BUS_SOCKET_H
#define COMMON_BUS_SOCKET_H

#include <stdbool.h>
#include <stdint.h>

#include "common/bus_keys.h"
#include "common/loop.h"

/* Of one frame, at most. libzmq cuts off for good who sends a longer one. */
#define BUS_FRAME_BYTES ((size_t)16 << 20)

/* One ZeroMQ socket of the bus with its monitor, on the loop: a ROUTER that binds or a DEALER that
 * connects, with the options that stack-notes 2.3 asks for. Its descriptors only wake the loop; what there
 * is to read is asked of the socket. */
struct bus_socket {
    void *socket, *monitor;
    struct loop_watch *watch, *monitor_watch;
    bool monitor_woke; /* it may have events; unlike `socket` it is only read, so that its descriptor tells */
    unsigned opened;   /* times; its monitor has another name each time */
};

/* Open it on ENDPOINT. KEYS may be NULL. 0, or -1 (logged); closed with bus_socket_close() in both cases. */
int bus_socket_open(struct bus_socket *socket, struct loop *loop, void *context, struct bus_keys *keys,
                    const char *endpoint, bool binds);

/* Close it; it may be opened again. */
void bus_socket_close(struct bus_socket *socket);

/* Whether there is a message, or an event of the monitor, to read. */
bool bus_socket_has_input(const struct bus_socket *socket);

/* The monitor's next event (ZMQ_EVENT_...), 0 when there is none. */
uint16_t bus_socket_event(struct bus_socket *socket);

/* Connect to ENDPOINT again: libzmq gives up where a key was not known. */
void bus_socket_knock(struct bus_socket *socket, const char *endpoint);

#endif
