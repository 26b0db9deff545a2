#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "orchestrator/events.h"

/* What was written is EXPECTED, byte for byte, and is forgotten. */
static void
says(struct buffer *out, const char *expected)
{
    json_t *read = json_loads(buffer_string(out), JSON_REJECT_DUPLICATES, NULL);

    assert_non_null(read);
    json_decref(read);
    assert_string_equal(buffer_string(out), expected);
    buffer_reset(out);
}

static void
every_event_is_as_agui_has_it(void **state)
{
    struct buffer out = { 0 };
    json_t *value = json_pack("{s:i}", "a", 1), *list = json_pack("[O]", value);

    (void)state;
    event_run_started(&out, "t", "r", 5);
    says(&out, "{\"type\":\"RUN_STARTED\",\"threadId\":\"t\",\"runId\":\"r\",\"protocolVersion\":\"1.0\","
               "\"timestamp\":5}");
    event_run_finished(&out, "t", "r", "success", value, list, 5);
    says(&out,
         "{\"type\":\"RUN_FINISHED\",\"threadId\":\"t\",\"runId\":\"r\",\"outcome\":{\"type\":\"success\"},"
         "\"result\":{\"a\":1},\"usage\":[{\"a\":1}],\"timestamp\":5}");
    event_run_error(&out, "No.", "busy", NULL, 5);
    says(&out, "{\"type\":\"RUN_ERROR\",\"message\":\"No.\",\"code\":\"busy\",\"timestamp\":5}");
    event_subagent_started(&out, "s", "extractor");
    says(&out, "{\"type\":\"SUBAGENT_STARTED\",\"subagentRunId\":\"s\",\"name\":\"extractor\"}");
    event_subagent_finished(&out, "s");
    says(&out, "{\"type\":\"SUBAGENT_FINISHED\",\"subagentRunId\":\"s\"}");
    event_subagent_error(&out, "s", "No.", "c");
    says(&out, "{\"type\":\"SUBAGENT_ERROR\",\"subagentRunId\":\"s\",\"message\":\"No.\",\"code\":\"c\"}");
    event_text_start(&out, "m");
    says(&out, "{\"type\":\"TEXT_MESSAGE_START\",\"messageId\":\"m\",\"role\":\"assistant\"}");
    event_text_content(&out, "m", "a\"\n\xC3\xA9", 5);
    says(&out, "{\"type\":\"TEXT_MESSAGE_CONTENT\",\"messageId\":\"m\",\"delta\":\"a\\\"\\n\xC3\xA9\"}");
    event_text_end(&out, "m");
    says(&out, "{\"type\":\"TEXT_MESSAGE_END\",\"messageId\":\"m\"}");
    event_tool_start(&out, "c", "find_product", "m");
    says(&out, "{\"type\":\"TOOL_CALL_START\",\"toolCallId\":\"c\",\"toolCallName\":\"find_product\","
               "\"parentMessageId\":\"m\"}");
    event_tool_start(&out, "c", "find_product", NULL);
    says(&out, "{\"type\":\"TOOL_CALL_START\",\"toolCallId\":\"c\",\"toolCallName\":\"find_product\"}");
    event_tool_args(&out, "c", value);
    says(&out, "{\"type\":\"TOOL_CALL_ARGS\",\"toolCallId\":\"c\",\"delta\":\"{\\\"a\\\":1}\"}");
    event_tool_end(&out, "c");
    says(&out, "{\"type\":\"TOOL_CALL_END\",\"toolCallId\":\"c\"}");
    event_tool_result(&out, "m", "c", "{}");
    says(&out, "{\"type\":\"TOOL_CALL_RESULT\",\"messageId\":\"m\",\"toolCallId\":\"c\",\"content\":\"{}\","
               "\"role\":\"tool\"}");
    event_state_snapshot(&out, value, NULL, NULL);
    says(&out, "{\"type\":\"STATE_SNAPSHOT\",\"snapshot\":{\"criteria\":{\"a\":1}}}");
    event_state_snapshot(&out, value, value, value);
    says(&out, "{\"type\":\"STATE_SNAPSHOT\",\"snapshot\":{\"criteria\":{\"a\":1},\"profile\":{\"a\":1},"
               "\"look\":{\"a\":1}}}");
    event_state_delta(&out, "look", value);
    says(&out,
         "{\"type\":\"STATE_DELTA\",\"delta\":[{\"op\":\"add\",\"path\":\"/look\",\"value\":{\"a\":1}}]}");
    event_messages_snapshot(&out, list);
    says(&out, "{\"type\":\"MESSAGES_SNAPSHOT\",\"messages\":[{\"a\":1}]}");
    event_custom(&out, "degraded", value);
    says(&out, "{\"type\":\"CUSTOM\",\"name\":\"degraded\",\"value\":{\"a\":1}}");
    json_decref(list);
    json_decref(value);
    buffer_clear(&out);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_event_is_as_agui_has_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
