/* catalogue_sqlite -- the catalogue in a SQLite file: reading it; see catalogue.h. The file is never changed
 * once it is in its place, so that it is read without locks. */

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/buffer.h"
#include "common/log.h"
#include "wardrobe/catalogue_home.h"
#include "wardrobe/catalogue_sqlite.h"

struct reader {
    char *path;
    sqlite3 *db;
    sqlite3_stmt *record, *find;
    struct buffer texts; /* of the records lent last */
    dev_t device;
    ino_t inode;
};

char *
catalogue_sqlite_setting(sqlite3 *db, const char *name)
{
    sqlite3_stmt *statement = NULL;
    char *value = NULL;

    if (sqlite3_prepare_v2(db, "SELECT value FROM meta WHERE name = ?", -1, &statement, NULL) == SQLITE_OK) {
        sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
        if (sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_text(statement, 0) != NULL)
            value = strdup((const char *)sqlite3_column_text(statement, 0));
    }
    sqlite3_finalize(statement);
    return value;
}

void *
catalogue_sqlite_section(sqlite3 *db, const char *section, size_t *size)
{
    sqlite3_stmt *statement = NULL;
    char *bytes = NULL;
    size_t used = 0, total = 0;

    *size = 0;
    if (sqlite3_prepare_v2(db, "SELECT sum(length(bytes)) FROM sections WHERE name = ?", -1, &statement,
                           NULL) != SQLITE_OK)
        return NULL;
    sqlite3_bind_text(statement, 1, section, -1, SQLITE_STATIC);
    if (sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_type(statement, 0) == SQLITE_INTEGER)
        bytes = malloc((total = (size_t)sqlite3_column_int64(statement, 0)) + 1);
    sqlite3_finalize(statement);
    statement = NULL;
    if (bytes == NULL || sqlite3_prepare_v2(db, "SELECT bytes FROM sections WHERE name = ? ORDER BY part", -1,
                                            &statement, NULL) != SQLITE_OK) {
        free(bytes);
        return NULL;
    }
    sqlite3_bind_text(statement, 1, section, -1, SQLITE_STATIC);
    while (sqlite3_step(statement) == SQLITE_ROW) {
        size_t part = (size_t)sqlite3_column_bytes(statement, 0);

        if (used + part > total)
            break;
        if (part > 0)
            memcpy(bytes + used, sqlite3_column_blob(statement, 0), part);
        used += part;
    }
    sqlite3_finalize(statement);
    *size = used;
    return bytes;
}

/* -- reading ------------------------------------------------------------------------------------- */

static int
open_file(struct reader *reader, const char *path)
{
    struct stat about;

    if ((reader->path = strdup(path)) == NULL)
        return -1;
    /* the file's number first: one that is replaced in between is then looked at again, and not missed */
    if (stat(path, &about) < 0 ||
        sqlite3_open_v2(path, &reader->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
        log_error("%s: can't be opened: %s", path, sqlite3_errmsg(reader->db));
        return -1;
    }
    reader->device = about.st_dev;
    reader->inode = about.st_ino;
    sqlite3_exec(reader->db, "PRAGMA locking_mode = EXCLUSIVE", NULL, NULL, NULL);
    return 0;
}

static int
prepare(struct reader *reader)
{
    static const char record[] =
        "SELECT p.id, p.title, p.brand, v.id, v.colour, v.size, v.material, v.link, v.image"
        " FROM variants v JOIN products p ON p.number = v.product WHERE v.number = ?";
    static const char find[] = "SELECT number FROM products WHERE id = ?1 UNION ALL SELECT product FROM "
                               "variants WHERE id = ?1 LIMIT 1";

    if (sqlite3_prepare_v3(reader->db, record, -1, SQLITE_PREPARE_PERSISTENT, &reader->record, NULL) !=
            SQLITE_OK ||
        sqlite3_prepare_v3(reader->db, find, -1, SQLITE_PREPARE_PERSISTENT, &reader->find, NULL) !=
            SQLITE_OK) {
        log_error("%s: %s", reader->path, sqlite3_errmsg(reader->db));
        return -1;
    }
    return 0;
}

static void
close_reader(void *owner)
{
    struct reader *reader = owner;

    sqlite3_finalize(reader->record);
    sqlite3_finalize(reader->find);
    sqlite3_close(reader->db);
    buffer_clear(&reader->texts);
    free(reader->path);
    free(reader);
}

static void *
open_reader(const char *path, bool *missing)
{
    struct reader *reader;
    struct stat about;

    if ((*missing = stat(path, &about) < 0 && errno == ENOENT))
        return NULL;
    if ((reader = calloc(1, sizeof *reader)) == NULL) {
        log_error("%s: no memory", path);
        return NULL;
    }
    if (open_file(reader, path) == 0)
        return reader;
    close_reader(reader);
    return NULL;
}

static char *
setting(void *owner, const char *name)
{
    return catalogue_sqlite_setting(((struct reader *)owner)->db, name);
}

static void *
section(void *owner, const char *name, size_t *size)
{
    return catalogue_sqlite_section(((struct reader *)owner)->db, name, size);
}

/* Only now: another program's file has no such tables. */
static int
loaded(void *owner)
{
    struct reader *reader = owner;

    /* records are read where the system has them; what was read once to make the index is not kept mapped */
    sqlite3_exec(reader->db, "PRAGMA mmap_size = 1073741824", NULL, NULL, NULL);
    return prepare(reader);
}

static bool
is_replaced(void *owner)
{
    const struct reader *reader = owner;
    struct stat about;

    return stat(reader->path, &about) == 0 &&
           (about.st_ino != reader->inode || about.st_dev != reader->device);
}

static bool
is_away(const void *owner)
{
    (void)owner;
    return false;
}

/* Where in the reader's texts each of a record's is put: they may move until the last is there. */
#define RECORD_TEXTS 9

static int
copy_texts(struct reader *reader, const struct place *place, size_t at[RECORD_TEXTS])
{
    sqlite3_stmt *statement = reader->record;

    sqlite3_reset(statement);
    sqlite3_bind_int64(statement, 1, place->variant);
    if (sqlite3_step(statement) != SQLITE_ROW) {
        log_error("%s: variant %u can't be read: %s", reader->path, place->variant,
                  sqlite3_errmsg(reader->db));
        return -1;
    }
    for (int i = 0; i < RECORD_TEXTS; i++) {
        const char *text = (const char *)sqlite3_column_text(statement, i);

        at[i] = reader->texts.size;
        buffer_append(&reader->texts, text == NULL ? "" : text, text == NULL ? 1 : strlen(text) + 1);
    }
    sqlite3_reset(statement);
    return 0;
}

static int
records(void *owner, const struct place *places, size_t count, struct record *found)
{
    struct reader *reader = owner;
    size_t at[CATALOGUE_RECORDS][RECORD_TEXTS];

    buffer_reset(&reader->texts);
    for (size_t i = 0; i < count; i++)
        if (copy_texts(reader, &places[i], at[i]) < 0)
            return -1;
    if (reader->texts.failed) {
        log_error("%s: no memory", reader->path);
        return -1;
    }
    for (size_t i = 0; i < count; i++) {
        const char *texts[RECORD_TEXTS];

        for (int k = 0; k < RECORD_TEXTS; k++)
            texts[k] = (const char *)reader->texts.bytes + at[i][k];
        found[i] = (struct record) { texts[0], texts[1], texts[2], texts[3], texts[4],
                                     texts[5], texts[6], texts[7], texts[8] };
    }
    return 0;
}

static int
find(void *owner, const char *const *ids, size_t count, uint32_t *products)
{
    struct reader *reader = owner;
    int status = SQLITE_DONE;

    for (size_t i = 0; i < count; i++) {
        sqlite3_bind_text(reader->find, 1, ids[i], -1, SQLITE_STATIC);
        status = sqlite3_step(reader->find);
        products[i] = status == SQLITE_ROW ? (uint32_t)sqlite3_column_int64(reader->find, 0) : UINT32_MAX;
        sqlite3_reset(reader->find);
        if (status != SQLITE_ROW && status != SQLITE_DONE) {
            log_error("%s: %s", reader->path, sqlite3_errmsg(reader->db));
            return -1;
        }
    }
    return 0;
}

/* -- the home ------------------------------------------------------------------------------------ */

/* One import of a catalogue at a time: a lock on the file beside it. */
static void *
lock(const char *path)
{
    char *name = NULL;
    int *fd = malloc(sizeof *fd);

    if (fd != NULL)
        *fd = -1;
    if (fd == NULL || asprintf(&name, "%s.lock", path) < 0 ||
        (*fd = open(name, O_CREAT | O_RDWR | O_CLOEXEC, 0644)) < 0 || flock(*fd, LOCK_EX) < 0) {
        log_error("%s: can't be locked: %s", path, strerror(errno));
        if (fd != NULL && *fd >= 0)
            close(*fd);
        free(fd);
        fd = NULL;
    }
    free(name);
    return fd;
}

static void
unlock(void *owner)
{
    int *fd = owner;

    close(*fd);
    free(fd);
}

static bool
is_at(const char *path)
{
    return strstr(path, "://") == NULL;
}

const struct catalogue_home catalogue_sqlite = {
    .is_at = is_at,
    .open = open_reader,
    .close = close_reader,
    .setting = setting,
    .section = section,
    .loaded = loaded,
    .is_replaced = is_replaced,
    .is_away = is_away,
    .records = records,
    .find = find,
    .lock = lock,
    .unlock = unlock,
    .begin = catalogue_sqlite_begin,
    .add = catalogue_sqlite_add,
    .save_section = catalogue_sqlite_save_section,
    .saved_section = catalogue_sqlite_saved_section,
    .set = catalogue_sqlite_set,
    .finish = catalogue_sqlite_finish,
    .abandon = catalogue_sqlite_abandon,
    .patch_begin = catalogue_sqlite_patch_begin,
    .patch_find = catalogue_sqlite_patch_find,
    .patch_next = catalogue_sqlite_patch_next,
    .patch_set = catalogue_sqlite_patch_set,
    .patch_say = catalogue_sqlite_patch_say,
    .patch_section = catalogue_sqlite_patch_section,
    .patch_finish = catalogue_sqlite_patch_finish,
    .patch_abandon = catalogue_sqlite_patch_abandon,
};
