#ifndef COMMON_MODEL_RETRY_H
#define COMMON_MODEL_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/model/errors.h"

/* When to ask again, and how long to wait first. Does no I/O; the clock and the dice are passed in. */

/* What a server's headers say about asking again. Times are milliseconds, -1 where nothing was said. */
struct retry_hints {
    int64_t after_ms;                           /* retry-after and retry-after-ms: the larger */
    int64_t requests_left, tokens_left;         /* x-ratelimit-remaining-* */
    int64_t requests_reset_ms, tokens_reset_ms; /* x-ratelimit-reset-* */
    int should_retry;                           /* x-should-retry: 1, 0; -1 not said */
};

void retry_hints_clear(struct retry_hints *hints);

/* Read a header. WALL_MS is the time of day, for a date in retry-after. */
void retry_header(struct retry_hints *hints, const char *name, const char *value, int64_t wall_ms);

/* "1m30.5s", "12ms", "0s"; a bare number is milliseconds. -1 for anything else. */
int64_t retry_duration_ms(const char *text);

/* One attempt that failed. */
struct retry_case {
    const struct server_error *error;
    const struct retry_hints *hints;
    int made, most;   /* attempts */
    bool handed_on;   /* the caller has got text of it */
    bool restartable; /* ... and nobody saw that */
    int64_t left_ms;  /* until the deadline */
    double dice;      /* 0 up to 1 */
};

struct retry_decision {
    bool again;
    int64_t delay_ms;       /* before the next attempt */
    int64_t retry_after_ms; /* what the server asked for; -1 nothing: for whoever gives up */
};

struct retry_decision retry_decide(const struct retry_case *failed);

#endif
