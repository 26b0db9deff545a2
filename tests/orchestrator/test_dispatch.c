#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "orchestrator/dispatch.h"

static char a, b, c; /* workers: any pointer names one */

static struct request
request(uint64_t run, int step, int attempt)
{
    return (struct request) { run, step, attempt };
}

/* Give out everything that there is room for; returns how many. */
static int
give(struct dispatch *dispatch, void *workers[], struct request requests[])
{
    int count = 0;
    struct request next;
    void *worker;

    while (dispatch_next(dispatch, &next, &worker)) {
        next.attempt++;
        dispatch_given(dispatch, worker, next);
        workers[count] = worker;
        requests[count++] = next;
    }
    return count;
}

static void
a_worker_gets_no_more_than_it_can_hold(void **state)
{
    struct dispatch *dispatch = dispatch_new();
    struct request given[8];
    void *workers[8];

    (void)state;
    assert_false(dispatch_has(dispatch, "extractor"));
    dispatch_worker(dispatch, &a, "extractor", 2);
    assert_true(dispatch_has(dispatch, "extractor"));
    assert_false(dispatch_has(dispatch, "wardrobe"));
    for (int i = 0; i < 4; i++)
        dispatch_want(dispatch, "extractor", request(1, i, 0));
    assert_int_equal(give(dispatch, workers, given), 2);
    assert_int_equal(given[0].step, 0);
    assert_int_equal(given[1].step, 1);
    assert_int_equal(dispatch_waiting(dispatch, "extractor"), 2);
    assert_int_equal(dispatch_in_hand(dispatch), 2);
    assert_true(dispatch_answered(dispatch, &a, given[1]));
    assert_false(dispatch_answered(dispatch, &a, given[1]));
    assert_int_equal(give(dispatch, workers, given), 1);
    assert_int_equal(given[0].step, 2);
    dispatch_worker(dispatch, &a, "extractor", 0); /* it drains */
    assert_false(dispatch_has(dispatch, "extractor"));
    assert_true(dispatch_answered(dispatch, &a, given[0]));
    assert_int_equal(give(dispatch, workers, given), 0);
    dispatch_destroy(&dispatch);
    assert_null(dispatch);
    dispatch_destroy(&dispatch);
}

static void
requests_go_to_who_has_the_most_room(void **state)
{
    struct dispatch *dispatch = dispatch_new();
    struct request given[64];
    void *workers[64];
    int to_a = 0;

    (void)state;
    dispatch_worker(dispatch, &a, "wardrobe", 10);
    dispatch_worker(dispatch, &b, "wardrobe", 30);
    dispatch_worker(dispatch, &c, "extractor", 30);
    for (int i = 0; i < 20; i++)
        dispatch_want(dispatch, "wardrobe", request(1, i, 0));
    assert_int_equal(give(dispatch, workers, given), 20);
    for (int i = 0; i < 20; i++)
        to_a += workers[i] == &a;
    assert_in_range(to_a, 4, 6);
    dispatch_destroy(&dispatch);
}

static void
equal_workers_take_turns(void **state)
{
    struct dispatch *dispatch = dispatch_new();
    void *workers[2];

    (void)state;
    dispatch_worker(dispatch, &a, "wardrobe", 10);
    dispatch_worker(dispatch, &b, "wardrobe", 10);
    for (int i = 0; i < 2; i++) {
        struct request given;

        dispatch_want(dispatch, "wardrobe", request(1, i, 0));
        assert_true(dispatch_next(dispatch, &given, &workers[i]));
    }
    assert_ptr_not_equal(workers[0], workers[1]);
    dispatch_destroy(&dispatch);
}

static void
a_step_is_not_given_twice_to_the_same_worker(void **state)
{
    struct dispatch *dispatch = dispatch_new();
    struct request given[4];
    void *workers[4];

    (void)state;
    dispatch_worker(dispatch, &a, "wardrobe", 10);
    dispatch_want(dispatch, "wardrobe", request(1, 3, 0));
    dispatch_want(dispatch, "wardrobe", request(1, 3, 0));
    dispatch_want(dispatch, "wardrobe", request(1, 4, 0));
    assert_int_equal(give(dispatch, workers, given), 2); /* who waits behind is not held up */
    assert_int_equal(given[1].step, 4);
    dispatch_worker(dispatch, &b, "wardrobe", 10);
    assert_int_equal(give(dispatch, workers, given), 1);
    assert_ptr_equal(workers[0], &b);
    dispatch_destroy(&dispatch);
}

static void
a_lost_worker_gives_back_what_it_held(void **state)
{
    struct dispatch *dispatch = dispatch_new();
    struct request given[64], *lost;
    void *workers[64];

    (void)state;
    dispatch_worker(dispatch, &b, "wardrobe", 1);
    dispatch_worker(dispatch, &a, "extractor", 40);
    for (int i = 0; i < 40; i++)
        dispatch_want(dispatch, "extractor", request(7, i, 0));
    assert_int_equal(give(dispatch, workers, given), 40);
    assert_int_equal(dispatch_gone(dispatch, &a, &lost), 40);
    for (int i = 0; i < 40; i++) {
        assert_int_equal(lost[i].step, i);
        assert_int_equal(lost[i].attempt, 1);
    }
    free(lost);
    assert_int_equal(dispatch_in_hand(dispatch), 0);
    assert_int_equal(dispatch_gone(dispatch, &a, &lost), 0);
    assert_null(lost);
    assert_false(dispatch_answered(dispatch, &a, given[0])); /* it thaws */
    dispatch_given(dispatch, &a, given[0]);
    assert_int_equal(dispatch_in_hand(dispatch), 0);
    dispatch_destroy(&dispatch);
}

static int cancelled;

static void
note_cancel(void *owner, void *worker, struct request one)
{
    assert_ptr_equal(owner, &cancelled);
    assert_ptr_equal(worker, &a);
    assert_int_equal(one.run, 7);
    cancelled++;
}

static void
what_nobody_waits_for_is_taken_back(void **state)
{
    struct dispatch *dispatch = dispatch_new();
    struct request given[8];
    void *workers[8];

    (void)state;
    cancelled = 0;
    dispatch_worker(dispatch, &a, "wardrobe", 3);
    for (int i = 0; i < 2; i++) {
        dispatch_want(dispatch, "wardrobe", request(7, i, 0));
        dispatch_want(dispatch, "wardrobe", request(8, i, 0));
    }
    assert_int_equal(give(dispatch, workers, given), 3);
    dispatch_forget(dispatch, 7, 0, note_cancel, &cancelled);
    assert_int_equal(cancelled, 1);
    assert_int_equal(dispatch_in_hand(dispatch), 2);
    dispatch_want(dispatch, "wardrobe", request(7, 5, 0));
    dispatch_forget(dispatch, 7, -1, note_cancel, &cancelled);
    assert_int_equal(cancelled, 2);
    assert_int_equal(dispatch_waiting(dispatch, "wardrobe"), 1);
    assert_int_equal(give(dispatch, workers, given), 1); /* and the queue's end is where it should be */
    dispatch_want(dispatch, "wardrobe", request(9, 0, 0));
    assert_int_equal(dispatch_waiting(dispatch, "wardrobe"), 1);
    dispatch_destroy(&dispatch);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_worker_gets_no_more_than_it_can_hold),
        cmocka_unit_test(requests_go_to_who_has_the_most_room),
        cmocka_unit_test(equal_workers_take_turns),
        cmocka_unit_test(a_step_is_not_given_twice_to_the_same_worker),
        cmocka_unit_test(a_lost_worker_gives_back_what_it_held),
        cmocka_unit_test(what_nobody_waits_for_is_taken_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
