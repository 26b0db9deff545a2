/* Where the store is at home, and what its statements' answers are made of; see store_home.h. */
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "orchestrator/store_home.h"

struct store *
store_open(const char *path)
{
    return store_postgres.is_at(path) ? store_postgres.open(path) : store_sqlite.open(path);
}

bool
store_is_at_server(const char *path)
{
    return store_postgres.is_at(path);
}

void
store_close(struct store **store, bool clean)
{
    struct store *closing = *store;

    *store = NULL;
    if (closing != NULL)
        closing->home->close(closing, clean);
}

bool
store_was_unclean(const struct store *store)
{
    return store->home->was_unclean(store);
}

const char *
store_salt(const struct store *store)
{
    return store->home->salt(store);
}

int
store_commit(struct store *store, bool sync)
{
    return store->home->commit(store, sync);
}

void
store_rollback(struct store *store)
{
    store->home->rollback(store);
}

bool
store_is_lost(const struct store *store)
{
    return store->home->is_lost(store);
}

bool
store_is_shared(const struct store *store)
{
    return store->home->is_shared;
}

int
store_join(struct store *store, const char *name, int64_t lease_ms, int64_t *id)
{
    return store->home->is_shared ? store->home->join(store, name, lease_ms, id) : 0;
}

int
store_renew(struct store *store, struct lease_seen *seen)
{
    return store->home->renew(store, seen);
}

int
store_take_over(struct store *store)
{
    return store->home->take_over(store);
}

int
store_meta(struct store *store, const char *name, char **value)
{
    struct store_rows *rows = store_ask(store, STORE_META_GET, "t", name);
    int row = store_next(store, rows);

    *value = row == 1 ? store_copy(store, rows, 0) : NULL;
    if (row == 1)
        store_end(store, rows);
    return row == -1 ? -1 : 0;
}

/* -- statements ---------------------------------------------------------------------------------- */

int
store_write(struct store *store, enum store_statement which, const char *types, ...)
{
    va_list arguments;
    int status;

    va_start(arguments, types);
    status = store->home->write(store, which, types, arguments);
    va_end(arguments);
    return status;
}

struct store_rows *
store_ask(struct store *store, enum store_statement which, const char *types, ...)
{
    va_list arguments;
    struct store_rows *rows;

    va_start(arguments, types);
    rows = store->home->ask(store, which, false, types, arguments);
    va_end(arguments);
    return rows;
}

struct store_rows *
store_change(struct store *store, enum store_statement which, const char *types, ...)
{
    va_list arguments;
    struct store_rows *rows;

    va_start(arguments, types);
    rows = store->home->ask(store, which, true, types, arguments);
    va_end(arguments);
    return rows;
}

int
store_next(struct store *store, struct store_rows *rows)
{
    return rows == NULL ? -1 : store->home->next(store, rows);
}

void
store_end(struct store *store, struct store_rows *rows)
{
    if (rows != NULL)
        store->home->end(rows);
}

int
store_count(struct store *store, struct store_rows *rows)
{
    int count = 0, row;

    while ((row = store_next(store, rows)) == 1)
        count++;
    return row == 0 ? count : -1;
}

int64_t
store_number(struct store *store, const struct store_rows *rows, int column)
{
    return store->home->number(rows, column);
}

const char *
store_text(struct store *store, const struct store_rows *rows, int column)
{
    return store_bytes(store, rows, column).bytes;
}

struct bytes
store_bytes(struct store *store, const struct store_rows *rows, int column)
{
    size_t size = 0;
    const char *text = store->home->text(rows, column, &size);

    return text == NULL ? (struct bytes) { "", 0 } : (struct bytes) { text, size };
}

char *
store_copy(struct store *store, const struct store_rows *rows, int column)
{
    char *copy = strdup(store_text(store, rows, column));

    if (copy == NULL)
        abort();
    return copy;
}

json_t *
store_json(struct store *store, const struct store_rows *rows, int column)
{
    struct bytes text = store_bytes(store, rows, column);
    json_t *value = json_loadb(text.bytes, text.size, JSON_DECODE_ANY, NULL);

    if (value == NULL) {
        log_error("store: a row that is no JSON, taken as null: it is damaged");
        value = json_null();
    }
    return value;
}
