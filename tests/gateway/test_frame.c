#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/frame.h"

static const char *
ancestors(const char *embedders, char policy[FRAME_POLICY_SIZE])
{
    frame_policy(embedders, policy);
    assert_ptr_equal(strstr(policy, "default-src 'self'"), policy);
    return strstr(policy, "frame-ancestors ") + strlen("frame-ancestors ");
}

static void
the_page_says_who_may_show_it(void **state)
{
    static const struct {
        const char *embedders, *ancestors;
    } cases[] = {
        { "none", "'none'" },
        { "same", "'self'" },
        { "*", "*" },
        { "https://shop.example", "https://shop.example" },
        { "https://shop.example,http://localhost:3000", "https://shop.example http://localhost:3000" },
        { "https://*.shop.example", "https://*.shop.example" },
        { "https://shop.example; script-src *", "'none'" },
    };
    char policy[FRAME_POLICY_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(ancestors(cases[i].embedders, policy), cases[i].ancestors);
}

static void
what_is_no_list_of_origins_is_not_taken(void **state)
{
    static const char *const wrong[] = { "",
                                         "shop.example",
                                         "https://",
                                         "https://shop.example/",
                                         "https://shop.example,",
                                         ",https://shop.example",
                                         "https://a b",
                                         "https://shop.example, https://b.example",
                                         "https://Shop.example",
                                         "'self'",
                                         "https://*",
                                         "ftp://shop.example" };
    char *list = malloc(2000);

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(frame_is_readable(wrong[i]));
    memset(list, 'a', 1999);
    memcpy(list, "https://", 8);
    list[1999] = '\0';
    assert_false(frame_is_readable(list));
    list[600] = '\0';
    assert_true(frame_is_readable(list));
    free(list);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_page_says_who_may_show_it),
        cmocka_unit_test(what_is_no_list_of_origins_is_not_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
