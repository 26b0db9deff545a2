#ifndef UNDERSTUDY_PACE_H
#define UNDERSTUDY_PACE_H

#include <stdint.h>

/* How fast an answer is told. No I/O. */
struct pace {
    int64_t first_ms;   /* before the first token */
    int64_t per_second; /* tokens after it; 0: all at once */
};

/* How many tokens are due AFTER_MS after the request came; INT64_MAX for all. */
int64_t pace_due(const struct pace *pace, int64_t after_ms);

/* Milliseconds until all of TOKENS are due. */
int64_t pace_end_ms(const struct pace *pace, int64_t tokens);

#endif
