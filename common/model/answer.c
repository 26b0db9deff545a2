#include "common/model/answer.h"

#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/model/items.h"

#define REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD */

void
answer_begin(struct answer *answer, void (*hand)(void *, const char *, size_t), void *owner)
{
    *answer = (struct answer) {
        .hand = hand, .owner = owner, .error = { .hint_ms = -1 }, .usage = { .cost = -1 }, .sequence = -1
    };
}

void
answer_clear(struct answer *answer)
{
    buffer_clear(&answer->text);
    buffer_clear(&answer->refusal);
    calls_clear(&answer->calls);
    items_clear(&answer->items);
    stencil_clear(&answer->stencil);
    errors_clear(&answer->error);
    free(answer->usage.model);
    free(answer->id);
    free(answer->tier);
    *answer = (struct answer) { 0 };
}

void
answer_append(struct answer *answer, const char *text, size_t size)
{
    const char *nul;

    for (; (nul = memchr(text, '\0', size)) != NULL; size -= (size_t)(nul - text) + 1, text = nul + 1) {
        buffer_append(&answer->text, text, (size_t)(nul - text));
        buffer_text(&answer->text, REPLACEMENT);
    }
    buffer_append(&answer->text, text, size);
}

void
answer_hand(struct answer *answer, const char *text, size_t size)
{
    const char *nul;

    answer->handed |= size > 0;
    if (answer->hand == NULL)
        return;
    for (; (nul = memchr(text, '\0', size)) != NULL; size -= (size_t)(nul - text) + 1, text = nul + 1) {
        if (nul > text)
            answer->hand(answer->owner, text, (size_t)(nul - text));
        answer->hand(answer->owner, REPLACEMENT, strlen(REPLACEMENT));
    }
    if (size > 0)
        answer->hand(answer->owner, text, size);
}

static void
show(void *owner, const char *text, size_t size)
{
    answer_append(owner, text, size);
    answer_hand(owner, text, size);
}

void
answer_text(struct answer *answer, const char *text, size_t size)
{
    if (size > 0 && answer->thoughts.state == THOUGHTS_SHOWN)
        show(answer, text, size);
    else if (size > 0)
        answer->reasoning += thoughts_read(&answer->thoughts, text, size, show, answer);
}

void
answer_refusal(struct answer *answer, const json_t *text)
{
    if (json_is_string(text))
        buffer_append(&answer->refusal, json_string_value(text), json_string_length(text));
}

void
answer_keep(char **text, const json_t *object, const char *key)
{
    const char *value = json_text(object, key, "");
    char *copy;

    if (*value == '\0' || (*text != NULL && strcmp(*text, value) == 0) || (copy = strdup(value)) == NULL)
        return;
    free(*text);
    *text = copy;
}

void
answer_error(struct answer *answer, const json_t *body)
{
    struct server_error error;

    errors_of(&error, answer->error.http, body);
    answer->end = ANSWER_FAILED;
    if (answer->error.message != NULL && (answer->error.code != NULL || error.code == NULL)) {
        errors_clear(&error);
        return;
    }
    errors_clear(&answer->error);
    answer->error = error;
}

void
answer_words(struct answer *answer, const char *name, const char *data, size_t size)
{
    if (*data == '{' || *data == '[') {
        answer->garbage = answer->closed = true;
    } else if (strcmp(name, "error") == 0 && answer->error.message == NULL) {
        errors_clear(&answer->error);
        errors_read(&answer->error, 0, data, size);
        answer->end = ANSWER_FAILED;
    }
}

/* The status by what was said, and for errors the error. */
static enum model_status
status_of(struct answer *answer)
{
    if (answer->garbage && answer->error.class == MODEL_ERROR_NONE)
        errors_set(&answer->error, MODEL_ERROR_PROTOCOL, "the answer is no JSON");
    if (answer->calls.failed || answer->text.failed || answer->refusal.failed)
        errors_set(&answer->error, MODEL_ERROR_PROTOCOL, "the answer has more in it than an answer can have");
    if (answer->error.class == MODEL_ERROR_NONE && answer->end == ANSWER_FAILED)
        errors_set(&answer->error, MODEL_ERROR_TRANSIENT, "the server says that it failed, and not why");
    if (answer->error.class == MODEL_ERROR_NONE && answer->end == ANSWER_OPEN)
        errors_set(&answer->error, MODEL_ERROR_TRANSIENT, "the answer ends before its end");
    if (answer->error.class != MODEL_ERROR_NONE)
        return MODEL_ERROR;
    if (answer->end == ANSWER_LENGTH)
        return MODEL_LENGTH;
    if (answer->end == ANSWER_FILTER)
        return MODEL_FILTER;
    if (answer->refusal.size > 0)
        return MODEL_REFUSAL;
    if (answer->calls.count > 0)
        return MODEL_TOOL_CALLS;
    return answer->text.size > 0 ? MODEL_OK : MODEL_EMPTY;
}

static char *
string_of(struct buffer *buffer)
{
    char *text = buffer->size ? buffer_take(buffer) : NULL;

    return text ? text : strdup("");
}

static char *
taken(char **text)
{
    char *value = *text;

    *text = NULL;
    return value;
}

void
answer_result(struct answer *answer, const json_t *tools, bool glued, struct model_result *result)
{
    bool cut;

    items_settle(answer);
    thoughts_end(&answer->thoughts, show, answer);
    result->status = status_of(answer);
    result->error = result->status == MODEL_ERROR ? answer->error.class : MODEL_ERROR_NONE;
    result->message = taken(&answer->error.message);
    result->code = taken(&answer->error.code);
    result->text = string_of(&answer->text);
    result->refusal = string_of(&answer->refusal);
    result->usage = answer->usage;
    answer->usage.model = NULL;
    cut = result->status == MODEL_LENGTH || result->status == MODEL_FILTER || result->status == MODEL_REFUSAL;
    if (result->status != MODEL_ERROR)
        result->calls = calls_finish(&answer->calls, tools, glued, cut, &result->call_count);
}

void
answer_free_result(struct model_result *result)
{
    calls_free_results(result->calls, result->call_count);
    free(result->message);
    free(result->code);
    free(result->text);
    free(result->refusal);
    free(result->request_id);
    free(result->usage.model);
    *result = (struct model_result) { 0 };
}
