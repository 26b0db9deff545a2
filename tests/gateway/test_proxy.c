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
        { "10.0.0.1", "203.0.113.9", "10.0.0.0/x", "10.0.0.1" }, /* no net at all is not every net */
        { "10.0.0.1", "203.0.113.9", "10.0.0.0/", "10.0.0.1" },
        { "10.0.0.1", "203.0.113.9", "10.0.0.0/8x", "10.0.0.1" },
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

static void
what_cannot_be_read_is_found_at_start(void **state)
{
    static const char *const wrong[] = { "10.0.0.0/x",  "10.0.0.0/", "10.0.0.0/33",      "::/129",
                                         "10.0.0.1/-1", "gateway",   "10.0.0.1,nonsense" };
    char longest[300];

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (proxy_is_readable(wrong[i]))
            fail_msg("%s can be read", wrong[i]);
    memset(longest, '1', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_false(proxy_is_readable(longest));
    assert_true(proxy_is_readable(""));
    assert_true(proxy_is_readable(" 10.0.0.1, 192.168.0.0/16 ,::1,2001:db8::/48"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(who_a_request_is_from),
                                        cmocka_unit_test(what_cannot_be_read_is_found_at_start) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
