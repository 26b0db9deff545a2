#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/model/profile.h"

static void
a_url_says_whose_server_it_is(void **state)
{
    static const struct {
        const char *url, *name;
        enum dialect dialect;
    } cases[] = {
        { "https://api.openai.com/v1", "openai", DIALECT_RESPONSES },
        { "https://API.OpenAI.com/v1/", "openai", DIALECT_RESPONSES },
        { "https://shop.openai.azure.com/openai/v1", "azure", DIALECT_RESPONSES },
        { "https://shop.openai.azure.com/openai/deployments/d?api-version=2024-10-21", "azure",
          DIALECT_CHAT },
        { "http://127.0.0.1:11434/v1", "ollama", DIALECT_CHAT },
        { "http://ollama/v1", "ollama", DIALECT_CHAT },
        { "http://llama-server:8080/v1", "llamacpp", DIALECT_CHAT },
        { "http://host:4000", "litellm", DIALECT_CHAT },
        { "http://host:40001", "generic", DIALECT_CHAT },
        { "https://openrouter.ai/api/v1", "openrouter", DIALECT_CHAT },
        { "https://generativelanguage.googleapis.com/v1beta/openai", "gemini", DIALECT_CHAT },
        { "http://understudy:8081/v1", "understudy", DIALECT_RESPONSES },
        { "https://models.shop.example/openrouter.ai/v1", "generic",
          DIALECT_CHAT }, /* only the host counts */
        { "models.shop.example", "generic", DIALECT_CHAT },
    };
    struct profile profile;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(profile_find(&profile, cases[i].url, "", ""), 0);
        assert_string_equal(profile.name, cases[i].name);
        assert_int_equal(profile.dialect, cases[i].dialect);
    }
}

static void
options_override_the_url(void **state)
{
    struct profile profile;

    (void)state;
    assert_int_equal(profile_find(&profile, "http://x/v1", "vllm", ""), 0);
    assert_string_equal(profile.name, "vllm");
    assert_int_equal(profile_find(&profile, "https://api.openai.com/v1", "", "chat"), 0);
    assert_int_equal(profile.dialect, DIALECT_CHAT);
    assert_false(profile.falls_back);
    assert_int_equal(profile_find(&profile, "http://x/v1", "", "responses"), 0);
    assert_int_equal(profile.dialect, DIALECT_RESPONSES);
    assert_true(profile.falls_back);
    assert_true(profile.fields & FIELD_STORE);
    profile_fall_back(&profile);
    assert_int_equal(profile.dialect, DIALECT_CHAT);
    assert_false(profile.fields & FIELD_STORE);
    assert_int_equal(profile_find(&profile, "http://x/v1", "nobody", ""), -1);
    assert_int_equal(profile_find(&profile, "http://x/v1", "", "morse"), -1);
}

static void
it_learns_what_a_server_refuses(void **state)
{
    static const struct {
        const char *name, *param, *message, *field;
        unsigned gone;
    } cases[] = {
        { "openai", "reasoning.effort", "no", "reasoning", FIELD_EFFORT },
        { "openai", "reasoning_effort", NULL, "reasoning", FIELD_EFFORT },
        { "openai", NULL, "Unknown parameter: 'safety_identifier'.", "safety_identifier", FIELD_SAFETY },
        { "openai", "stream_options.include_obfuscation", NULL, "stream_options", FIELD_STREAM_OPTIONS },
        { "openai", "include_obfuscation", NULL, "include_obfuscation", FIELD_OBFUSCATION },
        { "openai", "max_output_tokens", NULL, "max_output_tokens", FIELD_MAX_TOKENS },
        { "ollama", NULL, "\"llama\" does not support thinking", "support thinking", FIELD_EFFORT },
        { "generic", "body", "parallel_tool_calls is unknown", "parallel_tool_calls", FIELD_PARALLEL },
        { "generic", "temperature", "Unsupported parameter: 'temperature'", NULL, 0 },
        { "generic", NULL, "store is unknown", NULL, 0 }, /* it was not sent */
        { "generic", NULL, NULL, NULL, 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct profile profile;
        unsigned before;
        const char *field;

        assert_int_equal(profile_find(&profile, "http://x", cases[i].name, ""), 0);
        before = profile.fields;
        field = profile_learn(&profile, cases[i].param, cases[i].message);
        if ((field == NULL) != (cases[i].field == NULL) || (field && strcmp(field, cases[i].field) != 0))
            fail_msg("case %zu: %s", i, field ? field : "nothing");
        assert_int_equal(before & ~profile.fields, cases[i].gone);
        if (field != NULL)
            assert_null(profile_learn(&profile, cases[i].param, cases[i].message));
    }
}

static void
a_token_limit_goes_by_its_other_name_first(void **state)
{
    const char *message = "Unsupported parameter: 'max_tokens' is not supported with this model. "
                          "Use 'max_completion_tokens' instead.";
    struct profile profile;

    (void)state;
    profile_find(&profile, "http://x", "generic", "");
    assert_string_equal(profile_learn(&profile, NULL, message), "max_tokens");
    assert_true(profile.new_token_field);
    assert_true(profile.fields & FIELD_MAX_TOKENS);
    assert_string_equal(profile_learn(&profile, "max_completion_tokens", "no"), "max_completion_tokens");
    assert_false(profile.new_token_field);
}

static void
an_effort_is_what_the_model_has(void **state)
{
    static const struct {
        const char *profile, *dialect, *model, *wished;
        bool tools;
        const char *sent;
    } cases[] = {
        { "openai", "", "gpt-6-luna", "none", false, "none" },
        { "openai", "", "gpt-6.2-sol", "none", false, "low" },
        { "openai", "", "gpt-6.1-sol", "none", true, "low" },
        { "openai", "", "gpt-6-luna", "minimal", false, "low" },
        { "openai", "", "gpt-5", "minimal", false, "minimal" },
        { "openai", "", "gpt-6.1-terra", "low", true, "low" },
        { "openai", "chat", "gpt-6.1-terra", "low", true,
          "none" }, /* chat takes tools only without thinking */
        { "openai", "chat", "gpt-6.1-terra", "low", false, "low" },
        { "openai", "chat", "gpt-6.1-terra", "", true, "none" },
        { "azure", "chat", "gpt-4.1", "", true, NULL }, /* knows no effort at all */
        { "openai", "", "gpt-6-luna", "", false, NULL },
        { "openai", "", "gpt-6-luna", NULL, false, NULL },
        { "llamacpp", "", "x", "low", false, NULL },
        { "ollama", "", "x", "low", true, "low" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct profile profile;
        const char *sent;

        profile_find(&profile, "http://x", cases[i].profile, cases[i].dialect);
        sent = profile_effort(&profile, cases[i].model, cases[i].wished, cases[i].tools);
        if ((sent == NULL) != (cases[i].sent == NULL) || (sent && strcmp(sent, cases[i].sent) != 0))
            fail_msg("case %zu: %s", i, sent ? sent : "none is sent");
    }
}

static void
a_path_is_joined_with_one_slash(void **state)
{
    static const struct {
        const char *base, *url;
    } cases[] = {
        { "http://x/v1", "http://x/v1/responses" },
        { "http://x/v1/", "http://x/v1/responses" },
        { "http://x/v1//", "http://x/v1/responses" },
        { "http://x/d?api-version=1", "http://x/d/responses?api-version=1" },
        { "http://x/d/?api-version=1#top", "http://x/d/responses?api-version=1" },
        { "http://x/d#top", "http://x/d/responses" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *url = profile_url(cases[i].base, "/responses");
        assert_string_equal(url, cases[i].url);
        free(url);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_url_says_whose_server_it_is),
        cmocka_unit_test(options_override_the_url),
        cmocka_unit_test(it_learns_what_a_server_refuses),
        cmocka_unit_test(a_token_limit_goes_by_its_other_name_first),
        cmocka_unit_test(an_effort_is_what_the_model_has),
        cmocka_unit_test(a_path_is_joined_with_one_slash),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
