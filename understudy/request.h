#ifndef UNDERSTUDY_REQUEST_H
#define UNDERSTUDY_REQUEST_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is asked, whichever dialect it came in. No I/O. */

enum dialect { DIALECT_RESPONSES, DIALECT_CHAT, DIALECT_EMBEDDINGS };

/* One message of the conversation. */
struct said {
    bool by_user; /* else by the assistant */
    char *text;
};

struct tool {
    const char *name;
    const json_t *parameters; /* its schema; may be NULL */
};

enum { TOOLS_MOST = 128 };

struct ask {
    enum dialect dialect;
    json_t *root;       /* the request; all texts below but the copied ones live in it */
    const char *model;  /* as asked for */
    char *instructions; /* system and developer texts, joined; never NULL */
    struct said *said;  /* oldest first */
    size_t said_count;
    struct tool tools[TOOLS_MOST];
    size_t tool_count;
    bool must_call;       /* tool_choice: required, or a function by name */
    bool may_call;        /* tool_choice is not none */
    const json_t *schema; /* of a structured answer, or NULL */
    bool stream, include_usage;
    int64_t max_tokens; /* 0: no limit */
    size_t input_chars; /* for usage */
};

/* Why a request is refused, as OpenAI says it. */
struct problem {
    int status;
    char message[256];
    const char *type, *param, *code; /* param and code may be NULL */
};

/* Read SIZE bytes of a request. Returns 0; or -1 with PROBLEM filled (nothing is logged, ASK is clear). */
int request_read(struct ask *ask, enum dialect dialect, const char *bytes, size_t size,
                 struct problem *problem);
void request_clear(struct ask *ask);

/* The newest text of the user, "" where there is none. */
const char *request_last(const struct ask *ask);

/* The tool NAME, or NULL. */
const struct tool *request_tool(const struct ask *ask, const char *name);

#endif
