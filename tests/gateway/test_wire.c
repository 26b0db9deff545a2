/* The three wires: an event -> bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/json.h"
#include "gateway/wire.h"

/* What WIRE makes of EVENT at offset 7; the caller frees it. */
static char *
through(const struct wire *wire, struct wire_state **state, const char *event, bool last)
{
    struct buffer out = { 0 };

    wire->event(state, 7, event, strlen(event), last, &out);
    return buffer_take(&out) /* NULL for nothing */;
}

static void
is(const struct wire *wire, struct wire_state **state, const char *event, const char *expected)
{
    char *bytes = through(wire, state, event, false);

    assert_string_equal(bytes == NULL ? "" : bytes, expected);
    free(bytes);
}

static void
tanstack_puts_the_events_bytes_in_a_frame(void **state)
{
    struct wire_state *none = NULL;

    (void)state;
    is(&wire_tanstack, &none, "{\"a\" : 1.50}", "{\"id\":\"7\",\"chunk\":{\"a\" : 1.50}}");
}

static void
tanstacks_errors_have_an_id_that_never_was(void **state)
{
    struct buffer one = { 0 }, other = { 0 };
    json_t *frame;

    (void)state;
    wire_tanstack.error("busy", "say \"please\"", &one);
    wire_tanstack.error("busy", "say \"please\"", &other);
    assert_string_not_equal(one.bytes, other.bytes);
    frame = json_read(one.bytes, one.size, NULL);
    assert_memory_equal(json_text(frame, "id", ""), "e-", 2);
    assert_string_equal(json_text(json_object_get(frame, "chunk"), "message", ""), "say \"please\"");
    assert_string_equal(json_text(json_object_get(frame, "chunk"), "code", ""), "busy");
    assert_null(json_object_get(frame, "type"));
    json_decref(frame);
    buffer_clear(&one);
    buffer_clear(&other);
}

static void
agui_keeps_an_event_on_one_line(void **state)
{
    struct wire_state *none = NULL;
    struct buffer out = { 0 };

    (void)state;
    is(&wire_agui, &none, "{\"a\":1}", "id: 7\ndata: {\"a\":1}\n\n");
    is(&wire_agui, &none, "{\n\"a\":\r\n1}\n", "id: 7\ndata: { \"a\":  1} \n\n");
    is(&wire_agui, &none, "", "id: 7\ndata: \n\n");
    wire_agui.error("busy", "later", &out);
    assert_string_equal(out.bytes,
                        "data: {\"type\":\"RUN_ERROR\",\"message\":\"later\",\"code\":\"busy\"}\n\n");
    buffer_clear(&out);
}

static void
aisdk_translates_each_event(void **state)
{
    static const char *const cases[][2] = {
        { "{\"type\":\"RUN_STARTED\",\"runId\":\"r\",\"threadId\":\"t\"}",
          "data: {\"type\":\"start\",\"messageId\":\"r\"}\n\ndata: {\"type\":\"start-step\"}\n\n" },
        { "{\"type\":\"TEXT_MESSAGE_START\",\"messageId\":\"m\"}",
          "data: {\"type\":\"text-start\",\"id\":\"m\"}\n\n" },
        { "{\"type\":\"TEXT_MESSAGE_CONTENT\",\"messageId\":\"m\",\"delta\":\"a\\n\"}",
          "data: {\"type\":\"text-delta\",\"id\":\"m\",\"delta\":\"a\\n\"}\n\n" },
        { "{\"type\":\"TEXT_MESSAGE_END\",\"messageId\":\"m\"}",
          "data: {\"type\":\"text-end\",\"id\":\"m\"}\n\n" },
        { "{\"type\":\"TOOL_CALL_RESULT\",\"toolCallId\":\"c\",\"content\":\"{\\\"slot\\\":\\\"top\\\"}\"}",
          "data: "
          "{\"type\":\"tool-output-available\",\"toolCallId\":\"c\",\"output\":{\"slot\":\"top\"}}\n\n" },
        { "{\"type\":\"TOOL_CALL_RESULT\",\"toolCallId\":\"c\",\"content\":\"words\"}",
          "data: {\"type\":\"tool-output-available\",\"toolCallId\":\"c\",\"output\":\"words\"}\n\n" },
        { "{\"type\":\"SUBAGENT_STARTED\",\"subagentRunId\":\"s\",\"name\":\"wardrobe\"}",
          "data: "
          "{\"type\":\"data-assistant\",\"id\":\"s\",\"data\":{\"state\":\"working\",\"name\":\"wardrobe\"}}"
          "\n\n" },
        { "{\"type\":\"SUBAGENT_FINISHED\",\"subagentRunId\":\"s\"}",
          "data: {\"type\":\"data-assistant\",\"id\":\"s\",\"data\":{\"state\":\"finished\"}}\n\n" },
        { "{\"type\":\"SUBAGENT_ERROR\",\"subagentRunId\":\"s\",\"message\":\"late\"}",
          "data: "
          "{\"type\":\"data-assistant\",\"id\":\"s\",\"data\":{\"state\":\"failed\",\"message\":\"late\"}}"
          "\n\n" },
        { "{\"type\":\"STATE_SNAPSHOT\",\"snapshot\":{\"look\":{}}}",
          "data: {\"type\":\"data-state\",\"data\":{\"look\":{}}}\n\n" },
        { "{\"type\":\"STATE_DELTA\",\"delta\":[]}",
          "data: {\"type\":\"data-state-delta\",\"data\":[]}\n\n" },
        { "{\"type\":\"CUSTOM\",\"name\":\"withdrawn\",\"value\":{\"reason\":\"x\"}}",
          "data: {\"type\":\"data-withdrawn\",\"data\":{\"reason\":\"x\"}}\n\n" },
        { "{\"type\":\"RUN_FINISHED\",\"result\":{\"look\":{}}}",
          "data: {\"type\":\"data-look\",\"data\":{\"look\":{}}}\n\ndata: {\"type\":\"finish-step\"}\n\n"
          "data: {\"type\":\"finish\"}\n\n" },
        { "{\"type\":\"RUN_FINISHED\",\"outcome\":{\"type\":\"cancelled\"}}",
          "data: {\"type\":\"finish-step\"}\n\ndata: {\"type\":\"abort\"}\n\n" },
        { "{\"type\":\"RUN_ERROR\",\"message\":\"no\"}",
          "data: {\"type\":\"error\",\"errorText\":\"no\"}\n\n" },
        { "{\"type\":\"MESSAGES_SNAPSHOT\",\"messages\":[]}", "" },
        { "{\"type\":\"TOOL_CALL_ARGS\",\"toolCallId\":\"never begun\",\"delta\":\"x\"}", "" },
        { "{\"type\":\"TOOL_CALL_END\",\"toolCallId\":\"never begun\"}", "" },
        { "not JSON", "" },
    };
    struct wire_state *memory = NULL;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        is(&wire_aisdk, &memory, cases[i][0], cases[i][1]);
    wire_aisdk.forget(&memory);
    assert_null(memory);
    wire_aisdk.forget(&memory);
}

static void
aisdk_puts_a_calls_arguments_together(void **state)
{
    struct wire_state *memory = NULL;

    (void)state;
    is(&wire_aisdk, &memory, "{\"type\":\"TOOL_CALL_START\",\"toolCallId\":\"a\",\"toolCallName\":\"f\"}",
       "data: {\"type\":\"tool-input-start\",\"toolCallId\":\"a\",\"toolName\":\"f\"}\n\n");
    is(&wire_aisdk, &memory, "{\"type\":\"TOOL_CALL_START\",\"toolCallId\":\"b\",\"toolCallName\":\"g\"}",
       "data: {\"type\":\"tool-input-start\",\"toolCallId\":\"b\",\"toolName\":\"g\"}\n\n");
    is(&wire_aisdk, &memory, "{\"type\":\"TOOL_CALL_ARGS\",\"toolCallId\":\"a\",\"delta\":\"{\\\"x\\\":\"}",
       "data: {\"type\":\"tool-input-delta\",\"toolCallId\":\"a\",\"inputTextDelta\":\"{\\\"x\\\":\"}\n\n");
    is(&wire_aisdk, &memory, "{\"type\":\"TOOL_CALL_ARGS\",\"toolCallId\":\"a\",\"delta\":\"1}\"}",
       "data: {\"type\":\"tool-input-delta\",\"toolCallId\":\"a\",\"inputTextDelta\":\"1}\"}\n\n");
    is(&wire_aisdk, &memory, "{\"type\":\"TOOL_CALL_END\",\"toolCallId\":\"a\"}",
       "data: "
       "{\"type\":\"tool-input-available\",\"toolCallId\":\"a\",\"toolName\":\"f\",\"input\":{\"x\":1}}\n\n");
    wire_aisdk.forget(&memory); /* b is still open */
}

static void
aisdk_says_done_after_the_last_event(void **state)
{
    struct wire_state *memory = NULL;
    char *bytes = through(&wire_aisdk, &memory, "{\"type\":\"RUN_ERROR\",\"message\":\"no\"}", true);
    struct buffer out = { 0 };

    (void)state;
    assert_string_equal(bytes, "data: {\"type\":\"error\",\"errorText\":\"no\"}\n\ndata: [DONE]\n\n");
    wire_aisdk.error("busy", "later", &out);
    assert_string_equal(out.bytes, "data: {\"type\":\"error\",\"errorText\":\"later\"}\n\ndata: [DONE]\n\n");
    wire_aisdk.forget(&memory);
    buffer_clear(&out);
    free(bytes);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tanstack_puts_the_events_bytes_in_a_frame),
        cmocka_unit_test(tanstacks_errors_have_an_id_that_never_was),
        cmocka_unit_test(agui_keeps_an_event_on_one_line),
        cmocka_unit_test(aisdk_translates_each_event),
        cmocka_unit_test(aisdk_puts_a_calls_arguments_together),
        cmocka_unit_test(aisdk_says_done_after_the_last_event),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
