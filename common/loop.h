#ifndef COMMON_LOOP_H
#define COMMON_LOOP_H

#include <stdbool.h>
#include <stdint.h>

/* One thread, one loop (libev): descriptors, timers, signals, and what happens before each sleep
 * and after each wake. ZeroMQ, libcurl and libwebsockets live on it together; see
 * bus.c, model/http.c and web.c. Nothing else of the project knows libev. */
struct loop;
struct loop_timer;
struct loop_watch;
struct loop_hook;

enum { LOOP_READ = 1, LOOP_WRITE = 2 };

typedef void loop_call(void *owner);
typedef void loop_ready(void *owner, int fd, int events); /* events: LOOP_READ | LOOP_WRITE */

/* Make the loop. NULL without memory or descriptors (logged). */
struct loop *loop_new(void);
void loop_destroy(struct loop **loop);

/* The struct ev_loop below, for libwebsockets. */
void *loop_native(struct loop *loop);

/* Run until loop_stop(). */
void loop_run(struct loop *loop);
void loop_stop(struct loop *loop);

/* A timer that calls CALL(OWNER); made stopped. Aborts without memory, like all of the following. */
struct loop_timer *loop_timer_new(struct loop *loop, loop_call *call, void *owner);
void loop_timer_destroy(struct loop_timer **timer);

/* Call once AFTER_MS from now (0: in the next turn); starts again if it is running. */
void loop_timer_start(struct loop_timer *timer, int64_t after_ms);
void loop_timer_stop(struct loop_timer *timer);
bool loop_timer_is_running(const struct loop_timer *timer);

/* Watch FD for EVENTS. */
struct loop_watch *loop_watch_new(struct loop *loop, int fd, int events, loop_ready *ready, void *owner);
void loop_watch_change(struct loop_watch *watch, int events);
void loop_watch_destroy(struct loop_watch **watch);

/* Call PREPARE before each sleep and CHECK after each wake (either may be NULL). PREPARE returns
 * true when there is work already and the loop must not sleep. Hooks are called in the order they
 * were made. */
typedef bool loop_prepare(void *owner);
struct loop_hook *loop_hook_new(struct loop *loop, loop_prepare *prepare, loop_call *check, void *owner);
void loop_hook_destroy(struct loop_hook **hook);

/* Call CALL(OWNER) in the loop when SIGNAL comes. One owner for each signal. */
int loop_signal(struct loop *loop, int signal, loop_call *call, void *owner);

#endif
