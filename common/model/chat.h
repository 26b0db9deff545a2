#ifndef COMMON_MODEL_CHAT_H
#define COMMON_MODEL_CHAT_H

#include <stddef.h>

#include "common/buffer.h"
#include "common/model/answer.h"
#include "common/model/model.h"
#include "common/model/profile.h"

/* The dialect Chat Completions: the request's body, the stream, the whole answer. Does no I/O. */

/* Append the body for REQUEST to OUT: the same bytes for the same request, what changes least first. */
void chat_body(struct buffer *out, const struct model_request *request, const struct profile *profile);

/* Read an event of the stream: a chunk, an error or [DONE]. */
void chat_event(struct answer *answer, const char *name, const char *data, size_t size);

/* Read an answer that came as one object. */
void chat_whole(struct answer *answer, const json_t *body);

/* Append ,"tools":[...] of either dialect, sorted keys, in the order they have, and how they may be called as
 * far as the server knows these fields. FLAT for Responses. */
void chat_tools(struct buffer *out, const struct model_request *request, const struct profile *profile,
                bool flat);

/* Append ,"KEY": */
void chat_key(struct buffer *out, const char *key);

/* Append ,"KEY":"TEXT", nothing where TEXT is NULL or "". */
void chat_text(struct buffer *out, const char *key, const char *text);

#endif
