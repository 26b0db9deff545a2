/* What is asked of the workers: a waiting step becomes a message to one that has room. */
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/json.h"
#include "common/log.h"
#include "orchestrator/events.h"
#include "orchestrator/walk.h"

#define HISTORY_RUNS 4      /* of the thread, for the assessment */
#define CHOICES 12          /* of a lookup, where the wardrobe chooses among them; else what is shown */
#define CHECK_CANDIDATES 12 /* what may stand in the place of cards that go */

static void
ask_assess(struct walk *walk, struct message *message)
{
    json_t *history = NULL;

    wrote(walk->self, store_history_before(walk->self->store, walk->stored.thread_id, walk->stored.id,
                                           HISTORY_RUNS, &history));
    message->kind = MESSAGE_ASSESS;
    message->assess = (struct assess) { .said = walk->stored.said,
                                        .history = history,
                                        .criteria = walk->thread.criteria,
                                        .profile = walk->thread.profile,
                                        .shown = walk->thread.shown,
                                        .facets = walk->self->facets,
                                        .shopper = walk->shopper };
}

/* The suggestion up to paragraph NUMBER, which is left out. */
static char *
text_before(const struct walk *walk, int number)
{
    struct buffer before = { 0 };

    for (int i = 0; i < number - 1 && i < walk->paragraph_count; i++) {
        if (walk->paragraphs[i].text == NULL)
            continue;
        buffer_text(&before, walk->paragraphs[i].text);
        buffer_text(&before, "\n\n");
    }
    return buffer_take(&before);
}

static void
ask_extract(struct walk *walk, const struct step *step, char **before, struct message *message)
{
    *before = text_before(walk, step->paragraph);
    message->kind = MESSAGE_EXTRACT;
    message->extract = (struct extract) { .paragraph = walk->paragraphs[step->paragraph - 1].text,
                                          .before = *before == NULL ? "" : *before,
                                          .said = walk->stored.said,
                                          .criteria = walk->thread.criteria,
                                          .shop = walk->self->facets_text,
                                          .language = json_text(walk->self->facets, "language", "en"),
                                          .shopper = walk->shopper };
}

/* WISH as words. What is said twice ("white", "white linen shirt") is said once. */
static char *
words_of(const json_t *wish)
{
    static const char *const parts[] = { "description", "colour", "material", "style", "gender", "category" };
    struct buffer words = { 0 };

    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        const char *part = json_text(wish, parts[i], "");

        if (part[0] == '\0' || (words.size > 0 && strcasestr(words.bytes, part) != NULL))
            continue;
        if (words.size > 0)
            buffer_text(&words, " ");
        buffer_text(&words, part);
    }
    return buffer_take(&words);
}

/* The slot of a lookup: its wish's, or that under which it stands in the last look. */
static const char *
slot_of(const struct walk *walk, int index)
{
    const struct step *step = &walk->run.steps[index];
    const char *slot = json_text(walk->pieces[index].wish, "slot", "");

    if (slot[0] == '\0' && step->kind == STEP_EARLY && step->call > 1)
        slot = json_text(json_array_get(walk->thread.wishes, (size_t)step->call - 2), "slot", "");
    if (slot[0] == '\0' && step->kind == STEP_CHECK)
        slot = slot_of(walk, step->of);
    return slot;
}

static int64_t
limit_of(const struct walk *walk, const struct step *step)
{
    if (step->kind == STEP_CHECK)
        return CHECK_CANDIDATES;
    return step->kind == STEP_FIND && walk->run.chooses ? CHOICES : SHOWN_CARDS;
}

static void
ask_lookup(struct walk *walk, int index, char **words, struct message *message)
{
    const struct step *step = &walk->run.steps[index];
    json_t *wish = walk->pieces[index].wish;
    bool early = step->kind == STEP_EARLY || (step->kind == STEP_CHECK && wish == NULL);
    bool assessed = walk->run.steps[run_step_of(&walk->run, STEP_ASSESS, 0, 0)].state == STEP_DONE;

    *words = wish == NULL ? NULL : words_of(wish);
    message->kind = MESSAGE_LOOKUP;
    message->lookup =
        (struct lookup) { .words = *words == NULL ? walk->stored.said : *words,
                          .slot = slot_of(walk, index),
                          .wish = wish,
                          .criteria = walk->thread.criteria,
                          .said = assessed ? "" : walk->stored.said,
                          .early = early,
                          .limit = limit_of(walk, step),
                          .shown = step->kind == STEP_CHECK ? cards_to_check(walk, index) : NULL,
                          .version = walk->version == NULL ? "" : walk->version };
}

static void
tell_subagent(struct walk *walk, const char *role)
{
    struct subagent *subagent = &walk->subagents[walk_role(role)];

    if (subagent->started)
        return;
    subagent->started = true;
    id_random(subagent->id);
    event_subagent_started(&walk->scratch, subagent->id, role);
    walk_emit(walk);
}

/* Send step INDEX to WORKER. */
static void
ask(struct walk *walk, int index, struct peer *worker)
{
    struct orchestrator *self = walk->self;
    const struct step *step = &walk->run.steps[index];
    int64_t now = clock_now_ms();
    struct message message = { .run = walk->stored.key };
    char name[RUN_STEP_NAME], *text = NULL;

    run_step_name(&walk->run, index, name);
    message.step = name;
    message.attempt = run_asked(&walk->run, index, now);
    message.left_ms = step->deadline_ms > now ? step->deadline_ms - now : 1;
    switch (step->kind) {
    case STEP_ASSESS:
        ask_assess(walk, &message);
        break;
    case STEP_EXTRACT:
        ask_extract(walk, step, &text, &message);
        break;
    case STEP_CHOOSE:
        cards_choose(walk, index, &message);
        break;
    case STEP_EARLY:
    case STEP_FIND:
    case STEP_CHECK:
        ask_lookup(walk, index, &text, &message);
        break;
    case STEP_SUGGEST:
        return;
    }
    tell_subagent(walk, step_role(step->kind));
    dispatch_given(self->dispatch, worker, (struct request) { (uintptr_t)walk, index, (int)message.attempt });
    bus_send(self->daemon.bus, worker, &message); /* one that can't be reached is gone soon: on_lost.c */
    if (message.kind == MESSAGE_ASSESS)
        json_decref(message.assess.history);
    if (message.kind == MESSAGE_LOOKUP)
        json_decref(message.lookup.shown);
    if (message.kind == MESSAGE_CHOOSE) {
        json_decref(message.choose.lines);
        json_decref(message.choose.look);
    }
    free(text);
}

void
requests_pump(struct orchestrator *self)
{
    struct request request;
    void *worker;

    while (dispatch_next(self->dispatch, &request, &worker)) {
        struct walk *walk = (struct walk *)(uintptr_t)request.run;

        if (!run_step_is_open(&walk->run, request.step))
            continue;
        ask(walk, request.step, worker);
        walk_set_timer(walk);
    }
}

static void
cancel(void *owner, void *worker, struct request request)
{
    struct walk *walk = owner;
    struct message message = { .kind = MESSAGE_CANCEL, .run = walk->stored.key, .attempt = request.attempt };
    char name[RUN_STEP_NAME];

    run_step_name(&walk->run, request.step, name);
    message.step = name;
    message.cancel.reason = "nobody waits for it";
    bus_send(walk->self->daemon.bus, worker, &message);
}

void
requests_cancel(struct walk *walk, int step)
{
    dispatch_forget(walk->self->dispatch, (uintptr_t)walk, step, cancel, walk);
}

int
requests_answered(struct orchestrator *self, struct peer *from, const struct message *message,
                  struct walk **walk)
{
    int step;

    *walk = walks_by_key(self->walks, message->run);
    if (*walk == NULL || (step = run_step_find(&(*walk)->run, message->step)) < 0) {
        log_debug("dropped %s of %s: run=%s step=%s is over", message_name(message->kind), peer_name(from),
                  message->run, message->step);
        return -1;
    }
    if (!dispatch_answered(self->dispatch, from,
                           (struct request) { (uintptr_t)*walk, step, (int)message->attempt }) ||
        !run_waits_for(&(*walk)->run, step, (int)message->attempt)) {
        log_debug("dropped %s of %s: run=%s step=%s/%d is not waited for", message_name(message->kind),
                  peer_name(from), message->run, message->step, (int)message->attempt);
        return -1;
    }
    return step;
}
