#include <stdlib.h>
#include <string.h>

#include "orchestrator/store_sqlite.h"

/* Threads: what a conversation knows, and forgetting it. */

int
store_thread_find(struct store *store, const char *owner, const char *thread, struct store_thread *out)
{
    sqlite3_stmt *statement = store_use(store, STORE_THREAD_FIND, "tt", owner, thread);
    int row = statement == NULL ? -1 : store_next(store, statement);

    memset(out, 0, sizeof *out);
    if (row != 1)
        return row;
    out->id = sqlite3_column_int64(statement, 0);
    out->thread = store_column_text(statement, 1);
    out->criteria = store_column_json(store, statement, 2);
    out->profile = store_column_json(store, statement, 3);
    out->shown = store_column_json(store, statement, 4);
    out->wishes = store_column_json(store, statement, 5);
    sqlite3_reset(statement);
    return 0;
}

int
store_thread_make(struct store *store, const char *owner, const char *thread, int64_t wall_ms,
                  struct store_thread *out)
{
    if (store_thread_find(store, owner, thread, out))
        return -1;
    if (out->id != 0)
        return 0;
    if (store_write(store, STORE_THREAD_ADD, "tti", owner, thread, wall_ms))
        return -1;
    return store_thread_find(store, owner, thread, out);
}

int
store_thread_write(struct store *store, const struct store_thread *thread, int64_t wall_ms)
{
    return store_write(store, STORE_THREAD_WRITE, "ijjjji", thread->id, thread->criteria, thread->profile,
                       thread->shown, thread->wishes, wall_ms);
}

void
store_thread_clear(struct store_thread *thread)
{
    free(thread->thread);
    json_decref(thread->criteria);
    json_decref(thread->profile);
    json_decref(thread->shown);
    json_decref(thread->wishes);
    memset(thread, 0, sizeof *thread);
}

int
store_thread_forget(struct store *store, const char *owner, const char *thread, bool *found)
{
    *found = false;
    if (store_write(store, STORE_THREAD_FORGET, "tt", owner, thread))
        return -1;
    *found = sqlite3_changes(store->db) > 0;
    return 0;
}

int
store_forget_before(struct store *store, int64_t before_wall_ms, int limit, int *forgotten)
{
    *forgotten = 0;
    if (store_write(store, STORE_FORGET_BEFORE, "ii", before_wall_ms, (int64_t)limit))
        return -1;
    *forgotten = sqlite3_changes(store->db);
    return 0;
}
