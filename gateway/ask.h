#ifndef GATEWAY_ASK_H
#define GATEWAY_ASK_H

#include <stdbool.h>
#include <stdint.h>

#include "common/bus.h"
#include "gateway/run_input.h"

struct gateway;
struct request;

/* An HTTP request that waits for one answer: HISTORY for THREAD, FORGET for FORGOTTEN, ABORT for
 * ABORTED. An ABORT goes to all orchestrators, since any may have the run, and the first that knows it
 * answers; the others to one. */
struct ask {
    struct ask *next;
    int64_t number; /* on the bus */
    enum message_kind kind;
    struct request *request; /* NULL when its client has gone */
    char *owner;
    char id[RUN_ID_SIZE];
    struct peer *at; /* who was asked; NULL while it is held, and for an ABORT */
    int waiting;     /* ABORT: orchestrators that have not answered */
    int64_t until_ms;
    bool later;          /* ABORT: an orchestrator could not say at this moment */
    int64_t again_ms;    /* when it is asked again, because of that; else 0 */
    int64_t patience_ms; /* until when it is; 0: it was not */
    int turn;            /* which of the orchestrators is asked first */
};

struct asks {
    struct ask *first;
    int64_t last_number;
};

/* Ask for REQUEST (KIND: MESSAGE_HISTORY, MESSAGE_FORGET or MESSAGE_ABORT) about ID, of OWNER; texts are
 * copied. http_answer() follows, at once when it can't be. Returns the ask, or NULL when it is over. */
struct ask *ask_new(struct gateway *gateway, struct request *request, enum message_kind kind,
                    const char *owner, const char *id);

/* The ask of NUMBER that waits for an answer to KIND, or NULL. */
struct ask *ask_find(const struct asks *asks, enum message_kind kind, int64_t number);

/* Answer ASK's request with STATUS and SIZE bytes of JSON, and forget it. */
void ask_answer(struct gateway *gateway, struct ask *ask, int status, const char *json, size_t size);

/* An orchestrator could not say at this moment: the one named WHERE is asked if it is here, else all are
 * asked again in a moment, for as long as a run is held. */
void ask_again(struct gateway *gateway, struct ask *ask, const char *where);

/* REQUEST is gone: nobody waits. */
void ask_drop(struct gateway *gateway, struct request *request);

/* An orchestrator came or is gone; time has passed. */
void asks_joined(struct gateway *gateway);
void asks_lost(struct gateway *gateway, struct peer *peer);
void asks_look(struct gateway *gateway, int64_t now_ms);

#endif
