#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/postgres.h"

/* The text forms, and servers that are none; with a real one: tests/system/test_postgres.py. */

static void
a_field_is_escaped_so_that_it_stays_one(void **state)
{
    static const struct {
        const char *text, *wanted;
    } samples[] = { { NULL, "\\N" },        { "", "" },
                    { "shirt", "shirt" },   { "a\tb\nc\rd", "a\\tb\\nc\\rd" },
                    { "\\", "\\\\" },       { "\\.", "\\\\." },
                    { "\\N", "\\\\N" },     { "\b\f\v", "\\b\\f\\v" },
                    { "Café\t", "Café\\t" } };

    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct buffer rows = { 0 };

        postgres_field(&rows, samples[i].text);
        assert_string_equal(buffer_string(&rows), samples[i].wanted);
        buffer_clear(&rows);
    }
}

static void
an_element_of_an_array_is_quoted(void **state)
{
    static const struct {
        const char *text, *wanted;
    } samples[] = { { "", "\"\"" },
                    { "NULL", "\"NULL\"" },
                    { "a,b}", "\"a,b}\"" },
                    { "say \"x\"", "\"say \\\"x\\\"\"" },
                    { "\\", "\"\\\\\"" } };

    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct buffer array = { 0 };

        postgres_element(&array, samples[i].text);
        assert_string_equal(buffer_string(&array), samples[i].wanted);
        buffer_clear(&array);
    }
}

/* A socket on a free port; what connects to it is never answered. */
static int
listen_anywhere(char url[64])
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;

    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, 4), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    snprintf(url, 64, "postgresql://x@127.0.0.1:%d/shop?sslmode=disable", ntohs(address.sin_port));
    return fd;
}

static void
a_server_that_says_nothing_is_waited_for_as_long_as_was_given(void **state)
{
    char url[64];
    int fd = listen_anywhere(url);
    int64_t started = clock_now_ms();

    (void)state;
    assert_null(postgres_open(url, 150, NULL));
    assert_in_range(clock_now_ms() - started, 140, 4000);
    close(fd);
}

static void
a_server_that_is_not_there_is_no_connection(void **state)
{
    char url[64];
    int fd = listen_anywhere(url);

    (void)state;
    close(fd);
    assert_null(postgres_open(url, 1000, NULL));
    assert_null(postgres_open("postgresql:///shop?host=/nonexistent", 0, NULL));
}

/* libpq would say a piece of the password. */
static void
a_url_whose_password_is_not_escaped_is_refused_before_libpq_sees_it(void **state)
{
    static const char *const urls[] = {
        "postgresql://[nowhere",          "postgresql://u:sec@ret@127.0.0.1/shop",
        "postgresql://u:sec/ret@db/shop", "postgresql://u:p%zz@db/shop",
        "postgresql://db:secret/shop",    "no URL, password=secret"
    };

    (void)state;
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++)
        assert_null(postgres_open(urls[i], 100, NULL));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_field_is_escaped_so_that_it_stays_one),
        cmocka_unit_test(an_element_of_an_array_is_quoted),
        cmocka_unit_test(a_server_that_says_nothing_is_waited_for_as_long_as_was_given),
        cmocka_unit_test(a_url_whose_password_is_not_escaped_is_refused_before_libpq_sees_it),
        cmocka_unit_test(a_server_that_is_not_there_is_no_connection),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
