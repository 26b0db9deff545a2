/* What is kept of a call that has ended: its price, metrics, a line in the log. */
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/model/call.h"
#include "common/model/usage.h"

/* By the name that the server gives the model; else by ours, which may be a deployment's. */
void
report_price(const struct model_call *call, struct model_usage *usage)
{
    const json_t *prices = call->model->prices;
    const char *tier = call->exchange.answer.tier;

    if (usage->model == NULL)
        usage->model = strdup(call->request.model);
    usage->cost = usage_cost(prices, usage, usage->model, tier);
    if (usage->cost < 0)
        usage->cost = usage_cost(prices, usage, call->request.model, tier);
}

static void
count_tokens(const char *model, const char *kind, int64_t tokens)
{
    char labels[128];

    snprintf(labels, sizeof labels, "model=\"%.64s\",kind=\"%s\"", model, kind);
    metrics_add(metrics_counter("ensemble_model_tokens_total", labels, "Tokens by model and kind."),
                (double)tokens);
}

static void
measure(const struct model_call *call, const struct model_result *result)
{
    const char *model = call->request.model;
    char labels[128];

    snprintf(labels, sizeof labels, "model=\"%.64s\",result=\"%s\"", model,
             result->status == MODEL_ERROR ? model_error_name(result->error) : "ok");
    metrics_add(metrics_counter("ensemble_model_calls_total", labels, "Calls of a model by how they ended."),
                1);
    snprintf(labels, sizeof labels, "model=\"%.64s\"", model);
    metrics_observe_ms(metrics_histogram("ensemble_model_call_ms", labels, "From the call to its end."),
                       (double)(clock_now_ms() - call->asked_ms));
    if (result->attempts > 1)
        metrics_add(metrics_counter("ensemble_model_retries_total", labels, "Attempts after the first."),
                    result->attempts - 1);
    if (!result->usage.known)
        return;
    count_tokens(model, "input", result->usage.input);
    count_tokens(model, "cached", result->usage.cached);
    count_tokens(model, "cache_write", result->usage.cache_write);
    count_tokens(model, "output", result->usage.output);
    count_tokens(model, "reasoning", result->usage.reasoning);
    if (result->usage.cost > 0)
        metrics_add(metrics_counter("ensemble_model_dollars_total", labels, "What the calls cost."),
                    result->usage.cost);
}

static void
say_end(const struct model_call *call, const struct model_result *result)
{
    const char *id = call->request_id ? call->request_id : "";

    if (call->exchange.answer.gaps > 0)
        log_info("model stream has gaps model=%s gaps=%d request=%s", call->request.model,
                 call->exchange.answer.gaps, id);
    if (result->status == MODEL_ERROR)
        log_warning(
            "model call failed model=%s class=%s status=%d attempts=%d ms=%lld request=%s client=%s why=%s",
            call->request.model, model_error_name(result->error), result->http, result->attempts,
            (long long)(clock_now_ms() - call->asked_ms), id, call->client_id,
            result->message ? result->message : "");
    else
        log_debug("model call model=%s status=%d attempts=%d ms=%lld calls=%zu in=%lld out=%lld request=%s",
                  call->request.model, (int)result->status, result->attempts,
                  (long long)(clock_now_ms() - call->asked_ms), result->call_count,
                  (long long)result->usage.input, (long long)result->usage.output, id);
}

void
report_end(const struct model_call *call, const struct model_result *result)
{
    measure(call, result);
    say_end(call, result);
}
