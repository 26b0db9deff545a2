#ifndef COMMON_PROMPT_H
#define COMMON_PROMPT_H

#include <jansson.h>

#include "common/buffer.h"

/* What a model is told beside its instructions: lines that begin with a label, as the instructions
 * explain them. A line is one line whatever is in it, so that nobody's words can pass for a label. */

/* Append "LABEL: TEXT\n", at most LIMIT bytes of TEXT (0: all; whole characters). Line breaks and other
 * control characters become blanks. */
void prompt_text(struct buffer *out, const char *label, const char *text, size_t limit);

/* Append "LABEL: VALUE\n", VALUE as compact JSON with its keys in order; {} for NULL. */
void prompt_json(struct buffer *out, const char *label, const json_t *value);

/* The criteria as a model is to see them: budgets in major units, and no product's id. New reference. */
json_t *prompt_criteria(const json_t *criteria);

/* The cards shown last ([{id, title, slot, price?, colour?, look?}]) by their numbers from 1, and no
 * product's id:
 * [{n, title, slot, price?: "49.00 USD", colour?, look?: true}]. New reference. */
json_t *prompt_shown(const json_t *shown);

/* HISTORY ([{role, content}]) as messages for the model, with OUT's text as the user's newest; what is no
 * such message is left out. Empties OUT. New reference; NULL without memory. */
json_t *prompt_messages(const json_t *history, struct buffer *out);

#endif
