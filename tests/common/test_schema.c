#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/model/schema.h"

static void
a_value_is_checked_keyword_by_keyword(void **state)
{
    static const struct {
        const char *schema, *value;
        int result;
    } cases[] = {
        { "{}", "1", 0 },
        { "{'type':'string'}", "'a'", 0 },
        { "{'type':'string'}", "1", -1 },
        { "{'type':'integer'}", "1", 0 },
        { "{'type':'integer'}", "1.0", 0 },
        { "{'type':'integer'}", "1.5", -1 },
        { "{'type':'number'}", "1.5", 0 },
        { "{'type':'boolean'}", "true", 0 },
        { "{'type':'boolean'}", "0", -1 },
        { "{'type':'null'}", "null", 0 },
        { "{'type':'object'}", "{}", 0 },
        { "{'type':'array'}", "[]", 0 },
        { "{'type':'nothing'}", "[]", -1 },
        { "{'type':['string','null']}", "null", 0 },
        { "{'type':['string','null']}", "3", -1 },
        { "{'type':['string',7]}", "'a'", 0 },
        { "{'enum':['a','b']}", "'b'", 0 },
        { "{'enum':['a','b']}", "'c'", -1 },
        { "{'const':3}", "3", 0 },
        { "{'const':3}", "4", -1 },
        { "{'minimum':1,'maximum':3}", "2", 0 },
        { "{'minimum':1,'maximum':3}", "0", -1 },
        { "{'minimum':1,'maximum':3}", "4", -1 },
        { "{'minLength':2}", "'é'", -1 },
        { "{'maxLength':2}", "'éé'", 0 },
        { "{'maxLength':2}", "'abc'", -1 },
        { "{'properties':{'a':{'type':'string'}},'required':['a'],'additionalProperties':false}", "{'a':'x'}",
          0 },
        { "{'properties':{'a':{'type':'string'}},'required':['a'],'additionalProperties':false}", "{}", -1 },
        { "{'properties':{'a':{'type':'string'}},'required':['a'],'additionalProperties':false}", "{'a':1}",
          -1 },
        { "{'properties':{'a':{}},'additionalProperties':false}", "{'b':1}", -1 },
        { "{'properties':{'a':{}}}", "{'b':1}", 0 },
        { "{'additionalProperties':{'type':'string'}}", "{'b':1}", -1 },
        { "{'required':[7]}", "{}", 0 },
        { "{'items':{'type':'string'}}", "['a','b']", 0 },
        { "{'items':{'type':'string'}}", "['a',1]", -1 },
        { "{'minItems':1}", "[]", -1 },
        { "{'maxItems':1}", "[1,2]", -1 },
        { "{'anyOf':[{'type':'string'},{'type':'null'}]}", "null", 0 },
        { "{'anyOf':[{'type':'string'},{'type':'null'}]}", "1", -1 },
        { "{'$defs':{'n':{'type':'null'}},'properties':{'a':{'$ref':'#/$defs/n'}}}", "{'a':null}", 0 },
        { "{'$defs':{'n':{'type':'null'}},'properties':{'a':{'$ref':'#/$defs/n'}}}", "{'a':1}", -1 },
        { "{'$ref':'#/$defs/none'}", "1", -1 },
        { "{'$ref':'elsewhere'}", "1", -1 },
        { "{'properties':{'next':{'$ref':'#'}}}", "{'next':{'next':{}}}", 0 },
        { "{'$ref':'#'}", "1", -1 }, /* turns in a circle */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char texts[2][400], why[160];
        json_t *schema, *value;

        snprintf(texts[0], sizeof texts[0], "%s", cases[i].schema);
        snprintf(texts[1], sizeof texts[1], "%s", cases[i].value);
        for (int t = 0; t < 2; t++)
            for (char *p = texts[t]; *p; p++)
                if (*p == '\'')
                    *p = '"';
        schema = json_loads(texts[0], 0, NULL);
        value = json_loads(texts[1], JSON_DECODE_ANY, NULL);
        assert_non_null(schema);
        assert_non_null(value);
        if (schema_check(schema, value, why) != cases[i].result)
            fail_msg("%s with %s: %s", texts[0], texts[1], why);
        assert_int_equal(*why != '\0' && cases[i].result == 0 && !strstr(texts[0], "anyOf"), 0);
        json_decref(schema);
        json_decref(value);
    }
}

static void
the_reason_says_where(void **state)
{
    json_t *schema = json_loads("{\"properties\":{\"slot\":{\"type\":\"string\"}}}", 0, NULL);
    json_t *value = json_loads("{\"slot\":4}", 0, NULL);
    char why[160];

    (void)state;
    assert_int_equal(schema_check(schema, value, why), -1);
    assert_string_equal(why, "slot: is not of type string");
    json_decref(schema);
    json_decref(value);
}

static void
a_reference_longer_than_any_name_refers_to_nothing(void **state)
{
    char text[400], why[160];
    json_t *schema, *value = json_integer(1);

    (void)state;
    snprintf(text, sizeof text, "{\"$ref\":\"#/%0200d\"}", 1);
    schema = json_loads(text, 0, NULL);
    assert_int_equal(schema_check(schema, value, why), -1);
    json_decref(schema);
    json_decref(value);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_is_checked_keyword_by_keyword),
        cmocka_unit_test(the_reason_says_where),
        cmocka_unit_test(a_reference_longer_than_any_name_refers_to_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
