#ifndef COMMON_MODEL_CALL_H
#define COMMON_MODEL_CALL_H

#include "common/model/exchange.h"
#include "common/model/gate.h"
#include "common/model/http.h"
#include "common/model/model.h"
#include "common/model/profile.h"
#include "common/model/retry.h"

/* One call: it waits at its gate, is sent, perhaps waits and is sent again, and ends in one result. */

/* The gate of one model's name. */
struct model_gate {
    struct model_gate *next;
    struct gate gate;
    char name[];
};

struct model {
    struct loop *loop;
    struct http *http;
    char *url, *key;
    struct profile profile; /* with what was learnt */
    json_t *prices;         /* NULL: none */
    struct model_gate *gates;
    struct model_call *calls; /* oldest first */
    struct model_call *last;
    int most; /* calls at once for one gate */
    int64_t first_ms, idle_ms;
};

/* The gate of the model called NAME. */
struct model_gate *model_gate(struct model *model, const char *name);

/* Begin a call for REQUEST, or for EMBEDDING where REQUEST is NULL. */
struct model_call *call_new(struct model *model, const struct model_request *request,
                            const struct model_embedding *embedding, const struct model_listener *listener,
                            void *owner);
void call_cancel(struct model_call **call);

#endif
