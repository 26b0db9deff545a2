#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/json.h"

static json_t *
json(const char *text)
{
    json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);

    assert_non_null(value);
    return value;
}

struct patched {
    const char *document, *patch, *expected; /* NULL: the patch is refused and changes nothing */
};

/* RFC 6902's appendix A, and what a frontend may send by mistake. */
static const struct patched cases[] = {
    { "{'foo':'bar'}", "[{'op':'add','path':'/baz','value':'qux'}]", "{'foo':'bar','baz':'qux'}" },
    { "{'foo':['bar','baz']}", "[{'op':'add','path':'/foo/1','value':'qux'}]",
      "{'foo':['bar','qux','baz']}" },
    { "{'foo':['bar']}", "[{'op':'add','path':'/foo/-','value':['a']}]", "{'foo':['bar',['a']]}" },
    { "{'baz':'qux','foo':'bar'}", "[{'op':'remove','path':'/baz'}]", "{'foo':'bar'}" },
    { "{'foo':['bar','qux','baz']}", "[{'op':'remove','path':'/foo/1'}]", "{'foo':['bar','baz']}" },
    { "{'baz':'qux'}", "[{'op':'replace','path':'/baz','value':'boo'}]", "{'baz':'boo'}" },
    { "{'foo':{'bar':'baz'},'qux':{}}", "[{'op':'move','from':'/foo/bar','path':'/qux/thud'}]",
      "{'foo':{},'qux':{'thud':'baz'}}" },
    { "{'a':1}", "[{'op':'copy','from':'/a','path':'/b'}]", "{'a':1,'b':1}" },
    { "{'baz':'qux'}", "[{'op':'test','path':'/baz','value':'qux'}]", "{'baz':'qux'}" },
    { "{'baz':'qux'}", "[{'op':'test','path':'/baz','value':'bar'}]", NULL },
    { "{'size.letters':1,'a/b':2,'m~n':3}", "[{'op':'remove','path':'/a~1b'},{'op':'remove','path':'/m~0n'}]",
      "{'size.letters':1}" },
    { "{'foo':1}", "[{'op':'replace','path':'','value':{'x':1}}]", "{'x':1}" },
    { "{'foo':1}", "[{'op':'remove','path':'/bar'}]", NULL },
    { "{'foo':1}", "[{'op':'remove','path':'/foo'},{'op':'remove','path':'/foo'}]", NULL },
    { "{'foo':1}", "[{'op':'remove','path':''}]", NULL },
    { "{'foo':1}", "[{'op':'add','path':'/a/b','value':1}]", NULL },
    { "{'foo':[1]}", "[{'op':'add','path':'/foo/2','value':1}]", NULL },
    { "{'foo':[1]}", "[{'op':'add','path':'/foo/01','value':1}]", NULL },
    { "{'foo':[1]}", "[{'op':'remove','path':'/foo/-'}]", NULL },
    { "{'foo':1}", "[{'op':'add','path':'foo','value':1}]", NULL },
    { "{'foo':1}", "[{'op':'add','path':'/a~2','value':1}]", NULL },
    { "{'foo':1}", "[{'op':'add','path':'/a'}]", NULL },
    { "{'foo':1}", "[{'op':'burn','path':'/foo'}]", NULL },
    { "{'foo':1}", "[{'op':'remove'}]", NULL },
    { "{'foo':{'a':1}}", "[{'op':'move','from':'/foo','path':'/foo/a'}]", NULL },
    { "{'foo':1}", "[{'op':'move','from':'/bar','path':'/baz'}]", NULL },
    { "{'foo':1}", "{'op':'remove','path':'/foo'}", NULL },
    { "{'foo':1}", "[3]", NULL },
};

static json_t *
quoted(const char *text)
{
    char *copy = strdup(text);
    json_t *value;

    for (char *c = copy; *c != '\0'; c++)
        if (*c == '\'')
            *c = '"';
    value = json(copy);
    free(copy);
    return value;
}

static void
a_patch_applies_whole_or_not_at_all(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *document = quoted(cases[i].document), *patch = quoted(cases[i].patch);
        json_t *expected = quoted(cases[i].expected != NULL ? cases[i].expected : cases[i].document);
        char why[80] = "";

        if (json_patch(&document, patch, why) != (cases[i].expected != NULL ? 0 : -1))
            fail_msg("case %zu %s: %s", i, cases[i].patch, why);
        assert_true(json_equal(document, expected));
        assert_true((why[0] == '\0') == (cases[i].expected != NULL));
        json_decref(document);
        json_decref(patch);
        json_decref(expected);
    }
}

/* Each copy of the whole into itself doubles it: 64 of them fit into one frame, and into no memory. */
static void
copies_that_double_the_document_do_not_fit(void **state)
{
    json_t *document = json("{\"a\":{}}"), *patch = json_array();
    char why[80] = "", path[16];

    (void)state;
    for (int i = 0; i < 30; i++) {
        snprintf(path, sizeof path, "/%d", i);
        json_array_append_new(patch, json_pack("{s:s,s:s,s:s}", "op", "copy", "from", "", "path", path));
    }
    assert_int_equal(json_patch(&document, patch, why), -1);
    assert_non_null(strstr(why, "copy"));
    assert_int_equal(json_object_size(document), 1);
    json_decref(document);
    json_decref(patch);
}

static void
values_are_counted_before_they_are_parsed(void **state)
{
    static const struct {
        const char *text;
        size_t values;
    } counted[] = {
        { "", 1 },
        { "[]", 2 },
        { "[{},{},{}]", 7 },
        { "{'a':1,'b':[2,3]}", 5 },
        { "['a,b[{', 1]", 3 },
        { "['a\\',[[[',1]", 3 },
        { "['a\\\\',[[[[]", 7 },
        { "['never closed ,,,[", 2 },
        { "['\\", 2 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof counted / sizeof *counted; i++) {
        char text[64];
        size_t size = strlen(counted[i].text);

        for (size_t n = 0; n <= size; n++)
            text[n] = counted[i].text[n] == '\'' ? '"' : counted[i].text[n];
        assert_true(json_has_more(text, size, counted[i].values - 1));
        assert_false(json_has_more(text, size, counted[i].values));
    }
}

static void
wrong_types_give_the_other_value(void **state)
{
    json_t *object = json("{\"n\":3,\"r\":2.6,\"s\":\"x\",\"huge\":1e300}");

    (void)state;
    assert_int_equal(json_number(object, "n", 9), 3);
    assert_int_equal(json_number(object, "r", 9), 3);
    assert_int_equal(json_number(object, "s", 9), 9);
    assert_int_equal(json_number(object, "huge", 9), 9);
    assert_int_equal(json_number(NULL, "n", 9), 9);
    assert_string_equal(json_text(object, "s", "o"), "x");
    assert_string_equal(json_text(object, "n", "o"), "o");
    json_decref(object);
}

static void
duplicate_keys_are_refused(void **state)
{
    char why[80];

    (void)state;
    assert_null(json_read("{\"a\":1,\"a\":2}", 13, why));
    assert_non_null(strstr(why, "uplicate"));
}

static void
what_is_written_reads_back(void **state)
{
    json_t *value = json("{\"a\":[1,0.1,\"\\u00e9\",null,true]}"), *back;
    char *text = json_string_of(value);

    (void)state;
    assert_string_equal(text, "{\"a\":[1,0.1,\"\xC3\xA9\",null,true]}");
    back = json(text);
    assert_true(json_equal(value, back));
    json_decref(value);
    json_decref(back);
    free(text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_patch_applies_whole_or_not_at_all),
        cmocka_unit_test(copies_that_double_the_document_do_not_fit),
        cmocka_unit_test(values_are_counted_before_they_are_parsed),
        cmocka_unit_test(wrong_types_give_the_other_value),
        cmocka_unit_test(duplicate_keys_are_refused),
        cmocka_unit_test(what_is_written_reads_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
