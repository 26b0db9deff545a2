#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/postgres.h"
#include "orchestrator/store_schema.h"
#include "orchestrator/store_sqlite.h"
#include "tests/orchestrator/fake_disk.h"

/* The store as its contract says: on a real file in a folder of its own for each test; or, where
 * ENSEMBLE_STORE names one, on a server in a schema that is the tests' own (tests/system/test_several.py does
 * that). */

struct place {
    char folder[64];
    char path[256];
    struct store *store;
};

static const char *
server(void)
{
    return getenv("ENSEMBLE_STORE");
}

static void
open_store(struct place *place)
{
    int64_t lease = 0;

    assert_non_null(place->store = store_open(place->path));
    assert_int_equal(store_join(place->store, "one", 60000, &lease), 0);
}

/* Do SQL beside the store. Returns the first number that it gives. */
static int64_t
on_server(const char *sql)
{
    struct postgres *postgres = postgres_open(server(), 0, "SET client_min_messages = warning");
    PGresult *rows = postgres_query(postgres, sql, NULL, 0, false);
    int64_t answer = PQntuples(rows) > 0 ? strtoll(PQgetvalue(rows, 0, 0), NULL, 10) : 0;

    PQclear(rows);
    postgres_close(&postgres);
    return answer;
}

static int
open_place(void **state)
{
    struct place *place = calloc(1, sizeof *place);

    strcpy(place->folder, "/tmp/test-store-XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    if (server() == NULL) {
        snprintf(place->path, sizeof place->path, "%s/store.sqlite", place->folder);
    } else {
        snprintf(place->path, sizeof place->path, "%s", server());
        on_server("DROP TABLE IF EXISTS meta, orchestrators, threads, messages, runs, steps, events");
        on_server("DROP FUNCTION IF EXISTS store_fence");
    }
    open_store(place);
    *state = place;
    return 0;
}

static sqlite3 *
db(struct store *store)
{
    return store_file(store)->db;
}

/* A write that can't be has failed, or will at the latest with the commit. */
static void
assert_refused(struct store *store, int status)
{
    assert_true(status != 0 || store_commit(store, false) != 0);
    store_rollback(store);
}

static int
close_place(void **state)
{
    static const char *const endings[] = { "", "-wal", "-shm", ".lock" };
    struct place *place = *state;
    char name[300];

    store_close(&place->store, true);
    for (size_t n = 0; n < sizeof endings / sizeof *endings; n++) {
        snprintf(name, sizeof name, "%s%s", place->path, endings[n]);
        if (server() == NULL)
            unlink(name);
    }
    rmdir(place->folder);
    free(place);
    return 0;
}

static void
reopen(struct place *place, bool clean)
{
    store_close(&place->store, clean);
    open_store(place);
}

/* What is logged by opening PATH, which must fail; freed by the caller. */
static char *
complaint_of_opening(const char *path)
{
    FILE *log = tmpfile();
    char *said = calloc(1, 2000);
    int kept = dup(STDERR_FILENO);
    struct store *store;

    assert_non_null(log);
    dup2(fileno(log), STDERR_FILENO);
    store = store_open(path);
    dup2(kept, STDERR_FILENO);
    close(kept);
    rewind(log);
    assert_true(fread(said, 1, 1999, log) > 0);
    fclose(log);
    assert_null(store);
    return said;
}

static int64_t
make_thread(struct store *store, const char *owner, const char *name, int64_t wall_ms)
{
    struct store_thread thread;
    int64_t id;

    assert_int_equal(store_thread_make(store, owner, name, wall_ms, &thread), 0);
    id = thread.id;
    store_thread_clear(&thread);
    return id;
}

static int64_t
make_run(struct store *store, int64_t thread, const char *run_id, enum store_run_state run_state,
         int64_t wall_ms)
{
    char key[] = "0123456789abcdef0123456789abcdef", owner[] = "ann", said[] = "a hat", id[32];
    struct store_run run = { .thread_id = thread, .key = key, .owner = owner, .run_id = id, .said = said };

    snprintf(id, sizeof id, "%s", run_id);
    run.state = run_state;
    assert_int_equal(store_run_add(store, &run, wall_ms), 0);
    assert_true(run.id > 0);
    return run.id;
}

static void
add_message(struct store *store, int64_t thread, int64_t run, const char *role, const char *words,
            const char *mark)
{
    json_t *message = json_pack("{s:s, s:s, s:s}", "id", words, "role", role, "content", words);

    assert_int_equal(store_message_add(store, thread, run, message, words, mark, 1), 0);
    json_decref(message);
}

static void
assert_json(json_t *value, const char *expected)
{
    char *dump = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);

    assert_string_equal(dump, expected);
    free(dump);
    json_decref(value);
}

/* -- opening ------------------------------------------------------------------------------------ */

static void
a_new_store_is_clean_and_has_a_salt_that_stays(void **state)
{
    struct place *place = *state;
    char salt[64];

    assert_true(store_was_unclean(place->store) == (server() != NULL)); /* of a server it can't be known */
    assert_int_equal(strlen(store_salt(place->store)), 32);
    strcpy(salt, store_salt(place->store));
    reopen(place, true);
    assert_string_equal(store_salt(place->store), salt);
}

static void
only_an_end_in_good_order_is_clean(void **state)
{
    struct place *place = *state;

    reopen(place, true);
    assert_false(store_was_unclean(place->store));
    reopen(place, false);
    assert_true(store_was_unclean(place->store));
    reopen(place, true);
    assert_false(store_was_unclean(place->store));
}

static void
closing_nothing_is_fine(void **state)
{
    struct store *none = NULL;

    (void)state;
    store_close(&none, true);
    assert_null(none);
}

static void
a_second_opener_is_told_who_has_the_file(void **state)
{
    struct place *place = *state;
    char *said = complaint_of_opening(place->path), pid[32];

    snprintf(pid, sizeof pid, "in use by process %ld:", (long)getpid());
    assert_non_null(strstr(said, pid));
    free(said);
    assert_int_equal(store_commit(place->store, true), 0); /* and the first one does not mind */
}

static void
a_folder_that_is_not_there_is_said(void **state)
{
    char *said = complaint_of_opening("/tmp/no/such/folder/store.sqlite");

    (void)state;
    assert_non_null(strstr(said, "the folder must be there and writable"));
    free(said);
}

static void
a_file_that_may_not_be_written_is_said(void **state)
{
    struct place *place = *state;
    char *said, lock[300];

    store_close(&place->store, true);
    snprintf(lock, sizeof lock, "%s.lock", place->path);
    chmod(place->folder, 0755);
    chmod(place->path, 0444);
    chmod(lock, 0666);
    if (geteuid() == 0)
        assert_int_equal(seteuid(65534), 0);
    said = complaint_of_opening(place->path);
    if (getuid() == 0)
        assert_int_equal(seteuid(0), 0);
    assert_non_null(strstr(said, "may not be written"));
    free(said);
}

static void
overwrite(const char *path, const void *bytes, size_t size, long at)
{
    FILE *file = fopen(path, "r+");

    assert_non_null(file);
    fseek(file, at, SEEK_SET);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

static void
a_file_that_is_no_database_is_said(void **state)
{
    struct place *place = *state;
    char *said;

    store_close(&place->store, true);
    overwrite(place->path, "Dear diary, today", 17, 0);
    said = complaint_of_opening(place->path);
    assert_non_null(strstr(said, "not a database"));
    free(said);
}

static void
a_damaged_page_is_found_after_an_unclean_end(void **state)
{
    struct place *place = *state;
    char *said, rubbish[4096];

    for (int n = 0; n < 500; n++) {
        char name[32];

        snprintf(name, sizeof name, "thread-%d", n);
        make_thread(place->store, "ann", name, 1);
    }
    store_close(&place->store, true);
    assert_non_null(place->store = store_open(place->path));
    store_close(&place->store, false);
    memset(rubbish, 0x5a, sizeof rubbish);
    for (long page = 3; page < 24; page++) /* not those that opening itself reads */
        overwrite(place->path, rubbish, sizeof rubbish, page * 4096);
    said = complaint_of_opening(place->path);
    assert_non_null(strstr(said, "put back a copy, or move it away"));
    free(said);
}

/* -- migrations --------------------------------------------------------------------------------- */

/* Make PATH a file of VERSION with one waiting run in it, as a program of that time would have. */
static void
make_old_file(const char *path, int version)
{
    sqlite3 *db;

    unlink(path);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(store_schema_migrate(db, path, version), 0);
    assert_int_equal(
        sqlite3_exec(db,
                     "INSERT INTO threads (owner, thread, made_ms, touched_ms) VALUES ('ann', 'old', 1, 1);"
                     "INSERT INTO runs (thread, key, owner, run_id, said, state, begun_ms, changed_ms)"
                     " VALUES (1, 'k', 'ann', 'r', 'a hat', 0, 1, 1);",
                     NULL, NULL, NULL),
        SQLITE_OK);
    sqlite3_close(db);
}

static void
every_older_version_is_brought_up_to_date(void **state)
{
    struct place *place = *state;

    for (int version = 1; version <= store_schema_version(); version++) {
        struct store_run *runs;
        size_t count;

        store_close(&place->store, true);
        make_old_file(place->path, version);
        assert_non_null(place->store = store_open(place->path));
        assert_int_equal(store_runs_unfinished(place->store, &runs, &count), 0);
        assert_int_equal(count, 1);
        assert_string_equal(runs[0].thread, "old");
        store_run_clear(&runs[0]);
        free(runs);
    }
}

static void
a_migrated_file_has_the_tables_of_a_new_one(void **state)
{
    struct place *place = *state;
    static const char *const shape = "SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_master "
                                     "WHERE sql IS NOT NULL ORDER BY name)";
    char *made[2] = { NULL, NULL };

    for (int n = 0; n < 2; n++) {
        sqlite3_stmt *statement;

        assert_int_equal(sqlite3_prepare_v2(db(place->store), shape, -1, &statement, NULL), SQLITE_OK);
        assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
        made[n] = strdup((const char *)sqlite3_column_text(statement, 0));
        sqlite3_finalize(statement);
        if (n == 0) {
            store_close(&place->store, true);
            make_old_file(place->path, 1);
            assert_non_null(place->store = store_open(place->path));
        }
    }
    assert_string_equal(made[0], made[1]);
    free(made[0]);
    free(made[1]);
}

static void
a_file_of_a_later_version_is_refused(void **state)
{
    struct place *place = *state;
    char *said;

    assert_int_equal(sqlite3_exec(db(place->store), "PRAGMA user_version = 99", NULL, NULL, NULL), SQLITE_OK);
    store_close(&place->store, true);
    said = complaint_of_opening(place->path);
    assert_non_null(strstr(said, "of version 99"));
    free(said);
}

static void
a_database_of_another_program_is_left_alone(void **state)
{
    struct place *place = *state;
    sqlite3 *db;
    char *said;

    store_close(&place->store, true);
    unlink(place->path);
    assert_int_equal(sqlite3_open(place->path, &db), SQLITE_OK);
    sqlite3_exec(db, "CREATE TABLE recipes (name TEXT)", NULL, NULL, NULL);
    sqlite3_close(db);
    said = complaint_of_opening(place->path);
    assert_non_null(strstr(said, "of another program"));
    free(said);
}

static void
a_migration_that_fails_leaves_no_trace(void **state)
{
    struct place *place = *state;
    sqlite3 *db;
    char *said;

    store_close(&place->store, true);
    make_old_file(place->path, 1);
    assert_int_equal(sqlite3_open(place->path, &db), SQLITE_OK);
    sqlite3_exec(db, "CREATE TABLE threads_touched (in_the TEXT)", NULL, NULL, NULL); /* step 2's name */
    said = complaint_of_opening(place->path);
    assert_non_null(strstr(said, "could not be brought to version 2"));
    free(said);
    sqlite3_exec(db, "DROP TABLE threads_touched", NULL, NULL, NULL);
    sqlite3_close(db);
    assert_non_null(place->store = store_open(place->path));
}

/* -- commit and rollback ------------------------------------------------------------------------ */

static void
what_is_not_committed_is_gone(void **state)
{
    struct place *place = *state;
    struct store_thread thread;

    make_thread(place->store, "ann", "kept", 1);
    assert_int_equal(store_commit(place->store, false), 0);
    make_thread(place->store, "ann", "rolled back", 1);
    store_rollback(place->store);
    make_thread(place->store, "ann", "never committed", 1);
    reopen(place, false);
    assert_int_equal(store_thread_find(place->store, "ann", "kept", &thread), 0);
    assert_true(thread.id > 0);
    store_thread_clear(&thread);
    assert_int_equal(store_thread_find(place->store, "ann", "rolled back", &thread), 0);
    assert_int_equal(thread.id, 0);
    assert_int_equal(store_thread_find(place->store, "ann", "never committed", &thread), 0);
    assert_int_equal(thread.id, 0);
}

static void
committing_nothing_is_fine(void **state)
{
    struct place *place = *state;

    assert_int_equal(store_commit(place->store, true), 0);
    assert_int_equal(store_commit(place->store, false), 0);
    store_rollback(place->store);
    assert_int_equal(store_commit(place->store, true), 0);
}

static void
a_commit_is_synced_only_when_that_is_asked(void **state)
{
    struct place *place = *state;

    make_thread(place->store, "ann", "one", 1);
    assert_int_equal(store_commit(place->store, false), 0);
    assert_true(store_file(place->store)->unsynced);
    assert_int_equal(store_commit(place->store, true), 0); /* nothing new: but the former is not there yet */
    assert_false(store_file(place->store)->unsynced);
    make_thread(place->store, "ann", "two", 1);
    assert_int_equal(store_commit(place->store, true), 0);
    assert_false(store_file(place->store)->unsynced);
}

/* Make every write fail by PRAGMA, see that all of the turn fails, undo it and see that it goes on. */
static void
fails_until_rollback(struct place *place, const char *pragma, const char *undo)
{
    struct store_thread thread;
    char large[20000];
    bool found;

    make_thread(place->store, "ann", "before", 1);
    assert_int_equal(store_commit(place->store, true), 0);
    assert_int_equal(sqlite3_exec(db(place->store), pragma, NULL, NULL, NULL), SQLITE_OK);
    memset(large, 'x', sizeof large - 1);
    large[sizeof large - 1] = '\0';
    assert_int_equal(store_thread_make(place->store, "ann", large, 1, &thread), -1);
    assert_int_equal(store_thread_find(place->store, "ann", "before", &thread), -1);
    assert_int_equal(store_thread_forget(place->store, "ann", "before", &found), -1);
    assert_false(found);
    assert_int_equal(store_commit(place->store, true), -1);
    store_rollback(place->store);
    assert_int_equal(sqlite3_exec(db(place->store), undo, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(store_thread_find(place->store, "ann", "before", &thread), 0);
    assert_true(thread.id > 0);
    store_thread_clear(&thread);
    make_thread(place->store, "ann", large, 1);
    assert_int_equal(store_commit(place->store, true), 0);
}

static void
a_full_disk_fails_the_turn_and_no_later_one(void **state)
{
    fails_until_rollback(*state, "PRAGMA max_page_count = 1", "PRAGMA max_page_count = 1000000");
}

static void
a_store_turned_read_only_fails_the_turn_and_no_later_one(void **state)
{
    fails_until_rollback(*state, "PRAGMA query_only = 1", "PRAGMA query_only = 0");
}

static void
another_writer_fails_the_turn_and_no_later_one(void **state)
{
    struct place *place = *state;
    struct store_thread thread;
    sqlite3 *other;

    assert_int_equal(sqlite3_open(place->path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(store_thread_make(place->store, "ann", "one", 1, &thread), -1);
    assert_int_equal(store_commit(place->store, true), -1);
    store_rollback(place->store);
    sqlite3_close(other);
    make_thread(place->store, "ann", "one", 1);
    assert_int_equal(store_commit(place->store, true), 0);
}

static void
a_full_disk_is_noticed_at_the_commit_too(void **state)
{
    struct place *place = *state;
    struct store_thread thread;

    store_close(&place->store, true);
    fake_disk_start();
    assert_non_null(place->store = store_open(place->path));
    make_thread(place->store, "ann", "one", 1); /* in memory so far */
    fake_disk_set_fault(FAKE_DISK_FULL);
    assert_int_equal(store_commit(place->store, true), -1);
    store_rollback(place->store);
    assert_false(store_is_lost(place->store));
    fake_disk_set_fault(FAKE_DISK_WELL);
    assert_int_equal(store_thread_find(place->store, "ann", "one", &thread), 0);
    assert_int_equal(thread.id, 0);
    make_thread(place->store, "ann", "two", 1);
    assert_int_equal(store_commit(place->store, true), 0);
    store_close(&place->store, true);
    fake_disk_stop();
    fake_disk_clear();
}

static void
after_a_sync_that_failed_nothing_is_accepted_any_more(void **state)
{
    struct place *place = *state;
    struct store_thread thread;

    store_close(&place->store, true);
    fake_disk_start();
    assert_non_null(place->store = store_open(place->path));
    make_thread(place->store, "ann", "one", 1);
    fake_disk_set_fault(FAKE_DISK_UNSYNCED);
    assert_int_equal(store_commit(place->store, true), -1);
    fake_disk_set_fault(FAKE_DISK_WELL);
    store_rollback(place->store);
    assert_true(store_is_lost(place->store));
    assert_int_equal(store_thread_make(place->store, "ann", "two", 1, &thread), -1);
    assert_int_equal(store_commit(place->store, true), -1);
    store_close(&place->store, true);
    fake_disk_stop();
    fake_disk_clear();
    assert_non_null(place->store = store_open(place->path));
    assert_true(store_was_unclean(place->store));
}

/* -- threads ------------------------------------------------------------------------------------ */

static void
a_thread_is_its_owners_alone(void **state)
{
    struct place *place = *state;
    struct store_thread thread;
    int64_t hers = make_thread(place->store, "ann", "t", 1), his = make_thread(place->store, "bob", "t", 1);

    assert_int_not_equal(hers, his);
    assert_int_equal(make_thread(place->store, "ann", "t", 2), hers);
    assert_int_equal(store_thread_find(place->store, "cy", "t", &thread), 0);
    assert_int_equal(thread.id, 0);
    store_thread_clear(&thread);
}

static void
a_thread_keeps_what_is_written_and_what_is_not(void **state)
{
    struct place *place = *state;
    struct store_thread thread;

    assert_int_equal(store_thread_make(place->store, "ann", "t", 1, &thread), 0);
    assert_string_equal(thread.thread, "t");
    assert_json(json_incref(thread.criteria), "{}");
    assert_json(json_incref(thread.profile), "{}");
    assert_json(json_incref(thread.shown), "[]");
    assert_json(json_incref(thread.wishes), "[]");
    json_object_set_new(thread.criteria, "size.letters",
                        json_pack("{s:s}", "label",
                                  "gr\xc3\xb6\xc3\x9f"
                                  "e M"));
    json_decref(thread.profile);
    thread.profile = NULL; /* not written */
    json_array_append_new(thread.shown, json_pack("{s:s}", "id", "LN-1"));
    json_array_append_new(thread.wishes, json_pack("{s:s}", "slot", "top"));
    assert_int_equal(store_thread_write(place->store, &thread, 2), 0);
    store_thread_clear(&thread);
    assert_int_equal(store_commit(place->store, false), 0);
    reopen(place, true);
    assert_int_equal(store_thread_find(place->store, "ann", "t", &thread), 0);
    assert_json(json_incref(thread.criteria), "{\"size.letters\":{\"label\":\"gr\xc3\xb6\xc3\x9f"
                                              "e M\"}}");
    assert_json(json_incref(thread.profile), "{}");
    assert_json(json_incref(thread.shown), "[{\"id\":\"LN-1\"}]");
    assert_json(json_incref(thread.wishes), "[{\"slot\":\"top\"}]");
    store_thread_clear(&thread);
}

static void
a_row_that_is_no_json_is_null(void **state)
{
    struct place *place = *state;
    struct store_thread thread;

    make_thread(place->store, "ann", "t", 1);
    sqlite3_exec(db(place->store), "UPDATE threads SET criteria = '{oops'", NULL, NULL, NULL);
    assert_int_equal(store_thread_find(place->store, "ann", "t", &thread), 0);
    assert_true(json_is_null(thread.criteria));
    store_thread_clear(&thread);
}

static int64_t
rows(struct store *store, const char *table)
{
    sqlite3_stmt *statement;
    char sql[64];
    int64_t count;

    snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", table);
    assert_int_equal(store_commit(store, false), 0);
    if (server() != NULL)
        return on_server(sql);
    assert_int_equal(sqlite3_prepare_v2(db(store), sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    count = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return count;
}

static void
forgetting_a_thread_leaves_nothing_of_it(void **state)
{
    struct place *place = *state;
    static const char *const tables[] = { "threads", "messages", "runs", "steps", "events" };
    int64_t thread = make_thread(place->store, "ann", "t", 1);
    int64_t run = make_run(place->store, thread, "r", STORE_RUN_RUNNING, 1);
    json_t *result = json_true();
    bool found;

    add_message(place->store, thread, run, "user", "a hat", "");
    assert_int_equal(store_step_put(place->store, run, "assess", result), 0);
    assert_int_equal(store_event_add(place->store, run, 1, (struct bytes) { "{}", 2 }), 0);
    assert_int_equal(store_thread_forget(place->store, "bob", "t", &found), 0);
    assert_false(found);
    assert_int_equal(store_thread_forget(place->store, "ann", "t", &found), 0);
    assert_true(found);
    for (size_t n = 0; n < sizeof tables / sizeof *tables; n++)
        assert_int_equal(rows(place->store, tables[n]), 0);
    assert_int_equal(store_thread_forget(place->store, "ann", "t", &found), 0);
    assert_false(found);
}

static void
what_comes_late_for_a_forgotten_run_is_dropped(void **state)
{
    struct place *place = *state;
    int64_t thread = make_thread(place->store, "ann", "t", 1);
    int64_t run = make_run(place->store, thread, "r", STORE_RUN_RUNNING, 1);
    bool found;

    assert_int_equal(store_thread_forget(place->store, "ann", "t", &found), 0);
    assert_int_equal(store_event_add(place->store, run, 1, (struct bytes) { "{}", 2 }), 0);
    assert_int_equal(store_step_put(place->store, run, "assess", json_true()), 0);
    assert_int_equal(store_run_set_state(place->store, run, STORE_RUN_ENDED, 2), 0);
    add_message(place->store, thread, run, "assistant", "late", "");
    assert_int_equal(store_commit(place->store, true), 0);
    assert_int_equal(rows(place->store, "messages"), 0);
    assert_int_equal(rows(place->store, "events"), 0);
}

static void
a_forgotten_number_is_not_given_again(void **state)
{
    struct place *place = *state;
    int64_t first = make_thread(place->store, "ann", "t", 1);
    int64_t run = make_run(place->store, first, "r", STORE_RUN_ENDED, 1);
    bool found;

    assert_int_equal(store_thread_forget(place->store, "ann", "t", &found), 0);
    assert_true(make_thread(place->store, "ann", "t", 1) > first);
    assert_true(make_run(place->store, make_thread(place->store, "ann", "t", 1), "r", STORE_RUN_ENDED, 1) >
                run);
}

static void
retention_forgets_the_untouched_and_leaves_the_unfinished(void **state)
{
    struct place *place = *state;
    struct store *store = place->store;
    struct store_thread thread;
    int forgotten;

    make_thread(store, "ann", "old", 100);
    make_run(store, make_thread(store, "ann", "old, ended", 100), "r1", STORE_RUN_ENDED, 100);
    make_run(store, make_thread(store, "ann", "old, waiting", 100), "r2", STORE_RUN_WAITING, 100);
    make_run(store, make_thread(store, "ann", "old, running", 100), "r3", STORE_RUN_RUNNING, 100);
    make_run(store, make_thread(store, "ann", "old, asked again", 100), "r4", STORE_RUN_ENDED, 900);
    assert_int_equal(store_thread_make(store, "ann", "old, written again", 100, &thread), 0);
    assert_int_equal(store_thread_write(store, &thread, 900), 0);
    assert_int_equal(store_thread_write(store, &thread, 50), 0); /* a clock set back makes nobody older */
    store_thread_clear(&thread);
    make_thread(store, "ann", "new", 900);
    assert_int_equal(store_forget_before(store, 500, 1, &forgotten), 0);
    assert_int_equal(forgotten, 1);
    assert_int_equal(store_forget_before(store, 500, 100, &forgotten), 0);
    assert_int_equal(forgotten, 1);
    assert_int_equal(store_forget_before(store, 500, 100, &forgotten), 0);
    assert_int_equal(forgotten, 0);
    assert_int_equal(rows(store, "threads"), 5);
}

/* -- messages ----------------------------------------------------------------------------------- */

static void
messages_come_back_run_by_run_as_they_were_said(void **state)
{
    struct place *place = *state;
    int64_t thread = make_thread(place->store, "ann", "t", 1);
    json_t *messages;

    add_message(place->store, thread, 1, "user", "q1", "");
    add_message(place->store, thread, 2, "user", "q2", ""); /* waits while 1 is answered */
    add_message(place->store, thread, 1, "assistant", "a1", "");
    add_message(place->store, thread, 2, "assistant", "a2", "aborted");
    assert_int_equal(store_messages(place->store, thread, 0, &messages), 0);
    assert_json(messages, "[{\"content\":\"q1\",\"id\":\"q1\",\"role\":\"user\"},"
                          "{\"content\":\"a1\",\"id\":\"a1\",\"role\":\"assistant\"},"
                          "{\"content\":\"q2\",\"id\":\"q2\",\"role\":\"user\"},"
                          "{\"aborted\":true,\"content\":\"a2\",\"id\":\"a2\",\"role\":\"assistant\"}]");
    assert_int_equal(store_messages(place->store, thread, 2, &messages), 0);
    assert_int_equal(json_array_size(messages), 2);
    assert_string_equal(json_string_value(json_object_get(json_array_get(messages, 0), "id")), "q2");
    json_decref(messages);
    assert_int_equal(store_messages(place->store, thread + 1, 0, &messages), 0);
    assert_json(messages, "[]");
}

static void
history_makes_one_answer_of_a_runs_messages_and_says_what_was_cut(void **state)
{
    struct place *place = *state;
    int64_t thread = make_thread(place->store, "ann", "t", 1);
    json_t *history, *silent = json_pack("{s:s, s:s}", "role", "tool", "content", "{}");

    add_message(place->store, thread, 1, "user", "q1", "");
    add_message(place->store, thread, 2, "user", "q2", "");
    add_message(place->store, thread, 1, "assistant", "a hat", "");
    assert_int_equal(store_message_add(place->store, thread, 1, silent, NULL, "", 1), 0);
    json_decref(silent);
    add_message(place->store, thread, 1, "assistant", "and shoes", "");
    add_message(place->store, thread, 2, "assistant", "then a", "aborted");
    add_message(place->store, thread, 3, "user", "q3", "");
    assert_int_equal(store_history(place->store, thread, 10, &history), 0);
    assert_json(history,
                "[{\"content\":\"q1\",\"role\":\"user\"},"
                "{\"content\":\"a hat\\n\\nand shoes\",\"role\":\"assistant\"},"
                "{\"content\":\"q2\",\"role\":\"user\"},"
                "{\"content\":\"then a\\n\\n[This answer was cut off here.]\",\"role\":\"assistant\"},"
                "{\"content\":\"q3\",\"role\":\"user\"}]");
    assert_int_equal(store_history_before(place->store, thread, 3, 1, &history), 0);
    assert_json(history,
                "[{\"content\":\"q2\",\"role\":\"user\"},"
                "{\"content\":\"then a\\n\\n[This answer was cut off here.]\",\"role\":\"assistant\"}]");
    assert_int_equal(store_history_before(place->store, thread, 1, 5, &history), 0);
    assert_json(history, "[]");
}

static void
an_answer_cut_before_its_first_word_says_so(void **state)
{
    struct place *place = *state;
    int64_t thread = make_thread(place->store, "ann", "t", 1);
    json_t *history;

    add_message(place->store, thread, 1, "assistant", "", "aborted");
    assert_int_equal(store_history(place->store, thread, 10, &history), 0);
    assert_json(history, "[{\"content\":\"[This answer was cut off here.]\",\"role\":\"assistant\"}]");
}

/* -- runs and steps ----------------------------------------------------------------------------- */

static void
a_run_is_found_by_owner_and_run_id_with_all_it_has(void **state)
{
    struct place *place = *state;
    int64_t thread = make_thread(place->store, "ann", "t", 1);
    int64_t id = make_run(place->store, thread, "r", STORE_RUN_WAITING, 7);
    struct store_run run;

    assert_int_equal(store_event_add(place->store, id, 3, (struct bytes) { "{}", 2 }), 0);
    assert_int_equal(store_run_find(place->store, "ann", "r", &run), 0);
    assert_int_equal(run.id, id);
    assert_int_equal(run.thread_id, thread);
    assert_string_equal(run.key, "0123456789abcdef0123456789abcdef");
    assert_string_equal(run.owner, "ann");
    assert_string_equal(run.run_id, "r");
    assert_string_equal(run.thread, "t");
    assert_string_equal(run.said, "a hat");
    assert_int_equal(run.state, STORE_RUN_WAITING);
    assert_int_equal(run.last_offset, 3);
    assert_int_equal(run.begun_wall_ms, 7);
    store_run_clear(&run);
    assert_int_equal(store_run_find(place->store, "bob", "r", &run), 0);
    assert_int_equal(run.id, 0);
    store_run_clear(&run);
}

static void
the_same_run_twice_is_not_added(void **state)
{
    struct place *place = *state;
    char key[] = "k", owner[] = "ann", run_id[] = "r", said[] = "other words";
    struct store_run again = { .key = key, .owner = owner, .run_id = run_id, .said = said };

    again.thread_id = make_thread(place->store, "ann", "t", 1);
    make_run(place->store, again.thread_id, "r", STORE_RUN_ENDED, 1);
    assert_int_equal(store_run_add(place->store, &again, 2), 0);
    assert_int_equal(again.id, 0);
    assert_int_equal(store_commit(place->store, true), 0);
}

static void
the_unfinished_are_those_not_ended_oldest_first(void **state)
{
    struct place *place = *state;
    int64_t thread = make_thread(place->store, "ann", "t", 1), ids[200];
    struct store_run *runs, run;
    size_t count;

    for (int n = 0; n < 200; n++) {
        char run_id[32];

        snprintf(run_id, sizeof run_id, "r%d", n);
        ids[n] =
            make_run(place->store, thread, run_id, n % 2 == 0 ? STORE_RUN_WAITING : STORE_RUN_RUNNING, n);
    }
    assert_int_equal(store_run_set_state(place->store, ids[0], STORE_RUN_ENDED, 300), 0);
    assert_int_equal(store_run_set_state(place->store, ids[199], STORE_RUN_ENDED, 300), 0);
    assert_int_equal(store_runs_unfinished(place->store, &runs, &count), 0);
    assert_int_equal(count, 198);
    for (size_t n = 0; n < count; n++) {
        assert_int_equal(runs[n].id, ids[n + 1]);
        store_run_clear(&runs[n]);
    }
    free(runs);
    assert_int_equal(store_run_of_thread(place->store, "ann", "t", &run), 0);
    assert_int_equal(run.id, ids[198]);
    store_run_clear(&run);
    assert_int_equal(store_run_of_thread(place->store, "bob", "t", &run), 0);
    assert_int_equal(run.id, 0);
}

static void
a_new_store_has_nothing_unfinished(void **state)
{
    struct place *place = *state;
    struct store_run *runs;
    size_t count;

    assert_int_equal(store_runs_unfinished(place->store, &runs, &count), 0);
    assert_int_equal(count, 0);
    assert_null(runs);
}

static void
steps_are_kept_and_replaced(void **state)
{
    struct place *place = *state;
    int64_t run = make_run(place->store, make_thread(place->store, "ann", "t", 1), "r", STORE_RUN_RUNNING, 1);
    json_t *result = json_pack("{s:i}", "n", 1), *steps;

    assert_int_equal(store_step_put(place->store, run, "assess", result), 0);
    json_object_set_new(result, "n", json_integer(2));
    assert_int_equal(store_step_put(place->store, run, "extract.1", result), 0);
    assert_int_equal(store_step_put(place->store, run, "assess", json_null()), 0);
    json_decref(result);
    assert_int_equal(store_steps(place->store, run, &steps), 0);
    assert_json(steps, "{\"assess\":null,\"extract.1\":{\"n\":2}}");
    assert_int_equal(store_steps(place->store, run + 1, &steps), 0);
    assert_json(steps, "{}");
}

/* -- events ------------------------------------------------------------------------------------- */

struct seen {
    char order[256];
    int until; /* stop after so many; 0: never */
    int count;
};

static int
note(void *owner, int64_t offset, struct bytes event)
{
    struct seen *seen = owner;
    size_t used = strlen(seen->order);

    snprintf(seen->order + used, sizeof seen->order - used, "%lld=%.*s ", (long long)offset, (int)event.size,
             event.bytes);
    return ++seen->count == seen->until;
}

static void
events_come_in_the_order_of_their_offsets(void **state)
{
    struct place *place = *state;
    int64_t thread = make_thread(place->store, "ann", "t", 1);
    int64_t one = make_run(place->store, thread, "r1", STORE_RUN_RUNNING, 1);
    int64_t two = make_run(place->store, thread, "r2", STORE_RUN_RUNNING, 1);
    struct {
        int64_t after;
        int limit, until;
        const char *order;
    } cases[] = {
        { 0, 0, 0, "1=a 2=b 1002=c 1003=d " }, { -1, 0, 0, "1=a 2=b 1002=c 1003=d " },
        { 1, 0, 0, "2=b 1002=c 1003=d " },     { 2, 1, 0, "1002=c " },
        { 0, 0, 3, "1=a 2=b 1002=c " },        { 1003, 0, 0, "" },
    };

    assert_int_equal(store_event_add(place->store, two, 1, (struct bytes) { "x", 1 }), 0);
    assert_int_equal(store_event_add(place->store, one, 1002, (struct bytes) { "c", 1 }), 0);
    assert_int_equal(store_event_add(place->store, one, 1, (struct bytes) { "a", 1 }), 0);
    assert_int_equal(store_event_add(place->store, one, 2, (struct bytes) { "b", 1 }), 0);
    assert_int_equal(store_event_add(place->store, one, 1003, (struct bytes) { "d", 1 }), 0);
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
        struct seen seen = { .until = cases[n].until };

        assert_int_equal(store_events(place->store, one, cases[n].after, cases[n].limit, note, &seen), 0);
        assert_string_equal(seen.order, cases[n].order);
    }
}

static void
an_offset_is_given_once(void **state)
{
    struct place *place = *state;
    int64_t run = make_run(place->store, make_thread(place->store, "ann", "t", 1), "r", STORE_RUN_RUNNING, 1);

    assert_int_equal(store_event_add(place->store, run, 1, (struct bytes) { "a", 1 }), 0);
    assert_refused(place->store, store_event_add(place->store, run, 1, (struct bytes) { "b", 1 }));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_place, close_place)

int
main(void)
{
    const struct CMUnitTest of_a_file[] = {
        TEST(only_an_end_in_good_order_is_clean),
        TEST(a_second_opener_is_told_who_has_the_file),
        TEST(a_file_that_may_not_be_written_is_said),
        TEST(a_file_that_is_no_database_is_said),
        TEST(a_damaged_page_is_found_after_an_unclean_end),
        TEST(every_older_version_is_brought_up_to_date),
        TEST(a_migrated_file_has_the_tables_of_a_new_one),
        TEST(a_file_of_a_later_version_is_refused),
        TEST(a_database_of_another_program_is_left_alone),
        TEST(a_migration_that_fails_leaves_no_trace),
        TEST(a_commit_is_synced_only_when_that_is_asked),
        TEST(a_full_disk_fails_the_turn_and_no_later_one),
        TEST(a_store_turned_read_only_fails_the_turn_and_no_later_one),
        TEST(another_writer_fails_the_turn_and_no_later_one),
        TEST(a_full_disk_is_noticed_at_the_commit_too),
        TEST(after_a_sync_that_failed_nothing_is_accepted_any_more),
        TEST(a_row_that_is_no_json_is_null),
    };
    const struct CMUnitTest tests[] = {
        TEST(a_new_store_is_clean_and_has_a_salt_that_stays),
        TEST(closing_nothing_is_fine),
        TEST(a_folder_that_is_not_there_is_said),
        TEST(what_is_not_committed_is_gone),
        TEST(committing_nothing_is_fine),
        TEST(a_thread_is_its_owners_alone),
        TEST(a_thread_keeps_what_is_written_and_what_is_not),
        TEST(forgetting_a_thread_leaves_nothing_of_it),
        TEST(what_comes_late_for_a_forgotten_run_is_dropped),
        TEST(a_forgotten_number_is_not_given_again),
        TEST(retention_forgets_the_untouched_and_leaves_the_unfinished),
        TEST(messages_come_back_run_by_run_as_they_were_said),
        TEST(history_makes_one_answer_of_a_runs_messages_and_says_what_was_cut),
        TEST(an_answer_cut_before_its_first_word_says_so),
        TEST(a_run_is_found_by_owner_and_run_id_with_all_it_has),
        TEST(the_same_run_twice_is_not_added),
        TEST(the_unfinished_are_those_not_ended_oldest_first),
        TEST(a_new_store_has_nothing_unfinished),
        TEST(steps_are_kept_and_replaced),
        TEST(events_come_in_the_order_of_their_offsets),
        TEST(an_offset_is_given_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) +
           (server() != NULL ? 0 : cmocka_run_group_tests(of_a_file, NULL, NULL));
}
