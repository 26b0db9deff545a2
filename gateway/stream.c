#include "gateway/stream.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "gateway/gateway.h"

#define FIRST_SLOTS 64
/* A run that was accepted is not given up as soon as a question that nobody took: it goes on without us,
 * and an orchestrator that is restarted needs a moment. */
#define ACCEPTED_HOLD 10
#define AGAIN_MS 250 /* between two questions about a run that nobody leads at this moment */

static struct stream **
slot(const struct streams *streams, int64_t number)
{
    return &streams->slots[(uint64_t)number & (streams->slot_count - 1)];
}

static void
insert(struct streams *streams, struct stream *stream)
{
    struct stream **place;

    stream->number = ++streams->last_number;
    place = slot(streams, stream->number);
    stream->next = *place;
    *place = stream;
    streams->count++;
}

static void
take_out(struct streams *streams, struct stream *stream)
{
    struct stream **place = slot(streams, stream->number);

    while (*place != stream)
        place = &(*place)->next;
    *place = stream->next;
    streams->count--;
}

/* Twice the slots when they are full. */
static int
make_room(struct streams *streams)
{
    struct streams larger = *streams;

    if (streams->count < streams->slot_count)
        return 0;
    larger.slot_count = streams->slot_count == 0 ? FIRST_SLOTS : 2 * streams->slot_count;
    if ((larger.slots = calloc(larger.slot_count, sizeof *larger.slots)) == NULL)
        return -1;
    for (size_t i = 0; i < streams->slot_count; i++) {
        while (streams->slots[i] != NULL) {
            struct stream *stream = streams->slots[i], **place = slot(&larger, stream->number);

            streams->slots[i] = stream->next;
            stream->next = *place;
            *place = stream;
        }
    }
    free(streams->slots);
    *streams = larger;
    return 0;
}

uint64_t
stream_words(const char *said)
{
    uint64_t h = 0xcbf29ce484222325; /* FNV-1a */

    for (; *said != '\0'; said++)
        h = (h ^ (unsigned char)*said) * 0x100000001b3;
    return h;
}

struct stream *
stream_new(struct streams *streams, struct client *client, const char *run_id, const char *thread,
           const char *said, json_t *patch, int64_t offset)
{
    struct stream *stream = calloc(1, sizeof *stream);

    assert(strlen(run_id) < sizeof stream->run_id);
    if (stream == NULL || make_room(streams) || (stream->thread = strdup(thread)) == NULL ||
        (said != NULL && (stream->said = strdup(said)) == NULL)) {
        log_error("stream: no memory");
        if (stream != NULL)
            free(stream->thread);
        free(stream);
        return NULL;
    }
    strcpy(stream->run_id, run_id);
    stream->patch = json_incref(patch);
    stream->words = said == NULL ? 0 : stream_words(said);
    stream->offset = offset < 0 ? 0 : offset;
    stream->gap_after = -1;
    stream->client = client;
    stream->next_of_client = client->streams;
    client->streams = stream;
    client->stream_count++;
    insert(streams, stream);
    return stream;
}

void
stream_destroy(struct streams *streams, struct stream **stream)
{
    struct stream *s = *stream, **place;

    if (s == NULL)
        return;
    place = &s->client->streams;
    while (*place != s)
        place = &(*place)->next_of_client;
    *place = s->next_of_client;
    s->client->stream_count--;
    take_out(streams, s);
    stream_accepted(s);
    free(s->thread);
    free(s);
    *stream = NULL;
    if (streams->count == 0) {
        free(streams->slots);
        streams->slots = NULL;
        streams->slot_count = 0;
    }
}

struct stream *
stream_find(const struct streams *streams, int64_t number)
{
    struct stream *stream = streams->slot_count == 0 ? NULL : *slot(streams, number);

    while (stream != NULL && stream->number != number)
        stream = stream->next;
    return stream;
}

struct stream *
stream_of_client(const struct client *client, const char *run_id)
{
    struct stream *stream = client->streams;

    while (stream != NULL && strcmp(stream->run_id, run_id) != 0)
        stream = stream->next_of_client;
    return stream;
}

struct stream **
stream_list(const struct streams *streams, size_t *count)
{
    struct stream **list = malloc((streams->count + 1) * sizeof *list);

    *count = 0;
    for (size_t i = 0; list != NULL && i < streams->slot_count; i++) {
        for (struct stream *stream = streams->slots[i]; stream != NULL; stream = stream->next)
            list[(*count)++] = stream;
    }
    return list;
}

enum stream_step
stream_step(struct stream *stream, int64_t offset)
{
    if (offset <= stream->offset)
        return STREAM_REPEAT;
    if (offset > stream->offset + 1 && stream->gap_after != stream->offset) {
        stream->gap_after = stream->offset;
        return STREAM_GAP;
    }
    stream->offset = offset;
    return STREAM_DELIVER;
}

void
stream_accepted(struct stream *stream)
{
    stream->accepted = true;
    free(stream->said);
    stream->said = NULL;
    json_decref(stream->patch);
    stream->patch = NULL;
}

/* -- placing ------------------------------------------------------------------------------------- */

/* The orchestrator that STREAM names, or the next in turn that does not drain. */
static struct peer *
choose(struct gateway *gateway, const struct stream *stream)
{
    struct bus *bus = gateway->daemon.bus;
    struct peer *peer = NULL, *chosen = NULL;
    int64_t there = 0, turn;

    while ((peer = bus_next_peer(bus, "orchestrator", peer)) != NULL) {
        if (stream->where[0] != '\0' && strcmp(peer_name(peer), stream->where) == 0)
            return peer;
        there += peer_capacity(peer) > 0;
    }
    if (there == 0)
        return NULL;
    turn = stream->number % there;
    while ((peer = bus_next_peer(bus, "orchestrator", peer)) != NULL) {
        if (peer_capacity(peer) > 0 && turn-- == 0)
            chosen = peer;
    }
    return chosen;
}

static void
hold(struct gateway *gateway, struct stream *stream)
{
    int64_t hold_ms = gateway->daemon.options.hold_ms * (stream->accepted ? ACCEPTED_HOLD : 1);

    if (stream->hold_until_ms == 0)
        stream->hold_until_ms = clock_now_ms() + hold_ms;
    gateway_look_at(gateway, stream->hold_until_ms);
}

static int
send_query(struct gateway *gateway, struct stream *stream)
{
    struct message message = { .kind = MESSAGE_QUERY, .run = "", .step = "" };

    message.query = (struct query) { .owner = stream->client->owner,
                                     .thread = stream->thread,
                                     .run_id = stream->run_id,
                                     .said = stream->said,
                                     .patch = stream->patch,
                                     .stream = stream->number };
    return bus_send(gateway->daemon.bus, stream->at, &message);
}

static int
send_attach(struct gateway *gateway, struct stream *stream)
{
    struct message message = { .kind = MESSAGE_ATTACH, .run = "", .step = "" };

    message.attach = (struct attach) { .owner = stream->client->owner,
                                       .run_id = stream->run_id,
                                       .thread = stream->run_id[0] == '\0' ? stream->thread : "",
                                       .offset = stream->offset == 0 ? -1 : stream->offset,
                                       .stream = stream->number };
    return bus_send(gateway->daemon.bus, stream->at, &message);
}

static void
send_abort(struct gateway *gateway, struct stream *stream)
{
    struct message message = { .kind = MESSAGE_ABORT, .run = "", .step = "" };

    message.abort = (struct abort) { .owner = stream->client->owner, .run_id = stream->run_id, .request = 0 };
    bus_send(gateway->daemon.bus, stream->at, &message);
}

bool
stream_wait(struct gateway *gateway, struct stream *stream, bool named)
{
    int64_t now_ms = clock_now_ms(), hold_ms = gateway->daemon.options.hold_ms;

    if (stream->patience_ms == 0)
        stream->patience_ms = now_ms + hold_ms * (stream->accepted || named ? ACCEPTED_HOLD : 1);
    if (now_ms >= stream->patience_ms)
        return false;
    stream_unplace(gateway, stream, false);
    stream->moves = 0;
    stream->where[0] = '\0';
    stream->again_ms = now_ms + AGAIN_MS;
    gateway_look_at(gateway, stream->again_ms);
    return true;
}

void
stream_place(struct gateway *gateway, struct stream *stream)
{
    stream->again_ms = 0;
    if ((stream->at = choose(gateway, stream)) != NULL) {
        int failed = stream->said != NULL ? send_query(gateway, stream) : send_attach(gateway, stream);

        if (!failed) {
            stream->hold_until_ms = 0;
            if (stream->aborted)
                send_abort(gateway, stream);
            return;
        }
        stream->at = NULL; /* on_lost() follows for that orchestrator, on_joined() for the next */
    }
    hold(gateway, stream);
}

void
stream_unplace(struct gateway *gateway, struct stream *stream, bool tell)
{
    struct message message = { .kind = MESSAGE_DETACH, .run = "", .step = "" };

    if (stream->at != NULL && tell) {
        message.detach.stream = stream->number;
        bus_send(gateway->daemon.bus, stream->at, &message);
    }
    stream->at = NULL;
    take_out(&gateway->streams, stream);
    insert(&gateway->streams, stream);
}
