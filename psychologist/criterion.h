#ifndef PSYCHOLOGIST_CRITERION_H
#define PSYCHOLOGIST_CRITERION_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/slots.h"

/* One criterion as the model has given it, checked; nothing that it says is trusted. No I/O. */

#define CRITERION_WORDS 12      /* in one list */
#define CRITERION_WORD_BYTES 60 /* of one word */

struct criterion {
    bool removes;         /* takes a criterion away, instead of setting one */
    const char *field;    /* one of the known ones */
    char slot[SLOT_SIZE]; /* "all", or a slot of the look */
    json_t *any, *none;   /* lists of clean words, perhaps empty */
    int64_t min, max;     /* price, minor units; -1: none */
    char currency[4];     /* price; "" without an amount */
    const char *scope;    /* price: "item" or "outfit"; "": neither was said (only when it removes) */
    const char *class;    /* size: "letters", "shoes", ...; "": not said (only when it removes) */
    const char *system;   /* size: "EU", "US", ..., or "" */
};

/* Read ITEM of the model's list. FACETS say what currency the shop has and its sizes; LOOK is true when a
 * whole outfit is wanted, which is then what a budget without a scope is for.
 * Returns 0, or -1 when there is nothing in it that could be kept (OUT needs no clearing). */
int criterion_read(const json_t *item, const json_t *facets, bool look, struct criterion *out);
void criterion_clear(struct criterion *criterion);

/* CRITERION's key among the thread's criteria: "size.letters", "budget.outfit", "colour.top",
 * "not.material". PART is "any" or "none". */
void criterion_key(const struct criterion *criterion, const char *part, char key[120]);

/* What the bus carries for it, without a label: `any` of PART "any" (with amounts, for a price), `none` of
 * PART "none". New reference. */
json_t *criterion_value(const struct criterion *criterion, const char *part);

#endif
