#ifndef WARDROBE_CATALOGUE_SQLITE_H
#define WARDROBE_CATALOGUE_SQLITE_H

#define SECTION_PART (64u << 20) /* bytes of an index's section in one row */

/* Sync the file at NEW_PATH and put it in the place of PATH in one step. Returns 0, or -1 (logged; PATH is as
 * it was). */
int catalogue_put_in_place(const char *new_path, const char *path);

#endif
