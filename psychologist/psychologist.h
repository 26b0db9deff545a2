#ifndef PSYCHOLOGIST_PSYCHOLOGIST_H
#define PSYCHOLOGIST_PSYCHOLOGIST_H

#include "common/assistant.h"

/* ASSESS: take it in hand. */
handler on_assess;

/* The turn in which it came has ended: ask the model. */
tasks_begin assess_begin;

/* CANCEL: nobody waits for it any more. */
handler on_cancel;

#endif
