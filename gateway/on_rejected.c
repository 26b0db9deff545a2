/* REJECTED -> another orchestrator is asked, or the client hears why not. */
#include <stdio.h>
#include <string.h>

#include "gateway/deliver.h"
#include "gateway/gateway.h"

#define MOST_MOVES 8 /* from orchestrator to orchestrator, before it is an error */

/* Send STREAM to the orchestrator that REJECTED names, or to any other where this one drains. */
static bool
goes_elsewhere(struct gateway *gateway, struct stream *stream, const struct rejected *rejected)
{
    bool named = strcmp(rejected->code, "elsewhere") == 0;

    if (!named && strcmp(rejected->code, "draining") != 0)
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
    deliver_refusal(gateway, &stream, rejected->code, rejected->message);
    return 0;
}
