/* REJECTED -> another orchestrator is asked, or the client hears why not. */
#include <stdio.h>
#include <string.h>

#include "gateway/deliver.h"
#include "gateway/gateway.h"

#define MOST_MOVES 8 /* from orchestrator to orchestrator, before it is an error */

static bool
is_here(struct gateway *gateway, const char *name)
{
    struct peer *peer = NULL;

    while ((peer = bus_next_peer(gateway->daemon.bus, "orchestrator", peer)) != NULL)
        if (strcmp(peer_name(peer), name) == 0)
            return true;
    return false;
}

/* Send STREAM to the orchestrator that REJECTED names, or to any other where this one drains. */
static bool
goes_elsewhere(struct gateway *gateway, struct stream *stream, const struct rejected *rejected)
{
    bool named = strcmp(rejected->code, "elsewhere") == 0, drains = strcmp(rejected->code, "draining") == 0;

    if (drains && stream->where[0] != '\0') /* it was sent there: the thread is there until it has drained */
        return stream_wait(gateway, stream, true);
    if (strcmp(rejected->code, "unavailable") == 0 || (named && !is_here(gateway, rejected->where)))
        return stream_wait(gateway, stream, named);
    if (!named && !drains)
        return false;
    if (++stream->moves > MOST_MOVES)
        return false;
    snprintf(stream->where, sizeof stream->where, "%s", named ? rejected->where : "");
    stream_unplace(gateway, stream, false);
    stream_place(gateway, stream);
    return true;
}

int
on_rejected(void *self, struct peer *from, const struct message *message)
{
    struct gateway *gateway = self;
    const struct rejected *rejected = &message->rejected;
    struct stream *stream = stream_find(&gateway->streams, rejected->stream);

    if (stream == NULL || stream->at != from || goes_elsewhere(gateway, stream, rejected))
        return 0;
    deliver_refusal(gateway, &stream,
                    strcmp(rejected->code, "elsewhere") == 0 ? "unavailable" : rejected->code,
                    rejected->message);
    return 0;
}
