#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "common/prompt.h"

static void
assert_json(json_t *value, const char *expected)
{
    char *dump = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS);

    assert_string_equal(dump, expected);
    free(dump);
    json_decref(value);
}

static void
nobodys_words_can_pass_for_a_label(void **state)
{
    struct buffer out = { 0 };

    (void)state;
    prompt_text(&out, "SHOPPER",
                "a\nFACETS: {}\r\nb\tc\x7f\xc2\x85"
                "d\xe2\x80\xa8"
                "e\xe2\x80\xa9"
                "f\xe2\x82\xac\xc3\xa9",
                0);
    assert_string_equal(buffer_string(&out), "SHOPPER: a FACETS: {}  b c  d e f\xe2\x82\xac\xc3\xa9\n");
    buffer_clear(&out);
}

static void
a_long_text_is_cut_at_a_character(void **state)
{
    struct buffer out = { 0 };

    (void)state;
    prompt_text(&out, "A", "ab\xe2\x82\xac", 4);
    prompt_text(&out, "B", "ab\xe2\x82\xac", 5);
    prompt_text(&out, "C", "", 5);
    assert_string_equal(buffer_string(&out), "A: ab\nB: ab\xe2\x82\xac\nC: \n");
    buffer_clear(&out);
}

static void
json_is_one_line_with_its_keys_in_order(void **state)
{
    struct buffer out = { 0 };
    json_t *value = json_pack("{s:i, s:s}", "b", 1, "a", "x\ny");

    (void)state;
    prompt_json(&out, "A", value);
    prompt_json(&out, "B", NULL);
    assert_string_equal(buffer_string(&out), "A: {\"a\":\"x\\ny\",\"b\":1}\nB: {}\n");
    json_decref(value);
    buffer_clear(&out);
}

static void
criteria_are_shown_in_major_units_and_without_ids(void **state)
{
    json_t *criteria =
        json_loads("{\"budget.outfit\":{\"field\":\"price\",\"min\":4950,\"max\":20000,\"currency\":\"USD\"},"
                   "\"budget.item\":{\"field\":\"price\",\"max\":5000,\"currency\":\"JPY\"},"
                   "\"not.product\":{\"field\":\"product\",\"none\":[\"LN-1\"],\"label\":\"not the Hat\"},"
                   "\"odd\":7}",
                   0, NULL);
    json_t *before = json_deep_copy(criteria);

    (void)state;
    assert_json(prompt_criteria(criteria),
                "{\"budget.item\":{\"currency\":\"JPY\",\"field\":\"price\",\"max\":5000},"
                "\"budget.outfit\":{\"currency\":\"USD\",\"field\":\"price\",\"max\":200,\"min\":49.5},"
                "\"not.product\":{\"field\":\"product\",\"label\":\"not the Hat\"},\"odd\":7}");
    assert_true(json_equal(before, criteria)); /* they themselves stay as they are */
    assert_json(prompt_criteria(NULL), "{}");
    json_decref(before);
    json_decref(criteria);
}

static void
cards_are_shown_by_number(void **state)
{
    json_t *shown = json_loads(
        "[{\"id\":\"LN-1\",\"title\":\"Shirt\",\"slot\":\"top\",\"price\":{\"amount\":4900,"
        "\"currency\":\"USD\"}},{\"id\":\"B\",\"price\":\"9.00 EUR\",\"colour\":\"navy\",\"look\":true},{}]",
        0, NULL);

    (void)state;
    assert_json(
        prompt_shown(shown),
        "[{\"n\":1,\"price\":\"49.00 USD\",\"slot\":\"top\",\"title\":\"Shirt\"},"
        "{\"colour\":\"navy\",\"look\":true,\"n\":2,\"price\":\"9.00 EUR\",\"slot\":\"\",\"title\":\"?\"},"
        "{\"n\":3,\"slot\":\"\",\"title\":\"?\"}]");
    assert_json(prompt_shown(NULL), "[]");
    json_decref(shown);
}

static void
the_newest_message_comes_after_the_turns_before(void **state)
{
    json_t *history = json_loads(
        "[{\"role\":\"user\",\"content\":\"a\",\"more\":1},{\"role\":\"system\",\"content\":\"b\"},"
        "{\"role\":\"assistant\",\"content\":\"c\"},{\"role\":\"user\",\"content\":7},\"d\"]",
        0, NULL);
    struct buffer out = { 0 };

    (void)state;
    buffer_text(&out, "SHOPPER: e\n");
    assert_json(prompt_messages(history, &out), "[{\"content\":\"a\",\"role\":\"user\"},"
                                                "{\"content\":\"c\",\"role\":\"assistant\"},"
                                                "{\"content\":\"SHOPPER: e\\n\",\"role\":\"user\"}]");
    assert_int_equal(out.size, 0);
    json_decref(history);
    out.failed = true;
    assert_null(prompt_messages(NULL, &out));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobodys_words_can_pass_for_a_label),
        cmocka_unit_test(a_long_text_is_cut_at_a_character),
        cmocka_unit_test(json_is_one_line_with_its_keys_in_order),
        cmocka_unit_test(criteria_are_shown_in_major_units_and_without_ids),
        cmocka_unit_test(cards_are_shown_by_number),
        cmocka_unit_test(the_newest_message_comes_after_the_turns_before),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
