#ifndef GATEWAY_RUN_INPUT_H
#define GATEWAY_RUN_INPUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RUN_ID_SIZE 129       /* an id of a client's is 1 to 128 bytes */
#define RUN_VALUES 200000     /* in a frame: `{},` are three bytes that take 240 when they are parsed */
#define RUN_PATCH_SIZE 64     /* operations in forwardedProps.criteria, at most */
#define RUN_PATCH_BYTES 16384 /* and its size as compact JSON */

/* What a client's frame or body asks for. */
enum run_input_kind { INPUT_RUN, INPUT_ABORT };

struct run_input {
    enum run_input_kind kind;
    char run_id[RUN_ID_SIZE]; /* made by us where a plain query names none */
    char thread[RUN_ID_SIZE]; /* "" for a new one */
    char *said;               /* the newest user message's words, UTF-8; owned */
    json_t *patch;            /* forwardedProps.criteria, a JSON Patch; owned, or NULL */
};

/* Why bytes are refused: CODE for programs, MESSAGE for people. */
struct run_refusal {
    const char *code;
    char message[160];
};

/* Read a frame: a RunAgentInput, a plain {"query", "threadId"?, "runId"?, "criteria"?}, or an abort.
 * QUERY_CHARS: characters (code points) that a question may have.
 *
 * Returns 0; or -1 with REFUSAL filled (not logged), INPUT then needs no clearing. */
int run_input_read(struct run_input *input, const char *bytes, size_t size, int64_t query_chars,
                   struct run_refusal *refusal);

/* The same for a body of the AI SDK's: {id, messages, trigger, messageId?}. The run is named after the
 * message it answers, so that a request sent again is the same run; a regeneration is a new one. */
int run_input_read_aisdk(struct run_input *input, const char *bytes, size_t size, int64_t query_chars,
                         struct run_refusal *refusal);

void run_input_clear(struct run_input *input);

/* Whether TEXT may be the id of a run or thread: 1 to 128 printable ASCII characters, no blanks,
 * quotes or backslashes. */
bool run_input_is_id(const char *text);

#endif
