#include <stdlib.h>

#include "common/json.h"
#include "common/log.h"
#include "common/prompt.h"
#include "psychologist/assessment.h"
#include "psychologist/psychologist.h"

/* ASSESS -> one structured answer of the model -> ASSESSED, or REFUSED. */

#define SAID_BYTES 16000 /* of the shopper's words; a gateway lets 4,000 characters through */

/* The prompt: the turns before, and then what is known and said, line by line; see instructions.md. */
static json_t *
prompt(const struct assess *assess)
{
    json_t *criteria = prompt_criteria(assess->criteria), *shown = prompt_shown(assess->shown);
    struct buffer lines = { 0 };

    prompt_json(&lines, "FACETS", assess->facets);
    prompt_json(&lines, "CRITERIA", criteria);
    prompt_json(&lines, "PROFILE", assess->profile);
    prompt_json(&lines, "SHOWN", shown);
    prompt_text(&lines, "SHOPPER", assess->said, SAID_BYTES);
    json_decref(criteria);
    json_decref(shown);
    return prompt_messages(assess->history, &lines);
}

int
on_assess(void *self, struct peer *from, const struct message *message)
{
    struct assistant *assistant = self;
    const struct assess *assess = &message->assess;
    json_t *known = json_pack("{s:O?, s:O?, s:O?, s:O?}", "criteria", assess->criteria, "profile",
                              assess->profile, "shown", assess->shown, "facets", assess->facets);

    tasks_take(assistant->tasks, from, message, prompt(assess), known, assess->shopper);
    return 0;
}

/* The model has answered TASK. */
static void
answered(void *owner, const struct model_result *result)
{
    struct task *task = owner;
    struct message answer = message_answer(&task->asked, MESSAGE_ASSESSED);
    struct assessment_known known = {
        .criteria = json_object_get(task->known, "criteria"),
        .profile = json_object_get(task->known, "profile"),
        .shown = json_object_get(task->known, "shown"),
        .facets = json_object_get(task->known, "facets"),
    };
    struct assessment assessment;

    if (result->status != MODEL_OK || assessment_read(result->text, &known, &assessment)) {
        task_refuse_result(task, result, "psychologist");
        return;
    }
    answer.assessed.profile = assessment.profile;
    answer.assessed.patch = assessment.patch;
    answer.assessed.usage = task_usage(result, "psychologist");
    log_debug("assessed run=%s attempt=%lld ms=%lld topic=%s changes=%zu dropped=%zu", task->asked.run,
              (long long)task->asked.attempt, (long long)task_age_ms(task),
              json_text(assessment.profile, "topic", ""), json_array_size(assessment.patch),
              assessment.dropped);
    task_answer(task, &answer);
    json_decref(answer.assessed.usage);
    assessment_clear(&assessment);
}

void
assess_begin(struct task *task)
{
    struct assistant *assistant = task->self;
    const struct instructions *instructions = assistant->instructions;
    struct model_request request = {
        .model = assistant->daemon.options.assess_model,
        .effort = assistant->daemon.options.assess_effort,
        .instructions = instructions_text(instructions),
        .schema_name = instructions_version(instructions),
        .schema = instructions_schema(instructions),
        .restartable = true,
        .max_tokens = assistant->daemon.options.assess_tokens,
        .cache_key = instructions_version(instructions),
    };

    task_ask(task, assistant->model, &request, answered);
}
