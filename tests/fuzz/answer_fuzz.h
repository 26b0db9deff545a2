#ifndef TESTS_FUZZ_ANSWER_FUZZ_H
#define TESTS_FUZZ_ANSWER_FUZZ_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/model/exchange.h"
#include "pieces.h"

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

/* What the calls are checked against; made once. */
static const json_t *
answer_fuzz_tools(void)
{
    static json_t *tools;

    if (tools == NULL)
        tools = json_loads(
            "[{\"name\":\"weather\",\"parameters\":{\"type\":\"object\",\"required\":[\"location\"],"
            "\"properties\":{\"location\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":9},\"days\":{"
            "\"anyOf\":["
            "{\"type\":\"integer\",\"minimum\":0,\"maximum\":9},{\"type\":\"null\"}]},\"unit\":{\"enum\":["
            "\"c\",1]},"
            "\"more\":{\"type\":\"array\",\"minItems\":1,\"maxItems\":3,\"items\":{\"$ref\":\"#/$defs/a\"}}},"
            "\"$defs\":{\"a\":{\"type\":[\"number\",\"boolean\",\"object\"],\"properties\":{\"more\":{\"$"
            "ref\":"
            "\"#/$defs/a\"}}}}}},{\"name\":\"f\"},{\"name\":\"add\",\"parameters\":{}}]",
            0, NULL);
    return tools;
}

static void
answer_fuzz(enum dialect dialect, const uint8_t *bytes, size_t size)
{
    struct model_result result = { .usage.cost = -1 };
    struct buffer streamed = { 0 };
    struct exchange exchange;
    struct pieces pieces;
    const char *part;
    size_t part_size;
    int http;

    if (size < 2)
        return;
    http = bytes[0] % 16 == 9 ? 429 : 200;
    exchange_begin(&exchange, dialect, answer_fuzz_keep, &streamed);
    if (bytes[0] & 2)
        thoughts_hide(&exchange.answer.thoughts);
    pieces_begin(&pieces, bytes + 1, size - 1, bytes[0] % 128 + 1u);
    while ((part = pieces_next(&pieces, &part_size)) != NULL)
        if (exchange_bytes(&exchange, http, part, part_size) == EXCHANGE_OVER)
            break;
    pieces_end(&pieces);
    exchange_end(&exchange, http);
    answer_result(&exchange.answer, answer_fuzz_tools(), bytes[0] & 1, &result);
    answer_fuzz_check(&result);
    answer_free_result(&result);
    exchange_clear(&exchange);
    buffer_clear(&streamed);
}

#endif
