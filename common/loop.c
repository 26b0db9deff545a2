#include "common/loop.h"

#include <ev.h>
#include <stdlib.h>

#include "common/log.h"

#define SIGNALS 8

struct loop_timer {
    ev_timer timer; /* first, so that libev's pointer is ours */
    struct loop *loop;
    loop_call *call;
    void *owner;
};

struct loop_watch {
    ev_io io; /* first */
    struct ev_loop *loop;
    loop_ready *ready;
    void *owner;
};

struct loop_hook {
    struct loop_hook *next;
    struct loop *loop;
    loop_prepare *prepare;
    loop_call *check;
    void *owner;
};

struct loop_signal_watch {
    ev_signal signal; /* first */
    loop_call *call;
    void *owner;
};

struct loop {
    struct ev_loop *ev;
    ev_prepare prepare;
    ev_check check;
    ev_idle idle; /* running: there is work, do not sleep */
    bool soon;    /* a timer was started for at once */
    struct loop_hook *hooks;
    struct loop_signal_watch signals[SIGNALS];
    int signal_count;
};

static void *
must(void *memory)
{
    if (memory == NULL) {
        log_error("loop: no memory");
        abort();
    }
    return memory;
}

static void
before_sleep(struct ev_loop *ev, ev_prepare *watcher, int events)
{
    struct loop *loop = watcher->data;
    bool work = false;

    (void)events;
    for (struct loop_hook *hook = loop->hooks; hook != NULL; hook = hook->next)
        if (hook->prepare != NULL && hook->prepare(hook->owner))
            work = true;
    work = work || loop->soon; /* libev would sleep a millisecond for a timer that is due now */
    loop->soon = false;
    if (work)
        ev_idle_start(ev, &loop->idle);
    else
        ev_idle_stop(ev, &loop->idle);
}

static void
after_wake(struct ev_loop *ev, ev_check *watcher, int events)
{
    struct loop *loop = watcher->data;

    (void)ev;
    (void)events;
    for (struct loop_hook *hook = loop->hooks, *next; hook != NULL; hook = next) {
        next = hook->next;
        if (hook->check != NULL)
            hook->check(hook->owner);
    }
}

static void
do_nothing(struct ev_loop *ev, ev_idle *watcher, int events)
{
    (void)ev;
    (void)watcher;
    (void)events;
}

struct loop *
loop_new(void)
{
    struct loop *loop = must(calloc(1, sizeof *loop));

    if ((loop->ev = ev_loop_new(EVFLAG_AUTO)) == NULL) {
        log_error("loop: libev has no event loop for us");
        free(loop);
        return NULL;
    }
    ev_prepare_init(&loop->prepare, before_sleep);
    ev_check_init(&loop->check, after_wake);
    ev_idle_init(&loop->idle, do_nothing);
    loop->prepare.data = loop->check.data = loop;
    ev_prepare_start(loop->ev, &loop->prepare);
    ev_check_start(loop->ev, &loop->check);
    return loop;
}

void
loop_destroy(struct loop **loop)
{
    if (*loop == NULL)
        return;
    for (int i = 0; i < (*loop)->signal_count; i++)
        ev_signal_stop((*loop)->ev, &(*loop)->signals[i].signal);
    ev_loop_destroy((*loop)->ev);
    free(*loop);
    *loop = NULL;
}

void *
loop_native(struct loop *loop)
{
    return loop->ev;
}

void
loop_run(struct loop *loop)
{
    ev_run(loop->ev, 0);
}

void
loop_stop(struct loop *loop)
{
    ev_break(loop->ev, EVBREAK_ALL);
}

static void
timer_fired(struct ev_loop *ev, ev_timer *watcher, int events)
{
    struct loop_timer *timer = (struct loop_timer *)watcher;

    (void)ev;
    (void)events;
    timer->call(timer->owner);
}

struct loop_timer *
loop_timer_new(struct loop *loop, loop_call *call, void *owner)
{
    struct loop_timer *timer = must(calloc(1, sizeof *timer));

    timer->loop = loop;
    timer->call = call;
    timer->owner = owner;
    ev_timer_init(&timer->timer, timer_fired, 0., 0.);
    return timer;
}

void
loop_timer_destroy(struct loop_timer **timer)
{
    if (*timer == NULL)
        return;
    loop_timer_stop(*timer);
    free(*timer);
    *timer = NULL;
}

void
loop_timer_start(struct loop_timer *timer, int64_t after_ms)
{
    struct ev_loop *ev = timer->loop->ev;

    ev_timer_stop(ev, &timer->timer);
    ev_now_update(ev); /* a long callback before this one must not shorten it */
    ev_timer_set(&timer->timer, after_ms > 0 ? (double)after_ms / 1000. : 0., 0.);
    ev_timer_start(ev, &timer->timer);
    timer->loop->soon |= after_ms <= 0;
}

void
loop_timer_stop(struct loop_timer *timer)
{
    ev_timer_stop(timer->loop->ev, &timer->timer);
}

bool
loop_timer_is_running(const struct loop_timer *timer)
{
    return ev_is_active(&timer->timer) || ev_is_pending(&timer->timer);
}

static int
to_ev(int events)
{
    return (events & LOOP_READ ? EV_READ : 0) | (events & LOOP_WRITE ? EV_WRITE : 0);
}

static void
watch_fired(struct ev_loop *ev, ev_io *watcher, int events)
{
    struct loop_watch *watch = (struct loop_watch *)watcher;

    (void)ev;
    watch->ready(watch->owner, watcher->fd,
                 (events & EV_READ ? LOOP_READ : 0) | (events & EV_WRITE ? LOOP_WRITE : 0));
}

struct loop_watch *
loop_watch_new(struct loop *loop, int fd, int events, loop_ready *ready, void *owner)
{
    struct loop_watch *watch = must(calloc(1, sizeof *watch));

    watch->loop = loop->ev;
    watch->ready = ready;
    watch->owner = owner;
    ev_io_init(&watch->io, watch_fired, fd, to_ev(events));
    ev_io_start(watch->loop, &watch->io);
    return watch;
}

void
loop_watch_change(struct loop_watch *watch, int events)
{
    int fd = watch->io.fd;

    ev_io_stop(watch->loop, &watch->io);
    ev_io_set(&watch->io, fd, to_ev(events));
    ev_io_start(watch->loop, &watch->io);
}

void
loop_watch_destroy(struct loop_watch **watch)
{
    if (*watch == NULL)
        return;
    ev_io_stop((*watch)->loop, &(*watch)->io);
    free(*watch);
    *watch = NULL;
}

struct loop_hook *
loop_hook_new(struct loop *loop, loop_prepare *prepare, loop_call *check, void *owner)
{
    struct loop_hook *hook = must(calloc(1, sizeof *hook)), **end = &loop->hooks;

    *hook = (struct loop_hook) { .loop = loop, .prepare = prepare, .check = check, .owner = owner };
    while (*end != NULL)
        end = &(*end)->next;
    *end = hook;
    return hook;
}

void
loop_hook_destroy(struct loop_hook **hook)
{
    struct loop_hook **place;

    if (*hook == NULL)
        return;
    for (place = &(*hook)->loop->hooks; *place != *hook; place = &(*place)->next)
        ;
    *place = (*hook)->next;
    free(*hook);
    *hook = NULL;
}

static void
signal_came(struct ev_loop *ev, ev_signal *watcher, int events)
{
    struct loop_signal_watch *watch = (struct loop_signal_watch *)watcher;

    (void)ev;
    (void)events;
    watch->call(watch->owner);
}

int
loop_signal(struct loop *loop, int signal, loop_call *call, void *owner)
{
    struct loop_signal_watch *watch;

    if (loop->signal_count == SIGNALS)
        return -1;
    watch = &loop->signals[loop->signal_count++];
    watch->call = call;
    watch->owner = owner;
    ev_signal_init(&watch->signal, signal_came, signal);
    ev_signal_start(loop->ev, &watch->signal);
    return 0;
}
