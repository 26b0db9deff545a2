#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "wardrobe/catalogue.h"

/* What a log may say of where a catalogue is; the rest of it: test_search.c, and the system tests. */

static void
a_name_has_no_secrets(void **state)
{
    static const struct {
        const char *path, *name;
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
        assert_string_equal(catalogue_name(samples[i].path), samples[i].name);
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_name_has_no_secrets) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
