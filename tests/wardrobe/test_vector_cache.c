#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wardrobe/vector_cache.h"

static char path[] = "/tmp/test_vector_cache_XXXXXX";

static int
make_path(void **state)
{
    (void)state;
    strcpy(path + sizeof path - 7, "XXXXXX");
    int fd = mkstemp(path);

    return fd < 0 ? -1 : close(fd);
}

static int
remove_path(void **state)
{
    (void)state;
    return unlink(path);
}

static off_t
file_size(void)
{
    struct stat about;

    assert_int_equal(stat(path, &about), 0);
    return about.st_size;
}

/* Vectors FROM to TO, each its number in the first place. */
static void
add(struct vector_cache *cache, uint64_t from, uint64_t to, uint32_t dimensions)
{
    for (uint64_t i = from; i < to; i++) {
        float floats[64] = { (float)i, 100 };

        assert_int_equal(vector_cache_add(cache, i << 16, floats, dimensions), 0);
    }
}

static struct vector_cache *
reopen(struct vector_cache *cache, bool forget)
{
    if (cache != NULL)
        vector_cache_close(&cache, forget);
    cache = vector_cache_open(path);
    assert_non_null(cache);
    return cache;
}

static void
what_was_added_is_there_when_it_is_opened_again(void **state)
{
    struct vector_cache *cache = reopen(NULL, false);
    int8_t codes[64];

    (void)state;
    assert_int_equal(vector_cache_dimensions(cache), 0);
    assert_false(vector_cache_has(cache, 7 << 16));
    add(cache, 1, 5000, 33);
    add(cache, 1, 10, 33); /* once more: nothing happens */
    cache = reopen(cache, false);
    assert_int_equal(vector_cache_dimensions(cache), 33);
    for (uint64_t i = 1; i < 5000; i++)
        assert_true(vector_cache_has(cache, i << 16));
    assert_true(vector_cache_fetch(cache, 100 << 16, codes) > 0);
    assert_int_equal(codes[0], 127);
    assert_int_equal(codes[1], 127);
    assert_int_equal(codes[2], 0);
    assert_true(vector_cache_fetch(cache, 9000u << 16, codes) == 0);
    vector_cache_close(&cache, false);
    vector_cache_close(&cache, false);
}

static void
a_record_that_was_cut_is_dropped(void **state)
{
    struct vector_cache *cache = reopen(NULL, false);

    (void)state;
    add(cache, 1, 11, 32);
    vector_cache_close(&cache, false);
    off_t whole = file_size();

    assert_int_equal(truncate(path, whole - 5), 0);
    cache = reopen(NULL, false);
    assert_true(vector_cache_has(cache, 9 << 16));
    assert_false(vector_cache_has(cache, 10 << 16));
    add(cache, 10, 11, 32);
    cache = reopen(cache, false);
    assert_true(vector_cache_has(cache, 10 << 16));
    vector_cache_close(&cache, false);
    assert_int_equal(file_size(), whole);
}

static void
what_is_no_cache_begins_anew(void **state)
{
    FILE *file = fopen(path, "w");
    struct vector_cache *cache;

    (void)state;
    fputs("something else, of some length, that is no cache of ours", file);
    fclose(file);
    cache = reopen(NULL, false);
    assert_int_equal(vector_cache_dimensions(cache), 0);
    assert_int_equal(file_size(), 0);
    vector_cache_close(&cache, false);
}

static void
other_dimensions_begin_anew(void **state)
{
    struct vector_cache *cache = reopen(NULL, false);

    (void)state;
    add(cache, 1, 5, 32);
    add(cache, 5, 6, 64);
    assert_false(vector_cache_has(cache, 1 << 16));
    cache = reopen(cache, false);
    assert_int_equal(vector_cache_dimensions(cache), 64);
    assert_true(vector_cache_has(cache, 5 << 16));
    vector_cache_close(&cache, false);
}

static void
what_no_import_wants_any_more_is_forgotten(void **state)
{
    struct vector_cache *cache = reopen(NULL, false);
    int8_t codes[32];

    (void)state;
    add(cache, 1, 100, 32);
    cache = reopen(cache, true); /* all were added just now */
    assert_true(vector_cache_has(cache, 50 << 16));
    for (uint64_t i = 1; i < 20; i++)
        assert_true(vector_cache_fetch(cache, i << 16, codes) > 0);
    cache = reopen(cache, false); /* the import failed */
    assert_true(vector_cache_has(cache, 50 << 16));
    for (uint64_t i = 1; i < 20; i++)
        assert_true(vector_cache_fetch(cache, i << 16, codes) > 0);
    cache = reopen(cache, true);
    assert_false(vector_cache_has(cache, 50 << 16));
    for (uint64_t i = 1; i < 20; i++)
        assert_true(vector_cache_fetch(cache, i << 16, codes) > 0);
    vector_cache_close(&cache, false);
}

static void
where_nothing_can_be_written_there_is_none(void **state)
{
    (void)state;
    assert_null(vector_cache_open("/nowhere/at/all"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_added_is_there_when_it_is_opened_again, make_path,
                                        remove_path),
        cmocka_unit_test_setup_teardown(a_record_that_was_cut_is_dropped, make_path, remove_path),
        cmocka_unit_test_setup_teardown(what_is_no_cache_begins_anew, make_path, remove_path),
        cmocka_unit_test_setup_teardown(other_dimensions_begin_anew, make_path, remove_path),
        cmocka_unit_test_setup_teardown(what_no_import_wants_any_more_is_forgotten, make_path, remove_path),
        cmocka_unit_test(where_nothing_can_be_written_there_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
