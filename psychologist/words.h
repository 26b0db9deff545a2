#ifndef PSYCHOLOGIST_WORDS_H
#define PSYCHOLOGIST_WORDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* Lists of words out of a model's answer. No I/O. */

/* LIST's texts, each trimmed and with its ASCII letters small (or capital: UPPER), at most LIMIT of them,
 * none empty, longer than BYTES, with a control character in it or there already. New reference; [] for what
 * is no list. */
json_t *words_clean(const json_t *list, size_t limit, size_t bytes, bool upper);

bool words_have(const json_t *words, const char *word);

/* The words of ONE and then those of OTHER that are not in it. New reference. */
json_t *words_union(const json_t *one, const json_t *other);

/* The words of ONE that are not in OTHER. New reference. */
json_t *words_without(const json_t *one, const json_t *other);

/* TEXT trimmed, or NULL when it is no text, empty, or has control characters other than blanks; cut at a
 * character within BYTES. New reference. */
json_t *words_text(const json_t *text, size_t bytes);

#endif
