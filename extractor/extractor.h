#ifndef EXTRACTOR_EXTRACTOR_H
#define EXTRACTOR_EXTRACTOR_H

#include "common/assistant.h"

/* EXTRACT: take it in hand. */
handler on_extract;

/* The turn in which it came has ended: ask the model, or answer at once where there is nothing to find. */
tasks_begin extract_begin;

/* CANCEL: nobody waits for it any more. */
handler on_cancel;

#endif
