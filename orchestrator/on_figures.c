/* FIGURES of a worker -> every gateway. */
#include "orchestrator/orchestrator.h"

int
on_figures(void *owner, struct peer *from, const struct message *message)
{
    struct orchestrator *self = owner;
    struct peer *gateway = NULL;

    (void)from;
    while ((gateway = bus_next_peer(self->daemon.bus, "gateway", gateway)) != NULL)
        daemon_send(&self->daemon, gateway, message);
    return 0;
}
