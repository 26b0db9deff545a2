#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "orchestrator/index.h"

static void
a_name_leads_to_its_value_until_it_is_removed(void **state)
{
    static char names[500][16];
    struct index *index = index_new();

    (void)state;
    assert_null(index_get(index, "n1"));
    index_remove(index, "n1");
    for (int i = 0; i < 500; i++) {
        snprintf(names[i], sizeof names[i], "n%d", i);
        index_put(index, names[i], &names[i]);
    }
    assert_int_equal(index_count(index), 500);
    for (int i = 0; i < 500; i++)
        assert_ptr_equal(index_get(index, names[i]), &names[i]);
    index_put(index, "n7", &index);
    assert_ptr_equal(index_get(index, "n7"), &index);
    assert_int_equal(index_count(index), 500);
    for (int i = 0; i < 500; i += 2)
        index_remove(index, names[i]);
    assert_int_equal(index_count(index), 250);
    assert_null(index_get(index, "n8"));
    assert_non_null(index_get(index, "n9"));
    index_destroy(&index);
    assert_null(index);
    index_destroy(&index);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_leads_to_its_value_until_it_is_removed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
