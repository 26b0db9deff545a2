/* psychologist -- says who a shopper is and what they want.
 *
 *     orchestrator --ASSESS--> psychologist --ASSESSED or REFUSED--> orchestrator
 *     orchestrator --CANCEL--> psychologist
 *
 * One structured answer of the model for each question: topic, occasion, mood, needs, and the criteria
 * as a patch of what the thread holds. It keeps nothing between messages: run as many as the load needs. */

#include <stdlib.h>

#include "psychologist/psychologist.h"

static void
gone(void *self, struct peer *peer)
{
    tasks_lost(((struct psychologist *)self)->tasks, peer);
}

static void
turn(void *self)
{
    tasks_turn(((struct psychologist *)self)->tasks);
}

static void
reload(void *self)
{
    struct psychologist *psychologist = self;

    model_reload(psychologist->model, &psychologist->daemon.options);
    instructions_reload(psychologist->instructions, &psychologist->daemon.options);
}

static void
drain(void *self)
{
    tasks_drain(((struct psychologist *)self)->tasks);
}

static bool
is_idle(void *self)
{
    return tasks_are_none(((struct psychologist *)self)->tasks);
}

static const struct daemon_calls calls = {
    .handlers = {
        [MESSAGE_ASSESS] = on_assess,
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
    struct psychologist self = { 0 };
    struct daemon *daemon = &self.daemon;
    int status;

    if (daemon_start(daemon, "psychologist", argc, argv, &status))
        return status;
    status = EXIT_FAILURE;
    if ((self.instructions = instructions_open(&daemon->options, "psychologist", "assessment.json")) == NULL)
        goto done;
    if ((self.model = model_open(daemon->loop, &daemon->options)) == NULL)
        goto done;
    self.tasks = tasks_new(daemon, &self, assess_begin);
    status = daemon_serve(daemon, &calls, &self);

done:
    tasks_destroy(&self.tasks);
    model_close(&self.model);
    instructions_close(&self.instructions);
    daemon_stop(daemon);
    return status;
}
