#ifndef GATEWAY_STREAM_H
#define GATEWAY_STREAM_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/bus.h"
#include "gateway/run_input.h"

struct client;
struct gateway;

/* A run that a client waits for.
 *
 *   held (at == NULL) ──QUERY or ATTACH──▶ placed (at: an orchestrator) ──EVENT──▶ accepted ──last──▶ freed
 *          ▲                                   │                                     │
 *          └── the orchestrator is gone, or drains, names another, or asks to wait ◀┘
 *
 * What asks for it again is kept: the question until it is accepted, the offset from then on. */
struct stream {
    struct stream *next; /* in its slot of struct streams */
    struct stream *next_of_client;
    int64_t number; /* on the bus; another one with each placing, so that late events of
                     * the one before are recognised */
    struct client *client;
    char run_id[RUN_ID_SIZE]; /* "" when only the thread is known (AI SDK's resume) */
    char *thread;
    char *said;            /* of the QUERY, until it is accepted; NULL for an ATTACH */
    json_t *patch;         /* of the QUERY, or NULL */
    uint64_t words;        /* a hash of said, to know the same frame sent again */
    struct peer *at;       /* the orchestrator that has it; NULL while it is held */
    char where[40];        /* the orchestrator that is said to own it, or "" */
    int moves;             /* how often it was sent on from orchestrator to orchestrator */
    int64_t offset;        /* the last one given to the client; 0 before the first */
    int64_t gap_after;     /* the offset after which a gap was asked about; -1: none */
    int64_t hold_until_ms; /* when held: how long it may wait */
    int64_t again_ms;      /* when held though orchestrators are there: when they are asked again; else 0 */
    int64_t patience_ms;   /* until when they are, since an event has come last; 0: they were not */
    bool accepted;         /* an event of it has come */
    bool aborted;          /* the client wants it stopped: said again wherever it is placed */
};

/* All of them, by number. */
struct streams {
    struct stream **slots;
    size_t slot_count; /* a power of two, or 0 */
    size_t count;
    int64_t last_number;
};

/* A new stream of CLIENT, held; texts are copied. SAID NULL: it is to be attached after OFFSET.
 * NULL without memory (logged). */
struct stream *stream_new(struct streams *streams, struct client *client, const char *run_id,
                          const char *thread, const char *said, json_t *patch, int64_t offset);

/* Take it off its client and free it. */
void stream_destroy(struct streams *streams, struct stream **stream);

/* The stream of NUMBER, or NULL. */
struct stream *stream_find(const struct streams *streams, int64_t number);

/* CLIENT's stream of RUN_ID, or NULL. */
struct stream *stream_of_client(const struct client *client, const char *run_id);

/* The streams one after another: NULL gives the first, NULL comes after the last. Not to be mixed with
 * stream_new(). The one given may be destroyed or renumbered only when its successor has been asked for:
 * take them by stream_list() for that. */
struct stream **stream_list(const struct streams *streams, size_t *count);

/* An event at OFFSET has come for STREAM: what to do with it. */
enum stream_step {
    STREAM_DELIVER, /* it is the next one; noted */
    STREAM_REPEAT,  /* the client has it already */
    STREAM_GAP      /* something is missing before it: attach again (said once for each gap) */
};
enum stream_step stream_step(struct stream *stream, int64_t offset);

/* The question is accepted: what would ask it again is freed. */
void stream_accepted(struct stream *stream);

/* -- placing: these send ------------------------------------------------------------------------ */

/* Give STREAM to an orchestrator: the one it names, or the next in turn; hold it when there is none. */
void stream_place(struct gateway *gateway, struct stream *stream);

/* Let go of the orchestrator that has STREAM (which hears DETACH when it is there and TELL), so that it can
 * be placed anew. */
void stream_unplace(struct gateway *gateway, struct stream *stream, bool tell);

/* Hold STREAM for a moment, and place it again then: its run's orchestrator (NAMED) is not here, perhaps
 * dead, and nobody has taken its runs over yet; or the store is away. Returns false when that has gone on for
 * too long. */
bool stream_wait(struct gateway *gateway, struct stream *stream, bool named);

/* The hash of a question's words. */
uint64_t stream_words(const char *said);

#endif
