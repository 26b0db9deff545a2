/* What a run does next.
 *
 *     begin -> early lookup, assessment
 *     assessment, or no more patience -> suggestion
 *     paragraph -> extraction -> a lookup for each product named -> (choice)
 *     new hard criteria -> lookups that are out are asked again, shown ones are checked
 *     all answered or given up -> end
 *
 * No I/O. Every rule that decides what is asked, again, or no more is here and nowhere else. */
#include "orchestrator/lead.h"

#include <assert.h>

static void
act(struct lead_actions *actions, enum lead_action_kind kind, int step, const char *why)
{
    assert(actions->count < LEAD_ACTIONS);
    actions->list[actions->count++] = (struct lead_action) { kind, step, why };
}

static void
send_step(struct run *run, int index, struct lead_actions *actions)
{
    if (index < 0 || run->steps[index].queued)
        return;
    run->steps[index].queued = true;
    act(actions, LEAD_SEND, index, NULL);
}

static void
send_new(struct run *run, enum step_kind kind, int paragraph, int call, int of, int64_t now_ms,
         struct lead_actions *actions)
{
    send_step(run, run_add(run, kind, paragraph, call, of, now_ms), actions);
}

/* Step INDEX is over, in STATE; who still works on it may stop. */
static void
close_step(struct run *run, int index, enum step_state state, struct lead_actions *actions)
{
    struct step *step = &run->steps[index];

    step->state = state;
    if (step->outstanding > 0 || step->queued)
        act(actions, LEAD_CANCEL, index, NULL);
    step->outstanding = 0;
    step->queued = false;
}

/* An answer has come for step INDEX: the first one counts. */
static void
answered(struct run *run, int index, struct lead_actions *actions)
{
    run->steps[index].outstanding--;
    close_step(run, index, STEP_DONE, actions);
}

static void
end(struct run *run, enum run_outcome outcome, struct lead_actions *actions)
{
    if (run->suggesting)
        act(actions, LEAD_STOP, 0, NULL);
    run->suggesting = false;
    for (int i = 0; i < run->step_count; i++)
        if (run->steps[i].state == STEP_OPEN)
            close_step(run, i, STEP_DROPPED, actions);
    run->outcome = outcome;
    act(actions, LEAD_END, 0, NULL);
}

/* The words were "cheaper" or the like: the last look's wishes once more, when the criteria are known. */
static void
repeat_wishes(struct run *run, int64_t now_ms, struct lead_actions *actions)
{
    int assess = run_step_of(run, STEP_ASSESS, 0, 0);

    if (run->repeat != REPEAT_WAITING || run->steps[assess].state == STEP_OPEN)
        return;
    run->repeat = REPEAT_ASKED;
    if (run->off_topic)
        return;
    for (int i = 0; i < run->wishes && i < RUN_WISHES; i++)
        send_new(run, STEP_EARLY, 0, i + 2, 0, now_ms, actions);
}

static void
give_up(struct run *run, int index, const char *why, int64_t now_ms, struct lead_actions *actions)
{
    close_step(run, index, STEP_GIVEN_UP, actions);
    act(actions, LEAD_DEGRADED, index, why);
    repeat_wishes(run, now_ms, actions);
}

/* The suggestion waits for the assessment, but not for long. */
static void
start_suggestion(struct run *run, int64_t now_ms, struct lead_actions *actions)
{
    int assess = run_step_of(run, STEP_ASSESS, 0, 0);
    int suggest = run_step_of(run, STEP_SUGGEST, 0, 0);

    if (run->suggesting || run->steps[suggest].state != STEP_OPEN)
        return;
    if (run->steps[assess].state == STEP_OPEN && now_ms < run->suggest_at_ms)
        return;
    run->suggesting = true;
    run->steps[suggest].attempt++;
    act(actions, LEAD_START, suggest, NULL);
}

static void
on_begin(struct run *run, int64_t now_ms, struct lead_actions *actions)
{
    run->deadline_ms = now_ms + run->limits.run_ms;
    run->suggest_at_ms = now_ms + run->limits.assess_wait_ms;
    send_new(run, STEP_EARLY, 0, 1, 0, now_ms, actions);
    send_new(run, STEP_ASSESS, 0, 0, 0, now_ms, actions);
    run_add(run, STEP_SUGGEST, 0, 0, 0, now_ms);
}

/* Every step that its finished ones call for and that is not there is asked now. */
static void
on_take_up(struct run *run, int64_t now_ms, struct lead_actions *actions)
{
    int known = run->step_count;

    run->deadline_ms = now_ms + run->limits.run_ms;
    run->suggest_at_ms = now_ms + run->limits.assess_wait_ms;
    if (run_step_of(run, STEP_ASSESS, 0, 0) < 0)
        send_new(run, STEP_ASSESS, 0, 0, 0, now_ms, actions);
    if (run_step_of(run, STEP_SUGGEST, 0, 0) < 0)
        run_add(run, STEP_SUGGEST, 0, 0, 0, now_ms);
    if (run_step_of(run, STEP_EARLY, 0, 1) < 0 && !run->off_topic)
        send_new(run, STEP_EARLY, 0, 1, 0, now_ms, actions);
    for (int i = 0; i < run->step_count; i++) {
        struct step *step = &run->steps[i];

        if (step->state != STEP_OPEN)
            continue;
        if (run->off_topic && (step_is_lookup(step) || step->kind == STEP_EXTRACT))
            close_step(run, i, STEP_DROPPED, actions);
        else if (i < known && step->kind != STEP_SUGGEST)
            send_step(run, i, actions);
    }
}

/* Hard criteria are new. What is out would answer the old ones; what is on the screen may break them. */
static void
criteria_are_stricter(struct run *run, int64_t now_ms, struct lead_actions *actions)
{
    int count = run->step_count;

    for (int i = 0; i < count; i++) {
        struct step *step = &run->steps[i];

        if (!step_is_lookup(step))
            continue;
        if (step->state == STEP_DONE && step->shown && step->products > 0) {
            send_new(run, STEP_CHECK, 0, 0, i, now_ms, actions);
        } else if (step->state == STEP_OPEN && step->outstanding > 0) {
            act(actions, LEAD_CANCEL, i, NULL);
            step->outstanding = 0;
            step->queued = false;
            step->valid_from = step->attempt + 1;
            send_step(run, i, actions);
        }
    }
}

static void
topic_is_another(struct run *run, struct lead_actions *actions)
{
    run->off_topic = true;
    for (int i = 0; i < run->step_count; i++) {
        struct step *step = &run->steps[i];

        if (step->kind == STEP_ASSESS || step->kind == STEP_SUGGEST)
            continue;
        if (step->state == STEP_OPEN)
            close_step(run, i, STEP_DROPPED, actions);
        else if (step->shown && step->products > 0)
            act(actions, LEAD_WITHDRAW, i, NULL);
    }
}

static void
on_assessed(struct run *run, const struct lead_event *event, struct lead_actions *actions)
{
    answered(run, event->step, actions);
    if (event->off_topic)
        topic_is_another(run, actions);
    else if (event->stricter)
        criteria_are_stricter(run, event->now_ms, actions);
    repeat_wishes(run, event->now_ms, actions);
}

static void
on_paragraph(struct run *run, const struct lead_event *event, struct lead_actions *actions)
{
    run->words = true;
    run->paragraphs = event->count;
    if (event->named && !run->off_topic && event->count <= RUN_PARAGRAPHS)
        send_new(run, STEP_EXTRACT, event->count, 0, 0, event->now_ms, actions);
}

static void
on_suggested(struct run *run)
{
    run->suggesting = false;
    run->steps[run_step_of(run, STEP_SUGGEST, 0, 0)].state = STEP_DONE;
}

/* Before its first word the model's client has tried again already. After it, the model is asked to go on. */
static void
on_speechless(struct run *run, bool retry, struct lead_actions *actions)
{
    int index = run_step_of(run, STEP_SUGGEST, 0, 0);
    struct step *suggest = &run->steps[index];

    run->suggesting = false;
    suggest->failures++;
    if (retry && suggest->failures < run->limits.attempts)
        return; /* start_suggestion() follows */
    if (run_is_useful(run)) {
        suggest->state = STEP_GIVEN_UP;
        act(actions, LEAD_DEGRADED, index, "failed");
    } else {
        end(run, RUN_FAILED, actions);
    }
}

static void
on_extracted(struct run *run, const struct lead_event *event, struct lead_actions *actions)
{
    int paragraph = run->steps[event->step].paragraph;

    answered(run, event->step, actions);
    for (int i = 0; i < event->count && i < RUN_CALLS; i++)
        send_new(run, STEP_FIND, paragraph, i + 1, 0, event->now_ms, actions);
}

static void
on_found(struct run *run, const struct lead_event *event, struct lead_actions *actions)
{
    struct step *step = &run->steps[event->step];

    answered(run, event->step, actions);
    step->products = event->count;
    if (step->kind == STEP_CHECK) {
        act(actions, LEAD_COMPARE, event->step, NULL);
        return;
    }
    if (step->kind == STEP_EARLY && step->call == 1 && !event->named && run->wishes > 0) {
        run->repeat = REPEAT_WAITING;
        repeat_wishes(run, event->now_ms, actions);
        return;
    }
    if (step->kind == STEP_EARLY && event->count == 0)
        return; /* that the first guess found nothing is no news */
    step->shown = true;
    act(actions, LEAD_SHOW, event->step, NULL);
    if (run->chooses && step->kind == STEP_FIND && step->products > 1)
        send_new(run, STEP_CHOOSE, step->paragraph, step->call, event->step, event->now_ms, actions);
}

/* The asking of ATTEMPT has come to nothing. Another asking of the same step may still be out. */
static void
on_failure(struct run *run, const struct lead_event *event, const char *why, bool retry,
           struct lead_actions *actions)
{
    struct step *step = &run->steps[event->step];

    if (!run_waits_for(run, event->step, event->attempt))
        return;
    step->failures++;
    step->outstanding--;
    if (step->outstanding > 0 || step->queued)
        return;
    if (retry && step->failures < run->limits.attempts)
        send_step(run, event->step, actions);
    else
        give_up(run, event->step, why, event->now_ms, actions);
}

/* The whole run's time is up: it ends with what there is. */
static void
run_is_late(struct run *run, struct lead_actions *actions)
{
    enum run_outcome outcome = run_is_useful(run) ? RUN_FINISHED : RUN_TIMED_OUT;

    for (int i = 0; i < run->step_count; i++) {
        if (run->steps[i].state != STEP_OPEN)
            continue;
        close_step(run, i, STEP_GIVEN_UP, actions);
        act(actions, LEAD_DEGRADED, i, "late");
    }
    end(run, outcome, actions);
}

static void
on_time(struct run *run, int64_t now_ms, struct lead_actions *actions)
{
    if (now_ms >= run->deadline_ms) {
        run_is_late(run, actions);
        return;
    }
    for (int i = 0; i < run->step_count; i++) {
        struct step *step = &run->steps[i];

        if (step->state != STEP_OPEN)
            continue;
        if (step->deadline_ms != 0 && now_ms >= step->deadline_ms) {
            give_up(run, i, step->attempt == 0 ? "unavailable" : "late", now_ms, actions);
        } else if (step->patience_ms != 0 && now_ms >= step->patience_ms && !step->hedged &&
                   step->outstanding > 0) {
            step->hedged = true;
            send_step(run, i, actions);
        }
    }
}

static bool
is_all_answered(const struct run *run)
{
    for (int i = 0; i < run->step_count; i++)
        if (run->steps[i].state == STEP_OPEN)
            return false;
    return true;
}

void
lead_on(struct run *run, const struct lead_event *event, struct lead_actions *actions)
{
    actions->count = 0;
    if (run->outcome != RUN_GOES_ON)
        return;
    switch (event->kind) {
    case LEAD_BEGIN:
        on_begin(run, event->now_ms, actions);
        break;
    case LEAD_TAKE_UP:
        on_take_up(run, event->now_ms, actions);
        break;
    case LEAD_ASSESSED:
        on_assessed(run, event, actions);
        break;
    case LEAD_PARAGRAPH:
        on_paragraph(run, event, actions);
        break;
    case LEAD_SUGGESTED:
        on_suggested(run);
        break;
    case LEAD_SPEECHLESS:
        on_speechless(run, event->retry, actions);
        break;
    case LEAD_EXTRACTED:
        on_extracted(run, event, actions);
        break;
    case LEAD_FOUND:
        on_found(run, event, actions);
        break;
    case LEAD_CHOSEN:
        answered(run, event->step, actions);
        break;
    case LEAD_REFUSED:
        on_failure(run, event, "failed", event->retry, actions);
        break;
    case LEAD_LOST:
        on_failure(run, event, "unavailable", true, actions);
        break;
    case LEAD_TIME:
        on_time(run, event->now_ms, actions);
        break;
    case LEAD_ABORT:
        end(run, RUN_CANCELLED, actions);
        break;
    }
    if (run->outcome != RUN_GOES_ON)
        return;
    start_suggestion(run, event->now_ms, actions);
    if (is_all_answered(run))
        end(run, RUN_FINISHED, actions);
}
