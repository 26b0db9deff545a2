#ifndef ORCHESTRATOR_WALKS_H
#define ORCHESTRATOR_WALKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All runs that wait or are under way, by their names; whose turn is next; and aborts that came before
 * their query. No I/O. */
struct walks;
struct walk;

struct walks_limits {
    int64_t running, waiting, waiting_in_thread;
};

struct walks *walks_new(const struct walks_limits *limits);
void walks_destroy(struct walks **walks); /* the walks are not; there must be none */

struct walk *walks_by_key(const struct walks *walks, const char *key);
struct walk *walks_by_id(const struct walks *walks, const char *owner, const char *run_id);
struct walk *walks_of_thread(const struct walks *walks, const char *owner,
                             const char *thread);    /* its first */
struct walk *walks_first(const struct walks *walks); /* then walk->next */

/* May another run be accepted in OWNER's THREAD? NULL, or what is full as a sentence for the client. */
const char *walks_full(const struct walks *walks, const char *owner, const char *thread);

/* WALK, waiting, is behind all others; walks_remove() takes it out. */
void walks_add(struct walks *walks, struct walk *walk);
void walks_remove(struct walks *walks, struct walk *walk);

/* The oldest waiting one whose thread is free, if there is room for it to run; else NULL.
 * The caller makes it RUNNING and says so with walks_runs(). */
struct walk *walks_next(const struct walks *walks);
void walks_runs(struct walks *walks, struct walk *walk);

size_t walks_running(const struct walks *walks);
size_t walks_waiting(const struct walks *walks);

/* OWNER has stopped RUN_ID, which is not known (yet): it is remembered for a minute. */
void walks_abort_early(struct walks *walks, const char *owner, const char *run_id, int64_t now_ms);

/* Has it been? It is forgotten then. */
bool walks_was_aborted(struct walks *walks, const char *owner, const char *run_id, int64_t now_ms);

#endif
