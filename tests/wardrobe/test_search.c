#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/json.h"
#include "wardrobe/facets.h"
#include "wardrobe/import.h"
#include "wardrobe/search.h"

/* From a feed's file to the answer of a lookup: import, catalogue, search. */

static const char feed[] =
    "id\titem_group_id\ttitle\tproduct_type\tcolor\tsize\tprice\tsale_price\tsale_price_effective_"
    "date\tgender\tage_group\tmaterial\tavailability\tbrand\n"
    "c1\tcamp\tLinen Camp Shirt\tMen > Shirts\twhite\tM\t69.00 USD\t49.00 "
    "USD\t2026-11-01/2026-11-30\tmale\tadult\tlinen\tin_stock\n"
    "c2\tcamp\tLinen Camp Shirt\tMen > Shirts\twhite\tL\t69.00 USD\t\t\tmale\tadult\tlinen\tin_stock\n"
    "c3\tcamp\tLinen Camp Shirt\tMen > Shirts\twhite\tXL\t69.00 USD\t\t\tmale\tadult\tlinen\tout_of_stock\n"
    "c4\tcamp\tLinen Camp Shirt\tMen > Shirts\tsage\tS\t69.00 USD\t\t\tmale\tadult\tlinen\tin_stock\n"
    "o1\t\tOxford Shirt\tMen > Shirts\tnavy\tM\t79.00 USD\t\t\tmale\tadult\tcotton\tin_stock\tHarrow "
    "& Pike\n"
    "bad\t\t\tMen > Shirts\tnavy\tM\t79.00 USD\t\t\tmale\tadult\tcotton\tin_stock\n"
    "d1\t\tBeach Maxi Dress\tWomen > Dresses\tcoral\tM\t120.00 USD\t\t\tfemale\tadult\tchiffon\tin_stock\n"
    "e1\t\tRope Espadrilles\tShoes > Espadrilles\tnatural\t42\t54.00 "
    "USD\t\t\tunisex\tadult\tcotton\tin_stock\n"
    "s1\t\tWool Socks\tMen > Socks\tgrey\t\t9.00 USD\t\t\tmale\tadult\twool\tin_stock\n"
    "h1\t\tStraw Sun Hat\tAccessories > Hats\tnatural\tOne Size\t39.00 "
    "USD\t\t\tfemale\tadult\tstraw\tin_stock\n";

#define IN_NOVEMBER 1795305600 /* 2026-11-22 */
#define IN_DECEMBER (IN_NOVEMBER + 30 * 86400)

static char folder[] = "/tmp/wardrobe-test-XXXXXX";
static struct stemmer *stemmer;
static struct lexicon *lexicon;
static struct catalogue *catalogue;
static struct search_work *work;
static json_t *result, *traits;

static char *
path_of(const char *name)
{
    static char path[128];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static int
open_catalogue(void **state)
{
    struct import_counts counts;
    struct import_settings settings = { .currency = "", .language = "english", .quiet = true };
    FILE *file;

    (void)state;
    assert_non_null(mkdtemp(folder));
    settings.feed = strdup(path_of("feed.tsv"));
    /* or in another home: tests/system/test_postgres.py */
    settings.catalogue =
        strdup(getenv("CATALOGUE") != NULL ? getenv("CATALOGUE") : path_of("catalogue.sqlite"));
    settings.away.words =
        getenv("CATALOGUE_WORDS") != NULL && strcmp(getenv("CATALOGUE_WORDS"), "server") == 0;
    file = fopen(settings.feed, "w");
    fputs(feed, file);
    fclose(file);
    assert_int_equal(import_run(&settings, &counts), 0);
    assert_int_equal(counts.refused, 1);
    assert_int_equal(counts.variants, 9);
    assert_int_equal(counts.products, 6);
    stemmer = stemmer_new("english");
    lexicon = lexicon_new(stemmer);
    catalogue = catalogue_open(settings.catalogue, settings.away, lexicon, NULL);
    assert_non_null(catalogue);
    work = calloc(1, sizeof *work);
    free((char *)settings.feed);
    free((char *)settings.catalogue);
    return 0;
}

static int
close_catalogue(void **state)
{
    char command[160];

    (void)state;
    json_decref(result);
    json_decref(traits);
    catalogue_close(&catalogue);
    lexicon_destroy(&lexicon);
    stemmer_destroy(&stemmer);
    free(work);
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

/* Look up, beside what was SAID (may be NULL); the result stays in `result`. Returns how many products. */
static size_t
look_beside(const char *said, const char *words, const char *wish, const char *criteria, bool early,
            int64_t now)
{
    struct weights weights;
    json_t *wished = wish == NULL ? NULL : json_read(wish, strlen(wish), NULL);
    json_t *held = criteria == NULL ? NULL : json_read(criteria, strlen(criteria), NULL);
    struct search search = { .words = words,
                             .slot = "",
                             .wish = wished,
                             .criteria = held,
                             .said = said,
                             .early = early,
                             .limit = 6,
                             .now = now,
                             .weights = &weights };

    weights_default(&weights);
    json_decref(result);
    json_decref(traits);
    assert_int_equal(search_run(work, catalogue, &search, &result, &traits), 0);
    json_decref(wished);
    json_decref(held);
    return json_array_size(json_object_get(result, "products"));
}

static size_t
look(const char *words, const char *wish, const char *criteria, bool early, int64_t now)
{
    return look_beside(NULL, words, wish, criteria, early, now);
}

static const json_t *
product(size_t n)
{
    return json_array_get(json_object_get(result, "products"), n);
}

static void
a_card_has_what_the_shop_sells_now(void **state)
{
    (void)state;
    assert_int_equal(look("", "{\"category\":\"shirts\",\"colour\":\"white\"}",
                          "{\"s\":{\"field\":\"size\",\"class\":\"letters\",\"any\":[\"M\"]}}", false,
                          IN_NOVEMBER),
                     1);
    assert_string_equal(json_text(product(0), "id", ""), "camp");
    assert_string_equal(json_text(product(0), "variant_id", ""), "c1");
    assert_string_equal(json_text(product(0), "size", ""), "M");
    assert_int_equal(json_number(json_object_get(product(0), "price"), "amount", 0), 4900);
    assert_int_equal(json_number(json_object_get(product(0), "list_price"), "amount", 0), 6900);
    assert_int_equal(json_array_size(json_object_get(product(0), "sizes")), 2); /* the XL is sold out */
    assert_int_equal(json_array_size(json_object_get(product(0), "colours")), 2);
    assert_non_null(strstr(json_text(product(0), "why", ""), "white"));
    assert_true(json_dumpb(product(0), NULL, 0, JSON_COMPACT) < 1024);
    assert_string_equal(json_text(json_array_get(traits, 0), "slot", ""), "top");
}

static void
a_brand_that_was_named_comes_first_or_is_said_to_be_missing(void **state)
{
    static const char criteria[] = "{\"brand\":{\"field\":\"brand\",\"any\":[\"Harrow & Pike\"]}}";
    static const char wish[] = "{\"category\":\"shirts\",\"description\":\"white linen camp shirt\"}";

    (void)state;
    assert_int_equal(look("", wish, NULL, false, IN_NOVEMBER), 2);
    assert_string_equal(json_text(product(0), "id", ""), "camp");
    assert_int_equal(look("", wish, criteria, false, IN_NOVEMBER), 2);
    assert_string_equal(json_text(product(0), "id", ""), "o1");
    assert_null(json_object_get(result, "relaxed"));
    assert_int_equal(look("", "{\"category\":\"hats\"}", criteria, false, IN_NOVEMBER), 1);
    assert_string_equal(json_string_value(json_array_get(json_object_get(result, "relaxed"), 0)), "brand");
}

static void
what_does_not_suit_the_occasion_stands_last_and_says_so(void **state)
{
    static const char criteria[] = "{\"occasion\":{\"field\":\"occasion\",\"any\":[\"job interview\"]}}";

    (void)state;
    assert_int_equal(look("", "{\"category\":\"dresses\"}", criteria, false, IN_NOVEMBER), 1);
    assert_true(json_is_true(json_object_get(json_array_get(traits, 0), "unfit"))); /* a beach dress */
    assert_int_equal(look("", "{\"category\":\"shirts\"}", criteria, false, IN_NOVEMBER), 2);
    assert_string_equal(json_text(product(0), "id", ""), "o1");
    assert_null(json_object_get(json_array_get(traits, 0), "unfit"));
}

/* "I'm a woman" in a thread that was about a man: until the assessment has it, the newest words count. */
static void
what_was_just_said_takes_the_place_of_older_criteria(void **state)
{
    static const char his[] = "{\"gender\":{\"field\":\"gender\",\"any\":[\"male\"]},"
                              "\"size.letters\":{\"field\":\"size\",\"class\":\"letters\",\"any\":[\"L\"]}}";
    static const char wish[] = "{\"category\":\"dresses\",\"gender\":\"male\",\"description\":\"a dress\"}";

    (void)state;
    assert_int_equal(look("", wish, his, false, IN_NOVEMBER), 0);
    assert_int_equal(look_beside("I'm a woman", "", wish, his, false, IN_NOVEMBER), 1);
    assert_string_equal(json_text(product(0), "id", ""), "d1");
    assert_int_equal(look_beside("a dress for a woman", "a dress for a woman", NULL, his, true, IN_NOVEMBER),
                     1);
    assert_int_equal(look("shirts in size M", NULL, his, true, IN_NOVEMBER), 1);
    assert_string_equal(json_text(product(0), "size", ""), "L"); /* assessed: the criteria say it better */
    assert_int_equal(look_beside("shirts in size M", "shirts in size M", NULL, his, true, IN_NOVEMBER), 2);
    assert_string_equal(json_text(product(0), "size", ""), "M");
    assert_int_equal(look_beside("espadrilles, size 42", "",
                                 "{\"category\":\"espadrilles\",\"description\":\"espadrilles\"}",
                                 "{\"size.shoes\":{\"field\":\"size\",\"class\":\"shoes\",\"any\":[\"39\"]}}",
                                 false, IN_NOVEMBER),
                     1);
    assert_string_equal(json_text(product(0), "size", ""), "42");
    assert_int_equal(look_beside("shirts in size M", "shirts in size M", NULL, his, true, IN_NOVEMBER), 2);
    assert_string_equal(json_text(product(0), "size", ""), "M");
}

/* The wish was made of older criteria. */
static void
whom_a_wish_is_for_gives_way_to_the_criteria(void **state)
{
    (void)state;
    assert_int_equal(look("a man's dress", "{\"category\":\"dresses\",\"gender\":\"male\"}",
                          "{\"gender\":{\"field\":\"gender\",\"any\":[\"female\"]}}", false, IN_NOVEMBER),
                     1);
}

static void
a_sale_ends_on_its_day(void **state)
{
    (void)state;
    look("", "{\"category\":\"shirts\",\"colour\":\"white\"}",
         "{\"s\":{\"field\":\"size\",\"class\":\"letters\",\"any\":[\"M\"]}}", false, IN_DECEMBER);
    assert_int_equal(json_number(json_object_get(product(0), "price"), "amount", 0), 6900);
    assert_null(json_object_get(product(0), "list_price"));
}

static void
nothing_found_says_what_blocked_it_and_what_one_step_brings(void **state)
{
    const json_t *relaxation;

    (void)state;
    assert_int_equal(look("", "{\"category\":\"shirts\"}",
                          "{\"budget.item\":{\"field\":\"price\",\"max\":4000,\"currency\":\"USD\"}}", false,
                          IN_NOVEMBER),
                     0);
    assert_string_equal(json_text(result, "outcome", ""), "none_match");
    assert_string_equal(json_string_value(json_array_get(json_object_get(result, "blocked_by"), 0)), "price");
    relaxation = json_object_get(result, "relaxation");
    assert_string_equal(json_text(relaxation, "drop", ""), "budget.item");
    assert_int_equal(json_number(relaxation, "count", 0), 2);
    assert_int_equal(json_number(json_object_get(relaxation, "cheapest"), "amount", 0), 4900);
}

static void
early_words_bring_varied_garments_that_suit(void **state)
{
    size_t count = look("I need something for a beach wedding in July, under 200 dollars, I'm an M", NULL,
                        NULL, true, IN_NOVEMBER);

    (void)state;
    assert_true(count >= 3);
    assert_true(json_is_true(json_object_get(result, "early")));
    for (size_t i = 0; i < count; i++)
        assert_string_not_equal(json_text(product(i), "id", ""), "s1"); /* no socks */
}

static void
early_words_about_nothing_that_a_shop_has_bring_nothing(void **state)
{
    static const char *const words[] = { "thanks", "hello!", "write me a poem",
                                         "what is the meaning of life" };

    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        assert_int_equal(look(words[i], NULL, NULL, true, IN_NOVEMBER), 0);
        assert_false(json_is_true(json_object_get(result, "named")));
    }
    assert_int_not_equal(look("something for men", NULL, NULL, true, IN_NOVEMBER), 0);
}

static void
the_cheapest_and_how_many_are_exact(void **state)
{
    (void)state;
    look("the cheapest shirt", NULL, NULL, true, IN_NOVEMBER);
    assert_string_equal(json_text(product(0), "id", ""), "camp");
    look("your most expensive shirt", NULL, NULL, true, IN_NOVEMBER);
    assert_string_equal(json_text(product(0), "id", ""), "o1");
    look("how many shirts do you have", NULL, NULL, true, IN_NOVEMBER);
    assert_int_equal(json_number(result, "count", 0), 2);
}

static void
what_cannot_be_checked_is_said(void **state)
{
    (void)state;
    assert_int_equal(look("", "{\"category\":\"hats\"}",
                          "{\"p\":{\"field\":\"price\",\"max\":100,\"currency\":\"EUR\"}}", false,
                          IN_NOVEMBER),
                     1);
    assert_string_equal(json_string_value(json_array_get(json_object_get(result, "unchecked"), 0)), "price");
}

static void
facets_are_small_and_say_what_there_is(void **state)
{
    json_t *facets = facets_new(catalogue_index(catalogue), "english", IN_NOVEMBER);
    const json_t *first = json_array_get(json_object_get(facets, "categories"), 0);

    (void)state;
    assert_true(json_dumpb(facets, NULL, 0, JSON_COMPACT) < 2048);
    assert_int_equal(json_number(facets, "count", 0), 6);
    assert_string_equal(json_text(first, "name", ""), "shirts");
    assert_string_equal(json_text(first, "slot", ""), "top");
    assert_int_equal(json_integer_value(json_array_get(json_object_get(first, "price"), 0)), 4900);
    assert_non_null(json_object_get(json_object_get(facets, "sizes"), "letters"));
    json_decref(facets);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_card_has_what_the_shop_sells_now),
        cmocka_unit_test(a_brand_that_was_named_comes_first_or_is_said_to_be_missing),
        cmocka_unit_test(what_does_not_suit_the_occasion_stands_last_and_says_so),
        cmocka_unit_test(what_was_just_said_takes_the_place_of_older_criteria),
        cmocka_unit_test(whom_a_wish_is_for_gives_way_to_the_criteria),
        cmocka_unit_test(a_sale_ends_on_its_day),
        cmocka_unit_test(nothing_found_says_what_blocked_it_and_what_one_step_brings),
        cmocka_unit_test(early_words_bring_varied_garments_that_suit),
        cmocka_unit_test(early_words_about_nothing_that_a_shop_has_bring_nothing),
        cmocka_unit_test(the_cheapest_and_how_many_are_exact),
        cmocka_unit_test(what_cannot_be_checked_is_said),
        cmocka_unit_test(facets_are_small_and_say_what_there_is),
    };

    return cmocka_run_group_tests(tests, open_catalogue, close_catalogue);
}
