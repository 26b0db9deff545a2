#ifndef COMMON_INSTRUCTIONS_H
#define COMMON_INSTRUCTIONS_H

#include <jansson.h>

#include "common/options.h"

/* An assistant's instructions and its schema or tool: files that an operator may edit, read at the start
 * and again on SIGHUP. They are looked for in the folder ASSISTANT below the option `instructions`, and,
 * file by file, in the project's own folder of that name where they are not there. */
struct instructions;

/* Read ASSISTANT's instructions.md and, when not NULL, SCHEMA_FILE beside it: a strict schema or a tool.
 * NULL when they can't be read or make no sense (logged with what is wrong). */
struct instructions *instructions_open(const struct options *options, const char *assistant,
                                       const char *schema_file);
void instructions_close(struct instructions **instructions);

/* Read them again. Where they are broken the ones of before stay, both of them (logged). */
void instructions_reload(struct instructions *instructions, const struct options *options);

/* All are lent, good until the next reload. */
const char *instructions_text(const struct instructions *instructions);
const json_t *instructions_schema(const struct instructions *instructions); /* NULL without SCHEMA_FILE */

/* "psychologist_1a2b3c4d": the assistant, and a hash of text and schema, for cache keys and schema names. */
const char *instructions_version(const struct instructions *instructions);

#endif
