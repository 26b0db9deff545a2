#ifndef TESTS_FUZZ_ANSWER_FUZZ_H
#define TESTS_FUZZ_ANSWER_FUZZ_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/model/exchange.h"

/* One answer, its first byte says how it is cut: read it, and look whether what came out keeps its promises.
 */

static void
answer_fuzz_keep(void *owner, const char *delta, size_t size)
{
    if (memchr(delta, '\0', size) != NULL)
        abort();
    buffer_append(owner, delta, size);
}

static void
answer_fuzz_check(const struct model_result *result)
{
    if (result->text == NULL || result->refusal == NULL)
        abort();
    if ((result->status == MODEL_ERROR) != (result->error != MODEL_ERROR_NONE))
        abort();
    if (result->status == MODEL_ERROR && (result->call_count != 0 || result->message == NULL) &&
        result->error != MODEL_ERROR_TRANSIENT && result->call_count != 0)
        abort();
    for (size_t i = 0; i < result->call_count; i++) {
        const struct model_tool_call *call = &result->calls[i];
        if (!call->id || !call->name || !call->arguments_text || !call->arguments == !call->problem)
            abort();
        if (call->arguments != NULL &&
            (result->status != MODEL_TOOL_CALLS || !json_is_object(call->arguments)))
            abort();
    }
}

static void
answer_fuzz(enum dialect dialect, const uint8_t *bytes, size_t size)
{
    struct model_result result = { .usage.cost = -1 };
    struct buffer streamed = { 0 };
    struct exchange exchange;
    json_t *tools = json_pack("[{s:s, s:{s:s, s:[s], s:b}}]", "name", "weather", "parameters", "type",
                              "object", "required", "location", "additionalProperties", 1);
    size_t piece = size ? bytes[0] % 128 + 1u : 1;

    exchange_begin(&exchange, dialect, answer_fuzz_keep, &streamed);
    for (size_t at = 1; at < size;) {
        size_t part = piece < size - at ? piece : size - at;
        char *copy = malloc(part);
        enum exchange_state state;
        memcpy(copy, bytes + at, part);
        state = exchange_bytes(&exchange, 200, copy, part);
        free(copy);
        if (state == EXCHANGE_OVER)
            break;
        at += part;
    }
    exchange_end(&exchange, 200);
    answer_result(&exchange.answer, tools, size && bytes[0] & 1, &result);
    answer_fuzz_check(&result);
    answer_free_result(&result);
    exchange_clear(&exchange);
    buffer_clear(&streamed);
    json_decref(tools);
}

#endif
