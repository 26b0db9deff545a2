#ifndef COMMON_CLOCK_H
#define COMMON_CLOCK_H

#include <stdint.h>

/* Milliseconds that only go forward (CLOCK_MONOTONIC): for deadlines and durations. */
int64_t clock_now_ms(void);

/* The same in microseconds. */
int64_t clock_now_us(void);

/* Milliseconds since 1970: for timestamps that people and other machines read. May jump. */
int64_t clock_wall_ms(void);

#endif
