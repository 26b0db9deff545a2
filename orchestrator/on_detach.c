/* DETACH: a gateway's client is gone; its run goes on. */
#include "orchestrator/streams.h"

int
on_detach(void *owner, struct peer *from, const struct message *message)
{
    streams_remove(owner, from, message->detach.stream);
    return 0;
}
