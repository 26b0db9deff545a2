#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/model/calls.h"

/* JSON with ' for ". */
static json_t *
json(const char *text)
{
    char copy[2048];
    json_t *value;

    snprintf(copy, sizeof copy, "%s", text);
    for (char *p = copy; *p; p++)
        if (*p == '\'')
            *p = '"';
    value = json_loads(copy, 0, NULL);
    assert_non_null(value);
    return value;
}

/* Read deltas (arrays of fragments), each a chunk of its own. */
static void
feed(struct calls *calls, const char *const *deltas)
{
    for (; *deltas; deltas++) {
        json_t *delta = json(*deltas);
        json_t *fragment;
        size_t i;

        json_array_foreach(delta, i, fragment)
        {
            calls_fragment(calls, fragment, i, json_array_size(delta));
        }
        json_decref(delta);
    }
}

static void
fragments_find_their_call(void **state)
{
    static const struct {
        const char *deltas[6];
        const char *calls; /* id name arguments; */
    } cases[] = {
        { { "[{'index':0,'id':'a','function':{'name':'f','arguments':''}}]",
            "[{'index':0,'function':{'arguments':'{1'}}]", "[{'index':0,'function':{'arguments':'}'}}]" },
          "a f {1};" },
        { { "[{'index':0,'id':'a','function':{'name':'f'}}]",
            "[{'index':1,'id':'b','function':{'name':'g'}}]",
            "[{'index':0,'function':{'arguments':'x'}},{'index':1,'function':{'arguments':'y'}}]" },
          "a f x;b g y;" },
        /* no index: whole calls */
        { { "[{'id':'a','function':{'name':'f','arguments':'x'}}]",
            "[{'id':'b','function':{'name':'g','arguments':'y'}}]" },
          "a f x;b g y;" },
        { { "[{'id':'a','function':{'name':'f','arguments':'x'}}]", "[{'function':{'arguments':'y'}}]",
            "[{'id':'a','function':{'arguments':'z'}}]" },
          "a f xyz;" },
        /* no index, several in one chunk, told apart by their place */
        { { "[{'id':'a','function':{'name':'f'}},{'id':'b','function':{'name':'g'}}]",
            "[{'function':{'arguments':'x'}},{'function':{'arguments':'y'}}]" },
          "a f x;b g y;" },
        /* no ids at all: a name opens a call */
        { { "[{'function':{'name':'f','arguments':'x'}}]", "[{'function':{'name':'f','arguments':'y'}}]" },
          "- f x;- f y;" },
        /* index 0 for all */
        { { "[{'index':0,'id':'a','function':{'name':'f','arguments':'x'}}]",
            "[{'index':0,'id':'b','function':{'name':'f','arguments':'y'}}]",
            "[{'index':0,'function':{'arguments':'z'}}]" },
          "a f x;b f yz;" },
        /* index 0 for all, name and id on every fragment */
        { { "[{'index':0,'id':'a','function':{'name':'f','arguments':'x'}}]",
            "[{'index':0,'id':'b','function':{'name':'f','arguments':'y'}}]",
            "[{'index':0,'id':'b','function':{'name':'f','arguments':'z'}}]" },
          "a f x;b f yz;" },
        /* ids that change on their way, without a name: the same call */
        { { "[{'index':0,'id':'a','function':{'name':'f','arguments':'x'}}]",
            "[{'index':0,'id':'zzz','function':{'arguments':'y'}}]" },
          "a f xy;" },
        /* a name that is sent again and again; null and empty ones */
        { { "[{'index':0,'id':'a','function':{'name':'f','arguments':'x'}}]",
            "[{'index':0,'id':'a','function':{'name':'f','arguments':'y'}}]",
            "[{'index':0,'id':'','function':{'name':null,'arguments':null}}]" },
          "a f xy;" },
        { { "[{'index':0,'function':{'name':'f','arguments':''}}]",
            "[{'index':0,'id':'a','function':{'arguments':'x'}}]" },
          "a f x;" },
        /* arguments as an object */
        { { "[{'index':0,'id':'a','function':{'name':'f','arguments':{'k':1}}}]",
            "[{'index':0,'function':{'arguments':'more'}}]" },
          "a f {\"k\":1};" },
        { { "[{'index':0,'id':'a','function':{'name':'f','arguments':'x'}}]",
            "[{'index':0,'function':{'arguments':{'k':1}}}]" },
          "a f x;" },
        /* nothing that makes sense */
        { { "[null,3,{'function':null}]" }, "- - ;" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct calls calls = { 0 };
        struct buffer got = { 0 };

        feed(&calls, cases[i].deltas);
        for (size_t c = 0; c < calls.count; c++)
            buffer_printf(&got, "%s %s %s;", calls.list[c].id ? calls.list[c].id : "-",
                          calls.list[c].name ? calls.list[c].name : "-",
                          buffer_string(&calls.list[c].arguments));
        assert_string_equal(buffer_string(&got), cases[i].calls);
        assert_false(calls.failed);
        buffer_clear(&got);
        calls_clear(&calls);
    }
}

static void
too_many_calls_are_a_failure(void **state)
{
    struct calls calls = { 0 };

    (void)state;
    for (int i = 0; i < CALLS_MOST; i++)
        assert_non_null(calls_add(&calls, i));
    assert_false(calls.failed);
    assert_null(calls_add(&calls, 999));
    assert_true(calls.failed);
    calls_clear(&calls);
}

/* One call of NAME with ARGUMENTS, finished: "id name value-or-! (problem);" for each result. */
static char *
finish(const char *name, const char *arguments, const char *tools, bool glued, bool cut)
{
    struct calls calls = { 0 };
    struct call *call = calls_add(&calls, 0);
    json_t *known = tools ? json(tools) : NULL;
    struct model_tool_call *list;
    struct buffer out = { 0 };
    char *copy = strdup(arguments);
    size_t count;

    for (char *p = copy; *p; p++)
        if (*p == '\'')
            *p = '"';
    calls_name(&calls, call, "id", name);
    buffer_text(&call->arguments, copy);
    list = calls_finish(&calls, known, glued, cut, &count);
    for (size_t i = 0; i < count; i++) {
        char *value = list[i].arguments ? json_dumps(list[i].arguments, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
        assert_int_equal(value == NULL, list[i].problem != NULL);
        buffer_printf(&out, "%s %s %s;", i == 0 || strcmp(list[i].id, "id") == 0 ? list[i].id : "new",
                      list[i].name, value ? value : list[i].problem);
        free(value);
    }
    calls_free_results(list, count);
    json_decref(known);
    calls_clear(&calls);
    free(copy);
    return buffer_take(&out);
}

#define TOOLS                                                                                                \
    "[{'name':'f','parameters':{'type':'object','properties':{'n':{'type':'integer'}},'required':['n'],"     \
    "'additionalProperties':false}},{'name':'g'}]"

static void
arguments_are_parsed_checked_and_never_made_up(void **state)
{
    static const struct {
        const char *name, *arguments, *tools;
        bool glued, cut;
        const char *results;
    } cases[] = {
        { "f", "{'n':1}", TOOLS, false, false, "id f {\"n\":1};" },
        { "f", " {'n':1} \n", TOOLS, false, false, "id f {\"n\":1};" },
        { "g", "", TOOLS, false, false, "id g {};" },
        { "f", "", TOOLS, false, false, "id f the value: lacks n;" },
        { "f", "{'n':'x'}", TOOLS, false, false, "id f n: is not of type integer;" },
        { "f", "{'n':", TOOLS, false, false, "id f the arguments are no JSON object;" },
        { "f", "{'n':1} and so on", TOOLS, false, false, "id f the arguments are no JSON object;" },
        { "f", "{n: True}", TOOLS, false, false, "id f the arguments are no JSON object;" },
        { "f", "[1]", TOOLS, false, false, "id f the arguments are no JSON object;" },
        { "f", "7", TOOLS, false, false, "id f the arguments are no JSON object;" },
        { "h", "{}", TOOLS, false, false, "id h unknown tool h; available: f g;" },
        { "h", "{}", NULL, false, false, "id h {};" },
        { "f", "{'n':1}", TOOLS, false, true, "id f the answer was cut before the call was whole;" },
        /* encoded twice */
        { "g", "'{}'", TOOLS, false, false, "id g {};" },
        { "g", "'x'", TOOLS, false, false, "id g the arguments are no JSON object;" },
        { "g", "'x", TOOLS, false, false, "id g the arguments are no JSON object;" },
        /* glued */
        { "f", "{'n':1}{'n':2}", TOOLS, false, false, "id f the arguments are no JSON object;" },
        { "f", "{'n':1}{'n':2}", TOOLS, true, false, "id f {\"n\":1};new f {\"n\":2};" },
        { "f", "{'n':1} \n {'n':'x'}", TOOLS, true, false,
          "id f {\"n\":1};new f n: is not of type integer;" },
        { "f", "{'n':1}{'n':", TOOLS, true, false, "id f the arguments are no JSON object;" },
        { "f", "{'n':1}", TOOLS, true, false, "id f {\"n\":1};" },
        /* the wrapper */
        { "multi_tool_use.parallel",
          "{'tool_uses':[{'recipient_name':'functions.f','parameters':{'n':1}},{'recipient_name':'g','"
          "parameters':{}}]}",
          TOOLS, false, false, "id f {\"n\":1};id g {};" },
        { "parallel", "{'tool_uses':[{'recipient_name':'functions.f'}]}", TOOLS, false, false,
          "id f the arguments are no JSON object;" },
        { "parallel", "{'tool_uses':[{'recipient_name':'functions.q','parameters':{}}]}", TOOLS, false, false,
          "id q unknown tool q; available: f g;" },
        { "parallel", "{'tool_uses':[]}", TOOLS, false, false,
          "id parallel unknown tool parallel; available: f g;" },
        { "parallel", "{'tool_uses':[]}", "[{'name':'parallel'}]", false, false,
          "id parallel {\"tool_uses\":[]};" },
        { "parallel", "{'tool_uses':[{'recipient_name':'f'}]}", "[{'name':'parallel'}]", false, false,
          "id parallel {\"tool_uses\":[{\"recipient_name\":\"f\"}]};" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *results =
            finish(cases[i].name, cases[i].arguments, cases[i].tools, cases[i].glued, cases[i].cut);
        assert_string_equal(results, cases[i].results);
        free(results);
    }
}

static void
a_call_without_an_id_gets_one(void **state)
{
    struct calls calls = { 0 };
    struct model_tool_call *list;
    size_t count;

    (void)state;
    calls_name(&calls, calls_add(&calls, 0), NULL, "f");
    list = calls_finish(&calls, NULL, false, false, &count);
    assert_int_equal(count, 1);
    assert_int_equal(strlen(list[0].id), 29);
    assert_memory_equal(list[0].id, "call_", 5);
    assert_string_equal(list[0].arguments_text, "{}");
    calls_free_results(list, count);
    calls_clear(&calls);
}

static void
identical_calls_stay_several(void **state)
{
    static const char *const deltas[] = { "[{'index':0,'id':'a','function':{'name':'dice','arguments':'{}'}},"
                                          "{'index':1,'id':'b','function':{'name':'dice','arguments':'{}'}}]",
                                          NULL };
    struct calls calls = { 0 };
    struct model_tool_call *list;
    size_t count;

    (void)state;
    feed(&calls, deltas);
    assert_true(calls_are_whole(&calls));
    list = calls_finish(&calls, NULL, true, false, &count);
    assert_int_equal(count, 2);
    calls_free_results(list, count);
    buffer_text(&calls.list[1].arguments, "{");
    assert_false(calls_are_whole(&calls));
    calls_clear(&calls);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fragments_find_their_call),
        cmocka_unit_test(too_many_calls_are_a_failure),
        cmocka_unit_test(arguments_are_parsed_checked_and_never_made_up),
        cmocka_unit_test(a_call_without_an_id_gets_one),
        cmocka_unit_test(identical_calls_stay_several),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
