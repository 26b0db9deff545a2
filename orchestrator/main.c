/* orchestrator -- leads each run from the shopper's question to the look.
 *
 *     gateway --QUERY, ATTACH, ABORT--> orchestrator --EVENT--> gateway
 *     orchestrator --ASSESS--> psychologist, --EXTRACT--> extractor, --LOOKUP, CHOOSE--> wardrobe
 *
 * and writes the suggestion itself, through the model. What it has accepted is in its store: a thread's
 * messages and criteria, each run's finished steps and events. It never waits: lead.c says what a run
 * does next, and turn.c commits what was written before it tells anybody. */
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/money.h"
#include "orchestrator/lease_file.h"
#include "orchestrator/orchestrator.h"
#include "orchestrator/streams.h"
#include "orchestrator/walk.h"

#define RETAIN_LOOK_MS 600000 /* between two looks for old threads */
#define RETAIN_BATCH 100
#define DAY_MS 86400000

/* A peer has come, or holds another number of requests now. */
static void
on_joined(void *owner, struct peer *peer)
{
    struct orchestrator *self = owner;

    if (strcmp(peer_role(peer), "gateway") != 0)
        dispatch_worker(self->dispatch, peer, peer_role(peer), peer_capacity(peer));
}

static void
forget_old_threads(void *owner)
{
    struct orchestrator *self = owner;
    int64_t days = self->daemon.options.retain_days;
    int forgotten = 0;

    if (days > 0 && !store_is_lost(self->store)) {
        wrote(self,
              store_forget_before(self->store, clock_wall_ms() - days * DAY_MS, RETAIN_BATCH, &forgotten));
        if (forgotten > 0)
            log_info("forgot %d threads not touched for %lld days", forgotten, (long long)days);
    }
    loop_timer_start(self->retain_timer, forgotten == RETAIN_BATCH ? 1000 : RETAIN_LOOK_MS);
}

/* SIGHUP: key, prices, instructions and rates are read again. */
static void
on_reload(void *owner)
{
    struct orchestrator *self = owner;
    struct money_rates *rates = money_rates_open(self->daemon.options.rates);

    model_reload(self->model, &self->daemon.options);
    instructions_reload(self->instructions, &self->daemon.options);
    if (rates != NULL) { /* else the old ones stay */
        money_rates_close(&self->rates);
        self->rates = rates;
    }
}

static bool
is_idle(void *owner)
{
    struct orchestrator *self = owner;

    return walks_first(self->walks) == NULL;
}

static const struct daemon_calls calls = {
    .handlers = {
        [MESSAGE_QUERY] = on_query,
        [MESSAGE_ATTACH] = on_attach,
        [MESSAGE_DETACH] = on_detach,
        [MESSAGE_ABORT] = on_abort,
        [MESSAGE_HISTORY] = on_history,
        [MESSAGE_FORGET] = on_forget,
        [MESSAGE_ASSESSED] = on_assessed,
        [MESSAGE_EXTRACTED] = on_extracted,
        [MESSAGE_FOUND] = on_found,
        [MESSAGE_CHOSEN] = on_chosen,
        [MESSAGE_REFUSED] = on_refused,
        [MESSAGE_FACETS] = on_facets,
        [MESSAGE_FIGURES] = on_figures,
    },
    .joined = on_joined,
    .gone = on_lost,
    .reload = on_reload,
    .is_idle = is_idle,
};

static int
open_store(struct orchestrator *self)
{
    const struct options *options = &self->daemon.options;
    char *path = options_path(options, options->store);

    self->store = path == NULL ? NULL : store_open(path);
    free(path);
    if (self->store == NULL)
        return -1;
    self->salt = strdup(options->salt[0] != '\0' ? options->salt : store_salt(self->store));
    return self->salt == NULL ? -1 : 0;
}

static void
make_tables(struct orchestrator *self)
{
    const struct options *options = &self->daemon.options;
    const struct walks_limits limits = { options->runs, options->queue, options->thread_queue };

    self->walks = walks_new(&limits);
    self->dispatch = dispatch_new();
    self->runs_total = metrics_counter("ensemble_runs_total", "", "runs that have ended");
    self->runs_failed = metrics_counter("ensemble_runs_failed_total", "", "runs that ended in RUN_ERROR");
    self->run_ms = metrics_histogram("ensemble_run_ms", "", "milliseconds from a query to its run's end");
    /* before the bus has its hook: what is sent at a turn's end is then seen by it before the loop sleeps */
    self->hook = loop_hook_new(self->daemon.loop, turn_ends, NULL, self);
    self->retain_timer = loop_timer_new(self->daemon.loop, forget_old_threads, self);
    loop_timer_start(self->retain_timer, 1000);
    self->lease_timer = loop_timer_new(self->daemon.loop, on_lease, self);
}

/* The runs that are in the store go on here. One that is shared knows this orchestrator by its name on the
 * bus. */
static int
lead_on_what_is_there(struct orchestrator *self)
{
    int64_t lease_ms = self->daemon.options.lease_ms;

    if (store_is_shared(self->store)) {
        self->lease_file = lease_file_open(self->daemon.options.state_dir);
        self->lease = lease_file_read(self->lease_file, store_salt(self->store));
        if (daemon_open_bus(&self->daemon, &calls, self) != 0 || lease_win(self) != 0)
            return -1;
        log_info("store shared name=%s lease-ms=%lld", bus_name(self->daemon.bus), (long long)lease_ms);
        loop_timer_start(self->lease_timer, lease_ms / 3);
    }
    return walks_take_up(self);
}

static void
close_all(struct orchestrator *self)
{
    bool clean = self->walks != NULL && walks_first(self->walks) == NULL && !self->daemon.failed;

    for (struct walk *walk = self->walks == NULL ? NULL : walks_first(self->walks), *next; walk != NULL;
         walk = next) {
        next = walk->next;
        walks_remove(self->walks, walk);
        walk_destroy(&walk);
    }
    walks_destroy(&self->walks);
    streams_clear(self);
    dispatch_destroy(&self->dispatch);
    model_close(&self->model);
    money_rates_close(&self->rates);
    if (self->store != NULL)
        store_close(&self->store, clean);
    if (self->daemon.loop != NULL) {
        loop_timer_destroy(&self->retain_timer);
        loop_timer_destroy(&self->lease_timer);
        loop_hook_destroy(&self->hook);
    }
    json_decref(self->facets);
    free(self->facets_text);
    instructions_close(&self->instructions);
    free(self->salt);
    lease_file_close(&self->lease_file);
}

int
main(int argc, char *argv[])
{
    struct orchestrator self = { .lease_file = -1 };
    int status;

    if (daemon_start(&self.daemon, "orchestrator", argc, argv, &status) != 0)
        return status;
    status = 2;
    if (model_check(&self.daemon.options) != 0)
        goto done;
    status = EXIT_FAILURE;
    if ((self.instructions = instructions_open(&self.daemon.options, "orchestrator", NULL)) == NULL)
        goto done;
    if (open_store(&self) != 0)
        goto done;
    if ((self.rates = money_rates_open(self.daemon.options.rates)) == NULL)
        goto done;
    if ((self.model = model_open(self.daemon.loop, &self.daemon.options)) == NULL)
        goto done;
    make_tables(&self);
    if (lead_on_what_is_there(&self) != 0)
        goto done;
    status = daemon_serve(&self.daemon, &calls, &self);

done: /* what failed has said so */
    close_all(&self);
    daemon_stop(&self.daemon);
    return status;
}
