#include "common/model/gate.h"

enum { CIRCUIT_MS = 5 * 60 * 1000 };

void
gate_begin(struct gate *gate, int most)
{
    *gate = (struct gate) { .most = most > 0 ? most : 1, .allowed = most > 0 ? most : 1 };
}

enum gate_answer
gate_enter(struct gate *gate, int64_t now_ms)
{
    if (gate->open_until_ms != 0) {
        if (now_ms < gate->open_until_ms || gate->probing)
            return GATE_OPEN;
        gate->probing = true;
        gate->inside++;
        return GATE_IN;
    }
    if (gate->inside >= gate->allowed)
        return GATE_WAIT;
    gate->inside++;
    return GATE_IN;
}

static void
halve(struct gate *gate, int64_t begun_ms, int64_t now_ms)
{
    if (begun_ms < gate->halved_ms)
        return; /* of the crowd that it was halved for */
    gate->allowed = gate->allowed > 1 ? gate->allowed / 2 : 1;
    gate->halved_ms = now_ms;
    gate->good = 0;
}

static void
grow(struct gate *gate)
{
    if (gate->allowed < gate->most && ++gate->good >= gate->allowed) {
        gate->allowed++;
        gate->good = 0;
    }
}

void
gate_leave(struct gate *gate, const struct server_error *error, int64_t begun_ms, int64_t now_ms)
{
    enum model_error_class class = error ? error->class : MODEL_ERROR_NONE;
    bool probed = gate->probing && begun_ms >= gate->open_until_ms;

    if (gate->inside > 0)
        gate->inside--;
    if (probed)
        gate->probing = false;
    switch (class) {
    case MODEL_ERROR_QUOTA:
    case MODEL_ERROR_AUTH:
        gate->open_until_ms = now_ms + CIRCUIT_MS;
        gate->why = class;
        return;
    case MODEL_ERROR_RATE:
    case MODEL_ERROR_OVERLOAD:
        halve(gate, begun_ms, now_ms);
        break;
    case MODEL_ERROR_NONE:
        grow(gate);
        break;
    default:
        break;
    }
    if (probed && class != MODEL_ERROR_CANCELLED)
        gate->open_until_ms = 0; /* the key is good again, or it is another trouble now */
}
