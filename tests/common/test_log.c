#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/log.h"

/* What strangers send is in many lines: an origin, a name, a server's sentence. */
static void
a_line_is_one_line_and_commands_no_terminal(void **state)
{
    char said[200] = "";
    int kept = dup(STDERR_FILENO), ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    dup2(ends[1], STDERR_FILENO);
    log_error("origin=%s", "a\nerror  b\x1b[2J\x7f\xc2\x9b"
                           "31m\xc2\xa0\xc3\xa9");
    dup2(kept, STDERR_FILENO);
    assert_true(read(ends[0], said, sizeof said - 1) > 0);
    assert_string_equal(strstr(said, "origin"), "origin=a error  b [2J   31m\xc2\xa0\xc3\xa9\n");
    close(kept);
    close(ends[0]);
    close(ends[1]);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_one_line_and_commands_no_terminal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
