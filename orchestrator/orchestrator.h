#ifndef ORCHESTRATOR_ORCHESTRATOR_H
#define ORCHESTRATOR_ORCHESTRATOR_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/daemon.h"
#include "common/instructions.h"
#include "common/metrics.h"
#include "common/model/model.h"
#include "orchestrator/dispatch.h"
#include "orchestrator/store.h"
#include "orchestrator/walks.h"

struct money_rates;
struct subscriber;

/* All that the orchestrator holds. main() owns it. */
struct orchestrator {
    struct daemon daemon;
    struct store *store;
    struct model *model;
    struct dispatch *dispatch;
    struct walks *walks;               /* runs waiting and under way */
    struct subscriber *subscribers;    /* who follows a run */
    struct loop_hook *hook;            /* end of each turn: commit, then send */
    struct loop_timer *retain_timer;   /* threads that are old are forgotten */
    struct loop_timer *lease_timer;    /* of a store that is shared: renewed, or won again (on_lease.c) */
    int64_t lease;                     /* its number in the store; 0: there is none */
    int lease_file;                    /* where that is noted; -1: nowhere */
    bool afresh;                       /* the store was lost, and is not won again yet: nothing is led */
    struct instructions *instructions; /* the suggestion's */
    char *salt;                        /* of the hash of a shopper */
    struct money_rates *rates;         /* of a budget in another currency */
    json_t *facets;                    /* what the shop sells, or NULL: no wardrobe has said so yet */
    char *facets_text;                 /* the same, as the prompt has it */
    bool sync;                         /* this turn has accepted a run: its commit goes to the disk */
    bool dirty;                        /* this turn has written to the store */
    bool store_failed;                 /* and could not */
    struct metric *runs_total, *runs_failed, *run_ms;
};

/* Handlers: one for each kind of message, in the file of its name. */
handler on_query, on_attach, on_detach, on_abort, on_history, on_forget;
handler on_assessed, on_extracted, on_found, on_chosen, on_refused, on_facets, on_figures;

/* The lease is to be renewed, or to be won again (on_lease.c). */
void on_lease(void *self);

/* Have a lease: the first, or again. Returns 0, or -1 (logged). */
int lease_win(struct orchestrator *self);

/* A worker or a gateway is gone (on_lost.c). */
void on_lost(void *self, struct peer *peer);
#endif
