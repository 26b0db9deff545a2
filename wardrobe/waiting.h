#ifndef WARDROBE_WAITING_H
#define WARDROBE_WAITING_H

#include <stdbool.h>

#include "common/bus.h"
#include "common/loop.h"
#include "common/message.h"

/* Lookups that wait for their words' vector, each for so many milliseconds. */
struct waiting;

/* A lookup of FROM need not or may not wait any longer for TEXT. MESSAGE is lent. */
typedef void waiting_ended(void *owner, struct peer *from, const struct message *message, const char *text);

struct waiting *waiting_new(struct loop *loop, int64_t wait_ms, waiting_ended *ended, void *owner);
void waiting_destroy(struct waiting **waiting); /* the lookups are dropped */

/* Let MESSAGE of FROM wait for TEXT. Copies what it needs. */
void waiting_add(struct waiting *waiting, struct peer *from, const struct message *message, const char *text);

/* TEXT's vector is known, or won't be: end those that wait for it. */
void waiting_end(struct waiting *waiting, const char *text);

/* Nobody waits any more for FROM's lookups of RUN and STEP ("": the whole run; RUN NULL: all of FROM's). */
void waiting_cancel(struct waiting *waiting, const struct peer *from, const char *run, const char *step);

bool waiting_is_empty(const struct waiting *waiting);

#endif
