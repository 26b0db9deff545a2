#ifndef WARDROBE_BLAME_H
#define WARDROBE_BLAME_H

#include <jansson.h>

#include "wardrobe/criteria.h"

/* Why nothing was found: which of FILTER's clauses emptied the result, as RESULT's `blocked_by`, and what
 * giving one of them up would bring, as its `relaxation`. Uses INDEX->marks. No I/O. */
void blame_explain(struct index *index, const struct filter *filter, json_t *result);

#endif
