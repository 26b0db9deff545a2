#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/id.h"
#include "common/log.h"
#include "orchestrator/store_schema.h"
#include "orchestrator/store_sqlite.h"

/* The store's file: opened, locked, migrated, looked over after an unclean end, closed.
 *
 * Beside PATH stand PATH-wal and PATH-shm (SQLite's) and PATH.lock (ours: says which process has it).
 * Others may read the file while it is in use (a backup, a judge); none may write. */

/* How the file is used. synchronous=NORMAL: see sync_log() in store_statements.c. secure_delete: what a
 * shopper wants forgotten is overwritten. A checkpoint at 1,000 pages takes some 10 ms of one turn. */
static const char *const settings = "PRAGMA foreign_keys = ON;"
                                    "PRAGMA secure_delete = ON; PRAGMA wal_autocheckpoint = 1000;"
                                    "PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -16384;"
                                    "PRAGMA temp_store = MEMORY";

/* Take the lock of PATH. Returns its descriptor, or -1 (logged: who has it). */
static int
lock_file(const char *path)
{
    char name[4096], holder[32] = "";
    int lock;

    snprintf(name, sizeof name, "%s.lock", path);
    if ((lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600)) == -1) {
        log_error("store: %s can't be made: %s; the folder must be there and writable", name,
                  strerror(errno));
        return -1;
    }
    if (flock(lock, LOCK_EX | LOCK_NB)) {
        if (read(lock, holder, sizeof holder - 1) <= 0)
            strcpy(holder, "?");
        holder[strcspn(holder, "\n")] = '\0';
        log_error("store: %s is in use by process %s: stop it, or name another file with --store", path,
                  holder);
        close(lock);
        return -1;
    }
    snprintf(holder, sizeof holder, "%ld\n", (long)getpid());
    if (ftruncate(lock, 0) || pwrite(lock, holder, strlen(holder), 0) < 0)
        log_warning("store: %s can't be written: %s", name,
                    strerror(errno)); /* the lock holds all the same */
    return lock;
}

/* For sqlite3_exec(): was the one row "wal"? */
static int
is_wal(void *owner, int count, char **values, char **names)
{
    (void)names;
    *(bool *)owner = count == 1 && strcmp(values[0], "wal") == 0;
    return 0;
}

/* Say why PATH can't be used. */
static int
cannot(struct store *store, const char *what)
{
    log_error("store: %s can't be %s: %s", store->path, what,
              store->db == NULL ? "no memory" : sqlite3_errmsg(store->db));
    return -1;
}

static int
open_file(struct store *store)
{
    bool wal = false;
    mode_t mask = umask(077); /* what shoppers wrote is nobody else's */
    int status = sqlite3_open_v2(store->path, &store->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);

    umask(mask);
    if (store->db != NULL)
        sqlite3_extended_result_codes(store->db, 1);
    if (status != SQLITE_OK)
        return cannot(store, "opened");
    if (sqlite3_db_readonly(store->db, "main") == 1) {
        log_error("store: %s may not be written: give it and its folder to this user", store->path);
        return -1;
    }
    sqlite3_busy_timeout(store->db, 200);
    /* EXTRA: a new file begins with a journal, and if the power went before its deletion reached the disk,
     * it would come back and undo what the write-ahead log builds on */
    if (sqlite3_exec(store->db, "PRAGMA synchronous = EXTRA; PRAGMA journal_mode = WAL", is_wal, &wal,
                     NULL) != SQLITE_OK ||
        sqlite3_exec(store->db, settings, NULL, NULL, NULL) != SQLITE_OK)
        return cannot(store, "opened");
    if (!wal) {
        log_error("store: %s can't have a write-ahead log: put it on a local disk", store->path);
        return -1;
    }
    return 0;
}

/* Look the whole file over: a machine that lost its power may also have lost pages. */
static int
check(struct store *store)
{
    sqlite3_stmt *statement = NULL;
    int64_t begun_ms = clock_now_ms();
    const char *found = NULL;
    int status = -1;

    if (sqlite3_prepare_v2(store->db, "PRAGMA quick_check(1)", -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        found = (const char *)sqlite3_column_text(statement, 0);
    if (found != NULL && strcmp(found, "ok") == 0)
        status = 0;
    else
        log_error("store: %s is damaged (%s): put back a copy, or move it away to begin anew", store->path,
                  found == NULL ? sqlite3_errmsg(store->db) : found);
    sqlite3_finalize(statement);
    if (status == 0)
        log_info("store checked after an unclean end file=%s ms=%lld", store->path,
                 (long long)(clock_now_ms() - begun_ms));
    return status;
}

/* Read NAME of the table meta. *VALUE is freed by the caller, NULL when there is none. */
static int
meta(struct store *store, const char *name, char **value)
{
    sqlite3_stmt *statement = store_use(store, STORE_META_GET, "t", name);
    int row = statement == NULL ? -1 : store_next(store, statement);

    *value = row == 1 ? store_column_text(statement, 0) : NULL;
    if (row == 1)
        sqlite3_reset(statement);
    return row == -1 ? -1 : 0;
}

/* How did the process before end? From here on, and until store_close(), the answer is: uncleanly. */
static int
note_opening(struct store *store)
{
    char *clean = NULL, made[ID_SIZE];

    if (meta(store, "clean", &clean) || meta(store, "salt", &store->salt))
        return -1;
    store->was_unclean = clean != NULL && strcmp(clean, "1") != 0;
    free(clean);
    if (store->was_unclean && check(store))
        return -1;
    if (store->salt == NULL) {
        id_random(made);
        if ((store->salt = strdup(made)) == NULL || store_write(store, STORE_META_PUT, "tt", "salt", made))
            return -1;
    }
    if (store_write(store, STORE_META_PUT, "tt", "clean", "0"))
        return -1;
    return store_commit(store, true);
}

struct store *
store_open(const char *path)
{
    struct store *store = calloc(1, sizeof *store);

    if (store == NULL || (store->path = strdup(path)) == NULL) {
        log_error("store: no memory");
        free(store);
        return NULL;
    }
    if ((store->lock = lock_file(path)) == -1 || open_file(store))
        goto fail;
    /* tables and the first notes with every commit synced; then as sync_log() says */
    if (store_schema_migrate(store->db, path, store_schema_version()) || note_opening(store))
        goto fail;
    if (sqlite3_exec(store->db, "PRAGMA synchronous = NORMAL", NULL, NULL, NULL) != SQLITE_OK) {
        cannot(store, "opened");
        goto fail;
    }
    return store;

fail: /* what failed has said so */
    store_close(&store, false);
    return NULL;
}

void
store_close(struct store **closing, bool clean)
{
    struct store *store = *closing;

    if (store == NULL)
        return;
    *closing = NULL;
    if (store->db != NULL) {
        store_rollback(store);
        if (clean && store_write(store, STORE_META_PUT, "tt", "clean", "1") == 0)
            store_commit(store, true);
    }
    for (size_t n = 0; n < STORE_STATEMENTS; n++)
        sqlite3_finalize(store->statements[n]);
    sqlite3_close(store->db);
    if (store->lock != -1)
        close(store->lock);
    free(store->salt);
    free(store->path);
    free(store);
}

bool
store_was_unclean(const struct store *store)
{
    return store->was_unclean;
}

const char *
store_salt(struct store *store)
{
    return store->salt;
}
