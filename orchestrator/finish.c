/* The end of a run: everything open is closed, the look is composed, the thread learns what was said. */
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/json.h"
#include "common/log.h"
#include "orchestrator/events.h"
#include "orchestrator/walk.h"

/* Calls that were announced and that nobody will answer any more. */
static void
answer_the_open(struct walk *walk)
{
    for (int i = 0; i < walk->run.step_count; i++)
        if (walk->run.steps[i].kind == STEP_FIND)
            cards_unavailable(walk, i);
}

/* -- messages ------------------------------------------------------------------------------------ */

/* The messages are written as text: the results in them are text already, and all of it goes into the store.
 */
struct adding {
    struct walk *walk;
    bool add;           /* to the store; else to `messages` */
    json_t *messages;   /* or NULL */
    struct buffer text; /* the message that is being written */
};

static void
put_member(struct buffer *out, const char *name, const char *value)
{
    buffer_text(out, out->size > 0 && out->bytes[out->size - 1] != '{' ? ",\"" : "\"");
    buffer_text(out, name);
    buffer_text(out, "\":");
    buffer_json_string(out, value, strlen(value));
}

/* ID and ROLE begin a message. */
static void
begin_message(struct adding *adding, const char *id, const char *role)
{
    buffer_reset(&adding->text);
    buffer_text(&adding->text, "{");
    put_member(&adding->text, "id", id);
    put_member(&adding->text, "role", role);
}

/* The message is whole. HISTORY: what the model is to read of it, or NULL. */
static void
end_message(struct adding *adding, const char *role, const char *history)
{
    struct walk *walk = adding->walk;
    struct buffer *text = &adding->text;
    bool aborted = walk->run.outcome == RUN_CANCELLED && strcmp(role, "assistant") == 0;

    buffer_text(text, "}");
    if (!adding->add)
        json_array_append_new(adding->messages, json_read(text->bytes, text->size, NULL));
    else
        wrote(walk->self, text->failed ? -1
                                       : store_message_add_text(
                                             walk->self->store, walk->stored.thread_id, walk->stored.id,
                                             (struct bytes) { text->bytes, text->size }, role, history,
                                             aborted ? "aborted" : "", clock_wall_ms()));
}

static void
put_call(struct adding *adding, int index)
{
    const struct piece *piece = &adding->walk->pieces[index];
    json_t *words = piece->wish != NULL ? NULL : json_pack("{s:s}", "description", adding->walk->stored.said);
    char *arguments = json_string_of(piece->wish != NULL ? piece->wish : words);

    buffer_text(&adding->text, "{");
    put_member(&adding->text, "id", piece->call);
    buffer_text(&adding->text, ",\"type\":\"function\",\"function\":{\"name\":\"find_product\"");
    put_member(&adding->text, "arguments", arguments == NULL ? "{}" : arguments);
    buffer_text(&adding->text, "}}");
    free(arguments);
    json_decref(words);
}

/* Which paragraph's calls step INDEX belongs to; 0: the early ones. */
static int
paragraph_of(const struct walk *walk, int index)
{
    const struct step *step = &walk->run.steps[index];

    return step->kind == STEP_CHECK ? walk->run.steps[step->of].paragraph : step->paragraph;
}

/* Step INDEX has a call that belongs to PARAGRAPH. */
static bool
is_call_of(const struct walk *walk, int index, int paragraph)
{
    return walk->pieces[index].call[0] != '\0' && paragraph_of(walk, index) == paragraph;
}

/* The calls of PARAGRAPH as a member of the message, if there are some. */
static void
put_calls(struct adding *adding, int paragraph)
{
    bool some = false;

    for (int i = 0; i < adding->walk->run.step_count; i++) {
        if (!is_call_of(adding->walk, i, paragraph))
            continue;
        buffer_text(&adding->text, some ? "," : ",\"toolCalls\":[");
        put_call(adding, i);
        some = true;
    }
    if (some)
        buffer_text(&adding->text, "]");
}

/* The results of the calls of PARAGRAPH, which have just been added. */
static void
add_results(struct adding *adding, int paragraph)
{
    struct walk *walk = adding->walk;

    for (int i = 0; i < walk->run.step_count; i++) {
        const struct piece *piece = &walk->pieces[i];

        if (!piece->answered || paragraph_of(walk, i) != paragraph)
            continue;
        begin_message(adding, piece->message, "tool");
        put_member(&adding->text, "toolCallId", piece->call);
        put_member(&adding->text, "content", cards_content(walk, i));
        end_message(adding, "tool", NULL);
    }
}

/* The early lookups' calls have no paragraph: a message of their own holds them. */
static void
add_early(struct adding *adding)
{
    const struct walk *walk = adding->walk;
    char id[ID_SIZE + 8];
    int first = 0;

    while (first < walk->run.step_count && !is_call_of(walk, first, 0))
        first++;
    if (first == walk->run.step_count)
        return;
    snprintf(id, sizeof id, "%s-calls", walk->pieces[first].call);
    begin_message(adding, id, "assistant");
    put_calls(adding, 0);
    end_message(adding, "assistant", NULL);
    add_results(adding, 0);
}

static void
add_messages(struct adding *adding)
{
    struct walk *walk = adding->walk;

    add_early(adding);
    for (int i = 0; i < walk->paragraph_count; i++) {
        const struct paragraph *paragraph = &walk->paragraphs[i];

        if (paragraph->text == NULL)
            continue;
        begin_message(adding, paragraph->id, "assistant");
        put_member(&adding->text, "content", paragraph->text);
        put_calls(adding, i + 1);
        end_message(adding, "assistant", paragraph->text);
        add_results(adding, i + 1);
    }
    buffer_clear(&adding->text);
}

json_t *
walk_messages(struct walk *walk)
{
    struct adding adding = { .walk = walk, .messages = json_array() };

    add_messages(&adding);
    return adding.messages;
}

/* The thread as it should be on the screen: up to this run's question, and what of its answer is whole. */
void
walk_snapshot(struct walk *walk)
{
    json_t *messages = NULL, *own = walk_messages(walk), *message;
    char question[ID_SIZE + 16];
    size_t i, keep;

    wrote(walk->self, store_messages(walk->self->store, walk->stored.thread_id, 0, &messages));
    snprintf(question, sizeof question, "%s-question", walk->stored.key);
    keep = json_array_size(messages);
    json_array_foreach(messages, i, message)
    {
        json_object_del(message, "aborted"); /* AG-UI's messages have no such member */
        if (strcmp(json_text(message, "id", ""), question) == 0)
            keep = i + 1;
    }
    while (json_array_size(messages) > keep)
        json_array_remove(messages, json_array_size(messages) - 1);
    json_array_extend(messages, own);
    event_messages_snapshot(&walk->scratch, messages);
    walk_emit(walk);
    json_decref(messages);
    json_decref(own);
}

/* What the thread knows from now on. */
static void
write_thread(struct walk *walk)
{
    struct adding adding = { .walk = walk, .add = true };
    json_t *shown, *wishes;

    if (walk->run.step_count == 0) /* stopped while it waited: the thread is that of the run before it */
        return;
    shown = cards_shown(walk);
    wishes = cards_wishes(walk);
    add_messages(&adding);
    if (shown != NULL) {
        json_decref(walk->thread.shown);
        walk->thread.shown = shown;
    }
    if (wishes != NULL) {
        json_decref(walk->thread.wishes);
        walk->thread.wishes = wishes;
    }
    wrote(walk->self, store_thread_write(walk->self->store, &walk->thread, clock_wall_ms()));
}

/* -- the last event ------------------------------------------------------------------------------ */

static void
end_well(struct walk *walk, const char *outcome)
{
    json_t *look, *result = outfit_compose(walk, &look);

    if (json_object_size(look) > 0) {
        event_state_delta(&walk->scratch, "look", look);
        walk_emit(walk);
    }
    json_decref(walk->look);
    walk->look = json_incref(look);
    json_object_set(result, "degraded", walk->degraded);
    json_object_set_new(result, "topic", json_string(json_text(walk->thread.profile, "topic", "fashion")));
    json_object_set_new(result, "threadId", json_string(walk->stored.thread));
    if (walk->cost > 0)
        json_object_set_new(result, "cost", json_real(walk->cost));
    event_run_finished(&walk->scratch, walk->stored.thread, walk->stored.run_id, outcome, result, walk->usage,
                       clock_wall_ms());
    walk_emit(walk);
    json_decref(result);
}

static void
end_badly(struct walk *walk, const char *code, const char *sentence)
{
    event_run_error(&walk->scratch, sentence, code, walk->usage, clock_wall_ms());
    walk_emit(walk);
    metrics_add(walk->self->runs_failed, 1);
}

static void
say_the_end(struct walk *walk)
{
    switch (walk->run.outcome) {
    case RUN_GOES_ON:
    case RUN_FINISHED:
        end_well(walk, "success");
        break;
    case RUN_CANCELLED:
        end_well(walk, "cancelled");
        break;
    case RUN_TIMED_OUT:
        end_badly(walk, "deadline", "The answer took too long. Please try again.");
        break;
    case RUN_FAILED:
        end_badly(walk, walk->failure_code == NULL ? "internal" : walk->failure_code,
                  walk->failure == NULL ? "The question could not be answered. Please try again."
                                        : walk->failure);
        break;
    }
}

static const char *
outcome_name(const struct walk *walk)
{
    static const char *const names[] = { "none", "finished", "failed", "deadline", "cancelled" };

    return names[walk->run.outcome];
}

void
walk_finish(struct walk *walk)
{
    struct orchestrator *self = walk->self;
    int64_t ms = clock_now_ms() - walk->begun_ms;
    json_t *shown;

    suggest_stop(walk);
    answer_the_open(walk);
    say_the_end(walk);
    write_thread(walk);
    walk->stored.state = STORE_RUN_ENDED;
    wrote(self, store_run_set_state(self->store, walk->stored.id, STORE_RUN_ENDED, clock_wall_ms()));
    metrics_add(self->runs_total, 1);
    metrics_observe_ms(self->run_ms, (double)ms);
    shown = cards_shown(walk);
    log_info("run=%s outcome=%s ms=%lld paragraphs=%d steps=%d products=%zu degraded=%zu cost=%.6f",
             walk->stored.key, outcome_name(walk), (long long)ms, walk->paragraph_count, walk->run.step_count,
             json_array_size(shown), json_array_size(walk->degraded), walk->cost);
    json_decref(shown);
}
