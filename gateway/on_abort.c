/* A client's stop -> ABORT. It may come before the run is registered anywhere, so an unknown run's goes to
 * every orchestrator, which remembers it for a while. */
#include "gateway/gateway.h"

void
on_abort(struct gateway *gateway, struct client *client, const char *run_id)
{
    struct stream *stream = stream_of_client(client, run_id);
    struct message message = { .kind = MESSAGE_ABORT, .run = "", .step = "" };
    struct peer *peer = NULL;

    message.abort = (struct abort) { .owner = client->owner, .run_id = run_id, .request = 0 };
    if (stream != NULL) {
        stream->aborted = true; /* said again where it is placed next */
        if (stream->at != NULL)
            bus_send(gateway->daemon.bus, stream->at, &message);
        return;
    }
    while ((peer = bus_next_peer(gateway->daemon.bus, "orchestrator", peer)) != NULL)
        bus_send(gateway->daemon.bus, peer, &message);
}
