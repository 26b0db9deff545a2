#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/log.h"
#include "common/prompt.h"
#include "extractor/extractor.h"
#include "extractor/wishes.h"

/* EXTRACT -> parallel function calls of the model -> EXTRACTED, or REFUSED. */

#define PARAGRAPH_BYTES 8000 /* the orchestrator cuts long before */
#define SAID_BYTES 4000
#define BEFORE_BYTES 2000 /* the end of what was written before */

/* The last BEFORE_BYTES of TEXT, from the beginning of a character. */
static const char *
end_of(const char *written)
{
    size_t size = strlen(written);

    if (size <= BEFORE_BYTES)
        return written;
    written += size - BEFORE_BYTES;
    while (((unsigned char)*written & 0xc0) == 0x80)
        written++;
    return written;
}

/* The prompt, what changes least first; see instructions.md. */
static json_t *
prompt(const struct extract *extract)
{
    json_t *criteria = prompt_criteria(extract->criteria);
    struct buffer lines = { 0 };

    prompt_text(&lines, "LANGUAGE", *extract->language == '\0' ? "en" : extract->language, 40);
    if (*extract->shop != '\0')
        prompt_text(&lines, "FACETS", extract->shop, 0);
    else
        prompt_json(&lines, "FACETS", extract->facets);
    prompt_json(&lines, "CRITERIA", criteria);
    prompt_text(&lines, "SHOPPER", extract->said, SAID_BYTES);
    prompt_text(&lines, "BEFORE", end_of(extract->before), 0);
    prompt_text(&lines, "PARAGRAPH", extract->paragraph, PARAGRAPH_BYTES);
    json_decref(criteria);
    return prompt_messages(NULL, &lines);
}

int
on_extract(void *self, struct peer *from, const struct message *message)
{
    struct assistant *assistant = self;
    const struct extract *extract = &message->extract;
    json_t *messages = paragraph_has_words(extract->paragraph) ? prompt(extract) : NULL;

    tasks_take(assistant->tasks, from, message, messages, NULL, extract->shopper);
    return 0;
}

/* Answer TASK with CALLS and USAGE, both taken. */
static void
answer(struct task *task, json_t *calls, json_t *usage)
{
    struct message message = message_answer(&task->asked, MESSAGE_EXTRACTED);

    message.extracted.calls = calls;
    message.extracted.usage = usage;
    task_answer(task, &message);
    json_decref(calls);
    json_decref(usage);
}

/* The model has answered TASK. No call is an answer too: the paragraph names nothing. */
static void
answered(void *owner, const struct model_result *result)
{
    struct task *task = owner;
    json_t *calls, *usage;
    size_t dropped;

    if (result->status != MODEL_OK && result->status != MODEL_TOOL_CALLS && result->status != MODEL_EMPTY) {
        task_refuse_result(task, result, "extractor");
        return;
    }
    calls = wishes_read(result->calls, result->call_count, task->asked.run, task->asked.step, &dropped);
    usage = task_usage(result, "extractor");
    if (dropped > 0 && json_array_size(calls) == 0) {
        task_refuse(task, "model", "the model's calls make no sense", true, usage);
        json_decref(calls);
        json_decref(usage);
        return;
    }
    log_debug("extracted run=%s step=%s attempt=%lld ms=%lld calls=%zu dropped=%zu", task->asked.run,
              task->asked.step, (long long)task->asked.attempt, (long long)task_age_ms(task),
              json_array_size(calls), dropped);
    answer(task, calls, usage);
}

void
extract_begin(struct task *task)
{
    struct assistant *assistant = task->self;
    const struct instructions *instructions = assistant->instructions;
    json_t *tools;
    struct model_request request = {
        .model = assistant->daemon.options.extract_model,
        .effort = assistant->daemon.options.extract_effort,
        .instructions = instructions_text(instructions),
        .tool_choice = "auto",
        .restartable = true,
        .max_tokens = assistant->daemon.options.extract_tokens,
        .cache_key = instructions_version(instructions),
    };

    if (task->messages == NULL) {
        answer(task, json_array(), NULL);
        return;
    }
    tools = json_pack("[O]", (json_t *)instructions_schema(instructions));
    request.tools = tools;
    task_ask(task, assistant->model, &request, answered);
    json_decref(tools);
}
