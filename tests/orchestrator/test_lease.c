#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "orchestrator/lease.h"

/* What is done after a renewal, by what it has shown. */

static void
each_sight_has_its_step_and_its_time(void **state)
{
    static const struct {
        struct lease_seen seen;
        enum lease_step step;
        int64_t again_ms; /* of a lease of 6,000 ms */
    } cases[] = {
        { { true, 0, -1 }, LEASE_GOES_ON, 2000 },   /* alone */
        { { true, 0, 5900 }, LEASE_GOES_ON, 2000 }, /* the other has just renewed */
        { { true, 0, 700 }, LEASE_GOES_ON, 720 },   /* the other has not for long: look when its end comes */
        { { true, 0, 0 }, LEASE_GOES_ON, 20 },      /* now: the server's clock must be past it */
        { { true, 0, 1990 }, LEASE_GOES_ON, 2000 }, /* never later than the renewal's own time */
        { { true, 1, -1 }, LEASE_TAKE_OVER, 2000 }, /* one has ended */
        { { true, 3, 100 }, LEASE_TAKE_OVER, 120 }, /* some, and one more soon */
        { { false, 0, -1 }, LEASE_LOST, 0 },        /* another has ended mine */
        { { false, 2, 100 }, LEASE_LOST, 0 },       /* then the others' are not this one's to take */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t again_ms = -1;

        assert_int_equal(lease_step(&cases[i].seen, 6000, &again_ms), cases[i].step);
        assert_int_equal(again_ms, cases[i].again_ms);
    }
}

static void
two_renewals_may_fail_before_a_lease_ends(void **state)
{
    const struct lease_seen alone = { true, 0, -1 };
    int64_t again_ms;

    (void)state;
    for (int64_t lease_ms = 100; lease_ms < 100000; lease_ms += 97) {
        lease_step(&alone, lease_ms, &again_ms);
        assert_true(again_ms > 0 && 3 * again_ms <= lease_ms);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_sight_has_its_step_and_its_time),
        cmocka_unit_test(two_renewals_may_fail_before_a_lease_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
