/* One run: its steps and what each waits for. No I/O; lead.c decides, this file remembers. */
#include "orchestrator/run.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
run_init(struct run *run, const struct run_limits *limits)
{
    memset(run, 0, sizeof *run);
    run->limits = *limits;
}

static int64_t
share_ms(const struct run *run, enum step_kind kind)
{
    switch (kind) {
    case STEP_ASSESS:
        return run->limits.assess_ms;
    case STEP_EXTRACT:
        return run->limits.extract_ms;
    case STEP_CHOOSE:
        return run->limits.choose_ms;
    case STEP_SUGGEST:
        return 0;
    case STEP_EARLY:
    case STEP_FIND:
    case STEP_CHECK:
        break;
    }
    return run->limits.lookup_ms;
}

int
run_add(struct run *run, enum step_kind kind, int paragraph, int call, int of, int64_t now_ms)
{
    struct step *step;
    int64_t share = share_ms(run, kind);

    if (run->step_count == RUN_STEPS)
        return -1;
    step = &run->steps[run->step_count];
    memset(step, 0, sizeof *step);
    step->kind = kind;
    step->paragraph = paragraph;
    step->call = call;
    step->of = of;
    if (share > 0)
        step->deadline_ms = now_ms + share;
    return run->step_count++;
}

void
run_step_name(const struct run *run, int index, char name[RUN_STEP_NAME])
{
    static const char *const kinds[] = { "early", "assess", "suggest", "extract", "find", "check", "choose" };
    const struct step *step = &run->steps[index];
    const char *kind = kinds[step->kind];
    char of[RUN_STEP_NAME];

    switch (step->kind) {
    case STEP_ASSESS:
    case STEP_SUGGEST:
        snprintf(name, RUN_STEP_NAME, "%s", kind);
        break;
    case STEP_EARLY:
        snprintf(name, RUN_STEP_NAME, "%s.%d", kind, step->call);
        break;
    case STEP_EXTRACT:
        snprintf(name, RUN_STEP_NAME, "%s.%d", kind, step->paragraph);
        break;
    case STEP_CHECK: /* after the step it checks, which is none itself */
        run_step_name(run, step->of, of);
        snprintf(name, RUN_STEP_NAME, "%s.%.56s", kind, of);
        break;
    case STEP_FIND:
    case STEP_CHOOSE:
        snprintf(name, RUN_STEP_NAME, "%s.%d.%d", kind, step->paragraph, step->call);
        break;
    }
}

int
run_step_find(const struct run *run, const char *name)
{
    char own[RUN_STEP_NAME];

    for (int i = 0; i < run->step_count; i++) {
        run_step_name(run, i, own);
        if (strcmp(own, name) == 0)
            return i;
    }
    return -1;
}

int
run_step_of(const struct run *run, enum step_kind kind, int paragraph, int call)
{
    for (int i = 0; i < run->step_count; i++) {
        const struct step *step = &run->steps[i];

        if (step->kind == kind && step->paragraph == paragraph && step->call == call)
            return i;
    }
    return -1;
}

int
run_asked(struct run *run, int index, int64_t now_ms)
{
    struct step *step = &run->steps[index];

    assert(step->state == STEP_OPEN);
    step->queued = false;
    step->outstanding++;
    step->attempt++;
    if (step->valid_from == 0)
        step->valid_from = 1;
    /* a lookup costs next to nothing: a third of its time is all that one worker gets alone */
    if (step_is_lookup(step) && !step->hedged)
        step->patience_ms = now_ms + run->limits.lookup_ms / 3;
    return step->attempt;
}

bool
run_step_is_open(const struct run *run, int index)
{
    return run->outcome == RUN_GOES_ON && index >= 0 && index < run->step_count &&
           run->steps[index].state == STEP_OPEN;
}

bool
run_waits_for(const struct run *run, int index, int attempt)
{
    return run_step_is_open(run, index) && attempt >= 1 && attempt >= run->steps[index].valid_from &&
           attempt <= run->steps[index].attempt;
}

bool
step_is_lookup(const struct step *step)
{
    return step->kind == STEP_EARLY || step->kind == STEP_FIND || step->kind == STEP_CHECK;
}

const char *
step_role(enum step_kind kind)
{
    switch (kind) {
    case STEP_ASSESS:
        return "psychologist";
    case STEP_EXTRACT:
        return "extractor";
    case STEP_SUGGEST:
        return "";
    case STEP_EARLY:
    case STEP_FIND:
    case STEP_CHECK:
    case STEP_CHOOSE:
        break;
    }
    return "wardrobe";
}

/* Is a step of KIND open? */
static bool
is_open(const struct run *run, const char *role)
{
    for (int i = 0; i < run->step_count; i++)
        if (run->steps[i].state == STEP_OPEN && strcmp(step_role(run->steps[i].kind), role) == 0)
            return true;
    return false;
}

bool
run_role_is_over(const struct run *run, const char *role)
{
    if (run->outcome != RUN_GOES_ON)
        return true;
    if (is_open(run, role))
        return false;
    if (strcmp(role, "psychologist") == 0)
        return true;
    /* a paragraph to come brings an extraction, that brings lookups */
    if (is_open(run, ""))
        return false;
    if (strcmp(role, "extractor") == 0)
        return true;
    return !is_open(run, "extractor") && !is_open(run, "psychologist");
}

bool
run_role_has_failed(const struct run *run, const char *role)
{
    bool failed = false;

    for (int i = 0; i < run->step_count; i++) {
        if (strcmp(step_role(run->steps[i].kind), role) != 0)
            continue;
        if (run->steps[i].state == STEP_DONE)
            return false;
        failed = failed || run->steps[i].state == STEP_GIVEN_UP;
    }
    return failed;
}

bool
run_is_useful(const struct run *run)
{
    if (run->paragraphs > 0)
        return true;
    if (!run->words)
        return false;
    for (int i = 0; i < run->step_count; i++)
        if (run->steps[i].shown && run->steps[i].products > 0)
            return true;
    return false;
}

void
run_stood_still(struct run *run, int64_t late_ms)
{
    run->suggest_at_ms += run->suggesting ? 0 : late_ms;
    for (int i = 0; i < run->step_count; i++) {
        struct step *step = &run->steps[i];

        if (step->state != STEP_OPEN)
            continue;
        step->deadline_ms += step->deadline_ms != 0 ? late_ms : 0;
        step->patience_ms += step->patience_ms != 0 ? late_ms : 0;
    }
}

static int64_t
sooner(int64_t one, int64_t other)
{
    return other != 0 && (one == 0 || other < one) ? other : one;
}

int64_t
run_next_time(const struct run *run)
{
    int64_t next = run->deadline_ms;

    for (int i = 0; i < run->step_count; i++) {
        const struct step *step = &run->steps[i];

        if (step->state != STEP_OPEN)
            continue;
        next = sooner(next, step->deadline_ms);
        if (!step->hedged && step->outstanding > 0)
            next = sooner(next, step->patience_ms);
        if (step->kind == STEP_SUGGEST && !run->suggesting)
            next = sooner(next, run->suggest_at_ms);
    }
    return next;
}
