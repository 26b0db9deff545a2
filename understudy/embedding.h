#ifndef UNDERSTUDY_EMBEDDING_H
#define UNDERSTUDY_EMBEDDING_H

#include <stddef.h>

#include "common/buffer.h"
#include "understudy/request.h"

/* A text as a vector: every word and every pair of neighbours hashed to a place and a sign, with
 * light stemming, made 1 long. Alike words, near vectors; always the same ones. No I/O. */
void embedding_of(const char *text, float *vector, size_t dimensions);

/* Answer an /embeddings request. 0, or -1 with PROBLEM. *TOKENS is what it cost. */
int embedding_answer(const struct ask *ask, struct buffer *out, size_t *tokens, struct problem *problem);

#endif
