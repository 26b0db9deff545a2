/* Tokens by the clock. */
#include "understudy/pace.h"

int64_t
pace_due(const struct pace *pace, int64_t after_ms)
{
    if (after_ms < pace->first_ms)
        return 0;
    if (pace->per_second <= 0)
        return INT64_MAX;
    return 1 + (after_ms - pace->first_ms) * pace->per_second / 1000;
}

int64_t
pace_end_ms(const struct pace *pace, int64_t tokens)
{
    if (pace->per_second <= 0 || tokens <= 1)
        return pace->first_ms;
    return pace->first_ms + ((tokens - 1) * 1000 + pace->per_second - 1) / pace->per_second;
}
