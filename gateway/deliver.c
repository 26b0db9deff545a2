#include "gateway/deliver.h"

#include <string.h>

#include "common/log.h"
#include "common/metrics.h"
#include "gateway/gateway.h"

/* The status of a streaming answer that ends before it began. */
static int
status_of(const char *code)
{
    /* clang-format off */
    static const struct {
        const char *code;
        int status;
    } statuses[] = {
        { "busy", 429 }, { "rate_limited", 429 }, { "run_id_reused", 409 }, { "unknown_run", 404 },
        { "unavailable", 503 }, { "draining", 503 }, { "store", 503 }, { "unauthorized", 401 },
    };
    /* clang-format on */

    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        if (strcmp(code, statuses[i].code) == 0)
            return statuses[i].status;
    }
    return 400;
}

/* Queue what is in the scratch buffer, and wake the connection for it. */
static void
flush(struct gateway *gateway, struct client *client)
{
    const struct buffer *bytes = &gateway->scratch;
    bool was_leaving = client->close_code != 0;

    if (bytes->size > 0 && !bytes->failed)
        client_send(client, bytes->bytes, bytes->size, (size_t)gateway->daemon.options.client_buffer);
    if (!was_leaving && client->close_code == 1013) {
        log_info("slow client closed: more than %lld bytes unsent",
                 (long long)gateway->daemon.options.client_buffer);
        metrics_add(gateway->slow, 1);
    }
    buffer_reset(&gateway->scratch);
    front_wake(client);
}

/* CLIENT has lost its last stream: what only came for that goes. */
static void
no_stream_is_left(struct gateway *gateway, struct client *client)
{
    if (client->streams != NULL)
        return;
    if (client->resumes || client->ends)
        deliver_close(client, 1000, "the run has ended");
    else if (gateway->draining)
        deliver_close(client, 1012, "the gateway is being stopped; connect again");
}

void
deliver_event(struct gateway *gateway, struct stream **stream, const char *event, size_t size, bool last)
{
    struct client *client = (*stream)->client;

    client->wire->event(&client->state, (*stream)->offset, event, size, last, &gateway->scratch);
    if (last)
        stream_destroy(&gateway->streams, stream);
    flush(gateway, client);
    metrics_add(gateway->events_out, 1);
    if (last)
        no_stream_is_left(gateway, client);
}

void
deliver_error(struct gateway *gateway, struct client *client, const char *code, const char *message)
{
    if (client->wire->is_stream && !client->started && client->first == NULL) {
        client->status = status_of(code);
        buffer_text(&gateway->scratch, "{\"code\":");
        buffer_json_string(&gateway->scratch, code, strlen(code));
        buffer_text(&gateway->scratch, ",\"message\":");
        buffer_json_string(&gateway->scratch, message, strlen(message));
        buffer_text(&gateway->scratch, "}");
    } else {
        client->wire->error(code, message, &gateway->scratch);
    }
    flush(gateway, client);
    if (client->ends)
        no_stream_is_left(gateway, client);
}

/* What was only to be attached again goes on without us: RUN_ERROR would be an end that it has not had. The
 * client comes back for it, but for a run that nobody knows. */
static void
refuse_attach(struct gateway *gateway, struct client *client, const char *code, const char *message)
{
    bool unknown = strcmp(code, "unknown_run") == 0;

    if (client->ends && !client->started)
        deliver_error(gateway, client, code, message);
    else if (!unknown)
        deliver_close(client, 1013, "not now; resume later");
    else if (client->resumes)
        deliver_close(client, 1008, "nothing to resume");
    else
        deliver_error(gateway, client, code, message);
}

void
deliver_refusal(struct gateway *gateway, struct stream **stream, const char *code, const char *message)
{
    struct client *client = (*stream)->client;
    bool was_query = (*stream)->said != NULL;

    stream_destroy(&gateway->streams, stream);
    if (was_query)
        deliver_error(gateway, client, code, message);
    else
        refuse_attach(gateway, client, code, message);
    no_stream_is_left(gateway, client);
}

void
deliver_close(struct client *client, int code, const char *reason)
{
    client_leave(client, code, reason);
    front_wake(client);
}
