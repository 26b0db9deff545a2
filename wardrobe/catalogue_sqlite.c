/* catalogue_sqlite -- the catalogue in a SQLite file: reading it; see catalogue.h. The file is never changed
 * once it is in its place, so that it is read without locks. */

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/log.h"
#include "wardrobe/catalogue.h"

struct catalogue {
    char *path;
    sqlite3 *db;
    sqlite3_stmt *record, *find;
    struct index *index;
    char version[40];
    dev_t device;
    ino_t inode;
};

/* The text of meta NAME, which the caller frees; NULL when there is none. */
static char *
meta(sqlite3 *db, const char *name)
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

/* A section of the index, joined from its parts. */
static void *
load_section(void *owner, const char *section, size_t *size)
{
    sqlite3 *db = owner;
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

/* Whether DB is a catalogue of this program; says what to do when not. */
static bool
is_ours(sqlite3 *db, const char *path)
{
    char *schema = meta(db, "schema");
    bool ours = schema != NULL && strcmp(schema, CATALOGUE_SCHEMA) == 0;

    if (schema == NULL)
        log_error("%s: no catalogue, or a broken one: import the shop's feed again", path);
    else if (!ours)
        log_error("%s: made by another version (%s): import the shop's feed again", path, schema);
    free(schema);
    return ours;
}

static int
open_file(struct catalogue *catalogue, const char *path)
{
    struct stat about;

    if ((catalogue->path = strdup(path)) == NULL)
        return -1;
    /* the file's number first: one that is replaced in between is then looked at again, and not missed */
    if (stat(path, &about) < 0 ||
        sqlite3_open_v2(path, &catalogue->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) !=
            SQLITE_OK) {
        log_error("%s: can't be opened: %s", path, sqlite3_errmsg(catalogue->db));
        return -1;
    }
    catalogue->device = about.st_dev;
    catalogue->inode = about.st_ino;
    sqlite3_exec(catalogue->db, "PRAGMA mmap_size = 1073741824; PRAGMA locking_mode = EXCLUSIVE", NULL, NULL,
                 NULL);
    return is_ours(catalogue->db, path) ? 0 : -1;
}

static int
prepare(struct catalogue *catalogue)
{
    static const char record[] =
        "SELECT p.id, p.title, p.brand, p.description, v.id, v.colour, v.size, v.material, v.link, v.image"
        " FROM variants v JOIN products p ON p.number = v.product WHERE v.number = ?";
    static const char find[] = "SELECT number FROM products WHERE id = ?1 UNION ALL SELECT product FROM "
                               "variants WHERE id = ?1 LIMIT 1";

    if (sqlite3_prepare_v3(catalogue->db, record, -1, SQLITE_PREPARE_PERSISTENT, &catalogue->record, NULL) !=
            SQLITE_OK ||
        sqlite3_prepare_v3(catalogue->db, find, -1, SQLITE_PREPARE_PERSISTENT, &catalogue->find, NULL) !=
            SQLITE_OK) {
        log_error("%s: %s", catalogue->path, sqlite3_errmsg(catalogue->db));
        return -1;
    }
    return 0;
}

struct catalogue *
catalogue_open(const char *path, const struct lexicon *lexicon, bool *missing)
{
    struct catalogue *catalogue;
    struct stat about;
    char *text;

    if (missing != NULL)
        *missing = stat(path, &about) < 0;
    if (stat(path, &about) < 0) {
        log_error("%s: no catalogue there: `./ensemble import FEED` makes one", path);
        return NULL;
    }
    if ((catalogue = calloc(1, sizeof *catalogue)) == NULL || open_file(catalogue, path) < 0 ||
        prepare(catalogue) < 0) {
        catalogue_close(&catalogue);
        return NULL;
    }
    if ((catalogue->index = index_load(lexicon, load_section, catalogue->db)) == NULL) {
        log_error("%s: its index is broken: import the shop's feed again", path);
        catalogue_close(&catalogue);
        return NULL;
    }
    if ((text = meta(catalogue->db, "version")) != NULL)
        snprintf(catalogue->version, sizeof catalogue->version, "%s", text);
    free(text);
    return catalogue;
}

void
catalogue_close(struct catalogue **catalogue)
{
    if (*catalogue == NULL)
        return;
    sqlite3_finalize((*catalogue)->record);
    sqlite3_finalize((*catalogue)->find);
    sqlite3_close((*catalogue)->db);
    index_destroy(&(*catalogue)->index);
    free((*catalogue)->path);
    free(*catalogue);
    *catalogue = NULL;
}

const struct index *
catalogue_index(const struct catalogue *catalogue)
{
    return catalogue->index;
}

struct index *
catalogue_index_to_weigh(struct catalogue *catalogue)
{
    return catalogue->index;
}

const char *
catalogue_version(const struct catalogue *catalogue)
{
    return catalogue->version;
}

bool
catalogue_is_replaced(const struct catalogue *catalogue)
{
    struct stat about;

    return stat(catalogue->path, &about) == 0 &&
           (about.st_ino != catalogue->inode || about.st_dev != catalogue->device);
}

static const char *
text(sqlite3_stmt *statement, int column)
{
    const char *found = (const char *)sqlite3_column_text(statement, column);

    return found == NULL ? "" : found;
}

int
catalogue_record(struct catalogue *catalogue, uint32_t variant, struct record *record)
{
    sqlite3_stmt *statement = catalogue->record;

    sqlite3_reset(statement);
    sqlite3_bind_int64(statement, 1, variant);
    if (sqlite3_step(statement) != SQLITE_ROW) {
        log_error("%s: variant %u can't be read: %s", catalogue->path, variant,
                  sqlite3_errmsg(catalogue->db));
        return -1;
    }
    *record =
        (struct record) { text(statement, 0), text(statement, 1), text(statement, 2), text(statement, 3),
                          text(statement, 4), text(statement, 5), text(statement, 6), text(statement, 7),
                          text(statement, 8), text(statement, 9) };
    return 0;
}

uint32_t
catalogue_find(struct catalogue *catalogue, const char *id)
{
    uint32_t product = UINT32_MAX;

    sqlite3_reset(catalogue->find);
    sqlite3_bind_text(catalogue->find, 1, id, -1, SQLITE_STATIC);
    if (sqlite3_step(catalogue->find) == SQLITE_ROW)
        product = (uint32_t)sqlite3_column_int64(catalogue->find, 0);
    sqlite3_reset(catalogue->find);
    return product;
}
