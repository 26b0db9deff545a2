#ifndef WARDROBE_LINES_H
#define WARDROBE_LINES_H

#include <stddef.h>

#include "wardrobe/source.h"

/* A source line by line, for feeds of one JSON value a line. */

#define LINES_BYTES 4194304 /* at most in a line: a product may have hundreds of variants */

struct lines;

/* Read SOURCE's lines; a byte order mark at the start is skipped. SOURCE is lent and must live as long. NULL
 * without memory (logged). */
struct lines *lines_open(struct source *source);
void lines_close(struct lines **lines);

enum lines_outcome { LINES_LINE, LINES_END, LINES_FAILED, LINES_TOO_LONG };

/* Take the next line that is not blank: *TEXT is lent until the next call, without its line end.
 * LINES_TOO_LONG: it was left out, and reading may go on. LINES_FAILED: the source did (logged). */
enum lines_outcome lines_next(struct lines *lines, const char **text, size_t *size);

/* The number of the last line, from 1. */
long lines_number(const struct lines *lines);

#endif
