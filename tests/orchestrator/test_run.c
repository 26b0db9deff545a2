#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "orchestrator/run.h"

static const struct run_limits limits = { 3, 300, 10000, 12000, 3000, 4000, 90000 };

static void
steps_are_found_by_their_names(void **state)
{
    static const char *const names[] = { "early.1",  "assess",         "suggest",    "extract.2",
                                         "find.2.1", "check.find.2.1", "choose.2.1", "check.early.1" };
    struct run run;

    (void)state;
    run_init(&run, &limits);
    run_add(&run, STEP_EARLY, 0, 1, 0, 0);
    run_add(&run, STEP_ASSESS, 0, 0, 0, 0);
    run_add(&run, STEP_SUGGEST, 0, 0, 0, 0);
    run_add(&run, STEP_EXTRACT, 2, 0, 0, 0);
    run_add(&run, STEP_FIND, 2, 1, 0, 0);
    run_add(&run, STEP_CHECK, 0, 0, 4, 0);
    run_add(&run, STEP_CHOOSE, 2, 1, 4, 0);
    run_add(&run, STEP_CHECK, 0, 0, 0, 0);
    for (int i = 0; i < run.step_count; i++) {
        char name[RUN_STEP_NAME];

        run_step_name(&run, i, name);
        assert_string_equal(name, names[i]);
        assert_int_equal(run_step_find(&run, name), i);
    }
    assert_int_equal(run_step_find(&run, "find.9.9"), -1);
    assert_int_equal(run_step_of(&run, STEP_FIND, 2, 1), 4);
    assert_int_equal(run_step_of(&run, STEP_FIND, 2, 2), -1);
}

static void
each_step_has_its_share_of_the_time(void **state)
{
    struct run run;

    (void)state;
    run_init(&run, &limits);
    assert_int_equal(run.steps[run_add(&run, STEP_EARLY, 0, 1, 0, 100)].deadline_ms, 3100);
    assert_int_equal(run.steps[run_add(&run, STEP_ASSESS, 0, 0, 0, 100)].deadline_ms, 10100);
    assert_int_equal(run.steps[run_add(&run, STEP_EXTRACT, 1, 0, 0, 100)].deadline_ms, 12100);
    assert_int_equal(run.steps[run_add(&run, STEP_CHOOSE, 1, 1, 0, 100)].deadline_ms, 4100);
    assert_int_equal(run.steps[run_add(&run, STEP_SUGGEST, 0, 0, 0, 100)].deadline_ms, 0);
}

static void
a_run_has_so_many_steps_and_no_more(void **state)
{
    struct run run;

    (void)state;
    run_init(&run, &limits);
    for (int i = 0; i < RUN_STEPS; i++)
        assert_int_equal(run_add(&run, STEP_FIND, 1, i, 0, 0), i);
    assert_int_equal(run_add(&run, STEP_FIND, 1, 1, 0, 0), -1);
}

static void
an_answer_counts_while_its_step_is_open_and_its_attempt_is_valid(void **state)
{
    struct run run;
    int step;

    (void)state;
    run_init(&run, &limits);
    step = run_add(&run, STEP_FIND, 1, 1, 0, 0);
    assert_false(run_waits_for(&run, step, 1)); /* not asked yet */
    assert_int_equal(run_asked(&run, step, 0), 1);
    assert_int_equal(run_asked(&run, step, 0), 2);
    assert_true(run_waits_for(&run, step, 1)); /* the first of both counts */
    assert_true(run_waits_for(&run, step, 2));
    assert_false(run_waits_for(&run, step, 3));
    assert_false(run_waits_for(&run, step, 0));
    run.steps[step].valid_from = 2;
    assert_false(run_waits_for(&run, step, 1));
    assert_false(run_waits_for(&run, -1, 1));
    assert_false(run_waits_for(&run, 7, 1));
    run.steps[step].state = STEP_DONE;
    assert_false(run_waits_for(&run, step, 2));
    run.steps[step].state = STEP_OPEN;
    run.outcome = RUN_CANCELLED;
    assert_false(run_waits_for(&run, step, 2));
}

static void
a_role_is_over_when_nothing_more_can_come_of_it(void **state)
{
    struct run run;
    int assess, suggest, extract, find;

    (void)state;
    run_init(&run, &limits);
    assess = run_add(&run, STEP_ASSESS, 0, 0, 0, 0);
    suggest = run_add(&run, STEP_SUGGEST, 0, 0, 0, 0);
    extract = run_add(&run, STEP_EXTRACT, 1, 0, 0, 0);
    assert_false(run_role_is_over(&run, "psychologist"));
    run.steps[assess].state = STEP_DONE;
    assert_true(run_role_is_over(&run, "psychologist"));
    run.steps[extract].state = STEP_DONE;
    assert_false(run_role_is_over(&run, "extractor")); /* a paragraph may come */
    run.steps[suggest].state = STEP_DONE;
    assert_true(run_role_is_over(&run, "extractor"));
    assert_true(run_role_is_over(&run, "wardrobe"));
    run.steps[extract].state = STEP_OPEN;
    assert_false(run_role_is_over(&run, "wardrobe"));
    run.steps[extract].state = STEP_DONE;
    run.steps[assess].state = STEP_OPEN; /* new criteria bring checks */
    assert_false(run_role_is_over(&run, "wardrobe"));
    find = run_add(&run, STEP_FIND, 1, 1, 0, 0);
    run.steps[assess].state = STEP_DONE;
    assert_false(run_role_is_over(&run, "wardrobe"));
    run.outcome = RUN_CANCELLED;
    assert_true(run_role_is_over(&run, "wardrobe"));
    run.steps[find].state = STEP_GIVEN_UP;
    assert_true(run_role_has_failed(&run, "wardrobe"));
    assert_false(run_role_has_failed(&run, "extractor"));
    run_add(&run, STEP_EARLY, 0, 1, 0, 0);
    run.steps[run.step_count - 1].state = STEP_DONE;
    assert_false(run_role_has_failed(&run, "wardrobe"));
}

static void
words_with_cards_or_a_paragraph_are_of_use(void **state)
{
    struct run run;
    int early;

    (void)state;
    run_init(&run, &limits);
    early = run_add(&run, STEP_EARLY, 0, 1, 0, 0);
    run.steps[early].shown = true;
    run.steps[early].products = 3;
    assert_false(run_is_useful(&run));
    run.words = true;
    assert_true(run_is_useful(&run));
    run.steps[early].products = 0;
    assert_false(run_is_useful(&run));
    run.paragraphs = 1;
    assert_true(run_is_useful(&run));
}

static void
the_clock_is_looked_at_when_the_next_time_is_up(void **state)
{
    struct run run;
    int early, suggest;

    (void)state;
    run_init(&run, &limits);
    run.deadline_ms = 90000;
    assert_int_equal(run_next_time(&run), 90000);
    early = run_add(&run, STEP_EARLY, 0, 1, 0, 0);
    assert_int_equal(run_next_time(&run), 3000);
    run_asked(&run, early, 0);
    assert_int_equal(run_next_time(&run), 1000); /* patience: a third */
    run.steps[early].hedged = true;
    assert_int_equal(run_next_time(&run), 3000);
    run.suggest_at_ms = 300;
    suggest = run_add(&run, STEP_SUGGEST, 0, 0, 0, 0);
    assert_int_equal(run_next_time(&run), 300);
    run.suggesting = true;
    run.steps[early].state = STEP_DONE;
    assert_int_equal(run_next_time(&run), 90000);
    assert_true(run_step_is_open(&run, suggest));
}

static void
a_process_that_stood_still_gives_everyone_their_time(void **state)
{
    struct run run;
    int early, done;

    (void)state;
    run_init(&run, &limits);
    run.deadline_ms = 90000;
    run.suggest_at_ms = 300;
    early = run_add(&run, STEP_EARLY, 0, 1, 0, 0);
    done = run_add(&run, STEP_ASSESS, 0, 0, 0, 0);
    run_add(&run, STEP_SUGGEST, 0, 0, 0, 0);
    run_asked(&run, early, 0);
    run.steps[done].state = STEP_DONE;
    run_stood_still(&run, 5000);
    assert_int_equal(run.steps[early].deadline_ms, 8000);
    assert_int_equal(run.steps[early].patience_ms, 6000);
    assert_int_equal(run.steps[done].deadline_ms, 10000);
    assert_int_equal(run.steps[2].deadline_ms, 0);
    assert_int_equal(run.suggest_at_ms, 5300);
    assert_int_equal(run.deadline_ms, 90000);
    run.suggesting = true;
    run_stood_still(&run, 5000);
    assert_int_equal(run.suggest_at_ms, 5300);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_are_found_by_their_names),
        cmocka_unit_test(each_step_has_its_share_of_the_time),
        cmocka_unit_test(a_run_has_so_many_steps_and_no_more),
        cmocka_unit_test(an_answer_counts_while_its_step_is_open_and_its_attempt_is_valid),
        cmocka_unit_test(a_role_is_over_when_nothing_more_can_come_of_it),
        cmocka_unit_test(words_with_cards_or_a_paragraph_are_of_use),
        cmocka_unit_test(a_process_that_stood_still_gives_everyone_their_time),
        cmocka_unit_test(the_clock_is_looked_at_when_the_next_time_is_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
