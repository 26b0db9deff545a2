/* wardrobe -- which of our products are those.
 *
 *     orchestrator --LOOKUP--> wardrobe --FOUND or REFUSED--> orchestrator
 *     orchestrator --CHOOSE--> wardrobe --CHOSEN or REFUSED-> orchestrator (where a model is configured for
 * it) wardrobe --FACETS------------> orchestrator (when it comes, and with a new catalogue)
 *
 *     wardrobe import FEED     a merchant's file becomes the catalogue; a running wardrobe takes it up by
 * itself wardrobe search "…"      how a sentence is understood, and why which product is found
 *
 * It holds no state between messages but the catalogue: run as many as the load needs. */

#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "wardrobe/import.h"
#include "wardrobe/wardrobe.h"

#define LOOK_MS 1000 /* between two looks for a new catalogue */

static void
on_joined(void *owner, struct peer *peer)
{
    wardrobe_send_facets(owner, peer);
}

static void
on_look(void *owner)
{
    struct wardrobe *self = owner;

    wardrobe_look(self);
    loop_timer_start(self->look, LOOK_MS);
}

static void
on_reload(void *owner)
{
    struct wardrobe *self = owner;
    struct money_rates *rates = money_rates_open(self->daemon.options.rates);

    if (rates != NULL) { /* else the old ones stay */
        money_rates_close(&self->rates);
        self->rates = rates;
    }
    if (self->model != NULL) {
        model_reload(self->model, &self->daemon.options);
        instructions_reload(self->instructions, &self->daemon.options);
    }
    if (self->meanings != NULL)
        meanings_reload(self->meanings, &self->daemon.options);
    wardrobe_look(self);
}

static void
on_gone(void *owner, struct peer *peer)
{
    struct wardrobe *self = owner;

    tasks_lost(self->tasks, peer);
    waiting_cancel(self->waiting, peer, NULL, NULL);
}

static void
on_turn(void *owner)
{
    tasks_turn(((struct wardrobe *)owner)->tasks);
}

static void
on_drain(void *owner)
{
    tasks_drain(((struct wardrobe *)owner)->tasks);
}

static bool
is_idle(void *owner)
{
    struct wardrobe *self = owner;

    return tasks_are_none(self->tasks) && waiting_is_empty(self->waiting);
}

static const struct daemon_calls calls = {
    .handlers = {
        [MESSAGE_LOOKUP] = on_lookup,
        [MESSAGE_CHOOSE] = on_choose,
        [MESSAGE_CANCEL] = on_cancel,
    },
    .joined = on_joined,
    .gone = on_gone,
    .turn = on_turn,
    .reload = on_reload,
    .drain = on_drain,
    .is_idle = is_idle,
};

static bool
chooses(const struct options *options)
{
    return options->wardrobe_model[0] != '\0' && options->model_url[0] != '\0';
}

/* The model that chooses, where one is named. Returns -1 when it can't be used (logged). */
static int
open_model(struct wardrobe *self)
{
    const struct options *options = &self->daemon.options;

    self->tasks = tasks_new(&self->daemon, self, choose_begin);
    if (!chooses(options))
        return 0;
    self->instructions = instructions_open(options, "wardrobe", "choice.json");
    return self->instructions == NULL || (self->model = model_open(self->daemon.loop, options)) == NULL ? -1
                                                                                                        : 0;
}

/* Where the catalogue is. Returns -1 where an option says what can't be (logged). */
static int
take_place(struct wardrobe *self)
{
    const struct options *options = &self->daemon.options;

    if ((self->path = options_path(options, options->catalogue)) != NULL)
        return catalogue_away(options->catalogue_words, options->catalogue_vectors, self->path, &self->away);
    log_error("no memory");
    return -1;
}

/* All that the daemon needs before it serves. Returns -1 when something is missing (logged). */
static int
open_all(struct wardrobe *self)
{
    const struct options *options = &self->daemon.options;

    weights_default(&self->weights);
    if ((self->stemmer = stemmer_new(options->catalogue_language)) == NULL) {
        log_error("option catalogue-language=%s: no stemmer for it; english, german, french, ... are",
                  options->catalogue_language);
        return -1;
    }
    self->lexicon = lexicon_new(self->stemmer);
    self->work = calloc(1, sizeof *self->work);
    if (self->lexicon == NULL || self->work == NULL) {
        log_error("no memory");
        return -1;
    }
    if ((self->rates = money_rates_open(options->rates)) == NULL)
        return -1;
    if (open_model(self) < 0 || lookup_open(self) < 0)
        return -1;
    if ((self->loader = loader_new(self->daemon.loop, self->path, self->away, options->catalogue_language,
                                   self->lexicon, wardrobe_take, self)) == NULL)
        return -1;
    self->look = loop_timer_new(self->daemon.loop, on_look, self);
    on_look(self);
    return 0;
}

static void
close_all(struct wardrobe *self)
{
    loop_timer_destroy(&self->look);
    loader_destroy(&self->loader);
    tasks_destroy(&self->tasks);
    waiting_destroy(&self->waiting);
    meanings_close(&self->meanings);
    model_close(&self->model);
    instructions_close(&self->instructions);
    catalogue_close(&self->catalogue);
    catalogue_close(&self->previous);
    json_decref(self->facets);
    money_rates_close(&self->rates);
    lexicon_destroy(&self->lexicon);
    stemmer_destroy(&self->stemmer);
    free(self->work);
    free(self->path);
}

int
main(int argc, char *argv[])
{
    struct wardrobe self = { 0 };
    int status;

    if (argc > 1) { /* a subcommand is the first word */
        if (strcmp(argv[1], "import") == 0 || strcmp(argv[1], "search") == 0) {
            int (*command)(int, char **) = argv[1][0] == 'i' ? import_main : search_main;

            log_start("wardrobe");
            argv[1] = argv[0];
            return command(argc - 1, argv + 1);
        }
    }
    if (daemon_start(&self.daemon, "wardrobe", argc, argv, &status) < 0)
        return status;
    status = take_place(&self) < 0 || (chooses(&self.daemon.options) && model_check(&self.daemon.options) < 0)
                 ? 2
                 : EXIT_FAILURE;
    if (status != 2 && open_all(&self) == 0)
        status = daemon_serve(&self.daemon, &calls, &self);
    close_all(&self);
    daemon_stop(&self.daemon);
    return status;
}
