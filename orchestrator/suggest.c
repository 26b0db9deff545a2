/* The suggestion: the model is asked, and its words go on as they come, paragraph by paragraph. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/json.h"
#include "common/log.h"
#include "common/prompt.h"
#include "orchestrator/events.h"
#include "orchestrator/walk.h"

#define HISTORY_RUNS 12 /* of the thread */
#define DELTA_MS 34     /* between two events with words: at most 30 a second */

/* -- what comes ---------------------------------------------------------------------------------- */

void
suggest_flush(struct walk *walk)
{
    if (walk->delta.size == 0)
        return;
    event_text_content(&walk->scratch, walk->paragraphs[walk->paragraph_count - 1].id, walk->delta.bytes,
                       walk->delta.size);
    walk_emit(walk);
    buffer_reset(&walk->delta);
    walk->delta_ms = clock_now_ms();
    loop_timer_stop(walk->delta_timer);
}

static void
paragraph_begins(struct walk *walk)
{
    struct paragraph *paragraph = walk_add_paragraph(walk, NULL);

    walk->run.words = true;
    event_text_start(&walk->scratch, paragraph->id);
    walk_emit(walk);
}

static void
words_come(struct walk *walk, const char *text, size_t size)
{
    int64_t since = clock_now_ms() - walk->delta_ms;

    buffer_append(&walk->delta, text, size);
    if (since >= DELTA_MS)
        suggest_flush(walk);
    else if (!loop_timer_is_running(walk->delta_timer))
        loop_timer_start(walk->delta_timer, DELTA_MS - since);
}

static void
close_message(struct walk *walk)
{
    suggest_flush(walk);
    event_text_end(&walk->scratch, walk->paragraphs[walk->paragraph_count - 1].id);
    walk_emit(walk);
}

static void
paragraph_ends(struct walk *walk, const char *text, bool named)
{
    struct paragraph *paragraph = &walk->paragraphs[walk->paragraph_count - 1];
    char step[RUN_STEP_NAME];
    json_t *kept;

    close_message(walk);
    paragraph->text = strdup(text);
    kept = json_pack("{s:s, s:s, s:b}", "id", paragraph->id, "text", text, "named", named);
    snprintf(step, sizeof step, "paragraph.%d", walk->paragraph_count);
    walk_keep(walk, step, kept);
    json_decref(kept);
    walk_lead(walk,
              (struct lead_event) { .kind = LEAD_PARAGRAPH, .count = walk->paragraph_count, .named = named });
}

static void
suggestion_says(void *owner, enum suggestion_kind kind, const char *text, size_t size, bool named)
{
    if (kind == SUGGESTION_BEGIN)
        paragraph_begins(owner);
    else if (kind == SUGGESTION_TEXT)
        words_come(owner, text, size);
    else
        paragraph_ends(owner, text, named);
}

/* The paragraph that is being written will not be finished: what there is of it stays, marked. */
static void
break_off(struct walk *walk)
{
    struct paragraph *paragraph;

    if (!walk->suggestion.open)
        return; /* then there may be no paragraph at all */
    paragraph = &walk->paragraphs[walk->paragraph_count - 1];
    close_message(walk);
    paragraph->text = strdup(buffer_string(&walk->suggestion.paragraph));
    paragraph->broken = true;
    suggestion_break(&walk->suggestion);
}

static void
model_says(void *owner, const char *delta, size_t size)
{
    struct walk *walk = owner;

    suggestion_feed(&walk->suggestion, delta, size);
}

/* -- how it ends --------------------------------------------------------------------------------- */

/* What the client is told of a failure of the model. */
static void
note_failure(struct walk *walk, const struct model_result *result)
{
    static const struct {
        enum model_error_class error;
        const char *code, *sentence;
    } known[] = {
        { MODEL_ERROR_RATE, "model_busy",
          "The model's server has too much to do at this moment. Please try again." },
        { MODEL_ERROR_OVERLOAD, "model_busy",
          "The model's server has too much to do at this moment. Please try again." },
        { MODEL_ERROR_QUOTA, "model_quota",
          "The model's account has no credit left; the operator has to see to it." },
        { MODEL_ERROR_AUTH, "model_key",
          "The model's server refuses the key; the operator has to set MODEL_KEY." },
        { MODEL_ERROR_NOT_FOUND, "model_not_found",
          "The model's server knows no such model; the operator has to set SUGGEST_MODEL." },
        { MODEL_ERROR_TOO_LONG, "too_long",
          "This conversation has become too long for the model; begin a new one." },
        { MODEL_ERROR_POLICY, "policy", "The model declines to answer this." },
        { MODEL_ERROR_TIMEOUT, "model_timeout", "The model did not answer in time. Please try again." },
    };

    walk->failure_code = "model_unavailable";
    free(walk->failure);
    walk->failure = NULL;
    if (result->status == MODEL_FILTER || result->status == MODEL_REFUSAL) {
        walk->failure_code = "policy";
        walk->failure = strdup("The model declines to answer this.");
    } else if (result->status != MODEL_ERROR) {
        walk->failure_code = "model_empty";
        walk->failure = strdup("The model gave no answer. Please try again.");
    }
    for (size_t i = 0; result->status == MODEL_ERROR && i < sizeof known / sizeof known[0]; i++) {
        if (known[i].error == result->error) {
            walk->failure_code = known[i].code;
            walk->failure = strdup(known[i].sentence);
        }
    }
    if (walk->failure == NULL)
        walk->failure = strdup("The model can't be reached at this moment. Please try again.");
    log_warning("run=%s suggestion failed: %s http=%d %s", walk->stored.key,
                result->status == MODEL_ERROR ? model_error_name(result->error) : walk->failure_code,
                result->http, result->message == NULL ? "" : result->message);
}

static void
note_usage(struct walk *walk, const struct model_result *result)
{
    json_t *usage = model_usage_entry(result, "orchestrator");

    walk_add_usage(walk, usage);
    json_decref(usage);
}

static void
is_whole(struct walk *walk, const struct model_result *result)
{
    json_t *usage = model_usage_entry(result, "orchestrator");
    json_t *kept = json_object();

    suggestion_finish(&walk->suggestion);
    if (usage != NULL)
        json_object_set_new(kept, "usage", usage);
    if (result->status == MODEL_LENGTH || result->status == MODEL_FILTER)
        walk_degraded(walk, "suggestion", result->status == MODEL_LENGTH ? "length" : "policy");
    walk_keep(walk, "suggest", kept);
    json_decref(kept);
    walk_lead(walk, (struct lead_event) { .kind = LEAD_SUGGESTED });
}

/* May the rest of the answer be asked for, after what came of it? */
static bool
may_go_on(const struct walk *walk, const struct model_result *result)
{
    return walk->run.words &&
           (result->error == MODEL_ERROR_TRANSIENT || result->error == MODEL_ERROR_TIMEOUT ||
            result->error == MODEL_ERROR_OVERLOAD || result->error == MODEL_ERROR_RATE ||
            result->error == MODEL_ERROR_PROTOCOL);
}

/* The model will be asked to go on after its last whole paragraph: the broken one goes from the screen. */
static void
take_back_the_broken(struct walk *walk)
{
    struct paragraph *last = &walk->paragraphs[walk->paragraph_count - 1];

    if (last->broken) {
        free(last->text);
        walk->paragraph_count--;
        walk_snapshot(walk);
    }
    walk->paragraphs_kept = walk->paragraph_count;
    walk->run.words = walk->paragraph_count > 0;
}

static void
model_done(void *owner, const struct model_result *result)
{
    struct walk *walk = owner;
    bool failed = result->status == MODEL_ERROR, retry = failed && may_go_on(walk, result);

    walk->call = NULL;
    note_usage(walk, result);
    if (result->status == MODEL_REFUSAL && !walk->run.words) /* said as politely as the model did */
        suggestion_feed(&walk->suggestion, result->refusal, strlen(result->refusal));
    if (!failed && (walk->run.words || walk->suggestion.held.size > 0)) {
        is_whole(walk, result);
        return;
    }
    note_failure(walk, result);
    break_off(walk);
    walk_lead(walk, (struct lead_event) { .kind = LEAD_SPEECHLESS, .retry = retry });
}

/* -- asking -------------------------------------------------------------------------------------- */

/* "How many": what the wardrobe counted for the shopper's own words, where it has answered. */
static void
write_count(const struct walk *walk, struct buffer *out)
{
    int step = run_step_of(&walk->run, STEP_EARLY, 0, 1);
    const json_t *count =
        step < 0 || step >= walk->piece_count ? NULL : json_object_get(walk->pieces[step].result, "count");

    if (json_is_integer(count))
        prompt_json(out, "COUNT", count);
}

/* What the model gets of this question, as instructions.md explains it: the shop first, since that
 * changes least; amounts in whole units, no ids, and no line that the shopper's words could begin. */
static void
write_prompt(const struct walk *walk, struct buffer *out)
{
    const struct orchestrator *self = walk->self;
    const char *language = json_text(walk->thread.profile, "language", "");
    json_t *criteria = prompt_criteria(walk->thread.criteria), *shown = prompt_shown(walk->thread.shown);

    if (self->facets_text != NULL)
        buffer_printf(out, "FACETS: %s\n", self->facets_text);
    if (language[0] != '\0')
        prompt_text(out, "LANGUAGE", language, 0);
    prompt_json(out, "CRITERIA", criteria);
    if (json_object_size(walk->thread.profile) > 0)
        prompt_json(out, "PROFILE", walk->thread.profile);
    if (json_array_size(shown) > 0)
        prompt_json(out, "SHOWN", shown);
    write_count(walk, out);
    prompt_text(out, "SHOPPER", walk->stored.said, 0);
    json_decref(criteria);
    json_decref(shown);
}

static void
add(json_t *messages, const char *role, const char *content)
{
    json_array_append_new(messages, json_pack("{s:s, s:s}", "role", role, "content", content));
}

/* The paragraphs that were finished before the answer broke off: the model goes on after them. */
static void
add_what_was_written(const struct walk *walk, json_t *messages)
{
    struct buffer written = { 0 };

    for (int i = 0; i < walk->paragraphs_kept; i++) {
        if (i > 0)
            buffer_text(&written, "\n\n");
        buffer_text(&written, walk->paragraphs[i].text);
    }
    add(messages, "assistant", buffer_string(&written));
    add(messages, "user",
        "CONTINUE: your answer was cut off after this paragraph. Write only what follows it; repeat "
        "nothing.");
    buffer_clear(&written);
}

static json_t *
messages_of(struct walk *walk)
{
    struct buffer prompt = { 0 };
    json_t *messages = NULL;

    wrote(walk->self, store_history_before(walk->self->store, walk->stored.thread_id, walk->stored.id,
                                           HISTORY_RUNS, &messages));
    write_prompt(walk, &prompt);
    add(messages, "user", buffer_string(&prompt));
    buffer_clear(&prompt);
    if (walk->paragraphs_kept > 0)
        add_what_was_written(walk, messages);
    return messages;
}

void
suggest_start(struct walk *walk)
{
    static const struct model_listener listener = { model_says, model_done };
    const struct options *options = &walk->self->daemon.options;
    json_t *messages;
    struct model_request request = {
        .model = options->suggest_model,
        .effort = options->suggest_effort,
        .instructions = instructions_text(walk->self->instructions),
        .stream = true,
        .max_tokens = options->suggest_tokens,
        .cache_key = instructions_version(walk->self->instructions),
        .shopper = walk->shopper,
        .deadline_ms = walk->run.deadline_ms - clock_now_ms(),
        .attempts = (int)options->attempts,
    };

    if (walk->run.steps[run_step_of(&walk->run, STEP_SUGGEST, 0, 0)].failures > 0)
        take_back_the_broken(walk);
    suggestion_clear(&walk->suggestion);
    suggestion_init(&walk->suggestion, suggestion_says, walk);
    request.messages = messages = messages_of(walk);
    walk->call = model_ask(walk->self->model, &request, &listener, walk);
    json_decref(messages);
}

void
suggest_stop(struct walk *walk)
{
    loop_timer_stop(walk->delta_timer);
    if (walk->call != NULL)
        model_cancel(&walk->call);
    if (walk->suggestion.open)
        break_off(walk);
}
