#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "wardrobe/choice.h"

static json_t *order, *why;

static int
read(const char *answer, size_t count)
{
    json_decref(order);
    json_decref(why);
    order = why = NULL;
    return choice_read(answer, count, &order, &why);
}

static int
forget(void **state)
{
    (void)state;
    json_decref(order);
    json_decref(why);
    order = why = NULL;
    return 0;
}

static void
numbers_stand_before_the_lines(void **state)
{
    json_t *lines = json_pack("[s, s, i]", "a red hat", "a blue hat", 3), *numbered = choice_numbered(lines);

    (void)state;
    assert_string_equal(json_string_value(json_array_get(numbered, 0)), "1. a red hat");
    assert_string_equal(json_string_value(json_array_get(numbered, 2)), "3. ");
    json_decref(lines);
    json_decref(numbered);
}

static void
a_good_choice_is_taken_as_it_is(void **state)
{
    (void)state;
    assert_int_equal(read("{\"order\":[2,1],\"why\":[{\"line\":2,\"sentence\":\"It is\\nlight.\"}]}", 3), 0);
    assert_int_equal(json_array_size(order), 2);
    assert_int_equal(json_integer_value(json_array_get(order, 0)), 2);
    assert_string_equal(json_string_value(json_object_get(why, "2")), "It is light.");
}

static void
numbers_out_of_range_or_named_twice_are_left_out(void **state)
{
    (void)state;
    assert_int_equal(
        read("{\"order\":[9,0,-1,3,3,\"2\",1.5,99999999999],\"why\":[{\"line\":9,\"sentence\":\"no\"},7]}",
             3),
        0);
    assert_int_equal(json_array_size(order), 1);
    assert_int_equal(json_integer_value(json_array_get(order, 0)), 3);
    assert_int_equal(json_object_size(why), 0);
}

static void
no_choice_leaves_the_searchs_order(void **state)
{
    static const char *const answers[] = {
        "", "{}", "[]", "{\"order\":[]}", "{\"order\":[4]}", "{\"order\":7,\"why\":3}", "choose 2"
    };

    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        assert_int_equal(read(answers[i], 3), -1);
        assert_null(order);
        assert_null(why);
    }
}

static void
a_sentence_too_long_is_left_out(void **state)
{
    char answer[600], sentence[CHOICE_SENTENCE + 2];

    (void)state;
    memset(sentence, 'x', sizeof sentence - 1);
    sentence[sizeof sentence - 1] = '\0';
    snprintf(answer, sizeof answer, "{\"order\":[1],\"why\":[{\"line\":1,\"sentence\":\"%s\"}]}", sentence);
    assert_int_equal(read(answer, 1), 0);
    assert_int_equal(json_object_size(why), 0);
}

static void
a_sentence_with_a_price_is_left_out(void **state)
{
    (void)state;
    assert_int_equal(
        read("{\"order\":[2,1],\"why\":[{\"line\":1,\"sentence\":\"A hat for only $10.\"},"
             "{\"line\":2,\"sentence\":\"100% linen\"},{\"line\":3,\"sentence\":\"It is worth every $.\"}]}",
             3),
        0);
    assert_int_equal(json_object_size(why), 2); /* a fabric's share is none */
    assert_null(json_object_get(why, "1"));
}

static void
a_fence_around_the_answer_does_no_harm(void **state)
{
    (void)state;
    assert_int_equal(read("```json\n{\"order\":[2],\"why\":[]}\n```", 3), 0);
    assert_int_equal(json_array_size(order), 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(numbers_stand_before_the_lines, forget),
        cmocka_unit_test_teardown(a_good_choice_is_taken_as_it_is, forget),
        cmocka_unit_test_teardown(numbers_out_of_range_or_named_twice_are_left_out, forget),
        cmocka_unit_test_teardown(no_choice_leaves_the_searchs_order, forget),
        cmocka_unit_test_teardown(a_sentence_with_a_price_is_left_out, forget),
        cmocka_unit_test_teardown(a_fence_around_the_answer_does_no_harm, forget),
        cmocka_unit_test_teardown(a_sentence_too_long_is_left_out, forget),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
