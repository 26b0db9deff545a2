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

#define STREAMS "../shared/streams/"

struct reading {
    struct model_result result;
    struct buffer streamed;
    size_t reasoning;
    bool marker;
};

static void
keep(void *owner, const char *delta, size_t size)
{
    buffer_append(owner, delta, size);
}

/* Read BODY in pieces (0: whole; -1: random), each in memory of its own. */
static void
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

static void
clear(struct reading *reading)
{
    answer_free_result(&reading->result);
    buffer_clear(&reading->streamed);
}

static char *
file(const char *name, size_t *size)
{
    char path[256];
    FILE *in;
    char *bytes = malloc(1 << 20);

    snprintf(path, sizeof path, STREAMS "%s", name);
    if ((in = fopen(path, "r")) == NULL) {
        free(bytes);
        return NULL;
    }
    *size = fread(bytes, 1, 1 << 20, in);
    fclose(in);
    return bytes;
}

static void
skip_without_streams(void)
{
    FILE *in = fopen(STREAMS "EXPECT.jsonl", "r");

    if (in != NULL) {
        fclose(in);
        return;
    }
    if (getenv("CI") != NULL)
        fail_msg("no ../shared/streams");
    puts("skipped: no ../shared/streams");
    skip();
}

/* -- what real servers sent ----------------------------------------------------------------------- */

static bool
is_wrapper(const json_t *tool)
{
    return strcmp(json_text(tool, "name", ""), "parallel") == 0;
}

static void
compare(const json_t *expected, const struct reading *reading)
{
    const char *name = json_text(expected, "name", "");
    const struct model_result *result = &reading->result;
    const json_t *tools = json_object_get(expected, "tools"), *tool;
    bool error = json_is_object(json_object_get(expected, "error"));
    size_t i;

    if (strcmp(result->text, json_text(expected, "text", "")) != 0)
        fail_msg("%s: text is %s", name, result->text);
    if (strcmp(result->refusal, json_text(expected, "refusal", "")) != 0)
        fail_msg("%s: refusal is %s", name, result->refusal);
    if ((result->status == MODEL_ERROR) != error)
        fail_msg("%s: error %s", name, model_error_name(result->error));
    if ((*result->refusal != '\0') != (result->status == MODEL_REFUSAL))
        fail_msg("%s: status %d", name, result->status);
    if (strstr(json_text(expected, "finish", ""), "length") && result->status != MODEL_LENGTH)
        fail_msg("%s: status %d", name, result->status);
    if (!error && json_array_size(tools) > 0 && result->status != MODEL_TOOL_CALLS)
        fail_msg("%s: status %d", name, result->status);
    if (json_array_size(tools) == 1 && is_wrapper(json_array_get(tools, 0)))
        return; /* expanded; see below */
    if (result->call_count != json_array_size(tools))
        fail_msg("%s: %zu calls", name, result->call_count);
    json_array_foreach(tools, i, tool)
    {
        assert_string_equal(result->calls[i].id, json_text(tool, "id", ""));
        assert_string_equal(result->calls[i].name, json_text(tool, "name", ""));
        assert_string_equal(result->calls[i].arguments_text, json_text(tool, "arguments", ""));
        assert_non_null(result->calls[i].arguments);
    }
    if (json_is_object(json_object_get(expected, "usage"))) {
        const json_t *usage = json_object_get(expected, "usage");
        assert_true(result->usage.known);
        assert_int_equal(result->usage.output,
                         json_number(usage, "output_tokens", json_number(usage, "completion_tokens", -1)));
    }
}

static void
every_recorded_stream_gives_what_is_expected_in_any_pieces(void **state)
{
    static const int pieces[] = { 1, 3, -1, 0 };
    char line[65536];
    FILE *in;
    int count = 0;

    (void)state;
    skip_without_streams();
    in = fopen(STREAMS "EXPECT.jsonl", "r");
    while (fgets(line, sizeof line, in)) {
        json_t *expected = json_loads(line, 0, NULL);
        const char *dialect = json_text(expected, "dialect", "");
        size_t size;
        char *body = file(json_text(expected, "name", ""), &size);

        for (size_t p = 0; body != NULL && p < sizeof pieces / sizeof *pieces; p++) {
            struct reading reading;
            read_in(&reading, strcmp(dialect, "chat") == 0 ? DIALECT_CHAT : DIALECT_RESPONSES, 200, body,
                    size, pieces[p]);
            compare(expected, &reading);
            if (strcmp(dialect, "chat") == 0) /* of Responses nothing is read after the last event */
                assert_int_equal(reading.marker, json_is_true(json_object_get(expected, "done_marker")));
            clear(&reading);
            count++;
        }
        free(body);
        json_decref(expected);
    }
    fclose(in);
    assert_true(count >= 150);
}

static void
every_recorded_error_falls_into_its_class(void **state)
{
    static const struct {
        const char *name;
        int http;
        enum model_error_class class;
    } cases[] = {
        { "err-openai-401.json", 401, MODEL_ERROR_AUTH },
        { "err-openai-400-context-length.json", 400, MODEL_ERROR_TOO_LONG },
        { "err-openai-404-model.json", 404, MODEL_ERROR_NOT_FOUND },
        { "err-openai-insufficient-quota.json", 429, MODEL_ERROR_QUOTA },
        { "err-openai-reasoning-temperature-400.json", 400, MODEL_ERROR_BAD_PARAM },
        { "err-openai-reasoning-max-tokens-400.json", 400, MODEL_ERROR_BAD_PARAM },
        { "err-azure-429.json", 429, MODEL_ERROR_RATE },
        { "err-openrouter-429.json", 429, MODEL_ERROR_RATE },
        { "err-azure-prompt-filter-status200.json", 200, MODEL_ERROR_POLICY },
        { "err-mistral-401-detail.json", 401, MODEL_ERROR_AUTH },
        { "err-groq-400-tool-use-failed.json", 400, MODEL_ERROR_BAD_REQUEST },
        { "doc-err-openai-429-tpm.json", 429, MODEL_ERROR_RATE },
        { "resp-failed-rate-limit.sse", 200, MODEL_ERROR_TOO_LONG },
        { "chat-groq-error-midstream.sse", 200, MODEL_ERROR_BAD_REQUEST },
        { "derived-chat-truncated.sse", 200, MODEL_ERROR_TRANSIENT },
        { "doc-litellm-error-frame-dupkey.sse", 200, MODEL_ERROR_TRANSIENT },
    };

    (void)state;
    skip_without_streams();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int dialect = 0; dialect < 2; dialect++) {
            struct reading reading;
            size_t size;
            char *body = file(cases[i].name, &size);

            assert_non_null(body);
            if (strstr(cases[i].name, ".sse") && (strncmp(cases[i].name, "resp", 4) == 0) != (dialect == 0) &&
                strncmp(cases[i].name, "doc", 3) != 0) {
                free(body);
                continue;
            }
            read_in(&reading, dialect ? DIALECT_CHAT : DIALECT_RESPONSES, cases[i].http, body, size, 7);
            if (reading.result.error != cases[i].class &&
                !(strncmp(cases[i].name, "doc-lite", 8) == 0 && dialect))
                fail_msg("%s: %s", cases[i].name, model_error_name(reading.result.error));
            assert_int_equal(reading.result.call_count, 0);
            assert_non_null(reading.result.message);
            clear(&reading);
            free(body);
        }
    }
}

static void
whole_answers_are_read_as_well(void **state)
{
    struct reading reading;
    size_t size;
    char *body;

    (void)state;
    skip_without_streams();
    body = file("chat-ollama-parallel-nonstream.json", &size);
    read_in(&reading, DIALECT_CHAT, 200, body, size, 11);
    assert_int_equal(reading.result.status, MODEL_TOOL_CALLS);
    assert_int_equal(reading.result.call_count, 3);
    clear(&reading);
    free(body);
    body = file("chat-azure-filtered-nonstream.json", &size);
    read_in(&reading, DIALECT_CHAT, 200, body, size, 11);
    assert_int_equal(reading.result.status, MODEL_FILTER);
    clear(&reading);
    free(body);
    body = file("resp-incomplete-nonstream.json", &size);
    read_in(&reading, DIALECT_RESPONSES, 200, body, size, 11);
    assert_int_equal(reading.result.status, MODEL_LENGTH);
    assert_int_equal(reading.result.usage.reasoning, 16384);
    clear(&reading);
    free(body);
}

/* -- what servers are reported to send -------------------------------------------------------------- */

/* What an answer comes to, in one line: status, error, text, calls. */
static void
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

static void
chat_answers_of_all_kinds(void **state)
{
    static const struct {
        int http;
        const char *body, *expected;
    } cases[] = {
        { 200, CHUNK("{\"content\":\"a\"}", "null") CHUNK("{}", "\"stop\"") DONE, "ok \"a\"" },
        { 200, CHUNK("{\"content\":\"a\"}", "null") CHUNK("{}", "\"stop\""), "ok \"a\"" }, /* no [DONE] */
        { 200, CHUNK("{\"content\":\"a\"}", "null") DONE, "ok \"a\"" },         /* no finish (Snowflake) */
        { 200, CHUNK("{\"content\":\"a\"}", "null"), "error:transient \"a\"" }, /* neither */
        { 200, CHUNK("{}", "\"stop\"") DONE, "empty" },
        { 200, DONE, "error:transient" },
        { 200, "", "error:transient" },
        { 200, CHUNK("{\"content\":\"a\"}", "\"length\"") DONE, "length \"a\"" },
        { 200, CHUNK("{\"content\":\"a\"}", "\"content_filter\"") DONE, "filter \"a\"" },
        { 200, CHUNK("{\"content\":\"a\"}", "\"end_turn\"") DONE, "ok \"a\"" },
        { 200, CHUNK("{\"content\":\"a\"}", "\"error\"") DONE, "error:transient \"a\"" },
        { 200, CHUNK("{\"refusal\":\"no\"}", "\"stop\"") DONE, "refusal no:no" },
        { 200,
          CHUNK("{\"content\":[{\"type\":\"thinking\",\"thinking\":[]},{\"type\":\"text\",\"text\":\"a\"}]}",
                "\"stop\""),
          "ok \"a\"" },
        { 200, CHUNK("{\"content\":null,\"tool_calls\":null}", "\"stop\"") DONE, "empty" },
        { 200, D("{\"choices\":null}") D("{}") CHUNK("{\"content\":\"a\"}", "\"stop\""), "ok \"a\"" },
        { 200,
          D("{\"choices\":[{\"index\":0,\"content_filter_offsets\":{}}]}")
              CHUNK("{\"content\":\"a\"}", "\"stop\""),
          "ok \"a\"" },
        { 200,
          D("{\"choices\":[{\"index\":1,\"delta\":{\"content\":\"b\"}}]}")
              CHUNK("{\"content\":\"a\"}", "\"stop\""),
          "ok \"a\"" },
        { 200, CHUNK("{\"content\":\"a\"}", "\"stop\"") D("{\"choices\":[],\"usage\":{\"prompt_tokens\":1}}"),
          "ok \"a\"" },
        /* calls */
        { 200,
          CHUNK("{\"tool_calls\":[{\"index\":0,\"id\":\"x\",\"function\":{\"name\":\"f\",\"arguments\":\"{}"
                "\"}}]}",
                "\"stop\""),
          "calls f({})" },
        { 200,
          CHUNK("{\"content\":\"a\",\"tool_calls\":[{\"index\":0,\"id\":\"x\",\"function\":{\"name\":\"f\","
                "\"arguments\":\"{}\"}}]}",
                "\"tool_calls\""),
          "calls \"a\" f({})" },
        { 200,
          CHUNK("{\"tool_calls\":[{\"index\":0,\"id\":\"x\",\"function\":{\"name\":\"f\",\"arguments\":\"{"
                "\\\"a\\\":1\"}}]}",
                "\"length\""),
          "length f({\"a\":1)!" },
        { 200,
          CHUNK("{\"tool_calls\":[{\"index\":0,\"id\":\"x\",\"function\":{\"name\":\"f\",\"arguments\":\"{"
                "\\\"a\\\":1\"}}]}",
                "\"tool_calls\""),
          "calls f({\"a\":1)!" },
        { 200,
          CHUNK("{\"tool_calls\":[{\"index\":0,\"id\":\"x\",\"function\":{\"name\":\"f\",\"arguments\":\"{"
                "\\\"a\\\":1\"}}]}",
                "null") DONE,
          "error:transient" },
        { 200,
          CHUNK("{\"tool_calls\":[{\"index\":0,\"id\":\"x\",\"function\":{\"name\":\"f\",\"arguments\":\"{}"
                "\"}}]}",
                "null"),
          "error:transient" },
        { 200, CHUNK("{\"function_call\":{\"name\":\"f\",\"arguments\":\"{}\"}}", "\"function_call\""),
          "calls f({})" },
        { 200,
          CHUNK("{\"tool_calls\":[{\"index\":0,\"id\":\"x\",\"function\":{\"name\":\"f\",\"arguments\":\"{}{}"
                "\"}}]}",
                "\"tool_calls\""),
          "calls f({}{})!" },
        /* errors in the stream */
        { 200,
          CHUNK("{\"content\":\"a\"}", "null") D("{\"error\":{\"message\":\"m\",\"type\":\"server_error\"}}")
              DONE,
          "error:transient \"a\"" },
        { 200,
          D("{\"error\":{\"code\":502,\"message\":\"m\"},\"choices\":[{\"index\":0,\"delta\":{\"content\":"
            "\"\"},\"finish_reason\":\"error\"}]}"),
          "error:transient" },
        { 200, D("{\"choices\":[{\"index\":0,\"delta\":{},\"error\":{\"code\":429,\"message\":\"m\"}}]}"),
          "error:rate" },
        { 200, "event: error\ndata: {\"error\":{\"message\":\"m\",\"code\":\"tool_use_failed\"}}\n\n",
          "error:bad_request" },
        { 200, "event: error\ndata: {\"message\":\"m\",\"code\":\"slow_down\"}\n\n", "error:rate" },
        { 200, "error: {\"code\":500,\"message\":\"m\"}\n\n", "error:transient" },
        { 200, CHUNK("{\"content\":\"a\"}", "null") "{\"error\":{\"message\":\"m\"}}\n",
          "error:transient \"a\"" },
        { 200, D("{\"object\":\"error\",\"message\":\"m\",\"code\":400}"), "error:bad_request" },
        { 200, CHUNK("{\"content\":\"a\"}", "\"stop\"") DONE D("{\"error\":{\"message\":\"m\"}}"),
          "ok \"a\"" }, /* after the end */
        /* bytes that make no sense */
        { 200, D("{\"choices\":[{]}"), "error:protocol" },
        { 200, D("hello") CHUNK("{\"content\":\"a\"}", "\"stop\""), "ok \"a\"" },
        { 200, "<html>hello</html>", "error:transient" },
        { 502, "<html>hello</html>", "error:transient" },
        /* not the form that was asked for */
        { 200, " \r\n{\"choices\":[{\"message\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}",
          "ok \"a\"" },
        { 200, "\xEF\xBB\xBF{\"choices\":[{\"message\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}",
          "ok \"a\"" },
        { 200, "{\"choices\":[{\"message\":{\"content\":\"a\"},", "error:transient" },
        { 200, "{\"choices\":[{\"text\":\"a\",\"finish_reason\":\"stop\"}]}", "ok \"a\"" },
        { 200, "[{\"error\":{\"code\":429,\"message\":\"m\"}}]", "error:rate" },
        { 200, "{\"choices\":[]}", "error:transient" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check(DIALECT_CHAT, cases[i].http, cases[i].body, cases[i].expected);
}

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

static void
responses_of_all_kinds(void **state)
{
    static const struct {
        int http;
        const char *body, *expected;
    } cases[] = {
        { 200,
          ADDED("0", "{\"type\":\"message\"}") TEXT("0", "a") TEXT("0", "b") OVER("0", MESSAGE("ab"))
              COMPLETED("[]"),
          "ok \"ab\"" },
        { 200, TEXT("0", "a") TEXT("0", "b") COMPLETED("[]"), "ok \"ab\"" }, /* no frame around the deltas */
        { 200, TEXT("0", "a") COMPLETED("[" MESSAGE("ab") "]"), "ok \"ab\"" }, /* the rest comes at the end */
        { 200, COMPLETED("[" MESSAGE("ab") "," CALL("{}") "]"),
          "calls \"ab\" f({})" }, /* all of it comes at the end */
        { 200, OVER("0", MESSAGE("a")) OVER("1", MESSAGE("b")) COMPLETED("[]"), "ok \"ab\"" },
        { 200, OVER("0", MESSAGE("a")) DONE, "error:transient \"a\"" }, /* [DONE] is no end here */
        { 200, OVER("0", CALL("{}")), "error:transient" },              /* and its call is not run */
        { 200, COMPLETED("[]") DONE, "empty" },
        /* ids and numbers left out */
        { 200,
          E("response.output_item.added",
            ",\"item\":{\"type\":\"function_call\",\"id\":\"x\",\"call_id\":\"c\",\"name\":\"f\"}")
              E("response.function_call_arguments.delta", ",\"item_id\":\"x\",\"delta\":\"{}\"")
                  COMPLETED("[]"),
          "calls f({})" },
        { 200,
          E("response.output_item.added",
            ",\"item\":{\"type\":\"function_call\",\"call_id\":\"c\",\"name\":\"f\"}")
              E("response.function_call_arguments.delta", ",\"delta\":\"{}\"") E(
                  "response.output_item.added",
                  ",\"item\":{\"type\":\"function_call\",\"call_id\":\"d\",\"name\":\"g\"}")
                  E("response.function_call_arguments.delta", ",\"delta\":\"{\\\"a\\\":1}\"") COMPLETED("[]"),
          "calls f({}) g({\"a\":1})" },
        { 200, E("response.output_item.done", ",\"item\":" CALL("{}")) COMPLETED("[" CALL("{}") "]"),
          "calls f({})" },
        /* numbers that are all the same */
        { 200,
          OVER("0", CALL("{}")) ADDED("0", "{\"type\":\"message\",\"id\":\"q\"}") TEXT("0", "a")
              COMPLETED("[]"),
          "calls \"a\" f({})" },
        /* the last event leaves the reasoning out, so that its numbers are others */
        { 200, OVER("0", "{\"type\":\"reasoning\"}") OVER("1", MESSAGE("a")) COMPLETED("[" MESSAGE("a") "]"),
          "ok \"a\"" },
        { 200, OVER("0", "{\"type\":\"reasoning\"}") OVER("1", CALL("{}")) COMPLETED("[" CALL("{}") "]"),
          "calls f({})" },
        { 200,
          OVER("0", "{\"type\":\"reasoning\"}") TEXT("1", "a")
              COMPLETED("[{\"type\":\"message\",\"id\":\"z\",\"content\":[{\"type\":\"output_text\",\"text\":"
                        "\"a\"}]}]"),
          "ok \"a\"" },
        /* arguments as an object; whole ones instead of pieces */
        { 200,
          OVER("0", "{\"type\":\"function_call\",\"call_id\":\"c\",\"name\":\"f\",\"arguments\":{\"a\":1}}")
              COMPLETED("[]"),
          "calls f({\"a\":1})" },
        { 200,
          ADDED("0", CALL("")) E("response.function_call_arguments.done",
                                 ",\"output_index\":0,\"arguments\":\"{}\"") COMPLETED("[]"),
          "calls f({})" },
        { 200,
          ADDED("0", CALL("")) E("response.function_call_arguments.delta",
                                 ",\"output_index\":0,\"delta\":\"{\"") COMPLETED("[]"),
          "calls f({)!" },
        /* cut */
        { 200,
          OVER("0", CALL("{}"))
              E("response.incomplete", ",\"response\":{\"status\":\"incomplete\",\"incomplete_details\":{"
                                       "\"reason\":\"max_output_tokens\"}}"),
          "length f({})!" },
        { 200,
          TEXT("0", "a") E("response.incomplete", ",\"response\":{\"status\":\"incomplete\",\"incomplete_"
                                                  "details\":{\"reason\":\"content_filter\"}}"),
          "filter \"a\"" },
        { 200, TEXT("0", "a") E("response.incomplete", ",\"response\":{}"), "length \"a\"" },
        /* declined */
        { 200,
          E("response.refusal.delta", ",\"output_index\":0,\"content_index\":0,\"delta\":\"n\"")
              E("response.refusal.done", ",\"output_index\":0,\"content_index\":0,\"refusal\":\"no\"")
                  COMPLETED("[]"),
          "refusal no:no" },
        { 200,
          OVER("0", "{\"type\":\"message\",\"content\":[{\"type\":\"refusal\",\"refusal\":\"no\"}]}")
              COMPLETED("[]"),
          "refusal no:no" },
        /* words on the way */
        { 200,
          ADDED("0", "{\"type\":\"message\",\"phase\":\"commentary\"}") TEXT("0", "hm")
              OVER("0", "{\"type\":\"message\",\"phase\":\"commentary\",\"content\":[{\"type\":\"output_"
                        "text\",\"text\":\"hm\"}]}") TEXT("1", "a") COMPLETED("[]"),
          "ok \"a\"" },
        { 200, ADDED("0", "{\"type\":\"message\",\"phase\":\"commentary\"}") TEXT("0", "hm") COMPLETED("[]"),
          "ok \"hm\"" },
        /* errors */
        { 200, E("error", ",\"code\":\"server_error\",\"message\":\"m\",\"param\":null"), "error:transient" },
        { 200,
          E("error",
            ",\"error\":{\"type\":\"insufficient_quota\",\"code\":\"insufficient_quota\",\"message\":\"m\"}")
              E("response.failed", ",\"response\":{\"status\":\"failed\",\"error\":{\"code\":\"insufficient_"
                                   "quota\",\"message\":\"m\"}}"),
          "error:quota" },
        { 200,
          E("response.failed",
            ",\"response\":{\"status\":\"failed\",\"error\":{\"code\":\"server_error\",\"message\":\"m\"}}"),
          "error:transient" },
        { 200, E("response.failed", ",\"response\":{}"), "error:transient" },
        { 200, E("response.cancelled", ",\"response\":{\"status\":\"cancelled\"}"), "error:transient" },
        { 200, TEXT("0", "a") D("{\"error\":{\"code\":\"500\",\"message\":\"m\"}}"),
          "error:transient \"a\"" },
        { 200, TEXT("0", "a") COMPLETED("[]") E("error", ",\"message\":\"late\""), "ok \"a\"" },
        { 200, "event: error\ndata: {\"type\":\"error\",\"message\":\"m\",\"type\":null}\n\n",
          "error:transient" },
        { 200, "data: {\"type\":\"error\",\"message\":\"m\",\"type\":null}\n\n", "error:transient" },
        { 200,
          D("{\"type\":\"response.unheard.of\",\"message\":\"m\"}") D("{\"type\":\"keepalive\"}")
              TEXT("0", "a") COMPLETED("[]"),
          "ok \"a\"" },
        { 200, D("{\"type\":"), "error:protocol" },
        { 404, "not found", "error:not_found" },
        /* whole */
        { 200, "{\"status\":\"completed\",\"output\":[" MESSAGE("a") "," CALL("{}") "]}",
          "calls \"a\" f({})" },
        { 200, "{\"status\":\"completed\",\"output\":[],\"output_text\":\"a\"}", "ok \"a\"" },
        { 200,
          "{\"status\":\"failed\",\"error\":{\"code\":\"rate_limit_exceeded\",\"message\":\"m\"},\"output\":["
          "]}",
          "error:rate" },
        { 200, "{\"response\":{\"status\":\"completed\",\"output\":[" MESSAGE("a") "]}}", "ok \"a\"" },
        { 200, D("{\"object\":\"response\",\"status\":\"completed\",\"output\":[" MESSAGE("a") "]}"),
          "ok \"a\"" },
        { 200, "{\"error\":{\"code\":\"content_filter\"}}", "error:policy" },
        { 200, "{\"status\":\"in_progress\",\"output\":[]}", "error:transient" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check(DIALECT_RESPONSES, cases[i].http, cases[i].body, cases[i].expected);
}

static void
what_was_streamed_is_the_text_unless_the_server_changed_its_mind(void **state)
{
    static const struct {
        const char *body, *streamed, *text;
    } cases[] = {
        { TEXT("0", "a") TEXT("0", "b") OVER("0", MESSAGE("abc")) COMPLETED("[]"), "abc", "abc" },
        { TEXT("0", "ab") OVER("0", MESSAGE("xy")) COMPLETED("[]"), "ab", "xy" },
        { TEXT("0", "ab") OVER("0", MESSAGE("a")) COMPLETED("[]"), "ab", "a" },
        { TEXT("0", "\\ud83d") TEXT("0", "x\\u0000y") COMPLETED("[]"), "\xEF\xBF\xBDx\xEF\xBF\xBDy",
          "\xEF\xBF\xBDx\xEF\xBF\xBDy" },
        { E("response.output_text.delta", ",\"output_index\":0,\"content_index\":1,\"delta\":\"a\"")
              OVER("0", MESSAGE("a")) COMPLETED("[]"),
          "a", "a" },
        { OVER("0", "{\"type\":\"message\",\"content\":\"a\"}") COMPLETED("[]"), "a", "a" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct reading reading;
        read_in(&reading, DIALECT_RESPONSES, 200, cases[i].body, strlen(cases[i].body), 0);
        assert_string_equal(buffer_string(&reading.streamed), cases[i].streamed);
        assert_string_equal(reading.result.text, cases[i].text);
        clear(&reading);
    }
}

static void
an_answer_has_limits(void **state)
{
    static const char flood[1 << 20];
    enum exchange_state seen = EXCHANGE_MORE;
    struct exchange exchange;

    (void)state;
    exchange_begin(&exchange, DIALECT_CHAT, NULL, NULL); /* a line without an end */
    assert_int_equal(exchange_bytes(&exchange, 200, "data: ", 6), EXCHANGE_MORE);
    assert_int_equal(exchange_bytes(&exchange, 200, flood, sizeof flood), EXCHANGE_OVER);
    assert_int_equal(exchange.answer.error.class, MODEL_ERROR_PROTOCOL);
    exchange_clear(&exchange);

    exchange_begin(&exchange, DIALECT_CHAT, NULL, NULL); /* an object without an end */
    assert_int_equal(exchange_bytes(&exchange, 200, "{", 1), EXCHANGE_MORE);
    for (int i = 0; i < 17 && seen == EXCHANGE_MORE; i++)
        seen = exchange_bytes(&exchange, 200, flood, sizeof flood);
    assert_int_equal(seen, EXCHANGE_OVER);
    assert_int_equal(exchange.answer.error.class, MODEL_ERROR_PROTOCOL);
    exchange_clear(&exchange);

    exchange_begin(&exchange, DIALECT_CHAT, NULL,
                   NULL); /* an error without an end: what is there says enough */
    assert_int_equal(exchange_bytes(&exchange, 500, flood, sizeof flood), EXCHANGE_OVER);
    exchange_end(&exchange, 500);
    assert_int_equal(exchange.body.size, 64 << 10);
    assert_int_equal(exchange.answer.error.class, MODEL_ERROR_TRANSIENT);
    exchange_clear(&exchange);
}

static void
more_items_than_make_sense_are_refused(void **state)
{
    struct buffer body = { 0 };
    struct reading reading;

    (void)state;
    for (int i = 0; i < 600; i++)
        buffer_printf(&body,
                      "data: {\"type\":\"response.output_item.added\",\"output_index\":%d,"
                      "\"item\":{\"type\":\"function_call\",\"name\":\"f\"}}\n\n",
                      i);
    buffer_text(&body, COMPLETED("[]"));
    read_in(&reading, DIALECT_RESPONSES, 200, body.bytes, body.size, 0);
    assert_int_equal(reading.result.error, MODEL_ERROR_PROTOCOL);
    clear(&reading);
    buffer_clear(&body);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_recorded_stream_gives_what_is_expected_in_any_pieces),
        cmocka_unit_test(every_recorded_error_falls_into_its_class),
        cmocka_unit_test(whole_answers_are_read_as_well),
        cmocka_unit_test(chat_answers_of_all_kinds),
        cmocka_unit_test(responses_of_all_kinds),
        cmocka_unit_test(what_was_streamed_is_the_text_unless_the_server_changed_its_mind),
        cmocka_unit_test(an_answer_has_limits),
        cmocka_unit_test(more_items_than_make_sense_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
