#ifndef COMMON_MODEL_CALL_H
#define COMMON_MODEL_CALL_H

#include "common/id.h"
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

/*                  gate is full            answer           error worth another try
 *   model_ask() ──▶ WAITING ──▶ SENT ──▶ DONE     SENT ──▶ PAUSING ──▶ WAITING ...
 *       └──────────────────────▶ ENDING (an error that must not come from inside model_ask()) ──▶ DONE */
enum call_state { WAITING, SENT, PAUSING, ENDING };

struct model_call {
    struct model *model;
    struct model_call *next, *previous; /* of model->calls */
    enum call_state state;
    struct model_gate *gate;
    bool inside; /* of the gate */

    struct model_request request;
    char **texts; /* of an embedding; NULL for a question */
    size_t text_count;
    int64_t vector_size;
    struct model_listener listener;
    void *owner;

    struct transfer *transfer;
    struct exchange exchange;
    struct retry_hints hints;
    struct profile sent; /* as the server was thought to be when the attempt went out */
    char *request_id;
    char client_id[ID_SIZE];
    struct loop_timer *pause;    /* between attempts; and to end from the loop */
    struct loop_timer *deadline; /* of all attempts */
    int64_t asked_ms, began_ms, deadline_ms;
    int attempts, most, drops;
    bool handed; /* text went to the caller */
    bool busy;   /* bytes are being read: a cancel must wait */
    bool cancelled;
    struct server_error failure; /* to end with, while ENDING */
};

/* The gate of the model called NAME. */
struct model_gate *model_gate(struct model *model, const char *name);

/* Begin a call for REQUEST, or for EMBEDDING where REQUEST is NULL. */
struct model_call *call_new(struct model *model, const struct model_request *request,
                            const struct model_embedding *embedding, const struct model_listener *listener,
                            void *owner);
void call_cancel(struct model_call **call);

/* -- between call.c, attempt.c and report.c ---------------------------------------------------------- */

/* Send the question once more; the answer, or its error, goes to call_settle(). */
void attempt_begin(struct model_call *call);

/* Text of the answer, for the caller. */
void attempt_hand(void *owner, const char *delta, size_t size);

/* The attempt is over; what it came to is in CALL's exchange. May free CALL. */
void call_settle(struct model_call *call);

/* End CALL with an error of our own, a moment later: its caller may still be inside model_ask(). */
void call_fail_soon(struct model_call *call, enum model_error_class class, const char *why);

/* Free CALL, closing what is open, without a word to its caller. */
void call_destroy(struct model_call *call);

/* Give USAGE its price; and keep CALL's RESULT in metrics and log. */
void report_price(const struct model_call *call, struct model_usage *usage);
void report_end(const struct model_call *call, const struct model_result *result);

#endif
