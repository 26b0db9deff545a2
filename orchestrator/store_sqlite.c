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

/* How the file is used. synchronous=NORMAL: see sync_log() in store_sqlite_statements.c. secure_delete: what
 * a shopper wants forgotten is overwritten. A checkpoint at 1,000 pages takes some 10 ms of one turn. */
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
cannot(struct store_file *file, const char *what)
{
    log_error("store: %s can't be %s: %s", file->path, what,
              file->db == NULL ? "no memory" : sqlite3_errmsg(file->db));
    return -1;
}

static int
open_file(struct store_file *file)
{
    bool wal = false;
    mode_t mask = umask(077); /* what shoppers wrote is nobody else's */
    int status = sqlite3_open_v2(file->path, &file->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);

    umask(mask);
    if (file->db != NULL)
        sqlite3_extended_result_codes(file->db, 1);
    if (status != SQLITE_OK)
        return cannot(file, "opened");
    if (sqlite3_db_readonly(file->db, "main") == 1) {
        log_error("store: %s may not be written: give it and its folder to this user", file->path);
        return -1;
    }
    sqlite3_busy_timeout(file->db, 200);
    /* EXTRA: a new file begins with a journal, and if the power went before its deletion reached the disk,
     * it would come back and undo what the write-ahead log builds on */
    if (sqlite3_exec(file->db, "PRAGMA synchronous = EXTRA; PRAGMA journal_mode = WAL", is_wal, &wal, NULL) !=
            SQLITE_OK ||
        sqlite3_exec(file->db, settings, NULL, NULL, NULL) != SQLITE_OK)
        return cannot(file, "opened");
    if (!wal) {
        log_error("store: %s can't have a write-ahead log: put it on a local disk", file->path);
        return -1;
    }
    return 0;
}

/* Look the whole file over: a machine that lost its power may also have lost pages. */
static int
check(struct store_file *file)
{
    sqlite3_stmt *statement = NULL;
    int64_t begun_ms = clock_now_ms();
    const char *found = NULL;
    int status = -1;

    if (sqlite3_prepare_v2(file->db, "PRAGMA quick_check(1)", -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        found = (const char *)sqlite3_column_text(statement, 0);
    if (found != NULL && strcmp(found, "ok") == 0)
        status = 0;
    else
        log_error("store: %s is damaged (%s): put back a copy, or move it away to begin anew", file->path,
                  found == NULL ? sqlite3_errmsg(file->db) : found);
    sqlite3_finalize(statement);
    if (status == 0)
        log_info("store checked after an unclean end file=%s ms=%lld", file->path,
                 (long long)(clock_now_ms() - begun_ms));
    return status;
}

/* How did the process before end? From here on, and until store_close(), the answer is: uncleanly. */
static int
note_opening(struct store_file *file)
{
    struct store *store = &file->store;
    char *clean = NULL, made[ID_SIZE];

    if (store_meta(store, "clean", &clean) || store_meta(store, "salt", &file->salt))
        return -1;
    file->was_unclean = clean != NULL && strcmp(clean, "1") != 0;
    free(clean);
    if (file->was_unclean && check(file))
        return -1;
    if (file->salt == NULL) {
        id_random(made);
        if ((file->salt = strdup(made)) == NULL || store_write(store, STORE_META_PUT, "tt", "salt", made))
            return -1;
    }
    if (store_write(store, STORE_META_PUT, "tt", "clean", "0"))
        return -1;
    return store_commit(store, true);
}

static struct store *
open_store(const char *path)
{
    struct store_file *file = calloc(1, sizeof *file);
    struct store *store;

    if (file == NULL || (file->path = strdup(path)) == NULL) {
        log_error("store: no memory");
        free(file);
        return NULL;
    }
    store = &file->store;
    store->home = &store_sqlite;
    if ((file->lock = lock_file(path)) == -1 || open_file(file))
        goto fail;
    /* tables and the first notes with every commit synced; then as sync_log() says */
    if (store_schema_migrate(file->db, path, store_schema_version()) || note_opening(file))
        goto fail;
    if (sqlite3_exec(file->db, "PRAGMA synchronous = NORMAL", NULL, NULL, NULL) != SQLITE_OK) {
        cannot(file, "opened");
        goto fail;
    }
    return store;

fail: /* what failed has said so */
    store_close(&store, false);
    return NULL;
}

static void
close_store(struct store *store, bool clean)
{
    struct store_file *file = store_file(store);

    if (file->db != NULL) {
        store_rollback(store);
        if (clean && store_write(store, STORE_META_PUT, "tt", "clean", "1") == 0)
            store_commit(store, true);
    }
    for (size_t n = 0; n < STORE_STATEMENTS; n++)
        sqlite3_finalize(file->statements[n]);
    sqlite3_close(file->db);
    if (file->lock != -1)
        close(file->lock);
    free(file->salt);
    free(file->path);
    free(file);
}

static bool
is_anywhere(const char *path)
{
    (void)path;
    return true;
}

static bool
was_unclean(const struct store *store)
{
    return ((const struct store_file *)store)->was_unclean;
}

static const char *
salt(const struct store *store)
{
    return ((const struct store_file *)store)->salt;
}

static bool
is_lost(const struct store *store)
{
    return ((const struct store_file *)store)->lost;
}

const struct store_home store_sqlite = {
    .is_at = is_anywhere,
    .open = open_store,
    .close = close_store,
    .was_unclean = was_unclean,
    .salt = salt,
    .commit = store_sqlite_commit,
    .rollback = store_sqlite_rollback,
    .is_lost = is_lost,
    .write = store_sqlite_write,
    .ask = store_sqlite_ask,
    .next = store_sqlite_next,
    .text = store_sqlite_text,
    .number = store_sqlite_number,
    .end = store_sqlite_end,
};
