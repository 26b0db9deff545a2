#ifndef COMMON_DAEMON_H
#define COMMON_DAEMON_H

#include <stdbool.h>

#include "common/bus.h"
#include "common/loop.h"
#include "common/message.h"
#include "common/options.h"

/* What all daemons do alike: options, log, loop, signals, the bus, draining. */
struct daemon;

/* Handles one kind of message. SELF is the daemon's own struct (see main.c). Returns 0, or -1 when a
 * resource of our own is gone (logged): the process then stops and is started again. */
typedef int handler(void *self, struct peer *from, const struct message *message);

/* What a daemon brings; any call may be NULL. All get SELF. */
struct daemon_calls {
    handler *handlers[MESSAGE_KINDS];
    void (*joined)(void *self, struct peer *peer);
    void (*gone)(void *self, struct peer *peer); /* on_lost.c */
    void (*turn)(void *self);                    /* end of a turn in which messages came */
    void (*reload)(void *self);                  /* SIGHUP, after the options were read again */
    void (*drain)(void *self);                   /* SIGTERM or SIGINT: take no more */
    bool (*is_idle)(void *self);                 /* nothing is in hand: a draining daemon may stop */
};

struct daemon {
    const char *name;
    struct options options;
    struct loop *loop;
    struct bus *bus; /* NULL for the understudy, and until daemon_serve() */
    int argc;
    char **argv;
    const struct daemon_calls *calls;
    void *self;
    struct loop_timer *drain_timer, *health_timer, *figures_timer;
    int64_t drain_deadline_ms;
    bool draining;
    bool failed; /* a handler has returned -1 */
};

/* Read the options, name the log, make the loop, catch the signals, make the state folder.
 * Returns 0; or -1 with *STATUS what main() is to return (2 for a bad option, 0 after --help). */
int daemon_start(struct daemon *daemon, const char *name, int argc, char *argv[], int *status);

/* Open the bus, say `ready`, and serve until told to stop. BINDS for the orchestrator; ON_BUS false
 * for the understudy. Returns EXIT_SUCCESS or EXIT_FAILURE for main(). */
int daemon_serve(struct daemon *daemon, const struct daemon_calls *calls, void *self);

/* Open the bus before daemon_serve() does, for daemons that need it earlier. 0 or -1 (logged). */
int daemon_open_bus(struct daemon *daemon, const struct daemon_calls *calls, void *self);

void daemon_stop(struct daemon *daemon); /* frees everything */

/* Send MESSAGE to PEER, as bus_send(); a peer that is gone is not an error. */
void daemon_send(struct daemon *daemon, struct peer *peer, const struct message *message);

/* Answer MESSAGE with REFUSED. RETRY: another attempt may go better. USAGE may be NULL, is lent. */
void daemon_refuse(struct daemon *daemon, struct peer *peer, const struct message *message, const char *code,
                   const char *why, bool retry, json_t *usage);

#endif
