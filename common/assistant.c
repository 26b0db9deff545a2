#include "common/assistant.h"

#include <stdlib.h>

static void
gone(void *self, struct peer *peer)
{
    tasks_lost(((struct assistant *)self)->tasks, peer);
}

static void
turn(void *self)
{
    tasks_turn(((struct assistant *)self)->tasks);
}

static void
reload(void *self)
{
    struct assistant *assistant = self;

    model_reload(assistant->model, &assistant->daemon.options);
    instructions_reload(assistant->instructions, &assistant->daemon.options);
}

static void
drain(void *self)
{
    tasks_drain(((struct assistant *)self)->tasks);
}

static bool
is_idle(void *self)
{
    return tasks_are_none(((struct assistant *)self)->tasks);
}

int
assistant_main(const struct assistant_kind *kind, int argc, char *argv[])
{
    struct daemon_calls calls = {
        .gone = gone, .turn = turn, .reload = reload, .drain = drain, .is_idle = is_idle
    };
    struct assistant self = { 0 };
    struct daemon *daemon = &self.daemon;
    int status;

    for (int i = 0; i < MESSAGE_KINDS; i++)
        calls.handlers[i] = kind->handlers[i];
    if (daemon_start(daemon, kind->name, argc, argv, &status))
        return status;
    status = 2;
    if (model_check(&daemon->options) != 0)
        goto done;
    status = EXIT_FAILURE;
    if ((self.instructions = instructions_open(&daemon->options, kind->name, kind->schema)) == NULL)
        goto done;
    if ((self.model = model_open(daemon->loop, &daemon->options)) == NULL)
        goto done;
    self.tasks = tasks_new(daemon, &self, kind->begin);
    status = daemon_serve(daemon, &calls, &self);

done:
    tasks_destroy(&self.tasks);
    model_close(&self.model);
    instructions_close(&self.instructions);
    daemon_stop(daemon);
    return status;
}
