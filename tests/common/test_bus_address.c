/* Endpoints as an operator writes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "common/bus_address.h"

static void
a_list_has_its_endpoints_in_turn(void **state)
{
    static const char list[] = "ipc://bus/a,tcp://b:1,ipc:///c";
    static const char *const wanted[] = { "ipc:///s/bus/a", "tcp://b:1", "ipc:///c" };

    (void)state;
    for (int i = 0; i < 3; i++) {
        char *endpoint = bus_address_at(list, i, "/s");

        assert_string_equal(endpoint, wanted[i]);
        free(endpoint);
    }
    assert_null(bus_address_at(list, 3, "/s"));
    assert_null(bus_address_at("", 0, "/s"));
}

static void
what_connects_needs_a_port_and_between_machines_keys(void **state)
{
    static const struct {
        const char *endpoint;
        bool binds, has_keys;
        int status;
    } cases[] = {
        { "tcp://tasks.orchestrator:9000", false, true, 0 },
        { "tcp://tasks.orchestrator:9000", false, false, -1 },
        { "tcp://10.0.0.1:9000", false, true, 0 },
        { "tcp://localhost:9000", false, false, 0 },
        { "tcp://127.0.0.1:9000", false, false, 0 },
        { "tcp://[::1]:9000", false, false, 0 },
        { "tcp://[fd00::1]:9000", false, true, 0 },
        { "tcp://orchestrator", false, true, -1 },
        { "tcp://orchestrator:", false, true, -1 },
        { "tcp://:9000", false, true, -1 },
        { "tcp://orchestrator:bus", false, true, -1 },
        { "tcp://orchestrator:9000x", false, true, -1 },
        { "tcp://orchestrator:0", false, true, -1 },
        { "tcp://orchestrator:65536", false, true, -1 },
        { "tcp://*:9000", true, true, 0 },
        { "tcp://127.0.0.1:*", true, false, 0 },
        { "udp://orchestrator:9000", false, true, -1 },
        { "ipc:///run/bus", false, false, 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(bus_address_check(cases[i].endpoint, cases[i].binds, cases[i].has_keys),
                         cases[i].status);
}

static void
a_host_is_a_name_when_it_is_no_address(void **state)
{
    static const struct {
        const char *endpoint, *host;
    } cases[] = {
        { "tcp://tasks.orchestrator:9000", "tasks.orchestrator" },
        { "tcp://localhost:9000", "localhost" },
        { "tcp://10.0.0.1.example:9000", "10.0.0.1.example" },
        { "tcp://10.0.0.1:9000", NULL },
        { "tcp://[fd00::1]:9000", NULL },
        { "tcp://fd00::1:9000", NULL },
        { "tcp://eth0;orchestrator:9000", NULL },
        { "ipc:///run/bus:9000", NULL },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *host = bus_address_host(cases[i].endpoint);

        if (cases[i].host == NULL)
            assert_null(host);
        else
            assert_string_equal(host, cases[i].host);
        free(host);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_has_its_endpoints_in_turn),
        cmocka_unit_test(what_connects_needs_a_port_and_between_machines_keys),
        cmocka_unit_test(a_host_is_a_name_when_it_is_no_address),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
