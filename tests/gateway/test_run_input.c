#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/buffer.h"
#include "gateway/run_input.h"

static struct run_input
fine(const char *bytes)
{
    struct run_input input;
    struct run_refusal refusal = { 0 };

    if (run_input_read(&input, bytes, strlen(bytes), 4000, &refusal))
        fail_msg("%s: %s %s", bytes, refusal.code, refusal.message);
    return input;
}

static void
refused(const char *bytes, const char *code)
{
    struct run_input input;
    struct run_refusal refusal = { 0 };

    assert_int_equal(run_input_read(&input, bytes, strlen(bytes), 10, &refusal), -1);
    assert_string_equal(refusal.code, code);
    assert_true(refusal.message[0] != '\0');
}

static void
a_run_agent_input_gives_the_newest_user_message(void **state)
{
    struct run_input input = fine(
        "{\"threadId\":\"t\",\"runId\":\"r\",\"messages\":[{\"role\":\"user\",\"content\":\"old\"},"
        "{\"role\":\"user\",\"content\":\"new\"},{\"role\":\"assistant\",\"content\":\"I am the user\"}],"
        "\"state\":{},\"tools\":[],\"context\":[],\"forwardedProps\":{},\"data\":{\"criteria\":3}}");

    (void)state;
    assert_int_equal(input.kind, INPUT_RUN);
    assert_string_equal(input.said, "new");
    assert_string_equal(input.thread, "t");
    assert_string_equal(input.run_id, "r");
    assert_null(input.patch);
    run_input_clear(&input);
}

static void
parts_of_text_are_joined_and_others_passed_over(void **state)
{
    struct run_input input = fine(
        "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\"},3,"
        "{\"type\":\"image\"},{\"type\":\"text\",\"text\":\"b\"},{\"type\":\"text\",\"content\":\"c\"}]}]}");

    (void)state;
    assert_string_equal(input.said, "a\nb\nc");
    assert_int_equal(strlen(input.run_id), 32);
    run_input_clear(&input);
    input = fine("{\"messages\":[{\"role\":\"user\",\"content\":null,\"parts\":[{\"type\":\"text\",\"text\":"
                 "\"p\"}]}]}");
    assert_string_equal(input.said, "p");
    run_input_clear(&input);
}

static void
a_plain_query_may_name_thread_run_and_criteria(void **state)
{
    struct run_input input = fine("{\"query\":\"q\"}");

    (void)state;
    assert_string_equal(input.thread, "");
    run_input_clear(&input);
    input = fine("{\"query\":\"q\",\"threadId\":\"t\",\"runId\":\"r\",\"criteria\":[{\"op\":\"remove\","
                 "\"path\":\"/a\"}]}");
    assert_string_equal(input.thread, "t");
    assert_int_equal(json_array_size(input.patch), 1);
    run_input_clear(&input);
    input = fine("{\"query\":\"q\",\"threadId\":null,\"runId\":\"\",\"criteria\":[]}");
    assert_null(input.patch);
    run_input_clear(&input);
}

static void
an_abort_names_its_run(void **state)
{
    struct run_input input = fine("{\"type\":\"abort\",\"runId\":\"r\"}");

    (void)state;
    assert_int_equal(input.kind, INPUT_ABORT);
    assert_string_equal(input.run_id, "r");
    run_input_clear(&input);
}

static void
what_is_wrong_is_refused_with_its_code(void **state)
{
    static const char *const wrong[][2] = {
        { "", "bad_json" },
        { "{", "bad_json" },
        { "nonsense", "bad_json" },
        { "{\"query\":\"a\",\"query\":\"b\"}", "bad_json" },
        { "[]", "bad_shape" },
        { "{}", "unknown_frame" },
        { "{\"type\":\"ping\"}", "unknown_frame" },
        { "{\"type\":3,\"query\":\"x\"}", "unknown_frame" },
        { "{\"query\":3}", "bad_shape" },
        { "{\"query\":\"\"}", "empty_query" },
        { "{\"query\":\" \\t\\n\"}", "empty_query" },
        { "{\"query\":\"12345678901\"}", "query_too_long" },
        { "{\"query\":\"x\",\"runId\":7}", "bad_shape" },
        { "{\"query\":\"x\",\"runId\":\"a b\"}", "bad_id" },
        { "{\"query\":\"x\",\"threadId\":\"\\u00e9\"}", "bad_id" },
        { "{\"type\":\"abort\"}", "bad_shape" },
        { "{\"type\":\"abort\",\"runId\":\" \"}", "bad_id" },
        { "{\"messages\":3}", "bad_shape" },
        { "{\"messages\":[]}", "empty_query" },
        { "{\"messages\":[3,{\"role\":\"assistant\",\"content\":\"x\"}]}", "empty_query" },
        { "{\"messages\":[{\"role\":\"user\",\"content\":7}]}", "bad_shape" },
        { "{\"messages\":[{\"role\":\"user\"}]}", "bad_shape" },
        { "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"forwardedProps\":3}", "bad_shape" },
        { "{\"query\":\"x\",\"criteria\":{}}", "bad_criteria" },
        { "{\"query\":\"x\",\"criteria\":[{\"op\":\"remove\"}]}", "bad_criteria" },
        { "{\"query\":\"x\",\"criteria\":[{\"path\":\"/a\"}]}", "bad_criteria" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        refused(wrong[i][0], wrong[i][1]);
}

static void
characters_are_counted_not_bytes(void **state)
{
    struct run_input input;
    struct run_refusal refusal;
    const char *ten = "{\"query\":\"\xc3\xa9\xf0\x9f\x98\x80\xe2\x82\xac"
                      "4567890\"}";

    (void)state;
    assert_int_equal(run_input_read(&input, ten, strlen(ten), 10, &refusal), 0);
    run_input_clear(&input);
    assert_int_equal(run_input_read(&input, ten, strlen(ten), 9, &refusal), -1);
    assert_string_equal(refusal.code, "query_too_long");
}

static void
criteria_have_their_limits(void **state)
{
    struct buffer many = { 0 }, large = { 0 };
    struct run_input input;
    struct run_refusal refusal;

    (void)state;
    buffer_text(&many, "{\"query\":\"x\",\"criteria\":[{\"op\":\"remove\",\"path\":\"/a\"}");
    for (int i = 0; i < RUN_PATCH_SIZE; i++)
        buffer_text(&many, ",{\"op\":\"remove\",\"path\":\"/a\"}");
    buffer_text(&many, "]}");
    assert_int_equal(run_input_read(&input, many.bytes, many.size, 10, &refusal), -1);
    assert_string_equal(refusal.code, "bad_criteria");

    buffer_text(&large, "{\"query\":\"x\",\"criteria\":[{\"op\":\"add\",\"path\":\"/a\",\"value\":\"");
    for (int i = 0; i < RUN_PATCH_BYTES; i++)
        buffer_text(&large, "x");
    buffer_text(&large, "\"}]}");
    assert_int_equal(run_input_read(&input, large.bytes, large.size, 10, &refusal), -1);
    assert_string_equal(refusal.code, "bad_criteria");
    buffer_clear(&many);
    buffer_clear(&large);
}

static void
ids_are_printable_and_short(void **state)
{
    char longest[RUN_ID_SIZE + 1];

    (void)state;
    memset(longest, 'x', sizeof longest);
    longest[RUN_ID_SIZE - 1] = '\0';
    assert_true(run_input_is_id(longest));
    longest[RUN_ID_SIZE - 1] = 'x';
    longest[RUN_ID_SIZE] = '\0';
    assert_false(run_input_is_id(longest));
    assert_true(run_input_is_id("run-1_A.~:/"));
    assert_false(run_input_is_id(""));
    assert_false(run_input_is_id("a\x7f"));
    assert_false(run_input_is_id("a'b"));
    assert_false(run_input_is_id("a\\b"));
    assert_false(run_input_is_id("\xc3\xa9"));
}

static struct run_input
chat(const char *bytes)
{
    struct run_input input;
    struct run_refusal refusal;

    if (run_input_read_aisdk(&input, bytes, strlen(bytes), 4000, &refusal))
        fail_msg("%s: %s", refusal.code, refusal.message);
    return input;
}

static void
the_ai_sdks_run_is_named_after_its_message(void **state)
{
#define CHAT(id, text, trigger)                                                                              \
    "{\"id\":\"c\",\"trigger\":\"" trigger "\",\"messages\":[{\"id\":\"" id                                  \
    "\",\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"text\":\"" text "\"}]}]}"
    struct run_input first = chat(CHAT("m", "hello", "submit-message"));
    struct run_input again = chat(CHAT("m", "hello", "submit-message"));
    struct run_input edited = chat(CHAT("m", "other", "submit-message"));
    struct run_input anew = chat(CHAT("m", "hello", "regenerate-message"));
    struct run_input nameless = chat(CHAT("", "hello", "submit-message"));

    (void)state;
    assert_string_equal(first.thread, "c");
    assert_string_equal(first.said, "hello");
    assert_string_equal(first.run_id, again.run_id);
    assert_memory_equal(first.run_id, "m-", 2);
    assert_string_not_equal(first.run_id, edited.run_id);
    assert_string_not_equal(first.run_id, anew.run_id);
    assert_int_equal(strlen(nameless.run_id), 32);
    run_input_clear(&first);
    run_input_clear(&again);
    run_input_clear(&edited);
    run_input_clear(&anew);
    run_input_clear(&nameless);
}

/* 8 MiB of `{},` would be 650 MB when it is parsed. */
static void
a_frame_of_too_many_values_is_refused_unparsed(void **state)
{
    struct buffer frame = { 0 };

    (void)state;
    buffer_text(&frame, "{\"query\":\"x\",\"state\":[");
    for (int i = 0; i < RUN_VALUES; i++)
        buffer_text(&frame, "{},");
    refused(buffer_string(&frame), "bad_shape"); /* also what would be refused as bad_json */
    buffer_clear(&frame);
}

/* The network may stop anywhere. */
static void
every_shorter_frame_is_refused(void **state)
{
    const char *whole = "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"runId\":\"r\"}";
    struct run_input input;
    struct run_refusal refusal;

    (void)state;
    for (size_t size = 0; size < strlen(whole); size++)
        assert_int_equal(run_input_read(&input, whole, size, 10, &refusal), -1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_agent_input_gives_the_newest_user_message),
        cmocka_unit_test(parts_of_text_are_joined_and_others_passed_over),
        cmocka_unit_test(a_plain_query_may_name_thread_run_and_criteria),
        cmocka_unit_test(an_abort_names_its_run),
        cmocka_unit_test(what_is_wrong_is_refused_with_its_code),
        cmocka_unit_test(characters_are_counted_not_bytes),
        cmocka_unit_test(criteria_have_their_limits),
        cmocka_unit_test(ids_are_printable_and_short),
        cmocka_unit_test(the_ai_sdks_run_is_named_after_its_message),
        cmocka_unit_test(a_frame_of_too_many_values_is_refused_unparsed),
        cmocka_unit_test(every_shorter_frame_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
