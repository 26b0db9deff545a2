#ifndef TESTS_GATEWAY_FAKE_FRONT_H
#define TESTS_GATEWAY_FAKE_FRONT_H

#include "gateway/front.h"

extern struct fake_front {
    int wakes, answers, status;
    struct request *answered;
    char json[512];
} fake_front;

#endif
