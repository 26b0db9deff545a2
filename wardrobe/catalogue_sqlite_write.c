/* catalogue_sqlite_write -- a new catalogue beside the old one; see catalogue.h. It is written without a
 * journal, since what is cut short is thrown away, synced, and then put in the old one's place in one step.
 */

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "wardrobe/catalogue_sqlite.h"

struct writer {
    char *path, *new_path;
    sqlite3 *db;
    sqlite3_stmt *product, *variant, *section, *meta;
    int64_t variant_count;
    uint32_t last; /* product that a variant was added to */
    bool is_apart; /* a product's variants did not all come one after another */
};

/* A variant's number is its place in the index. */
#define VARIANTS(table)                                                                                      \
    "CREATE TABLE " table " (number INTEGER PRIMARY KEY, product INTEGER NOT NULL, id TEXT NOT NULL, "       \
    "colour TEXT, size TEXT, size_system TEXT, size_type TEXT, material TEXT, pattern TEXT, gender "         \
    "INTEGER, "                                                                                              \
    "age INTEGER, availability INTEGER, price INTEGER, sale INTEGER, sale_from INTEGER, sale_to INTEGER, "   \
    "currency TEXT, link TEXT, image TEXT);"

static const char schema[] =
    "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA page_size = 8192;"
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE products (number INTEGER PRIMARY KEY, id TEXT NOT NULL, title "
    "TEXT NOT NULL, brand TEXT, description TEXT, bullets TEXT, type TEXT,"
    " rating REAL, rating_count INTEGER);" VARIANTS(
        "variants") "CREATE TABLE sections (name TEXT NOT NULL, part INTEGER NOT NULL, bytes BLOB "
                    "NOT NULL, PRIMARY KEY (name, part));"
                    "BEGIN";

/* Where rows of a product came apart, the order of the index is another than theirs. */
static const char reorder[] =
    VARIANTS("ordered") "INSERT INTO ordered SELECT row_number() OVER (ORDER BY product, number) - 1, "
                        "product, id, colour, size, "
                        "size_system, size_type, material, pattern, gender, age, availability, price, sale, "
                        "sale_from, sale_to, "
                        "currency, link, image FROM variants ORDER BY product, number;"
                        "DROP TABLE variants; ALTER TABLE ordered RENAME TO variants;";

/* What is left to do once all rows are there: ways to find an id. */
static const char finish[] =
    "CREATE INDEX variants_id ON variants (id); CREATE INDEX products_id ON products (id); COMMIT";

static int
say(struct writer *writer)
{
    log_error("%s: %s", writer->new_path, sqlite3_errmsg(writer->db));
    return -1;
}

static int
prepare(struct writer *writer, const char *sql, sqlite3_stmt **statement)
{
    return sqlite3_prepare_v3(writer->db, sql, -1, SQLITE_PREPARE_PERSISTENT, statement, NULL) == SQLITE_OK
               ? 0
               : say(writer);
}

static int
begin(struct writer *writer)
{
    unlink(writer->new_path);
    if (sqlite3_open(writer->new_path, &writer->db) != SQLITE_OK ||
        sqlite3_exec(writer->db, schema, NULL, NULL, NULL) != SQLITE_OK)
        return say(writer);
    if (prepare(writer, "INSERT INTO products VALUES (?,?,?,?,?,?,?,?,?)", &writer->product) < 0 ||
        prepare(writer, "INSERT INTO variants VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                &writer->variant) < 0 ||
        prepare(writer, "INSERT OR REPLACE INTO sections VALUES (?,?,?)", &writer->section) < 0 ||
        prepare(writer, "INSERT OR REPLACE INTO meta VALUES (?,?)", &writer->meta) < 0)
        return -1;
    return 0;
}

void *
catalogue_sqlite_begin(const char *path)
{
    struct writer *writer = calloc(1, sizeof *writer);

    if (writer == NULL || (writer->path = strdup(path)) == NULL ||
        asprintf(&writer->new_path, "%s.new", path) < 0) {
        log_error("%s: no memory", path);
        if (writer != NULL)
            free(writer->path);
        free(writer);
        return NULL;
    }
    if (begin(writer) == 0)
        return writer;
    catalogue_sqlite_abandon(writer);
    return NULL;
}

static int
run(struct writer *writer, sqlite3_stmt *statement)
{
    int status = sqlite3_step(statement);

    sqlite3_reset(statement);
    return status == SQLITE_DONE ? 0 : say(writer);
}

static void
bind(sqlite3_stmt *statement, int place, const char *value)
{
    if (value[0] == '\0')
        sqlite3_bind_null(statement, place);
    else
        sqlite3_bind_text(statement, place, value, -1, SQLITE_STATIC);
}

static int
add_product(struct writer *writer, const struct item *item, uint32_t product)
{
    sqlite3_stmt *statement = writer->product;

    sqlite3_bind_int64(statement, 1, product);
    sqlite3_bind_text(statement, 2, item->group, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 3, item->title, -1, SQLITE_STATIC);
    bind(statement, 4, item->brand);
    bind(statement, 5, item->description);
    bind(statement, 6, item->bullets);
    bind(statement, 7, item->type);
    sqlite3_bind_double(statement, 8, item->rating);
    sqlite3_bind_int64(statement, 9, item->rating_count);
    return run(writer, statement);
}

int
catalogue_sqlite_add(void *owner, const struct item *item, uint32_t product, bool new_product)
{
    struct writer *writer = owner;
    sqlite3_stmt *statement = writer->variant;

    if (new_product && add_product(writer, item, product) < 0)
        return -1;
    writer->is_apart = writer->is_apart || product < writer->last;
    writer->last = product;
    sqlite3_bind_int64(statement, 1, writer->variant_count++);
    sqlite3_bind_int64(statement, 2, product);
    sqlite3_bind_text(statement, 3, item->id, -1, SQLITE_STATIC);
    bind(statement, 4, item->colour);
    bind(statement, 5, item->size);
    bind(statement, 6, item->size_system);
    bind(statement, 7, item->size_type);
    bind(statement, 8, item->material);
    bind(statement, 9, item->pattern);
    sqlite3_bind_int(statement, 10, item->gender);
    sqlite3_bind_int(statement, 11, item->age);
    sqlite3_bind_int(statement, 12, (int)item->availability);
    sqlite3_bind_int64(statement, 13, item->price);
    sqlite3_bind_int64(statement, 14, item->sale);
    sqlite3_bind_int64(statement, 15, item->sale_from);
    sqlite3_bind_int64(statement, 16, item->sale_to);
    bind(statement, 17, item->currency);
    bind(statement, 18, item->link);
    bind(statement, 19, item->image);
    return run(writer, statement);
}

int
catalogue_sqlite_save_section(void *owner, const char *section, const void *bytes, size_t size)
{
    struct writer *writer = owner;
    size_t at = 0;

    for (int part = 0; part == 0 || at < size; part++) {
        size_t piece = size - at < SECTION_PART ? size - at : SECTION_PART;

        sqlite3_bind_text(writer->section, 1, section, -1, SQLITE_STATIC);
        sqlite3_bind_int(writer->section, 2, part);
        sqlite3_bind_blob64(writer->section, 3, (const char *)bytes + at, piece, SQLITE_STATIC);
        if (piece == 0)
            sqlite3_bind_zeroblob(writer->section, 3, 0);
        if (run(writer, writer->section) < 0)
            return -1;
        at += piece;
    }
    return 0;
}

void *
catalogue_sqlite_saved_section(void *owner, const char *section, size_t *size)
{
    return catalogue_sqlite_section(((struct writer *)owner)->db, section, size);
}

int
catalogue_sqlite_set(void *owner, const char *name, const char *value)
{
    struct writer *writer = owner;

    sqlite3_bind_text(writer->meta, 1, name, -1, SQLITE_STATIC);
    sqlite3_bind_text(writer->meta, 2, value, -1, SQLITE_STATIC);
    return run(writer, writer->meta);
}

/* Sync the file at PATH, or the folder it is in. */
static int
sync_path(const char *path, bool folder)
{
    char *copy = strdup(path), *slash = copy == NULL ? NULL : strrchr(copy, '/');
    int fd, status;

    if (copy == NULL)
        return -1;
    if (folder && slash == NULL)
        strcpy(copy, ".");
    else if (folder)
        *(slash == copy ? slash + 1 : slash) = '\0';
    fd = open(copy, (folder ? O_DIRECTORY : 0) | O_RDONLY | O_CLOEXEC);
    status = fd < 0 ? -1 : fsync(fd);
    if (fd >= 0)
        close(fd);
    free(copy);
    return status;
}

int
catalogue_sqlite_put_in_place(const char *new_path, const char *path)
{
    if (sync_path(new_path, false) == 0 && rename(new_path, path) == 0 && sync_path(path, true) == 0)
        return 0;
    log_error("%s: can't be put in its place: %s", path, strerror(errno));
    return -1;
}

static void
close_db(struct writer *writer)
{
    sqlite3_finalize(writer->product);
    sqlite3_finalize(writer->variant);
    sqlite3_finalize(writer->section);
    sqlite3_finalize(writer->meta);
    sqlite3_close(writer->db);
    writer->product = writer->variant = writer->section = writer->meta = NULL;
    writer->db = NULL;
}

int
catalogue_sqlite_finish(void *owner)
{
    struct writer *writer = owner;

    sqlite3_finalize(writer->variant);
    writer->variant = NULL;
    if ((writer->is_apart && sqlite3_exec(writer->db, reorder, NULL, NULL, NULL) != SQLITE_OK) ||
        sqlite3_exec(writer->db, finish, NULL, NULL, NULL) != SQLITE_OK)
        return say(writer);
    close_db(writer);
    return catalogue_sqlite_put_in_place(writer->new_path, writer->path);
}

void
catalogue_sqlite_abandon(void *owner)
{
    struct writer *writer = owner;

    close_db(writer);
    unlink(writer->new_path); /* where it was finished, it has another name */
    free(writer->path);
    free(writer->new_path);
    free(writer);
}
