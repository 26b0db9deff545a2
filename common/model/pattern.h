#ifndef COMMON_MODEL_PATTERN_H
#define COMMON_MODEL_PATTERN_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/buffer.h"

/* The events of a stream of Chat Completions are alike: a token each, in an envelope of some 200 bytes that
 * stays. Reading the envelope anew for each token was most of what an assistant did. The pattern is the last
 * event that was read; one that differs from it only in its words (or in its piece of a call's arguments) is
 * the same values with another text. {0} is none yet. */
struct pattern {
    json_t *value;      /* of the last event */
    json_t *words;      /* the string in it that changes; lent by `value` */
    struct buffer text; /* its bytes */
    size_t begin, end;  /* where the words stand in them, without their quotes */
    int misses;         /* patterns in a row that were good for nothing */
    struct buffer plain;
};

void pattern_clear(struct pattern *pattern);

/* Are these bytes the pattern with other words? Then PATTERN->value is what lenient_read() would give; lent
 * until the next call. */
bool pattern_reads(struct pattern *pattern, const char *bytes, size_t size);

/* VALUE was read from these bytes, which did not fit: they are the pattern from now on, if they have words.
 */
void pattern_learn(struct pattern *pattern, json_t *value, const char *bytes, size_t size);

#endif
