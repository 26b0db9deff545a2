#ifndef UNDERSTUDY_ANSWER_H
#define UNDERSTUDY_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buffer.h"
#include "understudy/request.h"

/* What is answered, and how it becomes bytes of either dialect. No I/O. */

enum role { ROLE_SUGGESTION, ROLE_ASSESSMENT, ROLE_EXTRACTION, ROLE_CHOICE, ROLE_EMBEDDING, ROLES };

enum finish { FINISH_STOP, FINISH_LENGTH, FINISH_FILTER };

struct answer_call {
    char *name;
    char *arguments; /* JSON text, or what a fault has made of it */
};

enum { ANSWER_CALLS = 16 };

struct answer {
    enum role role;
    char *text;    /* NULL: no message */
    char *refusal; /* in place of text */
    struct answer_call calls[ANSWER_CALLS];
    size_t call_count;
    enum finish finish;
    int64_t input_tokens, cached_tokens;
};

void answer_clear(struct answer *answer);

/* Tokens it takes to say ANSWER: the number of steps that a stream of it has. */
int64_t answer_tokens(const struct answer *answer);

/* The size of the token that TEXT begins with (about 4 bytes, never half a character); 0 at its end. */
size_t answer_token(const char *text);

/* Cut ANSWER after TOKENS tokens; FINISH_LENGTH when that took something away. */
void answer_limit(struct answer *answer, int64_t tokens);

/* "suggestion", "assessment", ... for metrics. */
const char *answer_role_name(enum role role);

/* An answer that is being told, token by token. */
struct telling {
    struct answer answer;
    enum dialect dialect;
    bool include_usage;
    char id[64];                   /* of the response */
    char *tools, *choice, *format; /* echoed, as JSON text (Responses) */
    int64_t created_s, max_tokens;
    int64_t sequence; /* of the next event */
    size_t item, at;  /* where we are: item (text, then calls) and byte in it */
    bool begun, open, ended;
    struct buffer lead; /* what all deltas of this item begin with, after their type */
};

/* Append NUMBER as decimal digits: printf is too slow for each delta. */
void answer_number(struct buffer *out, int64_t number);

/* Begin to tell ANSWER (taken: left empty) to ASK at CREATED_S. ID is 32 hexadecimal digits. */
void telling_begin(struct telling *telling, const struct ask *ask, struct answer *answer, const char *id,
                   int64_t created_s);
void telling_clear(struct telling *telling);

/* Append the events of the next token, what begins before it and what ends after it included.
 * Returns whether more is to come. */
bool telling_step(struct telling *telling, struct buffer *out);

/* The whole answer as one JSON object. */
void telling_whole(const struct telling *telling, struct buffer *out);

/* The two dialects of the above. */
bool answer_responses_step(struct telling *telling, struct buffer *out);
void answer_responses_whole(const struct telling *telling, struct buffer *out);
bool answer_chat_step(struct telling *telling, struct buffer *out);
void answer_chat_whole(const struct telling *telling, struct buffer *out);

#endif
