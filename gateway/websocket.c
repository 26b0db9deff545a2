/* WebSockets: a frame in, frames out. Also the close codes. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/metrics.h"
#include "gateway/connection.h"
#include "gateway/deliver.h"

_Static_assert(LWS_PRE <= CLIENT_HEADROOM, "libwebsockets writes its frame header in front of our bytes");

#define WRITES 64 /* frames for one turn of the loop, so that a long replay starves nobody */
#define NO_OFFSET INT64_MIN

/* Before the upgrade, while an HTTP status can still say why not. */
int
websocket_confirm(struct gateway *gateway, struct lws *wsi)
{
    char owner[TOKEN_SUBJECT_SIZE], path[16];
    const char *why;
    int status;

    front_header(wsi, WSI_TOKEN_GET_URI, path, sizeof path);
    if (strcmp(path, "/ws") != 0)
        status = 404, why = "WebSockets are at /ws";
    else if (gateway->draining)
        status = 503, why = "the gateway is being stopped";
    else
        status = front_admit(gateway, wsi, owner, &why);
    if (status == 0)
        return 0;
    log_info("websocket refused: %d %s", status, why);
    return lws_return_http_status(wsi, (unsigned)status, why) < 0 ? -1 : 1;
}

/* ?offset=: the last event seen. NO_OFFSET where there is none; -2 for what is no offset. */
static int64_t
read_offset(struct lws *wsi)
{
    char text[64], *end;
    long long value;

    if (!front_argument(wsi, "offset", text, sizeof text) || text[0] == '\0')
        return NO_OFFSET;
    value = strtoll(text, &end, 10);
    return *end != '\0' || value < -1 ? -2 : value;
}

/* Note where a client resumes; it is asked for when the handshake is through. */
static int
read_resume(struct lws *wsi, struct seat *seat)
{
    int64_t offset = read_offset(wsi);
    char run_id[RUN_ID_SIZE];

    if (offset == NO_OFFSET)
        return 0;
    if ((seat->resume = calloc(1, sizeof *seat->resume)) == NULL)
        return -1;
    seat->resume->offset = offset;
    if (front_argument(wsi, "runId", run_id, sizeof run_id) && run_input_is_id(run_id))
        strcpy(seat->resume->run_id, run_id);
    return 0;
}

int
websocket_open(struct gateway *gateway, struct lws *wsi, struct seat *seat)
{
    char owner[TOKEN_SUBJECT_SIZE];
    const char *why;

    if (front_admit(gateway, wsi, owner, &why) != 0 || read_resume(wsi, seat))
        return -1;
    seat->client = client_new(&gateway->clients, wsi, &wire_tanstack, owner, front_address(gateway, wsi));
    return seat->client == NULL ? -1 : 0;
}

int
websocket_established(struct gateway *gateway, struct seat *seat)
{
    struct resume *resume = seat->resume;

    metrics_set(gateway->connected, gateway->clients.count);
    if (resume == NULL)
        return 0;
    if (resume->run_id[0] == '\0')
        deliver_close(seat->client, 1008, "runId is missing or no id");
    else if (resume->offset < -1)
        deliver_close(seat->client, 1008, "offset is no number");
    else if (!front_may_read(gateway, seat->client->address))
        deliver_close(seat->client, 1013, "too much is read in a minute; resume later");
    else
        on_resume(gateway, seat->client, resume->run_id, "", resume->offset);
    free(seat->resume);
    seat->resume = NULL;
    return 0;
}

/* A whole frame has come. */
static void
frame(struct gateway *gateway, struct client *client, const char *bytes, size_t size)
{
    struct run_input input;
    struct run_refusal refusal;

    metrics_add(gateway->frames_in, 1);
    if (run_input_read(&input, bytes, size, gateway->daemon.options.query_chars, &refusal)) {
        metrics_add(gateway->frames_bad, 1);
        log_info("refused a frame: code=%s size=%zu", refusal.code, size);
        deliver_error(gateway, client, refusal.code, refusal.message);
        return;
    }
    if (input.kind == INPUT_RUN)
        on_run(gateway, client, &input);
    else if (front_may_read(gateway, client->address))
        on_abort(gateway, client, input.run_id);
    else
        deliver_error(gateway, client, "rate_limited", "too much is stopped in a minute; wait a little");
    run_input_clear(&input);
}

void
websocket_forget_frame(struct gateway *gateway, struct client *client)
{
    front_forget(gateway, &client->received); /* an idle client holds no buffer */
    client->received_size = 0;
    client->is_binary = false;
}

/* The last piece of a frame has come. */
static void
frame_ends(struct gateway *gateway, struct client *client, const char *bytes, size_t size)
{
    if (client->is_binary) {
        metrics_add(gateway->frames_bad, 1);
        deliver_error(gateway, client, "binary_frame", "frames are JSON text, not binary");
    } else if (client->received.connection == NULL) {
        frame(gateway, client, bytes, size);
    } else {
        struct buffer *whole = &client->received.bytes;

        if (!front_keep(gateway, client->connection, &client->received, bytes, size) || whole->failed)
            deliver_error(gateway, client, "unavailable", "no memory for this frame; try again");
        else
            frame(gateway, client, whole->bytes, whole->size);
    }
    websocket_forget_frame(gateway, client);
}

int
websocket_received(struct gateway *gateway, struct lws *wsi, struct client *client, const char *bytes,
                   size_t size)
{
    if (client->close_code != 0 || client->received.dropped)
        return 0;
    client->received_size += size;
    if (client->received_size > (size_t)gateway->daemon.options.frame_bytes) {
        static unsigned char why[] = "the frame is too long";

        lws_close_reason(wsi, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE, why, sizeof why - 1);
        return -1;
    }
    if (lws_is_first_fragment(wsi))
        client->is_binary = lws_frame_is_binary(wsi);
    if (lws_remaining_packet_payload(wsi) == 0 && lws_is_final_fragment(wsi))
        frame_ends(gateway, client, bytes, size);
    else if (!client->is_binary && !front_keep(gateway, wsi, &client->received, bytes, size))
        deliver_close(client, 1013, "too much is coming in; try again");
    return 0;
}

static int
write_ping(struct lws *wsi, struct client *client)
{
    char room[LWS_PRE + 64];
    size_t size = strlen(client->wire->ping);

    client->ping_due = false;
    memcpy(room + LWS_PRE, client->wire->ping, size);
    return lws_write(wsi, (unsigned char *)room + LWS_PRE, size, LWS_WRITE_TEXT) < (int)size ? -1 : 0;
}

static int
write_piece(struct lws *wsi, struct client *client)
{
    struct unsent *piece = client_take(client);
    int written =
        lws_write(wsi, (unsigned char *)piece->bytes + CLIENT_HEADROOM, piece->size, LWS_WRITE_TEXT);
    int failed = written < (int)piece->size ? -1 : 0;

    free(piece);
    return failed;
}

static int
write_pieces(struct lws *wsi, struct client *client)
{
    bool several = client->first->next != NULL;
    int failed = 0;

    if (several)
        web_cork(wsi, true);
    for (int i = 0; i < WRITES && client->first != NULL && !failed; i++) {
        if (i > 0 && lws_send_pipe_choked(wsi))
            break;
        failed = write_piece(wsi, client);
    }
    if (several)
        web_cork(wsi, false);
    client->choked = client->first != NULL && lws_send_pipe_choked(wsi);
    return failed;
}

/* Write what the connection takes: a frame, and further ones while nothing of those before is left. */
int
websocket_writable(struct lws *wsi, struct client *client)
{
    int failed = 0;

    if (client->first != NULL)
        failed = write_pieces(wsi, client);
    else if (client->close_code != 0) {
        lws_close_reason(wsi, (enum lws_close_status)client->close_code,
                         (unsigned char *)client->close_reason, strlen(client->close_reason));
        return -1;
    } else if (client->ping_due)
        failed = write_ping(wsi, client);
    if (!failed && (client->first != NULL || client->close_code != 0))
        lws_callback_on_writable(wsi);
    return failed;
}
