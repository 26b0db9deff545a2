#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/origin.h"

static void
who_may_connect(void **state)
{
    static const struct {
        const char *origin, *allowed, *host;
        bool may, foreign;
    } cases[] = {
        { "", "same", "a.example", true, false },
        { "https://a.example", "same", "a.example", true, false },
        { "HTTPS://A.example", "same", "a.EXAMPLE", true, false },
        { "http://a.example:8080", "same", "a.example:8080", true, false },
        { "http://a.example:8080", "same", "a.example", false, false },
        { "https://a.example.evil", "same", "a.example", false, false },
        { "null", "same", "a.example", false, false },
        { "null", "*", "a.example", true, true },
        { "https://x.example", "*", "a.example", true, true },
        { "https://x.example", "", "a.example", false, false },
        { "https://", "same", "", false, false },
        { "https://x.example", "https://y.example, https://x.example", "a", true, true },
        { "https://x.example", "https://y.example,https://x.example/", "a", true, true },
        { "https://x.example", "https://x.example.evil", "a", false, false },
        { "https://x.exampl", "https://x.example", "a", false, false },
        { "http://x.example", "https://x.example", "a", false, false },
        { "https://a.example", "https://x.example", "a.example", true, false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (origin_is_allowed(cases[i].origin, cases[i].allowed, cases[i].host) != cases[i].may ||
            origin_is_foreign(cases[i].origin, cases[i].allowed, cases[i].host) != cases[i].foreign)
            fail_msg("case %zu: %s with %s", i, cases[i].origin, cases[i].allowed);
    }
}

static void
this_machine_has_few_names(void **state)
{
    static const char *const ours[] = { "localhost", "LocalHost:8080", "127.0.0.1", "127.0.0.1:80",
                                        "127.1.2.3", "[::1]",          "[::1]:8080" };
    static const char *const others[] = { "",
                                          "evil.example",
                                          "127.0.0.1.evil.example",
                                          "localhost.evil.example",
                                          "localhosts",
                                          "[::1",
                                          "[::2]",
                                          "[",
                                          "10.0.0.1",
                                          "evil.com:8080",
                                          "evilevile",
                                          "127.0.0.1x" };

    (void)state;
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        assert_true(origin_is_this_machine(ours[i]));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (origin_is_this_machine(others[i]))
            fail_msg("%s", others[i]);
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(who_may_connect),
                                        cmocka_unit_test(this_machine_has_few_names) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
