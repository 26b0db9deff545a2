#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "orchestrator/store_schema.h"
#include "orchestrator/store_sqlite.h"
#include "tests/orchestrator/fake_disk.h"

/* The power goes at any moment, on disks that keep, tear or forget what was not synced: the store opens
 * and holds every query that was accepted. POWER_CUTS says how often (1,000 in CI, else 200), POWER_SEED
 * where. */

enum { RUNS = 240, OLD_RUNS = 300, CHECKPOINT_PAGES = 25 };

struct accepted {
    char run_id[24];
    size_t from;  /* operations that were done when its acceptance was told */
    size_t until; /* ... and when it began to be forgotten */
};

struct workload {
    char folder[64], path[96]; /* where it is recorded */
    char cut_folder[64], cut_path[96];
    struct accepted accepted[RUNS + OLD_RUNS];
    size_t count;
    size_t migration_from, migration_until; /* operations in which the file changes its version */
};

static unsigned
number_from(const char *name, unsigned other)
{
    const char *value = getenv(name);

    return value == NULL ? other : (unsigned)atoi(value);
}

static unsigned
cuts(void)
{
    return number_from("POWER_CUTS", getenv("CI") == NULL ? 200 : 1000);
}

/* A folder in memory, where a thousand stores can be opened quickly. */
static void
make_folder(char folder[64], char path[96])
{
    strcpy(folder, access("/dev/shm", W_OK) == 0 ? "/dev/shm/power-cut-XXXXXX" : "/tmp/power-cut-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, 96, "%s/store.sqlite", folder);
}

static void
remove_folder(const char *folder)
{
    static const char *const names[] = { "", "-wal", "-shm", "-journal", ".lock" };
    char name[128];

    for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
        snprintf(name, sizeof name, "%s/store.sqlite%s", folder, names[n]);
        unlink(name);
    }
    rmdir(folder);
}

static int
set_up(void **state)
{
    struct workload *work = calloc(1, sizeof *work);

    log_set_level("error");
    make_folder(work->folder, work->path);
    make_folder(work->cut_folder, work->cut_path);
    *state = work;
    return 0;
}

static int
tear_down(void **state)
{
    struct workload *work = *state;

    fake_disk_clear();
    remove_folder(work->folder);
    remove_folder(work->cut_folder);
    free(work);
    return 0;
}

/* -- what is going on when the power goes ------------------------------------------------------- */

/* Accept a run in one of eight threads; its words say what it is called. */
static void
accept_run(struct store *store, const char *run_id, bool sync)
{
    char key[40], owner[] = "ann", id[24], name[16];
    struct store_thread thread;
    struct store_run run = { .key = key, .owner = owner, .run_id = id, .said = id };

    snprintf(id, sizeof id, "%s", run_id);
    snprintf(key, sizeof key, "%032d", atoi(run_id + 1));
    snprintf(name, sizeof name, "t%d", atoi(run_id + 1) % 8);
    assert_int_equal(store_thread_make(store, "ann", name, 1, &thread), 0);
    run.thread_id = thread.id;
    store_thread_clear(&thread);
    assert_int_equal(store_run_add(store, &run, 1), 0);
    assert_int_equal(store_commit(store, sync), 0);
}

/* What a run writes after its acceptance, no turn of it synced: pages old and new. */
static void
write_events(struct store *store, int64_t run, int turns)
{
    char event[700];

    memset(event, 'e', sizeof event);
    for (int turn = 0; turn < turns; turn++) {
        for (int n = 0; n < 4; n++)
            assert_int_equal(
                store_event_add(store, run, turn * 4 + n + 1, (struct bytes) { event, sizeof event }), 0);
        assert_int_equal(store_commit(store, false), 0);
    }
}

/* Forget thread T7 and with it every run that is in it. */
static void
forget_a_thread(struct workload *work, struct store *store)
{
    bool found;

    for (size_t n = 0; n < work->count; n++)
        if (atoi(work->accepted[n].run_id + 1) % 8 == 7 && work->accepted[n].until == SIZE_MAX)
            work->accepted[n].until = fake_disk_count();
    assert_int_equal(store_thread_forget(store, "ann", "t7", &found), 0);
    assert_int_equal(store_commit(store, true), 0);
}

static void
accept_many(struct workload *work, struct store *store, bool sync)
{
    sqlite3_wal_autocheckpoint(store_file(store)->db, CHECKPOINT_PAGES);
    for (int n = 0; n < RUNS; n++) {
        struct accepted *accepted = &work->accepted[work->count];

        snprintf(accepted->run_id, sizeof accepted->run_id, "r%d", n);
        accept_run(store, accepted->run_id, sync);
        accepted->from = fake_disk_count();
        accepted->until = SIZE_MAX;
        work->count++;
        write_events(store, sqlite3_last_insert_rowid(store_file(store)->db), n % 3);
        if (n % 60 == 59)
            forget_a_thread(work, store);
    }
}

/* A file of version 1 with runs in it, as a program of that time would have left it. */
static void
make_old_file(struct workload *work)
{
    sqlite3 *db;
    char sql[400];

    assert_int_equal(sqlite3_open(work->path, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(db, "PRAGMA synchronous = EXTRA; PRAGMA journal_mode = WAL", NULL, NULL, NULL),
        SQLITE_OK);
    assert_int_equal(store_schema_migrate(db, work->path, 1), 0);
    for (int n = 0; n < OLD_RUNS; n++) {
        struct accepted *accepted = &work->accepted[work->count++];

        snprintf(accepted->run_id, sizeof accepted->run_id, "o%d", n);
        snprintf(sql, sizeof sql,
                 "INSERT INTO threads (owner, thread, made_ms, touched_ms) VALUES ('ann', 'o%d', 1, 1);"
                 "INSERT INTO runs (thread, key, owner, run_id, said, state, begun_ms, changed_ms)"
                 " VALUES (last_insert_rowid(), '%d', 'ann', 'o%d', 'o%d', 0, 1, 1);",
                 n, n, n, n);
        assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
        accepted->from = fake_disk_count();
        accepted->until = SIZE_MAX;
    }
    sqlite3_exec(db, "INSERT INTO meta VALUES ('clean', '0')", NULL, NULL, NULL);
    sqlite3_close(db);
}

/* -- afterwards --------------------------------------------------------------------------------- */

static void
check_integrity(struct store *store)
{
    sqlite3_stmt *statement;

    assert_int_equal(
        sqlite3_prepare_v2(store_file(store)->db, "PRAGMA integrity_check", -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    assert_string_equal((const char *)sqlite3_column_text(statement, 0), "ok");
    sqlite3_finalize(statement);
}

/* How many of the queries that were accepted before operation N does the store not hold? */
static int
count_lost(const struct workload *work, struct store *store, size_t n)
{
    int lost = 0;

    for (size_t m = 0; m < work->count; m++) {
        const struct accepted *accepted = &work->accepted[m];
        struct store_run run;

        if (accepted->from > n || accepted->until <= n)
            continue;
        assert_int_equal(store_run_find(store, "ann", accepted->run_id, &run), 0);
        if (run.id == 0 || strcmp(run.said, accepted->run_id) != 0)
            lost++;
        store_run_clear(&run);
    }
    return lost;
}

/* Cut the power in operation N and open what is found. Returns how many accepted queries are lost. */
static int
cut(struct workload *work, size_t n, enum fake_disk_cut how, unsigned seed)
{
    struct store *store;
    int lost;

    fake_disk_lay_out(work->cut_folder, n, how, seed);
    store = store_open(work->cut_path);
    if (store == NULL)
        print_error("operation %zu, disk %d, seed %u\n", n, how, seed);
    assert_non_null(store);
    check_integrity(store);
    if ((lost = count_lost(work, store, n)) > 0)
        print_message("operation %zu, disk %d, seed %u: %d lost\n", n, how, seed, lost);
    accept_run(store, "r9999", true); /* and it takes new ones */
    store_close(&store, true);
    return lost;
}

static int
ascending(const void *one, const void *two)
{
    size_t a = *(const size_t *)one, b = *(const size_t *)two;

    return a < b ? -1 : a > b;
}

/* A moment of the recording, every third one while the log is moved into the file. */
static size_t
pick(size_t from, size_t until, unsigned *seed)
{
    bool in_checkpoint = rand_r(seed) % 3 == 0;
    size_t n = from;

    for (int tries = 0; tries < 1000; tries++) {
        n = from + (size_t)rand_r(seed) % (until - from);
        if (!in_checkpoint || fake_disk_is_database_write(n))
            break;
    }
    return n;
}

/* Cut COUNT times between FROM and UNTIL. Returns how many accepted queries were lost in all. */
static int
cut_often(struct workload *work, size_t from, size_t until, unsigned count)
{
    unsigned seed = number_from("POWER_SEED", 20261122), checkpoints = 0;
    size_t *moments = calloc(count, sizeof *moments);
    int lost = 0;

    for (unsigned n = 0; n < count; n++)
        moments[n] = pick(from, until, &seed);
    qsort(moments, count, sizeof *moments, ascending);
    for (unsigned n = 0; n < count; n++) {
        checkpoints += fake_disk_is_database_write(moments[n]);
        lost += cut(work, moments[n], (enum fake_disk_cut)(rand_r(&seed) % FAKE_DISK_CUTS), seed);
    }
    fake_disk_rewind();
    print_message("%u cuts in %zu operations, %u of them in a checkpoint: %d queries lost\n", count,
                  until - from, checkpoints, lost);
    free(moments);
    return lost;
}

/* -- the tests ---------------------------------------------------------------------------------- */

static void
no_accepted_query_is_lost_whenever_the_power_goes(void **state)
{
    struct workload *work = *state;
    struct store *store;

    fake_disk_start();
    assert_non_null(store = store_open(work->path));
    accept_many(work, store, true);
    store_close(&store, true);
    fake_disk_stop();
    assert_int_equal(cut_often(work, 0, fake_disk_count(), cuts() * 7 / 10), 0);
}

static void
no_accepted_query_is_lost_when_the_power_goes_in_a_migration(void **state)
{
    struct workload *work = *state;
    struct store *store;

    fake_disk_start();
    make_old_file(work);
    work->migration_from = fake_disk_count();
    assert_non_null(store = store_open(work->path));
    store_close(&store, true);
    work->migration_until = fake_disk_count();
    fake_disk_stop();
    assert_int_equal(cut_often(work, work->migration_from, work->migration_until, cuts() * 3 / 10), 0);
}

/* The test has eyes: the same moments, but nobody asked for a sync. */
static void
without_a_sync_queries_would_be_lost(void **state)
{
    struct workload *work = *state;
    struct store *store;

    fake_disk_start();
    assert_non_null(store = store_open(work->path));
    accept_many(work, store, false);
    store_close(&store, true);
    fake_disk_stop();
    assert_true(cut_often(work, 0, fake_disk_count(), 30) > 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(no_accepted_query_is_lost_whenever_the_power_goes),
        TEST(no_accepted_query_is_lost_when_the_power_goes_in_a_migration),
        TEST(without_a_sync_queries_would_be_lost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
