/* What happened -> the AG-UI event that says so. */
#include "orchestrator/events.h"

#include <inttypes.h>
#include <string.h>

#include "common/json.h"

static void
open_event(struct buffer *out, const char *type)
{
    buffer_text(out, "{\"type\":\"");
    buffer_text(out, type);
    buffer_text(out, "\"");
}

static void
member(struct buffer *out, const char *name, const char *value)
{
    buffer_text(out, ",\"");
    buffer_text(out, name);
    buffer_text(out, "\":");
    buffer_json_string(out, value, strlen(value));
}

static void
member_json(struct buffer *out, const char *name, const json_t *value)
{
    if (value == NULL)
        return;
    buffer_text(out, ",\"");
    buffer_text(out, name);
    buffer_text(out, "\":");
    json_write(out, value, 0);
}

static void
close_event(struct buffer *out)
{
    buffer_text(out, "}");
}

static void
close_at(struct buffer *out, int64_t timestamp)
{
    buffer_printf(out, ",\"timestamp\":%" PRId64 "}", timestamp);
}

void
event_run_started(struct buffer *out, const char *thread, const char *run_id, int64_t timestamp)
{
    open_event(out, "RUN_STARTED");
    member(out, "threadId", thread);
    member(out, "runId", run_id);
    member(out, "protocolVersion", "1.0");
    close_at(out, timestamp);
}

void
event_run_finished(struct buffer *out, const char *thread, const char *run_id, const char *outcome,
                   const json_t *result, const json_t *usage, int64_t timestamp)
{
    open_event(out, "RUN_FINISHED");
    member(out, "threadId", thread);
    member(out, "runId", run_id);
    buffer_printf(out, ",\"outcome\":{\"type\":\"%s\"}", outcome);
    member_json(out, "result", result);
    member_json(out, "usage", usage);
    close_at(out, timestamp);
}

void
event_run_error(struct buffer *out, const char *message, const char *code, const json_t *usage,
                int64_t timestamp)
{
    open_event(out, "RUN_ERROR");
    member(out, "message", message);
    member(out, "code", code);
    member_json(out, "usage", usage);
    close_at(out, timestamp);
}

void
event_subagent_started(struct buffer *out, const char *subagent, const char *name)
{
    open_event(out, "SUBAGENT_STARTED");
    member(out, "subagentRunId", subagent);
    member(out, "name", name);
    close_event(out);
}

void
event_subagent_finished(struct buffer *out, const char *subagent)
{
    open_event(out, "SUBAGENT_FINISHED");
    member(out, "subagentRunId", subagent);
    close_event(out);
}

void
event_subagent_error(struct buffer *out, const char *subagent, const char *message, const char *code)
{
    open_event(out, "SUBAGENT_ERROR");
    member(out, "subagentRunId", subagent);
    member(out, "message", message);
    member(out, "code", code);
    close_event(out);
}

void
event_text_start(struct buffer *out, const char *message)
{
    open_event(out, "TEXT_MESSAGE_START");
    member(out, "messageId", message);
    member(out, "role", "assistant");
    close_event(out);
}

void
event_text_content(struct buffer *out, const char *message, const char *delta, size_t size)
{
    open_event(out, "TEXT_MESSAGE_CONTENT");
    member(out, "messageId", message);
    buffer_text(out, ",\"delta\":");
    buffer_json_string(out, delta, size);
    close_event(out);
}

void
event_text_end(struct buffer *out, const char *message)
{
    open_event(out, "TEXT_MESSAGE_END");
    member(out, "messageId", message);
    close_event(out);
}

void
event_tool_start(struct buffer *out, const char *call, const char *tool, const char *parent)
{
    open_event(out, "TOOL_CALL_START");
    member(out, "toolCallId", call);
    member(out, "toolCallName", tool);
    if (parent != NULL)
        member(out, "parentMessageId", parent);
    close_event(out);
}

void
event_tool_args(struct buffer *out, const char *call, const json_t *arguments)
{
    struct buffer text = { 0 };

    json_write(&text, arguments, 0);
    open_event(out, "TOOL_CALL_ARGS");
    member(out, "toolCallId", call);
    member(out, "delta", buffer_string(&text));
    close_event(out);
    buffer_clear(&text);
}

void
event_tool_end(struct buffer *out, const char *call)
{
    open_event(out, "TOOL_CALL_END");
    member(out, "toolCallId", call);
    close_event(out);
}

void
event_tool_result(struct buffer *out, const char *message, const char *call, const char *content)
{
    open_event(out, "TOOL_CALL_RESULT");
    member(out, "messageId", message);
    member(out, "toolCallId", call);
    member(out, "content", content);
    member(out, "role", "tool");
    close_event(out);
}

void
event_state_snapshot(struct buffer *out, const json_t *criteria, const json_t *profile, const json_t *look)
{
    open_event(out, "STATE_SNAPSHOT");
    buffer_text(out, ",\"snapshot\":{\"criteria\":");
    json_write(out, criteria, 0);
    member_json(out, "profile", profile);
    member_json(out, "look", look);
    buffer_text(out, "}}");
}

void
event_state_delta(struct buffer *out, const char *name, const json_t *value)
{
    /* `add` sets what is there and what is not; `replace` fails where the snapshot had no such member. */
    open_event(out, "STATE_DELTA");
    buffer_printf(out, ",\"delta\":[{\"op\":\"add\",\"path\":\"/%s\"", name);
    member_json(out, "value", value);
    buffer_text(out, "}]}");
}

void
event_messages_snapshot(struct buffer *out, const json_t *messages)
{
    open_event(out, "MESSAGES_SNAPSHOT");
    member_json(out, "messages", messages);
    close_event(out);
}

void
event_custom(struct buffer *out, const char *name, const json_t *value)
{
    open_event(out, "CUSTOM");
    member(out, "name", name);
    member_json(out, "value", value);
    close_event(out);
}
