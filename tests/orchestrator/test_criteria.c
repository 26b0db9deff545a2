#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "common/json.h"
#include "orchestrator/criteria.h"

static json_t *
read_json(const char *text)
{
    json_t *value = json_loads(text, 0, NULL);

    assert_non_null(value);
    return value;
}

#define SIZE_M                                                                                               \
    "{\"field\":\"size\",\"slot\":\"all\",\"class\":\"letters\",\"any\":[\"M\"],\"label\":\"size M\"}"
#define SIZE_L                                                                                               \
    "{\"field\":\"size\",\"slot\":\"all\",\"class\":\"letters\",\"any\":[\"L\"],\"label\":\"size L\"}"
#define LINEN "{\"field\":\"material\",\"slot\":\"all\",\"any\":[\"linen\"],\"label\":\"linen\"}"
#define NO_WOOL "{\"field\":\"material\",\"slot\":\"all\",\"none\":[\"wool\"],\"label\":\"no wool\"}"

static void
a_chip_is_removed_by_its_key(void **state)
{
    json_t *criteria = read_json("{\"size.letters\":" SIZE_M "}");
    json_t *patch = read_json("[{\"op\":\"remove\",\"path\":\"/size.letters\"}]");
    char why[80];

    (void)state;
    assert_int_equal(criteria_edit(&criteria, patch, why), 0);
    assert_int_equal(json_object_size(criteria), 0);
    assert_int_equal(criteria_edit(&criteria, patch, why), -1);
    json_decref(patch);
    json_decref(criteria);
}

static void
a_patch_that_makes_no_criteria_is_refused_whole(void **state)
{
    static const char *const patches[] = {
        "[{\"op\":\"add\",\"path\":\"/x\",\"value\":{\"field\":\"shoe size of my cat\"}}]",
        "[{\"op\":\"add\",\"path\":\"/x\",\"value\":{\"field\":\"size\",\"any\":[[1]]}}]",
        "[{\"op\":\"add\",\"path\":\"/x\",\"value\":{\"field\":\"size\",\"any\":[{}]}}]",
        "[{\"op\":\"add\",\"path\":\"/x\",\"value\":{\"field\":\"size\",\"any\":{}}}]",
        "[{\"op\":\"add\",\"path\":\"/x\",\"value\":5}]",
        "[{\"op\":\"replace\",\"path\":\"\",\"value\":[]}]",
        "{\"op\":\"remove\"}",
        "[{\"op\":\"remove\",\"path\":\"/size.letters\"},{\"op\":\"remove\",\"path\":\"/none\"}]",
    };
    json_t *criteria = read_json("{\"size.letters\":" SIZE_M "}");

    (void)state;
    for (size_t i = 0; i < sizeof patches / sizeof patches[0]; i++) {
        json_t *patch = read_json(patches[i]);
        char why[80] = "";

        assert_int_equal(criteria_edit(&criteria, patch, why), -1);
        assert_true(why[0] != '\0');
        assert_int_equal(json_object_size(criteria), 1);
        json_decref(patch);
    }
    json_decref(criteria);
}

static void
a_criterion_is_of_a_reasonable_size(void **state)
{
    json_t *criteria = json_object(), *words = json_array(), *patch;
    char long_word[CRITERION_CHARS + 2], why[80];

    (void)state;
    memset(long_word, 'x', sizeof long_word - 1);
    long_word[sizeof long_word - 1] = '\0';
    json_array_append_new(words, json_string(long_word));
    patch = json_pack("[{s:s, s:s, s:{s:s, s:O}}]", "op", "add", "path", "/x", "value", "field", "size",
                      "any", words);
    assert_int_equal(criteria_edit(&criteria, patch, why), -1);
    json_array_clear(words);
    for (int i = 0; i < CRITERION_WORDS; i++)
        json_array_append_new(words, json_string("m"));
    assert_int_equal(criteria_edit(&criteria, patch, why), 0);
    json_array_append_new(words, json_string("m"));
    assert_int_equal(criteria_edit(&criteria, patch, why), -1);
    json_decref(patch);
    patch = json_pack("[{s:s, s:s, s:{s:s, s:s}}]", "op", "add", "path", "/x", "value", "field", "size",
                      "label", long_word);
    assert_int_equal(criteria_edit(&criteria, patch, why), -1);
    json_decref(patch);
    json_decref(words);
    json_decref(criteria);
}

static void
a_thread_has_so_many_criteria_and_no_more(void **state)
{
    json_t *criteria = json_object(), *patch = json_array();
    char why[80];

    (void)state;
    for (int i = 0; i <= CRITERIA_MAX; i++) {
        char path[16];

        snprintf(path, sizeof path, "/k%d", i);
        json_array_append_new(
            patch, json_pack("{s:s, s:s, s:o}", "op", "add", "path", path, "value", read_json(LINEN)));
    }
    assert_int_equal(criteria_edit(&criteria, patch, why), -1);
    json_array_remove(patch, 0);
    assert_int_equal(criteria_edit(&criteria, patch, why), 0);
    assert_int_equal(json_object_size(criteria), CRITERIA_MAX);
    json_decref(patch);
    json_decref(criteria);
}

static void
what_of_an_assessment_does_not_fit_is_left_out(void **state)
{
    json_t *criteria = json_object();
    json_t *patch = read_json("[{\"op\":\"remove\",\"path\":\"/gone\"},"
                              "{\"op\":\"add\",\"path\":\"/size.letters\",\"value\":" SIZE_M "},"
                              "{\"op\":\"add\",\"path\":\"/bad\",\"value\":{}}]");

    (void)state;
    assert_int_equal(criteria_learn(&criteria, patch), 2);
    assert_int_equal(json_object_size(criteria), 1);
    assert_int_equal(criteria_learn(&criteria, NULL), 0);
    json_decref(patch);
    json_decref(criteria);
}

static void
a_new_or_changed_hard_criterion_is_stricter(void **state)
{
    static const struct {
        const char *before, *after;
        bool stricter;
    } cases[] = {
        { "{}", "{}", false },
        { "{}", "{\"size.letters\":" SIZE_M "}", true },
        { "{\"size.letters\":" SIZE_M "}", "{\"size.letters\":" SIZE_L "}", true },
        { "{\"size.letters\":" SIZE_M "}", "{\"size.letters\":" SIZE_M "}", false },
        { "{\"size.letters\":" SIZE_M "}", "{}", false },
        { "{}", "{\"material\":" LINEN "}", false },
        { "{}", "{\"not.material\":" NO_WOOL "}", true },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        json_t *before = read_json(cases[i].before), *after = read_json(cases[i].after);

        assert_int_equal(criteria_are_stricter(before, after), cases[i].stricter);
        json_decref(before);
        json_decref(after);
    }
}

static void
the_outfits_budget_is_read(void **state)
{
    json_t *criteria =
        read_json("{\"budget.outfit\":{\"field\":\"price\",\"max\":20000,\"currency\":\"USD\"}}");
    const char *currency;

    (void)state;
    assert_int_equal(criteria_budget(criteria, &currency), 20000);
    assert_string_equal(currency, "USD");
    json_object_clear(criteria);
    assert_int_equal(criteria_budget(criteria, &currency), -1);
    json_decref(criteria);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chip_is_removed_by_its_key),
        cmocka_unit_test(a_patch_that_makes_no_criteria_is_refused_whole),
        cmocka_unit_test(a_criterion_is_of_a_reasonable_size),
        cmocka_unit_test(a_thread_has_so_many_criteria_and_no_more),
        cmocka_unit_test(what_of_an_assessment_does_not_fit_is_left_out),
        cmocka_unit_test(a_new_or_changed_hard_criterion_is_stricter),
        cmocka_unit_test(the_outfits_budget_is_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
