/* All runs that wait or are under way. Names are joined with a byte that is in no UTF-8 text. */
#include "orchestrator/walks.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/index.h"
#include "orchestrator/walk.h"

#define EARLY_ABORTS 1024
#define EARLY_ABORT_MS 60000

struct early_abort {
    char *name;
    int64_t until_ms;
};

struct walks {
    struct walks_limits limits;
    struct index *by_key, *by_id, *by_thread;
    struct walk *first, *last;
    size_t running, waiting;
    struct early_abort aborts[EARLY_ABORTS];
    size_t next_abort;
};

/* OWNER and NAME as one text that the caller frees. */
static char *
joined(const char *owner, const char *name)
{
    char *both;

    if (asprintf(&both, "%s\xFF%s", owner, name) < 0)
        abort();
    return both;
}

struct walks *
walks_new(const struct walks_limits *limits)
{
    struct walks *walks = calloc(1, sizeof *walks);

    if (walks == NULL)
        abort();
    walks->limits = *limits;
    walks->by_key = index_new();
    walks->by_id = index_new();
    walks->by_thread = index_new();
    return walks;
}

void
walks_destroy(struct walks **walks)
{
    if (*walks == NULL)
        return;
    assert((*walks)->first == NULL);
    for (size_t i = 0; i < EARLY_ABORTS; i++)
        free((*walks)->aborts[i].name);
    index_destroy(&(*walks)->by_key);
    index_destroy(&(*walks)->by_id);
    index_destroy(&(*walks)->by_thread);
    free(*walks);
    *walks = NULL;
}

struct walk *
walks_by_key(const struct walks *walks, const char *key)
{
    return index_get(walks->by_key, key);
}

static struct walk *
find(const struct index *index, const char *owner, const char *name)
{
    char *both = joined(owner, name);
    struct walk *walk = index_get(index, both);

    free(both);
    return walk;
}

struct walk *
walks_by_id(const struct walks *walks, const char *owner, const char *run_id)
{
    return find(walks->by_id, owner, run_id);
}

struct walk *
walks_of_thread(const struct walks *walks, const char *owner, const char *thread)
{
    return find(walks->by_thread, owner, thread);
}

struct walk *
walks_first(const struct walks *walks)
{
    return walks->first;
}

const char *
walks_full(const struct walks *walks, const char *owner, const char *thread)
{
    const struct walk *walk = walks_of_thread(walks, owner, thread);
    int64_t waiting = -1; /* the first of them runs */

    for (; walk != NULL; walk = walk->next_in_thread)
        waiting++;
    if (waiting >= walks->limits.waiting_in_thread)
        return "This conversation has as many questions waiting as it may; let one be answered first.";
    if ((int64_t)walks->running >= walks->limits.running && (int64_t)walks->waiting >= walks->limits.waiting)
        return "Too many questions are waiting at this moment; please ask again a little later.";
    return NULL;
}

void
walks_add(struct walks *walks, struct walk *walk)
{
    struct walk *ahead;

    walk->name_id = joined(walk->stored.owner, walk->stored.run_id);
    walk->name_thread = joined(walk->stored.owner, walk->stored.thread);
    index_put(walks->by_key, walk->stored.key, walk);
    index_put(walks->by_id, walk->name_id, walk);
    walk->next_in_thread = NULL;
    ahead = index_get(walks->by_thread, walk->name_thread);
    if (ahead == NULL)
        index_put(walks->by_thread, walk->name_thread, walk);
    else {
        while (ahead->next_in_thread != NULL)
            ahead = ahead->next_in_thread;
        ahead->next_in_thread = walk;
    }
    walk->next = NULL;
    walk->previous = walks->last;
    *(walks->last == NULL ? &walks->first : &walks->last->next) = walk;
    walks->last = walk;
    walks->waiting++;
}

static void
leave_thread(struct walks *walks, struct walk *walk)
{
    struct walk *first = index_get(walks->by_thread, walk->name_thread);

    if (first != walk) {
        while (first->next_in_thread != walk)
            first = first->next_in_thread;
        first->next_in_thread = walk->next_in_thread;
        return;
    }
    index_remove(walks->by_thread, walk->name_thread);
    if (walk->next_in_thread != NULL)
        index_put(walks->by_thread, walk->next_in_thread->name_thread, walk->next_in_thread);
}

void
walks_remove(struct walks *walks, struct walk *walk)
{
    leave_thread(walks, walk);
    index_remove(walks->by_key, walk->stored.key);
    index_remove(walks->by_id, walk->name_id);
    *(walk->previous == NULL ? &walks->first : &walk->previous->next) = walk->next;
    *(walk->next == NULL ? &walks->last : &walk->next->previous) = walk->previous;
    if (walk->stored.state == STORE_RUN_WAITING)
        walks->waiting--;
    else
        walks->running--;
}

struct walk *
walks_next(const struct walks *walks)
{
    if ((int64_t)walks->running >= walks->limits.running || walks->waiting == 0)
        return NULL;
    for (struct walk *walk = walks->first; walk != NULL; walk = walk->next)
        if (walk->stored.state == STORE_RUN_WAITING && index_get(walks->by_thread, walk->name_thread) == walk)
            return walk;
    return NULL;
}

void
walks_runs(struct walks *walks, struct walk *walk)
{
    assert(walk->stored.state == STORE_RUN_WAITING);
    walk->stored.state = STORE_RUN_RUNNING;
    walks->waiting--;
    walks->running++;
}

size_t
walks_running(const struct walks *walks)
{
    return walks->running;
}

size_t
walks_waiting(const struct walks *walks)
{
    return walks->waiting;
}

void
walks_abort_early(struct walks *walks, const char *owner, const char *run_id, int64_t now_ms)
{
    struct early_abort *stopped = &walks->aborts[walks->next_abort++ % EARLY_ABORTS];

    free(stopped->name);
    stopped->name = joined(owner, run_id);
    stopped->until_ms = now_ms + EARLY_ABORT_MS;
}

bool
walks_was_aborted(struct walks *walks, const char *owner, const char *run_id, int64_t now_ms)
{
    char *name = joined(owner, run_id);
    bool was = false;

    for (size_t i = 0; i < EARLY_ABORTS; i++) {
        struct early_abort *stopped = &walks->aborts[i];

        if (stopped->name == NULL || strcmp(stopped->name, name) != 0)
            continue;
        was = was || stopped->until_ms > now_ms;
        free(stopped->name);
        stopped->name = NULL;
    }
    free(name);
    return was;
}
