#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/model/ask.h"
#include "common/model/chat.h"
#include "common/model/responses.h"

#define INSTRUCTIONS "You are a stylist.\nBe brief."

static json_t *
json(const char *text)
{
    json_t *value = json_loads(text, 0, NULL);

    assert_non_null(value);
    return value;
}

static struct model_request
request(void)
{
    return (struct model_request) {
        .model = "gpt-6-luna",
        .effort = "none",
        .instructions = INSTRUCTIONS,
        .messages =
            json("[{\"role\":\"user\",\"content\":\"hi\"},{\"role\":\"assistant\",\"content\":\"yes?\"}]"),
        .tools = json("[{\"name\":\"f\",\"description\":\"does "
                      "f\",\"parameters\":{\"type\":\"object\",\"additionalProperties\":false},"
                      "\"strict\":true},{\"name\":\"g\",\"strict\":false}]"),
        .tool_choice = "auto",
        .schema_name = "answer_v1",
        .schema = json("{\"type\":\"object\"}"),
        .stream = true,
        .max_tokens = 100,
        .cache_key = "key",
        .shopper = "hash",
    };
}

static char *
body_of(const struct model_request *asked, const char *name, const char *dialect)
{
    struct buffer out = { 0 };
    struct profile profile;

    assert_int_equal(profile_find(&profile, "http://x", name, dialect), 0);
    if (profile.dialect == DIALECT_CHAT)
        chat_body(&out, asked, &profile);
    else
        responses_body(&out, asked, &profile);
    return buffer_take(&out);
}

static void
clear(struct model_request *asked)
{
    json_decref((json_t *)asked->messages);
    json_decref((json_t *)asked->tools);
    json_decref((json_t *)asked->schema);
}

#define NO_PARAMETERS "{\"additionalProperties\":false,\"properties\":{},\"required\":[],\"type\":\"object\"}"

static void
a_response_is_asked_for_with_what_changes_least_first(void **state)
{
    struct model_request asked = request();
    char *body = body_of(&asked, "openai", "");

    (void)state;
    assert_string_equal(
        body,
        "{\"model\":\"gpt-6-luna\",\"store\":false,\"reasoning\":{\"effort\":\"none\"},"
        "\"instructions\":\"You are a stylist.\\nBe brief.\","
        "\"tools\":[{\"type\":\"function\",\"name\":\"f\",\"description\":\"does f\","
        "\"parameters\":{\"additionalProperties\":false,\"type\":\"object\"},\"strict\":true},"
        "{\"type\":\"function\",\"name\":\"g\",\"parameters\":" NO_PARAMETERS ",\"strict\":false}],"
        "\"tool_choice\":\"auto\",\"parallel_tool_calls\":true,"
        "\"text\":{\"format\":{\"type\":\"json_schema\",\"name\":\"answer_v1\",\"strict\":true,\"schema\":{"
        "\"type\":\"object\"}}},"
        "\"max_output_tokens\":100,\"stream\":true,\"stream_options\":{\"include_obfuscation\":false},"
        "\"prompt_cache_key\":\"key\",\"safety_identifier\":\"hash\","
        "\"input\":[{\"type\":\"message\",\"role\":\"user\",\"content\":\"hi\"},"
        "{\"type\":\"message\",\"role\":\"assistant\",\"phase\":\"final_answer\",\"content\":\"yes?\"}]}");
    free(body);
    clear(&asked);
}

static void
a_chat_with_openai_says_who_asks_and_which_cache(void **state)
{
    struct model_request asked = request();
    char *body = body_of(&asked, "openai", "chat");

    (void)state;
    assert_non_null(strstr(body,
                           ",\"store\":false,\"prompt_cache_key\":\"key\",\"safety_identifier\":\"hash\","
                           "\"messages\":[{\"role\":\"developer\""));
    free(body);
    clear(&asked);
}

static void
a_chat_is_asked_for_in_the_words_of_its_server(void **state)
{
    struct model_request asked = request();
    char *body = body_of(&asked, "generic", "");

    (void)state;
    assert_string_equal(
        body, "{\"model\":\"gpt-6-luna\","
              "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"description\":\"does f\","
              "\"parameters\":{\"additionalProperties\":false,\"type\":\"object\"}}},"
              "{\"type\":\"function\",\"function\":{\"name\":\"g\",\"parameters\":" NO_PARAMETERS "}}],"
              "\"tool_choice\":\"auto\",\"parallel_tool_calls\":true,"
              "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"answer_v1\","
              "\"strict\":true,\"schema\":{\"type\":\"object\"}}},"
              "\"max_tokens\":100,\"stream\":true,\"stream_options\":{\"include_usage\":true},"
              "\"messages\":[{\"role\":\"system\",\"content\":\"You are a stylist.\\nBe brief.\"},"
              "{\"role\":\"user\",\"content\":\"hi\"},{\"role\":\"assistant\",\"content\":\"yes?\"}]}");
    free(body);
    body = body_of(&asked, "openai", "chat");
    assert_non_null(strstr(body, "\"role\":\"developer\""));
    assert_non_null(strstr(body, "\"max_completion_tokens\":100"));
    assert_non_null(strstr(body, "\"strict\":true}}"));
    assert_non_null(strstr(body, "\"include_obfuscation\":false"));
    assert_non_null(strstr(body, "\"store\":false"));
    free(body);
    clear(&asked);
}

static void
a_schema_is_said_in_words_where_the_server_knows_none(void **state)
{
    struct model_request asked = request();
    char *body = body_of(&asked, "deepseek", "");

    (void)state;
    assert_null(strstr(body, "response_format"));
    assert_non_null(strstr(body, "JSON Schema: {\\\"type\\\":\\\"object\\\"}"));
    free(body);
    clear(&asked);
}

static void
llama_cpp_pythons_schema_stands_in_an_object(void **state)
{
    struct model_request asked = request();
    char *body = body_of(&asked, "llamacpp-python", "");

    (void)state;
    assert_non_null(
        strstr(body, "\"response_format\":{\"type\":\"json_object\",\"schema\":{\"type\":\"object\"}}"));
    free(body);
    clear(&asked);
}

static void
what_is_not_asked_is_not_sent(void **state)
{
    struct model_request asked = { .model = "m", .messages = json("[{\"content\":7}]") };
    char *body = body_of(&asked, "generic", "");

    (void)state;
    assert_string_equal(body, "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"\"}]}");
    free(body);
    body = body_of(&asked, "generic", "responses");
    assert_string_equal(body, "{\"model\":\"m\",\"store\":false,"
                              "\"input\":[{\"type\":\"message\",\"role\":\"user\",\"content\":\"\"}]}");
    free(body);
    clear(&asked);
}

static void
the_same_request_has_the_same_bytes_and_a_new_question_the_same_beginning(void **state)
{
    static const char *const dialects[] = { "chat", "responses" };

    (void)state;
    for (int d = 0; d < 2; d++) {
        struct model_request one = request(), two = request(), copy;
        json_t *more = json("[{\"role\":\"user\",\"content\":\"something else\"}]");
        char *bodies[3];
        size_t same = 0;

        assert_int_equal(ask_copy(&copy, &one), 0);
        bodies[0] = body_of(&one, "openai", dialects[d]);
        bodies[1] = body_of(&copy, "openai", dialects[d]);
        json_decref((json_t *)two.messages);
        two.messages = more;
        bodies[2] = body_of(&two, "openai", dialects[d]);
        assert_string_equal(bodies[0], bodies[1]);
        while (bodies[0][same] == bodies[2][same])
            same++;
        assert_ptr_equal(strstr(bodies[0], "hi\""), bodies[0] + same); /* up to the shopper's first word */
        for (int i = 0; i < 3; i++)
            free(bodies[i]);
        ask_clear(&copy);
        clear(&one);
        clear(&two);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_response_is_asked_for_with_what_changes_least_first),
        cmocka_unit_test(a_chat_with_openai_says_who_asks_and_which_cache),
        cmocka_unit_test(a_chat_is_asked_for_in_the_words_of_its_server),
        cmocka_unit_test(a_schema_is_said_in_words_where_the_server_knows_none),
        cmocka_unit_test(llama_cpp_pythons_schema_stands_in_an_object),
        cmocka_unit_test(what_is_not_asked_is_not_sent),
        cmocka_unit_test(the_same_request_has_the_same_bytes_and_a_new_question_the_same_beginning),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
