#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "understudy/answer.h"
#include "understudy/embedding.h"

/* Begin to tell ANSWER in DIALECT. */
static void
begin(struct telling *telling, enum dialect dialect, struct answer *answer)
{
    struct ask ask = { .dialect = dialect, .include_usage = true, .max_tokens = 9 };

    ask.root = json_loads("{\"tools\":[{\"type\":\"function\"}],\"tool_choice\":\"auto\",\"text\":{"
                          "\"format\":{\"type\":\"text\"}}}",
                          0, NULL);
    telling_begin(telling, &ask, answer, "0123456789abcdef0123456789abcdef", 1790000000);
    assert_null(answer->text);
    json_decref(ask.root);
}

/* Every data line but [DONE] is JSON; returns how many contain PART. */
static int
count_events(const char *stream, const char *part)
{
    int count = 0;

    for (const char *at = stream; (at = strstr(at, "data: ")) != NULL; at += 6) {
        const char *end = strstr(at, "\n\n");
        json_t *data;

        assert_non_null(end);
        if (!strncmp(at, "data: [DONE]", 12))
            continue;
        data = json_read(at + 6, (size_t)(end - at - 6), NULL);
        assert_non_null(data);
        json_decref(data);
        count += memmem(at, (size_t)(end - at), part, strlen(part)) != NULL;
    }
    return count;
}

static struct answer
text_and_calls(void)
{
    struct answer answer = { .text = strdup("Wear \"linen\",\nété!"), .call_count = 2, .input_tokens = 3 };

    for (int i = 0; i < 2; i++) {
        answer.calls[i].name = strdup("find_product");
        answer.calls[i].arguments = strdup("{\"slot\":\"top\"}");
    }
    return answer;
}

static void
tokens_add_up_to_the_text(void **state)
{
    static const char *const texts[] = { "",
                                         "a",
                                         "Wear a linen shirt.",
                                         "\n\n1. **Bold**: extraordinarily long",
                                         "é ü 👔👔 !!",
                                         "{\"a\":[1,2]}",
                                         "  ,, -- " };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        size_t size, total = 0;

        while ((size = answer_token(texts[i] + total)) > 0) {
            total += size;
            assert_true(((unsigned char)texts[i][total] & 0xC0) != 0x80);
        }
        assert_int_equal(total, strlen(texts[i]));
    }
}

static void
a_stream_has_a_delta_for_each_token_in_both_dialects(void **state)
{
    (void)state;
    for (int dialect = DIALECT_RESPONSES; dialect <= DIALECT_CHAT; dialect++) {
        struct answer answer = text_and_calls();
        int64_t tokens = answer_tokens(&answer), steps = 1;
        struct buffer stream = { 0 }, whole = { 0 };
        struct telling telling;
        json_t *object;

        begin(&telling, (enum dialect)dialect, &answer);
        while (telling_step(&telling, &stream))
            steps++;
        assert_int_equal(steps, tokens);
        assert_false(telling_step(&telling, &stream));
        if (dialect == DIALECT_RESPONSES) {
            assert_int_equal(count_events(stream.bytes, ".delta\""), tokens);
            assert_int_equal(count_events(stream.bytes, "response.completed"), 1);
        } else {
            assert_int_equal(count_events(stream.bytes, "\"finish_reason\":\"tool_calls\""), 1);
            assert_int_equal(count_events(stream.bytes, "\"choices\":[],\"usage\":{"), 1);
            assert_non_null(strstr(stream.bytes, "data: [DONE]\n\n"));
        }
        telling_whole(&telling, &whole);
        object = json_read(whole.bytes, whole.size, NULL);
        assert_string_equal(json_text(object, "model", ""), "understudy");
        assert_string_equal(json_text(object, "system_fingerprint", ""), "understudy");
        json_decref(object);
        telling_clear(&telling);
        buffer_clear(&stream);
        buffer_clear(&whole);
    }
}

static void
an_empty_answer_still_ends(void **state)
{
    (void)state;
    for (int dialect = DIALECT_RESPONSES; dialect <= DIALECT_CHAT; dialect++)
        for (int nothing = 0; nothing < 2; nothing++) {
            struct answer answer = { .text = nothing ? NULL : strdup(""), .finish = FINISH_FILTER };
            struct buffer stream = { 0 };
            struct telling telling;

            begin(&telling, (enum dialect)dialect, &answer);
            assert_false(telling_step(&telling, &stream));
            assert_int_equal(count_events(stream.bytes,
                                          dialect == DIALECT_CHAT ? "content_filter" : "response.incomplete"),
                             1);
            telling_clear(&telling);
            buffer_clear(&stream);
        }
}

static void
a_refusal_is_told_as_one(void **state)
{
    (void)state;
    for (int dialect = DIALECT_RESPONSES; dialect <= DIALECT_CHAT; dialect++) {
        struct answer answer = { .refusal = strdup("I can't.") };
        struct buffer stream = { 0 };
        struct telling telling;

        begin(&telling, (enum dialect)dialect, &answer);
        while (telling_step(&telling, &stream))
            ;
        assert_true(count_events(stream.bytes, dialect == DIALECT_CHAT ? "\"refusal\":\"I\""
                                                                       : "response.refusal.delta") >= 1);
        telling_whole(&telling, &stream);
        assert_non_null(strstr(stream.bytes, "\"refusal\":\"I can't.\""));
        telling_clear(&telling);
        buffer_clear(&stream);
    }
}

static void
a_limit_cuts_calls_too(void **state)
{
    struct answer answer = text_and_calls();
    int64_t tokens = answer_tokens(&answer);

    (void)state;
    answer_limit(&answer, tokens);
    assert_int_equal(answer.finish, FINISH_STOP);
    answer_limit(&answer, tokens - 1);
    assert_int_equal(answer.finish, FINISH_LENGTH);
    assert_string_not_equal(answer.calls[1].arguments, "{\"slot\":\"top\"}");
    answer_clear(&answer);
    assert_string_equal(answer_role_name(ROLE_CHOICE), "choice");
}

static double
nearness(const char *a, const char *b)
{
    float one[1536], two[1536];
    double sum = 0;

    embedding_of(a, one, 1536);
    embedding_of(b, two, 1536);
    for (int i = 0; i < 1536; i++)
        sum += (double)one[i] * two[i];
    return sum;
}

static void
alike_words_are_near(void **state)
{
    (void)state;
    assert_true(nearness("a white linen shirt", "White linen shirts") > 0.6);
    assert_true(nearness("a white linen shirt", "diesel engine oil") < 0.3);
    assert_true(fabs(nearness("", "") - 1) < 1e-6);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_add_up_to_the_text),
        cmocka_unit_test(a_stream_has_a_delta_for_each_token_in_both_dialects),
        cmocka_unit_test(an_empty_answer_still_ends),
        cmocka_unit_test(a_refusal_is_told_as_one),
        cmocka_unit_test(a_limit_cuts_calls_too),
        cmocka_unit_test(alike_words_are_near),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
