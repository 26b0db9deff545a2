#ifndef COMMON_MODEL_MODEL_H
#define COMMON_MODEL_MODEL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/loop.h"
#include "common/options.h"

/* One client for every OpenAI-compatible server: two dialects (Responses, Chat Completions), one
 * result. Many calls at once, on the daemon's loop, never waiting. */
struct model;
struct model_call;

/* What an exchange came to. */
enum model_status {
    MODEL_OK,         /* text, whole */
    MODEL_TOOL_CALLS, /* calls (and perhaps text) */
    MODEL_EMPTY,      /* ended well with nothing in it */
    MODEL_LENGTH,     /* cut at the token limit: text as far as it went, calls are never to be run */
    MODEL_FILTER,     /* stopped by the server's content filter */
    MODEL_REFUSAL,    /* the model declined; `refusal` says how */
    MODEL_ERROR       /* see `error` */
};

enum model_error_class {
    MODEL_ERROR_NONE,
    MODEL_ERROR_TRANSIENT,   /* connection, 5xx, truncated stream */
    MODEL_ERROR_RATE,        /* 429 that waiting cures */
    MODEL_ERROR_OVERLOAD,    /* 503, 529, slow_down */
    MODEL_ERROR_QUOTA,       /* no money: never retried */
    MODEL_ERROR_AUTH,        /* key refused */
    MODEL_ERROR_NOT_FOUND,   /* no such model or route */
    MODEL_ERROR_TOO_LONG,    /* more than fits */
    MODEL_ERROR_POLICY,      /* the prompt was refused */
    MODEL_ERROR_BAD_PARAM,   /* a field the server doesn't know */
    MODEL_ERROR_BAD_REQUEST, /* anything else that is our fault */
    MODEL_ERROR_STATE_LOST,  /* a stored conversation is gone */
    MODEL_ERROR_TIMEOUT,     /* connect, first byte, idle or the whole */
    MODEL_ERROR_CANCELLED,
    MODEL_ERROR_PROTOCOL /* bytes that make no sense, or too many */
};

struct model_tool_call {
    char *id;
    char *name;
    char *arguments_text; /* as it came */
    json_t *arguments;    /* valid against the tool's schema, or NULL: then `problem` says why not */
    char *problem;
};

struct model_usage {
    bool known;
    char *model;                                                  /* as the server named it */
    int64_t input, output, total, cached, cache_write, reasoning; /* tokens; parts are in the totals */
    double cost; /* dollars, by the prices file; negative: model not in it */
};

struct model_result {
    enum model_status status;
    enum model_error_class error;
    int http;      /* status code of the last attempt; 0 without one */
    char *message; /* of an error: one sentence for log and operator; no secrets */
    char *code;    /* the server's own, or NULL */
    int64_t retry_after_ms;
    int attempts;
    char *text, *refusal; /* never NULL */
    struct model_tool_call *calls;
    size_t call_count;
    struct model_usage usage;
    char *request_id; /* the server's, or NULL */
    float *vectors;   /* of model_embed(): vector_count * dimensions floats, in the texts' order */
    size_t vector_count, dimensions;
};

/* What to ask. Texts are lent until model_ask() returns; messages, tools and schema are kept until the call's
 * end, and must not be changed. */
struct model_request {
    const char *model;
    const char *effort;       /* "" or NULL: not sent */
    const char *instructions; /* stable part, first, byte-identical from call to call */
    const json_t *messages;   /* [{role: user|assistant, content: text}], oldest first */
    const json_t *tools;      /* [{name, description, parameters, strict}], or NULL */
    const char *tool_choice;  /* "auto", "required", "none" or NULL */
    const char *schema_name;  /* with schema: a structured answer is wanted */
    const json_t *schema;
    bool stream;
    bool restartable;      /* may be asked again though text was handed on (nobody saw it) */
    int64_t max_tokens;    /* 0: not sent */
    const char *cache_key; /* prompt_cache_key, or NULL */
    const char *shopper;   /* safety_identifier: a salted hash, or NULL */
    int64_t deadline_ms;   /* time left for all attempts together */
    int attempts;          /* at most; 0: 2 */
};

struct model_listener {
    void (*text)(void *owner, const char *delta, size_t size); /* as it streams; may be NULL */
    /* Once, last. RESULT is lent. The call is freed after it returns; never called after model_cancel(). */
    void (*done)(void *owner, const struct model_result *result);
};

/* Whether OPTIONS say where a model is: 0, or -1 (logged) where starting again with them changes nothing. */
int model_check(const struct options *options);

/* Open a client by OPTIONS (model_url, model_key, ...). An empty URL is an error (logged: what to set).
 * NULL when it can't. */
struct model *model_open(struct loop *loop, const struct options *options);
void model_close(struct model **model); /* cancels what is under way, without a call to `done` */

/* Key and prices are read again. */
void model_reload(struct model *model, const struct options *options);

/* Ask. LISTENER is copied; its calls come from the loop, never from inside model_ask(). Never NULL
 * (an error comes through `done`). */
struct model_call *model_ask(struct model *model, const struct model_request *request,
                             const struct model_listener *listener, void *owner);

/* Texts to turn into vectors. All is lent until model_embed() returns. */
struct model_embedding {
    const char *model;
    const char *const *texts; /* none of them empty */
    size_t count;             /* 1 to 2048 */
    int64_t dimensions;       /* 0: as many as the model gives */
    int64_t deadline_ms;      /* time left for all attempts together */
    int attempts;             /* at most; 0: 3 */
};

/* A client for the server of the options embedding_url and embedding_key; closed with model_close(). */
struct model *model_open_embedding(struct loop *loop, const struct options *options);
void model_reload_embedding(struct model *model, const struct options *options);

/* As model_ask(); the result is MODEL_OK with `vectors`, or MODEL_ERROR. */
struct model_call *model_embed(struct model *model, const struct model_embedding *embedding,
                               const struct model_listener *listener, void *owner);

/* Stop at once: the connection is closed, `done` is not called. Leaves NULL. */
void model_cancel(struct model_call **call);

/* RESULT's usage as an entry of RUN_FINISHED's usage list, with `cost` beside it when known. New reference;
 * NULL when nothing was used. ROLE ("psychologist", ...) becomes a member. */
json_t *model_usage_entry(const struct model_result *result, const char *role);

/* "rate", "quota", ... */
const char *model_error_name(enum model_error_class error);

#endif
