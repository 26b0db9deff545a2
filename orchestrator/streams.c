/* Who follows which run. */
#include "orchestrator/streams.h"

#include <stdlib.h>

#include "orchestrator/walk.h"

#define BATCH 64 /* events of one replay in one turn */

static void
send_event(struct orchestrator *self, struct subscriber *subscriber, int64_t offset, bool last,
           struct bytes event)
{
    struct message message = {
        .kind = MESSAGE_EVENT,
        .event = { .stream = subscriber->stream, .offset = offset, .last = last, .event = event },
    };

    bus_send(self->daemon.bus, subscriber->gateway, &message);
    subscriber->sent = offset;
}

static void
reject(struct orchestrator *self, struct peer *gateway, int64_t stream, const char *code,
       const char *sentence, const char *where)
{
    struct message message = {
        .kind = MESSAGE_REJECTED,
        .rejected = { .stream = stream, .code = code, .message = sentence, .where = where },
    };

    bus_send(self->daemon.bus, gateway, &message);
}

void
streams_refuse(struct orchestrator *self, struct peer *gateway, int64_t stream, const char *code,
               const char *sentence)
{
    reject(self, gateway, stream, code, sentence, "");
}

void
streams_send_elsewhere(struct orchestrator *self, struct peer *gateway, int64_t stream, const char *where)
{
    reject(self, gateway, stream, "elsewhere", "Another orchestrator leads it.", where);
}

void
streams_refuse_for_store(struct orchestrator *self, struct peer *gateway, int64_t stream)
{
    /* one that is shared is won again in a moment, here or elsewhere */
    reject(self, gateway, stream, store_is_shared(self->store) ? "unavailable" : "store",
           "The store could not be read. Please try again later.", "");
}

void
streams_add(struct orchestrator *self, struct peer *gateway, int64_t stream, int64_t run, struct walk *walk,
            int64_t offset, int64_t last_offset)
{
    struct subscriber *subscriber = calloc(1, sizeof *subscriber);

    if (subscriber == NULL)
        abort();
    subscriber->gateway = gateway;
    subscriber->stream = stream;
    subscriber->run = run;
    subscriber->walk = walk;
    subscriber->sent = offset < 0 ? 0 : offset;
    subscriber->last_offset = last_offset;
    /* one who has seen the end is told it again: a stream without an end hangs its client */
    if (walk == NULL && subscriber->sent >= last_offset)
        subscriber->sent = last_offset - 1;
    subscriber->next = self->subscribers;
    self->subscribers = subscriber;
    if (walk != NULL) {
        subscriber->next_in_walk = walk->followers;
        walk->followers = subscriber;
    }
}

void
streams_follow(struct orchestrator *self, struct peer *gateway, int64_t stream, const struct store_run *run,
               struct walk *walk, int64_t offset)
{
    if (run->at[0] != '\0')
        streams_send_elsewhere(self, gateway, stream, run->at);
    else if (walk == NULL && run->state != STORE_RUN_ENDED) /* it is about to be taken up */
        streams_refuse_for_store(self, gateway, stream);
    else
        streams_add(self, gateway, stream, run->id, walk, offset, run->last_offset);
}

/* SUBSCRIBER no longer follows the run it followed. */
static void
leave(struct subscriber *subscriber)
{
    struct subscriber **place;

    if (subscriber->walk == NULL)
        return;
    place = &subscriber->walk->followers;
    while (*place != subscriber)
        place = &(*place)->next_in_walk;
    *place = subscriber->next_in_walk;
    subscriber->walk = NULL;
}

void
streams_remove(struct orchestrator *self, struct peer *gateway, int64_t stream)
{
    for (struct subscriber **place = &self->subscribers; *place != NULL;) {
        struct subscriber *subscriber = *place;

        if (subscriber->gateway != gateway || (stream >= 0 && subscriber->stream != stream)) {
            place = &subscriber->next;
            continue;
        }
        *place = subscriber->next;
        leave(subscriber);
        free(subscriber);
    }
}

void
streams_send_new(struct orchestrator *self, struct walk *walk)
{
    bool ended = walk->stored.state == STORE_RUN_ENDED;

    for (struct subscriber *subscriber = walk->followers; subscriber != NULL;
         subscriber = subscriber->next_in_walk) {
        if (!subscriber->live)
            continue;
        for (size_t i = 0; i < walk->written_count; i++) {
            const struct written *written = &walk->written[i];
            struct bytes event = { walk->outgoing.bytes + written->at, written->size };

            if (written->offset > subscriber->sent)
                send_event(self, subscriber, written->offset,
                           ended && written->offset == walk->stored.last_offset, event);
        }
    }
}

void
streams_run_ended(struct walk *walk)
{
    while (walk->followers != NULL) {
        struct subscriber *subscriber = walk->followers;

        leave(subscriber);
        subscriber->live = false;
        subscriber->last_offset = walk->stored.last_offset;
    }
}

void
streams_reject(struct orchestrator *self, const struct walk *walk, const char *code, const char *sentence)
{
    for (struct subscriber **place = &self->subscribers; *place != NULL;) {
        struct subscriber *subscriber = *place;

        if (subscriber->walk != walk) {
            place = &subscriber->next;
            continue;
        }
        streams_refuse(self, subscriber->gateway, subscriber->stream, code, sentence);
        *place = subscriber->next;
        leave(subscriber);
        free(subscriber);
    }
}

/* -- replay -------------------------------------------------------------------------------------- */

struct replay {
    struct orchestrator *self;
    struct subscriber *subscriber;
    int count;
};

static int
replay_event(void *owner, int64_t offset, struct bytes event)
{
    struct replay *replay = owner;
    struct subscriber *subscriber = replay->subscriber;

    send_event(replay->self, subscriber, offset,
               subscriber->walk == NULL && offset >= subscriber->last_offset, event);
    replay->count++;
    return 0;
}

/* Everything of an ended run has been sent? Otherwise nothing more will be of it: it was forgotten. */
static bool
is_over(const struct subscriber *subscriber, int count)
{
    return subscriber->walk == NULL && (count < BATCH || subscriber->sent >= subscriber->last_offset);
}

bool
streams_replay(struct orchestrator *self)
{
    bool more = false;

    for (struct subscriber **place = &self->subscribers; *place != NULL;) {
        struct subscriber *subscriber = *place;
        struct replay replay = { self, subscriber, 0 };
        bool failed = false;

        if (subscriber->live) {
            place = &subscriber->next;
            continue;
        }
        if (!(subscriber->walk == NULL && subscriber->sent >= subscriber->last_offset) &&
            store_events(self->store, subscriber->run, subscriber->sent, BATCH, replay_event, &replay) != 0) {
            failed = store_is_shared(self->store);
            replay.count = 0;
        }
        if (failed || is_over(subscriber, replay.count)) {
            if (failed)
                streams_refuse_for_store(self, subscriber->gateway, subscriber->stream);
            else if (subscriber->sent < subscriber->last_offset)
                streams_refuse(self, subscriber->gateway, subscriber->stream, "unknown_run",
                               "This conversation was forgotten.");
            *place = subscriber->next;
            leave(subscriber);
            free(subscriber);
            continue;
        }
        subscriber->live = subscriber->walk != NULL && replay.count < BATCH;
        more = more || !subscriber->live;
        place = &subscriber->next;
    }
    return more;
}

void
streams_clear(struct orchestrator *self)
{
    for (struct subscriber *subscriber = self->subscribers, *next; subscriber != NULL; subscriber = next) {
        next = subscriber->next;
        free(subscriber);
    }
    self->subscribers = NULL;
}
