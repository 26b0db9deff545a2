#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "gateway/asset.h"

static void
types_go_by_the_ending(void **state)
{
    (void)state;
    assert_string_equal(asset_type("index.html"), "text/html; charset=utf-8");
    assert_string_equal(asset_type("a.b/x.js"), "text/javascript; charset=utf-8");
    assert_string_equal(asset_type("x.svg"), "image/svg+xml");
    assert_null(asset_type("x"));
    assert_null(asset_type("x.conf"));
    assert_null(asset_type("x."));
}

static void
only_plain_paths_are_looked_for(void **state)
{
    (void)state;
    assert_true(asset_is_plain("a/b-c_d.0/e.js"));
    assert_false(asset_is_plain(""));
    assert_false(asset_is_plain("/a"));
    assert_false(asset_is_plain("a/"));
    assert_false(asset_is_plain("a//b"));
    assert_false(asset_is_plain("../a"));
    assert_false(asset_is_plain("a/../b"));
    assert_false(asset_is_plain("a/.b"));
    assert_false(asset_is_plain("a b"));
    assert_false(asset_is_plain("a\\b"));
}

static void
a_picture_is_tinted_wherever_its_token_is(void **state)
{
    const char *picture = "#c0ffee a #C0FFEE#c0ffe #c0ffee";
    struct buffer out = { 0 };

    (void)state;
    asset_tint(picture, strlen(picture), "123abc", &out);
    assert_string_equal(out.bytes, "#123abc a #123abc#c0ffe #123abc");
    buffer_reset(&out);
    asset_tint("abc", 3, "123abc", &out);
    assert_string_equal(out.bytes, "abc");
    buffer_reset(&out);
    asset_tint(picture, 6, "123abc", &out); /* the token is cut off */
    assert_string_equal(out.bytes, "#c0ffe");
    buffer_clear(&out);
}

static void
colours_are_six_hexadecimal_digits(void **state)
{
    (void)state;
    assert_true(asset_is_colour("1f2A48"));
    assert_false(asset_is_colour("12345"));
    assert_false(asset_is_colour("1234567"));
    assert_false(asset_is_colour("white!"));
    assert_true(asset_is_picture("camp-shirt2.svg"));
    assert_false(asset_is_picture(".svg"));
    assert_false(asset_is_picture("a/b.svg"));
    assert_false(asset_is_picture("a.svg.svg"));
}

static void
put(const char *folder, const char *name, const char *text)
{
    char path[300];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void
files_are_read_from_inside_of_the_folder_alone(void **state)
{
    char folder[] = "/tmp/asset-XXXXXX", inner[300], link[300], outside[300];
    struct buffer out = { 0 };

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(inner, sizeof inner, "%s/web", folder);
    snprintf(link, sizeof link, "%s/web/link", folder);
    snprintf(outside, sizeof outside, "%s/outside", folder);
    assert_int_equal(mkdir(inner, 0700), 0);
    put(folder, "outside", "no");
    put(inner, "file", "yes");
    put(inner, "empty", "");
    assert_int_equal(symlink(outside, link), 0);

    assert_int_equal(asset_read(inner, "file", &out), 0);
    assert_string_equal(out.bytes, "yes");
    assert_int_equal(asset_read(inner, "empty", &out), 0);
    assert_int_equal(asset_read(inner, "link", &out), -1);
    assert_int_equal(asset_read(inner, "../outside", &out), -1);
    assert_int_equal(asset_read(inner, ".", &out), -1);
    assert_int_equal(asset_read(folder, "web", &out), -1); /* a folder is no file */
    assert_int_equal(asset_read(inner, "nothing", &out), -1);
    assert_int_equal(asset_read("/nowhere", "file", &out), -1);
    assert_int_equal(out.size, 3);
    buffer_clear(&out);
    remove(link);
    put(inner, "file", "");
    snprintf(link, sizeof link, "%s/web/file", folder);
    remove(link);
    snprintf(link, sizeof link, "%s/web/empty", folder);
    remove(link);
    remove(inner);
    remove(outside);
    remove(folder);
}

static void
a_tag_changes_with_the_bytes(void **state)
{
    char one[20], other[20];

    (void)state;
    asset_tag("abc", 3, one);
    asset_tag("abd", 3, other);
    assert_string_not_equal(one, other);
    assert_int_equal(strlen(one), 18);
    asset_tag("abc", 3, other);
    assert_string_equal(one, other);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types_go_by_the_ending),
        cmocka_unit_test(only_plain_paths_are_looked_for),
        cmocka_unit_test(a_picture_is_tinted_wherever_its_token_is),
        cmocka_unit_test(colours_are_six_hexadecimal_digits),
        cmocka_unit_test(files_are_read_from_inside_of_the_folder_alone),
        cmocka_unit_test(a_tag_changes_with_the_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
