#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "understudy/faults.h"
#include "understudy/pace.h"
#include "understudy/replay.h"

static void
shares_are_read_and_strange_words_refused(void **state)
{
    struct faults faults;

    (void)state;
    assert_int_equal(faults_read(&faults, ""), 0);
    assert_int_equal(faults_pick(&faults, 0), FAULT_NONE);
    assert_int_equal(faults_read(&faults, "stall"), 0);
    assert_int_equal(faults_pick(&faults, UINT32_MAX), FAULT_STALL);
    assert_int_equal(faults_read(&faults, "500:0.25,cut:0.25"), 0);
    assert_int_equal(faults_pick(&faults, 0), FAULT_ERROR);
    assert_int_equal(faults_pick(&faults, UINT32_MAX / 8 * 3), FAULT_CUT);
    assert_int_equal(faults_pick(&faults, UINT32_MAX / 4 * 3), FAULT_NONE);
    assert_int_equal(faults_read(&faults, "sloth"), -1);
    assert_int_equal(faults_read(&faults, "cut:2"), -1);
    assert_int_equal(faults_read(&faults, "cut:"), -1);
    assert_int_equal(faults_read(&faults, "cut:0.1x"), -1);
    assert_int_equal(faults_read(&faults, "a-word-that-is-far-too-long-for-a-fault"), -1);
    assert_int_equal(
        faults_read(&faults, "cut,cut,cut,cut,cut,cut,cut,cut,cut,cut,cut,cut,cut,cut,cut,cut,cut"), -1);
}

static void
a_models_name_can_ask_for_one(void **state)
{
    (void)state;
    assert_int_equal(fault_of_model("understudy+429"), FAULT_RATE);
    assert_int_equal(fault_of_model("gpt-6-luna+a+stall"), FAULT_STALL);
    assert_int_equal(fault_of_model("gpt-6-luna+x"), FAULT_NONE);
    assert_int_equal(fault_of_model("gpt-6-luna"), FAULT_NONE);
    for (int fault = FAULT_NONE; fault < FAULTS; fault++)
        assert_int_equal(fault_named(fault_name((enum fault)fault)), fault);
}

static struct answer
two_calls(void)
{
    struct answer answer = { .call_count = 2, .input_tokens = 7 };

    for (int i = 0; i < 2; i++) {
        answer.calls[i].name = strdup("find_product");
        answer.calls[i].arguments = strdup("{\"slot\":\"top\"}");
    }
    return answer;
}

static void
they_change_what_is_answered(void **state)
{
    struct answer answer = two_calls();

    (void)state;
    fault_apply(FAULT_BADARGS, &answer);
    assert_string_not_equal(answer.calls[0].arguments, "{\"slot\":\"top\"}");
    assert_non_null(strstr(answer.calls[1].arguments, "nonsense"));
    answer_clear(&answer);

    answer = two_calls();
    fault_apply(FAULT_WRAPPER, &answer);
    assert_int_equal(answer.call_count, 1);
    assert_string_equal(answer.calls[0].name, "multi_tool_use.parallel");
    answer_clear(&answer);

    answer = two_calls();
    fault_apply(FAULT_REFUSAL, &answer);
    assert_non_null(answer.refusal);
    assert_int_equal(answer.input_tokens, 7);
    fault_apply(FAULT_EMPTY, &answer);
    assert_string_equal(answer.text, "");
    fault_apply(FAULT_WRAPPER, &answer);
    fault_apply(FAULT_NONE, &answer);
    answer_clear(&answer);

    answer = (struct answer) { .text = strdup("one two three four five six") };
    fault_apply(FAULT_LENGTH, &answer);
    assert_string_equal(answer.text, "one two three");
    assert_int_equal(answer.finish, FINISH_LENGTH);
    fault_apply(FAULT_FILTER, &answer);
    assert_int_equal(answer.finish, FINISH_FILTER);
    answer_clear(&answer);
}

static void
four_of_them_are_http_errors(void **state)
{
    struct problem problem;
    int errors = 0;

    (void)state;
    for (int fault = FAULT_NONE; fault < FAULTS; fault++)
        errors += fault_is_error((enum fault)fault, &problem);
    assert_int_equal(errors, 4);
    assert_true(fault_is_error(FAULT_QUOTA, &problem));
    assert_int_equal(problem.status, 429);
    assert_string_equal(problem.code, "insufficient_quota");
}

static void
tokens_are_due_by_the_clock(void **state)
{
    struct pace pace = { 100, 50 }, at_once = { 0, 0 };

    (void)state;
    assert_int_equal(pace_due(&pace, 99), 0);
    assert_int_equal(pace_due(&pace, 100), 1);
    assert_int_equal(pace_due(&pace, 1100), 51);
    assert_int_equal(pace_end_ms(&pace, 51), 1100);
    assert_int_equal(pace_end_ms(&pace, 1), 100);
    assert_true(pace_due(&at_once, 0) == INT64_MAX);
    assert_int_equal(pace_end_ms(&at_once, 99), 0);
}

static void
pieces_of_a_recording_add_up(void **state)
{
    static const char *const pieces[] = { "1", "3", "1000", "whole", "random", "" };

    (void)state;
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        size_t at = 0, piece;

        while ((piece = replay_piece(pieces[i], at, 500)) > 0)
            at += piece;
        assert_int_equal(at, 500);
    }
    assert_int_equal(replay_piece("some", 0, 5), 0);
    assert_int_equal(replay_piece("3", 0, 5), 3);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_are_read_and_strange_words_refused),
        cmocka_unit_test(a_models_name_can_ask_for_one),
        cmocka_unit_test(they_change_what_is_answered),
        cmocka_unit_test(four_of_them_are_http_errors),
        cmocka_unit_test(tokens_are_due_by_the_clock),
        cmocka_unit_test(pieces_of_a_recording_add_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
