#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wardrobe/import.h"
#include "wardrobe/search.h"

/* What an import makes of a feed, and a patch of a catalogue. */

static char folder[] = "/tmp/wardrobe-import-XXXXXX";
static char feed_path[64], catalogue_path[64];
static struct stemmer *stemmer;
static struct lexicon *lexicon;
static struct catalogue *catalogue;
static struct import_counts counts;

static int
open_folder(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(feed_path, sizeof feed_path, "%s/feed", folder);
    snprintf(catalogue_path, sizeof catalogue_path, "%s/catalogue", folder);
    stemmer = stemmer_new("english");
    lexicon = lexicon_new(stemmer);
    return 0;
}

static int
close_folder(void **state)
{
    char lock[80];

    (void)state;
    catalogue_close(&catalogue);
    lexicon_destroy(&lexicon);
    stemmer_destroy(&stemmer);
    snprintf(lock, sizeof lock, "%s.lock", catalogue_path);
    unlink(lock);
    unlink(feed_path);
    unlink(catalogue_path);
    return rmdir(folder);
}

static void
write_feed(const char *feed)
{
    FILE *file = fopen(feed_path, "w");

    assert_non_null(file);
    assert_int_equal(fwrite(feed, 1, strlen(feed), file), strlen(feed));
    assert_int_equal(fclose(file), 0);
}

/* Import FEED, and open what came of it. */
static void
import(const char *feed, const char *currency, bool patch)
{
    struct import_settings settings = { .feed = feed_path,
                                        .catalogue = catalogue_path,
                                        .currency = currency,
                                        .language = "english",
                                        .quiet = true,
                                        .patch = patch };

    write_feed(feed);
    assert_int_equal(import_run(&settings, &counts), 0);
    catalogue_close(&catalogue);
    catalogue = catalogue_open(catalogue_path, (struct catalogue_away) { 0 }, lexicon, NULL);
    assert_non_null(catalogue);
}

/* The variant with ID; it is there. */
static const struct variant *
variant(const char *id, struct record *record)
{
    const struct index *index = catalogue_index(catalogue);

    for (uint32_t v = 0; v < index->variant_count; v++) {
        assert_int_equal(catalogue_records(catalogue, &v, 1, record), 0);
        if (strcmp(record->variant_id, id) == 0)
            return &index->variants[v];
    }
    fail_msg("%s is not there", id);
    return NULL;
}

static int64_t
price_of(const char *id)
{
    struct record record;

    return variant_price(variant(id, &record), 1795305600, NULL);
}

static void
a_currency_may_be_said_in_small_letters(void **state)
{
    (void)state;
    import("id\ttitle\tprice\nA\tShirt\t4900\n", "jpy", false);
    assert_int_equal(price_of("A"), 4900);
    assert_string_equal(catalogue_index(catalogue)->currency, "JPY");
}

static void
a_patch_may_bring_the_first_prices(void **state)
{
    (void)state;
    import("id\ttitle\nA\tShirt\nB\tHat\n", "", false);
    assert_true(price_of("A") == PRICE_NONE);
    import("id\tprice\nA\t49.00 EUR\n", "", true);
    assert_int_equal(price_of("A"), 4900);
    assert_true(price_of("B") == PRICE_NONE);
    assert_string_equal(catalogue_index(catalogue)->currency, "EUR");
    import("id\tprice\nB\t9.00 EUR\n", "", true);
    assert_int_equal(price_of("A"), 4900);
    assert_int_equal(price_of("B"), 900);
    assert_int_equal(counts.products, 0); /* the index is as it was */
}

static void
another_currency_is_worth_a_note(void **state)
{
    (void)state;
    import("id\ttitle\tprice\nA\tShirt\t49.00 USD\nB\tHat\t9.00 EUR\nC\tBag\t9.00 USD\n", "", false);
    assert_int_equal(counts.noted, 1);
    assert_int_equal(price_of("A"), 4900);
    assert_true(price_of("B") == PRICE_NONE);
    import("id\tprice\nB\t9.00 USD\nC\t9.00 EUR\n", "", true);
    assert_int_equal(counts.noted, 1);
    assert_int_equal(price_of("B"), 900);
    assert_true(price_of("C") == PRICE_NONE);
}

static void
blanks_around_an_id_are_none_of_it(void **state)
{
    (void)state;
    import("id\ttitle\tprice\n A\tShirt\t49.00 EUR\n", "", false);
    import("id\tprice\nA \t39.00 EUR\n", "", true);
    assert_int_equal(price_of("A"), 3900);
}

/* As in files that were written one behind the other. */
static void
of_a_patchs_rows_with_one_id_the_last_counts(void **state)
{
    struct record record;

    (void)state;
    import("id\ttitle\tprice\nA\tShirt\t49.00 EUR\nB\tHat\t9.00 EUR\n", "", false);
    import("id\tprice\nA\t39.00 EUR\nA\t29.00 EUR\n", "", true);
    assert_int_equal(price_of("A"), 2900);
    import("id\ttitle\tprice\tavailability\n"
           "A\tShirt\t19.00 EUR\t\n"
           "C\tShoe\t80.00 EUR\tin_stock\n"
           "A\tCamp Shirt\t\tout_of_stock\n"
           "C\tBoot\t90.00 EUR\tin_stock\n",
           "", true);
    assert_int_equal(price_of("A"), 1900);
    assert_int_equal(variant("A", &record)->availability, AVAILABILITY_OUT);
    assert_string_equal(record.title, "Camp Shirt");
    assert_int_equal(price_of("C"), 9000);
    variant("C", &record);
    assert_string_equal(record.title, "Boot");
    assert_int_equal(price_of("B"), 900);
    assert_int_equal(catalogue_index(catalogue)->variant_count, 3);
}

static void
a_categorys_long_name_is_cut_at_a_character(void **state)
{
    char feed[512] = "id\ttitle\tproduct_type\nA\tShirt\txx";
    const char *leaf;
    json_t *name;

    (void)state;
    for (int i = 0; i < 60; i++)
        strcat(feed, "\xd1\x80");
    import(strcat(feed, "\n"), "", false);
    leaf = names_text(catalogue_index(catalogue)->names[NAMES_CATEGORY], 1);
    name = json_string(leaf);
    assert_int_equal(json_string_length(name), 94); /* of 95 bytes the last one is half a letter */
    json_decref(name);
}

/* The products that WORDS find, in their order. */
static json_t *
found(const char *words)
{
    struct search_work *work = calloc(1, sizeof *work);
    struct money_rates *rates = money_rates_open("");
    struct weights weights;
    struct search search = { .words = words,
                             .slot = "",
                             .early = true,
                             .limit = 6,
                             .now = 1795305600,
                             .rates = rates,
                             .weights = &weights };
    json_t *result = NULL, *products;

    weights_default(&weights);
    assert_int_equal(search_run(work, catalogue, &search, &result, NULL), 0);
    products = json_incref(json_object_get(result, "products"));
    json_decref(result);
    money_rates_close(&rates);
    free(work);
    return products;
}

static void
the_cheapest_of_large_prices_is_exact(void **state)
{
    json_t *products;

    (void)state;
    import("id\ttitle\tproduct_type\tprice\nA\tSilk Shirt\tShirts\t16777217 KRW\nB\tSilk Shirt "
           "B\tShirts\t16777216 KRW\n",
           "", false);
    products = found("the cheapest shirt");
    assert_string_equal(json_string_value(json_object_get(json_array_get(products, 0), "id")), "B");
    json_decref(products);
    products = found("the most expensive shirt");
    assert_string_equal(json_string_value(json_object_get(json_array_get(products, 0), "id")), "A");
    json_decref(products);
}

static void
a_size_for_men_and_for_women_is_written_once(void **state)
{
    json_t *products, *sizes;

    (void)state;
    import("id\titem_group_id\ttitle\tproduct_type\tsize\tgender\n"
           "A\tG\tRain Shirt\tShirts\tM\tmale\nB\tG\tRain Shirt\tShirts\tM\tfemale\n"
           "C\tG\tRain Shirt\tShirts\tL\tfemale\n",
           "", false);
    products = found("rain shirt");
    sizes = json_object_get(json_array_get(products, 0), "sizes");
    assert_int_equal(json_array_size(sizes), 2);
    json_decref(products);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_currency_may_be_said_in_small_letters),
        cmocka_unit_test(a_patch_may_bring_the_first_prices),
        cmocka_unit_test(another_currency_is_worth_a_note),
        cmocka_unit_test(blanks_around_an_id_are_none_of_it),
        cmocka_unit_test(of_a_patchs_rows_with_one_id_the_last_counts),
        cmocka_unit_test(the_cheapest_of_large_prices_is_exact),
        cmocka_unit_test(a_size_for_men_and_for_women_is_written_once),
        cmocka_unit_test(a_categorys_long_name_is_cut_at_a_character),
    };

    return cmocka_run_group_tests(tests, open_folder, close_folder);
}
