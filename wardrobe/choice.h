#ifndef WARDROBE_CHOICE_H
#define WARDROBE_CHOICE_H

#include <jansson.h>

/* The model's choice among numbered lines, checked. No I/O. */

#define CHOICE_LINES 12     /* shown at most */
#define CHOICE_SENTENCE 200 /* bytes of a sentence, at most */

/* LINES (texts) as the model sees them: each with its number before it, from 1, at most CHOICE_LINES. New
 * reference. */
json_t *choice_numbered(const json_t *lines);

/* Read ANSWER, JSON as choice.json has it. *ORDER becomes the numbers of 1 to COUNT that it names, each once,
 * best first; *WHY an object of the sentences by number. What is out of range, named twice or too long, or
 * names a price, is left out. New references. Returns 0, or -1 when no number of COUNT is named or it is no
 * such answer: the search's order stands. */
int choice_read(const char *answer, size_t count, json_t **order, json_t **why);

#endif
