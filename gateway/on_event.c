/* EVENT -> the client that waits for it. */
#include "gateway/deliver.h"
#include "gateway/gateway.h"

int
on_event(void *self, struct peer *from, const struct message *message)
{
    struct gateway *gateway = self;
    struct stream *stream = stream_find(&gateway->streams, message->event.stream);

    if (stream == NULL || stream->at != from)
        return 0; /* the client has gone, or it comes from elsewhere now */
    switch (stream_step(stream, message->event.offset)) {
    case STREAM_REPEAT:
        return 0;
    case STREAM_GAP:
        stream_accepted(stream);
        stream_unplace(gateway, stream, true);
        stream_place(gateway, stream);
        return 0;
    case STREAM_DELIVER:
        break;
    }
    stream_accepted(stream);
    stream->patience_ms = 0;
    stream->moves = 0;
    deliver_event(gateway, &stream, message->event.event.bytes, message->event.event.size,
                  message->event.last != 0);
    return 0;
}
