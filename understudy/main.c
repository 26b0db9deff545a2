/* understudy -- stands in for a model: an OpenAI-compatible server with no model in it.
 *
 *     psychologist, orchestrator, extractor, wardrobe --HTTP--> understudy
 *
 * Rules and a small lore of fashion; it streams like a model, misbehaves on request, and always says
 * that it is the understudy. It keeps nothing. */
#include <stdlib.h>

#include "common/log.h"
#include "understudy/understudy.h"

static bool
is_idle(void *self)
{
    const struct understudy *understudy = self;

    return understudy->telling == NULL;
}

static void
drain(void *self)
{
    struct understudy *understudy = self;

    web_stop_listening(understudy->web);
}

static const struct daemon_calls calls = { .drain = drain, .is_idle = is_idle };

/* What the options say about faults, pace and replays. */
static int
read_options(struct understudy *self, int *status)
{
    const struct options *options = &self->daemon.options;

    if (faults_read(&self->faults, options->fault)) {
        log_error("option fault=%s: wants kinds with shares, as in 500:0.05,cut:0.1", options->fault);
        *status = 2;
        return -1;
    }
    if (replay_piece(options->replay_pieces, 0, 1) == 0) {
        log_error("option replay-pieces=%s: wants a number of bytes, random or whole",
                  options->replay_pieces);
        *status = 2;
        return -1;
    }
    self->pace = (struct pace) { options->first_token_ms, options->tokens_per_second };
    self->replay = options->replay;
    self->pieces = options->replay_pieces;
    return 0;
}

int
main(int argc, char *argv[])
{
    struct understudy self = { 0 };
    int status;

    if (daemon_start(&self.daemon, "understudy", argc, argv, &status))
        return status;
    status = EXIT_FAILURE;
    if (read_options(&self, &status))
        goto done;
    if (mind_open(&self.mind, self.daemon.options.seed))
        goto done;
    if (http_open(&self))
        goto done;
    log_info("speaks as a model port=%d first-token-ms=%lld tokens-per-second=%lld", web_port(self.web),
             (long long)self.pace.first_ms, (long long)self.pace.per_second);
    status = daemon_serve(&self.daemon, &calls, &self);

done:
    http_close(&self);
    mind_close(&self.mind);
    daemon_stop(&self.daemon);
    return status;
}
