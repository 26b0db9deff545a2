/* The plan of a run, rule by rule; test_lead_model.c walks all of its states. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "orchestrator/lead.h"

static const struct run_limits limits = { 3, 300, 10000, 12000, 3000, 4000, 90000 };

/* A run, and what lead.c said last. */
struct scene {
    struct run run;
    struct lead_actions actions;
    int64_t now_ms;
};

static void
happens(struct scene *scene, struct lead_event event)
{
    event.now_ms = scene->now_ms;
    lead_on(&scene->run, &event, &scene->actions);
}

static void
begin(struct scene *scene)
{
    memset(scene, 0, sizeof *scene);
    run_init(&scene->run, &limits);
    happens(scene, (struct lead_event) { .kind = LEAD_BEGIN });
}

static int
step_named(const struct scene *scene, const char *name)
{
    int index = run_step_find(&scene->run, name);

    assert_true(index >= 0);
    return index;
}

/* Was KIND said of the step NAME ("" for any)? */
static bool
said(const struct scene *scene, enum lead_action_kind kind, const char *name)
{
    for (int i = 0; i < scene->actions.count; i++) {
        char own[RUN_STEP_NAME];

        if (scene->actions.list[i].kind != kind)
            continue;
        if (name[0] == '\0')
            return true;
        run_step_name(&scene->run, scene->actions.list[i].step, own);
        if (strcmp(own, name) == 0)
            return true;
    }
    return false;
}

static int
ask(struct scene *scene, const char *name)
{
    return run_asked(&scene->run, step_named(scene, name), scene->now_ms);
}

static void
answered(struct scene *scene, const char *name, struct lead_event event)
{
    event.step = step_named(scene, name);
    if (scene->run.steps[event.step].outstanding == 0)
        ask(scene, name);
    event.attempt = scene->run.steps[event.step].attempt;
    happens(scene, event);
}

static void
products_are_looked_for_before_a_word_is_written(void **state)
{
    struct scene scene;

    (void)state;
    begin(&scene);
    assert_true(said(&scene, LEAD_SEND, "early.1"));
    assert_true(said(&scene, LEAD_SEND, "assess"));
    assert_false(said(&scene, LEAD_START, ""));
}

static void
the_suggestion_waits_for_the_assessment_but_not_for_long(void **state)
{
    struct scene scene;

    (void)state;
    begin(&scene);
    scene.now_ms = 299;
    happens(&scene, (struct lead_event) { .kind = LEAD_TIME });
    assert_false(said(&scene, LEAD_START, ""));
    scene.now_ms = 300;
    happens(&scene, (struct lead_event) { .kind = LEAD_TIME });
    assert_true(said(&scene, LEAD_START, "suggest"));
    begin(&scene);
    answered(&scene, "assess", (struct lead_event) { .kind = LEAD_ASSESSED });
    assert_true(said(&scene, LEAD_START, "suggest"));
}

static void
each_paragraph_is_extracted_and_each_product_looked_up_at_once(void **state)
{
    struct scene scene;

    (void)state;
    begin(&scene);
    scene.run.chooses = true;
    answered(&scene, "assess", (struct lead_event) { .kind = LEAD_ASSESSED });
    happens(&scene, (struct lead_event) { .kind = LEAD_PARAGRAPH, .count = 1, .named = false });
    assert_int_equal(scene.actions.count, 0);
    happens(&scene, (struct lead_event) { .kind = LEAD_PARAGRAPH, .count = 2, .named = true });
    assert_true(said(&scene, LEAD_SEND, "extract.2"));
    answered(&scene, "extract.2", (struct lead_event) { .kind = LEAD_EXTRACTED, .count = 2 });
    assert_true(said(&scene, LEAD_SEND, "find.2.1") && said(&scene, LEAD_SEND, "find.2.2"));
    answered(&scene, "find.2.2", (struct lead_event) { .kind = LEAD_FOUND, .count = 6, .named = true });
    assert_true(said(&scene, LEAD_SHOW, "find.2.2")); /* the cards do not wait for the choice */
    assert_true(said(&scene, LEAD_SEND, "choose.2.2"));
    answered(&scene, "find.2.1", (struct lead_event) { .kind = LEAD_FOUND, .count = 1, .named = true });
    assert_false(said(&scene, LEAD_SEND, ""));
    answered(&scene, "choose.2.2", (struct lead_event) { .kind = LEAD_CHOSEN });
    answered(&scene, "early.1", (struct lead_event) { .kind = LEAD_FOUND, .count = 1, .named = true });
    happens(&scene, (struct lead_event) { .kind = LEAD_SUGGESTED });
    assert_true(said(&scene, LEAD_END, ""));
    assert_int_equal(scene.run.outcome, RUN_FINISHED);
}

static void
an_answer_to_the_old_criteria_is_stale(void **state)
{
    struct scene scene;
    int early;

    (void)state;
    begin(&scene);
    early = step_named(&scene, "early.1");
    assert_int_equal(ask(&scene, "early.1"), 1);
    answered(&scene, "assess", (struct lead_event) { .kind = LEAD_ASSESSED, .stricter = true });
    assert_true(said(&scene, LEAD_CANCEL, "early.1") && said(&scene, LEAD_SEND, "early.1"));
    assert_false(run_waits_for(&scene.run, early, 1));
    happens(&scene, (struct lead_event) { .kind = LEAD_LOST, .step = early, .attempt = 1 });
    assert_int_equal(scene.run.steps[early].failures, 0);
    assert_int_equal(ask(&scene, "early.1"), 2);
    assert_true(run_waits_for(&scene.run, early, 2));
}

static void
a_step_is_asked_three_times_and_then_left_out(void **state)
{
    struct scene scene;

    (void)state;
    begin(&scene);
    for (int i = 0; i < 2; i++) {
        answered(&scene, "early.1", (struct lead_event) { .kind = LEAD_REFUSED, .retry = true });
        assert_true(said(&scene, LEAD_SEND, "early.1"));
    }
    answered(&scene, "early.1", (struct lead_event) { .kind = LEAD_LOST });
    assert_true(said(&scene, LEAD_DEGRADED, "early.1"));
    begin(&scene);
    answered(&scene, "early.1", (struct lead_event) { .kind = LEAD_REFUSED, .retry = false });
    assert_true(said(&scene, LEAD_DEGRADED, "early.1"));
}

static void
why_a_step_is_left_out_is_told(void **state)
{
    struct scene scene;

    (void)state;
    begin(&scene);
    scene.now_ms = 3000; /* nobody was there to ask */
    happens(&scene, (struct lead_event) { .kind = LEAD_TIME });
    assert_true(said(&scene, LEAD_DEGRADED, "early.1"));
    assert_string_equal(scene.actions.list[1].why, "unavailable");
    ask(&scene, "assess");
    scene.now_ms = 10000; /* it was asked, and did not answer */
    happens(&scene, (struct lead_event) { .kind = LEAD_TIME });
    assert_true(said(&scene, LEAD_CANCEL, "assess"));
    assert_string_equal(scene.actions.list[1].why, "late");
}

static void
a_cut_suggestion_goes_on_and_a_speechless_one_fails(void **state)
{
    struct scene scene;

    (void)state;
    begin(&scene);
    answered(&scene, "assess", (struct lead_event) { .kind = LEAD_ASSESSED });
    happens(&scene, (struct lead_event) { .kind = LEAD_PARAGRAPH, .count = 1, .named = true });
    for (int i = 0; i < 2; i++) {
        happens(&scene, (struct lead_event) { .kind = LEAD_SPEECHLESS, .retry = true });
        assert_true(said(&scene, LEAD_START, "suggest"));
    }
    happens(&scene, (struct lead_event) { .kind = LEAD_SPEECHLESS, .retry = true });
    assert_true(said(&scene, LEAD_DEGRADED, "suggest"));
    begin(&scene);
    answered(&scene, "assess", (struct lead_event) { .kind = LEAD_ASSESSED });
    happens(&scene, (struct lead_event) { .kind = LEAD_SPEECHLESS });
    assert_int_equal(scene.run.outcome, RUN_FAILED);
}

static void
another_topic_taken_up_is_not_looked_up(void **state)
{
    struct scene scene = { 0 };

    (void)state;
    run_init(&scene.run, &limits);
    scene.run.off_topic = true;
    scene.run.steps[run_add(&scene.run, STEP_ASSESS, 0, 0, 0, 0)].state = STEP_DONE;
    run_add(&scene.run, STEP_EXTRACT, 1, 0, 0, 0);
    run_add(&scene.run, STEP_FIND, 1, 1, 0, 0);
    happens(&scene, (struct lead_event) { .kind = LEAD_TAKE_UP });
    assert_false(said(&scene, LEAD_SEND, ""));
    assert_true(said(&scene, LEAD_START, "suggest"));
    happens(&scene, (struct lead_event) { .kind = LEAD_SUGGESTED });
    assert_int_equal(scene.run.outcome, RUN_FINISHED);
}

static void
what_does_not_fit_into_a_run_is_left_out(void **state)
{
    struct scene scene;

    (void)state;
    begin(&scene);
    answered(&scene, "assess", (struct lead_event) { .kind = LEAD_ASSESSED });
    for (int i = 1; i <= RUN_PARAGRAPHS + 5; i++) {
        char name[RUN_STEP_NAME];

        happens(&scene, (struct lead_event) { .kind = LEAD_PARAGRAPH, .count = i, .named = true });
        assert_int_equal(said(&scene, LEAD_SEND, ""), i <= RUN_PARAGRAPHS);
        if (i > RUN_PARAGRAPHS)
            continue;
        snprintf(name, sizeof name, "extract.%d", i);
        if (run_step_find(&scene.run, name) >= 0)
            answered(&scene, name, (struct lead_event) { .kind = LEAD_EXTRACTED, .count = 3 });
        if (scene.run.step_count == RUN_STEPS)
            break;
    }
    assert_int_equal(scene.run.step_count, RUN_STEPS);
    happens(&scene, (struct lead_event) { .kind = LEAD_PARAGRAPH, .count = RUN_PARAGRAPHS, .named = true });
    assert_int_equal(scene.actions.count, 0);
    happens(&scene, (struct lead_event) { .kind = LEAD_ABORT });
    assert_int_equal(scene.run.outcome, RUN_CANCELLED);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_are_looked_for_before_a_word_is_written),
        cmocka_unit_test(the_suggestion_waits_for_the_assessment_but_not_for_long),
        cmocka_unit_test(each_paragraph_is_extracted_and_each_product_looked_up_at_once),
        cmocka_unit_test(an_answer_to_the_old_criteria_is_stale),
        cmocka_unit_test(a_step_is_asked_three_times_and_then_left_out),
        cmocka_unit_test(why_a_step_is_left_out_is_told),
        cmocka_unit_test(a_cut_suggestion_goes_on_and_a_speechless_one_fails),
        cmocka_unit_test(another_topic_taken_up_is_not_looked_up),
        cmocka_unit_test(what_does_not_fit_into_a_run_is_left_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
