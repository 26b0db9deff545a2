#ifndef ORCHESTRATOR_STORE_SQLITE_H
#define ORCHESTRATOR_STORE_SQLITE_H

#include <sqlite3.h>
#include <stdbool.h>

#include "orchestrator/store_home.h"

/* The home that is a file: what store_sqlite.c and store_sqlite_statements.c share. Nothing but them and
 * tests includes this. */

struct store_file {
    struct store store;
    sqlite3 *db;
    char *path;
    sqlite3_stmt *statements[STORE_STATEMENTS]; /* NULL until first used */
    int lock; /* descriptor of PATH.lock, locked while the store is open; -1 before */
    char *salt;
    bool was_unclean;
    bool in_transaction; /* something was written since the last commit */
    bool failed;         /* a write of this transaction failed: only store_rollback() helps */
    bool unsynced;       /* committed, but perhaps not yet on the disk */
    bool lost;           /* a sync failed: see store_is_lost() */
    int complained;      /* the SQLite error that was logged last; 0 after a commit that went well */
};

/* The file of STORE. */
struct store_file *store_file(struct store *store);

/* Log what SQLite has just said about WHAT, once until things go well again; the transaction is
 * failed. Returns -1. */
int store_complain(struct store_file *file, const char *what);

/* Of store_home.h. */
int store_sqlite_write(struct store *store, enum store_statement which, const char *types, va_list arguments);
struct store_rows *store_sqlite_ask(struct store *store, enum store_statement which, bool writes,
                                    const char *types, va_list arguments);
int store_sqlite_next(struct store *store, struct store_rows *rows);
const char *store_sqlite_text(const struct store_rows *rows, int column, size_t *size);
int64_t store_sqlite_number(const struct store_rows *rows, int column);
void store_sqlite_end(struct store_rows *rows);
int store_sqlite_commit(struct store *store, bool sync);
void store_sqlite_rollback(struct store *store);

#endif
