#ifndef TESTS_COMMON_READING_H
#define TESTS_COMMON_READING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/json.h"
#include "common/model/exchange.h"

/* An answer's bytes, read in pieces, and the words to write such bytes with. */

struct reading {
    struct model_result result;
    struct buffer streamed;
    size_t reasoning;
    bool marker;
};

static inline void
keep(void *owner, const char *delta, size_t size)
{
    buffer_append(owner, delta, size);
}

/* Read BODY in pieces (0: whole; -1: random), each in memory of its own. */
static inline void
read_in(struct reading *reading, enum dialect dialect, int http, const char *body, size_t size, int piece)
{
    struct exchange exchange;
    enum exchange_state state = EXCHANGE_MORE;

    *reading = (struct reading) { .result.usage.cost = -1 };
    exchange_begin(&exchange, dialect, keep, &reading->streamed);
    for (size_t at = 0; at < size && state != EXCHANGE_OVER;) {
        size_t part = piece == 0 ? size - at : piece < 0 ? (size_t)(rand() % 60) + 1 : (size_t)piece;
        char *copy;
        part = part < size - at ? part : size - at;
        copy = malloc(part);
        memcpy(copy, body + at, part);
        state = exchange_bytes(&exchange, http, copy, part);
        free(copy);
        at += part;
    }
    exchange_end(&exchange, http);
    reading->reasoning = exchange.answer.reasoning;
    reading->marker = exchange.answer.marker;
    answer_result(&exchange.answer, NULL, false, &reading->result);
    exchange_clear(&exchange);
}

static inline void
clear(struct reading *reading)
{
    answer_free_result(&reading->result);
    buffer_clear(&reading->streamed);
}

/* What an answer comes to, in one line: status, error, text, calls. */
static inline void
check(enum dialect dialect, int http, const char *body, const char *expected)
{
    for (int piece = 0; piece < 3; piece++) {
        struct reading reading;
        struct buffer got = { 0 };
        static const char *const statuses[] = {
            "ok", "calls", "empty", "length", "filter", "refusal", "error"
        };

        read_in(&reading, dialect, http, body, strlen(body), piece);
        buffer_printf(&got, "%s", statuses[reading.result.status]);
        if (reading.result.status == MODEL_ERROR)
            buffer_printf(&got, ":%s", model_error_name(reading.result.error));
        if (*reading.result.text)
            buffer_printf(&got, " \"%s\"", reading.result.text);
        if (*reading.result.refusal)
            buffer_printf(&got, " no:%s", reading.result.refusal);
        for (size_t i = 0; i < reading.result.call_count; i++)
            buffer_printf(&got, " %s(%s)%s", reading.result.calls[i].name,
                          reading.result.calls[i].arguments_text,
                          reading.result.calls[i].arguments ? "" : "!");
        if (strcmp(buffer_string(&got), expected) != 0)
            fail_msg("%.300s\n gives %s\n not   %s", body, buffer_string(&got), expected);
        buffer_clear(&got);
        clear(&reading);
    }
}

#define D(json) "data: " json "\n\n"
#define CHUNK(delta, finish)                                                                                 \
    D("{\"choices\":[{\"index\":0,\"delta\":" delta ",\"finish_reason\":" finish "}]}")
#define DONE D("[DONE]")

#define E(type, rest) "event: " type "\ndata: {\"type\":\"" type "\"" rest "}\n\n"
#define COMPLETED(output)                                                                                    \
    E("response.completed", ",\"response\":{\"status\":\"completed\",\"output\":" output "}")
#define MESSAGE(text)                                                                                        \
    "{\"type\":\"message\",\"id\":\"m\",\"content\":[{\"type\":\"output_text\",\"text\":\"" text "\"}]}"
#define CALL(arguments)                                                                                      \
    "{\"type\":\"function_call\",\"id\":\"fc\",\"call_id\":\"c\",\"name\":\"f\",\"arguments\":\"" arguments  \
    "\"}"
#define TEXT(at, delta)                                                                                      \
    E("response.output_text.delta", ",\"output_index\":" at ",\"content_index\":0,\"delta\":\"" delta "\"")
#define ADDED(at, item) E("response.output_item.added", ",\"output_index\":" at ",\"item\":" item)
#define OVER(at, item) E("response.output_item.done", ",\"output_index\":" at ",\"item\":" item)

#endif
