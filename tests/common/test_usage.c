#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "common/model/usage.h"

static json_t *
json(const char *text)
{
    json_t *value = json_loads(text, 0, NULL);

    assert_non_null(value);
    return value;
}

static void
tokens_of_both_dialects_are_read(void **state)
{
    static const struct {
        const char *wire;
        int64_t input, output, total, cached, write, reasoning;
    } cases[] = {
        { "{\"input_tokens\":9,\"output_tokens\":5,\"total_tokens\":14,\"input_tokens_details\":{\"cached_"
          "tokens\":4,"
          "\"cache_write_tokens\":2},\"output_tokens_details\":{\"reasoning_tokens\":3}}",
          9, 5, 14, 4, 2, 3 },
        { "{\"prompt_tokens\":9,\"completion_tokens\":5,\"prompt_tokens_details\":{\"cached_tokens\":4},"
          "\"completion_tokens_details\":{\"reasoning_tokens\":3}}",
          9, 5, 14, 4, 0, 3 },
        { "{\"prompt_tokens\":9,\"completion_tokens\":5,\"prompt_tokens_details\":null,\"prompt_cache_hit_"
          "tokens\":7}",
          9, 5, 14, 7, 0, 0 },
        { "{\"prompt_tokens\":-9,\"completion_tokens\":\"x\"}", 0, 0, 0, 0, 0, 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct model_usage usage = { 0 };
        json_t *wire = json(cases[i].wire);

        usage_read(&usage, wire);
        assert_true(usage.known);
        assert_int_equal(usage.input, cases[i].input);
        assert_int_equal(usage.output, cases[i].output);
        assert_int_equal(usage.total, cases[i].total);
        assert_int_equal(usage.cached, cases[i].cached);
        assert_int_equal(usage.cache_write, cases[i].write);
        assert_int_equal(usage.reasoning, cases[i].reasoning);
        json_decref(wire);
    }
}

static void
what_is_no_usage_leaves_what_was_known(void **state)
{
    struct model_usage usage = { .known = true, .input = 3 };
    json_t *empty = json_object();

    (void)state;
    usage_read(&usage, NULL);
    usage_read(&usage, json_null());
    usage_read(&usage, empty);
    assert_int_equal(usage.input, 3);
    json_decref(empty);
}

static void
cost_is_counted_by_the_list(void **state)
{
    static const struct {
        const char *model, *tier;
        int64_t input, cached, write, output;
        double cost;
    } cases[] = {
        { "m", NULL, 1000000, 0, 0, 0, 1 },
        { "m", "default", 1000000, 400000, 100000, 1000000, 0.5 + 0.04 + 0.125 + 5 },
        { "m-2026-01-31", NULL, 1000000, 0, 0, 0, 1 },
        { "openai/m", NULL, 1000000, 0, 0, 0, 1 },
        { "m", "flex", 1000000, 0, 0, 0, 0.5 },
        { "bare", NULL, 1000000, 500000, 0, 0, 2 },  /* without a price of its own the cached cost as much */
        { "m", NULL, 10, 20, 0, 0, 20 * 0.1 / 1e6 }, /* a server that counts wrongly gives nothing back */
        { "m", NULL, 3000000, 0, 0, 1000000, 3 * 2 + 5 * 1.5 },
        { "other", NULL, 1, 0, 0, 0, -1 },
        { "x/other", NULL, 1, 0, 0, 0, -1 },
        { NULL, NULL, 1, 0, 0, 0, -1 },
    };
    json_t *prices = json("{\"models\":{\"m\":{\"input\":1,\"cached\":0.1,\"cache_write\":1.25,\"output\":5},"
                          "\"bare\":{\"input\":2,\"output\":2}},\"tiers\":{\"flex\":0.5},"
                          "\"long_prompt\":{\"above\":2000000,\"input\":2,\"output\":1.5}}");

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct model_usage usage = { .known = true,
                                     .input = cases[i].input,
                                     .cached = cases[i].cached,
                                     .cache_write = cases[i].write,
                                     .output = cases[i].output };
        double cost = usage_cost(prices, &usage, cases[i].model, cases[i].tier);
        if (cost - cases[i].cost > 1e-12 || cases[i].cost - cost > 1e-12)
            fail_msg("case %zu: %g", i, cost);
    }
    json_decref(prices);
}

static void
the_projects_list_is_right_and_a_broken_one_is_refused(void **state)
{
    static const char *const broken[] = { "[]", "{}", "{\"models\":{\"m\":{\"input\":1}}}", "{" };
    json_t *prices = usage_prices("common/model/prices.json");
    char path[] = "/tmp/prices.XXXXXX";
    int fd = mkstemp(path);

    (void)state;
    assert_non_null(prices);
    json_decref(prices);
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        assert_int_equal(ftruncate(fd, 0), 0);
        assert_int_equal(pwrite(fd, broken[i], strlen(broken[i]), 0), strlen(broken[i]));
        assert_null(usage_prices(path));
    }
    close(fd);
    unlink(path);
}

static void
an_entry_for_the_runs_usage_has_what_is_known(void **state)
{
    struct model_result result = { .usage = { .known = true,
                                              .model = (char *)"m",
                                              .input = 9,
                                              .output = 5,
                                              .total = 14,
                                              .cached = 4,
                                              .cost = 0.25 } };
    json_t *entry = model_usage_entry(&result, "psychologist");

    (void)state;
    assert_string_equal(json_string_value(json_object_get(entry, "role")), "psychologist");
    assert_int_equal(json_integer_value(json_object_get(entry, "cachedInputTokens")), 4);
    assert_true(json_real_value(json_object_get(entry, "cost")) == 0.25);
    json_decref(entry);
    result.usage.model = NULL;
    result.usage.cost = -1;
    entry = model_usage_entry(&result, "psychologist");
    assert_null(json_object_get(entry, "model"));
    assert_null(json_object_get(entry, "cost"));
    json_decref(entry);
    result.usage.known = false;
    assert_null(model_usage_entry(&result, "psychologist"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_of_both_dialects_are_read),
        cmocka_unit_test(what_is_no_usage_leaves_what_was_known),
        cmocka_unit_test(cost_is_counted_by_the_list),
        cmocka_unit_test(the_projects_list_is_right_and_a_broken_one_is_refused),
        cmocka_unit_test(an_entry_for_the_runs_usage_has_what_is_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
