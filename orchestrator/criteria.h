#ifndef ORCHESTRATOR_CRITERIA_H
#define ORCHESTRATOR_CRITERIA_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* A thread's criteria: an object by key (docs/criteria.md). No I/O. */

#define CRITERIA_MAX 50    /* in one thread; a wardrobe holds 63 at once, with those of a wish and of words */
#define CRITERION_WORDS 64 /* in one of its lists */
#define CRITERION_CHARS 200 /* bytes of one of its words */

/* Apply PATCH as a frontend sends it: whole or not at all, and only to a set of criteria that is one
 * afterwards (every value an object with a known field). 0; -1 when it doesn't, *WHY says why. */
int criteria_edit(json_t **criteria, const json_t *patch, char why[80]);

/* Apply PATCH as the assessment gives it, operation by operation: one that doesn't fit (the thread has
 * changed meanwhile) is left out. Returns how many were left out. */
int criteria_learn(json_t **criteria, const json_t *patch);

/* Does AFTER forbid something that BEFORE allowed: is a hard criterion new or changed? */
bool criteria_are_stricter(const json_t *before, const json_t *after);

/* Is CRITERION enforced, and not only preferred? */
bool criterion_is_hard(const json_t *criterion);

/* The outfit's budget: its most in minor units and *CURRENCY (lent), or -1 without one. */
int64_t criteria_budget(const json_t *criteria, const char **currency);

#endif
