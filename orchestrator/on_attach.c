/* ATTACH: replay what a client has not seen, then follow. */
#include <string.h>

#include "orchestrator/streams.h"
#include "orchestrator/walk.h"

/* The run that is wanted: by its id, or the one under way in a thread. */
static int
find(struct orchestrator *self, const struct attach *attach, struct store_run *run)
{
    return attach->run_id[0] != '\0' ? store_run_find(self->store, attach->owner, attach->run_id, run)
                                     : store_run_of_thread(self->store, attach->owner, attach->thread, run);
}

int
on_attach(void *owner, struct peer *from, const struct message *message)
{
    struct orchestrator *self = owner;
    const struct attach *attach = &message->attach;
    struct store_run run;

    if (find(self, attach, &run) != 0) {
        streams_refuse_for_store(self, from, attach->stream);
        return 0;
    }
    if (run.id == 0)
        streams_refuse(self, from, attach->stream, "unknown_run", "There is no such run.");
    else
        streams_follow(self, from, attach->stream, &run, walks_by_key(self->walks, run.key), attach->offset);
    store_run_clear(&run);
    return 0;
}
