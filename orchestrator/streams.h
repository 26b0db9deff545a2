#ifndef ORCHESTRATOR_STREAMS_H
#define ORCHESTRATOR_STREAMS_H

#include <stdbool.h>
#include <stdint.h>

#include "orchestrator/orchestrator.h"

struct walk;

/* Who follows which run: a gateway's stream gets a run's events, first those of the store, a batch at a
 * time, so that a long replay starves nobody; then those that are new. */
struct subscriber {
    struct subscriber *next;
    struct subscriber *next_in_walk; /* of those who follow the same run here */
    struct peer *gateway;
    int64_t stream;      /* the gateway's number */
    int64_t run;         /* the store's id */
    struct walk *walk;   /* NULL once the run has ended and its events are all in the store */
    int64_t sent;        /* offset of the last event that was sent */
    int64_t last_offset; /* of the terminal event, where walk is NULL */
    bool live;           /* has had all that is committed: gets what is new at once */
};

/* GATEWAY's STREAM wants RUN's events after OFFSET. WALK is the run here, or NULL for one that has ended with
 * LAST_OFFSET. */
void streams_add(struct orchestrator *self, struct peer *gateway, int64_t stream, int64_t run,
                 struct walk *walk, int64_t offset, int64_t last_offset);

/* GATEWAY's STREAM is gone; STREAM -1: all of them. */
void streams_remove(struct orchestrator *self, struct peer *gateway, int64_t stream);

/* What this turn has written in WALK and has committed goes to those who are live. */
void streams_send_new(struct orchestrator *self, struct walk *walk);

/* WALK has ended and is about to be destroyed. */
void streams_run_ended(struct walk *walk);

/* A batch of events to each that is behind. True when there is more to send. */
bool streams_replay(struct orchestrator *self);

/* Everybody who follows WALK is told REJECTED with CODE, and no longer follows it. */
void streams_reject(struct orchestrator *self, const struct walk *walk, const char *code,
                    const char *sentence);

/* The same with RUN as the store has it, and WALK NULL also where it is not led here: the gateway hears where
 * it is, or is to ask again. */
void streams_follow(struct orchestrator *self, struct peer *gateway, int64_t stream,
                    const struct store_run *run, struct walk *walk, int64_t offset);

/* REJECTED for one stream: it is led by the orchestrator WHERE. */
void streams_send_elsewhere(struct orchestrator *self, struct peer *gateway, int64_t stream,
                            const char *where);

/* REJECTED for one stream, because the store could not be read. */
void streams_refuse_for_store(struct orchestrator *self, struct peer *gateway, int64_t stream);

/* REJECTED for one stream. */
void streams_refuse(struct orchestrator *self, struct peer *gateway, int64_t stream, const char *code,
                    const char *sentence);

void streams_clear(struct orchestrator *self);

#endif
