#ifndef WARDROBE_COLUMNS_H
#define WARDROBE_COLUMNS_H

#include <stddef.h>

#include "wardrobe/csv.h"
#include "wardrobe/source.h"

/* The header row of a separated feed: which column means what. */

#define COLUMN_NAME 64

/* NAME as all spellings of it come out: "g:Item Group ID", "item-group-id" and "item_group_id" are the same.
 */
void column_plain(const char *name, char plain[COLUMN_NAME]);

/* Another name for a column; a reader's own meanings begin where Google's fields end. */
struct column_alias {
    const char *name; /* plain */
    int meaning;
};

/* What the column PLAIN means by one of the COUNT ALIASES; -1 for none of them. */
int column_alias(const char *plain, const struct column_alias *aliases, size_t count);

/* The same, or else Google's field of that name. */
int column_meaning(const char *plain, const struct column_alias *aliases, size_t count);

/* Tab, comma or semicolon: what the header row of SOURCE has most of. Nothing is taken. */
char columns_separator(struct source *source);

typedef int column_reader(const char *plain, const struct column_alias *aliases, size_t count);

/* Take CSV's first record: what each column means to MEANING (one of the two above). Returns how many columns
 * there are, 0 when there is no header row (logged for PATH). */
size_t columns_read(struct csv *csv, const char *path, column_reader *meaning,
                    const struct column_alias *aliases, size_t count, int meanings[CSV_FIELDS]);

#endif
