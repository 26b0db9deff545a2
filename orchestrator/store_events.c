#include "orchestrator/store_sqlite.h"

/* Events: what a run has told its clients, in the order of their offsets. */

int
store_event_add(struct store *store, int64_t run, int64_t offset, struct bytes event)
{
    return store_write(store, STORE_EVENT_ADD, "iib", run, offset, event);
}

int
store_events(struct store *store, int64_t run, int64_t after, int limit, store_each_event *each, void *owner)
{
    sqlite3_stmt *statement =
        store_use(store, STORE_EVENTS, "iii", run, after, limit == 0 ? INT64_C(-1) : (int64_t)limit);
    int row = -1;

    while (statement != NULL && (row = store_next(store, statement)) == 1) {
        struct bytes event = { sqlite3_column_blob(statement, 1),
                               (size_t)sqlite3_column_bytes(statement, 1) };

        if (each(owner, sqlite3_column_int64(statement, 0), event)) {
            sqlite3_reset(statement);
            return 0;
        }
    }
    return row;
}
