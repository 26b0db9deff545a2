#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/lease_file.h"

/* Which lease the process before had, in a state folder. */

static char folder[] = "/tmp/test-lease-XXXXXX";

static int
make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/test-lease-XXXXXX");
    return mkdtemp(folder) == NULL;
}

static int
remove_folder(void **state)
{
    char path[64];

    (void)state;
    for (int n = 1; n <= 16; n++) {
        snprintf(path, sizeof path, "%s/lease.%d", folder, n);
        unlink(path);
    }
    return rmdir(folder);
}

static void
what_a_process_noted_is_read_by_the_next(void **state)
{
    int file = lease_file_open(folder);

    (void)state;
    assert_int_not_equal(file, -1);
    assert_int_equal(lease_file_read(file, "salt"), 0);
    lease_file_write(file, "salt", 12345678901);
    lease_file_write(file, "salt", 17);
    lease_file_close(&file);
    assert_int_equal(file, -1);
    file = lease_file_open(folder);
    assert_int_equal(lease_file_read(file, "salt"), 17);
    assert_int_equal(lease_file_read(file, "sal"), 0); /* another store's */
    assert_int_equal(lease_file_read(file, "salty"), 0);
    lease_file_close(&file);
}

static void
two_that_live_have_a_file_each(void **state)
{
    int one = lease_file_open(folder), two = lease_file_open(folder);

    (void)state;
    lease_file_write(one, "salt", 1);
    lease_file_write(two, "salt", 2);
    lease_file_close(&one);
    one = lease_file_open(folder);
    assert_int_equal(lease_file_read(one, "salt"), 1);
    assert_int_equal(lease_file_read(two, "salt"), 2);
    lease_file_close(&one);
    lease_file_close(&two);
}

static void
without_a_file_nothing_is_known_and_nothing_breaks(void **state)
{
    int none = lease_file_open("/nonexistent");

    (void)state;
    assert_int_equal(none, -1);
    lease_file_write(none, "salt", 1);
    assert_int_equal(lease_file_read(none, "salt"), 0);
    lease_file_close(&none);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_a_process_noted_is_read_by_the_next),
        TEST(two_that_live_have_a_file_each),
        TEST(without_a_file_nothing_is_known_and_nothing_breaks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
