#ifndef GATEWAY_GATEWAY_H
#define GATEWAY_GATEWAY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/daemon.h"
#include "common/web.h"
#include "gateway/frame.h"
#include "gateway/arrival.h"
#include "gateway/ask.h"
#include "gateway/bucket.h"
#include "gateway/client.h"
#include "gateway/figures.h"
#include "gateway/front.h"
#include "gateway/run_input.h"
#include "gateway/stream.h"

/* Frames and bodies that have not come to their end: so many bytes of them, all clients together. Without
 * that, clients that never end their frames could fill the memory. The largest goes where they are more. */
#define INCOMING_BYTES ((size_t)256 << 20)

/* Clients on one side, orchestrators on the other, and what is under way between them. Nothing of it
 * outlives the process: the runs are the orchestrators', and a client that comes back resumes. */
struct gateway {
    struct daemon daemon;
    struct web *web;
    struct web *metrics_web; /* NULL: /metrics is on the public port, to loopback only */

    struct clients clients;   /* all WebSockets and streaming answers */
    struct streams streams;   /* runs that clients wait for */
    struct asks asks;         /* HTTP requests that wait for one answer */
    struct buckets buckets;   /* questions a minute, by address */
    struct buckets reads;     /* what is read or stopped in a minute, by address */
    struct arrivals arrivals; /* frames and bodies that have not come to their end */
    struct buffer scratch;    /* an event on its way through a wire; kept for its memory */

    struct loop_timer *hold_timer; /* the next stream or ask whose time is up */
    int64_t hold_due_ms;           /* when that is */
    struct loop_timer *ping_timer;
    struct loop_timer *slow_timer;  /* a look at who sends or reads too slowly */
    struct request *answering;      /* requests whose answer is on its way; list */
    struct loop_timer *drain_timer; /* when even clients with runs are sent away */
    unsigned beat;                  /* which part of the clients is pinged next */

    struct figures_list figures; /* of the other daemons */
    struct metric *frames_in, *frames_bad, *events_out, *slow, *connected;
    char page_policy[FRAME_POLICY_SIZE]; /* the page's Content-Security-Policy */
    bool draining;
};

/* -- clients -> orchestrators ------------------------------------------------------------------- */

/* CLIENT asks INPUT: a QUERY goes out, or the client is told why not. Takes nothing of INPUT. */
void on_run(struct gateway *gateway, struct client *client, const struct run_input *input);

/* CLIENT wants the events of RUN_ID (or "" and the running run of THREAD) after OFFSET. */
void on_resume(struct gateway *gateway, struct client *client, const char *run_id, const char *thread,
               int64_t offset);

/* CLIENT wants RUN_ID stopped. */
void on_abort(struct gateway *gateway, struct client *client, const char *run_id);

/* CLIENT is gone: nobody waits for its runs any more; they go on without it. */
void on_left(struct gateway *gateway, struct client *client);

/* -- orchestrators -> clients ------------------------------------------------------------------- */

handler on_event, on_rejected, on_thread, on_forgotten, on_aborted, on_figures;

/* An orchestrator came, or is gone: held queries are placed, lost ones held or placed anew. */
void on_joined(void *self, struct peer *peer);
void on_lost(void *self, struct peer *peer);

/* -- time --------------------------------------------------------------------------------------- */

/* Something waits until AT_MS (clock_now_ms()): look then whether it still does. */
void gateway_look_at(struct gateway *gateway, int64_t at_ms);

/* Is an orchestrator there, which drains or it would have been asked? Then the next one can't have begun, and
 * hold-ms has not either: who restarts an orchestrator loses no question. A drain has its own end. */
bool gateway_awaits_next(const struct gateway *gateway);

/* The hold timer's call: streams and asks that waited too long are told so. */
void on_hold_over(void *self);

/* SIGTERM: no more connections; clients leave as their runs end, at the latest in 4/5 of drain-ms. */
void on_drain(void *self);
bool gateway_is_idle(void *self);

/* The slow timer's call: frames, bodies and answers that do not move on end their connections. */
void on_slow(void *self);

/* SIGHUP: certificate and key are read again. */
void on_reload(void *self);

#endif
