/* What goes wrong on request. */
#include "understudy/faults.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[FAULTS] = {
    "none", "429",   "quota",   "500",     "503",     "stall",  "cut",    "garbage",
    "slow", "empty", "badargs", "wrapper", "refusal", "filter", "length",
};

enum fault
fault_named(const char *name)
{
    if (name[0] == '\0')
        return FAULT_NONE;
    for (int i = 0; i < FAULTS; i++)
        if (!strcmp(names[i], name))
            return (enum fault)i;
    return FAULTS;
}

const char *
fault_name(enum fault fault)
{
    return names[fault];
}

enum fault
fault_of_model(const char *model)
{
    const char *plus = strrchr(model, '+');
    enum fault fault = plus != NULL ? fault_named(plus + 1) : FAULT_NONE;

    return fault == FAULTS ? FAULT_NONE : fault;
}

/* One "kind" or "kind:share" of SIZE bytes. */
static int
read_one(struct faults *faults, const char *text, size_t size)
{
    char word[32], *colon, *end = NULL;
    double share = 1;
    enum fault fault;

    if (size == 0)
        return 0;
    if (size >= sizeof word || faults->count == FAULTS_MOST)
        return -1;
    memcpy(word, text, size);
    word[size] = '\0';
    if ((colon = strchr(word, ':')) != NULL) {
        *colon = '\0';
        share = strtod(colon + 1, &end);
        if (end == colon + 1 || *end != '\0' || !(share >= 0 && share <= 1))
            return -1;
    }
    if ((fault = fault_named(word)) == FAULTS)
        return -1;
    faults->list[faults->count].fault = fault;
    faults->list[faults->count++].share = share;
    return 0;
}

int
faults_read(struct faults *faults, const char *text)
{
    *faults = (struct faults) { 0 };
    for (;;) {
        size_t size = strcspn(text, ",");

        if (read_one(faults, text, size))
            return -1;
        if (text[size] == '\0')
            return 0;
        text += size + 1;
    }
}

enum fault
faults_pick(const struct faults *faults, unsigned dice)
{
    double fell = dice / 4294967296.0;

    for (size_t i = 0; i < faults->count; i++) {
        if (fell < faults->list[i].share)
            return faults->list[i].fault;
        fell -= faults->list[i].share;
    }
    return FAULT_NONE;
}

bool
fault_is_error(enum fault fault, struct problem *problem)
{
    static const struct {
        enum fault fault;
        int status;
        const char *type, *code, *message;
    } errors[] = {
        { FAULT_RATE, 429, "requests", "rate_limit_exceeded",
          "Rate limit reached for understudy on requests per min (RPM): Limit 3, Used 3, Requested 1. Please "
          "try again in 1s." },
        { FAULT_QUOTA, 429, "insufficient_quota", "insufficient_quota",
          "You exceeded your current quota, please check your plan and billing details." },
        { FAULT_ERROR, 500, "server_error", NULL,
          "The server had an error while processing your request. Sorry about that!" },
        { FAULT_OVERLOAD, 503, "service_unavailable_error", "server_is_overloaded",
          "The engine is currently overloaded, please try again later." },
    };

    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        if (errors[i].fault != fault)
            continue;
        *problem =
            (struct problem) { .status = errors[i].status, .type = errors[i].type, .code = errors[i].code };
        snprintf(problem->message, sizeof problem->message, "%s", errors[i].message);
        return true;
    }
    return false;
}

/* The first call loses its end, so that it is no JSON; the others get a member that no schema knows. */
static void
spoil_arguments(struct answer *answer)
{
    for (size_t i = 0; i < answer->call_count; i++) {
        char *arguments = answer->calls[i].arguments;

        if (i % 2 == 0) {
            arguments[strlen(arguments) * 2 / 3] = '\0';
        } else {
            free(arguments);
            answer->calls[i].arguments = strdup("{\"slot\":7,\"nonsense\":true}");
        }
    }
}

static void
wrap_calls(struct answer *answer)
{
    struct buffer out = { 0 };

    if (answer->call_count == 0)
        return;
    buffer_text(&out, "{\"tool_uses\":[");
    for (size_t i = 0; i < answer->call_count; i++) {
        buffer_printf(&out, "%s{\"recipient_name\":\"functions.%s\",\"parameters\":%s}", i ? "," : "",
                      answer->calls[i].name, answer->calls[i].arguments);
        free(answer->calls[i].name);
        free(answer->calls[i].arguments);
    }
    buffer_text(&out, "]}");
    answer->calls[0].name = strdup("multi_tool_use.parallel");
    answer->calls[0].arguments = buffer_take(&out);
    answer->call_count = 1;
}

/* Nothing but REFUSAL, or nothing but an empty text. */
static void
empty(struct answer *answer, const char *refusal)
{
    struct answer kept = { .role = answer->role,
                           .input_tokens = answer->input_tokens,
                           .cached_tokens = answer->cached_tokens };

    answer_clear(answer);
    *answer = kept;
    if (refusal != NULL)
        answer->refusal = strdup(refusal);
    else
        answer->text = strdup("");
}

void
fault_apply(enum fault fault, struct answer *answer)
{
    switch (fault) {
    case FAULT_EMPTY:
        empty(answer, NULL);
        break;
    case FAULT_REFUSAL:
        empty(answer, "I'm sorry, but I can't help with that request.");
        break;
    case FAULT_BADARGS:
        spoil_arguments(answer);
        break;
    case FAULT_WRAPPER:
        wrap_calls(answer);
        break;
    case FAULT_FILTER:
        answer_limit(answer, answer_tokens(answer) / 2);
        answer->finish = FINISH_FILTER;
        break;
    case FAULT_LENGTH:
        answer_limit(answer, answer_tokens(answer) / 2);
        answer->finish = FINISH_LENGTH;
        break;
    default:
        break;
    }
}
