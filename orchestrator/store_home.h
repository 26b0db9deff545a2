#ifndef ORCHESTRATOR_STORE_HOME_H
#define ORCHESTRATOR_STORE_HOME_H

#include <stdarg.h>
#include <stdbool.h>

#include "orchestrator/store.h"

/* A store's home: a file (store_sqlite.h), or a server that several orchestrators share (store_postgres.c).
 * Both have the same tables and do the same statements (store_statements.def); store_threads.c,
 * store_messages.c, ... say what is asked and what it means, and know neither. Nothing but store*.c and
 * their tests includes this. */

/* STORE_META_GET, STORE_THREAD_FIND, ... */
enum store_statement {
#define STATEMENT(NAME, sql) STORE_##NAME,
#define DIFFERS(NAME, file, server) STORE_##NAME,
#include "orchestrator/store_statements.def"
    STORE_STATEMENTS
};

/* The head of both homes' own struct. */
struct store {
    const struct store_home *home;
};

struct store_rows; /* an answer, row by row; each home has its own */

/* What a home can do. Those that store.h has too do what it says there. The arguments of a statement are
 * named by TYPES: i int64_t, t const char * (NULL: null), j const json_t * (as compact text; NULL likewise),
 * s struct bytes (a text), b struct bytes (an event). They are lent. */
struct store_home {
    bool (*is_at)(const char *path);
    struct store *(*open)(const char *path);
    void (*close)(struct store *store, bool clean);
    bool (*was_unclean)(const struct store *store);
    const char *(*salt)(const struct store *store);
    int (*commit)(struct store *store, bool sync);
    void (*rollback)(struct store *store);
    bool (*is_lost)(const struct store *store);

    int (*write)(struct store *store, enum store_statement which, const char *types, va_list arguments);
    struct store_rows *(*ask)(struct store *store, enum store_statement which, bool writes, const char *types,
                              va_list arguments);
    int (*next)(struct store *store, struct store_rows *rows);
    const char *(*text)(const struct store_rows *rows, int column, size_t *size);
    int64_t (*number)(const struct store_rows *rows, int column);
    void (*end)(struct store_rows *rows);

    bool is_shared;
    int (*join)(struct store *store, const char *name, int64_t lease_ms, int64_t *id);
    int (*renew)(struct store *store, struct lease_seen *seen);
    int (*take_over)(struct store *store);
};

extern const struct store_home store_sqlite;
extern const struct store_home store_postgres;

/* Do a statement that writes, in this turn's transaction (begun if need be). A row of a thread or run that
 * was forgotten meanwhile is not written, and that is no error. What goes wrong may be found only by
 * store_commit(). */
int store_write(struct store *store, enum store_statement which, const char *types, ...);

/* Do a statement that answers; what was written before in this turn is seen. NULL when it can't (logged). The
 * rows are the caller's until store_next() gives no further one, or store_end(). */
struct store_rows *store_ask(struct store *store, enum store_statement which, const char *types, ...);

/* The same with a statement that also writes, as store_write(). */
struct store_rows *store_change(struct store *store, enum store_statement which, const char *types, ...);

/* Go to the next row; ROWS may be NULL. Returns 1 for a row; 0 at the end and -1 on an error (logged), both
 * with the rows ended. */
int store_next(struct store *store, struct store_rows *rows);
void store_end(struct store *store, struct store_rows *rows);

/* How many rows there are; -1 on an error. They are ended. */
int store_count(struct store *store, struct store_rows *rows);

/* Of the row that store_next() has gone to. Texts are lent until the next one, "" for null. */
int64_t store_number(struct store *store, const struct store_rows *rows, int column);
const char *store_text(struct store *store, const struct store_rows *rows, int column);
struct bytes store_bytes(struct store *store, const struct store_rows *rows, int column);

/* A text as a copy that the caller frees; aborts without memory. */
char *store_copy(struct store *store, const struct store_rows *rows, int column);

/* A text as JSON, a new reference; null for what is none (logged: the store is damaged). */
json_t *store_json(struct store *store, const struct store_rows *rows, int column);

/* Read NAME of the table meta. *VALUE is freed by the caller, NULL when there is none. */
int store_meta(struct store *store, const char *name, char **value);

#endif
