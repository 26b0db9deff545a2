#ifndef TESTS_FAKE_MODEL_H
#define TESTS_FAKE_MODEL_H

#include "common/model/model.h"

/* A model client without a server, linked where model/ would be: keeps what was asked, and answers when
 * the test says so. */

struct model *fake_model_new(void);
void fake_model_destroy(struct model **model);

/* How many exchanges were begun, and what was asked in the one of number N from 0: the newest message's
 * text, the number of messages, and the request itself (its pointers to JSON and texts are no longer good,
 * but for `instructions`, `schema` and `schema_name`). */
int fake_model_count(const struct model *model);
const char *fake_model_said(const struct model *model, int n);
size_t fake_model_messages(const struct model *model, int n);
const struct model_request *fake_model_asked(const struct model *model, int n);

bool fake_model_was_cancelled(const struct model *model, int n);

/* End exchange N with RESULT, which is lent. */
void fake_model_end(struct model *model, int n, const struct model_result *result);

/* A result with nothing in it but STATUS, and 5 tokens used. Texts are not to be freed. */
struct model_result fake_model_result(enum model_status status, const char *text);

#endif
