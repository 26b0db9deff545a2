#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/log.h"
#include "orchestrator/store_sqlite.h"

/* The statements of the store and the transaction they are in: begun by the first write of a turn of
 * the loop, ended by store_commit() or store_rollback(). */

static const char *const sql[STORE_STATEMENTS] = {
#define STATEMENT(NAME, text) [STORE_##NAME] = text,
#include "orchestrator/store_statements.def"
};

/* What the operator can do about CODE. */
static const char *
advice(int code)
{
    switch (code & 0xff) {
    case SQLITE_FULL:
        return "the disk is full: make room, nothing is accepted until then";
    case SQLITE_READONLY:
        return "the file may not be written: give it and its folder to this user";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return "another program writes to the file: end it";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return "the file is damaged: put back a copy, or move it away to begin anew";
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
        return "the file can't be read or written: is its disk there?";
    default:
        return "unexpected";
    }
}

int
store_complain(struct store *store, const char *what)
{
    int code = sqlite3_extended_errcode(store->db);

    if (code != store->complained)
        log_error("store: %s failed file=%s code=%d (%s): %s", what, store->path, code,
                  sqlite3_errmsg(store->db), advice(code));
    store->complained = code;
    store->failed = true;
    return -1;
}

static int
bind(sqlite3_stmt *statement, const char *types, va_list arguments)
{
    int status = SQLITE_OK;

    for (int n = 1; *types != '\0' && status == SQLITE_OK; n++, types++) {
        if (*types == 'i') {
            status = sqlite3_bind_int64(statement, n, va_arg(arguments, int64_t));
        } else if (*types == 't') {
            status = sqlite3_bind_text(statement, n, va_arg(arguments, const char *), -1, SQLITE_STATIC);
        } else if (*types == 'j') {
            const json_t *value = va_arg(arguments, const json_t *);
            char *dumped = value == NULL ? NULL : json_string_of(value);

            if (value != NULL && dumped == NULL)
                status = SQLITE_NOMEM;
            else
                status = sqlite3_bind_text(statement, n, dumped, -1, free);
        } else if (*types == 's') {
            struct bytes text = va_arg(arguments, struct bytes);

            status = sqlite3_bind_text(statement, n, text.bytes, (int)text.size, SQLITE_STATIC);
        } else {
            struct bytes bytes = va_arg(arguments, struct bytes);

            assert(*types == 'b');
            status = sqlite3_bind_blob64(statement, n, bytes.bytes, bytes.size, SQLITE_STATIC);
        }
    }
    return status;
}

static sqlite3_stmt *
use(struct store *store, enum store_statement which, const char *types, va_list arguments)
{
    sqlite3_stmt **statement = &store->statements[which];

    if (store->failed)
        return NULL;
    if (*statement == NULL && sqlite3_prepare_v3(store->db, sql[which], -1, SQLITE_PREPARE_PERSISTENT,
                                                 statement, NULL) != SQLITE_OK) {
        store_complain(store, "preparing a statement");
        return NULL;
    }
    sqlite3_reset(*statement);
    if (bind(*statement, types, arguments) != SQLITE_OK) {
        store_complain(store, "binding a statement");
        return NULL;
    }
    return *statement;
}

sqlite3_stmt *
store_use(struct store *store, enum store_statement which, const char *types, ...)
{
    va_list arguments;
    sqlite3_stmt *statement;

    va_start(arguments, types);
    statement = use(store, which, types, arguments);
    va_end(arguments);
    return statement;
}

int
store_next(struct store *store, sqlite3_stmt *statement)
{
    int status = sqlite3_step(statement);

    if (status == SQLITE_ROW)
        return 1;
    if (status != SQLITE_DONE)
        store_complain(store, "reading");
    sqlite3_reset(statement);
    return status == SQLITE_DONE ? 0 : -1;
}

/* Begin the turn's transaction, if it is not begun. */
static int
begin(struct store *store)
{
    sqlite3_stmt *statement;

    if (store->in_transaction)
        return 0;
    if ((statement = store_use(store, STORE_BEGIN, "")) == NULL)
        return -1;
    if (sqlite3_step(statement) != SQLITE_DONE)
        store_complain(store, "beginning to write");
    else
        store->in_transaction = true;
    sqlite3_reset(statement);
    return store->in_transaction ? 0 : -1;
}

int
store_write(struct store *store, enum store_statement which, const char *types, ...)
{
    va_list arguments;
    sqlite3_stmt *statement;
    int status = -1;

    if (store->failed || begin(store))
        return -1;
    va_start(arguments, types);
    statement = use(store, which, types, arguments);
    va_end(arguments);
    if (statement == NULL)
        return -1;
    if (sqlite3_step(statement) == SQLITE_DONE)
        status = 0;
    else if (sqlite3_extended_errcode(store->db) == SQLITE_CONSTRAINT_FOREIGNKEY)
        status = 0; /* forgotten while it ran; SQLite has undone this one statement */
    else
        store_complain(store, "writing");
    sqlite3_reset(statement);
    return status;
}

/* Bring what is committed to the disk. Commits are written without a sync, which PRAGMA synchronous
 * can't change within a transaction; so the sync that synchronous=FULL would do is done here, on the
 * same file through the same VFS, and only for turns that accept a query. */
static int
sync_log(struct store *store)
{
    sqlite3_file *file = NULL;

    if (sqlite3_file_control(store->db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file) != SQLITE_OK)
        return store_complain(store, "finding the write-ahead log");
    if (file != NULL && file->pMethods != NULL &&
        file->pMethods->xSync(file, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY) != SQLITE_OK) {
        if (store->complained != SQLITE_IOERR_FSYNC)
            log_error("store: syncing failed file=%s: the disk does not take what is written", store->path);
        store->complained = SQLITE_IOERR_FSYNC;
        store->lost = store->failed = true; /* a second try would find nothing left to sync, and say yes */
        return -1;
    }
    store->unsynced = false;
    return 0;
}

int
store_commit(struct store *store, bool sync)
{
    sqlite3_stmt *statement;
    int status;

    if (store->in_transaction) {
        if ((statement = store_use(store, STORE_COMMIT, "")) == NULL)
            return -1;
        if ((status = sqlite3_step(statement)) != SQLITE_DONE)
            store_complain(store, "committing");
        sqlite3_reset(statement);
        if (status != SQLITE_DONE)
            return -1;
        store->in_transaction = false;
        store->unsynced = true;
    }
    if (store->failed || (sync && store->unsynced && sync_log(store)))
        return -1;
    store->complained = 0;
    return 0;
}

void
store_rollback(struct store *store)
{
    for (size_t n = 0; n < STORE_STATEMENTS; n++)
        if (store->statements[n] != NULL)
            sqlite3_reset(store->statements[n]);
    if (!sqlite3_get_autocommit(store->db))
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    store->in_transaction = false;
    store->failed = store->lost;
}

bool
store_is_lost(const struct store *store)
{
    return store->lost;
}

char *
store_column_text(sqlite3_stmt *statement, int n)
{
    const char *found = (const char *)sqlite3_column_text(statement, n);
    char *copy = strdup(found == NULL ? "" : found);

    if (copy == NULL)
        abort();
    return copy;
}

json_t *
store_column_json(struct store *store, sqlite3_stmt *statement, int n)
{
    const char *found = (const char *)sqlite3_column_text(statement, n);
    json_t *value = NULL;

    if (found != NULL)
        value = json_loadb(found, (size_t)sqlite3_column_bytes(statement, n), JSON_DECODE_ANY, NULL);
    if (value == NULL) {
        log_error("store: a row that is no JSON, taken as null file=%s: the file is damaged", store->path);
        value = json_null();
    }
    return value;
}
