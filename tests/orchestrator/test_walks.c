#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "orchestrator/walk.h"
#include "orchestrator/walks.h"

static char key[64][16];

/* A waiting walk of OWNER's THREAD; it needs no more than its names here. */
static struct walk *
add(struct walks *walks, const char *owner, const char *thread, int number)
{
    struct walk *walk = calloc(1, sizeof *walk);

    snprintf(key[number], sizeof key[number], "k%d", number);
    walk->stored.key = walk->stored.run_id = key[number];
    walk->stored.owner = (char *)(uintptr_t)owner;
    walk->stored.thread = (char *)(uintptr_t)thread;
    walks_add(walks, walk);
    return walk;
}

static void
take(struct walks *walks, struct walk *walk)
{
    walks_remove(walks, walk);
    free(walk->name_id);
    free(walk->name_thread);
    free(walk);
}

static void
runs_are_found_by_each_of_their_names(void **state)
{
    struct walks *walks = walks_new(&(struct walks_limits) { 2, 2, 1 });
    struct walk *one = add(walks, "me", "t1", 1), *two = add(walks, "me", "t2", 2);

    (void)state;
    assert_ptr_equal(walks_by_key(walks, "k1"), one);
    assert_ptr_equal(walks_by_id(walks, "me", "k2"), two);
    assert_null(walks_by_id(walks, "you", "k2"));
    assert_ptr_equal(walks_of_thread(walks, "me", "t1"), one);
    assert_null(walks_of_thread(walks, "you", "t1"));
    assert_ptr_equal(walks_first(walks), one);
    take(walks, one);
    assert_ptr_equal(walks_first(walks), two);
    assert_null(walks_by_key(walks, "k1"));
    take(walks, two);
    assert_null(walks_first(walks));
    walks_destroy(&walks);
    assert_null(walks);
    walks_destroy(&walks);
}

static void
one_of_a_thread_runs_and_the_others_wait_their_turn(void **state)
{
    struct walks *walks = walks_new(&(struct walks_limits) { 2, 10, 2 });
    struct walk *one = add(walks, "me", "t1", 1), *two, *three, *other;

    (void)state;
    assert_ptr_equal(walks_next(walks), one);
    walks_runs(walks, one);
    two = add(walks, "me", "t1", 2);
    assert_null(walks_next(walks));
    assert_null(walks_full(walks, "me", "t1"));
    three = add(walks, "me", "t1", 3);
    assert_non_null(walks_full(walks, "me", "t1"));
    assert_null(walks_full(walks, "me", "t2"));
    other = add(walks, "me", "t2", 4);
    assert_ptr_equal(walks_next(walks), other); /* past those whose thread is busy */
    assert_int_equal(walks_waiting(walks), 3);
    assert_int_equal(walks_running(walks), 1);
    one->stored.state = STORE_RUN_ENDED;
    take(walks, one);
    assert_ptr_equal(walks_next(walks), two);
    assert_ptr_equal(walks_of_thread(walks, "me", "t1"), two);
    take(walks, three); /* out of the middle of its thread */
    assert_null(two->next_in_thread);
    walks_runs(walks, two);
    walks_runs(walks, other);
    take(walks, two);
    take(walks, other);
    assert_int_equal(walks_running(walks), 0);
    walks_destroy(&walks);
}

static void
so_many_run_so_many_wait_and_no_more_are_taken(void **state)
{
    struct walks *walks = walks_new(&(struct walks_limits) { 1, 2, 9 });
    struct walk *all[3];

    (void)state;
    all[0] = add(walks, "me", "t0", 0);
    walks_runs(walks, all[0]);
    all[1] = add(walks, "me", "t1", 1);
    assert_null(walks_next(walks)); /* no room to run */
    assert_null(walks_full(walks, "me", "t9"));
    all[2] = add(walks, "me", "t2", 2);
    assert_non_null(walks_full(walks, "me", "t9"));
    for (int i = 2; i >= 0; i--)
        take(walks, all[i]);
    walks_destroy(&walks);
}

static void
an_abort_that_comes_early_is_remembered_for_a_minute(void **state)
{
    struct walks *walks = walks_new(&(struct walks_limits) { 1, 2, 9 });

    (void)state;
    walks_abort_early(walks, "me", "r1", 1000);
    walks_abort_early(walks, "me", "r2", 1000);
    assert_false(walks_was_aborted(walks, "you", "r1", 1500));
    assert_true(walks_was_aborted(walks, "me", "r1", 1500));
    assert_false(walks_was_aborted(walks, "me", "r1", 1500)); /* once */
    assert_false(walks_was_aborted(walks, "me", "r2", 61000));
    for (int i = 0; i < 3000; i++)
        walks_abort_early(walks, "me", "many", 1000);
    assert_true(walks_was_aborted(walks, "me", "many", 1500));
    walks_abort_early(walks, "me", "left behind", 1000);
    walks_destroy(&walks);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_are_found_by_each_of_their_names),
        cmocka_unit_test(one_of_a_thread_runs_and_the_others_wait_their_turn),
        cmocka_unit_test(so_many_run_so_many_wait_and_no_more_are_taken),
        cmocka_unit_test(an_abort_that_comes_early_is_remembered_for_a_minute),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
