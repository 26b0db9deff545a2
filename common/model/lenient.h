#ifndef COMMON_MODEL_LENIENT_H
#define COMMON_MODEL_LENIENT_H

#include <jansson.h>
#include <stddef.h>

/* JSON as model servers write it. Unlike json_read() it takes the last of duplicate keys (LiteLLM's error
 * frames have them), `\u0000`, and lone surrogates, which become U+FFFD (a character of two halves may be
 * cut between two deltas). Depth is bounded by Jansson's 2048.
 *
 * Returns a new reference to an object or array, or NULL (not logged). */
json_t *lenient_read(const char *bytes, size_t size);

/* SIZE bytes of UTF-8 with each NUL replaced by U+FFFD, as a string that the caller frees. NULL without
 * memory. */
char *lenient_string(const char *text, size_t size);

/* TEXT's first at most LIMIT bytes, cut at a character and without control characters: for the log.
 * The caller frees it; NULL only without memory. */
char *lenient_cut(const char *text, size_t size, size_t limit);

#endif
