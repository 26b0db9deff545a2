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

/* The same for what stands around the model's words: what makes no sense there must not cost the answer.
 * Invalid UTF-8 becomes U+FFFD, a control character in a string a blank, and a number that is none or that
 * no number here holds (NaN, 1e999, 20 digits) 0. Not for a call's arguments: nothing is made up in them. */
json_t *lenient_event(const char *bytes, size_t size);

/* SIZE bytes of UTF-8 with each NUL replaced by U+FFFD, as a string that the caller frees. NULL without
 * memory. */
char *lenient_string(const char *text, size_t size);

/* TEXT's first at most LIMIT bytes, cut at a character, each control character a blank and each byte that is
 * no UTF-8 a `?`: for the log and for messages.
 * The caller frees it; NULL only without memory. */
char *lenient_cut(const char *text, size_t size, size_t limit);

#endif
