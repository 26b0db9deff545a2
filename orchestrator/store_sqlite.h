#ifndef ORCHESTRATOR_STORE_SQLITE_H
#define ORCHESTRATOR_STORE_SQLITE_H

#include <sqlite3.h>
#include <stdbool.h>

#include "orchestrator/store.h"

/* What the files of the SQLite store share: the file, its statements, its transaction. Nothing but
 * store_*.c and their tests includes this. */

#define STORE_RUN_COLUMNS                                                                                    \
    "SELECT runs.id, runs.thread, runs.key, runs.owner, runs.run_id, threads.thread, runs.said, "            \
    "runs.state, "                                                                                           \
    "coalesce((SELECT max(place) FROM events WHERE run = runs.id), 0), runs.begun_ms "                       \
    "FROM runs JOIN threads ON threads.id = runs.thread "

/* STORE_BEGIN, STORE_COMMIT, ... */
enum store_statement {
#define STATEMENT(NAME, sql) STORE_##NAME,
#include "orchestrator/store_statements.def"
    STORE_STATEMENTS
};

struct store {
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

/* The statement WHICH, prepared, reset, with its parameters bound from the arguments that TYPES names:
 * i int64_t, t const char * (NULL: SQL's NULL), j const json_t * (compact text; NULL likewise),
 * b struct bytes (a blob). Texts and bytes are lent until the statement is reset.
 * NULL when it can't (logged), also while the transaction has failed. */
sqlite3_stmt *store_use(struct store *store, enum store_statement which, const char *types, ...);

/* Go to the next row. Returns 1 for a row; 0 at the end and -1 on an error (logged), both with the
 * statement reset. */
int store_next(struct store *store, sqlite3_stmt *statement);

/* Do a statement that writes, in this turn's transaction (begun if need be); arguments as store_use().
 * A row of a thread or run that was forgotten meanwhile is not written, and that is no error. */
int store_write(struct store *store, enum store_statement which, const char *types, ...);

/* Column N as a copy that the caller frees; aborts without memory. */
char *store_column_text(sqlite3_stmt *statement, int n);

/* Column N as JSON, a new reference; null for what is none (logged: the file is damaged). */
json_t *store_column_json(struct store *store, sqlite3_stmt *statement, int n);

/* Log what SQLite has just said about WHAT, once until things go well again; the transaction is
 * failed. Returns -1. */
int store_complain(struct store *store, const char *what);

#endif
