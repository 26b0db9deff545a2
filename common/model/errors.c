#include "common/model/errors.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buffer.h"
#include "common/model/lenient.h"

enum { MESSAGE_LIMIT = 400 };

const char *
model_error_name(enum model_error_class error)
{
    static const char *const names[] = {
        [MODEL_ERROR_NONE] = "none",
        [MODEL_ERROR_TRANSIENT] = "transient",
        [MODEL_ERROR_RATE] = "rate",
        [MODEL_ERROR_OVERLOAD] = "overload",
        [MODEL_ERROR_QUOTA] = "quota",
        [MODEL_ERROR_AUTH] = "auth",
        [MODEL_ERROR_NOT_FOUND] = "not_found",
        [MODEL_ERROR_TOO_LONG] = "too_long",
        [MODEL_ERROR_POLICY] = "policy",
        [MODEL_ERROR_BAD_PARAM] = "bad_param",
        [MODEL_ERROR_BAD_REQUEST] = "bad_request",
        [MODEL_ERROR_STATE_LOST] = "state_lost",
        [MODEL_ERROR_TIMEOUT] = "timeout",
        [MODEL_ERROR_CANCELLED] = "cancelled",
        [MODEL_ERROR_PROTOCOL] = "protocol",
    };

    if ((size_t)error >= sizeof names / sizeof *names)
        return "unknown";
    return names[error];
}

/* -- classes ------------------------------------------------------------------------------------ */

/* Codes and types that decide alone, whatever the status. */
static const struct {
    const char *word;
    enum model_error_class class;
} known[] = {
    { "insufficient_quota", MODEL_ERROR_QUOTA },
    { "credit_balance_exhausted", MODEL_ERROR_QUOTA },
    { "organization_spend_limit_exceeded", MODEL_ERROR_QUOTA },
    { "project_spend_limit_exceeded", MODEL_ERROR_QUOTA },
    { "organization_usage_limit_exceeded", MODEL_ERROR_QUOTA },
    { "billing_hard_limit_reached", MODEL_ERROR_QUOTA },
    { "billing_not_active", MODEL_ERROR_QUOTA },
    { "context_length_exceeded", MODEL_ERROR_TOO_LONG },
    { "exceed_context_size_error", MODEL_ERROR_TOO_LONG },
    { "string_above_max_length", MODEL_ERROR_TOO_LONG },
    { "request_too_large", MODEL_ERROR_TOO_LONG },
    { "content_filter", MODEL_ERROR_POLICY },
    { "content_policy_violation", MODEL_ERROR_POLICY },
    { "invalid_prompt", MODEL_ERROR_POLICY },
    { "bio_policy", MODEL_ERROR_POLICY },
    { "misalignment_policy_violation", MODEL_ERROR_POLICY },
    { "unsupported_parameter", MODEL_ERROR_BAD_PARAM },
    { "unsupported_value", MODEL_ERROR_BAD_PARAM },
    { "unknown_parameter", MODEL_ERROR_BAD_PARAM },
    { "invalid_json_schema", MODEL_ERROR_BAD_REQUEST },
    { "tool_use_failed", MODEL_ERROR_BAD_REQUEST },
    { "invalid_api_key", MODEL_ERROR_AUTH },
    { "authentication_error", MODEL_ERROR_AUTH },
    { "permission_error", MODEL_ERROR_AUTH },
    { "model_not_found", MODEL_ERROR_NOT_FOUND },
    { "not_found_error", MODEL_ERROR_NOT_FOUND },
    { "DeploymentNotFound", MODEL_ERROR_NOT_FOUND },
    { "previous_response_not_found", MODEL_ERROR_STATE_LOST },
    { "slow_down", MODEL_ERROR_RATE },
    { "rate_limit_exceeded", MODEL_ERROR_RATE },
    { "rate_limit_error", MODEL_ERROR_RATE },
    { "RateLimitReached", MODEL_ERROR_RATE },
    { "server_is_overloaded", MODEL_ERROR_OVERLOAD },
    { "service_unavailable_error", MODEL_ERROR_OVERLOAD },
    { "overloaded_error", MODEL_ERROR_OVERLOAD },
    { "server_error", MODEL_ERROR_TRANSIENT },
    { "internal_error", MODEL_ERROR_TRANSIENT },
    { "api_error", MODEL_ERROR_TRANSIENT },
    { "vector_store_timeout", MODEL_ERROR_TRANSIENT },
};

static bool
has(const char *text, const char *part)
{
    return text != NULL && strcasestr(text, part) != NULL;
}

static bool
same(const char *text, const char *word)
{
    return text != NULL && strcasecmp(text, word) == 0;
}

static enum model_error_class
by_word(const char *word)
{
    for (size_t i = 0; word != NULL && i < sizeof known / sizeof *known; i++)
        if (strcasecmp(word, known[i].word) == 0)
            return known[i].class;
    if (word != NULL && strncmp(word, "cyber_policy", 12) == 0)
        return MODEL_ERROR_POLICY;
    return MODEL_ERROR_NONE;
}

static bool
says_too_long(const char *message)
{
    return has(message, "maximum context length") || has(message, "context window") ||
           has(message, "exceeds the available context size") || has(message, "max context length") ||
           has(message, "prompt too long") || has(message, "prompt is too long");
}

/* "... Limit 1, Requested 30": what is asked is more than the limit, waiting cannot help. */
static bool
says_over_limit(const char *message)
{
    const char *limit = message ? strstr(message, "Limit ") : NULL;
    const char *asked = message ? strstr(message, "Requested ") : NULL;

    return limit != NULL && asked != NULL && strtoll(asked + 10, NULL, 10) > strtoll(limit + 6, NULL, 10);
}

static bool
says_unknown_field(const struct server_error *error)
{
    const char *m = error->message;

    if (error->http == 422 && error->param != NULL && strncmp(error->param, "messages", 8) != 0 &&
        strncmp(error->param, "input", 5) != 0 && strncmp(error->param, "model", 5) != 0)
        return true; /* a server that checks forms: this field has one that it does not know */
    return has(m, "unsupported parameter") || has(m, "unknown parameter") ||
           has(m, "unrecognized request arg") || has(m, "extra inputs are not permitted") ||
           has(m, "does not support thinking") || has(m, "unsupported value") || has(m, "unknown field") ||
           has(m, "unknown name") || has(m, "extra fields not permitted") ||
           (error->param != NULL && (has(m, "not supported") || has(m, "unsupported")));
}

static enum model_error_class
by_status(int http)
{
    switch (http) {
    case 401:
    case 403:
        return MODEL_ERROR_AUTH;
    case 402:
        return MODEL_ERROR_QUOTA;
    case 404:
    case 405:
    case 501:
        return MODEL_ERROR_NOT_FOUND;
    case 408:
    case 409:
    case 425:
        return MODEL_ERROR_TRANSIENT;
    case 413:
        return MODEL_ERROR_TOO_LONG;
    case 429:
        return MODEL_ERROR_RATE;
    case 503:
    case 529:
        return MODEL_ERROR_OVERLOAD;
    default:
        break;
    }
    if (http >= 500)
        return MODEL_ERROR_TRANSIENT;
    return http >= 300 ? MODEL_ERROR_BAD_REQUEST : MODEL_ERROR_NONE;
}

static enum model_error_class
classify(const struct server_error *error)
{
    enum model_error_class class = by_word(error->code);

    if (by_word(error->type) == MODEL_ERROR_QUOTA)
        return MODEL_ERROR_QUOTA;
    if (says_over_limit(error->message) && (error->http == 429 || class == MODEL_ERROR_RATE))
        return MODEL_ERROR_TOO_LONG;
    if (class != MODEL_ERROR_NONE)
        return class;
    if (says_too_long(error->message) && (error->http < 429 || error->http >= 500))
        return MODEL_ERROR_TOO_LONG;
    if ((error->http == 0 || error->http == 200 || error->http == 400 || error->http == 422) &&
        says_unknown_field(error))
        return MODEL_ERROR_BAD_PARAM;
    if ((error->http == 400 || error->http == 404) && has(error->message, "previous response") &&
        has(error->message, "not found"))
        return MODEL_ERROR_STATE_LOST;
    if (error->http >= 300)
        return by_status(error->http);
    class = by_word(error->type);
    if (class == MODEL_ERROR_NONE && same(error->type, "invalid_request_error"))
        class = MODEL_ERROR_BAD_REQUEST;
    if (class == MODEL_ERROR_NONE &&
        (has(error->message, "overloaded") || has(error->message, "loading model")))
        class = MODEL_ERROR_OVERLOAD;
    return class == MODEL_ERROR_NONE ? MODEL_ERROR_TRANSIENT : class;
}

/* "Please try again in 1.78s", "... in 250ms", "... in 6m0s": milliseconds, or -1. */
static int64_t
hint_of(const char *message)
{
    const char *p = message ? strcasestr(message, "try again in ") : NULL;
    char *end;
    double number, seconds;

    if (p == NULL)
        return -1;
    number = strtod(p + 13, &end);
    if (end == p + 13 || !(number >= 0) || number > 1e6)
        return -1;
    while (*end == ' ')
        end++;
    if (strncmp(end, "ms", 2) == 0)
        return (int64_t)ceil(number);
    if (*end == 's')
        return (int64_t)ceil(number * 1000);
    if (*end != 'm')
        return -1;
    seconds = strtod(end + 1, NULL);
    return (int64_t)ceil(number * 60000 + (seconds > 0 && seconds < 60 ? seconds * 1000 : 0));
}

/* -- shapes ------------------------------------------------------------------------------------- */

static char *
text_of(const json_t *value)
{
    char number[32];

    if (json_is_string(value) && json_string_length(value) > 0)
        return lenient_cut(json_string_value(value), json_string_length(value), MESSAGE_LIMIT);
    if (json_is_integer(value)) {
        snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
        return strdup(number);
    }
    return NULL;
}

/* A status that stands inside the body: {status: 400}, {status_code: 400}, or a code that is a number. */
static int
inner_status(const json_t *error)
{
    static const char *const keys[] = { "status", "status_code", "code" };

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const json_t *value = json_object_get(error, keys[i]);
        long long number = json_is_integer(value)  ? json_integer_value(value)
                           : json_is_string(value) ? strtoll(json_string_value(value), NULL, 10)
                                                   : 0;
        if (number >= 400 && number < 600)
            return (int)number;
    }
    return 0;
}

/* What a gateway quotes of the server behind it (OpenRouter). */
static const json_t *
raw_of(const json_t *error)
{
    return json_object_get(json_object_get(error, "metadata"), "raw");
}

static char *
first_text(const json_t *const *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char *text = text_of(values[i]);
        if (text != NULL)
            return text;
    }
    return NULL;
}

/* FastAPI's {detail: [{loc: ["body", "field", ...], msg}]}: the field's path becomes the param. */
static void
read_detail(struct server_error *error, const json_t *detail)
{
    const json_t *one = json_array_get(detail, 0);
    struct buffer path = { 0 };
    const json_t *step;
    size_t i;

    error->message = text_of(json_is_array(detail) ? json_object_get(one, "msg") : detail);
    json_array_foreach(json_object_get(one, "loc"), i, step)
    {
        const char *name = json_string_value(step);
        if (name != NULL && strcmp(name, "body") != 0 && path.size < 64)
            buffer_printf(&path, "%s%.32s", path.size ? "." : "", name);
    }
    if (path.size > 0)
        error->param = buffer_take(&path);
    buffer_clear(&path);
}

static void
read_object(struct server_error *error, const json_t *body)
{
    const json_t *inner = json_object_get(body, "error");
    const json_t *from = json_is_object(inner) ? inner : body;
    const json_t *texts[] = { json_object_get(from, "message"), json_is_string(inner) ? inner : NULL,
                              json_object_get(body, "message"), json_object_get(body, "msg") };

    if (!json_is_object(inner) && json_is_object(json_object_get(body, "response")) &&
        json_is_object(json_object_get(json_object_get(body, "response"), "error")))
        from = json_object_get(json_object_get(body, "response"), "error");
    error->message = first_text(texts, sizeof texts / sizeof *texts);
    if (error->message == NULL)
        error->message = text_of(json_object_get(from, "message"));
    if (error->message == NULL && json_object_get(body, "detail") != NULL)
        read_detail(error, json_object_get(body, "detail"));
    if (json_is_string(raw_of(from)) && (!error->message || has(error->message, "provider returned"))) {
        free(error->message);
        error->message = text_of(raw_of(from));
    }
    error->code = text_of(json_object_get(from, "code"));
    error->type = text_of(json_object_get(from, "type"));
    if (error->param == NULL)
        error->param = text_of(json_object_get(from, "param"));
    if (error->http < 400 && inner_status(from) != 0)
        error->http = inner_status(from);
}

static void
finish(struct server_error *error)
{
    error->class = classify(error);
    error->hint_ms = hint_of(error->message);
    error->slow_down = same(error->code, "slow_down") || same(error->type, "slow_down");
    error->resample = same(error->code, "tool_use_failed");
    error->no_model = error->class == MODEL_ERROR_NOT_FOUND &&
                      (same(error->code, "model_not_found") || same(error->code, "DeploymentNotFound") ||
                       (has(error->message, "model") &&
                        (has(error->message, "not found") || has(error->message, "not exist"))));
}

void
errors_of(struct server_error *error, int http, const json_t *body)
{
    *error = (struct server_error) { .http = http };
    if (json_is_array(body))
        body = json_array_get(body, 0);
    read_object(error, body);
    finish(error);
}

void
errors_read(struct server_error *error, int http, const char *body, size_t size)
{
    json_t *value = lenient_event(body, size);

    if (value != NULL) {
        errors_of(error, http, value);
    } else {
        *error = (struct server_error) { .http = http };
        if (size > 0)
            error->message = lenient_cut(body, size, MESSAGE_LIMIT);
        finish(error);
    }
    json_decref(value);
}

void
errors_set(struct server_error *error, enum model_error_class class, const char *message)
{
    errors_clear(error);
    error->class = class;
    error->message = strdup(message);
}

static void
replace(char **text, const char *part, size_t size, const char *by)
{
    char *at = strstr(*text, part);
    struct buffer out = { 0 };

    if (at == NULL || size == 0)
        return;
    buffer_append(&out, *text, (size_t)(at - *text));
    buffer_text(&out, by);
    buffer_text(&out, at + size);
    if (out.failed) {
        buffer_clear(&out);
        *at = '\0'; /* better half a message than a key */
        return;
    }
    free(*text);
    *text = buffer_take(&out);
}

void
errors_hide(struct server_error *error, const char *key)
{
    char *quoted;

    if (error->message == NULL)
        return;
    if (key != NULL && strlen(key) >= 4)
        for (int i = 0; i < 8 && strstr(error->message, key) != NULL; i++)
            replace(&error->message, key, strlen(key), "[key]");
    if (error->class == MODEL_ERROR_AUTH && (quoted = strcasestr(error->message, "provided: ")) != NULL) {
        size_t size = 10 + strcspn(quoted + 10, " ");
        char *part = strndup(quoted, size);
        if (part != NULL)
            replace(&error->message, part, size, "provided.");
        free(part);
    }
}

void
errors_clear(struct server_error *error)
{
    free(error->type);
    free(error->code);
    free(error->param);
    free(error->message);
    *error = (struct server_error) { .hint_ms = -1 };
}

bool
errors_is_error(const json_t *body)
{
    const json_t *error;

    if (json_is_array(body))
        body = json_array_get(body, 0);
    if (!json_is_object(body))
        return false;
    error = json_object_get(body, "error");
    if (error != NULL && !json_is_null(error) && !json_is_false(error) &&
        !(json_is_object(error) && json_object_size(error) == 0))
        return true;
    if (json_object_get(body, "choices") != NULL || json_object_get(body, "output") != NULL ||
        json_object_get(body, "response") != NULL || json_object_get(body, "delta") != NULL)
        return false;
    return json_object_get(body, "message") != NULL || json_object_get(body, "detail") != NULL;
}
