#include "common/model/usage.h"

#include <string.h>

#include "common/json.h"
#include "common/log.h"

static int64_t
tokens(const json_t *object, const char *key)
{
    int64_t number = json_number(object, key, 0);

    return number < 0 ? 0 : number;
}

static int64_t
either(const json_t *wire, const char *responses, const char *chat)
{
    return json_object_get(wire, responses) ? tokens(wire, responses) : tokens(wire, chat);
}

void
usage_read(struct model_usage *usage, const json_t *wire)
{
    const json_t *in, *out;

    if (!json_is_object(wire) || json_object_size(wire) == 0)
        return;
    in = json_object_get(wire, "input_tokens_details");
    out = json_object_get(wire, "output_tokens_details");
    if (!json_is_object(in))
        in = json_object_get(wire, "prompt_tokens_details");
    if (!json_is_object(out))
        out = json_object_get(wire, "completion_tokens_details");
    usage->known = true;
    usage->input = either(wire, "input_tokens", "prompt_tokens");
    usage->output = either(wire, "output_tokens", "completion_tokens");
    usage->total = tokens(wire, "total_tokens");
    if (usage->total == 0)
        usage->total = usage->input + usage->output;
    usage->cached = tokens(in, "cached_tokens");
    if (usage->cached == 0)
        usage->cached = tokens(wire, "prompt_cache_hit_tokens"); /* DeepSeek */
    usage->cache_write = tokens(in, "cache_write_tokens");
    usage->reasoning = tokens(out, "reasoning_tokens");
}

/* The price of NAME: as it stands, or without a date behind it. */
static const json_t *
price_named(const json_t *models, const char *name)
{
    const json_t *price = json_object_get(models, name);
    const char *key;
    json_t *other;

    if (price != NULL)
        return price;
    json_object_foreach((json_t *)models, key, other)
    {
        size_t size = strlen(key);
        if (strncmp(name, key, size) == 0 && strncmp(name + size, "-20", 3) == 0)
            return other;
    }
    return NULL;
}

static double
dollars(const json_t *price, const char *key, double fallback)
{
    const json_t *value = json_object_get(price, key);

    return json_is_number(value) ? json_number_value(value) : fallback;
}

static double
tier_factor(const json_t *prices, const char *tier)
{
    return tier ? dollars(json_object_get(prices, "tiers"), tier, 1) : 1;
}

double
usage_cost(const json_t *prices, const struct model_usage *usage, const char *model, const char *tier)
{
    const json_t *models = json_object_get(prices, "models");
    const json_t *lengthy = json_object_get(prices, "long_prompt");
    const char *slash;
    const json_t *price;
    double in, cached, write, out, plain;

    if (model == NULL)
        return -1;
    price = price_named(models, model);
    if (price == NULL && (slash = strrchr(model, '/')) != NULL)
        price = price_named(models, slash + 1);
    if (price == NULL)
        return -1;

    in = dollars(price, "input", 0);
    cached = dollars(price, "cached", in);
    write = dollars(price, "cache_write", in);
    out = dollars(price, "output", 0);
    if (json_is_object(lengthy) && (double)usage->input > dollars(lengthy, "above", 1e18)) {
        double factor = dollars(lengthy, "input", 1);
        in *= factor, cached *= factor, write *= factor;
        out *= dollars(lengthy, "output", 1);
    }
    plain = (double)(usage->input - usage->cached - usage->cache_write);
    if (plain < 0)
        plain = 0;
    return (plain * in + (double)usage->cached * cached + (double)usage->cache_write * write +
            (double)usage->output * out) /
           1e6 * tier_factor(prices, tier);
}

json_t *
usage_prices(const char *path)
{
    json_t *prices = json_file(path);
    const char *name;
    json_t *price;

    if (prices == NULL)
        return NULL;
    if (!json_is_object(json_object_get(prices, "models"))) {
        log_error("prices file=%s has no object `models`", path);
        json_decref(prices);
        return NULL;
    }
    json_object_foreach(json_object_get(prices, "models"), name, price)
    {
        if (dollars(price, "input", -1) >= 0 && dollars(price, "output", -1) >= 0)
            continue;
        log_error("prices file=%s model=%s lacks input and output in dollars for a million tokens", path,
                  name);
        json_decref(prices);
        return NULL;
    }
    return prices;
}

json_t *
model_usage_entry(const struct model_result *result, const char *role)
{
    const struct model_usage *usage = &result->usage;
    json_t *entry;

    if (!usage->known)
        return NULL;
    entry = json_pack("{s:s, s:s?, s:I, s:I, s:I, s:I, s:I, s:I}", "role", role, "model", usage->model,
                      "inputTokens", (json_int_t)usage->input, "outputTokens", (json_int_t)usage->output,
                      "totalTokens", (json_int_t)usage->total, "cachedInputTokens", (json_int_t)usage->cached,
                      "cacheWriteInputTokens", (json_int_t)usage->cache_write, "reasoningTokens",
                      (json_int_t)usage->reasoning);
    if (entry != NULL && usage->model == NULL)
        json_object_del(entry, "model");
    if (entry != NULL && usage->cost >= 0)
        json_object_set_new(entry, "cost", json_real(usage->cost));
    return entry;
}
