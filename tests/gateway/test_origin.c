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

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(who_may_connect) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
