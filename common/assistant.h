#ifndef COMMON_ASSISTANT_H
#define COMMON_ASSISTANT_H

#include "common/daemon.h"
#include "common/instructions.h"
#include "common/model/model.h"
#include "common/tasks.h"

/* A daemon whose every answer is one exchange with the model, and that keeps nothing between messages:
 * psychologist and extractor. What differs is said by struct assistant_kind and the handlers' files. */

struct assistant {
    struct daemon daemon;
    struct model *model;
    struct instructions *instructions;
    struct tasks *tasks; /* what is in hand */
};

struct assistant_kind {
    const char *name;   /* the daemon's, and its folder's */
    const char *schema; /* a file beside its instructions */
    tasks_begin *begin; /* the turn in which a request came has ended: ask the model */
    handler *handlers[MESSAGE_KINDS];
};

/* All of main(): start, serve until told to stop, free. Returns what main() is to return. The handlers get
 * the struct assistant. */
int assistant_main(const struct assistant_kind *kind, int argc, char *argv[]);

#endif
