#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/arrival.h"

static char places[8];
#define CONNECTION(n) ((struct lws *)&places[n])

static void
pieces_are_joined_and_counted_together(void **state)
{
    struct arrivals all = { 0 };
    struct arrival one = { 0 }, other = { 0 };

    (void)state;
    arrival_take(&all, &one, CONNECTION(1), "ab", 2, 100);
    arrival_take(&all, &other, CONNECTION(2), "xyz", 3, 200);
    arrival_take(&all, &one, CONNECTION(1), "c", 1, 300);
    assert_string_equal(buffer_string(&one.bytes), "abc");
    assert_int_equal(one.began_ms, 100);
    assert_int_equal(all.size, 6);
    arrival_end(&all, &one);
    assert_int_equal(all.size, 3);
    assert_ptr_equal(all.first, &other);
    arrival_end(&all, &one); /* what has not begun may be ended */
    arrival_end(&all, &other);
    assert_int_equal(all.size, 0);
    assert_null(all.first);
    arrival_take(&all, &one, CONNECTION(1), "z", 1, 900);
    assert_int_equal(one.began_ms, 900);
    arrival_end(&all, &one);
}

static void
they_end_in_any_order(void **state)
{
    static const int orders[][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
                                     { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };

    (void)state;
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        struct arrivals all = { 0 };
        struct arrival of[3] = { 0 };

        for (int n = 0; n < 3; n++)
            arrival_take(&all, &of[n], CONNECTION(n), "12345", (size_t)n + 1, 0);
        for (int n = 0; n < 3; n++)
            arrival_end(&all, &of[orders[i][n]]);
        assert_null(all.first);
        assert_int_equal(all.size, 0);
    }
}

static void
where_there_is_no_room_the_largest_is_to_go(void **state)
{
    struct arrivals all = { 0 };
    struct arrival small = { 0 }, large = { 0 }, middle = { 0 };

    (void)state;
    assert_null(arrivals_too_many(&all, 100, 10)); /* nothing to be dropped */
    arrival_take(&all, &small, CONNECTION(1), "1", 1, 0);
    arrival_take(&all, &large, CONNECTION(2), "12345", 5, 0);
    arrival_take(&all, &middle, CONNECTION(3), "123", 3, 0);
    assert_null(arrivals_too_many(&all, 1, 10));
    assert_ptr_equal(arrivals_too_many(&all, 2, 10), &large);
    arrival_end(&all, &large);
    assert_null(arrivals_too_many(&all, 2, 10));
    assert_ptr_equal(arrivals_too_many(&all, 7, 10), &middle);
    arrival_end(&all, &small);
    arrival_end(&all, &middle);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_joined_and_counted_together),
        cmocka_unit_test(they_end_in_any_order),
        cmocka_unit_test(where_there_is_no_room_the_largest_is_to_go),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
