#ifndef COMMON_MODEL_PROFILE_H
#define COMMON_MODEL_PROFILE_H

#include <stdbool.h>
#include <stddef.h>

/* What a server understands, by its name or URL, and what it was found not to understand. Does no I/O. */

enum dialect { DIALECT_RESPONSES, DIALECT_CHAT }; /* the first is what is not said otherwise */

/* Fields of a request that a server may not know; bits of profile.fields. */
enum field {
    FIELD_MAX_TOKENS = 1 << 0,
    FIELD_EFFORT = 1 << 1,
    FIELD_STREAM_OPTIONS = 1 << 2,
    FIELD_OBFUSCATION = 1 << 3,
    FIELD_PARALLEL = 1 << 4,
    FIELD_TOOL_CHOICE = 1 << 5,
    FIELD_STRICT = 1 << 6,
    FIELD_SCHEMA = 1 << 7,
    FIELD_STORE = 1 << 8,
    FIELD_CACHE_KEY = 1 << 9,
    FIELD_SAFETY = 1 << 10,
    FIELD_DIMENSIONS = 1 << 11,
    FIELD_ENCODING = 1 << 12
};

enum { PROFILE_DROPS = 2 }; /* unsupported fields that one request may find out */

struct profile {
    const char *name;
    enum dialect dialect;
    bool falls_back;        /* from responses to chat, when there is no such route */
    bool new_token_field;   /* chat: max_completion_tokens, not max_tokens */
    bool developer;         /* chat: role developer, not system */
    bool api_key_header;    /* `api-key:` instead of `Authorization: Bearer` */
    bool glued;             /* proxies that glue the arguments of several calls together */
    bool schema_in_object;  /* chat: response_format is {type: json_object, schema}, not json_schema */
    bool effort_with_tools; /* chat: tools and an effort other than none go together */
    bool tools_whole;       /* chat: with tools it cannot stream, and is asked for the whole answer */
    bool thinks_aloud;      /* chat: <think>...</think> may stand before the answer */
    unsigned fields;        /* those it knows */
};

/* Fill PROFILE for URL. NAME and DIALECT override what the URL says; "" leaves it.
 * Returns 0, or -1 for a name or dialect that nobody knows (logged). */
int profile_find(struct profile *profile, const char *url, const char *name, const char *dialect);

/* The server has no /responses: chat from now on, with what compatible servers know. */
void profile_fall_back(struct profile *profile);

/* Learn from a refusal: the field that PARAM or MESSAGE (either may be NULL) names is not sent any more, or
 * goes by its other name. Returns that field's name, or NULL when there was nothing to learn. */
const char *profile_learn(struct profile *profile, const char *param, const char *message);

/* The effort to send to MODEL for what was wished; NULL: send none. */
const char *profile_effort(const struct profile *profile, const char *model, const char *wished,
                           bool has_tools);

/* BASE and PATH ("/responses") with exactly one slash between; a query of BASE stays behind. The caller frees
 * it; NULL without memory. */
char *profile_url(const char *base, const char *path);

#endif
