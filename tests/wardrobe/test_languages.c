#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "tests/wardrobe/shop.h"
#include "wardrobe/languages.h"
#include "wardrobe/query.h"

static struct languages *languages;

static int
open_languages(void **state)
{
    (void)state;
    languages = languages_new();
    return languages == NULL ? -1 : 0;
}

static int
close_languages(void **state)
{
    (void)state;
    languages_destroy(&languages);
    assert_null(languages);
    languages_destroy(&languages);
    return 0;
}

/* A shop that knows a few words that other languages have too. */
static bool
is_known(void *owner, const char *word)
{
    (void)owner;
    return strstr("|robe|hose|rock|strand|red|dress|linen|shirt|kind|top|mantel|", word) != NULL;
}

static const char *
translated(const char *said)
{
    static char out[2000];
    struct word words[60];
    size_t count = words_split(said, strlen(said), words, 60);

    count = languages_translate(languages, said, words, count, 60, is_known, NULL);
    out[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        strcat(out, i > 0 ? " " : "");
        strcat(out, words[i].text);
    }
    return out;
}

static void
five_languages_become_english(void **state)
{
    static const char *const cases[][2] = {
        { "rotes Kleid", "red dress" },
        { "Ich suche ein rotes Kleid für eine Hochzeit unter 80 Euro", "red dress wedding under 80 euros" },
        { "Pullover ohne Wolle, Größe M", "sweater without wool size m" },
        { "schwarze Schuhe zwischen 50 und 100 €", "black shoes between 50 and 100 €" },
        { "robe noire à moins de 50 euros", "dress black under 50 euros" },
        { "chaussures taille 42 pour femme", "shoes size 42 women" },
        { "sandales rouges sans talons", "sandals red without heels" },
        { "camisa de lino blanca para hombre", "shirt linen white men" },
        { "vestidos por menos de 50 euros", "dress under 50 euros" },
        { "scarpe da ginnastica bianche numero 42", "sneakers white size 42" },
        { "vestito lungo senza maniche per un matrimonio", "dress long without maniche wedding" },
        { "zwarte jurk tussen 50 en 100 euro", "black dress between 50 and 100 euros" },
        { "broek voor heren maat L", "trousers men size l" },
        { "das billigste Hemd", "cheapest shirt" },
        { "Turnschuhe, 49,90 Euro", "sneakers 49.90 euros" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(translated(cases[i][0]), cases[i][1]);
}

static void
a_compound_is_what_its_halves_are(void **state)
{
    (void)state;
    assert_string_equal(translated("Leinenhemd"), "linen shirt");
    assert_string_equal(translated("Arbeitsschuhe für Herren"), "work shoes men");
    assert_string_equal(translated("leren damesschoenen"), "leather women shoes");
    assert_string_equal(translated("Quatschhemdling"), "quatschhemdling");
}

static void
english_stays_as_it_is(void **state)
{
    static const char *const cases[] = {
        "red dress",
        "robe",
        "hose",
        "rock top",
        "Massimo Dutti shirt",
        "I need a robe for my mantel",
        "the strand of hose that I want",
        "linen shirt 50,60",
        "",
        "42",
        "a kind shirt and a pants without rock under 80",
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct word words[60];
        size_t count = words_split(cases[i], strlen(cases[i]), words, 60);
        char plain[2000] = "";

        for (size_t w = 0; w < count; w++) {
            strcat(plain, w > 0 ? " " : "");
            strcat(plain, words[w].text);
        }
        assert_string_equal(translated(cases[i]), plain);
    }
}

static void
breaks_stay_and_words_point_to_what_was_said(void **state)
{
    static const char said[] = "rotes Kleid, ein Leinenhemd";
    struct word words[8];
    size_t count = words_split(said, strlen(said), words, 8);

    (void)state;
    count = languages_translate(languages, said, words, count, 8, is_known, NULL);
    assert_int_equal(count, 4);
    assert_true(words[0].after_break);
    assert_false(words[1].after_break);
    assert_true(words[2].after_break); /* before "ein", which says nothing */
    assert_int_equal(words[3].from, 17);
    assert_int_equal(words[3].to, strlen(said));
}

static void
no_more_words_come_than_there_is_room_for(void **state)
{
    static const char said[] = "Abendkleid Abendkleid Abendkleid";
    struct word words[4];
    size_t count = words_split(said, strlen(said), words, 4);

    (void)state;
    assert_int_equal(languages_translate(languages, said, words, count, 4, is_known, NULL), 4);
}

static void
another_languages_question_is_understood(void **state)
{
    struct shop shop;
    static struct question query;

    (void)state;
    shop_open(&shop);
    shop_fill(&shop);
    query_read(&query, shop_index(&shop), "weißes Leinenhemd unter 80 Euro ohne Wolle in Größe M");
    assert_int_equal(query.wants.kind_count, 1);
    assert_string_equal(lexicon_kind(shop.lexicon, query.wants.kinds[0])->name, "shirts");
    assert_true(query.wants.colours == lexicon_colours_of(shop.lexicon, "white"));
    assert_true(query.wants.materials == lexicon_materials_of(shop.lexicon, "linen"));
    assert_true(query.excludes.materials == lexicon_materials_of(shop.lexicon, "wool"));
    assert_true(query.price_max == 80);
    assert_string_equal(query.currency, "EUR");
    assert_int_equal(query.size_count, 1);
    assert_string_equal(query.sizes[0].text, "M");
    shop_close(&shop);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(five_languages_become_english),
        cmocka_unit_test(a_compound_is_what_its_halves_are),
        cmocka_unit_test(english_stays_as_it_is),
        cmocka_unit_test(breaks_stay_and_words_point_to_what_was_said),
        cmocka_unit_test(no_more_words_come_than_there_is_room_for),
        cmocka_unit_test(another_languages_question_is_understood),
    };

    return cmocka_run_group_tests(tests, open_languages, close_languages);
}
