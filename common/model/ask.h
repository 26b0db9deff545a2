#ifndef COMMON_MODEL_ASK_H
#define COMMON_MODEL_ASK_H

#include <jansson.h>

#include "common/model/model.h"

/* A request of our own, since a caller's is lent: it is sent again when the first attempt fails. */

/* Copy FROM into TO; its JSON by reference. Returns 0, or -1 without memory (TO is then to be cleared all the
 * same). */
int ask_copy(struct model_request *to, const struct model_request *from);
void ask_clear(struct model_request *request);

#endif
