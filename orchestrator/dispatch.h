#ifndef ORCHESTRATOR_DISPATCH_H
#define ORCHESTRATOR_DISPATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Which worker gets a request. A worker is never given more than it said it can hold; where all are
 * full, requests wait in the order they came. Knows what is in whose hands, so that a worker's death
 * gives it back. No I/O. */
struct dispatch;

/* One asking of a step. */
struct request {
    uint64_t run; /* the walk's number in this process */
    int step;     /* index in its run */
    int attempt;  /* set when it is given to a worker */
};

struct dispatch *dispatch_new(void);
void dispatch_destroy(struct dispatch **dispatch);

/* WORKER (any pointer that names it) of ROLE can hold CAPACITY requests: it is new, or says it again. */
void dispatch_worker(struct dispatch *dispatch, void *worker, const char *role, int64_t capacity);

/* WORKER is gone. Returns how many requests it held, in *LOST in the order they were given, which the
 * caller frees. */
size_t dispatch_gone(struct dispatch *dispatch, void *worker, struct request **lost);

/* Is there a worker of ROLE that takes anything at all? */
bool dispatch_has(const struct dispatch *dispatch, const char *role);

/* REQUEST wants a worker of ROLE; its place in the order is behind the others. */
void dispatch_want(struct dispatch *dispatch, const char *role, struct request request);

/* The next request that a worker has room for, and that worker: the one with the most room left that
 * does not hold this step already. Takes it out of the queue. False when there is none.
 * dispatch_given() or nothing must follow. */
bool dispatch_next(struct dispatch *dispatch, struct request *request, void **worker);

/* REQUEST, with its attempt, is in WORKER's hands now. */
void dispatch_given(struct dispatch *dispatch, void *worker, struct request request);

/* WORKER has answered: REQUEST is no longer in its hands. False when it was not. */
bool dispatch_answered(struct dispatch *dispatch, void *worker, struct request request);

/* Nobody waits for STEP of RUN any more (STEP -1: for all of the run): it leaves the queue, and CANCEL is
 * called for each worker that has it in hand, which then has room for another. */
typedef void dispatch_cancel(void *owner, void *worker, struct request request);
void dispatch_forget(struct dispatch *dispatch, uint64_t run, int step, dispatch_cancel *cancel, void *owner);

/* How many wait, for ROLE. */
size_t dispatch_waiting(const struct dispatch *dispatch, const char *role);

/* How many are in workers' hands. */
size_t dispatch_in_hand(const struct dispatch *dispatch);

#endif
