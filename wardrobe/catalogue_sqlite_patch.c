/* catalogue_sqlite_patch -- a catalogue with other prices and stock; see catalogue.h. A copy is changed and
 * put in the old one's place: its index stays as it is, but for the columns of the variants, which are
 * written where they lie. */

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "wardrobe/catalogue_sqlite.h"

struct patch {
    char *path, *new_path;
    sqlite3 *db;
    sqlite3_stmt *find, *all, *update;
    sqlite3_int64 parts[64]; /* rowids of the section's parts */
    int part_count;
    char currency[4]; /* the catalogue's */
    int64_t found;    /* the number of the variant found last, -1 for none */
};

#define COLUMNS                                                                                              \
    "SELECT v.number, v.id, p.id, p.title, p.description, p.bullets, p.brand, v.link, v.image, p.type, "     \
    "v.colour, v.size,"                                                                                      \
    " v.size_system, v.size_type, v.material, v.pattern, v.gender, v.age, v.availability, v.price, v.sale, " \
    "v.sale_from,"                                                                                           \
    " v.sale_to, v.currency, p.rating, p.rating_count FROM variants v JOIN products p ON p.number = "        \
    "v.product"

static int
say(const struct patch *patch)
{
    log_error("%s: %s", patch->new_path, sqlite3_errmsg(patch->db));
    return -1;
}

/* -- the copy ------------------------------------------------------------------------------------ */

/* Copy the file at FROM to TO; the file system may share the blocks. Returns 0, or -1 (logged). */
static int
copy_file(const char *from, const char *to)
{
    int in = open(from, O_RDONLY | O_CLOEXEC), out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    ssize_t copied = -1;

    if (in >= 0 && out >= 0)
        while ((copied = copy_file_range(in, NULL, out, NULL, 1 << 30, 0)) > 0)
            continue;
    if (copied < 0 && in >= 0 && out >= 0 && lseek(out, 0, SEEK_CUR) == 0) { /* not on this file system */
        char bytes[65536];

        while ((copied = read(in, bytes, sizeof bytes)) > 0)
            if (write(out, bytes, (size_t)copied) != copied) {
                copied = -1;
                break;
            }
    }
    if (copied < 0)
        log_error("%s: can't be copied to %s: %s", from, to, strerror(errno));
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
    return copied < 0 ? -1 : 0;
}

static int
prepare(struct patch *patch, const char *sql, sqlite3_stmt **statement)
{
    return sqlite3_prepare_v3(patch->db, sql, -1, SQLITE_PREPARE_PERSISTENT, statement, NULL) == SQLITE_OK
               ? 0
               : say(patch);
}

/* Find where the variants' columns lie, and the catalogue's currency. */
static int
find_sections(struct patch *patch)
{
    sqlite3_stmt *statement = NULL;

    if (prepare(patch,
                "SELECT rowid, name, bytes FROM sections WHERE name = 'currency' OR name = 'variants' ORDER "
                "BY part",
                &statement) < 0)
        return -1;
    while (sqlite3_step(statement) == SQLITE_ROW) {
        if (strcmp((const char *)sqlite3_column_text(statement, 1), "variants") == 0) {
            if (patch->part_count < 64)
                patch->parts[patch->part_count++] = sqlite3_column_int64(statement, 0);
        } else if (sqlite3_column_bytes(statement, 2) == 4) {
            memcpy(patch->currency, sqlite3_column_blob(statement, 2), 3);
        }
    }
    sqlite3_finalize(statement);
    if (patch->part_count > 0)
        return 0;
    log_error("%s: its index is broken: import the shop's feed again", patch->path);
    return -1;
}

/* Whether the copy is a catalogue of this program; says what to do when not. */
static bool
is_ours(struct patch *patch)
{
    char *schema = catalogue_sqlite_setting(patch->db, "schema");
    bool ours = schema != NULL && strcmp(schema, CATALOGUE_SCHEMA) == 0;

    free(schema);
    if (!ours)
        log_error("%s: no catalogue of this version: import the shop's feed first, without --patch",
                  patch->path);
    return ours;
}

static int
open_copy(struct patch *patch)
{
    if (access(patch->path, R_OK) < 0) {
        log_error("%s: no catalogue there to patch: import the shop's feed first, without --patch",
                  patch->path);
        return -1;
    }
    if (copy_file(patch->path, patch->new_path) < 0)
        return -1;
    if (sqlite3_open(patch->new_path, &patch->db) != SQLITE_OK ||
        sqlite3_exec(patch->db, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN", NULL, NULL,
                     NULL) != SQLITE_OK)
        return say(patch);
    if (!is_ours(patch) || find_sections(patch) < 0 ||
        prepare(patch, COLUMNS " WHERE v.id = ?", &patch->find) < 0 ||
        prepare(patch,
                "UPDATE variants SET price = ?, sale = ?, sale_from = ?, sale_to = ?, currency = ?, "
                "availability = ?"
                " WHERE number = ?",
                &patch->update) < 0)
        return -1;
    return prepare(patch, COLUMNS " ORDER BY v.number", &patch->all);
}

void *
catalogue_sqlite_patch_begin(const char *path)
{
    struct patch *patch = calloc(1, sizeof *patch);

    if (patch == NULL || (patch->path = strdup(path)) == NULL ||
        asprintf(&patch->new_path, "%s.patched", path) < 0) {
        log_error("%s: no memory", path);
        if (patch != NULL)
            free(patch->path);
        free(patch);
        return NULL;
    }
    patch->found = -1;
    if (open_copy(patch) == 0)
        return patch;
    catalogue_sqlite_patch_abandon(patch);
    return NULL;
}

/* -- variants ------------------------------------------------------------------------------------ */

static const char *
text(sqlite3_stmt *statement, int column)
{
    const char *found = (const char *)sqlite3_column_text(statement, column);

    return found == NULL ? "" : found;
}

/* Fill ITEM from the row that STATEMENT stands on. */
static void
read_item(sqlite3_stmt *statement, struct item *item)
{
    const char **const texts[] = { &item->id,        &item->group,    &item->title,  &item->description,
                                   &item->bullets,   &item->brand,    &item->link,   &item->image,
                                   &item->type,      &item->colour,   &item->size,   &item->size_system,
                                   &item->size_type, &item->material, &item->pattern };
    int column = 1;

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        *texts[i] = text(statement, column++);
    item->gender = (uint8_t)sqlite3_column_int(statement, column++);
    item->age = (uint8_t)sqlite3_column_int(statement, column++);
    item->availability = (enum availability)sqlite3_column_int(statement, column++);
    item->price = sqlite3_column_int64(statement, column++);
    item->sale = sqlite3_column_int64(statement, column++);
    item->sale_from = sqlite3_column_int64(statement, column++);
    item->sale_to = sqlite3_column_int64(statement, column++);
    snprintf(item->currency, sizeof item->currency, "%s", text(statement, column++));
    item->rating = sqlite3_column_double(statement, column++);
    item->rating_count = sqlite3_column_int64(statement, column);
}

int
catalogue_sqlite_patch_find(void *owner, const char *id, struct item *item)
{
    struct patch *patch = owner;
    int status;

    sqlite3_reset(patch->find);
    sqlite3_bind_text(patch->find, 1, id, -1, SQLITE_TRANSIENT);
    status = sqlite3_step(patch->find);
    patch->found = -1;
    if (status == SQLITE_DONE)
        return 0;
    if (status != SQLITE_ROW)
        return say(patch);
    patch->found = sqlite3_column_int64(patch->find, 0);
    read_item(patch->find, item);
    return 1;
}

int
catalogue_sqlite_patch_next(void *owner, struct item *item)
{
    struct patch *patch = owner;
    int status = sqlite3_step(patch->all);

    if (status == SQLITE_DONE)
        return 0;
    if (status != SQLITE_ROW)
        return say(patch);
    read_item(patch->all, item);
    return 1;
}

/* Read SIZE bytes of the section from AT on, or write them; they may lie in two parts. Returns 0, or -1
 * (logged). */
static int
touch_section(struct patch *patch, bool write, size_t at, void *bytes, size_t size)
{
    while (size > 0) {
        size_t part = at / SECTION_PART, offset = at % SECTION_PART;
        size_t piece = SECTION_PART - offset < size ? SECTION_PART - offset : size;
        sqlite3_blob *blob = NULL;
        int status =
            (int)part >= patch->part_count
                ? SQLITE_CORRUPT
                : sqlite3_blob_open(patch->db, "main", "sections", "bytes", patch->parts[part], write, &blob);

        if (status == SQLITE_OK)
            status = write ? sqlite3_blob_write(blob, bytes, (int)piece, (int)offset)
                           : sqlite3_blob_read(blob, bytes, (int)piece, (int)offset);
        sqlite3_blob_close(blob);
        if (status != SQLITE_OK) {
            log_error("%s: the index's variants can't be %s: %s", patch->new_path, write ? "written" : "read",
                      sqlite3_errstr(status));
            return -1;
        }
        at += piece;
        bytes = (char *)bytes + piece;
        size -= piece;
    }
    return 0;
}

static int
set_column(struct patch *patch, const struct item *item)
{
    size_t at = (size_t)patch->found * sizeof(struct variant);
    struct variant variant;

    if (touch_section(patch, false, at, &variant, sizeof variant) < 0)
        return -1;
    catalogue_patch_variant(&variant, item, patch->currency);
    return touch_section(patch, true, at, &variant, sizeof variant);
}

int
catalogue_sqlite_patch_set(void *owner, const struct item *item)
{
    struct patch *patch = owner;
    sqlite3_stmt *update = patch->update;
    int status;

    sqlite3_bind_int64(update, 1, item->price);
    sqlite3_bind_int64(update, 2, item->sale);
    sqlite3_bind_int64(update, 3, item->sale_from);
    sqlite3_bind_int64(update, 4, item->sale_to);
    sqlite3_bind_text(update, 5, item->currency, -1, SQLITE_STATIC);
    sqlite3_bind_int(update, 6, (int)item->availability);
    sqlite3_bind_int64(update, 7, patch->found);
    status = sqlite3_step(update);
    sqlite3_reset(update);
    return status == SQLITE_DONE ? set_column(patch, item) : say(patch);
}

/* -- the end ------------------------------------------------------------------------------------- */

static void
close_db(struct patch *patch)
{
    sqlite3_finalize(patch->find);
    sqlite3_finalize(patch->all);
    sqlite3_finalize(patch->update);
    sqlite3_close(patch->db);
    patch->find = patch->all = patch->update = NULL;
    patch->db = NULL;
}

int
catalogue_sqlite_patch_say(void *owner, const char *name, const char *value)
{
    struct patch *patch = owner;
    char *sql = sqlite3_mprintf("INSERT OR REPLACE INTO meta VALUES (%Q, %Q)", name, value);
    int status = sql == NULL || sqlite3_exec(patch->db, sql, NULL, NULL, NULL) != SQLITE_OK ? say(patch) : 0;

    sqlite3_free(sql);
    return status;
}

void *
catalogue_sqlite_patch_section(void *owner, const char *section, size_t *size)
{
    return catalogue_sqlite_section(((struct patch *)owner)->db, section, size);
}

int
catalogue_sqlite_patch_finish(void *owner)
{
    struct patch *patch = owner;

    sqlite3_reset(patch->find);
    sqlite3_reset(patch->all);
    if (sqlite3_exec(patch->db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
        return say(patch);
    close_db(patch);
    return catalogue_sqlite_put_in_place(patch->new_path, patch->path);
}

void
catalogue_sqlite_patch_abandon(void *owner)
{
    struct patch *patch = owner;

    close_db(patch);
    unlink(patch->new_path);
    free(patch->new_path);
    free(patch->path);
    free(patch);
}
