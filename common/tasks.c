#include "common/tasks.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"

#define HAND_BACK_MS 300 /* before the end of draining: time for the answers to leave */
#define LONGEST_MS 60000 /* for a request that names no time */

struct tasks {
    struct daemon *daemon;
    void *self;
    tasks_begin *begin;
    struct task *first;
    size_t count, capacity;
    bool waiting, draining;   /* some task is not begun; no more are taken */
    struct loop_timer *timer; /* hands back */
};

struct tasks *
tasks_new(struct daemon *daemon, void *self, tasks_begin *begin)
{
    struct tasks *tasks = calloc(1, sizeof *tasks);

    if (tasks == NULL)
        abort();
    tasks->daemon = daemon;
    tasks->self = self;
    tasks->begin = begin;
    tasks->capacity = (size_t)daemon->options.capacity;
    return tasks;
}

/* The beats tell how many are in hand. */
static void
tell_load(const struct tasks *tasks)
{
    bus_set_load(tasks->daemon->bus, (int64_t)tasks->count);
}

/* Take TASK out of its table and free it. */
static void
drop(struct task *task)
{
    struct task **place = &task->tasks->first;

    while (*place != task)
        place = &(*place)->next;
    *place = task->next;
    task->tasks->count--;
    tell_load(task->tasks);
    model_cancel(&task->call);
    json_decref(task->messages);
    json_decref(task->known);
    free((char *)task->asked.run);
    free((char *)task->asked.step);
    free(task->shopper);
    free(task);
}

void
tasks_destroy(struct tasks **destroying)
{
    struct tasks *tasks = *destroying;

    if (tasks == NULL)
        return;
    *destroying = NULL;
    while (tasks->first != NULL)
        drop(tasks->first);
    loop_timer_destroy(&tasks->timer);
    free(tasks);
}

struct task *
tasks_take(struct tasks *tasks, struct peer *from, const struct message *message, json_t *messages,
           json_t *known, const char *shopper)
{
    struct task *task;

    if (tasks->draining || tasks->count >= tasks->capacity) {
        json_decref(messages);
        json_decref(known);
        daemon_refuse(tasks->daemon, from, message, "busy",
                      tasks->draining ? "it drains" : "its hands are full", true, NULL);
        return NULL;
    }
    if ((task = calloc(1, sizeof *task)) == NULL)
        abort();
    task->tasks = tasks;
    task->self = tasks->self;
    task->from = from;
    task->asked.kind = message->kind;
    task->asked.run = strdup(message->run);
    task->asked.step = strdup(message->step);
    task->asked.attempt = message->attempt;
    task->asked.left_ms = message->left_ms;
    task->begun_ms = clock_now_ms();
    task->deadline_ms = message->left_ms > 0 ? task->begun_ms + message->left_ms : 0;
    task->messages = messages;
    task->known = known;
    task->shopper = strdup(shopper);
    task->next = tasks->first;
    tasks->first = task;
    tasks->count++;
    tasks->waiting = true;
    tell_load(tasks);
    return task;
}

void
task_ask(struct task *task, struct model *model, const struct model_request *request,
         void (*done)(void *task, const struct model_result *result))
{
    struct model_listener listener = { .done = done };
    struct model_request whole = *request;

    whole.messages = task->messages;
    whole.shopper = task->shopper[0] == '\0' ? NULL : task->shopper;
    whole.deadline_ms = LONGEST_MS;
    if (task->deadline_ms > 0)
        whole.deadline_ms = task->deadline_ms - clock_now_ms();
    if (whole.deadline_ms <= 0)
        whole.deadline_ms = 1;
    task->call = model_ask(model, &whole, &listener, task);
}

int64_t
task_age_ms(const struct task *task)
{
    return clock_now_ms() - task->begun_ms;
}

json_t *
task_usage(const struct model_result *result, const char *role)
{
    json_t *usage = json_array(), *entry = model_usage_entry(result, role);

    if (entry != NULL)
        json_array_append_new(usage, entry);
    return usage;
}

/* The model client frees a call whose `done` has been called. */
void
task_answer(struct task *task, const struct message *answer)
{
    task->call = NULL;
    daemon_send(task->tasks->daemon, task->from, answer);
    drop(task);
}

void
task_refuse(struct task *task, const char *code, const char *why, bool retry, const json_t *usage)
{
    task->call = NULL;
    daemon_refuse(task->tasks->daemon, task->from, &task->asked, code, why, retry, (json_t *)usage);
    drop(task);
}

/* May the same question go better at another time, or from another process? */
static bool
may_go_better(const struct model_result *result)
{
    switch (result->status) {
    case MODEL_EMPTY:
        return true;
    case MODEL_ERROR:
        return result->error == MODEL_ERROR_TRANSIENT || result->error == MODEL_ERROR_RATE ||
               result->error == MODEL_ERROR_OVERLOAD || result->error == MODEL_ERROR_PROTOCOL ||
               result->error == MODEL_ERROR_TIMEOUT;
    default:
        return false; /* cut at the limit, filtered, declined: it would be again */
    }
}

void
task_refuse_result(struct task *task, const struct model_result *result, const char *role)
{
    static const char *const why[] = {
        [MODEL_OK] = "the model's answer makes no sense",
        [MODEL_TOOL_CALLS] = "the model's calls make no sense",
        [MODEL_EMPTY] = "the model said nothing",
        [MODEL_LENGTH] = "the model's answer was cut at its token limit",
        [MODEL_FILTER] = "the model's server filtered the answer",
        [MODEL_REFUSAL] = "the model declined",
    };
    bool late = task->deadline_ms > 0 && clock_now_ms() >= task->deadline_ms;
    json_t *usage = task_usage(result, role);

    if (result->status == MODEL_ERROR)
        task_refuse(task, late ? "deadline" : "model", model_error_name(result->error),
                    may_go_better(result) && !late, usage);
    else
        task_refuse(task, "model", why[result->status], may_go_better(result), usage);
    json_decref(usage);
}

void
tasks_cancel(struct tasks *tasks, struct peer *from, const struct message *message)
{
    struct task *next;

    for (struct task *task = tasks->first; task != NULL; task = next) {
        next = task->next;
        if (task->from == from && strcmp(task->asked.run, message->run) == 0 &&
            (message->step[0] == '\0' || strcmp(task->asked.step, message->step) == 0)) {
            log_debug("cancelled run=%s step=%s: %s", task->asked.run, task->asked.step,
                      message->cancel.reason);
            drop(task);
        }
    }
}

void
tasks_lost(struct tasks *tasks, struct peer *peer)
{
    struct task *next;

    for (struct task *task = tasks->first; task != NULL; task = next) {
        next = task->next;
        if (task->from == peer)
            drop(task);
    }
}

/* The oldest task that is not begun. */
static struct task *
next_waiting(struct tasks *tasks)
{
    struct task *oldest = NULL;

    for (struct task *task = tasks->first; task != NULL; task = task->next)
        if (task->call == NULL)
            oldest = task;
    return oldest;
}

void
tasks_turn(struct tasks *tasks)
{
    struct task *task;

    if (!tasks->waiting)
        return;
    tasks->waiting = false;
    while ((task = next_waiting(tasks)) != NULL)
        tasks->begin(task);
}

static void
hand_back(void *owner)
{
    struct tasks *tasks = owner;

    while (tasks->first != NULL) {
        model_cancel(&tasks->first->call);
        /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): each one ended is out of the list */
        task_refuse(tasks->first, "busy", "it stops", true, NULL);
    }
}

void
tasks_drain(struct tasks *tasks)
{
    int64_t after_ms = tasks->daemon->options.drain_ms - HAND_BACK_MS;

    tasks->draining = true;
    if (tasks->timer == NULL)
        tasks->timer = loop_timer_new(tasks->daemon->loop, hand_back, tasks);
    loop_timer_start(tasks->timer, after_ms > 0 ? after_ms : 0);
}

bool
tasks_are_none(const struct tasks *tasks)
{
    return tasks->count == 0;
}
