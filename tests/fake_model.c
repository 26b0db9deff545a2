#include "tests/fake_model.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"

enum { CALLS_MAX = 256 };

struct model_call {
    struct model *model;
    int number;
};

struct model {
    int count;
    struct {
        struct model_call *call; /* NULL once it has ended */
        struct model_request request;
        struct model_listener listener;
        void *owner;
        char *said;
        size_t messages;
        bool cancelled;
    } asked[CALLS_MAX];
};

struct model *
fake_model_new(void)
{
    return calloc(1, sizeof(struct model));
}

void
fake_model_destroy(struct model **model)
{
    for (int n = 0; n < (*model)->count; n++) {
        free((*model)->asked[n].call);
        free((*model)->asked[n].said);
    }
    free(*model);
    *model = NULL;
}

int
fake_model_count(const struct model *model)
{
    return model->count;
}

const char *
fake_model_said(const struct model *model, int n)
{
    assert(n < model->count);
    return model->asked[n].said;
}

size_t
fake_model_messages(const struct model *model, int n)
{
    assert(n < model->count);
    return model->asked[n].messages;
}

const struct model_request *
fake_model_asked(const struct model *model, int n)
{
    assert(n < model->count);
    return &model->asked[n].request;
}

bool
fake_model_was_cancelled(const struct model *model, int n)
{
    assert(n < model->count);
    return model->asked[n].cancelled;
}

void
fake_model_end(struct model *model, int n, const struct model_result *result)
{
    struct model_call *call;

    assert(n < model->count && model->asked[n].call != NULL);
    call = model->asked[n].call;
    model->asked[n].call = NULL;
    model->asked[n].listener.done(model->asked[n].owner, result);
    free(call);
}

struct model_result
fake_model_result(enum model_status status, const char *text)
{
    struct model_result result = { .status = status, .text = (char *)text, .refusal = (char *)"" };

    result.usage.known = true;
    result.usage.total = 5;
    return result;
}

/* -- as in model.h ------------------------------------------------------------------------------ */

struct model *
model_open(struct loop *loop, const struct options *options)
{
    (void)loop, (void)options;
    return fake_model_new();
}

void
model_close(struct model **model)
{
    if (*model != NULL)
        fake_model_destroy(model);
}

void
model_reload(struct model *model, const struct options *options)
{
    (void)model, (void)options;
}

struct model_call *
model_ask(struct model *model, const struct model_request *request, const struct model_listener *listener,
          void *owner)
{
    struct model_call *call = calloc(1, sizeof *call);
    const json_t *newest = json_array_get(request->messages, json_array_size(request->messages) - 1);
    int n = model->count++;

    assert(n < CALLS_MAX);
    call->model = model;
    call->number = n;
    model->asked[n].call = call;
    model->asked[n].request = *request;
    model->asked[n].listener = *listener;
    model->asked[n].owner = owner;
    model->asked[n].said = strdup(json_text(newest, "content", ""));
    model->asked[n].messages = json_array_size(request->messages);
    return call;
}

void
model_cancel(struct model_call **call)
{
    if (*call == NULL)
        return;
    (*call)->model->asked[(*call)->number].call = NULL;
    (*call)->model->asked[(*call)->number].cancelled = true;
    free(*call);
    *call = NULL;
}

json_t *
model_usage_entry(const struct model_result *result, const char *role)
{
    return result->usage.known
               ? json_pack("{s:s, s:I}", "role", role, "totalTokens", (json_int_t)result->usage.total)
               : NULL;
}

const char *
model_error_name(enum model_error_class error)
{
    return error == MODEL_ERROR_AUTH ? "auth" : error == MODEL_ERROR_RATE ? "rate" : "other";
}
