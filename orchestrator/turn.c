/* The end of each turn of the loop: requests go out, what was written is committed, and only then are
 * events sent. An event that a client has seen is in the store. */
#include <string.h>

#include "common/log.h"
#include "orchestrator/streams.h"
#include "orchestrator/walk.h"

#define AFRESH_MS 50 /* from the loss of a store that is shared to the first try to win it again */

void
wrote(struct orchestrator *self, int status)
{
    self->dirty = true;
    if (status != 0)
        self->store_failed = true;
}

static void
forget_written(struct walk *walk)
{
    buffer_reset(&walk->outgoing);
    walk->written_count = 0;
    walk->accepted_now = false;
}

static void
destroy(struct orchestrator *self, struct walk *walk)
{
    requests_cancel(walk, -1);
    walks_remove(self->walks, walk);
    walk_destroy(&walk);
}

void
walks_begin_afresh(struct orchestrator *self)
{
    struct walk *walk;

    while ((walk = walks_first(self->walks)) != NULL) {
        streams_reject(self, walk, "unavailable", "The store is away for a moment. Please try again.");
        destroy(self, walk);
    }
    self->afresh = true;
    loop_timer_start(self->lease_timer, AFRESH_MS);
}

/* The store can't be written. Who has just asked is refused; runs that were under way can't go on, and this
 * process ends: the next one takes them up from what the store holds, when it can. One that is shared is won
 * again, and all runs begin afresh from there. */
static void
store_has_failed(struct orchestrator *self)
{
    bool others = store_is_lost(self->store);

    store_rollback(self->store);
    self->store_failed = false;
    if (store_is_shared(self->store)) {
        walks_begin_afresh(self);
        return;
    }
    for (struct walk *walk = walks_first(self->walks), *next; walk != NULL; walk = next) {
        next = walk->next;
        if (walk->accepted_now) {
            streams_reject(self, walk, "store", "The question could not be stored. Please try again later.");
            destroy(self, walk);
        } else if (walk->written_count > 0) {
            others = true;
        }
    }
    if (others) {
        log_error("store: runs under way can't be stored; stopping, they are taken up at the next start");
        self->daemon.failed = true;
        loop_stop(self->daemon.loop);
    }
}

/* Commit. True when what was written may be told. */
static bool
commit(struct orchestrator *self)
{
    bool sync = self->sync;

    self->sync = false;
    self->dirty = false;
    if (!self->store_failed && store_commit(self->store, sync) == 0)
        return true;
    store_has_failed(self);
    return false;
}

static void
send_written(struct orchestrator *self)
{
    for (struct walk *walk = walks_first(self->walks), *next; walk != NULL; walk = next) {
        next = walk->next;
        if (walk->written_count > 0)
            streams_send_new(self, walk);
        forget_written(walk);
        if (walk->stored.state == STORE_RUN_ENDED) {
            streams_run_ended(walk);
            destroy(self, walk);
        }
    }
}

bool
turn_ends(void *owner)
{
    struct orchestrator *self = owner;
    struct walk *walk;
    bool busy;

    if (store_is_shared(self->store) && store_is_lost(self->store) && !self->afresh)
        store_has_failed(self);
    while ((walk = walks_next(self->walks)) != NULL)
        walk_begin(walk);
    requests_pump(self);
    busy = self->dirty;
    if (self->dirty && commit(self))
        send_written(self);
    if (self->subscribers != NULL && streams_replay(self))
        busy = true;
    return busy;
}
