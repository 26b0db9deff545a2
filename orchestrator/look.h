#ifndef ORCHESTRATOR_LOOK_H
#define ORCHESTRATOR_LOOK_H

#include <stdbool.h>
#include <stdint.h>

/* The outfit: of the candidates of each slot one, so that no product is there twice, colours and
 * formality go together, and the whole keeps the outfit's budget. Exact search, no I/O. */

#define LOOK_SLOTS 12      /* more are left open */
#define LOOK_CANDIDATES 12 /* for one slot; more are not considered */

struct look_candidate {
    const char *product;       /* its id */
    const char *colour_family; /* "neutral", "blue", ...; "" unknown */
    char gender;               /* 'm' or 'f'; '\0': for both, or unknown */
    double formality;          /* 0 sport to 1 evening; negative: unknown */
    bool unfit;                /* not for the occasion: it is never chosen */
    int64_t price;             /* minor units of the catalogue's currency; negative: unknown */
};

struct look_slot {
    const char *slot;
    int count;
    struct look_candidate candidates[LOOK_CANDIDATES]; /* best first */
};

struct look {
    int chosen[LOOK_SLOTS]; /* index into the slot's candidates, or -1: the slot stays open */
    int64_t total;          /* of the known prices */
    bool kept;              /* the total is within the budget and every price is known */
};

/* Compose a look of COUNT slots (at most LOOK_SLOTS). BUDGET in minor units, negative: none.
 * A slot is left open only when nothing in it fits: not for the occasion, all of it taken, beyond the budget,
 * or (top, bottom and set beside a dress; a bottom beside a set, and a top unless it is a suit; men's and
 * women's) not worn together. */
void look_compose(const struct look_slot *slots, int count, int64_t budget, struct look *look);

/* How well two colour families go together, 0 to 1. */
double look_colours(const char *one, const char *other);

#endif
