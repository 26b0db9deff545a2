#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/log.h"
#include "orchestrator/store_sqlite.h"

/* The statements of the file and the transaction they are in: begun by the first write of a turn of
 * the loop, ended by store_commit() or store_rollback(). */

static const char *const sql[STORE_STATEMENTS] = {
#define STATEMENT(NAME, text) [STORE_##NAME] = text,
#define DIFFERS(NAME, file, server) [STORE_##NAME] = file,
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
store_complain(struct store_file *file, const char *what)
{
    int code = sqlite3_extended_errcode(file->db);

    if (code != file->complained)
        log_error("store: %s failed file=%s code=%d (%s): %s", what, file->path, code,
                  sqlite3_errmsg(file->db), advice(code));
    file->complained = code;
    file->failed = true;
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

struct store_file *
store_file(struct store *store)
{
    return (struct store_file *)store;
}

/* The statement WHICH, prepared, reset, with its parameters bound; texts and bytes are lent until it is
 * reset. NULL when it can't (logged), also while the transaction has failed. */
static sqlite3_stmt *
use(struct store_file *file, enum store_statement which, const char *types, va_list arguments)
{
    sqlite3_stmt **statement = &file->statements[which];

    if (file->failed)
        return NULL;
    if (*statement == NULL && sqlite3_prepare_v3(file->db, sql[which], -1, SQLITE_PREPARE_PERSISTENT,
                                                 statement, NULL) != SQLITE_OK) {
        store_complain(file, "preparing a statement");
        return NULL;
    }
    sqlite3_reset(*statement);
    if (bind(*statement, types, arguments) != SQLITE_OK) {
        store_complain(file, "binding a statement");
        return NULL;
    }
    return *statement;
}

/* Do a statement of the transaction itself. */
static int
do_alone(struct store_file *file, enum store_statement which, const char *what)
{
    sqlite3_stmt **statement = &file->statements[which];
    int status = SQLITE_OK;

    if (file->failed)
        return -1;
    if (*statement == NULL)
        status = sqlite3_prepare_v3(file->db, sql[which], -1, SQLITE_PREPARE_PERSISTENT, statement, NULL);
    if (status == SQLITE_OK)
        status = sqlite3_step(*statement);
    if (status != SQLITE_DONE)
        store_complain(file, what);
    sqlite3_reset(*statement);
    return status == SQLITE_DONE ? 0 : -1;
}

/* Begin the turn's transaction, if it is not begun. */
static int
begin(struct store_file *file)
{
    if (!file->in_transaction)
        file->in_transaction = do_alone(file, STORE_BEGIN, "beginning to write") == 0;
    return file->in_transaction ? 0 : -1;
}

int
store_sqlite_write(struct store *store, enum store_statement which, const char *types, va_list arguments)
{
    struct store_file *file = store_file(store);
    sqlite3_stmt *statement;
    int status = -1;

    if (file->failed || begin(file) || (statement = use(file, which, types, arguments)) == NULL)
        return -1;
    if (sqlite3_step(statement) == SQLITE_DONE)
        status = 0;
    else if (sqlite3_extended_errcode(file->db) == SQLITE_CONSTRAINT_FOREIGNKEY)
        status = 0; /* forgotten while it ran; SQLite has undone this one statement */
    else
        store_complain(file, "writing");
    sqlite3_reset(statement);
    return status;
}

/* -- answers: a statement is its own rows --------------------------------------------------------- */

static sqlite3_stmt *
statement_of(const struct store_rows *rows)
{
    return (sqlite3_stmt *)(uintptr_t)rows;
}

struct store_rows *
store_sqlite_ask(struct store *store, enum store_statement which, bool writes, const char *types,
                 va_list arguments)
{
    struct store_file *file = store_file(store);

    if (file->failed || (writes && begin(file)))
        return NULL;
    return (struct store_rows *)use(file, which, types, arguments);
}

int
store_sqlite_next(struct store *store, struct store_rows *rows)
{
    int status = sqlite3_step(statement_of(rows));

    if (status == SQLITE_ROW)
        return 1;
    if (status != SQLITE_DONE)
        store_complain(store_file(store), "reading");
    sqlite3_reset(statement_of(rows));
    return status == SQLITE_DONE ? 0 : -1;
}

const char *
store_sqlite_text(const struct store_rows *rows, int column, size_t *size)
{
    const char *text = (const char *)sqlite3_column_text(statement_of(rows), column);

    *size = (size_t)sqlite3_column_bytes(statement_of(rows), column);
    return text;
}

int64_t
store_sqlite_number(const struct store_rows *rows, int column)
{
    return sqlite3_column_int64(statement_of(rows), column);
}

void
store_sqlite_end(struct store_rows *rows)
{
    sqlite3_reset(statement_of(rows));
}

/* -- the transaction's end ------------------------------------------------------------------------ */

/* Bring what is committed to the disk. Commits are written without a sync, which PRAGMA synchronous
 * can't change within a transaction; so the sync that synchronous=FULL would do is done here, on the
 * same file through the same VFS, and only for turns that accept a query. */
static int
sync_log(struct store_file *file)
{
    sqlite3_file *wal = NULL;

    if (sqlite3_file_control(file->db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &wal) != SQLITE_OK)
        return store_complain(file, "finding the write-ahead log");
    if (wal != NULL && wal->pMethods != NULL &&
        wal->pMethods->xSync(wal, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY) != SQLITE_OK) {
        if (file->complained != SQLITE_IOERR_FSYNC)
            log_error("store: syncing failed file=%s: the disk does not take what is written", file->path);
        file->complained = SQLITE_IOERR_FSYNC;
        file->lost = file->failed = true; /* a second try would find nothing left to sync, and say yes */
        return -1;
    }
    file->unsynced = false;
    return 0;
}

int
store_sqlite_commit(struct store *store, bool sync)
{
    struct store_file *file = store_file(store);

    if (file->in_transaction) {
        if (do_alone(file, STORE_COMMIT, "committing") != 0)
            return -1;
        file->in_transaction = false;
        file->unsynced = true;
    }
    if (file->failed || (sync && file->unsynced && sync_log(file)))
        return -1;
    file->complained = 0;
    return 0;
}

void
store_sqlite_rollback(struct store *store)
{
    struct store_file *file = store_file(store);

    for (size_t n = 0; n < STORE_STATEMENTS; n++)
        if (file->statements[n] != NULL)
            sqlite3_reset(file->statements[n]);
    if (!sqlite3_get_autocommit(file->db))
        sqlite3_exec(file->db, "ROLLBACK", NULL, NULL, NULL);
    file->in_transaction = false;
    file->failed = file->lost;
}
