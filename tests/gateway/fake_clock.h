#ifndef TESTS_GATEWAY_FAKE_CLOCK_H
#define TESTS_GATEWAY_FAKE_CLOCK_H

#include <stdint.h>

extern int64_t fake_now_ms;

#endif
