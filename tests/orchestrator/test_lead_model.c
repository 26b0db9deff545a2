/* A model checker for lead.c: every order of answers, refusals, losses, deadlines, an abort and the death
 * of the process that a run of three slots can meet, and in each state the promises of design.md. It walks
 * all states depth first; two are the same when what lead.c can see of them is (slots in any order).
 *
 * The number of distinct states is printed. Each seeded mutation of a rule has to be found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "orchestrator/lead.h"

#define NOW 1000 /* the clock stands still; a deadline that passes is moved to it */

/* What may happen in the runs that are looked at. */
struct scope {
    int slots;  /* paragraphs that name one product each */
    int wishes; /* of the last look */
    int attempts;
    int faults;   /* refusals, losses and deadlines in one run */
    int criteria; /* 1: the assessment may bring a hard criterion, 2: another topic */
    int deaths;   /* of the process */
    bool hedges, chooses;
};

/* One state: the run, and what the checker remembers to judge it by. */
struct world {
    int faults, deaths;
    bool closed[3]; /* a role of which nothing more can come: its subagent was closed */
    bool asked[3];
    bool ended, told_suggestion, stricter;
    bool unnamed;           /* the words named no product */
    unsigned char hand[32]; /* askings in workers' hands, by step */
    unsigned char old[32];  /* of those, with the criteria of before */
    unsigned char failed[32], degraded[32];
    struct run run;
};

typedef void mutation(const struct world *before, const struct lead_event *event, struct world *after,
                      struct lead_actions *actions);

struct checker {
    struct scope scope;
    mutation *mutate;
    const char *broken; /* the promise that was broken, or NULL */
    uint64_t (*seen)[2];
    size_t size, count, transitions;
    int depth;
};

static const char *const roles[] = { "psychologist", "extractor", "wardrobe" };

/* -- states that are the same -------------------------------------------------------------------- */

static uint64_t
mix(uint64_t hash, uint64_t value)
{
    hash ^= value + 0x9E3779B97F4A7C15U + (hash << 6) + (hash >> 2);
    return hash * 0xD6E8FEB86659FD93U;
}

/* All of a step that lead.c can see, as a number. */
static uint64_t
step_number(const struct world *world, int index)
{
    const struct step *step = &world->run.steps[index];

    return (uint64_t)step->kind | (uint64_t)step->state << 4 | (uint64_t)step->queued << 6 |
           (uint64_t)step->hedged << 7 | (uint64_t)step->shown << 8 | (uint64_t)(step->products > 0) << 9 |
           (uint64_t)step->outstanding << 10 | (uint64_t)step->failures << 14 |
           (uint64_t)world->old[index] << 18 | (uint64_t)world->failed[index] << 24 |
           (uint64_t)world->hand[index] << 28 | (uint64_t)(step->attempt > 0) << 22 |
           (uint64_t)(step->patience_ms != 0) << 23;
}

static uint64_t
slot_number(const struct world *world, int paragraph)
{
    uint64_t number = 1;

    for (int i = 0; i < world->run.step_count; i++) {
        const struct step *step = &world->run.steps[i];
        int own = step->kind == STEP_CHECK ? world->run.steps[step->of].paragraph : step->paragraph;

        if (own == paragraph && paragraph > 0)
            number = mix(number, step_number(world, i));
    }
    return number;
}

static int
ascending(const void *one, const void *other)
{
    uint64_t a = *(const uint64_t *)one, b = *(const uint64_t *)other;

    return a < b ? -1 : a > b;
}

static void
key_of(const struct world *world, uint64_t key[2])
{
    const struct run *run = &world->run;
    uint64_t slots[8], hash = 7;

    hash = mix(hash, (uint64_t)run->outcome | (uint64_t)run->repeat << 4 | (uint64_t)run->off_topic << 8 |
                         (uint64_t)run->suggesting << 9 | (uint64_t)run->words << 10 |
                         (uint64_t)run->paragraphs << 12 | (uint64_t)(run->suggest_at_ms <= NOW) << 20 |
                         (uint64_t)world->faults << 22 | (uint64_t)world->deaths << 30 |
                         (uint64_t)world->stricter << 32 | (uint64_t)world->unnamed << 33);
    for (int i = 0; i < 3; i++)
        hash = mix(hash, (uint64_t)world->closed[i] << 1 | world->asked[i]);
    for (int i = 0; i < run->step_count; i++) {
        const struct step *step = &run->steps[i];
        int own = step->kind == STEP_CHECK ? run->steps[step->of].paragraph : step->paragraph;

        if (own == 0)
            hash = mix(hash, step_number(world, i) ^ (uint64_t)step->call << 40);
    }
    for (int i = 0; i < 8; i++)
        slots[i] = i < run->paragraphs ? slot_number(world, i + 1) : 0;
    qsort(slots, 8, sizeof slots[0], ascending);
    key[0] = key[1] = hash;
    for (int i = 0; i < 8; i++) {
        key[0] = mix(key[0], slots[i]);
        key[1] = mix(key[1] ^ 0x5bd1e995, slots[i] + 1);
    }
    key[0] |= 1;
}

static void remember(struct checker *checker, const uint64_t key[2]);

static void
grow(struct checker *checker)
{
    uint64_t(*before)[2] = checker->seen;
    size_t size = checker->size;

    checker->size = size == 0 ? 1 << 16 : size * 2;
    checker->seen = calloc(checker->size, sizeof *checker->seen);
    checker->count = 0;
    assert_non_null(checker->seen);
    for (size_t i = 0; i < size; i++)
        if (before[i][0] != 0)
            remember(checker, before[i]);
    free(before);
}

/* The place of KEY: where it is or where it would be. */
static size_t
place_of(const struct checker *checker, const uint64_t key[2])
{
    size_t place = key[0] & (checker->size - 1);

    while (checker->seen[place][0] != 0 &&
           (checker->seen[place][0] != key[0] || checker->seen[place][1] != key[1]))
        place = (place + 1) & (checker->size - 1);
    return place;
}

static void
remember(struct checker *checker, const uint64_t key[2])
{
    size_t place = place_of(checker, key);

    memcpy(checker->seen[place], key, sizeof checker->seen[place]);
    checker->count++;
}

/* -- the promises -------------------------------------------------------------------------------- */

static void
broken(struct checker *checker, const char *promise)
{
    if (checker->broken == NULL)
        checker->broken = promise;
}

static int
role_of(enum step_kind kind)
{
    for (int i = 0; i < 3; i++)
        if (strcmp(step_role(kind), roles[i]) == 0)
            return i;
    return -1;
}

static void
judge_send(struct checker *checker, struct world *world, int index)
{
    struct step *step = &world->run.steps[index];

    if (step->state != STEP_OPEN && !world->ended)
        broken(checker, "what is over is not asked again");
    if (world->ended)
        broken(checker, "nothing is asked after the end");
    if (world->run.off_topic && step->kind != STEP_ASSESS)
        broken(checker, "another topic is not looked up");
    if (role_of(step->kind) >= 0 && world->closed[role_of(step->kind)])
        broken(checker, "an assistant that is finished is not asked again");
}

static void
judge_action(struct checker *checker, struct world *world, const struct lead_event *event,
             const struct lead_action *action)
{
    struct step *step = &world->run.steps[action->step];

    switch (action->kind) {
    case LEAD_SEND:
        judge_send(checker, world, action->step);
        break;
    case LEAD_CANCEL:
        world->old[action->step] = world->hand[action->step] = 0;
        break;
    case LEAD_START:
        if (world->told_suggestion)
            broken(checker, "the suggestion is asked for once");
        world->told_suggestion = true;
        break;
    case LEAD_STOP:
        world->told_suggestion = false;
        break;
    case LEAD_SHOW:
        if (world->run.off_topic)
            broken(checker, "another topic shows no cards");
        if (event->kind != LEAD_FOUND || event->step != action->step)
            broken(checker, "a card is what was just found");
        break;
    case LEAD_DEGRADED:
        if (step->state != STEP_GIVEN_UP || world->degraded[action->step]++ > 0)
            broken(checker, "what is given up is told once");
        break;
    case LEAD_END:
        if (world->ended)
            broken(checker, "a run ends once");
        world->ended = true;
        break;
    case LEAD_COMPARE:
    case LEAD_WITHDRAW:
        break;
    }
}

static void
judge_end(struct checker *checker, const struct world *world, const struct lead_event *event)
{
    const struct run *run = &world->run;

    for (int i = 0; i < run->step_count; i++)
        if (world->hand[i] > 0)
            broken(checker, "who works for nobody is told to stop");
    if (run->suggesting || world->told_suggestion)
        broken(checker, "at the end no model is at work");
    for (int i = 0; i < run->step_count; i++) {
        if (run->steps[i].state == STEP_OPEN || run->steps[i].outstanding > 0 || run->steps[i].queued)
            broken(checker, "at the end nothing is open");
        if (run->steps[i].state == STEP_GIVEN_UP && world->degraded[i] == 0)
            broken(checker, "what is given up is told");
    }
    if (run->outcome == RUN_FINISHED && run->deadline_ms > NOW && world->unnamed && !run->off_topic &&
        run_step_of(run, STEP_EARLY, 0, 2) < 0)
        broken(checker, "words that name nothing repeat the last wishes");
    if ((run->outcome == RUN_FAILED || run->outcome == RUN_TIMED_OUT) && run_is_useful(run))
        broken(checker, "what is of use is kept");
    if ((event->kind == LEAD_ABORT) != (run->outcome == RUN_CANCELLED))
        broken(checker, "an abort cancels, and nothing else does");
    if (run->outcome == RUN_FINISHED && run->paragraphs == 0 && !run->words && event->kind == LEAD_SPEECHLESS)
        broken(checker, "without a word the run has failed");
}

/* Is what lead.c says about the step consistent, and is there something that will end it? */
static void
judge_open_step(struct checker *checker, const struct world *world, int index)
{
    const struct step *step = &world->run.steps[index];

    if (step->outstanding == 0 && world->failed[index] >= world->run.limits.attempts + step->hedged)
        broken(checker, "a step has no more attempts than it may");
    if (step->hedged && !step->queued && step->attempt < 2 && step->outstanding == 1)
        broken(checker, "another is asked beside one that is slow");
    if (step->kind == STEP_SUGGEST) {
        const struct step *assess = &world->run.steps[run_step_of(&world->run, STEP_ASSESS, 0, 0)];

        if (!world->run.suggesting && (world->run.suggest_at_ms <= NOW || assess->state != STEP_OPEN))
            broken(checker, "the suggestion begins when its time has come");
        return;
    }
    if (step->deadline_ms == 0)
        broken(checker, "every step has a deadline");
    if (step->outstanding == 0 && !step->queued)
        broken(checker, "a step that is open is asked or waits for a worker");
    if (world->run.off_topic && step->kind != STEP_ASSESS)
        broken(checker, "another topic leaves nothing open");
    if (step->outstanding < 0 || world->old[index] > step->outstanding)
        broken(checker, "who was told to stop is forgotten");
    if (world->stricter && world->old[index] > 0 && step_is_lookup(step))
        broken(checker, "no lookup goes on with criteria that are too loose");
}

/* After a hard criterion: what was shown by the old ones is checked. */
static void
judge_checks(struct checker *checker, const struct world *world, const struct lead_event *event)
{
    const struct run *run = &world->run;

    if (event->kind != LEAD_ASSESSED || !event->stricter || event->off_topic)
        return;
    for (int i = 0; i < run->step_count; i++) {
        bool checked = false;

        if (!run->steps[i].shown || run->steps[i].products == 0)
            continue;
        for (int j = 0; j < run->step_count; j++)
            checked = checked || (run->steps[j].kind == STEP_CHECK && run->steps[j].of == i);
        if (!checked)
            broken(checker, "what a new criterion may rule out is checked");
    }
}

static void
judge(struct checker *checker, const struct world *before, const struct lead_event *event,
      struct world *after, const struct lead_actions *actions)
{
    bool open = false;

    for (int i = 0; i < actions->count; i++)
        judge_action(checker, after, event, &actions->list[i]);
    if (before->ended && actions->count > 0)
        broken(checker, "after its end a run does nothing");
    for (int i = 0; i < before->run.step_count && event->kind != LEAD_TAKE_UP; i++)
        if (before->run.steps[i].state != STEP_OPEN &&
            after->run.steps[i].state != before->run.steps[i].state)
            broken(checker, "what is over stays over");
    if (after->ended != (after->run.outcome != RUN_GOES_ON))
        broken(checker, "a run that is over says so");
    if (after->ended) {
        judge_end(checker, after, event);
        return;
    }
    for (int i = 0; i < after->run.step_count; i++) {
        if (after->run.steps[i].state != STEP_OPEN) {
            if (after->hand[i] > 0)
                broken(checker, "who works for nobody is told to stop");
            continue;
        }
        open = true;
        judge_open_step(checker, after, i);
    }
    if (!open)
        broken(checker, "a run with nothing left to wait for ends");
    judge_checks(checker, after, event);
    for (int i = 0; i < 3; i++)
        after->closed[i] = after->closed[i] || (after->asked[i] && run_role_is_over(&after->run, roles[i]));
}

/* -- what can happen ----------------------------------------------------------------------------- */

static void explore(struct checker *checker, const struct world *world);

static void
copy(struct world *to, const struct world *from)
{
    memcpy(to, from, offsetof(struct world, run.steps) + (size_t)from->run.step_count * sizeof(struct step));
}

/* EVENT happens in the state PREPARED (made from BEFORE by what the event itself moves). */
static void
happen(struct checker *checker, const struct world *before, struct world *prepared, struct lead_event event)
{
    struct lead_actions actions;

    event.now_ms = NOW;
    checker->transitions++;
    lead_on(&prepared->run, &event, &actions);
    if (checker->mutate != NULL)
        checker->mutate(before, &event, prepared, &actions);
    if (event.kind == LEAD_ASSESSED && event.stricter && !event.off_topic)
        prepared->stricter = true;
    judge(checker, before, &event, prepared, &actions);
    explore(checker, prepared);
}

static void
answer(struct checker *checker, const struct world *world, int index, struct lead_event event)
{
    struct world next;

    copy(&next, world);
    if (next.old[index] > 0)
        next.old[index]--;
    next.hand[index]--;
    if (event.kind == LEAD_FOUND && !event.named)
        next.unnamed = true;
    event.step = index;
    event.attempt = world->run.steps[index].attempt;
    happen(checker, world, &next, event);
}

static void
answers_of(struct checker *checker, const struct world *world, int index)
{
    switch (world->run.steps[index].kind) {
    case STEP_ASSESS:
        answer(checker, world, index, (struct lead_event) { .kind = LEAD_ASSESSED });
        if (checker->scope.criteria >= 1)
            answer(checker, world, index, (struct lead_event) { .kind = LEAD_ASSESSED, .stricter = true });
        if (checker->scope.criteria >= 2)
            answer(checker, world, index, (struct lead_event) { .kind = LEAD_ASSESSED, .off_topic = true });
        break;
    case STEP_EXTRACT:
        answer(checker, world, index, (struct lead_event) { .kind = LEAD_EXTRACTED, .count = 0 });
        answer(checker, world, index, (struct lead_event) { .kind = LEAD_EXTRACTED, .count = 1 });
        break;
    case STEP_EARLY:
        if (checker->scope.wishes > 0 && world->run.steps[index].call == 1)
            answer(checker, world, index,
                   (struct lead_event) { .kind = LEAD_FOUND, .count = 2, .named = false });
        /* fall through */
    case STEP_FIND:
    case STEP_CHECK:
        answer(checker, world, index, (struct lead_event) { .kind = LEAD_FOUND, .count = 2, .named = true });
        answer(checker, world, index, (struct lead_event) { .kind = LEAD_FOUND, .count = 0, .named = true });
        break;
    case STEP_CHOOSE:
        answer(checker, world, index, (struct lead_event) { .kind = LEAD_CHOSEN });
        break;
    case STEP_SUGGEST:
        break;
    }
}

static void
fault(struct checker *checker, const struct world *world, int index, struct lead_event event)
{
    struct world next;

    if (world->faults >= checker->scope.faults)
        return;
    copy(&next, world);
    next.faults++;
    next.failed[index]++;
    answer(checker, &next, index, event);
}

/* The time of step INDEX is up, or its patience. */
static void
time_of(struct checker *checker, const struct world *world, int index, bool patience)
{
    struct world next;

    copy(&next, world);
    if (patience) {
        next.run.steps[index].patience_ms = NOW;
    } else {
        if (world->faults >= checker->scope.faults)
            return;
        next.faults++;
        next.run.steps[index].deadline_ms = NOW;
    }
    happen(checker, world, &next, (struct lead_event) { .kind = LEAD_TIME });
}

static void
step_moves(struct checker *checker, const struct world *world, int index)
{
    const struct step *step = &world->run.steps[index];

    if (step->queued) { /* a worker has room */
        struct world next;
        int role = role_of(step->kind);

        copy(&next, world);
        run_asked(&next.run, index, NOW);
        next.asked[role] = true;
        next.old[index] += !world->stricter;
        next.hand[index]++;
        checker->transitions++;
        explore(checker, &next);
    }
    if (step->outstanding > 0) {
        answers_of(checker, world, index);
        fault(checker, world, index, (struct lead_event) { .kind = LEAD_REFUSED, .retry = true });
        fault(checker, world, index, (struct lead_event) { .kind = LEAD_REFUSED, .retry = false });
        fault(checker, world, index, (struct lead_event) { .kind = LEAD_LOST });
        if (checker->scope.hedges && !step->hedged && step->patience_ms != 0)
            time_of(checker, world, index, true);
    }
    if (step->kind != STEP_SUGGEST)
        time_of(checker, world, index, false);
}

static void
suggestion_moves(struct checker *checker, const struct world *world)
{
    struct world next;

    if (!world->run.suggesting)
        return;
    if (world->run.paragraphs < checker->scope.slots) {
        copy(&next, world);
        happen(checker, world, &next,
               (struct lead_event) {
                   .kind = LEAD_PARAGRAPH, .count = world->run.paragraphs + 1, .named = true });
    } else {
        copy(&next, world);
        next.told_suggestion = false;
        happen(checker, world, &next, (struct lead_event) { .kind = LEAD_SUGGESTED });
    }
    copy(&next, world);
    next.told_suggestion = false;
    happen(checker, world, &next, (struct lead_event) { .kind = LEAD_SPEECHLESS });
    if (world->run.words && world->faults < checker->scope.faults) { /* it may go on where it broke off */
        copy(&next, world);
        next.told_suggestion = false;
        next.faults++;
        happen(checker, world, &next, (struct lead_event) { .kind = LEAD_SPEECHLESS, .retry = true });
    }
    if (!world->run.words) {
        copy(&next, world);
        next.run.words = true; /* the first word of a paragraph */
        explore(checker, &next);
    }
}

/* The process dies. The next one finds the finished steps, as take_up.c reads them out of the store. */
static void
death(struct checker *checker, const struct world *world)
{
    struct world next = { .faults = world->faults,
                          .deaths = world->deaths + 1,
                          .stricter = world->stricter,
                          .unnamed = world->unnamed };
    int now[RUN_STEPS];

    if (world->deaths >= checker->scope.deaths)
        return;
    run_init(&next.run, &world->run.limits);
    next.run.off_topic = world->run.off_topic;
    next.run.wishes = world->run.wishes;
    next.run.paragraphs = world->run.paragraphs;
    next.run.words = world->run.paragraphs > 0;
    for (int i = 0; i < world->run.step_count; i++) {
        const struct step *step = &world->run.steps[i];
        bool derived = step->kind == STEP_EXTRACT || step->kind == STEP_FIND || step->kind == STEP_CHECK ||
                       (step->kind == STEP_EARLY && step->call > 1);

        now[i] = -1;
        if (step->state != STEP_DONE && !derived)
            continue;
        if (step->state != STEP_DONE && world->run.off_topic)
            continue;
        now[i] = run_add(&next.run, step->kind, step->paragraph, step->call,
                         step->kind == STEP_CHECK ? now[step->of] : 0, NOW);
        next.run.steps[now[i]].state = step->state == STEP_DONE ? STEP_DONE : STEP_OPEN;
        next.run.steps[now[i]].shown = step->shown;
        next.run.steps[now[i]].products = step->products;
    }
    next.run.repeat = world->run.repeat;
    for (int i = 0; i < 3; i++) /* the screen was closed: every assistant begins anew */
        next.closed[i] = next.asked[i] = false;
    happen(checker, world, &next, (struct lead_event) { .kind = LEAD_TAKE_UP });
}

static void
moves(struct checker *checker, const struct world *world)
{
    struct world next;

    for (int i = 0; i < world->run.step_count; i++)
        if (world->run.steps[i].state == STEP_OPEN)
            step_moves(checker, world, i);
    suggestion_moves(checker, world);
    if (!world->run.suggesting && world->run.suggest_at_ms > NOW) {
        copy(&next, world);
        next.run.suggest_at_ms = NOW;
        happen(checker, world, &next, (struct lead_event) { .kind = LEAD_TIME });
    }
    copy(&next, world);
    happen(checker, world, &next, (struct lead_event) { .kind = LEAD_ABORT });
    copy(&next, world);
    next.run.deadline_ms = NOW;
    happen(checker, world, &next, (struct lead_event) { .kind = LEAD_TIME });
    death(checker, world);
}

static void
explore(struct checker *checker, const struct world *world)
{
    uint64_t key[2];

    if (checker->broken != NULL)
        return;
    if (checker->count * 2 >= checker->size)
        grow(checker);
    key_of(world, key);
    if (checker->seen[place_of(checker, key)][0] != 0)
        return;
    remember(checker, key);
    if (world->ended) {
        /* whatever comes late does nothing */
        static const enum lead_event_kind late[] = { LEAD_TIME, LEAD_ABORT, LEAD_SUGGESTED, LEAD_LOST };

        for (size_t i = 0; i < sizeof late / sizeof late[0]; i++) {
            struct lead_actions actions;
            struct world next;

            copy(&next, world);
            lead_on(&next.run, &(struct lead_event) { .kind = late[i], .now_ms = NOW }, &actions);
            if (actions.count > 0)
                broken(checker, "after its end a run does nothing");
        }
        return;
    }
    if (++checker->depth > 400)
        broken(checker, "a run comes to its end");
    moves(checker, world);
    checker->depth--;
}

/* Walk all states of SCOPE. Returns the promise that was broken, or NULL. */
static const char *
check(struct scope scope, mutation *mutate, size_t *states, size_t *transitions)
{
    struct checker checker = { .scope = scope, .mutate = mutate };
    struct world first = { 0 };
    const struct run_limits limits = { .attempts = scope.attempts,
                                       .assess_wait_ms = 10000,
                                       .assess_ms = 20000,
                                       .extract_ms = 20000,
                                       .lookup_ms = 30000,
                                       .choose_ms = 20000,
                                       .run_ms = 90000 };

    run_init(&first.run, &limits);
    first.run.wishes = scope.wishes;
    first.run.chooses = scope.chooses;
    happen(&checker, &(struct world) { 0 }, &first, (struct lead_event) { .kind = LEAD_BEGIN });
    free(checker.seen);
    if (states != NULL)
        *states = checker.count;
    if (transitions != NULL)
        *transitions = checker.transitions;
    return checker.broken;
}

static void
walk_all(const char *name, struct scope scope)
{
    size_t states, transitions;
    const char *broken_promise = check(scope, NULL, &states, &transitions);

    print_message("%s: %zu distinct states, %zu transitions\n", name, states, transitions);
    if (broken_promise != NULL)
        fail_msg("broken: %s", broken_promise);
}

/* -- mutations: each breaks one rule, and has to be found ---------------------------------------- */

static void
drop(struct lead_actions *actions, enum lead_action_kind kind)
{
    int kept = 0;

    for (int i = 0; i < actions->count; i++)
        if (actions->list[i].kind != kind)
            actions->list[kept++] = actions->list[i];
    actions->count = kept;
}

static void
twice(struct lead_actions *actions, enum lead_action_kind kind)
{
    for (int i = 0, count = actions->count; i < count; i++)
        if (actions->list[i].kind == kind)
            actions->list[actions->count++] = actions->list[i];
}

#define MUTATION(name)                                                                                       \
    static void name(const struct world *before, const struct lead_event *event, struct world *after,        \
                     struct lead_actions *actions)

MUTATION(ends_twice)
{
    (void)before, (void)event, (void)after;
    twice(actions, LEAD_END);
}

MUTATION(never_ends)
{
    (void)before;
    if (after->run.outcome == RUN_FINISHED && event->kind != LEAD_TIME) {
        after->run.outcome = RUN_GOES_ON;
        drop(actions, LEAD_END);
    }
}

MUTATION(lets_them_work)
{
    (void)before, (void)event, (void)after;
    drop(actions, LEAD_CANCEL);
}

MUTATION(lets_the_model_write)
{
    (void)before, (void)event, (void)after;
    drop(actions, LEAD_STOP);
}

MUTATION(asks_the_model_twice)
{
    (void)before, (void)event, (void)after;
    twice(actions, LEAD_START);
}

MUTATION(never_asks_the_model)
{
    (void)before, (void)event;
    for (int i = 0; i < actions->count; i++)
        if (actions->list[i].kind == LEAD_START)
            after->run.suggesting = false;
    drop(actions, LEAD_START);
}

MUTATION(is_silent_about_losses)
{
    (void)before, (void)event, (void)after;
    drop(actions, LEAD_DEGRADED);
}

MUTATION(asks_for_ever)
{
    (void)before, (void)actions;
    if (event->kind == LEAD_REFUSED || event->kind == LEAD_LOST)
        if (after->run.steps[event->step].state == STEP_OPEN)
            after->run.steps[event->step].failures = 0;
}

MUTATION(never_asks_again)
{
    (void)before;
    if (event->kind == LEAD_LOST && after->run.steps[event->step].state == STEP_OPEN) {
        after->run.steps[event->step].queued = false;
        drop(actions, LEAD_SEND);
    }
}

MUTATION(calls_an_abort_a_success)
{
    (void)before, (void)actions;
    if (event->kind == LEAD_ABORT)
        after->run.outcome = RUN_FINISHED;
}

MUTATION(throws_away_what_was_said)
{
    (void)before, (void)actions;
    if (event->kind == LEAD_TIME && after->run.outcome == RUN_FINISHED)
        after->run.outcome = RUN_TIMED_OUT;
}

MUTATION(looks_up_another_topic)
{
    (void)actions;
    for (int i = 0; event->off_topic && i < before->run.step_count; i++)
        if (before->run.steps[i].queued && before->run.steps[i].kind == STEP_EARLY) {
            after->run.steps[i].state = STEP_OPEN;
            after->run.steps[i].queued = true;
        }
}

MUTATION(keeps_the_old_criteria)
{
    (void)before;
    for (int i = 0; event->stricter && i < actions->count; i++) {
        struct step *step = &after->run.steps[actions->list[i].step];

        if (actions->list[i].kind != LEAD_CANCEL || step->state != STEP_OPEN)
            continue;
        step->outstanding = 1;
        step->queued = false;
        step->valid_from = 1;
        drop(actions, LEAD_CANCEL);
    }
}

MUTATION(checks_nothing)
{
    (void)before;
    while (event->stricter && after->run.steps[after->run.step_count - 1].kind == STEP_CHECK) {
        after->run.step_count--;
        drop(actions, LEAD_SEND);
    }
}

MUTATION(forgets_the_last_wishes)
{
    (void)before, (void)event;
    while (after->run.step_count > 0 && after->run.steps[after->run.step_count - 1].kind == STEP_EARLY &&
           after->run.steps[after->run.step_count - 1].call > 1) {
        after->run.step_count--;
        drop(actions, LEAD_SEND);
    }
}

MUTATION(waits_for_the_slow)
{
    for (int i = 0; event->kind == LEAD_TIME && i < before->run.step_count; i++)
        if (after->run.steps[i].hedged && !before->run.steps[i].hedged) {
            after->run.steps[i].queued = false;
            drop(actions, LEAD_SEND);
        }
}

MUTATION(opens_what_is_over)
{
    (void)actions;
    for (int i = 0; event->kind == LEAD_PARAGRAPH && i < before->run.step_count; i++)
        if (before->run.steps[i].state == STEP_DONE && before->run.steps[i].kind == STEP_EARLY)
            after->run.steps[i].state = STEP_OPEN;
}

static const struct scope small = {
    .slots = 1, .wishes = 1, .attempts = 2, .faults = 2, .hedges = true, .criteria = 2
};

static void
each_seeded_mutation_is_found(void **state)
{
    static const struct {
        const char *name;
        mutation *mutate;
    } mutations[] = {
        { "ends_twice", ends_twice },
        { "never_ends", never_ends },
        { "lets_them_work", lets_them_work },
        { "lets_the_model_write", lets_the_model_write },
        { "asks_the_model_twice", asks_the_model_twice },
        { "never_asks_the_model", never_asks_the_model },
        { "is_silent_about_losses", is_silent_about_losses },
        { "asks_for_ever", asks_for_ever },
        { "never_asks_again", never_asks_again },
        { "calls_an_abort_a_success", calls_an_abort_a_success },
        { "throws_away_what_was_said", throws_away_what_was_said },
        { "looks_up_another_topic", looks_up_another_topic },
        { "keeps_the_old_criteria", keeps_the_old_criteria },
        { "checks_nothing", checks_nothing },
        { "forgets_the_last_wishes", forgets_the_last_wishes },
        { "waits_for_the_slow", waits_for_the_slow },
        { "opens_what_is_over", opens_what_is_over },
    };

    (void)state;
    for (size_t i = 0; i < sizeof mutations / sizeof mutations[0]; i++) {
        const char *found = check(small, mutations[i].mutate, NULL, NULL);

        print_message("%s: %s\n", mutations[i].name, found == NULL ? "NOT FOUND" : found);
        assert_non_null(found);
    }
}

static void
a_run_keeps_its_promises_whatever_is_lost(void **state)
{
    bool all = getenv("LEAD_MODEL") != NULL; /* minutes, without a sanitizer */

    (void)state;
    walk_all("one slot, last wishes, slow workers, two faults", small);
    walk_all("one slot, one fault, one death",
             (struct scope) { .slots = 1, .attempts = 2, .faults = 1, .criteria = 2, .deaths = 1 });
    walk_all("three slots, one fault",
             (struct scope) { .slots = 3, .attempts = 2, .faults = 1, .criteria = 0 });
    walk_all("three slots, criteria",
             (struct scope) { .slots = 3, .attempts = 2, .faults = 0, .criteria = 2 });
    if (!all)
        return;
    walk_all("one slot, any faults, one death",
             (struct scope) { .slots = 1, .attempts = 2, .faults = 99, .criteria = 2, .deaths = 1 });
    walk_all("two slots, slow workers, two faults",
             (struct scope) { .slots = 2, .attempts = 2, .faults = 2, .criteria = 2, .hedges = true });
    walk_all("three slots, three faults",
             (struct scope) { .slots = 3, .attempts = 2, .faults = 3, .criteria = 2 });
    walk_all("three slots, choices, one fault",
             (struct scope) { .slots = 3, .attempts = 2, .faults = 1, .chooses = true });
    walk_all("three slots, one death",
             (struct scope) { .slots = 3, .attempts = 2, .deaths = 1, .criteria = 1 });
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_keeps_its_promises_whatever_is_lost),
        cmocka_unit_test(each_seeded_mutation_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
