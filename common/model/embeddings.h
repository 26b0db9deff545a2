#ifndef COMMON_MODEL_EMBEDDINGS_H
#define COMMON_MODEL_EMBEDDINGS_H

#include <jansson.h>

#include "common/buffer.h"
#include "common/model/errors.h"
#include "common/model/model.h"
#include "common/model/profile.h"

/* /embeddings: the request's body and the vectors of its answer. Does no I/O. */

/* Append the body for COUNT texts. */
void embeddings_body(struct buffer *out, const char *model, const char *const *texts, size_t count,
                     int64_t dimensions, const struct profile *profile);

/* Read the vectors of BODY for COUNT texts into *VECTORS (count * *dimensions floats, in the texts' order;
 * newly allocated) and what they cost into USAGE. Numbers or base64, by index or in order.
 * Returns 0, or -1 with ERROR set. */
int embeddings_read(const json_t *body, size_t count, float **vectors, size_t *dimensions,
                    struct model_usage *usage, struct server_error *error);

#endif
