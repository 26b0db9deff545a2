#ifndef PSYCHOLOGIST_CHANGE_H
#define PSYCHOLOGIST_CHANGE_H

#include <jansson.h>

#include "psychologist/criterion.h"

/* What the shopper has said, done to the thread's criteria (an object by key). No I/O. */

#define CHANGE_CRITERIA 48 /* in one thread; what would be more is left out */
#define CHANGE_PRODUCTS 50 /* ruled out in one thread; the oldest are let in again */

/* Do what CHANGE says to CRITERIA.
 *
 * Setting: `any` takes the place of what stood there, and `none` adds to it; a word that is now wanted
 * is no longer excluded, and the other way round. What is said for `all` slots takes the place of
 * what was said for one of them. A size takes the place of its own class only.
 * Removing: its words, or all of it where it names none; without a scope, a class or a slot all of them. */
void change_criteria(json_t *criteria, const struct criterion *change);

/* Rule out the cards whose NUMBERS (from 1) the shopper named of those SHOWN last. */
void change_exclude(json_t *criteria, const json_t *shown, const json_t *numbers);

/* The JSON Patch (remove, add) that makes AFTER of BEFORE, both objects. New reference. */
json_t *change_patch(const json_t *before, const json_t *after);

#endif
