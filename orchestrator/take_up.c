/* Runs that another process had begun, or this one before it lost its store: each is rebuilt from its
 * finished steps and its events, what is open on the client's screen is closed, the broken part is taken off
 * it, and the run goes on. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/json.h"
#include "common/log.h"
#include "orchestrator/events.h"
#include "orchestrator/walk.h"

#define OFFSET_JUMP                                                                                          \
    1000 /* after an unclean start: a power cut may have taken events that clients have seen */
#define TIMES_AT_MOST 10 /* a run that brings the process down each time ends */

/* -- what the events say ------------------------------------------------------------------------- */

/* What is open on the client's screen, and what it was told. */
struct screen {
    struct walk *walk;
    json_t *messages, *calls, *subagents; /* sets of ids */
};

static void
note_custom(struct screen *screen, const json_t *event)
{
    const char *name = json_text(event, "name", "");
    json_t *value = json_object_get(event, "value"), *id;
    size_t i;

    if (strcmp(name, "model") == 0)
        screen->walk->model_told = true;
    else if (strcmp(name, "degraded") == 0)
        json_array_append(screen->walk->degraded, value);
    else if (strcmp(name, "withdrawn") == 0)
        json_array_foreach(json_object_get(value, "productIds"), i, id)
            json_object_set_new(screen->walk->withdrawn, json_string_value(id), json_true());
}

static int
note_event(void *owner, int64_t offset, struct bytes bytes)
{
    static const struct {
        const char *type, *id;
        int set; /* of the screen: 0 messages, 1 calls, 2 subagents */
        bool opens;
    } pairs[] = {
        { "TEXT_MESSAGE_START", "messageId", 0, true },   { "TEXT_MESSAGE_END", "messageId", 0, false },
        { "TOOL_CALL_START", "toolCallId", 1, true },     { "TOOL_CALL_END", "toolCallId", 1, false },
        { "SUBAGENT_STARTED", "subagentRunId", 2, true }, { "SUBAGENT_FINISHED", "subagentRunId", 2, false },
        { "SUBAGENT_ERROR", "subagentRunId", 2, false },
    };
    struct screen *screen = owner;
    json_t *const sets[] = { screen->messages, screen->calls, screen->subagents };
    json_t *event = json_loadb(bytes.bytes, bytes.size, 0, NULL);
    const char *type = json_text(event, "type", "");

    (void)offset;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        const char *id = json_text(event, pairs[i].id, "");

        if (strcmp(type, pairs[i].type) != 0)
            continue;
        if (pairs[i].opens)
            json_object_set_new(sets[pairs[i].set], id, json_true());
        else
            json_object_del(sets[pairs[i].set], id);
    }
    if (strcmp(type, "CUSTOM") == 0)
        note_custom(screen, event);
    json_decref(event);
    return 0;
}

static void
close_screen(struct screen *screen)
{
    struct walk *walk = screen->walk;
    const char *id;
    json_t *value;

    json_object_foreach(screen->messages, id, value)
    {
        event_text_end(&walk->scratch, id);
        walk_emit(walk);
    }
    json_object_foreach(screen->calls, id, value)
    {
        event_tool_end(&walk->scratch, id);
        walk_emit(walk);
    }
    json_object_foreach(screen->subagents, id, value)
    {
        event_subagent_finished(&walk->scratch, id);
        walk_emit(walk);
    }
}

/* -- what the steps say -------------------------------------------------------------------------- */

/* A step that was finished, with what it had brought; returns its index. */
static int
restore(struct walk *walk, enum step_kind kind, int paragraph, int call, int of, const json_t *kept)
{
    int index = run_add(&walk->run, kind, paragraph, call, of, clock_now_ms());
    struct piece *piece;

    if (index < 0)
        return -1;
    piece = walk_piece(walk, index);
    if (kept == NULL)
        return index;
    walk->run.steps[index].state = STEP_DONE;
    walk->run.steps[index].attempt = 1;
    walk_add_usage(walk, json_object_get(kept, "usage"));
    piece->result = json_incref(json_object_get(kept, kind == STEP_EXTRACT ? "calls" : "result"));
    piece->traits = json_incref(json_object_get(kept, "traits"));
    if (json_is_object(json_object_get(kept, "wish"))) /* null where the shopper's own words were looked up */
        piece->wish = json_incref(json_object_get(kept, "wish"));
    snprintf(piece->call, sizeof piece->call, "%s", json_text(kept, "call", ""));
    snprintf(piece->message, sizeof piece->message, "%s", json_text(kept, "message", ""));
    piece->answered = piece->message[0] != '\0';
    walk->run.steps[index].shown = json_is_true(json_object_get(kept, "shown"));
    walk->run.steps[index].products = (int)json_array_size(json_object_get(piece->result, "products"));
    return index;
}

static const json_t *
kept_as(const json_t *steps, const char *kind, int one, int other)
{
    char name[RUN_STEP_NAME];

    if (other > 0)
        snprintf(name, sizeof name, "%s.%d.%d", kind, one, other);
    else
        snprintf(name, sizeof name, "%s.%d", kind, one);
    return json_object_get(steps, name);
}

static void
restore_paragraphs(struct walk *walk, const json_t *steps)
{
    const json_t *kept;

    while ((kept = kept_as(steps, "paragraph", walk->paragraph_count + 1, 0)) != NULL) {
        struct paragraph *paragraph = walk_add_paragraph(walk, json_text(kept, "id", ""));

        paragraph->text = strdup(json_text(kept, "text", ""));
        walk->run.words = true;
    }
    walk->run.paragraphs = walk->paragraphs_kept = walk->paragraph_count;
}

/* The lookups of PARAGRAPH's calls: those that had answers, and those that are to be asked. */
static void
restore_finds(struct walk *walk, const json_t *steps, int paragraph, const json_t *calls)
{
    json_t *call;
    size_t i;

    json_array_foreach(calls, i, call)
    {
        int index =
            restore(walk, STEP_FIND, paragraph, (int)i + 1, 0, kept_as(steps, "find", paragraph, (int)i + 1));
        struct piece *piece = index < 0 ? NULL : walk_piece(walk, index);

        if (piece == NULL || walk->run.steps[index].state == STEP_DONE)
            continue;
        piece->wish = json_incref(json_object_get(call, "wish"));
        snprintf(piece->call, sizeof piece->call, "%s", json_text(call, "id", ""));
    }
}

static void
restore_extractions(struct walk *walk, const json_t *steps)
{
    for (int paragraph = 1; paragraph <= walk->paragraphs_kept; paragraph++) {
        const json_t *kept = kept_as(steps, "extract", paragraph, 0);
        bool named = json_is_true(json_object_get(kept_as(steps, "paragraph", paragraph, 0), "named"));

        if (kept == NULL && (!named || walk->run.off_topic || paragraph > RUN_PARAGRAPHS))
            continue;
        restore(walk, STEP_EXTRACT, paragraph, 0, 0, kept);
        restore_finds(walk, steps, paragraph, json_object_get(kept, "calls"));
    }
}

/* Did the words of the early lookup name no product? `named` stood in the result in the release before. */
static bool
is_unnamed(const json_t *kept)
{
    return json_is_true(json_object_get(kept, "unnamed")) ||
           json_is_false(json_object_get(json_object_get(kept, "result"), "named"));
}

static void
restore_early(struct walk *walk, const json_t *steps, bool assessed)
{
    const json_t *kept = kept_as(steps, "early", 1, 0);

    if (kept == NULL)
        return;
    restore(walk, STEP_EARLY, 0, 1, 0, kept);
    if (walk->run.wishes == 0 || !is_unnamed(kept))
        return;
    walk->run.repeat = assessed ? REPEAT_ASKED : REPEAT_WAITING;
    for (int i = 0; assessed && !walk->run.off_topic && i < walk->run.wishes && i < RUN_WISHES; i++)
        restore(walk, STEP_EARLY, 0, i + 2, 0, kept_as(steps, "early", i + 2, 0));
}

/* Lookups that were answered before the assessment brought a hard criterion are checked, as lead.c has it. */
static void
restore_checks(struct walk *walk, const json_t *steps, bool stricter)
{
    int count = walk->run.step_count;

    for (int i = 0; i < count && stricter && !walk->run.off_topic; i++) {
        char name[RUN_STEP_NAME], check[RUN_STEP_NAME + 8];
        const json_t *kept;

        run_step_name(&walk->run, i, name);
        snprintf(check, sizeof check, "check.%s", name);
        kept = json_object_get(steps, check);
        if (kept != NULL || (step_is_lookup(&walk->run.steps[i]) && walk->run.steps[i].shown &&
                             walk->run.steps[i].products > 0 &&
                             json_is_false(json_object_get(json_object_get(steps, name), "assessed"))))
            restore(walk, STEP_CHECK, 0, 0, i, kept);
    }
}

static void
restore_steps(struct walk *walk, const json_t *steps)
{
    const json_t *assess = json_object_get(steps, "assess"), *suggest = json_object_get(steps, "suggest");

    walk->run.wishes =
        json_is_true(json_object_get(assess, "words_do")) ? 0 : (int)json_array_size(walk->thread.wishes);
    walk->run.off_topic = json_is_true(json_object_get(assess, "off_topic"));
    if (assess != NULL)
        restore(walk, STEP_ASSESS, 0, 0, 0, assess);
    if (suggest != NULL)
        restore(walk, STEP_SUGGEST, 0, 0, 0, suggest);
    restore_early(walk, steps, assess != NULL);
    restore_paragraphs(walk, steps);
    restore_extractions(walk, steps);
    restore_checks(walk, steps, json_is_true(json_object_get(assess, "stricter")));
}

/* -- one run ------------------------------------------------------------------------------------- */

static void
go_on(struct walk *walk, const json_t *steps)
{
    struct screen screen = { walk, json_object(), json_object(), json_object() };
    json_int_t times = json_integer_value(json_object_get(json_object_get(steps, "taken_up"), "times")) + 1;
    json_t *kept = json_pack("{s:I}", "times", times);

    walk_keep(walk, "taken_up", kept);
    json_decref(kept);
    wrote(walk->self, store_events(walk->self->store, walk->stored.id, 0, 0, note_event, &screen));
    restore_steps(walk, steps);
    close_screen(&screen);
    walk_snapshot(walk);
    json_decref(screen.messages);
    json_decref(screen.calls);
    json_decref(screen.subagents);
    log_info("run=%s is taken up: %d steps and %d paragraphs are finished", walk->stored.key,
             walk->run.step_count, walk->paragraph_count);
    if (times > TIMES_AT_MOST) {
        log_error("run=%s was taken up %d times and never ended; it is given up", walk->stored.key,
                  (int)times - 1);
        walk->run.outcome = RUN_FAILED;
        walk_finish(walk);
        return;
    }
    walk_lead(walk, (struct lead_event) { .kind = LEAD_TAKE_UP });
}

static int
take_up(struct orchestrator *self, struct store_run *run)
{
    bool was_running = run->state == STORE_RUN_RUNNING;
    struct store_thread thread;
    json_t *steps = NULL;
    struct walk *walk;

    if (store_thread_find(self->store, run->owner, run->thread, &thread) != 0 ||
        store_steps(self->store, run->id, &steps) != 0) {
        json_decref(steps);
        return -1;
    }
    if (store_was_unclean(self->store))
        run->last_offset += OFFSET_JUMP;
    run->state = STORE_RUN_WAITING;
    walk = walk_new(self, run, &thread);
    walk->patch = json_incref(json_object_get(steps, "patch"));
    walk->cancelled = walks_was_aborted(self->walks, walk->stored.owner, walk->stored.run_id, clock_now_ms());
    walks_add(self->walks, walk);
    if (was_running) {
        walk->taken_up = true;
        walk_prepare(walk);
        go_on(walk, steps);
        if (walk->cancelled) /* while nobody led it */
            walk_lead(walk, (struct lead_event) { .kind = LEAD_ABORT });
    }
    json_decref(steps);
    return 0;
}

int
walks_take_up(struct orchestrator *self)
{
    struct store_run *runs = NULL;
    size_t count = 0, taken = 0;
    int status = 0;

    if (store_is_shared(self->store)) {
        status = store_take_over(self->store);
        wrote(self, status);
    }
    if (status == 0)
        status = store_runs_unfinished(self->store, &runs, &count);
    for (size_t i = 0; i < count; i++) {
        if (status == 0 && walks_by_key(self->walks, runs[i].key) == NULL) {
            status = take_up(self, &runs[i]);
            taken++;
        }
        store_run_clear(&runs[i]);
    }
    free(runs);
    if (taken > 0)
        log_info("took up %zu runs that had not ended", taken);
    return status;
}
