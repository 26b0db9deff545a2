#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "common/url.h"

/* What a log may say of a URL. */

static void
no_secret_is_shown(void **state)
{
    static const struct {
        const char *url, *shown;
    } samples[] = {
        { "/srv/catalogue.sqlite", "/srv/catalogue.sqlite" },
        { "/srv/what?.sqlite", "/srv/what?.sqlite" },
        { "postgresql://shop:secret@db.example:5432/shop", "postgresql://db.example:5432/shop" },
        { "postgres://db/shop?user=shop&password=secret", "postgres://db/shop" },
        { "postgresql://shop:sec@ret@db/shop?password=a@b", "postgresql://db/shop" },
        { "postgresql:///shop?host=/run/postgresql&password=x@y", "postgresql:///shop" },
        { "postgresql://", "postgresql://" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
        assert_string_equal(url_shown(samples[i].url).text, samples[i].shown);
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(no_secret_is_shown) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
