#ifndef ORCHESTRATOR_EVENTS_H
#define ORCHESTRATOR_EVENTS_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buffer.h"

/* What happened -> the AG-UI event that says so, as JSON text appended to OUT. No I/O. The text's
 * deltas, of which a run has hundreds, are written without a tree of JSON values. JSON values are lent;
 * optional ones may be NULL and are then left out, never sent as null. TIMESTAMP is wall-clock
 * milliseconds, as AG-UI has it. */

void event_run_started(struct buffer *out, const char *thread, const char *run_id, int64_t timestamp);

/* OUTCOME: "success" or "cancelled". */
void event_run_finished(struct buffer *out, const char *thread, const char *run_id, const char *outcome,
                        const json_t *result, const json_t *usage, int64_t timestamp);
void event_run_error(struct buffer *out, const char *message, const char *code, const json_t *usage,
                     int64_t timestamp);

void event_subagent_started(struct buffer *out, const char *subagent, const char *name);
void event_subagent_finished(struct buffer *out, const char *subagent);
void event_subagent_error(struct buffer *out, const char *subagent, const char *message, const char *code);

void event_text_start(struct buffer *out, const char *message);
void event_text_content(struct buffer *out, const char *message, const char *delta, size_t size);
void event_text_end(struct buffer *out, const char *message);

/* PARENT: the id of the paragraph that names the product, or NULL. */
void event_tool_start(struct buffer *out, const char *call, const char *tool, const char *parent);
void event_tool_args(struct buffer *out, const char *call, const json_t *arguments);
void event_tool_end(struct buffer *out, const char *call);

/* CONTENT is JSON text, and travels as a string. */
void event_tool_result(struct buffer *out, const char *message, const char *call, const char *content);

void event_state_snapshot(struct buffer *out, const json_t *criteria, const json_t *profile,
                          const json_t *look);

/* Replace the member NAME of the state by VALUE. */
void event_state_delta(struct buffer *out, const char *name, const json_t *value);
void event_messages_snapshot(struct buffer *out, const json_t *messages);
void event_custom(struct buffer *out, const char *name, const json_t *value);

#endif
