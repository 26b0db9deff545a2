/* extractor -- says which products a paragraph of the suggestion names.
 *
 *     orchestrator --EXTRACT--> extractor --EXTRACTED or REFUSED--> orchestrator
 *     orchestrator --CANCEL--> extractor
 *
 * One exchange with the model for each finished paragraph, while the next is still being written: parallel
 * calls of the function find_product, one for each piece. It keeps nothing between messages. */

#include <stdlib.h>

#include "extractor/extractor.h"

static void
gone(void *self, struct peer *peer)
{
    tasks_lost(((struct extractor *)self)->tasks, peer);
}

static void
turn(void *self)
{
    tasks_turn(((struct extractor *)self)->tasks);
}

static void
reload(void *self)
{
    struct extractor *extractor = self;

    model_reload(extractor->model, &extractor->daemon.options);
    instructions_reload(extractor->instructions, &extractor->daemon.options);
}

static void
drain(void *self)
{
    tasks_drain(((struct extractor *)self)->tasks);
}

static bool
is_idle(void *self)
{
    return tasks_are_none(((struct extractor *)self)->tasks);
}

static const struct daemon_calls calls = {
    .handlers = {
        [MESSAGE_EXTRACT] = on_extract,
        [MESSAGE_CANCEL] = on_cancel,
    },
    .gone = gone,
    .turn = turn,
    .reload = reload,
    .drain = drain,
    .is_idle = is_idle,
};

int
main(int argc, char *argv[])
{
    struct extractor self = { 0 };
    struct daemon *daemon = &self.daemon;
    int status;

    if (daemon_start(daemon, "extractor", argc, argv, &status))
        return status;
    status = EXIT_FAILURE;
    if ((self.instructions = instructions_open(&daemon->options, "extractor", "find_product.json")) == NULL)
        goto done;
    if ((self.model = model_open(daemon->loop, &daemon->options)) == NULL)
        goto done;
    self.tasks = tasks_new(daemon, &self, extract_begin);
    status = daemon_serve(daemon, &calls, &self);

done:
    tasks_destroy(&self.tasks);
    model_close(&self.model);
    instructions_close(&self.instructions);
    daemon_stop(daemon);
    return status;
}
