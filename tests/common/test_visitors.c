#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <sys/socket.h>

#include "common/visitors.h"

static struct visitor *
come(struct visitors *visitors, const char *text)
{
    struct sockaddr_in four = { .sin_family = AF_INET };
    struct sockaddr_in6 six = { .sin6_family = AF_INET6 };

    if (inet_pton(AF_INET, text, &four.sin_addr) == 1)
        return visitors_come(visitors, (struct sockaddr *)&four);
    assert_int_equal(inet_pton(AF_INET6, text, &six.sin6_addr), 1);
    return visitors_come(visitors, (struct sockaddr *)&six);
}

static void
each_address_has_its_own_count(void **state)
{
    struct visitors *visitors = visitors_new();
    struct visitor *one = come(visitors, "192.0.2.1"), *other = come(visitors, "192.0.2.2");

    (void)state;
    assert_ptr_not_equal(one, other);
    assert_ptr_equal(come(visitors, "192.0.2.1"), one);
    assert_int_equal(visitor_count(one), 2);
    assert_int_equal(visitor_count(other), 1);
    visitors_leave(visitors, other);
    visitors_leave(visitors, one);
    assert_int_equal(visitor_count(one), 1);
    visitors_leave(visitors, one);
    visitors_leave(visitors, NULL);
    assert_int_equal(visitor_count(come(visitors, "192.0.2.1")), 1); /* it began anew */
    visitors_destroy(&visitors);
    assert_null(visitors);
}

static void
an_ipv6_address_is_its_first_half_and_a_mapped_one_is_ipv4(void **state)
{
    struct visitors *visitors = visitors_new();
    struct visitor *net = come(visitors, "2001:db8:1:2::1"), *four = come(visitors, "192.0.2.1");

    (void)state;
    assert_ptr_equal(come(visitors, "2001:db8:1:2:ffff:ffff:ffff:ffff"), net);
    assert_ptr_not_equal(come(visitors, "2001:db8:1:3::1"), net);
    assert_ptr_equal(come(visitors, "::ffff:192.0.2.1"), four);
    assert_ptr_not_equal(come(visitors, "::1"), four);
    assert_null(visitors_come(visitors, &(struct sockaddr) { .sa_family = AF_UNIX }));
    visitors_destroy(&visitors);
}

static void
thousands_come_and_go(void **state)
{
    struct visitors *visitors = visitors_new();
    static struct visitor *all[20000];
    char text[32];

    (void)state;
    for (int i = 0; i < 20000; i++) {
        snprintf(text, sizeof text, "10.%d.%d.1", i / 200 % 200, i % 200);
        all[i] = come(visitors, text);
    }
    assert_int_equal(visitor_count(all[7]), 1);
    for (int i = 0; i < 20000; i += 2)
        visitors_leave(visitors, all[i]);
    assert_ptr_equal(come(visitors, "10.0.7.1"), all[7]);
    assert_int_equal(visitor_count(all[7]), 2);
    visitors_destroy(&visitors);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_address_has_its_own_count),
        cmocka_unit_test(an_ipv6_address_is_its_first_half_and_a_mapped_one_is_ipv4),
        cmocka_unit_test(thousands_come_and_go),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
