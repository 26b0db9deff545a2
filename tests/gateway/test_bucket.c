#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/bucket.h"

static void
so_many_pass_and_then_one_each_time_share(void **state)
{
    struct buckets buckets = { 0 };

    (void)state;
    for (int i = 0; i < 30; i++)
        assert_true(bucket_take(&buckets, 7, 30, 1000));
    assert_false(bucket_take(&buckets, 7, 30, 1000));
    assert_false(bucket_take(&buckets, 7, 30, 2999));
    assert_true(bucket_take(&buckets, 7, 30, 3001));
    assert_false(bucket_take(&buckets, 7, 30, 3001));
    for (int i = 0; i < 30; i++) /* an hour later no more than 30 have gathered */
        assert_true(bucket_take(&buckets, 7, 30, 3600000));
    assert_false(bucket_take(&buckets, 7, 30, 3600000));
    buckets_clear(&buckets);
}

static void
zero_is_no_limit(void **state)
{
    struct buckets buckets = { 0 };

    (void)state;
    for (int i = 0; i < 1000; i++)
        assert_true(bucket_take(&buckets, 7, 0, 1000));
    assert_null(buckets.places);
}

static void
addresses_have_their_own(void **state)
{
    struct buckets buckets = { 0 };

    (void)state;
    for (uint64_t address = 1; address <= 5 * BUCKET_WAYS; address++)
        assert_true(bucket_take(&buckets, address, 1, 1000));
    assert_false(bucket_take(&buckets, 5 * BUCKET_WAYS, 1, 1000));
    buckets_clear(&buckets);
}

static void
the_one_idle_for_longest_is_forgotten(void **state)
{
    struct buckets buckets = { 0 };
    const uint64_t apart = BUCKETS / BUCKET_WAYS; /* these share their places */

    (void)state;
    for (uint64_t i = 0; i <= BUCKET_WAYS; i++)
        assert_true(bucket_take(&buckets, 3 + i * apart, 1, (int64_t)(1000 + i)));
    assert_false(bucket_take(&buckets, 3 + 1 * apart, 1, 1010));
    assert_true(bucket_take(&buckets, 3, 1, 1010)); /* came first, was forgotten, begins anew */
    buckets_clear(&buckets);
}

static void
an_address_is_known_in_all_its_spellings(void **state)
{
    (void)state;
    assert_true(bucket_address("127.0.0.1") == bucket_address("::ffff:127.0.0.1"));
    assert_true(bucket_address("2001:db8::1") == bucket_address("2001:db8:0:0:ffff::2"));
    assert_true(bucket_address("2001:db8::1") != bucket_address("2001:db8:0:1::1"));
    assert_true(bucket_address("127.0.0.1") != bucket_address("127.0.0.2"));
    assert_true(bucket_address("") != 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(so_many_pass_and_then_one_each_time_share),
        cmocka_unit_test(zero_is_no_limit),
        cmocka_unit_test(addresses_have_their_own),
        cmocka_unit_test(the_one_idle_for_longest_is_forgotten),
        cmocka_unit_test(an_address_is_known_in_all_its_spellings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
