#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/model/retry.h"

static void
durations_are_read_as_go_writes_them(void **state)
{
    static const struct {
        const char *text;
        int64_t ms;
    } cases[] = {
        { "12ms", 12 },    { "6s", 6000 },  { "1m30.5s", 90500 },   { "0s", 0 },    { "1h2m3s", 3723000 },
        { "500", 500 },    { "7", 7 },      { "1.5", 2 },           { "250us", 1 }, { "3ns", 1 },
        { "2h", 7200000 }, { "", -1 },      { "soon", -1 },         { "5 s", -1 },  { "-3s", -1 },
        { "5x", -1 },      { "1m-3s", -1 }, { "99999999999h", -1 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (retry_duration_ms(cases[i].text) != cases[i].ms)
            fail_msg("%s", cases[i].text);
}

static void
headers_become_hints(void **state)
{
    static const struct {
        const char *name, *value;
        size_t member;
        int64_t is;
    } cases[] = {
#define HINT(member) offsetof(struct retry_hints, member)
        { "Retry-After", "2", HINT(after_ms), 2000 },
        { "retry-after", "0.5", HINT(after_ms), 500 },
        { "retry-after", "Thu, 01 Jan 1970 00:01:40 GMT", HINT(after_ms), 40000 }, /* the clock says 60 s */
        { "retry-after", "Thu, 01 Jan 1970 00:00:10 GMT", HINT(after_ms), 0 },
        { "retry-after", "later", HINT(after_ms), -1 },
        { "retry-after", "-3", HINT(after_ms), -1 },
        { "retry-after-ms", "120.5", HINT(after_ms), 121 },
        { "retry-after-ms", "x", HINT(after_ms), -1 },
        { "x-ratelimit-remaining-requests", "0", HINT(requests_left), 0 },
        { "x-ratelimit-remaining-tokens", "abc", HINT(tokens_left), -1 },
        { "x-ratelimit-reset-requests", "1s", HINT(requests_reset_ms), 1000 },
        { "x-ratelimit-reset-tokens", "500", HINT(tokens_reset_ms), 500 },
        { "content-type", "5", HINT(after_ms), -1 },
    };
    struct retry_hints hints;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t got;
        retry_hints_clear(&hints);
        retry_header(&hints, cases[i].name, cases[i].value, 60000);
        memcpy(&got, (char *)&hints + cases[i].member, sizeof got);
        if (got != cases[i].is)
            fail_msg("%s: %s", cases[i].name, cases[i].value);
    }
    retry_hints_clear(&hints);
    retry_header(&hints, "x-should-retry", "true", 0);
    assert_int_equal(hints.should_retry, 1);
    retry_header(&hints, "x-should-retry", "false", 0);
    assert_int_equal(hints.should_retry, 0);
    retry_header(&hints, "x-should-retry", "perhaps", 0);
    assert_int_equal(hints.should_retry, -1);
    retry_header(&hints, "retry-after", "1", 0); /* Azure's pair: the larger */
    retry_header(&hints, "retry-after-ms", "0", 0);
    assert_int_equal(hints.after_ms, 1000);
}

static void
the_policy_row_by_row(void **state)
{
    static const struct {
        const char *what;
        enum model_error_class class;
        int made, most;
        bool handed, restartable;
        int64_t after_ms, message_ms, left_ms;
        int should;
        bool slow, resample;
        bool again;
        int64_t delay_ms; /* with dice at 1 - epsilon; -1 not looked at */
    } cases[] = {
        { "5xx", MODEL_ERROR_TRANSIENT, 1, 3, 0, 0, -1, -1, 60000, -1, 0, 0, true, 500 },
        { "5xx, second time", MODEL_ERROR_TRANSIENT, 2, 3, 0, 0, -1, -1, 60000, -1, 0, 0, true, 1000 },
        { "5xx, tenth time: capped", MODEL_ERROR_TRANSIENT, 10, 20, 0, 0, -1, -1, 60000, -1, 0, 0, true,
          20000 },
        { "no attempts left", MODEL_ERROR_TRANSIENT, 3, 3, 0, 0, -1, -1, 60000, -1, 0, 0, false, -1 },
        { "server says no", MODEL_ERROR_TRANSIENT, 1, 3, 0, 0, -1, -1, 60000, 0, 0, 0, false, -1 },
        { "429", MODEL_ERROR_RATE, 1, 3, 0, 0, -1, -1, 60000, -1, 0, 0, true, 500 },
        { "429 with retry-after", MODEL_ERROR_RATE, 1, 3, 0, 0, 3000, -1, 60000, -1, 0, 0, true, 3000 },
        { "429 with a small retry-after", MODEL_ERROR_RATE, 1, 3, 0, 0, 10, -1, 60000, -1, 0, 0, true, 500 },
        { "429 with a wait in its message", MODEL_ERROR_RATE, 1, 3, 0, 0, -1, 1780, 60000, -1, 0, 0, true,
          1780 },
        { "429, header before message", MODEL_ERROR_RATE, 1, 3, 0, 0, 3000, 9000, 60000, -1, 0, 0, true,
          3000 },
        { "429, longer than the deadline", MODEL_ERROR_RATE, 1, 3, 0, 0, 30000, -1, 20000, -1, 0, 0, false,
          -1 },
        { "429, longer than anybody waits", MODEL_ERROR_RATE, 1, 3, 0, 0, 130000, -1, 900000, -1, 0, 0, false,
          -1 },
        { "slow_down", MODEL_ERROR_RATE, 1, 3, 0, 0, -1, -1, 60000, -1, 1, 0, true, 2000 },
        { "overload", MODEL_ERROR_OVERLOAD, 2, 3, 0, 0, -1, -1, 60000, -1, 0, 0, true, 4000 },
        { "overload, capped", MODEL_ERROR_OVERLOAD, 9, 20, 0, 0, -1, -1, 90000, -1, 0, 0, true, 60000 },
        { "timeout", MODEL_ERROR_TIMEOUT, 1, 2, 0, 0, -1, -1, 60000, -1, 0, 0, true, 500 },
        { "garbage", MODEL_ERROR_PROTOCOL, 1, 2, 0, 0, -1, -1, 60000, -1, 0, 0, true, 500 },
        { "quota", MODEL_ERROR_QUOTA, 1, 9, 0, 0, -1, -1, 60000, -1, 0, 0, false, -1 },
        { "quota, whatever the header says", MODEL_ERROR_QUOTA, 1, 9, 0, 0, 1, -1, 60000, 1, 0, 0, false,
          -1 },
        { "auth", MODEL_ERROR_AUTH, 1, 9, 0, 0, -1, -1, 60000, -1, 0, 0, false, -1 },
        { "auth, but the server says so", MODEL_ERROR_AUTH, 1, 9, 0, 0, -1, -1, 60000, 1, 0, 0, true, 500 },
        { "not found", MODEL_ERROR_NOT_FOUND, 1, 9, 0, 0, -1, -1, 60000, -1, 0, 0, false, -1 },
        { "too long", MODEL_ERROR_TOO_LONG, 1, 9, 0, 0, -1, -1, 60000, -1, 0, 0, false, -1 },
        { "policy", MODEL_ERROR_POLICY, 1, 9, 0, 0, -1, -1, 60000, -1, 0, 0, false, -1 },
        { "bad request", MODEL_ERROR_BAD_REQUEST, 1, 9, 0, 0, -1, -1, 60000, -1, 0, 0, false, -1 },
        { "the model's slip with a tool", MODEL_ERROR_BAD_REQUEST, 1, 9, 0, 0, -1, -1, 60000, -1, 0, 1, true,
          500 },
        { "cancelled", MODEL_ERROR_CANCELLED, 1, 9, 0, 0, -1, -1, 60000, 1, 0, 0, false, -1 },
        { "nothing is wrong", MODEL_ERROR_NONE, 1, 9, 0, 0, -1, -1, 60000, 1, 0, 0, false, -1 },
        { "text was handed on", MODEL_ERROR_TRANSIENT, 1, 3, 1, 0, -1, -1, 60000, -1, 0, 0, false, -1 },
        { "... and nobody saw it", MODEL_ERROR_TRANSIENT, 1, 3, 1, 1, -1, -1, 60000, -1, 0, 0, true, 500 },
        { "no time left", MODEL_ERROR_TRANSIENT, 1, 3, 0, 0, -1, -1, 600, -1, 0, 0, false, -1 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct server_error error = { .class = cases[i].class,
                                      .hint_ms = cases[i].message_ms,
                                      .slow_down = cases[i].slow,
                                      .resample = cases[i].resample };
        struct retry_hints hints;
        struct retry_case failed = { &error,           &hints,          cases[i].made,
                                     cases[i].most,    cases[i].handed, cases[i].restartable,
                                     cases[i].left_ms, 0.9999999 };
        struct retry_decision decision;

        retry_hints_clear(&hints);
        hints.after_ms = cases[i].after_ms;
        hints.should_retry = cases[i].should;
        decision = retry_decide(&failed);
        if (decision.again != cases[i].again)
            fail_msg("%s: again %d", cases[i].what, decision.again);
        if (cases[i].delay_ms >= 0 && llabs(decision.delay_ms - cases[i].delay_ms) > 1)
            fail_msg("%s: delay %lld", cases[i].what, (long long)decision.delay_ms);
    }
}

static void
jitter_takes_at_most_half(void **state)
{
    struct server_error error = { .class = MODEL_ERROR_TRANSIENT, .hint_ms = -1 };
    struct retry_hints hints;
    struct retry_case failed = { &error, &hints, 1, 3, false, false, 60000, 0 };

    (void)state;
    retry_hints_clear(&hints);
    assert_int_equal(retry_decide(&failed).delay_ms, 250);
    failed.dice = 0.5;
    assert_int_equal(retry_decide(&failed).delay_ms, 375);
    failed.made = 0; /* nothing was sent at all */
    assert_int_equal(retry_decide(&failed).delay_ms, 375);
}

static void
a_reset_counts_only_for_what_is_used_up(void **state)
{
    struct server_error error = { .class = MODEL_ERROR_RATE, .hint_ms = -1 };
    struct retry_hints hints;
    struct retry_case failed = { &error, &hints, 1, 3, false, false, 60000, 0 };

    (void)state;
    retry_hints_clear(&hints);
    hints.requests_left = 0;
    hints.requests_reset_ms = 4000;
    hints.tokens_left = 17;
    hints.tokens_reset_ms = 9000;
    assert_int_equal(retry_decide(&failed).retry_after_ms, 4000);
    hints.tokens_left = 0;
    assert_int_equal(retry_decide(&failed).retry_after_ms, 9000);
    error.class = MODEL_ERROR_OVERLOAD;
    assert_int_equal(retry_decide(&failed).retry_after_ms, 9000);
    error.class = MODEL_ERROR_TRANSIENT;
    assert_int_equal(retry_decide(&failed).retry_after_ms, -1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations_are_read_as_go_writes_them),
        cmocka_unit_test(headers_become_hints),
        cmocka_unit_test(the_policy_row_by_row),
        cmocka_unit_test(jitter_takes_at_most_half),
        cmocka_unit_test(a_reset_counts_only_for_what_is_used_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
