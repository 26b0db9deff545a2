#include <stdlib.h>
#include <string.h>

#include "orchestrator/store_home.h"

/* Threads: what a conversation knows, and forgetting it. */

int
store_thread_find(struct store *store, const char *owner, const char *thread, struct store_thread *out)
{
    struct store_rows *rows = store_ask(store, STORE_THREAD_FIND, "tt", owner, thread);
    int row = store_next(store, rows);

    memset(out, 0, sizeof *out);
    if (row != 1)
        return row;
    out->id = store_number(store, rows, 0);
    out->thread = store_copy(store, rows, 1);
    out->criteria = store_json(store, rows, 2);
    out->profile = store_json(store, rows, 3);
    out->shown = store_json(store, rows, 4);
    out->wishes = store_json(store, rows, 5);
    out->at = store_copy(store, rows, 6);
    store_end(store, rows);
    return 0;
}

int
store_thread_make(struct store *store, const char *owner, const char *thread, int64_t wall_ms,
                  struct store_thread *out)
{
    int held;

    memset(out, 0, sizeof *out);
    if (store_write(store, STORE_THREAD_ADD, "tti", owner, thread, wall_ms) ||
        (held = store_count(store, store_change(store, STORE_THREAD_HOLD, "tt", owner, thread))) < 0 ||
        store_thread_find(store, owner, thread, out))
        return -1;
    if (held == 0 && out->at[0] == '\0') {
        free(out->at);
        if ((out->at = strdup("-")) == NULL)
            abort();
    }
    return 0;
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
    free(thread->at);
    json_decref(thread->criteria);
    json_decref(thread->profile);
    json_decref(thread->shown);
    json_decref(thread->wishes);
    memset(thread, 0, sizeof *thread);
}

int
store_thread_forget(struct store *store, const char *owner, const char *thread, bool *found)
{
    int count = store_count(store, store_change(store, STORE_THREAD_FORGET, "tt", owner, thread));

    *found = count > 0;
    return count < 0 ? -1 : 0;
}

int
store_forget_before(struct store *store, int64_t before_wall_ms, int limit, int *forgotten)
{
    int count =
        store_count(store, store_change(store, STORE_FORGET_BEFORE, "ii", before_wall_ms, (int64_t)limit));

    *forgotten = count < 0 ? 0 : count;
    return count < 0 ? -1 : 0;
}
