#include "orchestrator/store_postgres_schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/postgres.h"

#define VERSION ((int)(sizeof steps / sizeof *steps))

/* Step N is steps[N - 1]. */
static const char *const steps[] = {
    /* 1: those of the file's version 2, and the orchestrators' leases */
    "CREATE TABLE orchestrators (id BIGSERIAL PRIMARY KEY, name TEXT NOT NULL, until TIMESTAMPTZ NOT NULL);"
    "CREATE TABLE threads (id BIGSERIAL PRIMARY KEY, owner TEXT NOT NULL, thread TEXT NOT NULL,"
    " criteria TEXT NOT NULL DEFAULT '{}', profile TEXT NOT NULL DEFAULT '{}',"
    " shown TEXT NOT NULL DEFAULT '[]', wishes TEXT NOT NULL DEFAULT '[]',"
    " made_ms BIGINT NOT NULL, touched_ms BIGINT NOT NULL, UNIQUE (owner, thread));"
    "CREATE INDEX threads_touched ON threads (touched_ms);"
    "CREATE TABLE messages (id BIGSERIAL PRIMARY KEY,"
    " thread BIGINT NOT NULL REFERENCES threads ON DELETE CASCADE, run BIGINT NOT NULL,"
    " message TEXT NOT NULL, role TEXT NOT NULL, history TEXT, mark TEXT NOT NULL, made_ms BIGINT NOT NULL);"
    "CREATE INDEX messages_of_thread ON messages (thread, run, id);"
    "CREATE TABLE runs (id BIGSERIAL PRIMARY KEY, thread BIGINT NOT NULL REFERENCES threads ON DELETE "
    "CASCADE,"
    " key TEXT NOT NULL, owner TEXT NOT NULL, run_id TEXT NOT NULL, said TEXT NOT NULL,"
    " state INTEGER NOT NULL, begun_ms BIGINT NOT NULL, changed_ms BIGINT NOT NULL,"
    " orchestrator BIGINT NOT NULL, UNIQUE (owner, run_id));"
    "CREATE INDEX runs_of_thread ON runs (thread);"
    "CREATE INDEX runs_unfinished ON runs (id) WHERE state < 2;"
    "CREATE TABLE steps (run BIGINT NOT NULL REFERENCES runs ON DELETE CASCADE, step TEXT NOT NULL,"
    " result TEXT NOT NULL, PRIMARY KEY (run, step));"
    "CREATE TABLE events (run BIGINT NOT NULL REFERENCES runs ON DELETE CASCADE, place BIGINT NOT NULL,"
    " event TEXT NOT NULL, PRIMARY KEY (run, place));"
    "CREATE FUNCTION store_fence(me BIGINT) RETURNS void LANGUAGE plpgsql AS $$ BEGIN"
    " PERFORM 1 FROM orchestrators WHERE id = me FOR KEY SHARE;"
    " IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'ENS01', MESSAGE = 'the lease was ended'; END IF;"
    " END $$;",
};

/* The text that SQL gives, "" for none. */
static int
ask(struct postgres *postgres, const char *sql, char answer[64])
{
    PGresult *rows = postgres_query(postgres, sql, NULL, 0, false);

    snprintf(answer, 64, "%s", rows == NULL || PQntuples(rows) == 0 ? "" : PQgetvalue(rows, 0, 0));
    PQclear(rows);
    return rows == NULL ? -1 : 0;
}

static int
take_step(struct postgres *postgres, int version)
{
    char number[160];

    snprintf(number, sizeof number,
             "INSERT INTO meta VALUES ('version', '%d') ON CONFLICT (name) DO UPDATE SET value = '%d'",
             version, version);
    if (postgres_do(postgres, steps[version - 1]) == 0 && postgres_do(postgres, number) == 0)
        return 0;
    log_error("store: the server's tables could not be brought to version %d, see the line before", version);
    return -1;
}

/* Within a transaction that nobody else is in. */
static int
migrate(struct postgres *postgres)
{
    char encoding[64], version[64];
    int from;

    if (ask(postgres, "SHOW server_encoding", encoding) != 0)
        return -1;
    if (strcmp(encoding, "UTF8") != 0) {
        log_error("store: the database is in %s: make one with ENCODING 'UTF8'", encoding);
        return -1;
    }
    if (postgres_do(postgres,
                    "SELECT pg_advisory_xact_lock(1164866413);" /* "Ensm" */
                    "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)") != 0 ||
        ask(postgres, "SELECT value FROM meta WHERE name = 'version'", version) != 0)
        return -1;
    from = (int)strtol(version, NULL, 10);
    if (from > VERSION) {
        log_error(
            "store: the server's tables are of version %d, this program knows %d: run the newer release "
            "again",
            from, VERSION);
        return -1;
    }
    for (int step = from + 1; step <= VERSION; step++)
        if (take_step(postgres, step) != 0)
            return -1;
    if (from > 0 && from < VERSION)
        log_info("store migrated from=%d to=%d", from, VERSION);
    return 0;
}

int
store_postgres_migrate(const char *url)
{
    struct postgres *postgres = postgres_open(url, 0, NULL);
    int status = -1;

    if (postgres != NULL && postgres_do(postgres, "BEGIN") == 0 && migrate(postgres) == 0)
        status = postgres_do(postgres, "COMMIT");
    postgres_close(&postgres);
    return status;
}
