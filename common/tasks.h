#ifndef COMMON_TASKS_H
#define COMMON_TASKS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/daemon.h"
#include "common/model/model.h"

/* What an assistant has in its hands: requests of orchestrators that each need one exchange with the
 * model. A request is taken when its message comes and begun at the end of the turn, when all that came
 * before it has been read (a CANCEL, most of all).
 *
 *     message --tasks_take()--> waiting --end of the turn--> asked --model--> answered
 *                                  |                           |
 *                                  +--- CANCEL, peer gone -----+---> dropped, no answer
 */
struct tasks;

struct task {
    struct task *next;
    struct tasks *tasks;
    void *self;              /* the daemon's own struct */
    struct peer *from;       /* who asked */
    struct message asked;    /* kind, run, step, attempt and time left, for answers; no fields */
    int64_t deadline_ms;     /* on the clock of clock_now_ms(); 0: none */
    int64_t begun_ms;        /* when it was taken */
    json_t *messages;        /* the prompt; NULL: needs no model */
    json_t *known;           /* what is needed to understand the answer, or NULL */
    char *shopper;           /* the salted hash, or "" */
    struct model_call *call; /* NULL while it waits */
};

/* Begin TASK: ask the model with task_ask(), or answer and task_end() at once. */
typedef void tasks_begin(struct task *task);

/* Make the table for DAEMON, that holds its option `capacity`. SELF and BEGIN are for its tasks. */
struct tasks *tasks_new(struct daemon *daemon, void *self, tasks_begin *begin);

/* Drop all that is in hand, unanswered. */
void tasks_destroy(struct tasks **tasks);

/* Take the request MESSAGE of FROM. MESSAGES and KNOWN are taken (they may be NULL), SHOPPER is copied.
 * Where there is no room, or the daemon drains, it is REFUSED as busy and NULL comes back. */
struct task *tasks_take(struct tasks *tasks, struct peer *from, const struct message *message,
                        json_t *messages, json_t *known, const char *shopper);

/* Ask MODEL with REQUEST, which needs no messages, shopper, deadline: the task has them. DONE gets the
 * task as its owner, and must end it. */
void task_ask(struct task *task, struct model *model, const struct model_request *request,
              void (*done)(void *task, const struct model_result *result));

/* Milliseconds since it was taken. */
int64_t task_age_ms(const struct task *task);

/* The usage list for an answer: RESULT's entry, if it has any. New reference. */
json_t *task_usage(const struct model_result *result, const char *role);

/* Send ANSWER and end the task. */
void task_answer(struct task *task, const struct message *answer);

/* REFUSE the task and end it. USAGE is lent, may be NULL. */
void task_refuse(struct task *task, const char *code, const char *why, bool retry, const json_t *usage);

/* The same for an exchange that came to no answer: code `model` or `deadline`, a retry where that may
 * help, and what it has cost all the same. */
void task_refuse_result(struct task *task, const struct model_result *result, const char *role);

/* -- the daemon's calls: what every assistant does alike ----------------------------------------- */

/* CANCEL: stop FROM's tasks of that run and step ("": the whole run), without an answer. */
void tasks_cancel(struct tasks *tasks, struct peer *from, const struct message *message);

/* Stop all that PEER asked for: nobody waits for it. */
void tasks_lost(struct tasks *tasks, struct peer *peer);

/* The turn ends: begin what waits. */
void tasks_turn(struct tasks *tasks);

/* Take no more; shortly before the daemon's time to drain is up hand back what is left, REFUSED as busy. */
void tasks_drain(struct tasks *tasks);

/* Nothing in hand? */
bool tasks_are_none(const struct tasks *tasks);

#endif
