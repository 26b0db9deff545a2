#ifndef COMMON_MODEL_GATE_H
#define COMMON_MODEL_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/model/errors.h"

/* How many calls at once one (URL, key, model) is given: halved when the server says that it is too many, one
 * more after as many good answers as are allowed. No money or a bad key opens the circuit: nobody is let in
 * for five minutes, then one, to see. Does no I/O; the clock is passed in. */
struct gate {
    int most;                   /* never more than these at once */
    int allowed;                /* at once, now */
    int inside;                 /* at this moment */
    int good;                   /* answers since it last grew */
    int64_t halved_ms;          /* when it was halved: what was under way then doesn't halve it again */
    int64_t open_until_ms;      /* circuit; 0 closed */
    bool probing;               /* the one that goes to see is inside */
    enum model_error_class why; /* the circuit is open */
};

enum gate_answer { GATE_IN, GATE_WAIT, GATE_OPEN };

void gate_begin(struct gate *gate, int most);

/* Ask to be let in at NOW_MS. GATE_IN counts; GATE_WAIT: try again when somebody leaves; GATE_OPEN: the
 * circuit is open, fail with gate->why. */
enum gate_answer gate_enter(struct gate *gate, int64_t now_ms);

/* Leave what was begun at BEGUN_MS, with its error (NULL: it went well; one of class CANCELLED says nothing).
 */
void gate_leave(struct gate *gate, const struct server_error *error, int64_t begun_ms, int64_t now_ms);

#endif
