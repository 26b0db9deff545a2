#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/model/gate.h"

static struct server_error of(enum model_error_class class)
{
    return (struct server_error) { .class = class };
}

static void
it_lets_in_as_many_as_are_allowed(void **state)
{
    struct gate gate;

    (void)state;
    gate_begin(&gate, 2);
    assert_int_equal(gate_enter(&gate, 0), GATE_IN);
    assert_int_equal(gate_enter(&gate, 0), GATE_IN);
    assert_int_equal(gate_enter(&gate, 0), GATE_WAIT);
    gate_leave(&gate, NULL, 0, 1);
    assert_int_equal(gate_enter(&gate, 1), GATE_IN);
    gate_begin(&gate, 0);
    assert_int_equal(gate.most, 1);
    gate_leave(&gate, NULL, 0, 1); /* one too many does no harm */
    assert_int_equal(gate.inside, 0);
}

static void
it_halves_once_for_a_crowd_and_grows_back_by_ones(void **state)
{
    struct server_error rate = of(MODEL_ERROR_RATE), overload = of(MODEL_ERROR_OVERLOAD);
    struct gate gate;
    int answers = 0;

    (void)state;
    gate_begin(&gate, 8);
    for (int i = 0; i < 8; i++)
        assert_int_equal(gate_enter(&gate, 100), GATE_IN);
    for (int i = 0; i < 8; i++)
        gate_leave(&gate, &rate, 100, 200); /* all of them were sent before it was halved */
    assert_int_equal(gate.allowed, 4);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(gate_enter(&gate, 300), GATE_IN);
        gate_leave(&gate, &overload, 300 + i, 400 + i);
        gate.halved_ms = 0;
    }
    assert_int_equal(gate.allowed, 1); /* and never none */
    while (gate.allowed < 8 && answers < 1000) {
        assert_int_equal(gate_enter(&gate, 500), GATE_IN);
        gate_leave(&gate, NULL, 500, 501);
        answers++;
    }
    assert_int_equal(answers, 1 + 2 + 3 + 4 + 5 + 6 + 7);
    for (int i = 0; i < 100; i++)
        gate_leave(&gate, NULL, 500, 501);
    assert_int_equal(gate.allowed, 8);
}

static void
what_went_well_before_a_halving_counts_no_more(void **state)
{
    struct server_error rate = of(MODEL_ERROR_RATE);
    struct gate gate;

    (void)state;
    gate_begin(&gate, 8);
    gate_leave(&gate, &rate, 100, 100);
    for (int i = 0; i < 3; i++)
        gate_leave(&gate, NULL, 150, 160);
    gate_leave(&gate, &rate, 200, 200);
    assert_int_equal(gate.allowed, 2);
    gate_leave(&gate, NULL, 300, 301);
    assert_int_equal(gate.allowed, 2);
    gate_leave(&gate, NULL, 300, 302);
    assert_int_equal(gate.allowed, 3);
}

static void
other_errors_change_nothing(void **state)
{
    struct server_error error = of(MODEL_ERROR_TRANSIENT);
    struct gate gate;

    (void)state;
    gate_begin(&gate, 4);
    gate_enter(&gate, 0);
    gate_leave(&gate, &error, 0, 1);
    assert_int_equal(gate.allowed, 4);
    assert_int_equal(gate_enter(&gate, 1), GATE_IN);
}

static void
quota_and_bad_keys_open_the_circuit(void **state)
{
    static const enum model_error_class classes[] = { MODEL_ERROR_QUOTA, MODEL_ERROR_AUTH };
    struct server_error cancelled = of(MODEL_ERROR_CANCELLED), late = of(MODEL_ERROR_NONE);
    const int64_t until = 1000 + 300000;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct server_error error = of(classes[i]);
        struct gate gate;

        gate_begin(&gate, 4);
        gate_enter(&gate, 0);
        gate_enter(&gate, 0);
        gate_leave(&gate, &error, 0, 1000);
        assert_int_equal(gate.why, classes[i]);
        assert_int_equal(gate_enter(&gate, 1001), GATE_OPEN);
        gate_leave(&gate, NULL, 0, 1002); /* sent before: says nothing of now */
        assert_int_equal(gate_enter(&gate, until - 1), GATE_OPEN);
        assert_int_equal(gate_enter(&gate, until), GATE_IN);   /* one goes to see */
        assert_int_equal(gate_enter(&gate, until), GATE_OPEN); /* alone */
        gate_leave(&gate, &cancelled, until, until + 1);       /* it came back without news */
        assert_int_equal(gate_enter(&gate, until + 1), GATE_IN);
        gate_leave(&gate, &error, until + 1, until + 2); /* still shut */
        assert_int_equal(gate_enter(&gate, until + 3), GATE_OPEN);
        assert_int_equal(gate_enter(&gate, until + 2 + 300000), GATE_IN);
        gate_leave(&gate, &late, until + 2 + 300000, until + 3 + 300000);
        assert_int_equal(gate_enter(&gate, until + 4 + 300000), GATE_IN);
        assert_int_equal(gate_enter(&gate, until + 4 + 300000), GATE_IN);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_lets_in_as_many_as_are_allowed),
        cmocka_unit_test(it_halves_once_for_a_crowd_and_grows_back_by_ones),
        cmocka_unit_test(what_went_well_before_a_halving_counts_no_more),
        cmocka_unit_test(other_errors_change_nothing),
        cmocka_unit_test(quota_and_bad_keys_open_the_circuit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
