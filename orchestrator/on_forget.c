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

/* The runs of the thread are led elsewhere, and end there; or it can't be known whether they are. */
static bool
is_not_ours(struct orchestrator *self, const struct forget *forget, struct store_thread *thread)
{
    return store_thread_find(self->store, forget->owner, forget->thread, thread) != 0 ||
           (thread->id != 0 && thread->at[0] != '\0');
}

int
on_forget(void *owner, struct peer *from, const struct message *message)
{
    struct orchestrator *self = owner;
    const struct forget *forget = &message->forget;
    struct message answer = { .kind = MESSAGE_FORGOTTEN,
                              .forgotten = { .request = forget->request, .where = "" } };
    struct store_thread thread;
    bool found = false;

    if (is_not_ours(self, forget, &thread)) {
        answer.forgotten.later = 1;
        answer.forgotten.where = thread.at == NULL ? "" : thread.at;
        bus_send(self->daemon.bus, from, &answer);
        store_thread_clear(&thread);
        return 0;
    }
    store_thread_clear(&thread);
    end_runs(self, forget);
    wrote(self, store_thread_forget(self->store, forget->owner, forget->thread, &found));
    self->sync = true;
    turn_ends(self);
    answer.forgotten.found = found && !self->daemon.failed;
    answer.forgotten.later = self->afresh;
    bus_send(self->daemon.bus, from, &answer);
    return 0;
}
