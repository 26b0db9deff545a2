#ifndef PSYCHOLOGIST_PSYCHOLOGIST_H
#define PSYCHOLOGIST_PSYCHOLOGIST_H

#include "common/daemon.h"
#include "common/instructions.h"
#include "common/model/model.h"
#include "common/tasks.h"

struct psychologist {
    struct daemon daemon;
    struct model *model;
    struct instructions *instructions;
    struct tasks *tasks; /* what is in hand */
};

/* ASSESS: take it in hand. */
handler on_assess;

/* The turn in which it came has ended: ask the model. */
tasks_begin assess_begin;

/* CANCEL: nobody waits for it any more. */
handler on_cancel;

#endif
