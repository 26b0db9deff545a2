#ifndef COMMON_MODEL_RESPONSES_H
#define COMMON_MODEL_RESPONSES_H

#include <stddef.h>

#include "common/buffer.h"
#include "common/model/answer.h"
#include "common/model/model.h"
#include "common/model/profile.h"

/* The dialect Responses: the request's body, the stream's events put together, the whole object. No I/O. */

/* Append the body for REQUEST to OUT: the same bytes for the same request, what changes least first. */
void responses_body(struct buffer *out, const struct model_request *request, const struct profile *profile);

/* Read an event of the stream. */
void responses_event(struct answer *answer, const char *name, const char *data, size_t size);

/* Read a response that came as one object. */
void responses_whole(struct answer *answer, const json_t *body);

#endif
