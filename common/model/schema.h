#ifndef COMMON_MODEL_SCHEMA_H
#define COMMON_MODEL_SCHEMA_H

#include <jansson.h>

/* Check VALUE against SCHEMA: the subset of JSON Schema that strict tools and structured answers are made
 * of: type (one or a list), enum, const, properties, required, additionalProperties, items, anyOf,
 * $ref into $defs, minimum, maximum, minLength, maxLength, minItems, maxItems. Other keywords are not looked
 * at.
 *
 * Returns 0, or -1: then WHY says where and what, for a log line and for the model. */
int schema_check(const json_t *schema, const json_t *value, char why[160]);

#endif
