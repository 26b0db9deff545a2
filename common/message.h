#ifndef COMMON_MESSAGE_H
#define COMMON_MESSAGE_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buffer.h"

/* Bytes lent by somebody. */
struct bytes {
    const char *bytes;
    size_t size;
};

#define MESSAGE_VERSION 1 /* of messages.def; a peer of MESSAGE_VERSION - 1 is spoken with too */

/* struct hello, struct beat, ...; text, number and json are words of messages.def alone */
#define text const char *
#define number int64_t
#define json json_t *
#define MESSAGE(NAME, name, sender, receiver) struct name {
#define FIELD(type, name, meaning) type name;
#define TAIL(name, meaning) struct bytes name;
#define END                                                                                                  \
    }                                                                                                        \
    ;
#include "common/messages.def"
#undef text
#undef number
#undef json

/* MESSAGE_HELLO, MESSAGE_BEAT, ... */
enum message_kind {
    MESSAGE_NONE,
#define MESSAGE(NAME, name, sender, receiver) MESSAGE_##NAME,
#define FIELD(type, name, meaning)
#define TAIL(name, meaning)
#define END
#include "common/messages.def"
    MESSAGE_KINDS
};

/* One message. To send: fill it, everything is lent until message_encode() returns. Received: its
 * texts and bytes live as long as the frames it was decoded from and until message_clear(). */
struct message {
    enum message_kind kind;
    const char *run;  /* the orchestrator's id of the run, "" outside of one */
    const char *step; /* of that run, as lead.c names it: "assess", "extract.2", ...; "" outside */
    int64_t attempt;  /* of that step, from 1 */
    int64_t left_ms;  /* time left for it; 0: no limit. On the way it is not reduced */
    union {
#define MESSAGE(NAME, name, sender, receiver) struct name name;
#define FIELD(type, name, meaning)
#define TAIL(name, meaning)
#define END
#include "common/messages.def"
    };
    json_t *body; /* owner of the decoded fields; NULL in a message that was filled by hand */
};

/* Frames on the wire: kind, run, step, attempt, left_ms (decimal text each), body (a JSON object),
 * and the tail for kinds that have one. */
#define MESSAGE_FRAMES 7

/* What MESSAGE looks like on the wire. FRAMES become views into OUT, which the caller clears.
 * Returns how many frames, or -1 without memory (logged). */
int message_encode(const struct message *message, struct buffer *out, struct bytes frames[MESSAGE_FRAMES]);

/* Read COUNT frames. MESSAGE's texts point into them and into MESSAGE->body.
 * Returns 0; -1 for anything that is not a message of ours (not logged; MESSAGE needs no clearing). */
int message_decode(struct message *message, const struct bytes *frames, int count);

/* Free what message_decode() made. */
void message_clear(struct message *message);

/* "ASSESS" for MESSAGE_ASSESS. */
const char *message_name(enum message_kind kind);

/* An answer of KIND to MESSAGE: carries back its run, step and attempt; all fields empty. */
struct message message_answer(const struct message *message, enum message_kind kind);

#endif
