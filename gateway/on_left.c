/* A client is gone -> DETACH for each run it waited for; they go on. */
#include "gateway/gateway.h"

void
on_left(struct gateway *gateway, struct client *client)
{
    while (client->streams != NULL) {
        struct stream *stream = client->streams;

        stream_unplace(gateway, stream, true);
        stream_destroy(&gateway->streams, &stream);
    }
}
