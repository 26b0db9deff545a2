/* A worker or a gateway is gone: what the worker was asked and has not answered goes to another. */
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "orchestrator/streams.h"
#include "orchestrator/walk.h"

void
on_lost(void *owner, struct peer *peer)
{
    struct orchestrator *self = owner;
    struct request *lost;
    size_t count;

    streams_remove(self, peer, -1);
    count = dispatch_gone(self->dispatch, peer, &lost);
    if (count > 0)
        log_warning("%s %s is gone with %zu requests; others are asked", peer_role(peer), peer_name(peer),
                    count);
    for (size_t i = 0; i < count; i++)
        walk_lead(
            (struct walk *)(uintptr_t)lost[i].run,
            (struct lead_event) { .kind = LEAD_LOST, .step = lost[i].step, .attempt = lost[i].attempt });
    free(lost);
}
