#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "extractor/wishes.h"

/* JSON is written with ' for " here. */

static json_t *
parsed(const char *text)
{
    char *json = strdup(text);
    json_t *value;

    for (char *c = json; *c != '\0'; c++)
        if (*c == '\'')
            *c = '"';
    value = json_loads(json, 0, NULL);
    assert_non_null(value);
    free(json);
    return value;
}

static void
assert_wish(const char *arguments, const char *expected)
{
    json_t *given = parsed(arguments), *wish = wish_read(given), *wanted = parsed(expected);

    if (!json_equal(wish, wanted)) {
        char *dump = json_dumps(wish, JSON_COMPACT | JSON_ENCODE_ANY);

        print_error("%s gives %s\n", arguments, dump);
        free(dump);
    }
    assert_true(json_equal(wish, wanted));
    json_decref(given);
    json_decref(wish);
    json_decref(wanted);
}

static void
a_paragraph_without_a_word_names_nothing(void **state)
{
    static const struct {
        const char *paragraph;
        bool words;
    } cases[] = {
        { "", false },
        { " \n\t", false },
        { "---", false },
        { "1. 2.", false },
        { "# The top", false },
        { "  ## Shoes and more", false },
        { "# The top\nA linen shirt.", true },
        { "Sandals.", true },
        { "- linen shirt", true },
        { "Hello!", true }, /* the model says that there is nothing in it */
        { "#", false },
        { "\xe9\x9e\x8b", true }, /* shoes, in Chinese */
    };

    (void)state;
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++)
        assert_int_equal(paragraph_has_words(cases[n].paragraph), cases[n].words);
}

static void
a_wish_has_the_catalogues_words(void **state)
{
    (void)state;
    assert_wish("{'slot':'Tops','category':' shirts "
                "','colour':'white','material':'linen','style':'loose','gender':'Men',"
                "'description':'white linen shirt','max_price':50}",
                "{'slot':'top','category':'shirts','colour':'white','material':'linen','style':'loose','"
                "gender':'male',"
                "'description':'white linen shirt','max_price':50}");
    assert_wish(
        "{'slot':'tie clip','category':null,'colour':null,'material':null,'style':null,'gender':'anyone',"
        "'description':null,'max_price':null,'brand':'Nobody','id':'LN-1'}",
        "{'slot':'tie clip','category':null,'colour':null,'material':null,'style':null,'gender':null,"
        "'description':null,'max_price':null}");
}

static void
a_slot_that_was_not_said_is_the_garments(void **state)
{
    static const char *const others =
        "'colour':null,'material':null,'style':null,'gender':null,'max_price':null}";
    static const struct {
        const char *given, *made;
    } cases[] = {
        { "{'slot':null,'category':'sandals','description':null,",
          "{'slot':'shoes','category':'sandals','description':null," },
        { "{'slot':'all','category':null,'description':'a straw hat',",
          "{'slot':'hat','category':null,'description':'a straw hat'," },
        { "{'slot':'t0p','category':'shirts','description':null,",
          "{'slot':'top','category':'shirts','description':null," },
        { "{'slot':'','category':'things','description':'nice',",
          "{'slot':null,'category':'things','description':'nice'," },
    };

    (void)state;
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
        char given[400], made[400];

        snprintf(given, sizeof given, "%s%s", cases[n].given, others);
        snprintf(made, sizeof made, "%s%s", cases[n].made, others);
        assert_wish(given, made);
    }
}

static void
odd_arguments_are_null(void **state)
{
    static const char *const rest =
        "'material':null,'style':null,'gender':null,'description':null,'max_price':null}";
    static const char *const colours[] = {
        "7",
        "''",
        "'  '",
        "'re\\u0007d'",
        "['red']",
        "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'"
    };
    static const char *const prices[] = { "0", "-5", "'50'", "1e10", "null" };
    char given[600], made[600];

    (void)state;
    for (size_t n = 0; n < sizeof colours / sizeof *colours; n++) {
        snprintf(given, sizeof given, "{'slot':'top','category':null,'colour':%s,%s", colours[n], rest);
        snprintf(made, sizeof made, "{'slot':'top','category':null,'colour':null,%s", rest);
        assert_wish(given, made);
    }
    for (size_t n = 0; n < sizeof prices / sizeof *prices; n++) {
        snprintf(given, sizeof given, "{'slot':'top','max_price':%s}", prices[n]);
        snprintf(made, sizeof made, "{'slot':'top','category':null,'colour':null,%s", rest);
        assert_wish(given, made);
    }
}

static void
arguments_that_name_no_garment_are_no_wish(void **state)
{
    static const char *const cases[] = { "{}", "{'colour':'red','gender':'male','max_price':5}",
                                         "{'slot':'all'}", "[]" };

    (void)state;
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
        json_t *given = parsed(cases[n]);

        assert_null(wish_read(given));
        json_decref(given);
    }
}

/* The wishes of the calls whose arguments are in the list LIST; null is a call whose arguments were bad. */
static json_t *
wishes_of(const char *list, const char *name, const char *step, size_t *dropped)
{
    json_t *arguments = parsed(list), *each, *wishes;
    struct model_tool_call calls[40] = { 0 };
    size_t n;

    json_array_foreach(arguments, n, each)
    {
        calls[n].name = (char *)name;
        calls[n].arguments = json_is_null(each) ? NULL : each;
    }
    wishes = wishes_read(calls, json_array_size(arguments), "run", step, dropped);
    json_decref(arguments);
    return wishes;
}

static const char *
id_of(const json_t *wishes, size_t n)
{
    return json_string_value(json_object_get(json_array_get(wishes, n), "id"));
}

static void
each_piece_is_one_wish_with_an_id_of_its_own(void **state)
{
    size_t dropped;
    json_t *one = wishes_of("[{'slot':'top','category':'shirts'},{'slot':'shoes','category':'loafers'}]",
                            "find_product", "extract.1", &dropped);
    json_t *again = wishes_of("[{'slot':'top','category':'shirts'}]", "find_product", "extract.1", &dropped);
    json_t *other = wishes_of("[{'slot':'top','category':'shirts'}]", "find_product", "extract.2", &dropped);

    (void)state;
    assert_int_equal(json_array_size(one), 2);
    assert_int_equal(strlen(id_of(one, 0)), 32);
    assert_string_not_equal(id_of(one, 0), id_of(one, 1));
    assert_string_equal(id_of(one, 0), id_of(again, 0)); /* another copy, asked the same, says the same */
    assert_string_not_equal(id_of(one, 0), id_of(other, 0));
    json_decref(one);
    json_decref(again);
    json_decref(other);
}

static void
the_same_piece_twice_is_one(void **state)
{
    static const struct {
        const char *list;
        size_t count;
    } cases[] = {
        { "[{'slot':'top','category':'shirts','colour':'white'},{'slot':'tops','category':'Shirts','colour':'"
          "White'}]",
          1 },
        { "[{'slot':'top','category':'shirts','description':'a "
          "shirt'},{'slot':'top','category':'shirts','description':'shirt'}]",
          1 },
        { "[{'slot':'top','category':'shirts','colour':'white'},{'slot':'top','category':'shirts','colour':'"
          "blue'}]",
          2 },
        { "[{'slot':'top','description':'a shirt'},{'slot':'top','description':'a tee'}]", 2 },
        { "[{'slot':'top','description':'a shirt'},{'slot':'top','description':'A Shirt','max_price':7}]",
          1 },
    };

    (void)state;
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
        size_t dropped;
        json_t *wishes = wishes_of(cases[n].list, "find_product", "extract.1", &dropped);

        assert_int_equal(json_array_size(wishes), cases[n].count);
        assert_int_equal(dropped, 0);
        json_decref(wishes);
    }
}

static void
calls_that_make_no_sense_are_counted(void **state)
{
    size_t dropped;
    json_t *wishes = wishes_of("[null,{},{'slot':'hat'}]", "find_product", "extract.1", &dropped);

    (void)state;
    assert_int_equal(json_array_size(wishes), 1);
    assert_int_equal(dropped, 2);
    json_decref(wishes);
    wishes = wishes_of("[{'slot':'hat'}]", "buy_product", "extract.1", &dropped);
    assert_int_equal(json_array_size(wishes), 0);
    assert_int_equal(dropped, 1);
    json_decref(wishes);
    wishes = wishes_of("[]", "find_product", "extract.1", &dropped);
    assert_int_equal(json_array_size(wishes), 0);
    assert_int_equal(dropped, 0);
    json_decref(wishes);
}

static void
a_paragraph_has_no_more_than_twelve_wishes(void **state)
{
    char list[2000] = "[";
    size_t dropped;
    json_t *wishes;

    (void)state;
    for (int n = 0; n < 15; n++) {
        char call[80];

        snprintf(call, sizeof call, "%s{'slot':'top','colour':'c%d'}", n == 0 ? "" : ",", n);
        strcat(list, call);
    }
    strcat(list, "]");
    wishes = wishes_of(list, "find_product", "extract.1", &dropped);
    assert_int_equal(json_array_size(wishes), WISHES_LIMIT);
    assert_int_equal(dropped, 3);
    json_decref(wishes);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_paragraph_without_a_word_names_nothing),
        cmocka_unit_test(a_wish_has_the_catalogues_words),
        cmocka_unit_test(a_slot_that_was_not_said_is_the_garments),
        cmocka_unit_test(odd_arguments_are_null),
        cmocka_unit_test(arguments_that_name_no_garment_are_no_wish),
        cmocka_unit_test(each_piece_is_one_wish_with_an_id_of_its_own),
        cmocka_unit_test(the_same_piece_twice_is_one),
        cmocka_unit_test(calls_that_make_no_sense_are_counted),
        cmocka_unit_test(a_paragraph_has_no_more_than_twelve_wishes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
