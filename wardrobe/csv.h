#ifndef WARDROBE_CSV_H
#define WARDROBE_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "wardrobe/source.h"

/* Records of fields parted by commas or tabs. A field in double quotes may hold the separator, newlines, and
 * quotes written twice; a quote in the middle of an unquoted field is a character like others. So is one at
 * the beginning of a field parted by tabs that closes only within another row, or never ('12" boots' is
 * written like that); parted by commas such a row is refused. */

#define CSV_FIELDS 256          /* at most in a record */
#define CSV_RECORD_BYTES 262144 /* at most in a record */

struct csv;

/* Read SOURCE's records, parted by SEPARATOR. A byte order mark at the start is skipped. SOURCE is lent and
 * must live as long. NULL without memory (logged). */
struct csv *csv_open(struct source *source, char separator);
void csv_close(struct csv **csv);

enum csv_outcome { CSV_RECORD, CSV_END, CSV_FAILED, CSV_REFUSED };

/* Take the next record that is not empty: FIELDS are lent until the next call, never NULL, UTF-8 or not as
 * they came; COUNT how many. CSV_REFUSED: the record is too long or has a quote that closes within another,
 * *WHY says so, and reading may go on. CSV_FAILED: the source did, or ends within quotes (logged). */
enum csv_outcome csv_next(struct csv *csv, char ***fields, size_t *count, const char **why);

/* The line on which the last record began, from 1. */
long csv_line(const struct csv *csv);

#endif
