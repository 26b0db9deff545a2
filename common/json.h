#ifndef COMMON_JSON_H
#define COMMON_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buffer.h"

/* Small readings of Jansson values that come from outside: nothing here fails on a wrong type,
 * the other value is given. All texts are lent by the value they come from. */

/* Parse SIZE bytes of JSON, an object or an array, duplicate keys refused.
 * Returns a new reference, or NULL (not logged); *WHY, when not NULL, then says why (80 bytes). */
json_t *json_read(const char *bytes, size_t size, char why[80]);

/* Whether SIZE bytes of JSON hold more than MOST values, by their brackets and commas outside of texts. To be
 * asked before what strangers sent is parsed: `{},` are three bytes, and parsed 240. */
bool json_has_more(const char *bytes, size_t size, size_t most);

/* The text at KEY of OBJECT, or OTHER. */
const char *json_text(const json_t *object, const char *key, const char *other);

/* The whole number at KEY of OBJECT (a real is rounded), or OTHER. */
int64_t json_number(const json_t *object, const char *key, int64_t other);

/* Append VALUE to OUT, compact, keys as they stand (flags: JSON_SORT_KEYS or 0). NULL appends "null". */
void json_write(struct buffer *out, const json_t *value, size_t flags);

/* VALUE as compact text that the caller frees, or NULL without memory. */
char *json_string_of(const json_t *value);

/* Read the file at PATH. Returns a new reference or NULL; logged with the line. */
json_t *json_file(const char *path);

/* Apply the JSON Patch (RFC 6902) PATCH to *DOCUMENT, whole or not at all; *DOCUMENT is replaced.
 * Returns 0, or -1 when the patch is malformed, a path is missing or a test fails; *WHY then says why. */
int json_patch(json_t **document, const json_t *patch, char why[80]);

/* Append TEXT to LIST, an array of texts, unless it is there. */
void json_append_once(json_t *list, const char *text);

#endif
