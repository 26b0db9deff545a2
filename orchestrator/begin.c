/* A run's turn has come: what the client sees first, and the first requests. */
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "orchestrator/criteria.h"
#include "orchestrator/events.h"
#include "orchestrator/walk.h"

/* The thread as it is now: runs before this one have changed it since it was accepted. */
static int
read_thread(struct walk *walk)
{
    struct store_thread thread;
    char why[80];

    if (store_thread_find(walk->self->store, walk->stored.owner, walk->stored.thread, &thread) != 0)
        return -1;
    if (thread.id == 0) { /* forgotten meanwhile */
        store_thread_clear(&thread);
        return -1;
    }
    store_thread_clear(&walk->thread);
    walk->thread = thread;
    if (walk->thread.criteria == NULL)
        walk->thread.criteria = json_object();
    if (walk->thread.profile == NULL)
        walk->thread.profile = json_object();
    /* it was checked at acceptance; what a run before has taken away since needs no taking away */
    if (walk->patch != NULL && !walk->cancelled &&
        criteria_edit(&walk->thread.criteria, walk->patch, why) == 0)
        wrote(walk->self, store_thread_write(walk->self->store, &walk->thread, clock_wall_ms()));
    return 0;
}

void
walk_prepare(struct walk *walk)
{
    struct orchestrator *self = walk->self;
    const struct options *options = &self->daemon.options;
    const struct run_limits limits = {
        .attempts = (int)options->attempts,
        .assess_wait_ms = options->assess_wait_ms,
        .assess_ms = options->assess_ms,
        .extract_ms = options->extract_ms,
        .lookup_ms = options->lookup_ms,
        .choose_ms = options->choose_ms,
        .run_ms = options->run_ms,
    };

    walks_runs(self->walks, walk);
    run_init(&walk->run, &limits);
    walk->run.chooses = options->choose_ms > 0 && json_is_true(json_object_get(self->facets, "chooses"));
    if (walk->thread.criteria == NULL)
        walk->thread.criteria = json_object();
    if (walk->thread.profile == NULL)
        walk->thread.profile = json_object();
}

void
walk_begin(struct walk *walk)
{
    struct orchestrator *self = walk->self;
    json_t *look;

    walk_prepare(walk);
    wrote(self, store_run_set_state(self->store, walk->stored.id, STORE_RUN_RUNNING, clock_wall_ms()));
    if (read_thread(walk) != 0) {
        walk->failure_code = "store";
        walk->run.outcome = RUN_FAILED;
        walk_finish(walk);
        return;
    }
    walk->run.wishes = (int)json_array_size(walk->thread.wishes);
    if (walk->cancelled) {
        walk_lead(walk, (struct lead_event) { .kind = LEAD_ABORT });
        return;
    }
    look = json_object(); /* there from the beginning, so that a patch may replace it */
    event_state_snapshot(&walk->scratch, walk->thread.criteria, walk->thread.profile, look);
    walk_emit(walk);
    json_decref(look);
    walk_lead(walk, (struct lead_event) { .kind = LEAD_BEGIN });
}
