#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "common/options.h"

static enum options_outcome
read_with(struct options *options, const char *daemon, char *first, char *second)
{
    char *argv[] = { (char *)(uintptr_t)daemon, first, second, NULL };

    return options_read(options, daemon, first == NULL ? 1 : second == NULL ? 2 : 3, argv);
}

static void
defaults_give_way_to_the_environment_and_that_to_flags(void **state)
{
    struct options options;

    (void)state;
    unsetenv("ENSEMBLE_PORT");
    assert_int_equal(read_with(&options, "gateway", NULL, NULL), OPTIONS_OK);
    assert_int_equal(options.port, 8080);
    assert_string_equal(options.address, "127.0.0.1");
    options_clear(&options);
    setenv("ENSEMBLE_PORT", "9000", 1);
    assert_int_equal(read_with(&options, "gateway", NULL, NULL), OPTIONS_OK);
    assert_int_equal(options.port, 9000);
    options_clear(&options);
    assert_int_equal(read_with(&options, "gateway", "--port=9001", NULL), OPTIONS_OK);
    assert_int_equal(options.port, 9001);
    options_clear(&options);
    assert_int_equal(read_with(&options, "gateway", "--port", "9002"), OPTIONS_OK);
    assert_int_equal(options.port, 9002);
    options_clear(&options);
    setenv("ENSEMBLE_PORT", "", 1); /* set to nothing, as compose does: the default */
    assert_int_equal(read_with(&options, "gateway", NULL, NULL), OPTIONS_OK);
    assert_int_equal(options.port, 8080);
    options_clear(&options);
    unsetenv("ENSEMBLE_PORT");
}

static void
bad_options_are_refused(void **state)
{
    static char *const bad[][2] = {
        { "--port=abc", NULL },    { "--port=", NULL },
        { "--port=-1", NULL },     { "--port", NULL },
        { "port=1", NULL },        { "--nothing", "1" },
        { "--store", "x.sqlite" }, { "--port=99999999999999999999", NULL },
        { "--port=65536", NULL },
    };
    struct options options;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(read_with(&options, "gateway", bad[i][0], bad[i][1]), OPTIONS_BAD);
    assert_int_equal(read_with(&options, "gateway", "--help", NULL), OPTIONS_HELP);
}

static void
a_secret_may_be_in_a_file(void **state)
{
    char path[] = "/tmp/ensemble-key-XXXXXX";
    FILE *file = fdopen(mkstemp(path), "w");
    struct options options;

    (void)state;
    fputs("sk-secret\r\n", file);
    fclose(file);
    setenv("MODEL_KEY_FILE", path, 1);
    assert_int_equal(read_with(&options, "extractor", NULL, NULL), OPTIONS_OK);
    assert_string_equal(options.model_key, "sk-secret");
    options_clear(&options);
    unlink(path);
    assert_int_equal(read_with(&options, "extractor", NULL, NULL), OPTIONS_BAD);
    unsetenv("MODEL_KEY_FILE");
}

static void
only_what_is_marked_is_read_again(void **state)
{
    struct options options;
    char *argv[] = { "gateway", NULL };

    (void)state;
    assert_int_equal(read_with(&options, "gateway", NULL, NULL), OPTIONS_OK);
    setenv("ENSEMBLE_ORIGINS", "*", 1);
    setenv("ENSEMBLE_PORT", "1", 1);
    options_reload(&options, "gateway", 1, argv);
    assert_string_equal(options.origins, "*");
    assert_int_equal(options.port, 8080);
    unsetenv("ENSEMBLE_ORIGINS");
    unsetenv("ENSEMBLE_PORT");
    options_clear(&options);
}

static void
relative_paths_are_below_the_state(void **state)
{
    struct options options;
    char *path;

    (void)state;
    assert_int_equal(read_with(&options, "orchestrator", "--state-dir", "/var/e"), OPTIONS_OK);
    path = options_path(&options, "store.sqlite");
    assert_string_equal(path, "/var/e/store.sqlite");
    free(path);
    path = options_path(&options, "/else/store.sqlite");
    assert_string_equal(path, "/else/store.sqlite");
    free(path);
    options_clear(&options);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_give_way_to_the_environment_and_that_to_flags),
        cmocka_unit_test(bad_options_are_refused),
        cmocka_unit_test(a_secret_may_be_in_a_file),
        cmocka_unit_test(only_what_is_marked_is_read_again),
        cmocka_unit_test(relative_paths_are_below_the_state),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
