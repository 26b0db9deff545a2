#ifndef ORCHESTRATOR_LEAD_H
#define ORCHESTRATOR_LEAD_H

#include <stdbool.h>
#include <stdint.h>

#include "orchestrator/run.h"

/* What a run does next: a function of the run and of what has happened, without I/O. The whole plan
 * of a run is in lead.c; perform.c carries out what it says. */

enum lead_event_kind {
    LEAD_BEGIN,      /* the run begins */
    LEAD_TAKE_UP,    /* the run goes on: the steps that it had finished stand in it as DONE */
    LEAD_ASSESSED,   /* step; off_topic, stricter */
    LEAD_PARAGRAPH,  /* count: its number; named: it may name products */
    LEAD_SUGGESTED,  /* the suggestion is whole */
    LEAD_SPEECHLESS, /* the suggestion's model has failed; retry: it may go on where it broke off */
    LEAD_EXTRACTED,  /* step; count: products wanted */
    LEAD_FOUND,      /* step; count: products found; named */
    LEAD_CHOSEN,     /* step */
    LEAD_REFUSED,    /* step; retry */
    LEAD_LOST,       /* step: the worker that was asked is gone */
    LEAD_TIME,       /* a deadline may have passed */
    LEAD_ABORT
};

struct lead_event {
    enum lead_event_kind kind;
    int64_t now_ms;
    int step;    /* index, for answers: of a step that run_waits_for() */
    int attempt; /* of REFUSED and LOST */
    int count;
    bool off_topic; /* the shopper's words are not about fashion */
    bool stricter;  /* a hard criterion is new: what was shown may break it */
    bool named;     /* the words name a product */
    bool retry;     /* another attempt may go better */
};

enum lead_action_kind {
    LEAD_SEND,     /* step: ask a worker that has room */
    LEAD_CANCEL,   /* step: who was asked may stop */
    LEAD_START,    /* ask the model for the suggestion (or for the rest of it) */
    LEAD_STOP,     /* close that call */
    LEAD_SHOW,     /* step: its products go to the client */
    LEAD_COMPARE,  /* step, a CHECK: withdraw what it did not find again, show what is new */
    LEAD_WITHDRAW, /* step: what it has shown goes */
    LEAD_DEGRADED, /* step: it is left out; `why` */
    LEAD_END       /* run->outcome says how */
};

struct lead_action {
    enum lead_action_kind kind;
    int step;
    const char *why; /* of DEGRADED: "late", "failed" or "unavailable" */
};

#define LEAD_ACTIONS (3 * RUN_STEPS + 8)

struct lead_actions {
    int count;
    struct lead_action list[LEAD_ACTIONS];
};

/* EVENT has happened to RUN: change it, and say what is to be done, in order. An event for a run
 * that has ended does nothing. */
void lead_on(struct run *run, const struct lead_event *event, struct lead_actions *actions);

#endif
