#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/model/errors.h"

static struct server_error
read_error(int http, const char *body)
{
    struct server_error error;

    errors_read(&error, http, body, strlen(body));
    return error;
}

static void
bodies_fall_into_classes(void **state)
{
    static const struct {
        int http;
        const char *body;
        enum model_error_class class;
    } cases[] = {
        { 400, "{\"error\":{\"code\":\"context_length_exceeded\"}}", MODEL_ERROR_TOO_LONG },
        { 400, "{\"error\":{\"message\":\"This model's maximum context length is 8192 tokens\"}}",
          MODEL_ERROR_TOO_LONG },
        { 500, "{\"error\":{\"message\":\"exceeds the available context size\"}}", MODEL_ERROR_TOO_LONG },
        { 400,
          "{\"error\":{\"type\":\"exceed_context_size_error\",\"code\":400,\"message\":\"request exceeds the "
          "available context size\"}}",
          MODEL_ERROR_TOO_LONG },
        { 400, "{\"error\":{\"code\":\"content_filter\"}}", MODEL_ERROR_POLICY },
        { 400, "{\"error\":{\"code\":\"cyber_policy_violation\"}}", MODEL_ERROR_POLICY },
        { 400, "{\"error\":{\"code\":\"unsupported_parameter\",\"param\":\"x\"}}", MODEL_ERROR_BAD_PARAM },
        { 400,
          "{\"error\":{\"code\":null,\"param\":\"temperature\",\"message\":\"Unsupported parameter: "
          "'temperature' is not supported with this model.\"}}",
          MODEL_ERROR_BAD_PARAM },
        { 422,
          "{\"detail\":[{\"loc\":[\"body\",\"response_format\",\"type\"],\"msg\":\"Input should be "
          "'text'\"}]}",
          MODEL_ERROR_BAD_PARAM },
        { 422, "{\"detail\":[{\"loc\":[\"body\",\"store\"],\"msg\":\"Extra inputs are not permitted\"}]}",
          MODEL_ERROR_BAD_PARAM },
        { 422, "{\"detail\":[{\"loc\":[\"body\",\"model\"],\"msg\":\"Field required\"}]}",
          MODEL_ERROR_BAD_REQUEST },
        { 400, "{\"error\":{\"message\":\"\\\"llama\\\" does not support thinking\",\"type\":\"api_error\"}}",
          MODEL_ERROR_BAD_PARAM },
        { 400, "{\"error\":{\"type\":\"invalid_request_error\",\"code\":null,\"message\":\"no\"}}",
          MODEL_ERROR_BAD_REQUEST },
        { 400, "{\"error\":{\"code\":\"previous_response_not_found\"}}", MODEL_ERROR_STATE_LOST },
        { 404, "{\"error\":{\"message\":\"Previous response with id 'x' not found.\"}}",
          MODEL_ERROR_STATE_LOST },
        { 401, "{\"error\":{\"code\":\"invalid_api_key\"}}", MODEL_ERROR_AUTH },
        { 403, "<html>no</html>", MODEL_ERROR_AUTH },
        { 402, "{}", MODEL_ERROR_QUOTA },
        { 404, "", MODEL_ERROR_NOT_FOUND },
        { 405, "", MODEL_ERROR_NOT_FOUND },
        { 501, "", MODEL_ERROR_NOT_FOUND },
        { 408, "", MODEL_ERROR_TRANSIENT },
        { 409, "", MODEL_ERROR_TRANSIENT },
        { 413, "", MODEL_ERROR_TOO_LONG },
        { 429, "{\"error\":{\"code\":\"rate_limit_exceeded\",\"type\":\"tokens\"}}", MODEL_ERROR_RATE },
        { 429, "{\"error\":{\"type\":\"insufficient_quota\",\"code\":null}}", MODEL_ERROR_QUOTA },
        { 429, "{\"error\":{\"code\":\"project_spend_limit_exceeded\"}}", MODEL_ERROR_QUOTA },
        { 429, "{\"error\":{\"code\":\"slow_down\"}}", MODEL_ERROR_RATE },
        { 429, "{\"error\":{\"message\":\"Limit 30000, Used 30000, Requested 890.\"}}", MODEL_ERROR_RATE },
        { 429, "{\"error\":{\"message\":\"Request too large: Limit 1, Requested 30.\"}}",
          MODEL_ERROR_TOO_LONG },
        { 429, "too many", MODEL_ERROR_RATE },
        { 500, "<html>oh</html>", MODEL_ERROR_TRANSIENT },
        { 502, "", MODEL_ERROR_TRANSIENT },
        { 503, "{\"error\":{\"message\":\"Loading model\",\"type\":\"unavailable_error\",\"code\":503}}",
          MODEL_ERROR_OVERLOAD },
        { 529, "", MODEL_ERROR_OVERLOAD },
        { 307, "", MODEL_ERROR_BAD_REQUEST }, /* redirects are not followed */
        { 200, "{\"error\":{\"code\":\"content_filter\",\"status\":400}}", MODEL_ERROR_POLICY },
        { 200, "{\"error\":{\"code\":429,\"message\":\"slow\"}}", MODEL_ERROR_RATE },
        { 200, "{\"error\":{\"code\":\"500\",\"message\":\"oh\"}}", MODEL_ERROR_TRANSIENT },
        { 200, "{\"error\":{\"status_code\":503}}", MODEL_ERROR_OVERLOAD },
        { 200, "{\"error\":{\"type\":\"invalid_request_error\",\"message\":\"no\"}}",
          MODEL_ERROR_BAD_REQUEST },
        { 200, "{\"error\":{\"message\":\"the server is overloaded\"}}", MODEL_ERROR_OVERLOAD },
        { 200, "{\"error\":\"plain words\"}", MODEL_ERROR_TRANSIENT },
        { 0, "{\"type\":\"error\",\"code\":\"server_error\"}", MODEL_ERROR_TRANSIENT },
        { 0, "{\"response\":{\"error\":{\"code\":\"rate_limit_exceeded\",\"message\":\"x\"}}}",
          MODEL_ERROR_RATE },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct server_error error = read_error(cases[i].http, cases[i].body);
        if (error.class != cases[i].class)
            fail_msg("%d %s is %s", cases[i].http, cases[i].body, model_error_name(error.class));
        errors_clear(&error);
    }
}

static void
every_shape_gives_its_message(void **state)
{
    static const struct {
        const char *body, *message;
    } cases[] = {
        { "{\"error\":{\"message\":\"a\"}}", "a" },
        { "{\"error\":\"a\"}", "a" },
        { "{\"detail\":\"a\"}", "a" },
        { "{\"detail\":[{\"loc\":[\"x\"],\"msg\":\"a\"}]}", "a" },
        { "{\"message\":\"a\"}", "a" },
        { "{\"object\":\"error\",\"message\":\"a\",\"code\":400}", "a" },
        { "[{\"error\":{\"message\":\"a\"}}]", "a" },
        { "{\"code\":\"x\",\"error\":\"a\"}", "a" },
        { "{\"error\":{\"message\":\"Provider returned error\",\"metadata\":{\"raw\":\"a\"}}}", "a" },
        { "a", "a" },
        { "{\"response\":{\"error\":{\"code\":\"c\",\"message\":\"a\"}}}", "a" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct server_error error = read_error(400, cases[i].body);
        assert_non_null(error.message);
        assert_string_equal(error.message, cases[i].message);
        errors_clear(&error);
    }
}

static void
a_message_may_name_the_wait(void **state)
{
    static const struct {
        const char *text;
        int64_t ms;
    } cases[] = {
        { "Please try again in 1.78s. Visit", 1780 },
        { "try again in 250ms", 250 },
        { "try again in 6m0s", 360000 },
        { "try again in 1m30s", 90000 },
        { "try again in a while", -1 },
        { "try again in 0m .77e77", 0 }, /* fuzz_error */
        { "try again in 5 hours", -1 },
        { "nothing", -1 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct server_error error = read_error(429, cases[i].text);
        assert_int_equal(error.hint_ms, cases[i].ms);
        errors_clear(&error);
    }
}

static void
codes_may_be_numbers_and_flags_are_set(void **state)
{
    struct server_error error =
        read_error(429, "{\"error\":{\"code\":429,\"type\":\"slow_down\",\"param\":\"p\"}}");

    (void)state;
    assert_string_equal(error.code, "429");
    assert_string_equal(error.param, "p");
    assert_true(error.slow_down);
    errors_clear(&error);
    error = read_error(400, "{\"error\":{\"code\":\"tool_use_failed\"}}");
    assert_true(error.resample);
    errors_clear(&error);
}

static void
a_model_that_is_unknown_is_told_from_a_route(void **state)
{
    static const struct {
        const char *body;
        bool no_model;
    } cases[] = {
        { "{\"error\":{\"code\":\"model_not_found\",\"message\":\"no\"}}", true },
        { "{\"error\":{\"code\":\"DeploymentNotFound\"}}", true },
        { "{\"error\":{\"message\":\"model 'x' not found\",\"type\":\"not_found_error\"}}",
          true }, /* Ollama */
        { "{\"object\":\"error\",\"message\":\"The model `x` does not exist.\",\"code\":404}",
          true }, /* vLLM */
        { "{\"error\":{\"code\":404,\"message\":\"File Not Found\",\"type\":\"not_found_error\"}}", false },
        { "{\"detail\":\"Not Found\"}", false },
        { "404 page not found", false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct server_error error = read_error(404, cases[i].body);
        assert_int_equal(error.class, MODEL_ERROR_NOT_FOUND);
        assert_int_equal(error.no_model, cases[i].no_model);
        errors_clear(&error);
    }
}

static void
keys_are_hidden(void **state)
{
    struct server_error error = read_error(500, "the key sk-secret-1 and sk-secret-1 again");

    (void)state;
    errors_hide(&error, "sk-secret-1");
    assert_string_equal(error.message, "the key [key] and [key] again");
    errors_clear(&error);
    errors_hide(&error, "sk-secret-1");
    error = read_error(401, "{\"error\":{\"message\":\"Incorrect API key provided: sk-ab***yz. You can\"}}");
    errors_hide(&error, NULL);
    assert_string_equal(error.message, "Incorrect API key provided. You can");
    errors_clear(&error);
}

static void
an_error_is_told_from_an_answer(void **state)
{
    static const struct {
        const char *body;
        bool is;
    } cases[] = {
        { "{\"error\":{\"message\":\"a\"}}", true },
        { "{\"error\":null,\"choices\":[]}", false },
        { "{\"error\":{},\"choices\":[]}", false },
        { "{\"error\":\"a\",\"choices\":[]}", true },
        { "{\"message\":\"a\"}", true },
        { "{\"detail\":\"a\"}", true },
        { "{\"choices\":[],\"message\":\"a\"}", false },
        { "{}", false },
        { "[{\"error\":{\"message\":\"a\"}}]", true },
        { "[]", false },
        { "{\"output\":[],\"message\":1}", false },
        { "{\"error\":false}", false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *body = json_loads(cases[i].body, 0, NULL);
        if (errors_is_error(body) != cases[i].is)
            fail_msg("%s", cases[i].body);
        json_decref(body);
    }
}

static void
every_class_has_a_name(void **state)
{
    (void)state;
    for (int class = MODEL_ERROR_NONE; class <= MODEL_ERROR_PROTOCOL; class ++)
        assert_string_not_equal(model_error_name((enum model_error_class) class), "unknown");
    assert_string_equal(model_error_name((enum model_error_class)99), "unknown");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bodies_fall_into_classes),
        cmocka_unit_test(every_shape_gives_its_message),
        cmocka_unit_test(a_message_may_name_the_wait),
        cmocka_unit_test(codes_may_be_numbers_and_flags_are_set),
        cmocka_unit_test(a_model_that_is_unknown_is_told_from_a_route),
        cmocka_unit_test(keys_are_hidden),
        cmocka_unit_test(an_error_is_told_from_an_answer),
        cmocka_unit_test(every_class_has_a_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
