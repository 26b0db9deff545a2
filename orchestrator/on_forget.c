/* FORGET: a thread and all that hangs on it is gone from the store before the answer goes out. */
#include "common/log.h"
#include "orchestrator/walk.h"

/* Runs of the thread end first; their last events are sent, from memory, when this turn ends. */
static void
end_runs(struct orchestrator *self, const struct forget *forget)
{
    struct walk *walk = walks_of_thread(self->walks, forget->owner, forget->thread);

    for (; walk != NULL; walk = walk->next_in_thread) {
        walk->cancelled = true;
        if (walk->stored.state == STORE_RUN_WAITING)
            walk_begin(walk);
        else
            walk_lead(walk, (struct lead_event) { .kind = LEAD_ABORT });
    }
}

int
on_forget(void *owner, struct peer *from, const struct message *message)
{
    struct orchestrator *self = owner;
    const struct forget *forget = &message->forget;
    struct message answer = { .kind = MESSAGE_FORGOTTEN, .forgotten = { .request = forget->request } };
    bool found = false;

    end_runs(self, forget);
    wrote(self, store_thread_forget(self->store, forget->owner, forget->thread, &found));
    self->sync = true;
    turn_ends(self);
    answer.forgotten.found = found && !self->daemon.failed;
    bus_send(self->daemon.bus, from, &answer);
    return 0;
}
