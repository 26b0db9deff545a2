#include "orchestrator/store_home.h"

/* Events: what a run has told its clients, in the order of their offsets. */

int
store_event_add(struct store *store, int64_t run, int64_t offset, struct bytes event)
{
    return store_write(store, STORE_EVENT_ADD, "iib", run, offset, event);
}

int
store_events(struct store *store, int64_t run, int64_t after, int limit, store_each_event *each, void *owner)
{
    struct store_rows *rows =
        store_ask(store, STORE_EVENTS, "iii", run, after, limit == 0 ? INT64_MAX : (int64_t)limit);
    int row;

    while ((row = store_next(store, rows)) == 1) {
        if (each(owner, store_number(store, rows, 0), store_bytes(store, rows, 1))) {
            store_end(store, rows);
            return 0;
        }
    }
    return row;
}
