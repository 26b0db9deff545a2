/* A client's query -> QUERY to an orchestrator. */
#include <string.h>

#include "common/clock.h"
#include "gateway/deliver.h"
#include "gateway/gateway.h"

/* Why CLIENT may not ask INPUT now, or NULL. */
static const char *
refusal(struct gateway *gateway, const struct client *client, const char **message)
{
    const struct options *options = &gateway->daemon.options;

    *message = "the gateway is being stopped; connect again";
    if (gateway->draining)
        return "draining";
    *message = "too many runs are under way on this connection";
    if (client->stream_count >= options->client_runs)
        return "busy";
    *message = "too many questions in a minute; wait a little";
    if (!bucket_take(&gateway->buckets, client->address, options->client_queries, clock_now_ms()))
        return "rate_limited";
    return NULL;
}

void
on_run(struct gateway *gateway, struct client *client, const struct run_input *input)
{
    struct stream *live = stream_of_client(client, input->run_id);
    const char *code, *message;

    if (live != NULL) { /* sent again after a doubt: its events are on their way already */
        if (live->words != stream_words(input->said))
            deliver_error(gateway, client, "run_id_reused", "this runId is another question's");
        return;
    }
    if ((code = refusal(gateway, client, &message)) != NULL) {
        deliver_error(gateway, client, code, message);
        return;
    }
    live = stream_new(&gateway->streams, client, input->run_id, input->thread, input->said, input->patch, 0);
    if (live == NULL) {
        deliver_error(gateway, client, "unavailable", "no memory for another run; try again");
        return;
    }
    stream_place(gateway, live);
}
