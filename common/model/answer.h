#ifndef COMMON_MODEL_ANSWER_H
#define COMMON_MODEL_ANSWER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/buffer.h"
#include "common/model/calls.h"
#include "common/model/errors.h"
#include "common/model/model.h"
#include "common/model/stencil.h"
#include "common/model/thoughts.h"

/* One exchange's answer while it is put together, the same for both dialects: responses.c and chat.c write
 * into it, answer_result() reads it. Does no I/O. */

enum answer_end {
    ANSWER_OPEN, /* nothing has said that this was all: truncated */
    ANSWER_STOP,
    ANSWER_LENGTH,
    ANSWER_FILTER,
    ANSWER_FAILED /* see error */
};

struct items; /* of items.h, for Responses */

struct answer {
    struct buffer text, refusal;
    size_t reasoning; /* bytes of visible reasoning; the words themselves are nobody's business */
    struct calls calls;
    struct items *items;
    struct stencil stencil;   /* of the stream's events */
    struct thoughts thoughts; /* of chat: those that the model's server leaves in the text */
    struct model_usage usage;
    enum answer_end end;
    int64_t sequence; /* number of the last event of Responses; -1 for none */
    int gaps;         /* how often it was not the one before and one */
    bool marker;      /* [DONE] was there */
    bool closed;      /* nothing that matters will follow: no need to wait for the end of the stream */
    bool events;      /* there was at least one */
    bool handed;      /* text was handed on */
    bool garbage;     /* bytes that make no sense */
    struct server_error error;
    char *id, *tier;

    void (*hand)(void *owner, const char *delta, size_t size); /* NULL: nobody listens */
    void *owner;
};

/* An empty answer that hands its text to HAND(OWNER, ...), which may be NULL. */
void answer_begin(struct answer *answer, void (*hand)(void *, const char *, size_t), void *owner);
void answer_clear(struct answer *answer);

/* Hand text on to whoever listens. */
void answer_hand(struct answer *answer, const char *text, size_t size);

/* Append to the text, and hand it on; to the refusal, of a text value that may be absent or null. */
void answer_append(struct answer *answer, const char *text, size_t size);
void answer_text(struct answer *answer, const char *text, size_t size);
void answer_refusal(struct answer *answer, const json_t *text);

/* Set *TEXT to the string at KEY of OBJECT, if there is one that isn't empty. */
void answer_keep(char **text, const json_t *object, const char *key);

/* Note the error that BODY tells of; the first one with a message stays, unless only the second has a code.
 */
void answer_error(struct answer *answer, const json_t *body);

/* Data of an event of NAME that is no JSON: an error in words, JSON that is broken, or nothing to us. */
void answer_words(struct answer *answer, const char *name, const char *data, size_t size);

/* What the answer came to, into RESULT (whose http, attempts, request_id, retry_after_ms stay as they are):
 * the order of checks of the wire reference, section 9. TOOLS and GLUED as for calls_finish(). */
void answer_result(struct answer *answer, const json_t *tools, bool glued, struct model_result *result);

void answer_free_result(struct model_result *result);

#endif
