#include "orchestrator/store_schema.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "common/clock.h"
#include "common/log.h"

/* Step N is steps[N - 1]. */
static const char *const steps[] = {
    /* 1: threads and all that hangs on them */
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE threads (id INTEGER PRIMARY KEY AUTOINCREMENT, owner TEXT NOT NULL, thread TEXT NOT NULL,"
    " criteria TEXT NOT NULL DEFAULT '{}', profile TEXT NOT NULL DEFAULT '{}',"
    " shown TEXT NOT NULL DEFAULT '[]', wishes TEXT NOT NULL DEFAULT '[]',"
    " made_ms INTEGER NOT NULL, touched_ms INTEGER NOT NULL, UNIQUE (owner, thread));"
    "CREATE TABLE messages (id INTEGER PRIMARY KEY, thread INTEGER NOT NULL REFERENCES threads ON DELETE "
    "CASCADE,"
    " run INTEGER NOT NULL, message TEXT NOT NULL, role TEXT NOT NULL, history TEXT, mark TEXT NOT NULL,"
    " made_ms INTEGER NOT NULL);"
    "CREATE INDEX messages_of_thread ON messages (thread, run, id);"
    "CREATE TABLE runs (id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " thread INTEGER NOT NULL REFERENCES threads ON DELETE CASCADE, key TEXT NOT NULL, owner TEXT NOT NULL,"
    " run_id TEXT NOT NULL, said TEXT NOT NULL, state INTEGER NOT NULL, begun_ms INTEGER NOT NULL,"
    " changed_ms INTEGER NOT NULL, UNIQUE (owner, run_id));"
    "CREATE INDEX runs_of_thread ON runs (thread);"
    "CREATE TABLE steps (run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE, step TEXT NOT NULL,"
    " result TEXT NOT NULL, PRIMARY KEY (run, step)) WITHOUT ROWID;"
    "CREATE TABLE events (run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE, place INTEGER NOT NULL,"
    " event BLOB NOT NULL, PRIMARY KEY (run, place)) WITHOUT ROWID;",

    /* 2: a start and a clean-up no longer read every run and every thread there ever was */
    "CREATE INDEX runs_unfinished ON runs (id) WHERE state < 2;"
    "CREATE INDEX threads_touched ON threads (touched_ms);",
};

int
store_schema_version(void)
{
    return (int)(sizeof steps / sizeof *steps);
}

/* The whole number that SQL gives, or -1. */
static int64_t
ask(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    int64_t answer = -1;

    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        answer = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return answer;
}

/* True when DB is empty, or a store of ours. */
static bool
is_ours(sqlite3 *db)
{
    return ask(db, "PRAGMA application_id") == STORE_APPLICATION_ID ||
           ask(db, "SELECT count(*) FROM sqlite_master") == 0;
}

static int
take_step(sqlite3 *db, const char *path, int version)
{
    char numbers[96];

    snprintf(numbers, sizeof numbers, "PRAGMA user_version = %d; PRAGMA application_id = %d; COMMIT", version,
             STORE_APPLICATION_ID);
    if (sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK &&
        sqlite3_exec(db, steps[version - 1], NULL, NULL, NULL) == SQLITE_OK &&
        sqlite3_exec(db, numbers, NULL, NULL, NULL) == SQLITE_OK)
        return 0;
    log_error("store: %s could not be brought to version %d: %s", path, version, sqlite3_errmsg(db));
    sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    return -1;
}

int
store_schema_migrate(sqlite3 *db, const char *path, int to)
{
    int64_t from = ask(db, "PRAGMA user_version"), begun_ms = clock_now_ms();

    if (from < 0) {
        log_error("store: %s cannot be read: %s", path, sqlite3_errmsg(db));
        return -1;
    }
    if (!is_ours(db)) {
        log_error("store: %s is a SQLite file of another program; name another with --store", path);
        return -1;
    }
    if (from > to) {
        log_error("store: %s is of version %lld, this program knows %d: run the newer release again", path,
                  (long long)from, to);
        return -1;
    }
    for (int version = (int)from + 1; version <= to; version++)
        if (take_step(db, path, version))
            return -1;
    if (from > 0 && from < to)
        log_info("store migrated file=%s from=%lld to=%d ms=%lld", path, (long long)from, to,
                 (long long)(clock_now_ms() - begun_ms));
    return 0;
}
