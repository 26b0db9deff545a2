/* An answer that was cut off goes on where it ended. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "understudy/mind.h"

static char question[] = "SHOPPER: I need an outfit for a beach wedding";
static char order[] = "CONTINUE: your answer was cut off after this paragraph.";

static char *
text_for(struct mind *mind, const struct ask *ask)
{
    struct answer answer;
    char *text;

    assert_int_equal(mind_answer(mind, ask, &answer), 0);
    text = strdup(answer.text);
    answer_clear(&answer);
    return text;
}

static void
an_answer_cut_after_any_paragraph_goes_on_behind_it(void **state)
{
    struct said said[] = { { true, question }, { false, NULL }, { true, order } };
    struct ask whole = { .instructions = "", .said = said, .said_count = 1, .may_call = true };
    struct ask rest = { .instructions = "", .said = said, .said_count = 3, .may_call = true };
    struct mind mind;
    char *all, *cut;

    (void)state;
    assert_int_equal(mind_open(&mind, 0), 0);
    all = text_for(&mind, &whole);
    assert_non_null(strstr(all, "\n\n"));
    for (char *end = strstr(all, "\n\n"); end != NULL; end = strstr(end + 2, "\n\n")) {
        said[1].text = strndup(all, (size_t)(end - all));
        cut = text_for(&mind, &rest);
        assert_string_equal(cut, end + 2);
        free(cut);
        free(said[1].text);
    }
    said[1].text = all;
    cut = text_for(&mind, &rest);
    assert_string_equal(cut, "");
    free(cut);
    free(all);
    mind_close(&mind);
}

static void
only_an_answer_that_was_begun_is_gone_on_with(void **state)
{
    struct said said[] = { { true, question }, { true, order } };
    struct ask ask = { .said = said, .said_count = 2 };

    (void)state;
    assert_false(mind_is_to_continue(&ask));
    ask.said_count = 1;
    assert_false(mind_is_to_continue(&ask));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_cut_after_any_paragraph_goes_on_behind_it),
        cmocka_unit_test(only_an_answer_that_was_begun_is_gone_on_with),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
