/* A client's run and offset -> ATTACH to an orchestrator. */
#include "gateway/deliver.h"
#include "gateway/gateway.h"

void
on_resume(struct gateway *gateway, struct client *client, const char *run_id, const char *thread,
          int64_t offset)
{
    struct stream *stream = stream_new(&gateway->streams, client, run_id, thread, NULL, NULL, offset);

    client->resumes = true;
    if (stream == NULL) {
        deliver_close(client, 1013, "no memory; try again");
        return;
    }
    stream_place(gateway, stream);
}
