#include "common/model/retry.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum {
    BASE_MS = 500,
    CAP_MS = 20000,
    SLOW_BASE_MS = 2000, /* overload, slow_down */
    SLOW_CAP_MS = 60000,
    HINT_LIMIT_MS = 120000, /* nobody waits longer */
    LEAST_LEFT_MS = 200     /* an attempt with less time than this is for nothing */
};

void
retry_hints_clear(struct retry_hints *hints)
{
    *hints = (struct retry_hints) { -1, -1, -1, -1, -1, -1 };
}

/* Milliseconds of VALUE units of SCALE ms, or -1 when it is no sensible time. */
static int64_t
milliseconds(double value, double scale)
{
    double ms = ceil(value * scale);

    return ms >= 0 && ms < 1e12 ? (int64_t)ms : -1;
}

int64_t
retry_duration_ms(const char *text)
{
    static const struct {
        const char *name;
        double ms;
    } units[] = { { "ms", 1 },     { "us", 1e-3 }, { "µs", 1e-3 }, { "ns", 1e-6 },
                  { "h", 3600e3 }, { "m", 60e3 },  { "s", 1e3 } };
    double sum = 0;
    char *end;

    if (strspn(text, "0123456789.") == strlen(text) && *text != '\0')
        return milliseconds(strtod(text, NULL), 1);
    while (*text != '\0') {
        double number;
        size_t i;

        if (*text < '0' || *text > '9')
            return -1;
        number = strtod(text, &end);
        for (i = 0; i < sizeof units / sizeof *units; i++)
            if (strncmp(end, units[i].name, strlen(units[i].name)) == 0)
                break;
        if (i == sizeof units / sizeof *units)
            return -1;
        sum += number * units[i].ms;
        text = end + strlen(units[i].name);
        if (*text == '\0')
            return milliseconds(sum, 1);
    }
    return -1;
}

/* Seconds, or an HTTP date. */
static int64_t
after_ms(const char *value, int64_t wall_ms)
{
    struct tm when = { 0 };
    char *end;
    double seconds = strtod(value, &end);
    const char *rest;

    if (end != value && *end == '\0' && *value >= '0' && *value <= '9')
        return milliseconds(seconds, 1000);
    rest = strptime(value, "%a, %d %b %Y %H:%M:%S GMT", &when);
    if (rest == NULL || *rest != '\0')
        return -1;
    return (int64_t)timegm(&when) * 1000 > wall_ms ? (int64_t)timegm(&when) * 1000 - wall_ms : 0;
}

static int64_t
number_of(const char *value)
{
    char *end;
    long long number = strtoll(value, &end, 10);

    return end == value || number < 0 ? -1 : number;
}

static void
keep_larger(int64_t *ms, int64_t other)
{
    if (other > *ms)
        *ms = other;
}

void
retry_header(struct retry_hints *hints, const char *name, const char *value, int64_t wall_ms)
{
    if (strcasecmp(name, "retry-after") == 0)
        keep_larger(&hints->after_ms, after_ms(value, wall_ms));
    else if (strcasecmp(name, "retry-after-ms") == 0 && *value >= '0' && *value <= '9')
        keep_larger(&hints->after_ms, milliseconds(strtod(value, NULL), 1));
    else if (strcasecmp(name, "x-should-retry") == 0)
        hints->should_retry = strcasecmp(value, "true") == 0 ? 1 : strcasecmp(value, "false") == 0 ? 0 : -1;
    else if (strcasecmp(name, "x-ratelimit-remaining-requests") == 0)
        hints->requests_left = number_of(value);
    else if (strcasecmp(name, "x-ratelimit-remaining-tokens") == 0)
        hints->tokens_left = number_of(value);
    else if (strcasecmp(name, "x-ratelimit-reset-requests") == 0)
        hints->requests_reset_ms = retry_duration_ms(value);
    else if (strcasecmp(name, "x-ratelimit-reset-tokens") == 0)
        hints->tokens_reset_ms = retry_duration_ms(value);
}

/* What the server wants us to wait: its word, else the reset of what is used up, else what the message says.
 */
static int64_t
hint_of(const struct retry_case *failed)
{
    const struct retry_hints *hints = failed->hints;
    int64_t reset = -1;

    if (hints->after_ms >= 0)
        return hints->after_ms;
    if (failed->error->class == MODEL_ERROR_RATE || failed->error->class == MODEL_ERROR_OVERLOAD) {
        if (hints->requests_left == 0)
            keep_larger(&reset, hints->requests_reset_ms);
        if (hints->tokens_left == 0)
            keep_larger(&reset, hints->tokens_reset_ms);
    }
    return reset >= 0 ? reset : failed->error->hint_ms;
}

/* Whether another attempt may come to something else, by class alone. */
static bool
is_worth_it(const struct retry_case *failed)
{
    switch (failed->error->class) {
    case MODEL_ERROR_TRANSIENT:
    case MODEL_ERROR_RATE:
    case MODEL_ERROR_OVERLOAD:
    case MODEL_ERROR_TIMEOUT:
    case MODEL_ERROR_PROTOCOL:
        return failed->hints->should_retry != 0;
    case MODEL_ERROR_BAD_REQUEST:
        return failed->error->resample || failed->hints->should_retry == 1;
    case MODEL_ERROR_QUOTA: /* whatever the header says */
    case MODEL_ERROR_CANCELLED:
    case MODEL_ERROR_NONE:
        return false;
    default:
        return failed->hints->should_retry == 1;
    }
}

static int64_t
backoff_ms(const struct retry_case *failed)
{
    bool slow = failed->error->class == MODEL_ERROR_OVERLOAD || failed->error->slow_down;
    double base = slow ? SLOW_BASE_MS : BASE_MS;
    double delay = base * pow(2, failed->made > 0 ? failed->made - 1 : 0);

    if (delay > (slow ? SLOW_CAP_MS : CAP_MS))
        delay = slow ? SLOW_CAP_MS : CAP_MS;
    return (int64_t)(delay * (0.5 + 0.5 * failed->dice));
}

struct retry_decision
retry_decide(const struct retry_case *failed)
{
    struct retry_decision decision = { .retry_after_ms = hint_of(failed) };

    if (failed->made >= failed->most || !is_worth_it(failed))
        return decision;
    if (failed->handed_on && !failed->restartable)
        return decision;
    if (decision.retry_after_ms > HINT_LIMIT_MS)
        return decision;
    decision.delay_ms = backoff_ms(failed);
    if (decision.retry_after_ms > decision.delay_ms)
        decision.delay_ms = decision.retry_after_ms;
    decision.again = decision.delay_ms + LEAST_LEFT_MS <= failed->left_ms;
    return decision;
}
