/* Answers that stream: server-sent events of AG-UI and of the AI SDK. */
#include <stdlib.h>
#include <string.h>

#include "gateway/connection.h"
#include "gateway/deliver.h"

#define WRITES 64 /* pieces for one turn of the loop */

static struct client *
new_client(struct request *request, const struct wire *wire, const char *owner)
{
    struct client *client = client_new(&request->gateway->clients, request->wsi, wire, owner,
                                       front_address(request->gateway, request->wsi));

    if (client == NULL) {
        http_refuse(request, 503, "unavailable", "no memory; try again");
        return NULL;
    }
    client->ends = true;
    request->client = client;
    return client;
}

static void
begin_run(struct request *request, const struct wire *wire, const char *owner)
{
    struct gateway *gateway = request->gateway;
    int64_t most = gateway->daemon.options.query_chars;
    struct run_refusal refusal;
    struct run_input input;
    struct client *client;
    int failed = wire == &wire_aisdk ? run_input_read_aisdk(&input, buffer_string(&request->body.bytes),
                                                            request->body.bytes.size, most, &refusal)
                                     : run_input_read(&input, buffer_string(&request->body.bytes),
                                                      request->body.bytes.size, most, &refusal);

    if (failed) {
        http_refuse(request, 400, refusal.code, refusal.message);
        return;
    }
    if (input.kind != INPUT_RUN)
        http_refuse(request, 400, "unknown_frame", "a RunAgentInput is expected");
    else if (request->last_event_id >= 0 && !front_may_read(gateway, front_address(gateway, request->wsi)))
        http_refuse(request, 429, "rate_limited", "too much is read in a minute; wait a little");
    else if ((client = new_client(request, wire, owner)) == NULL)
        ;
    else if (request->last_event_id >= 0)
        on_resume(gateway, client, input.run_id, "", request->last_event_id);
    else
        on_run(gateway, client, &input);
    run_input_clear(&input);
    front_forget(gateway, &request->body);
}

void
sse_start(struct request *request, const char *owner)
{
    struct client *client;

    if (request->route == ROUTE_AGUI) {
        begin_run(request, &wire_agui, owner);
    } else if (request->route == ROUTE_CHAT) {
        begin_run(request, &wire_aisdk, owner);
    } else if ((client = new_client(request, &wire_aisdk, owner)) != NULL) {
        client->resumes = true;
        on_resume(request->gateway, client, "", request->id, -1);
    }
}

/* The run was refused before a word of it came: an answer of the common kind. */
static int
answer_refusal(struct request *request)
{
    struct client *client = request->client;
    struct unsent *piece = client_take(client);

    if (request->route == ROUTE_CHAT_TAIL && client->status == 404)
        http_answer(request, 204, "", 0); /* the AI SDK's way to say that nothing is running */
    else if (piece != NULL && client->status != 0)
        http_answer(request, client->status, piece->bytes + CLIENT_HEADROOM, piece->size);
    else
        http_refuse(request, 503, "unavailable", "try again");
    free(piece);
    return 0;
}

static int
begin_stream(struct request *request)
{
    request->status = 200;
    request->type = "text/event-stream";
    request->cache = "no-cache";
    request->client->started = true;
    return http_write_headers(request, -1);
}

static int
write_bytes(struct request *request, const char *bytes, size_t size)
{
    return lws_write(request->wsi, (unsigned char *)bytes, size, LWS_WRITE_HTTP) < (int)size ? -1 : 0;
}

static int
write_pieces(struct request *request)
{
    struct client *client = request->client;
    bool several = client->first->next != NULL;
    int failed = 0;

    if (several)
        web_cork(request->wsi, true);
    for (int i = 0; i < WRITES && client->first != NULL && !failed && !lws_send_pipe_choked(request->wsi);
         i++) {
        struct unsent *piece = client_take(client);

        failed = write_bytes(request, piece->bytes + CLIENT_HEADROOM, piece->size);
        free(piece);
    }
    if (several)
        web_cork(request->wsi, false);
    client->choked = client->first != NULL && lws_send_pipe_choked(request->wsi);
    return failed;
}

static int
write_ping(struct request *request)
{
    char room[LWS_PRE + 64];
    size_t size = strlen(request->client->wire->ping);

    request->client->ping_due = false;
    memcpy(room + LWS_PRE, request->client->wire->ping, size);
    return write_bytes(request, room + LWS_PRE, size);
}

int
sse_writable(struct request *request)
{
    struct client *client = request->client;
    int failed = 0;

    if (!client->started && (client->status != 0 || (client->first == NULL && client->close_code != 0)))
        return answer_refusal(request);
    if (!client->started && client->first == NULL)
        return 0; /* nothing has happened yet */
    if (!client->started)
        failed = begin_stream(request);
    else if (client->first != NULL)
        failed = write_pieces(request);
    else if (client->close_code != 0)
        return -1; /* all is said; what libwebsockets still holds is sent first */
    else if (client->ping_due)
        failed = write_ping(request);
    if (!failed && (client->first != NULL || client->close_code != 0))
        lws_callback_on_writable(request->wsi);
    return failed;
}
