#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "tests/wardrobe/shop.h"
#include "wardrobe/borrow.h"

/* Words that are away, by the index alone; asking the server is tests/system/test_postgres.py's. */

static struct shop here, away;
static struct weights weights;

static int
open_shops(void **state)
{
    (void)state;
    weights_default(&weights);
    shop_open(&here);
    shop_open(&away);
    away.words_away = true;
    for (int i = 0; i < 30; i++) {
        char title[40];

        snprintf(title, sizeof title, "%s Shirt%s", i == 7 ? "Paisley" : "Plain", i % 2 ? " Pocket" : "");
        for (int s = 0; s < 2; s++)
            shop_add(s == 0 ? &here : &away, "", title, "Men > Shirts", "white", "M", "9.00 USD", "male",
                     "linen", "in_stock");
    }
    shop_index(&here);
    shop_index(&away);
    return 0;
}

static int
close_shops(void **state)
{
    (void)state;
    shop_close(&here);
    shop_close(&away);
    return 0;
}

static uint32_t
term(const char *stem)
{
    assert_non_null(index_list(away.index, stem));
    return (uint32_t)(index_list(away.index, stem) - away.index->lists);
}

static void
what_is_structured_stays_and_words_are_known_by_number_alone(void **state)
{
    const struct posting_list *list = index_list(away.index, "pocket");

    (void)state;
    assert_int_equal(index_attribute(away.index, 'k', "shirts")->count, 30);
    assert_non_null(list);
    assert_int_equal(list->count, 0);
    assert_int_equal(list->products, index_list(here.index, "pocket")->count);
    assert_true(list->idf == index_list(here.index, "pocket")->idf);
    assert_true(away.index->posting_count < here.index->posting_count);
    assert_null(index_list(away.index, "umbrella"));
}

static void
two_words_that_a_rule_asks_about_count_as_structured(void **state)
{
    (void)state;
    assert_false(index_is_word("matern"));
    assert_false(index_is_word("pregnant"));
    assert_false(index_is_word("=k shirts"));
    assert_true(index_is_word("=2 00042"));
    assert_true(index_is_word("shirt"));
}

static void
what_was_lent_is_a_list_until_it_is_taken_back(void **state)
{
    static const uint32_t products[] = { 1, 3, 29 };
    static const uint16_t impacts[] = { 100, 65535, 7 };
    uint32_t pocket = term("pocket"), shirt = term("shirt");

    (void)state;
    for (int round = 0; round < 3; round++) {
        assert_int_equal(index_lend(away.index, pocket, products, impacts, 3), 0);
        assert_int_equal(index_lend(away.index, shirt, products, impacts, 1), 0);
        const struct posting_list *list = &away.index->lists[pocket];
        const struct ranking_part part = { list, 1, "word" };

        assert_int_equal(list->count, 3);
        assert_memory_equal(away.index->docs + list->from, products, sizeof products);
        assert_true(ranking_share(away.index, &part, 3) == 1);
        assert_true(ranking_share(away.index, &part, 2) == 0);
        assert_int_equal(away.index->lists[shirt].count, 1);
        index_take_back(away.index);
        assert_int_equal(away.index->lists[pocket].count, 0);
        assert_int_equal(away.index->lists[shirt].count, 0);
    }
    assert_int_equal(index_attribute(away.index, 'k', "shirts")->count, 30); /* it is where it was */
    assert_int_equal(away.index->docs[index_attribute(away.index, 'k', "shirts")->from + 29], 29);
}

static void
what_counts_most_leads_and_is_asked_for_once(void **state)
{
    struct question query;
    struct ranking_plan plan;
    uint32_t terms[CATALOGUE_RANK_WORDS];
    size_t leading, count;

    (void)state;
    query_read(&query, away.index, "paisley shirt with pocket, paisley");
    ranking_plan(&plan, away.index, &query, &query, &weights);
    count = borrow_choose(away.index, &plan, terms, &leading);
    assert_in_range(count, 3, CATALOGUE_RANK_WORDS);
    assert_in_range(leading, 1, count);
    for (size_t i = 0; i < count; i++) {
        assert_true(index_is_word(names_text(away.index->names[NAMES_TERM], terms[i])));
        for (size_t k = 0; k < i; k++)
            assert_int_not_equal(terms[i], terms[k]);
    }
}

static void
words_that_are_excluded_never_lead(void **state)
{
    struct question query;
    struct ranking_plan plan;
    uint32_t terms[CATALOGUE_RANK_WORDS];
    size_t leading, count;

    (void)state;
    query_read(&query, away.index, "without paisley");
    ranking_plan(&plan, away.index, &query, NULL, &weights);
    count = borrow_choose(away.index, &plan, terms, &leading);
    assert_int_equal(count, 1);
    assert_int_equal(terms[0], term("paisley"));
    assert_int_equal(leading, 0);
}

static void
words_that_very_many_have_lead_only_where_there_is_no_other(void **state)
{
    struct ranking_plan plan = { .count = 3 };
    uint32_t terms[CATALOGUE_RANK_WORDS], many[] = { term("shirt"), term("plain"), term("paisley") };
    uint32_t before[3];
    size_t leading;

    (void)state;
    for (int i = 0; i < 3; i++) {
        before[i] = away.index->lists[many[i]].products;
        away.index->lists[many[i]].products = i == 2 ? 5 : 1000000;
        plan.parts[i] = (struct ranking_part) { &away.index->lists[many[i]], (float)(i + 1), "word" };
    }
    assert_int_equal(borrow_choose(away.index, &plan, terms, &leading), 3);
    assert_int_equal(terms[0], many[2]);
    assert_int_equal(leading, 1);
    plan.count = 2;
    assert_int_equal(borrow_choose(away.index, &plan, terms, &leading), 2);
    assert_int_equal(terms[0], many[1]);
    assert_int_equal(leading, 1);
    plan.count = 0;
    assert_int_equal(borrow_choose(away.index, &plan, terms, &leading), 0);
    for (int i = 0; i < 3; i++)
        away.index->lists[many[i]].products = before[i];
}

static void
only_a_server_keeps_words_or_vectors(void **state)
{
    struct catalogue_away is_away = { true, true };

    (void)state;
    assert_int_equal(catalogue_away("memory", "memory", "/tmp/catalogue.sqlite", &is_away), 0);
    assert_false(is_away.words);
    assert_int_equal(catalogue_away("memory", "memory", "postgresql://shop", &is_away), 0);
    assert_false(is_away.words);
    assert_int_equal(catalogue_away("server", "memory", "postgresql://shop", &is_away), 0);
    assert_true(is_away.words);
    assert_int_equal(catalogue_away("server", "memory", "/tmp/catalogue.sqlite", &is_away), -1);
    assert_int_equal(catalogue_away("both", "memory", "postgresql://shop", &is_away), -1);
    assert_int_equal(catalogue_away("memory", "server", "postgresql://shop", &is_away), 0);
    assert_true(is_away.vectors && !is_away.words);
    assert_int_equal(catalogue_away("memory", "server", "/tmp/catalogue.sqlite", &is_away), -1);
    assert_int_equal(catalogue_away("memory", "cloud", "postgresql://shop", &is_away), -1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_structured_stays_and_words_are_known_by_number_alone),
        cmocka_unit_test(two_words_that_a_rule_asks_about_count_as_structured),
        cmocka_unit_test(what_was_lent_is_a_list_until_it_is_taken_back),
        cmocka_unit_test(what_counts_most_leads_and_is_asked_for_once),
        cmocka_unit_test(words_that_are_excluded_never_lead),
        cmocka_unit_test(words_that_very_many_have_lead_only_where_there_is_no_other),
        cmocka_unit_test(only_a_server_keeps_words_or_vectors),
    };

    return cmocka_run_group_tests(tests, open_shops, close_shops);
}
