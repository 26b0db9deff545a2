#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/route.h"

static void
every_path_has_its_route(void **state)
{
    static const struct {
        const char *path;
        enum route route;
        const char *id;
    } cases[] = {
        { "/", ROUTE_FILE, "index.html" },
        { "/app.js", ROUTE_FILE, "app.js" },
        { "/style/page.css", ROUTE_FILE, "style/page.css" },
        { "/.env", ROUTE_FILE, "" },
        { "/a//b", ROUTE_FILE, "" },
        { "/a/../b", ROUTE_FILE, "" },
        { "/a/", ROUTE_FILE, "" },
        { "/a b", ROUTE_FILE, "" },
        { "//etc/passwd", ROUTE_FILE, "" },
        { "/pictures/camp-shirt.svg", ROUTE_PICTURE, "camp-shirt.svg" },
        { "/pictures/Shirt.svg", ROUTE_PICTURE, "" },
        { "/pictures/.svg", ROUTE_PICTURE, "" },
        { "/pictures/a.png", ROUTE_PICTURE, "" },
        { "/pictures/a/b.svg", ROUTE_PICTURE, "" },
        { "/healthz", ROUTE_HEALTH, "" },
        { "/readyz", ROUTE_READY, "" },
        { "/metrics", ROUTE_METRICS, "" },
        { "/ws", ROUTE_SOCKET, "" },
        { "/agui", ROUTE_AGUI, "" },
        { "/api/chat", ROUTE_CHAT, "" },
        { "/api/chat/c-1/stream", ROUTE_CHAT_TAIL, "c-1" },
        { "/api/chat//stream", ROUTE_FILE, "" },
        { "/api/chat/a/b/stream", ROUTE_BAD_ID, "a/b" },
        { "/threads/t1", ROUTE_THREAD, "t1" },
        { "/threads/a b", ROUTE_BAD_ID, "a b" },
        { "/threads/", ROUTE_FILE, "" },
        { "/runs/r1/abort", ROUTE_ABORT, "r1" },
        { "/runs/r1", ROUTE_FILE, "runs/r1" },
        { "/runs/abort", ROUTE_FILE, "runs/abort" },
    };
    char id[RUN_ID_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enum route route = route_find(cases[i].path, id);

        if (route != cases[i].route || strcmp(id, cases[i].id) != 0)
            fail_msg("%s is route %d with id '%s'", cases[i].path, (int)route, id);
    }
}

static void
long_ids_are_bad_and_long_files_are_none(void **state)
{
    char path[400] = "/threads/", id[RUN_ID_SIZE];

    (void)state;
    memset(path + 9, 'x', 129);
    assert_int_equal(route_find(path, id), ROUTE_BAD_ID);
    path[9 + 128] = '\0';
    assert_int_equal(route_find(path, id), ROUTE_THREAD);
    memset(path + 1, 'x', 300);
    assert_int_equal(route_find(path, id), ROUTE_FILE);
    assert_string_equal(id, "");
}

static void
allow_names_the_methods(void **state)
{
    (void)state;
    assert_string_equal(route_allow(route_methods(ROUTE_FILE)), "GET, HEAD, OPTIONS");
    assert_string_equal(route_allow(route_methods(ROUTE_AGUI)), "POST, OPTIONS");
    assert_string_equal(route_allow(route_methods(ROUTE_METRICS)), "GET, OPTIONS");
    assert_string_equal(route_allow(route_methods(ROUTE_THREAD)), "GET, HEAD, DELETE, OPTIONS");
    assert_string_equal(route_allow(route_methods(ROUTE_BAD_ID)), "GET, HEAD, POST, DELETE, OPTIONS");
    assert_true(route_is_api(ROUTE_CHAT_TAIL) && !route_is_api(ROUTE_PICTURE));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_path_has_its_route),
        cmocka_unit_test(long_ids_are_bad_and_long_files_are_none),
        cmocka_unit_test(allow_names_the_methods),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
