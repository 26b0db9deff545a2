#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/proxy.h"

static void
who_a_request_is_from(void **state)
{
    static const struct {
        const char *peer, *forwarded, *trusted, *client;
    } cases[] = {
        { "10.0.0.1", "", "", "10.0.0.1" },
        { "10.0.0.1", "203.0.113.9", "", "10.0.0.1" }, /* nobody is believed */
        { "10.0.0.1", "203.0.113.9", "10.0.0.1", "203.0.113.9" },
        { "10.0.0.1", "203.0.113.9", "10.0.0.2, 10.0.0.1", "203.0.113.9" },
        { "10.0.0.1", "203.0.113.9", "10.0.0.0/24", "203.0.113.9" },
        { "10.0.1.1", "203.0.113.9", "10.0.0.0/24", "10.0.1.1" },
        { "10.0.1.1", "203.0.113.9", "10.0.0.0/23", "203.0.113.9" },
        { "::ffff:10.0.0.1", "203.0.113.9", "10.0.0.0/8", "203.0.113.9" },
        { "10.0.0.1", "6.6.6.6, 203.0.113.9", "10.0.0.1", "203.0.113.9" }, /* what a client wrote is not */
        { "10.0.0.1", "6.6.6.6, 203.0.113.9, 10.0.0.7", "10.0.0.0/8", "203.0.113.9" },
        { "10.0.0.1", "10.0.0.7,10.0.0.8", "10.0.0.0/8", "10.0.0.7" },
        { "10.0.0.1", "unknown", "10.0.0.1", "10.0.0.1" },
        { "10.0.0.1", " , ", "10.0.0.1", "10.0.0.1" },
        { "10.0.0.1", "203.0.113.9 ,", "10.0.0.1", "203.0.113.9" },
        { "::1", "2001:db8::5", "::1", "2001:db8::5" },
        { "2001:db8:1::9", "2001:db8::5", "2001:db8:1::/48", "2001:db8::5" },
        { "10.0.0.1", "203.0.113.9", "10.0.0.1/99, nonsense, /, 300.1.1.1", "10.0.0.1" },
        { "10.0.0.1", "203.0.113.9", "10.0.0.1/-200", "10.0.0.1" },
        { "", "203.0.113.9", "0.0.0.0/0", "" },
    };
    char client[64], longest[300];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        proxy_client(cases[i].peer, cases[i].forwarded, cases[i].trusted, client, sizeof client);
        if (strcmp(client, cases[i].client) != 0)
            fail_msg("case %zu is %s", i, client);
    }
    memset(longest, '1', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    proxy_client("10.0.0.1", longest, longest, client, sizeof client);
    assert_string_equal(client, "10.0.0.1");
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(who_a_request_is_from) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
