#include "common/model/model.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/model/call.h"
#include "common/model/usage.h"

/* -- the client --------------------------------------------------------------------------------- */

/* A key without what an editor puts behind it. */
static char *
key_of(const char *key)
{
    size_t size = strlen(key);

    while (size > 0 && strchr(" \t\r\n", key[size - 1]) != NULL)
        size--;
    return strndup(key, size);
}

static void
read_prices(struct model *model, const struct options *options)
{
    json_t *prices = *options->model_prices ? usage_prices(options->model_prices) : NULL;

    if (prices == NULL && *options->model_prices)
        log_warning("model: %s", model->prices ? "the old prices stay" : "calls have no cost");
    if (prices == NULL)
        return;
    json_decref(model->prices);
    model->prices = prices;
}

static bool
is_http(const char *url)
{
    return strncmp(url, "http://", 7) == 0 || strncmp(url, "https://", 8) == 0;
}

/* A paid server refuses who comes without a key: every question would end as model_key. */
static void
miss_key(const struct profile *profile, const char *url, const char *key)
{
    static const char *const paid[] = { "openai", "azure", "openrouter", "gemini" };

    for (size_t i = 0; i < sizeof paid / sizeof *paid && *key == '\0'; i++)
        if (strcmp(profile->name, paid[i]) == 0)
            log_warning("model: no key for %s, which answers nobody without one: set MODEL_KEY or "
                        "MODEL_KEY_FILE (of embeddings: EMBEDDING_KEY)",
                        url);
}

static int
open_with(struct model *model, const char *url, const char *key, const struct options *options)
{
    const struct http_settings settings = { (int)options->model_calls * 2, options->model_http2,
                                            options->model_connect_ms, options->model_ca };

    if (!is_http(url)) {
        log_error("model-url=%s is no http:// or https:// URL", url);
        return -1;
    }
    if (profile_find(&model->profile, url, options->model_profile, options->model_dialect))
        return -1;
    model->url = strdup(url);
    model->key = key_of(key);
    if (model->url == NULL || model->key == NULL) {
        log_error("model: no memory");
        return -1;
    }
    miss_key(&model->profile, url, model->key);
    model->http = http_open(model->loop, &settings);
    return model->http ? 0 : -1;
}

static struct model *
open_at(struct loop *loop, const char *url, const char *key, const struct options *options)
{
    struct model *model = calloc(1, sizeof *model);

    if (model == NULL) {
        log_error("model: no memory");
        return NULL;
    }
    model->loop = loop;
    model->most = (int)options->model_calls;
    model->first_ms = options->model_first_byte_ms;
    model->idle_ms = options->model_idle_ms;
    if (open_with(model, url, key, options)) {
        model_close(&model);
        return NULL;
    }
    read_prices(model, options);
    log_info("model url=%s profile=%s dialect=%s key=%s", url, model->profile.name,
             model->profile.dialect == DIALECT_CHAT ? "chat" : "responses", *model->key ? "yes" : "no");
    return model;
}

int
model_check(const struct options *options)
{
    struct profile profile;

    if (*options->model_url == '\0') {
        log_error("no model: set MODEL_URL (or --model-url) to an OpenAI-compatible server with its /v1, and "
                  "MODEL_KEY or MODEL_KEY_FILE to its key");
        return -1;
    }
    if (!is_http(options->model_url)) {
        log_error("model-url=%s is no http:// or https:// URL", options->model_url);
        return -1;
    }
    return profile_find(&profile, options->model_url, options->model_profile, options->model_dialect);
}

struct model *
model_open(struct loop *loop, const struct options *options)
{
    if (model_check(options) != 0)
        return NULL;
    return open_at(loop, options->model_url, options->model_key, options);
}

struct model *
model_open_embedding(struct loop *loop, const struct options *options)
{
    struct options other = *options;

    if (*options->embedding_url == '\0') {
        log_error("no embeddings: set EMBEDDING_URL (or --embedding-url) to a server with /embeddings");
        return NULL;
    }
    if (strcmp(options->embedding_url, options->model_url) != 0)
        other.model_profile = other.model_dialect = "";
    return open_at(loop, options->embedding_url, options->embedding_key, &other);
}

void
model_close(struct model **model)
{
    struct model *own = *model;

    *model = NULL;
    if (own == NULL)
        return;
    while (own->calls != NULL) {
        struct model_call *call = own->calls;
        model_cancel(&call);
    }
    http_shut(&own->http);
    while (own->gates != NULL) {
        struct model_gate *next = own->gates->next;
        free(own->gates);
        own->gates = next;
    }
    free(own->url);
    free(own->key);
    json_decref(own->prices);
    free(own);
}

static void
reload(struct model *model, const char *given, const struct options *options)
{
    char *key = key_of(given);

    if (key != NULL && strcmp(key, model->key) != 0) {
        for (struct model_gate *gate = model->gates; gate; gate = gate->next)
            gate->gate.open_until_ms = 0; /* another key may be a better one */
        free(model->key);
        model->key = key;
        log_info("model: another key");
    } else {
        free(key);
    }
    read_prices(model, options);
}

void
model_reload(struct model *model, const struct options *options)
{
    reload(model, options->model_key, options);
}

void
model_reload_embedding(struct model *model, const struct options *options)
{
    reload(model, options->embedding_key, options);
}

/* -- calls -------------------------------------------------------------------------------------- */

struct model_gate *
model_gate(struct model *model, const char *name)
{
    struct model_gate *gate;

    for (gate = model->gates; gate; gate = gate->next)
        if (strcmp(gate->name, name) == 0)
            return gate;
    if ((gate = calloc(1, sizeof *gate + strlen(name) + 1)) == NULL)
        abort(); /* as the loop does: without a few bytes nothing goes on */
    memcpy(gate->name, name, strlen(name) + 1);
    gate_begin(&gate->gate, model->most);
    gate->next = model->gates;
    model->gates = gate;
    return gate;
}

struct model_call *
model_ask(struct model *model, const struct model_request *request, const struct model_listener *listener,
          void *owner)
{
    return call_new(model, request, NULL, listener, owner);
}

struct model_call *
model_embed(struct model *model, const struct model_embedding *embedding,
            const struct model_listener *listener, void *owner)
{
    return call_new(model, NULL, embedding, listener, owner);
}

void
model_cancel(struct model_call **call)
{
    call_cancel(call);
}
