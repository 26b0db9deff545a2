#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "orchestrator/store_sqlite.h"

/* Runs, and the steps that are finished in them. */

int
store_run_add(struct store *store, struct store_run *run, int64_t wall_ms)
{
    if (store_write(store, STORE_RUN_ADD, "ittttii", run->thread_id, run->key, run->owner, run->run_id,
                    run->said, (int64_t)run->state, wall_ms))
        return -1;
    run->id = sqlite3_last_insert_rowid(store->db);
    run->begun_wall_ms = wall_ms;
    return store_write(store, STORE_THREAD_TOUCH, "ii", run->thread_id, wall_ms);
}

/* The columns of STORE_RUN_COLUMNS. */
static void
read_run(sqlite3_stmt *statement, struct store_run *out)
{
    out->id = sqlite3_column_int64(statement, 0);
    out->thread_id = sqlite3_column_int64(statement, 1);
    out->key = store_column_text(statement, 2);
    out->owner = store_column_text(statement, 3);
    out->run_id = store_column_text(statement, 4);
    out->thread = store_column_text(statement, 5);
    out->said = store_column_text(statement, 6);
    out->state = (enum store_run_state)sqlite3_column_int(statement, 7);
    out->last_offset = sqlite3_column_int64(statement, 8);
    out->begun_wall_ms = sqlite3_column_int64(statement, 9);
}

static int
find(struct store *store, enum store_statement which, const char *owner, const char *name,
     struct store_run *out)
{
    sqlite3_stmt *statement = store_use(store, which, "tt", owner, name);
    int row = statement == NULL ? -1 : store_next(store, statement);

    memset(out, 0, sizeof *out);
    if (row != 1)
        return row;
    read_run(statement, out);
    sqlite3_reset(statement);
    return 0;
}

int
store_run_find(struct store *store, const char *owner, const char *run_id, struct store_run *out)
{
    return find(store, STORE_RUN_FIND, owner, run_id, out);
}

int
store_run_of_thread(struct store *store, const char *owner, const char *thread, struct store_run *out)
{
    return find(store, STORE_RUN_OF_THREAD, owner, thread, out);
}

int
store_run_set_state(struct store *store, int64_t run, enum store_run_state state, int64_t wall_ms)
{
    return store_write(store, STORE_RUN_STATE, "iii", run, (int64_t)state, wall_ms);
}

int
store_runs_unfinished(struct store *store, struct store_run **runs, size_t *count)
{
    sqlite3_stmt *statement = store_use(store, STORE_RUNS_UNFINISHED, "");
    size_t room = 0;
    int row = -1;

    *runs = NULL;
    *count = 0;
    while (statement != NULL && (row = store_next(store, statement)) == 1) {
        if (*count == room) {
            room = room == 0 ? 64 : 2 * room;
            if ((*runs = reallocarray(*runs, room, sizeof **runs)) == NULL)
                abort();
        }
        read_run(statement, &(*runs)[(*count)++]);
    }
    return row;
}

void
store_run_clear(struct store_run *run)
{
    free(run->key);
    free(run->owner);
    free(run->run_id);
    free(run->thread);
    free(run->said);
    memset(run, 0, sizeof *run);
}

int
store_step_put(struct store *store, int64_t run, const char *step, const json_t *result)
{
    return store_write(store, STORE_STEP_PUT, "itj", run, step, result);
}

int
store_step_put_text(struct store *store, int64_t run, const char *step, struct bytes result)
{
    return store_write(store, STORE_STEP_PUT, "its", run, step, result);
}

int
store_steps(struct store *store, int64_t run, json_t **steps)
{
    sqlite3_stmt *statement = store_use(store, STORE_STEPS, "i", run);
    int row = -1;

    *steps = json_object();
    while (statement != NULL && (row = store_next(store, statement)) == 1)
        json_object_set_new(*steps, (const char *)sqlite3_column_text(statement, 0),
                            store_column_json(store, statement, 1));
    return row;
}
