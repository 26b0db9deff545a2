#include "common/bus_socket.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <zmq.h>

#include "common/id.h"
#include "common/log.h"

#define HIGH_WATER 20000 /* not flow control: what may lie in a pipe before a send is refused */
#define ROUTE_BYTES 16   /* of our routing ids */

static int
set_number(void *socket, int option, int value)
{
    return zmq_setsockopt(socket, option, &value, sizeof value);
}

static void
set_options(void *socket, bool binds)
{
    char id[ID_SIZE];

    set_number(socket, ZMQ_LINGER, 0);
    set_number(socket, ZMQ_SNDHWM, HIGH_WATER);
    set_number(socket, ZMQ_RCVHWM, HIGH_WATER);
    set_number(socket, ZMQ_TCP_KEEPALIVE, 1);
    set_number(socket, ZMQ_TCP_KEEPALIVE_IDLE, 15);
    set_number(socket, ZMQ_TCP_KEEPALIVE_INTVL, 5);
    set_number(socket, ZMQ_TCP_KEEPALIVE_CNT, 3);
    set_number(socket, ZMQ_HANDSHAKE_IVL, 5000);
    set_number(socket, ZMQ_IPV6, 1);
    zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &(int64_t) { BUS_FRAME_BYTES }, sizeof(int64_t));
    if (binds) {
        set_number(socket, ZMQ_ROUTER_MANDATORY, 1);
        return;
    }
    /* Not ZMQ_IMMEDIATE: it drops the pipe of a connection that closed even between two frames of a message
     * that is being read, and libzmq aborts on that. Without it, what could not be sent any more goes to who
     * comes next, before our HELLO: a stranger's messages are dropped there. */
    set_number(socket, ZMQ_RECONNECT_IVL, 50);
    set_number(socket, ZMQ_RECONNECT_IVL_MAX, 2000);
    id_random(id);
    zmq_setsockopt(socket, ZMQ_ROUTING_ID, id, ROUTE_BYTES);
}

static int
descriptor_of(void *socket)
{
    int fd = -1;
    size_t size = sizeof fd;

    zmq_getsockopt(socket, ZMQ_FD, &fd, &size);
    return fd;
}

static void
only_wakes(void *owner, int fd, int events)
{
    (void)owner;
    (void)fd;
    (void)events;
}

static void
monitor_wakes(void *owner, int fd, int events)
{
    struct bus_socket *socket = owner;

    (void)fd;
    (void)events;
    socket->monitor_woke = true;
}

int
bus_socket_open(struct bus_socket *socket, struct loop *loop, void *context, struct bus_keys *keys,
                const char *endpoint, bool binds)
{
    char monitor[64];

    snprintf(monitor, sizeof monitor, "inproc://monitor-%p-%u", (void *)socket, socket->opened++);
    if ((socket->socket = zmq_socket(context, binds ? ZMQ_ROUTER : ZMQ_DEALER)) == NULL) {
        log_error("bus: no socket: %s", zmq_strerror(errno));
        return -1;
    }
    set_options(socket->socket, binds);
    if (keys != NULL && bus_keys_use(keys, socket->socket, binds) != 0)
        return -1;
    if (zmq_socket_monitor(socket->socket, monitor, ZMQ_EVENT_ALL) != 0 ||
        (socket->monitor = zmq_socket(context, ZMQ_PAIR)) == NULL ||
        zmq_connect(socket->monitor, monitor) != 0) {
        log_error("bus: no monitor: %s", zmq_strerror(errno));
        return -1;
    }
    socket->watch = loop_watch_new(loop, descriptor_of(socket->socket), LOOP_READ, only_wakes, NULL);
    socket->monitor_woke = true; /* it wakes nobody who has not found it empty once */
    socket->monitor_watch =
        loop_watch_new(loop, descriptor_of(socket->monitor), LOOP_READ, monitor_wakes, socket);
    if ((binds ? zmq_bind(socket->socket, endpoint) : zmq_connect(socket->socket, endpoint)) != 0) {
        log_error("bus: %s %s: %s", binds ? "can't bind" : "can't connect to", endpoint, zmq_strerror(errno));
        return -1;
    }
    return 0;
}

void
bus_socket_close(struct bus_socket *socket)
{
    loop_watch_destroy(&socket->watch);
    loop_watch_destroy(&socket->monitor_watch);
    if (socket->monitor != NULL) {
        zmq_socket_monitor(socket->socket, NULL, 0);
        zmq_close(socket->monitor);
    }
    if (socket->socket != NULL)
        zmq_close(socket->socket);
    socket->monitor = socket->socket = NULL;
}

static bool
has_input(void *socket)
{
    int events = 0;
    size_t size = sizeof events;

    return zmq_getsockopt(socket, ZMQ_EVENTS, &events, &size) == 0 && (events & ZMQ_POLLIN);
}

bool
bus_socket_has_input(const struct bus_socket *socket)
{
    return socket->monitor_woke || has_input(socket->socket);
}

uint16_t
bus_socket_event(struct bus_socket *socket)
{
    zmq_msg_t part;
    uint16_t event = 0;
    int more;

    if (!socket->monitor_woke)
        return 0;
    zmq_msg_init(&part);
    if (zmq_msg_recv(&part, socket->monitor, ZMQ_DONTWAIT) < 0) {
        zmq_msg_close(&part);
        socket->monitor_woke = false;
        return 0;
    }
    if (zmq_msg_size(&part) >= sizeof event)
        memcpy(&event, zmq_msg_data(&part), sizeof event);
    more = zmq_msg_more(&part);
    zmq_msg_close(&part);
    while (more) { /* the address */
        zmq_msg_init(&part);
        more = zmq_msg_recv(&part, socket->monitor, ZMQ_DONTWAIT) >= 0 && zmq_msg_more(&part);
        zmq_msg_close(&part);
    }
    return event;
}

void
bus_socket_knock(struct bus_socket *socket, const char *endpoint)
{
    zmq_disconnect(socket->socket, endpoint);
    zmq_connect(socket->socket, endpoint);
}
