#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/answer_screen.h"

static void
what_a_model_writes_commands_no_terminal(void **state)
{
    char *shown = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&shown, &size);
    struct answer_screen *screen = answer_screen_new(out, true);
    json_t *event = json_pack("{s:s, s:s}", "type", "TEXT_MESSAGE_CONTENT", "delta",
                              "- caf\xc3\xa9\x1b]0;x\x07\x7f\xc2\x9b"
                              "2J\n\tend");

    (void)state;
    answer_screen_event(screen, event);
    fflush(out);
    assert_string_equal(shown, "- caf\xc3\xa9 ]0;x   2J\n\tend");
    json_decref(event);
    answer_screen_destroy(&screen);
    fclose(out);
    free(shown);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_model_writes_commands_no_terminal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
