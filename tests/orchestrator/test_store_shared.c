#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/postgres.h"
#include "orchestrator/store.h"

/* Two orchestrators over one store, on the server that ENSEMBLE_STORE names, in a schema of the tests' own
 * (tests/system/test_several.py does that); without one all are skipped. */

struct both {
    struct store *one, *two;
    int64_t lease_one, lease_two;
};

/* Do SQL beside the stores. Returns the first number that it gives. */
static int64_t
on_server(const char *sql)
{
    struct postgres *postgres =
        postgres_open(getenv("ENSEMBLE_STORE"), 0, "SET client_min_messages = warning");
    PGresult *rows = postgres_query(postgres, sql, NULL, 0, false);
    int64_t answer = PQntuples(rows) > 0 ? strtoll(PQgetvalue(rows, 0, 0), NULL, 10) : 0;

    PQclear(rows);
    postgres_close(&postgres);
    return answer;
}

static int
open_both(void **state)
{
    struct both *both = calloc(1, sizeof *both);

    *state = both;
    if (getenv("ENSEMBLE_STORE") == NULL)
        return 0;
    on_server("DROP TABLE IF EXISTS meta, orchestrators, threads, messages, runs, steps, events");
    on_server("DROP FUNCTION IF EXISTS store_fence");
    assert_non_null(both->one = store_open(getenv("ENSEMBLE_STORE")));
    assert_non_null(both->two = store_open(getenv("ENSEMBLE_STORE")));
    assert_true(store_is_shared(both->one));
    assert_int_equal(store_join(both->one, "one", 60000, &both->lease_one), 0);
    assert_int_equal(store_join(both->two, "two", 60000, &both->lease_two), 0);
    return 0;
}

static int
close_both(void **state)
{
    struct both *both = *state;

    store_close(&both->one, true);
    store_close(&both->two, true);
    free(both);
    return 0;
}

static struct both *
both_of(void **state)
{
    if (getenv("ENSEMBLE_STORE") == NULL)
        skip();
    return *state;
}

static void
let_the_lease_end(const char *name)
{
    char sql[120];

    snprintf(sql, sizeof sql, "UPDATE orchestrators SET until = now() - interval '1 s' WHERE name = '%s'",
             name);
    on_server(sql);
}

/* Accept a run of ann's, in this turn. Returns its number. */
static int64_t
accept(struct store *store, const char *thread, const char *name)
{
    char key[] = "0123456789abcdef0123456789abcdef", owner[] = "ann", said[] = "a hat", run_id[32];
    struct store_run run = { .key = key, .owner = owner, .run_id = run_id, .said = said };
    struct store_thread found;

    snprintf(run_id, sizeof run_id, "%s", name);
    assert_int_equal(store_thread_make(store, owner, thread, 1, &found), 0);
    assert_string_equal(found.at, "");
    run.thread_id = found.id;
    store_thread_clear(&found);
    assert_int_equal(store_run_add(store, &run, 1), 0);
    assert_true(run.id > 0);
    return run.id;
}

static int64_t
accepted(struct store *store, const char *thread, const char *name)
{
    int64_t id = accept(store, thread, name);

    assert_int_equal(store_commit(store, true), 0);
    return id;
}

static void
assert_run_is_at(struct store *store, const char *name, const char *at)
{
    struct store_run run;

    assert_int_equal(store_run_find(store, "ann", name, &run), 0);
    assert_true(run.id > 0);
    assert_string_equal(run.at, at);
    store_run_clear(&run);
}

static void
assert_thread_is_at(struct store *store, const char *name, const char *at)
{
    struct store_thread thread;

    assert_int_equal(store_thread_find(store, "ann", name, &thread), 0);
    assert_string_equal(thread.at, at);
    store_thread_clear(&thread);
}

static size_t
unfinished(struct store *store)
{
    struct store_run *runs;
    size_t count;

    assert_int_equal(store_runs_unfinished(store, &runs, &count), 0);
    for (size_t i = 0; i < count; i++)
        store_run_clear(&runs[i]);
    free(runs);
    return count;
}

static struct lease_seen
renewed(struct store *store)
{
    struct lease_seen seen;

    assert_int_equal(store_renew(store, &seen), 0);
    return seen;
}

/* -- whose it is --------------------------------------------------------------------------------- */

static void
a_run_is_its_acceptors_until_it_has_ended(void **state)
{
    struct both *both = both_of(state);
    int64_t run = accepted(both->one, "t", "r");

    assert_run_is_at(both->one, "r", "");
    assert_thread_is_at(both->one, "t", "");
    assert_run_is_at(both->two, "r", "one");
    assert_thread_is_at(both->two, "t", "one");
    assert_int_equal(unfinished(both->one), 1);
    assert_int_equal(unfinished(both->two), 0);
    assert_int_equal(store_run_set_state(both->one, run, STORE_RUN_ENDED, 2), 0);
    assert_int_equal(store_commit(both->one, false), 0);
    assert_run_is_at(both->two, "r", "");
    assert_thread_is_at(both->two, "t", "");
    assert_true(accepted(both->two, "t", "r2") > run);
    assert_thread_is_at(both->one, "t", "two");
}

static void
a_thread_in_which_another_is_about_to_accept_is_not_free(void **state)
{
    struct both *both = both_of(state);
    struct store_thread thread;

    accepted(both->one, "t", "before");
    assert_int_equal(store_run_set_state(both->one, 1, STORE_RUN_ENDED, 2), 0);
    assert_int_equal(store_commit(both->one, false), 0);
    accept(both->one, "t", "r");
    assert_int_equal(store_thread_make(both->two, "ann", "t", 1, &thread), 0);
    assert_string_equal(thread.at, "-");
    store_thread_clear(&thread);
    assert_int_equal(store_commit(both->two, false), 0);
    assert_int_equal(store_commit(both->one, true), 0);
    assert_int_equal(store_thread_make(both->two, "ann", "t", 1, &thread), 0);
    assert_string_equal(thread.at, "one");
    store_thread_clear(&thread);
}

static void
a_run_of_the_same_id_is_not_added_twice(void **state)
{
    struct both *both = both_of(state);
    char key[] = "k", owner[] = "ann", run_id[] = "r", said[] = "a hat";
    struct store_run again = { .key = key, .owner = owner, .run_id = run_id, .said = said };
    struct store_thread thread;

    accepted(both->one, "t", "r");
    assert_int_equal(store_thread_make(both->two, "ann", "another", 1, &thread), 0);
    again.thread_id = thread.id;
    store_thread_clear(&thread);
    assert_int_equal(store_run_add(both->two, &again, 1), 0);
    assert_int_equal(again.id, 0);
    assert_int_equal(store_commit(both->two, true), 0);
    assert_false(store_is_lost(both->two));
}

/* -- leases -------------------------------------------------------------------------------------- */

static void
a_renewal_says_how_the_others_are(void **state)
{
    struct both *both = both_of(state);
    struct lease_seen seen = renewed(both->one);

    assert_true(seen.held);
    assert_int_equal(seen.ended, 0);
    assert_in_range(seen.next_ms, 50000, 60000);
    let_the_lease_end("two");
    seen = renewed(both->one);
    assert_true(seen.held);
    assert_int_equal(seen.ended, 1);
    assert_int_equal(seen.next_ms, -1);
    assert_true(renewed(both->two).held); /* it was only late: nobody had taken over */
    assert_int_equal(renewed(both->one).ended, 0);
}

static void
what_a_dead_one_led_is_taken_over_and_it_can_write_no_more(void **state)
{
    struct both *both = both_of(state);
    int64_t run = accepted(both->one, "t", "r"), other = accepted(both->two, "t2", "r2");

    assert_int_equal(store_event_add(both->one, run, 1, (struct bytes) { "{}", 2 }), 0);
    assert_int_equal(store_commit(both->one, false), 0);
    let_the_lease_end("one");
    assert_int_equal(store_take_over(both->two), 0);
    assert_int_equal(store_commit(both->two, true), 0);
    assert_int_equal(unfinished(both->two), 2);
    assert_run_is_at(both->two, "r", "");
    /* the dead one was only frozen: */
    assert_true(store_event_add(both->one, run, 2, (struct bytes) { "{}", 2 }) != 0 ||
                store_commit(both->one, false) != 0);
    store_rollback(both->one);
    assert_true(store_is_lost(both->one));
    assert_int_equal(on_server("SELECT count(*) FROM events"), 1);
    assert_int_equal(store_event_add(both->one, run, 2, (struct bytes) { "{}", 2 }), -1);
    assert_int_equal(store_commit(both->one, false), -1);
    /* and begins afresh, with nothing */
    assert_int_equal(store_join(both->one, "one", 60000, &both->lease_one), 0);
    assert_int_equal(unfinished(both->one), 0);
    assert_run_is_at(both->one, "r", "two");
    accepted(both->one, "t3", "r3");
    assert_run_is_at(both->two, "r3", "one");
    (void)other;
}

static void
a_frozen_one_learns_from_its_renewal_too(void **state)
{
    struct both *both = both_of(state);

    accepted(both->one, "t", "r");
    let_the_lease_end("one");
    assert_int_equal(store_take_over(both->two), 0);
    assert_int_equal(store_commit(both->two, true), 0);
    assert_false(renewed(both->one).held);
}

/* A transaction that is open when the lease ends is waited for: all of it is taken over, or nothing is. */
static void
a_turn_that_is_under_way_is_not_taken_over(void **state)
{
    struct both *both = both_of(state);

    accepted(both->one, "t", "r1");
    accept(both->one, "t2", "r2");
    let_the_lease_end("one");
    assert_int_equal(store_take_over(both->two), 0);
    assert_int_equal(store_commit(both->two, true), 0);
    assert_int_equal(unfinished(both->two), 0);
    assert_int_equal(store_commit(both->one, true), 0);
    assert_int_equal(store_take_over(both->two), 0);
    assert_int_equal(store_commit(both->two, true), 0);
    assert_int_equal(unfinished(both->two), 2);
}

static void
one_that_ends_in_good_order_gives_its_runs_up_at_once(void **state)
{
    struct both *both = both_of(state);

    accepted(both->one, "t", "r");
    store_close(&both->one, true);
    assert_int_equal(renewed(both->two).ended, 1);
    assert_int_equal(store_take_over(both->two), 0);
    assert_int_equal(store_commit(both->two, true), 0);
    assert_int_equal(unfinished(both->two), 1);
    assert_int_equal(renewed(both->two).ended, 0);
}

static void
two_that_see_the_same_run_without_a_leader_do_not_both_take_it(void **state)
{
    struct both *both = both_of(state);
    struct store *third = store_open(getenv("ENSEMBLE_STORE"));
    int64_t lease = 0;

    assert_int_equal(store_join(third, "three", 60000, &lease), 0);
    accepted(third, "t", "r");
    store_close(&third, true);
    assert_int_equal(store_take_over(both->one), 0);
    assert_int_equal(unfinished(both->one), 1); /* in a transaction that is open */
    assert_int_equal(store_take_over(both->two), 0);
    assert_int_equal(store_commit(both->two, true), 0); /* does not wait for it */
    assert_int_equal(unfinished(both->two), 0);
    assert_int_equal(store_commit(both->one, true), 0);
    assert_int_equal(store_take_over(both->two), 0);
    assert_int_equal(store_commit(both->two, true), 0);
    assert_int_equal(unfinished(both->two), 0);
    assert_int_equal(unfinished(both->one), 1);
}

/* Another process, that knows which lease the dead one had. */
static void
who_comes_after_a_dead_one_need_not_wait_for_its_lease(void **state)
{
    struct both *both = both_of(state);
    int64_t run = accepted(both->one, "t", "r");

    assert_int_equal(store_join(both->two, "two", 60000, &both->lease_one), 0);
    assert_int_equal(store_take_over(both->two), 0);
    assert_int_equal(store_commit(both->two, true), 0);
    assert_int_equal(unfinished(both->two), 1);
    assert_true(store_run_set_state(both->one, run, STORE_RUN_ENDED, 1) != 0 ||
                store_commit(both->one, true) != 0);
    assert_true(store_is_lost(both->one));
}

/* -- the server is away -------------------------------------------------------------------------- */

static void
a_lost_connection_is_a_lost_store_until_it_is_joined_again(void **state)
{
    struct both *both = both_of(state);
    struct store_run run;
    int64_t id = accepted(both->one, "t", "r"), begun_ms;

    assert_int_equal(store_event_add(both->one, id, 1, (struct bytes) { "{}", 2 }), 0);
    on_server("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
              "AND application_name = 'ensemble' AND datname = current_database()");
    assert_true(store_commit(both->one, false) != 0);
    store_rollback(both->one);
    assert_true(store_is_lost(both->one));
    begun_ms = clock_now_ms();
    assert_int_equal(store_run_find(both->one, "ann", "r", &run), -1);
    assert_in_range(clock_now_ms() - begun_ms, 0, 100); /* at once */
    while (store_join(both->one, "one", 60000, &both->lease_one) != 0)
        assert_in_range(clock_now_ms() - begun_ms, 0, 20000);
    assert_int_equal(store_take_over(both->one), 0);
    assert_int_equal(unfinished(both->one), 1);
    assert_int_equal(store_commit(both->one, true), 0);
    assert_int_equal(on_server("SELECT count(*) FROM events"), 0);
    assert_int_equal(store_event_add(both->one, id, 1001, (struct bytes) { "{}", 2 }), 0);
    assert_int_equal(store_commit(both->one, false), 0);
}

static void
tables_of_a_later_version_are_refused(void **state)
{
    both_of(state);
    on_server("UPDATE meta SET value = '99' WHERE name = 'version'");
    assert_null(store_open(getenv("ENSEMBLE_STORE")));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_both, close_both)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_run_is_its_acceptors_until_it_has_ended),
        TEST(a_thread_in_which_another_is_about_to_accept_is_not_free),
        TEST(a_run_of_the_same_id_is_not_added_twice),
        TEST(a_renewal_says_how_the_others_are),
        TEST(what_a_dead_one_led_is_taken_over_and_it_can_write_no_more),
        TEST(a_frozen_one_learns_from_its_renewal_too),
        TEST(a_turn_that_is_under_way_is_not_taken_over),
        TEST(one_that_ends_in_good_order_gives_its_runs_up_at_once),
        TEST(two_that_see_the_same_run_without_a_leader_do_not_both_take_it),
        TEST(who_comes_after_a_dead_one_need_not_wait_for_its_lease),
        TEST(a_lost_connection_is_a_lost_store_until_it_is_joined_again),
        TEST(tables_of_a_later_version_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
