/* waiting -- lookups that wait for their words' vector; see waiting.h. */

#include "wardrobe/waiting.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"

struct waiter {
    struct waiter *next;
    struct peer *from;
    struct message message; /* its body is held, its run and step are copies */
    char *text;
    int64_t until_ms;
};

struct waiting {
    struct waiter *first, **last; /* in the order in which they came, and so of their ends */
    struct loop_timer *timer;
    int64_t wait_ms;
    waiting_ended *ended;
    void *owner;
};

static void
drop(struct waiter *waiter)
{
    json_decref(waiter->message.body);
    free((char *)waiter->message.run);
    free((char *)waiter->message.step);
    free(waiter->text);
    free(waiter);
}

/* Take the waiter at PLACE out. */
static struct waiter *
take(struct waiting *waiting, struct waiter **place)
{
    struct waiter *waiter = *place;

    *place = waiter->next;
    if (waiting->last == &waiter->next)
        waiting->last = place;
    return waiter;
}

static void
end(struct waiting *waiting, struct waiter *waiter)
{
    waiting->ended(waiting->owner, waiter->from, &waiter->message, waiter->text);
    drop(waiter);
}

static void
on_late(void *owner)
{
    struct waiting *waiting = owner;
    int64_t now = clock_now_ms();

    while (waiting->first != NULL && waiting->first->until_ms <= now)
        end(waiting, take(waiting, &waiting->first));
    if (waiting->first != NULL)
        loop_timer_start(waiting->timer, waiting->first->until_ms - now);
}

struct waiting *
waiting_new(struct loop *loop, int64_t wait_ms, waiting_ended *ended, void *owner)
{
    struct waiting *waiting = calloc(1, sizeof *waiting);

    if (waiting == NULL)
        abort();
    waiting->last = &waiting->first;
    waiting->wait_ms = wait_ms;
    waiting->ended = ended;
    waiting->owner = owner;
    waiting->timer = loop_timer_new(loop, on_late, waiting);
    return waiting;
}

void
waiting_destroy(struct waiting **waiting)
{
    if (*waiting == NULL)
        return;
    while ((*waiting)->first != NULL)
        drop(take(*waiting, &(*waiting)->first));
    loop_timer_destroy(&(*waiting)->timer);
    free(*waiting);
    *waiting = NULL;
}

void
waiting_add(struct waiting *waiting, struct peer *from, const struct message *message, const char *text)
{
    struct waiter *waiter = calloc(1, sizeof *waiter);

    if (waiter == NULL)
        abort();
    waiter->from = from;
    waiter->message = *message;
    waiter->message.body = json_incref(message->body);
    waiter->message.run = strdup(message->run);
    waiter->message.step = strdup(message->step);
    waiter->text = strdup(text);
    if (waiter->message.run == NULL || waiter->message.step == NULL || waiter->text == NULL)
        abort();
    waiter->until_ms = clock_now_ms() + waiting->wait_ms;
    *waiting->last = waiter;
    waiting->last = &waiter->next;
    if (!loop_timer_is_running(waiting->timer))
        loop_timer_start(waiting->timer, waiting->wait_ms);
}

void
waiting_end(struct waiting *waiting, const char *text)
{
    struct waiter **place = &waiting->first;

    while (*place != NULL)
        if (strcmp((*place)->text, text) == 0)
            end(waiting, take(waiting, place));
        else
            place = &(*place)->next;
}

void
waiting_cancel(struct waiting *waiting, const struct peer *from, const char *run, const char *step)
{
    struct waiter **place = &waiting->first;

    while (*place != NULL)
        if ((*place)->from == from &&
            (run == NULL || (strcmp((*place)->message.run, run) == 0 &&
                             (step[0] == '\0' || strcmp((*place)->message.step, step) == 0))))
            drop(take(waiting, place));
        else
            place = &(*place)->next;
}

bool
waiting_is_empty(const struct waiting *waiting)
{
    return waiting->first == NULL;
}
