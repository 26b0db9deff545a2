#include "tests/common/reading.h"

#define STREAMS "../shared/streams/"

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

/* -- limits ------------------------------------------------------------------------------------- */

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
        cmocka_unit_test(an_answer_has_limits),
        cmocka_unit_test(more_items_than_make_sense_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
