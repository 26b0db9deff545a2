/* Carries out what lead.c says. */
#include <string.h>

#include "common/clock.h"
#include "common/json.h"
#include "common/log.h"
#include "orchestrator/events.h"
#include "orchestrator/walk.h"

/* WISH of the last look, without what a criterion has overruled since: "in black", "cheaper". New reference.
 */
static json_t *
wish_again(const struct walk *walk, const json_t *wish)
{
    json_t *again = json_copy((json_t *)wish), *criterion;
    const char *slot = json_text(wish, "slot", ""), *key;

    json_object_foreach(walk->thread.criteria, key, criterion)
    {
        const char *field = json_text(criterion, "field", ""), *of = json_text(criterion, "slot", "all");

        if (strcmp(of, "all") != 0 && strcmp(of, slot) != 0)
            continue;
        if (strcmp(field, "price") == 0)
            json_object_set_new(again, "max_price", json_null());
        else if ((strcmp(field, "colour") == 0 || strcmp(field, "material") == 0 ||
                  strcmp(field, "gender") == 0) &&
                 json_array_size(json_object_get(criterion, "any")) > 0)
            json_object_set_new(again, field, json_null());
    }
    return again;
}

/* The wish of a lookup that is about to be asked for the first time: the paragraph's call, the last look's
 * wish, or that of the lookup which it checks. The shopper's own words have none. New reference. */
static json_t *
wish_of(struct walk *walk, const struct step *step)
{
    const json_t *list;
    size_t at;

    if (step->kind == STEP_CHECK)
        return json_incref(walk->pieces[step->of].wish);
    if (step->kind == STEP_FIND) {
        list = walk->pieces[run_step_of(&walk->run, STEP_EXTRACT, step->paragraph, 0)].result;
        at = (size_t)step->call - 1;
    } else if (step->kind == STEP_EARLY && step->call > 1) {
        return wish_again(
            walk, json_object_get(json_array_get(walk->thread.wishes, (size_t)step->call - 2), "wish"));
    } else {
        return NULL;
    }
    return json_incref(json_object_get(json_array_get(list, at), "wish"));
}

static void
send_step(struct walk *walk, int index)
{
    const struct step *step = &walk->run.steps[index];
    struct piece *piece = walk_piece(walk, index);

    if (piece->wish == NULL)
        piece->wish = wish_of(walk, step);
    if (step->kind == STEP_FIND && piece->call[0] == '\0')
        cards_call(walk, index);
    dispatch_want(walk->self->dispatch, step_role(step->kind),
                  (struct request) { .run = (uintptr_t)walk, .step = index });
}

static void
degraded(struct walk *walk, int index, const char *why)
{
    static const char *const names[] = { "lookup", "assessment", "suggestion", "extraction",
                                         "lookup", "lookup",     "choice" };
    const struct step *step = &walk->run.steps[index];
    char name[RUN_STEP_NAME];

    run_step_name(&walk->run, index, name);
    log_warning("run=%s step=%s is left out: %s after %d attempts", walk->stored.key, name, why,
                step->attempt);
    if (step->kind == STEP_FIND)
        cards_unavailable(walk, index);
    walk_degraded(walk, names[step->kind], why);
}

static void
perform(struct walk *walk, const struct lead_action *action)
{
    switch (action->kind) {
    case LEAD_SEND:
        send_step(walk, action->step);
        break;
    case LEAD_CANCEL:
        requests_cancel(walk, action->step);
        break;
    case LEAD_START:
        suggest_start(walk);
        break;
    case LEAD_STOP:
        suggest_stop(walk);
        break;
    case LEAD_SHOW:
        cards_result(walk, action->step);
        break;
    case LEAD_COMPARE:
        cards_compare(walk, action->step);
        break;
    case LEAD_WITHDRAW:
        cards_withdraw(walk, action->step, "off_topic");
        break;
    case LEAD_DEGRADED:
        degraded(walk, action->step, action->why);
        break;
    case LEAD_END:
        walk_finish(walk);
        break;
    }
}

/* An assistant of whom nothing more can come is finished. */
static void
close_subagents(struct walk *walk)
{
    static const char *const names[ROLES] = { "psychologist", "extractor", "wardrobe" };

    for (int i = 0; i < ROLES; i++) {
        struct subagent *subagent = &walk->subagents[i];

        if (!subagent->started || subagent->closed || !run_role_is_over(&walk->run, names[i]))
            continue;
        subagent->closed = true;
        if (run_role_has_failed(&walk->run, names[i]))
            event_subagent_error(&walk->scratch, subagent->id,
                                 "It could not be asked, or gave no answer in time.", "unavailable");
        else
            event_subagent_finished(&walk->scratch, subagent->id);
        walk_emit(walk);
    }
}

void
walk_set_timer(struct walk *walk)
{
    int64_t now = clock_now_ms(), next = run_next_time(&walk->run);

    walk->due_ms = next > now ? next : now;
    loop_timer_start(walk->timer, walk->due_ms - now);
}

void
walk_lead(struct walk *walk, struct lead_event event)
{
    struct lead_actions actions;

    if (walk->run.outcome != RUN_GOES_ON)
        return;
    event.now_ms = clock_now_ms();
    lead_on(&walk->run, &event, &actions);
    walk_piece(walk, walk->run.step_count - 1);
    for (int i = 0; i < actions.count; i++) {
        if (actions.list[i].kind == LEAD_END)
            close_subagents(walk);
        perform(walk, &actions.list[i]);
    }
    if (walk->run.outcome != RUN_GOES_ON) {
        loop_timer_stop(walk->timer);
        return;
    }
    close_subagents(walk);
    walk_set_timer(walk);
}
