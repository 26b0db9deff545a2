#ifndef COMMON_JSON_QUICK_H
#define COMMON_JSON_QUICK_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/buffer.h"

/* Jansson's values, read and written several times as fast as Jansson reads and writes them: it takes a text
 * byte by byte through three functions, and most of what the daemons did was that. Only for json.c and
 * lenient.c. */

/* Read SIZE bytes of ordinary JSON: any value, of duplicate keys the last when LAST_WINS.
 *
 * Returns a new reference, which is then what json_loadb() gives; or NULL for everything else, which is to be
 * given to json_loadb(), for the value or for what is wrong: errors, duplicates where they are not allowed,
 * numbers of more than 18 digits, \u0000 and lone surrogates, more than 200 levels. */
json_t *json_quick_read(const char *bytes, size_t size, bool last_wins);

/* Where the string ends whose inside begins at AT: at its quote, before END. NULL when it does not. */
const char *json_quick_string_end(const char *at, const char *end);

/* Read SIZE bytes that stand between the quotes of a JSON string (the second quote is read too) into *TEXT,
 * which is lent by BYTES or by PLAIN. False when no quick string can have them there. */
bool json_quick_string(const char *bytes, size_t size, struct buffer *plain, const char **text,
                       size_t *text_size);

/* Append VALUE to OUT, compact, with SORTED keys or as they stand. `failed` when it has more than 2,100
 * levels: Jansson reads 2,048 at most, and what is deeper was built from itself. */
void json_quick_write(struct buffer *out, const json_t *value, bool sorted);

#endif
