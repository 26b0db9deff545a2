/* on_choose -- CHOOSE -> one structured answer of the model -> CHOSEN, or REFUSED. */

#include "common/json.h"
#include "common/log.h"
#include "common/prompt.h"
#include "wardrobe/choice.h"
#include "wardrobe/wardrobe.h"

#define WANTED_BYTES 2000

/* What is wanted, for whom, the look so far and the numbered lines; see instructions.md. */
static json_t *
prompt(const struct choose *choose)
{
    json_t *lines = choice_numbered(choose->lines), *messages;
    struct buffer text = { 0 };

    prompt_json(&text, "PROFILE", choose->profile);
    prompt_json(&text, "LOOK", choose->look);
    prompt_text(&text, "SLOT", choose->slot, 40);
    prompt_text(&text, "WANTED", choose->wanted, WANTED_BYTES);
    prompt_json(&text, "LINES", lines);
    messages = prompt_messages(NULL, &text);
    json_decref(lines);
    return messages;
}

int
on_choose(void *owner, struct peer *from, const struct message *message)
{
    struct wardrobe *self = owner;
    const struct choose *choose = &message->choose;
    size_t count = json_array_size(choose->lines);

    if (self->model == NULL) {
        daemon_refuse(&self->daemon, from, message, "model", "no model is configured for the wardrobe", false,
                      NULL);
        return 0;
    }
    if (count == 0) {
        daemon_refuse(&self->daemon, from, message, "bad_request", "no lines to choose among", false, NULL);
        return 0;
    }
    tasks_take(self->tasks, from, message, prompt(choose),
               json_pack("{s:I}", "count", (json_int_t)(count < CHOICE_LINES ? count : CHOICE_LINES)),
               choose->shopper);
    return 0;
}

/* The model has answered TASK. */
static void
answered(void *owner, const struct model_result *result)
{
    struct task *task = owner;
    struct message answer = message_answer(&task->asked, MESSAGE_CHOSEN);
    size_t count = (size_t)json_number(task->known, "count", 0);

    if (result->status != MODEL_OK ||
        choice_read(result->text, count, &answer.chosen.order, &answer.chosen.why) < 0) {
        task_refuse_result(task, result, "wardrobe");
        return;
    }
    answer.chosen.usage = task_usage(result, "wardrobe");
    log_debug("chosen run=%s step=%s ms=%lld", task->asked.run, task->asked.step,
              (long long)task_age_ms(task));
    json_t *order = answer.chosen.order, *why = answer.chosen.why, *usage = answer.chosen.usage;

    task_answer(task, &answer);
    json_decref(order);
    json_decref(why);
    json_decref(usage);
}

void
choose_begin(struct task *task)
{
    struct wardrobe *self = task->self;
    struct model_request request = {
        .model = self->daemon.options.wardrobe_model,
        .effort = self->daemon.options.wardrobe_effort,
        .instructions = instructions_text(self->instructions),
        .schema_name = instructions_version(self->instructions),
        .schema = instructions_schema(self->instructions),
        .restartable = true,
        .max_tokens = self->daemon.options.wardrobe_tokens,
        .cache_key = instructions_version(self->instructions),
    };

    task_ask(task, self->model, &request, answered);
}
