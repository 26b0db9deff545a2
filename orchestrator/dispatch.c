/* Which worker gets a request. A few workers for each role, each with at most some hundred requests in
 * hand: lists are enough. */
#include "orchestrator/dispatch.h"

#include <stdlib.h>
#include <string.h>

#include "common/log.h"

struct worker {
    struct worker *next;
    void *name;
    char role[16];
    int64_t capacity;
    struct request *held; /* in the order they were given */
    size_t count, room;
};

struct waiting {
    struct waiting *next;
    char role[16];
    struct request request;
};

struct dispatch {
    struct worker *workers;
    struct waiting *first, **last;
    size_t in_hand;
    uint64_t turns; /* the next of equals has its turn */
};

struct dispatch *
dispatch_new(void)
{
    struct dispatch *dispatch = calloc(1, sizeof *dispatch);

    if (dispatch == NULL) {
        log_error("dispatch: no memory");
        return NULL;
    }
    dispatch->last = &dispatch->first;
    return dispatch;
}

void
dispatch_destroy(struct dispatch **dispatch)
{
    if (*dispatch == NULL)
        return;
    for (struct worker *worker = (*dispatch)->workers, *next; worker != NULL; worker = next) {
        next = worker->next;
        free(worker->held);
        free(worker);
    }
    for (struct waiting *waiting = (*dispatch)->first, *next; waiting != NULL; waiting = next) {
        next = waiting->next;
        free(waiting);
    }
    free(*dispatch);
    *dispatch = NULL;
}

static void
set_role(char role[16], const char *from)
{
    size_t size = strnlen(from, 15);

    memcpy(role, from, size);
    role[size] = '\0';
}

static struct worker *
find_worker(struct dispatch *dispatch, void *name)
{
    struct worker *worker = dispatch->workers;

    while (worker != NULL && worker->name != name)
        worker = worker->next;
    return worker;
}

void
dispatch_worker(struct dispatch *dispatch, void *name, const char *role, int64_t capacity)
{
    struct worker *worker = find_worker(dispatch, name);

    if (worker == NULL) {
        if ((worker = calloc(1, sizeof *worker)) == NULL) {
            log_error("dispatch: no memory for a worker");
            return;
        }
        worker->name = name;
        set_role(worker->role, role);
        worker->next = dispatch->workers;
        dispatch->workers = worker;
    }
    worker->capacity = capacity;
}

size_t
dispatch_gone(struct dispatch *dispatch, void *name, struct request **lost)
{
    struct worker **place = &dispatch->workers, *worker;
    size_t count;

    *lost = NULL;
    while (*place != NULL && (*place)->name != name)
        place = &(*place)->next;
    if ((worker = *place) == NULL)
        return 0;
    *place = worker->next;
    *lost = worker->held;
    count = worker->count;
    dispatch->in_hand -= count;
    free(worker);
    return count;
}

bool
dispatch_has(const struct dispatch *dispatch, const char *role)
{
    for (const struct worker *worker = dispatch->workers; worker != NULL; worker = worker->next)
        if (worker->capacity > 0 && strcmp(worker->role, role) == 0)
            return true;
    return false;
}

void
dispatch_want(struct dispatch *dispatch, const char *role, struct request request)
{
    struct waiting *waiting = calloc(1, sizeof *waiting);

    if (waiting == NULL) {
        log_error("dispatch: no memory for a request"); /* its deadline ends the step */
        return;
    }
    set_role(waiting->role, role);
    waiting->request = request;
    *dispatch->last = waiting;
    dispatch->last = &waiting->next;
}

static bool
holds(const struct worker *worker, struct request request)
{
    for (size_t i = 0; i < worker->count; i++)
        if (worker->held[i].run == request.run && worker->held[i].step == request.step)
            return true;
    return false;
}

/* The worker of WAITING's role with the most room, in parts of what it can hold. */
static struct worker *
roomiest(struct dispatch *dispatch, const struct waiting *waiting)
{
    struct worker *best = NULL;
    double best_load = 1;

    for (struct worker *worker = dispatch->workers; worker != NULL; worker = worker->next) {
        double load;

        if (strcmp(worker->role, waiting->role) != 0 || (int64_t)worker->count >= worker->capacity)
            continue;
        load = (double)worker->count / (double)worker->capacity;
        if ((load < best_load || (load <= best_load && dispatch->turns % 2 == 0)) &&
            !holds(worker, waiting->request)) {
            best = worker;
            best_load = load;
        }
    }
    return best;
}

static void
take_out(struct dispatch *dispatch, struct waiting **place)
{
    struct waiting *waiting = *place;

    *place = waiting->next;
    if (*place == NULL)
        dispatch->last = place;
    free(waiting);
}

bool
dispatch_next(struct dispatch *dispatch, struct request *request, void **name)
{
    for (struct waiting **place = &dispatch->first; *place != NULL; place = &(*place)->next) {
        struct worker *worker = roomiest(dispatch, *place);

        if (worker == NULL)
            continue;
        dispatch->turns++;
        *request = (*place)->request;
        *name = worker->name;
        take_out(dispatch, place);
        return true;
    }
    return false;
}

void
dispatch_given(struct dispatch *dispatch, void *name, struct request request)
{
    struct worker *worker = find_worker(dispatch, name);

    if (worker == NULL)
        return;
    if (worker->count == worker->room) {
        size_t room = worker->room == 0 ? 16 : 2 * worker->room;
        struct request *held = realloc(worker->held, room * sizeof *held);

        if (held == NULL) {
            log_error("dispatch: no memory for a request");
            return;
        }
        worker->held = held;
        worker->room = room;
    }
    worker->held[worker->count++] = request;
    dispatch->in_hand++;
}

static void
let_go(struct dispatch *dispatch, struct worker *worker, size_t index)
{
    memmove(&worker->held[index], &worker->held[index + 1],
            (worker->count - index - 1) * sizeof *worker->held);
    worker->count--;
    dispatch->in_hand--;
}

bool
dispatch_answered(struct dispatch *dispatch, void *name, struct request request)
{
    struct worker *worker = find_worker(dispatch, name);

    for (size_t i = 0; worker != NULL && i < worker->count; i++) {
        const struct request *held = &worker->held[i];

        if (held->run == request.run && held->step == request.step && held->attempt == request.attempt) {
            let_go(dispatch, worker, i);
            return true;
        }
    }
    return false;
}

void
dispatch_forget(struct dispatch *dispatch, uint64_t run, int step, dispatch_cancel *cancel, void *owner)
{
    for (struct waiting **place = &dispatch->first; *place != NULL;) {
        if ((*place)->request.run == run && (step < 0 || (*place)->request.step == step))
            take_out(dispatch, place);
        else
            place = &(*place)->next;
    }
    for (struct worker *worker = dispatch->workers; worker != NULL; worker = worker->next) {
        for (size_t i = 0; i < worker->count;) {
            struct request held = worker->held[i];

            if (held.run != run || (step >= 0 && held.step != step)) {
                i++;
                continue;
            }
            let_go(dispatch, worker, i);
            cancel(owner, worker->name, held);
        }
    }
}

size_t
dispatch_waiting(const struct dispatch *dispatch, const char *role)
{
    size_t count = 0;

    for (const struct waiting *waiting = dispatch->first; waiting != NULL; waiting = waiting->next)
        count += strcmp(waiting->role, role) == 0;
    return count;
}

size_t
dispatch_in_hand(const struct dispatch *dispatch)
{
    return dispatch->in_hand;
}
