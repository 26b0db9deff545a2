/* The time is what the test says. */
#include "common/clock.h"

#include "tests/gateway/fake_clock.h"

int64_t fake_now_ms = 1000000;

int64_t
clock_now_ms(void)
{
    return fake_now_ms;
}

int64_t
clock_now_us(void)
{
    return fake_now_ms * 1000;
}

int64_t
clock_wall_ms(void)
{
    return fake_now_ms;
}
