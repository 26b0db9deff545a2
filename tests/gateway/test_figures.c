#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "gateway/figures.h"

#define HEAD "# HELP a Some.\n# TYPE a counter\n"

static void
each_process_has_its_newest_figures_for_a_minute(void **state)
{
    struct figures_list list = { 0 };
    struct buffer out = { 0 };

    (void)state;
    figures_set(&list, "one", HEAD "a{p=\"one\"} 1\n", 1000);
    figures_set(&list, "one", HEAD "a{p=\"one\"} 2\n", 2000);
    figures_set(&list, "two", HEAD "a{p=\"two\"} 3\n", 40000);
    figures_write(&list, HEAD "a{} 0\n", 62000, &out);
    assert_string_equal(out.bytes, HEAD "a{} 0\na{p=\"two\"} 3\na{p=\"one\"} 2\n");
    buffer_reset(&out);
    figures_write(&list, HEAD "a{} 0\n", 62001, &out);
    assert_string_equal(out.bytes, HEAD "a{} 0\na{p=\"two\"} 3\n");
    buffer_clear(&out);
    figures_clear(&list);
    assert_int_equal(list.count, 0);
}

static void
names_and_processes_without_end_are_left_out(void **state)
{
    struct figures_list list = { 0 };
    char name[80];

    (void)state;
    for (int i = 0; i < 300; i++) {
        snprintf(name, sizeof name, "%d", i);
        figures_set(&list, name, HEAD, 0);
    }
    assert_int_equal(list.count, 256);
    figures_set(&list, "another", HEAD, 60001); /* the others are old */
    assert_int_equal(list.count, 1);
    snprintf(name, sizeof name, "%060d", 0);
    figures_set(&list, name, HEAD, 60001);
    assert_int_equal(list.count, 1);
    figures_clear(&list);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_process_has_its_newest_figures_for_a_minute),
        cmocka_unit_test(names_and_processes_without_end_are_left_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
