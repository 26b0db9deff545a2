/* ABORT: stop the run and its model calls, wherever they are. */
#include "common/clock.h"
#include "orchestrator/walk.h"

/* True when there is such a run, under way or ended. *LATER: another orchestrator leads it, or it can't be
 * known. */
static bool
stop(struct orchestrator *self, const struct abort *abort, bool *later)
{
    struct walk *walk = walks_by_id(self->walks, abort->owner, abort->run_id);
    struct store_run run = { 0 };
    bool found;

    if (walk != NULL) {
        walk->cancelled = true; /* one that waits ends as soon as it begins */
        if (walk->stored.state == STORE_RUN_WAITING)
            walk_begin(walk);
        else
            walk_lead(walk, (struct lead_event) { .kind = LEAD_ABORT });
        return true;
    }
    *later = store_run_find(self->store, abort->owner, abort->run_id, &run) != 0 ||
             (run.id != 0 && run.at[0] != '\0');
    found = run.id != 0 && !*later;
    store_run_clear(&run);
    if (!found) /* where nobody leads it any more, this orchestrator may be the one that takes it over */
        walks_abort_early(self->walks, abort->owner, abort->run_id, clock_now_ms());
    return found;
}

int
on_abort(void *owner, struct peer *from, const struct message *message)
{
    struct orchestrator *self = owner;
    bool later = false, found = stop(self, &message->abort, &later);

    if (message->abort.request != 0) {
        struct message answer = {
            .kind = MESSAGE_ABORTED,
            .aborted = { .request = message->abort.request, .found = found, .later = later },
        };

        turn_ends(self); /* it is in the store before it is said */
        bus_send(self->daemon.bus, from, &answer);
    }
    return 0;
}
