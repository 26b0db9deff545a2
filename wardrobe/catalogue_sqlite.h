#ifndef WARDROBE_CATALOGUE_SQLITE_H
#define WARDROBE_CATALOGUE_SQLITE_H

#include <sqlite3.h>

#include "wardrobe/catalogue_home.h"

/* The parts of the home that is a SQLite file (catalogue_sqlite.c, _write.c, _patch.c). */

#define SECTION_PART (64u << 20) /* bytes of an index's section in one row */

/* The text of the setting NAME, which the caller frees; NULL when there is none. */
char *catalogue_sqlite_setting(sqlite3 *db, const char *name);

/* A section of the index, joined from its parts, malloced; NULL when there is none. */
void *catalogue_sqlite_section(sqlite3 *db, const char *section, size_t *size);

/* Sync the file at NEW_PATH and put it in the place of PATH in one step. Returns 0, or -1 (logged; PATH is as
 * it was). */
int catalogue_sqlite_put_in_place(const char *new_path, const char *path);

/* Of catalogue_home.h. */
void *catalogue_sqlite_begin(const char *path);
int catalogue_sqlite_add(void *writer, const struct item *item, uint32_t product, bool new_product);
int catalogue_sqlite_save_section(void *writer, const char *section, const void *bytes, size_t size);
void *catalogue_sqlite_saved_section(void *writer, const char *section, size_t *size);
int catalogue_sqlite_set(void *writer, const char *name, const char *value);
int catalogue_sqlite_finish(void *writer);
void catalogue_sqlite_abandon(void *writer);

void *catalogue_sqlite_patch_begin(const char *path);
int catalogue_sqlite_patch_find(void *patch, const char *id, struct item *item);
int catalogue_sqlite_patch_next(void *patch, struct item *item);
int catalogue_sqlite_patch_set(void *patch, const struct item *item);
int catalogue_sqlite_patch_say(void *patch, const char *name, const char *value);
void *catalogue_sqlite_patch_section(void *patch, const char *section, size_t *size);
int catalogue_sqlite_patch_finish(void *patch);
void catalogue_sqlite_patch_abandon(void *patch);

#endif
