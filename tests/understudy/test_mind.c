#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "understudy/mind.h"
#include "understudy/shop.h"

#define SHOWN                                                                                                \
    "SHOWN: [{\"n\":1,\"title\":\"Linen Camp Shirt\",\"slot\":\"top\",\"price\":\"49.00 USD\"},"             \
    "{\"n\":2,\"title\":\"Suede Loafer\",\"slot\":\"shoes\",\"price\":\"120.00 USD\"},"                      \
    "{\"n\":3,\"title\":\"Straw Sun "                                                                        \
    "Hat\",\"slot\":\"hat\",\"price\":{\"amount\":3500,\"currency\":\"USD\"}}]\n"
#define BUDGET                                                                                               \
    "CRITERIA: "                                                                                             \
    "{\"budget.outfit\":{\"field\":\"price\",\"slot\":\"all\",\"scope\":\"outfit\",\"max\":200,"             \
    "\"currency\":\"USD\"}}\n"

/* All of it makes up the look, which costs 204; and one piece that does. */
#define LOOK                                                                                                 \
    "SHOWN: [{\"n\":1,\"title\":\"Linen Camp Shirt\",\"slot\":\"top\",\"price\":\"49.00 "                    \
    "USD\",\"look\":true},"                                                                                  \
    "{\"n\":2,\"title\":\"Suede Loafer\",\"slot\":\"shoes\",\"price\":\"120.00 USD\",\"look\":true},"        \
    "{\"n\":3,\"title\":\"Dinner Suit\",\"slot\":\"set\",\"price\":\"420.00 USD\"},"                         \
    "{\"n\":4,\"title\":\"Straw Hat\",\"slot\":\"hat\",\"price\":\"35.00 USD\",\"look\":true}]\n"
#define ONE                                                                                                  \
    "SHOWN: [{\"n\":1,\"title\":\"Penny Loafer\",\"slot\":\"shoes\",\"price\":\"90.00 USD\"},"               \
    "{\"n\":2,\"title\":\"Suede Loafer\",\"slot\":\"shoes\",\"price\":\"120.00 USD\",\"look\":true}]\n"

static struct mind mind;

static int
open_mind(void **state)
{
    (void)state;
    return mind_open(&mind, 0);
}

static int
close_mind(void **state)
{
    (void)state;
    mind_close(&mind);
    mind_close(&mind);
    return 0;
}

/* Answer BODY, a Responses request without its first brace and model. */
static struct answer
answer_to(const char *body)
{
    struct buffer text = { 0 };
    struct problem problem;
    struct answer answer;
    struct ask ask;

    buffer_printf(&text, "{\"model\":\"m\",%s", body);
    assert_int_equal(request_read(&ask, DIALECT_RESPONSES, text.bytes, text.size, &problem), 0);
    assert_int_equal(mind_answer(&mind, &ask, &answer), 0);
    request_clear(&ask);
    buffer_clear(&text);
    return answer;
}

/* The same for a user's MESSAGE and what else is asked for (MORE: ",\"text\":{...}" or ""). */
static struct answer
answer_message(const char *message, const char *more)
{
    struct buffer body = { 0 };
    struct answer answer;

    buffer_text(&body, "\"input\":");
    buffer_json_string(&body, message, strlen(message));
    buffer_printf(&body, "%s}", more);
    answer = answer_to(body.bytes);
    buffer_clear(&body);
    return answer;
}

/* The criteria that an assessment of MESSAGE comes to, one a line: "set price all outfit max=160 USD". */
static void
assess(const char *message, char *line)
{
    struct buffer more = { 0 };
    json_t *schema = json_file("psychologist/assessment.json"), *assessment, *criteria, *one, *word;
    struct answer answer;
    size_t i, n;

    assert_non_null(schema);
    buffer_text(&more, ",\"text\":{\"format\":{\"type\":\"json_schema\",\"name\":\"a\",\"schema\":");
    json_write(&more, schema, 0);
    buffer_text(&more, "}}");
    answer = answer_message(message, more.bytes);
    assert_int_equal(answer.role, ROLE_ASSESSMENT);
    assessment = json_read(answer.text, strlen(answer.text), NULL);
    assert_non_null(assessment);
    criteria = json_object_get(assessment, "criteria");
    line += sprintf(line, "%s", json_text(assessment, "want", ""));
    json_array_foreach(json_object_get(assessment, "exclude_shown"), i, one) line +=
        sprintf(line, " -%d", (int)json_integer_value(one));
    json_array_foreach(criteria, i, one)
    {
        line += sprintf(line, "; %s %s %s", json_text(one, "op", ""), json_text(one, "field", ""),
                        json_text(one, "slot", ""));
        json_array_foreach(json_object_get(one, "any"), n, word) line +=
            sprintf(line, " %s", json_string_value(word));
        json_array_foreach(json_object_get(one, "none"), n, word) line +=
            sprintf(line, " !%s", json_string_value(word));
        if (json_is_number(json_object_get(one, "max")))
            line += sprintf(line, " max=%g", json_number_value(json_object_get(one, "max")));
        if (json_is_number(json_object_get(one, "min")))
            line += sprintf(line, " min=%g", json_number_value(json_object_get(one, "min")));
        line +=
            sprintf(line, "%s%s%s%s", *json_text(one, "scope", "") ? " " : "", json_text(one, "scope", ""),
                    *json_text(one, "class", "") ? " " : "", json_text(one, "class", ""));
    }
    json_decref(assessment);
    json_decref(schema);
    answer_clear(&answer);
    buffer_clear(&more);
}

static void
assesses_follow_ups_by_what_is_known_and_shown(void **state)
{
    static const struct {
        const char *message, *line;
    } cases[] = {
        { SHOWN BUDGET "SHOPPER: cheaper", "change; set price all max=160 outfit" },
        { SHOWN "SHOPPER: cheaper", "change; set price all max=115 item" },
        { SHOWN BUDGET "SHOPPER: cheaper shoes please", "items; set price shoes max=115 item" },
        { SHOWN BUDGET "SHOPPER: that second option isn't me", "change -2" },
        { SHOWN BUDGET "SHOPPER: lose the hat", "change -3" },
        { SHOWN BUDGET "SHOPPER: not the last one", "change -3" },
        { LOOK "SHOPPER: cheaper", "change; set price all max=160 outfit" },
        { LOOK "SHOPPER: cheaper shoes please", "items; set price shoes max=115 item" },
        { LOOK BUDGET "SHOPPER: too expensive", "change; set price all max=160 outfit" },
        { LOOK "CRITERIA: {\"budget.outfit\":{\"field\":\"price\",\"slot\":\"all\",\"scope\":"
               "\"outfit\",\"max\":150,\"currency\":\"USD\"}}\nSHOPPER: cheaper",
          "change; set price all max=120 outfit" },
        { ONE "SHOPPER: not that one", "change -2" },
        { ONE "SHOPPER: cheaper", "change; set price all max=115 item" },
        { LOOK "SHOPPER: not that one", "change" },
        { SHOWN "SHOPPER: the second one in blue", "change; set colour shoes blue" },
        { SHOWN "SHOPPER: is the first one available in 14?", "change; set size top 14 numeric" },
        { SHOWN "SHOPPER: do you have the first one in L?", "change; set size top L letters" },
        { SHOWN "SHOPPER: is the second one available in 9?", "change; set size shoes 9 shoes" },
        { "SHOPPER: a shirt from $5 to $10", "items; set price top max=10 min=5 item" },
        { ONE "CRITERIA: {\"budget.item.shoes\":{\"field\":\"price\",\"slot\":\"shoes\",\"scope\":"
              "\"item\",\"max\":100,\"currency\":\"USD\"}}\nSHOPPER: cheaper",
          "change; set price shoes max=80 item" },
        { ONE "CRITERIA: {\"budget.item.shoes\":{\"field\":\"price\",\"slot\":\"shoes\",\"scope\":"
              "\"item\",\"max\":100,\"currency\":\"USD\"}}\nSHOPPER: under $70",
          "change; set price shoes max=70 item" },
        { ONE "CRITERIA: {\"budget.item.top\":{\"field\":\"price\",\"slot\":\"top\",\"scope\":"
              "\"item\",\"max\":10,\"currency\":\"USD\"}}\nSHOPPER: cheaper",
          "change; set price shoes max=115 item" },
        { LOOK "CRITERIA: {\"budget.item.top\":{\"field\":\"price\",\"slot\":\"top\",\"scope\":"
               "\"item\",\"max\":50,\"currency\":\"USD\"}}\nSHOPPER: cheaper",
          "change; set price all max=160 outfit" },
        { BUDGET "SHOPPER: start over", "question; remove price all outfit" },
        { "FACETS: {\"brands\":[\"Harrow & Pike\",\"Okko\"]}\nSHOPPER: what else from Harrow & Pike?",
          "look; set brand all Harrow & Pike" },
        { "SHOPPER: coat and boots under $150", "items; set price all max=150 outfit" },
        { "SHOPPER: coat and boots under $150 each", "items; set price all max=150 item" },
        { "SHOPPER: boots or sneakers under $150", "items; set price shoes max=150 item" },
        { "SHOPPER: thanks", "question" },
        { "SHOPPER: a suit, but no ties", "items; set category all !ties" },
        { SHOWN BUDGET "SHOPPER: same but in black", "change; set colour all black" },
        { SHOWN BUDGET "SHOPPER: forget the budget", "change; remove price all" },
        { SHOWN "SHOPPER: shoes to go with it", "items" },
        { SHOWN "SHOPPER: I'm a size 42", "change; set size all 42 shoes" },
        { "SHOPPER: 50 to 100 euros each", "look; set price all max=100 min=50 item" },
        { "SHOPPER: white shoes, nothing in suede",
          "items; set colour shoes white; set material all !suede" },
        { "SHOPPER: only what's on sale and in stock",
          "look; set on_sale all yes; set availability all in stock" },
        { "SHOPPER: What's the capital of Peru?", "question" },
        { "CRITERIA: "
          "{\"gender\":{\"field\":\"gender\",\"any\":[\"male\"]},\"size.letters\":{\"field\":\"size\","
          "\"slot\":\"all\","
          "\"class\":\"letters\",\"any\":[\"M\"]}}\nSHOPPER: and a dress for my wife",
          "items; remove size all letters; set gender all female" },
    };
    char line[1024];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assess(cases[i].message, line);
        assert_string_equal(line, cases[i].line);
    }
}

#define TOOL                                                                                                 \
    ",\"tools\":[{\"type\":\"function\",\"name\":\"find_product\",\"parameters\":{\"type\":\"object\","      \
    "\"properties\":{"                                                                                       \
    "\"category\":{\"type\":[\"string\",\"null\"]},\"colour\":{\"type\":[\"string\",\"null\"]},"             \
    "\"material\":{\"type\":[\"string\",\"null\"]}}}}]"

static void
names_the_products_of_a_paragraph_and_nothing_else(void **state)
{
    static const struct {
        const char *paragraph, *calls;
    } cases[] = {
        { "Start with a white linen camp shirt, cut loose, over sand-coloured chinos.",
          "white linen shirts, sand - chinos" },
        { "Dazu passen braune Ledersandalen; eine Krawatte brauchst du nicht.", "brown - sandals" },
        { "- **robe en satin en noir**: facile à reporter ensuite.", "black satin dresses" },
        { "- **Robe en satin coloris noir**: facile à reporter ensuite.", "black satin dresses" },
        { "- **Vestido de lino color blanco**: el color une todo el conjunto.", "white linen dresses" },
        { "I'd build everything around a **white cotton shirt with a soft collar**: it keeps its shape.",
          "white cotton shirts" },
        { "1. **White cotton shirt with a soft collar**: it keeps its shape while letting air through.",
          "white cotton shirts" },
        { "- **Light blue mac with a clean collar**. It reads as a coat.", "light blue - raincoats" },
        { "Tell me a piece or a colour, like 'the shoes in black' or 'up to 150', and I'll look again.", "" },
        { "Nenn mir ein Teil, etwa „Schuhe in Schwarz“, und ich suche noch einmal.", "" },
        { "Par exemple « des chaussures noires » ou « moins de 150 ».", "" },
        { "They're the men's choice: black leather boots, 'cause it's winter.", "black leather boots" },
        { "What a lovely occasion! Here is what I would wear.", "" },
        { "### The shoes", "" },
        { "**The finishing touch**", "" },
        { "Here are three pieces:", "" },
        { "Pair your own white trousers with a navy blazer, and skip the tie.", "navy - blazers" },
        { "Add a slim leather belt and a watch.", "- leather belts, - - watches" },
        { "Instead of jeans, try wide-leg trousers in cream.", "cream - trousers" },
        { "Garden parties reward soft colour, light cloth and shoes that forgive a lawn.", "" },
        { "The navy corduroy A-line skirt is easy to move in.", "navy corduroy skirts" },
        { "1. **Navy wool crew-neck sweater** (around $65). It has the ease of a hoodie.",
          "navy wool sweaters" },
        { "Loafers or espadrilles in tan both work.", "- - loafers, tan - espadrilles" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buffer message = { 0 }, calls = { 0 };
        struct answer answer;

        buffer_printf(&message, "PARAGRAPH: %s", cases[i].paragraph);
        answer = answer_message(message.bytes, TOOL);
        assert_int_equal(answer.role, ROLE_EXTRACTION);
        for (size_t n = 0; n < answer.call_count; n++) {
            json_t *wish = json_read(answer.calls[n].arguments, strlen(answer.calls[n].arguments), NULL);

            buffer_printf(&calls, "%s%s %s %s", n ? ", " : "", json_text(wish, "colour", "-"),
                          json_text(wish, "material", "-"), json_text(wish, "category", "-"));
            json_decref(wish);
        }
        assert_string_equal(buffer_string(&calls), cases[i].calls);
        answer_clear(&answer);
        buffer_clear(&message);
        buffer_clear(&calls);
    }
}

static const char *
suggest(const char *message, struct answer *answer)
{
    *answer = answer_message(message, "");
    assert_int_equal(answer->role, ROLE_SUGGESTION);
    return answer->text;
}

static void
a_suggestion_keeps_what_was_asked_for(void **state)
{
    static const struct {
        const char *message, *has, *has_not;
    } cases[] = {
        { "SHOPPER: a date night, I'm a woman, nothing in black", "burgundy", "black" },
        { "SHOPPER: office clothes for men, no wool and no blazers", "shirt", "wool" },
        { "SHOPPER: office clothes for men, no wool and no blazers", "shirt", "blazer" },
        { SHOWN "SHOPPER: shoes to go with it", "", "shirt" },
        { "CRITERIA: "
          "{\"colour\":{\"field\":\"colour\",\"slot\":\"all\",\"any\":[\"green\"],\"none\":[]},\"g\":{"
          "\"field\":\"gender\",\"any\":"
          "[\"male\"]},\"s\":{\"field\":\"season\",\"any\":[\"winter\"]},\"c\":{\"field\":\"category\","
          "\"none\":[\"scarves\"]},\"m\":{\"field\":"
          "\"material\",\"none\":[\"wool\"]},\"k\":{\"field\":\"colour\",\"none\":[\"red\"]},\"o\":{"
          "\"field\":\"occasion\",\"any\":[\"dinner\"]}}\n"
          "SHOPPER: what do you suggest?",
          "green", "scarf" },
        { "FACETS: "
          "{\"count\":9,\"categories\":[{\"name\":\"dresses\",\"slot\":\"dress\",\"count\":5},{\"name\":"
          "\"footwear\",\"slot\":\"shoes\","
          "\"count\":4}],\"colours\":[\"navy\"]}\nSHOPPER: a wedding, for my wife",
          "navy", "blazer" },
        { "FACETS: " /* fewer pieces, also where the digest has no room for what they are sold as */
          "{\"currency\":\"USD\",\"count\":419,\"categories\":[{\"name\":\"dresses\",\"slot\":\"dress\","
          "\"count\":27,\"price\":[6800,9800,15800]},{\"name\":\"jackets\",\"slot\":\"outerwear\",\"count\":"
          "17,"
          "\"price\":[7900,11800,14800]},{\"name\":\"sneakers\",\"slot\":\"shoes\",\"count\":10,\"price\":"
          "[7900,9900,11800]}]}\nSHOPPER: Job interview outfit for a woman under 150 dollars",
          "dress", "blazer" },
        { "SHOPPER: can I wear white to a wedding?", "leave white to the couple", "white shirt" },
        { "SHOPPER: what's the weather like?", "", "shirt" },
        { "SHOPPER: you idiot", "start over", "shirt" },
        { "SHOPPER: I want to kill myself", "findahelpline", "shirt" },
        { "SHOPPER: do you ship to Norway?", "customer service", "**" },
        { SHOWN "SHOPPER: thanks a lot", "welcome", "**" },
        { SHOWN "SHOPPER: hmpf", "not sure what", "**" },
        { LOOK "SHOPPER: not that one", "Which one", "**" },
        { ONE "SHOPPER: not that one", "loafers", "shirt" },
        { SHOWN "SHOPPER: compare the first and the second", "The first of the two costs less", "**" },
        { SHOWN "SHOPPER: the second one in black", "loafers", "shirt" },
        { "SHOPPER: start over", "from the beginning", "**" },
        { "SHOPPER: Cerco un vestito per un matrimonio", "Mi dispiace", "**" },
        { "SHOPPER: do you have Nike?", "can't place that name", "**" },
        { "SHOPPER: leggings", "leggings", "shorts" },
        { "SHOPPER: vegan boots", "boots", "leather" },
        { "SHOPPER: a suit", "suit", "pyjamas" },
        { "SHOPPER: the gym, for a man", "", "gloves" },
        { "FACETS: "
          "{\"currency\":\"USD\",\"count\":25,\"categories\":[{\"name\":\"dresses\",\"slot\":\"dress\","
          "\"count\":25}]}\nCOUNT: 27\nSHOPPER: how many dresses do you have?",
          "27 dresses", "25" },
        { "FACETS: "
          "{\"currency\":\"USD\",\"count\":25,\"categories\":[{\"name\":\"dresses\",\"slot\":\"dress\","
          "\"count\":25}]}\nSHOPPER: how many dresses do you have?",
          "", "25" },
        { "COUNT: 4\nSHOPPER: how many red dresses do you have?", "4 dresses like that", "umbrella" },
        { "COUNT: 1\nSHOPPER: how many red dresses do you have?", "There is one", "umbrella" },
        { "FACETS: "
          "{\"currency\":\"USD\",\"count\":25,\"categories\":[{\"name\":\"dresses\",\"slot\":\"dress\","
          "\"count\":25}]}\nSHOPPER: an umbrella",
          "don't find any umbrellas", "scarf" },
        { "SHOPPER: hello", "Hello!", "shirt" },
        { "SHOPPER: Ich suche ein Kleid für eine Hochzeit", "Kleid aus", "dress" },
        { "SHOPPER: Je cherche une robe noire pour un mariage", "coloris noir", "dress" },
        { "SHOPPER: Necesito zapatos para una boda", "color ", "shoes" },
        { "LANGUAGE: de\nSHOPPER: ok", "", "shirt" },
        { "FACETS: "
          "{\"count\":1,\"categories\":[{\"name\":\"rings\",\"slot\":\"jewellery\",\"count\":1}]}\nSHOPPER: "
          "a coat",
          "don't find any coats", "ring" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct answer answer;
        const char *text = suggest(cases[i].message, &answer);

        if (strstr(text, cases[i].has) == NULL || strcasestr(text, cases[i].has_not) != NULL)
            print_error("%s\n%s\n", cases[i].message, text);
        assert_non_null(strstr(text, cases[i].has));
        assert_null(strcasestr(text, cases[i].has_not));
        answer_clear(&answer);
    }
}

static void
a_cut_suggestion_is_gone_on_with(void **state)
{
    struct answer whole, rest;
    struct buffer body = { 0 };
    const char *first;

    (void)state;
    suggest("SHOPPER: a date night, for a woman", &whole);
    first = strstr(whole.text, "\n\n");
    assert_non_null(first);
    buffer_text(&body, "\"input\":[{\"role\":\"user\",\"content\":\"SHOPPER: a date night, for a "
                       "woman\"},{\"role\":\"assistant\",\"content\":");
    buffer_json_string(&body, whole.text, (size_t)(first - whole.text));
    buffer_text(&body, "},{\"role\":\"user\",\"content\":\"CONTINUE: go on\"}]}");
    rest = answer_to(body.bytes);
    assert_string_equal(rest.text, first + 2);
    answer_clear(&rest);
    answer_clear(&whole);
    buffer_clear(&body);
}

static void
every_form_of_writing_comes_up(void **state)
{
    int lists = 0, numbers = 0, headings = 0, bold = 0, together = 0;

    (void)state;
    for (int i = 0; i < 120; i++) {
        char message[80];
        struct answer answer;
        const char *text;

        sprintf(message, "SHOPPER: an outfit for dinner number %d, for my %s", i,
                i % 3 == 0   ? "husband"
                : i % 3 == 1 ? "wife"
                             : "son");
        text = suggest(message, &answer);
        lists += strstr(text, "\n- **") != NULL;
        numbers += strstr(text, "\n1. **") != NULL;
        headings += strstr(text, "### ") != NULL;
        bold += strstr(text, "**") != NULL;
        assert_null(strchr(text, '$')); /* the cards say what it costs */
        together += strstr(text, ". Pair it with") != NULL || strstr(text, ". Below") != NULL ||
                    strstr(text, ". It sits") != NULL;
        assert_null(strstr(text, "  "));
        assert_null(strstr(text, "%"));
        assert_null(strstr(text, " a a"));
        assert_null(strstr(text, ".."));
        answer_clear(&answer);
    }
    assert_true(lists > 5 && numbers > 5 && headings > 2 && bold > 30 && together > 3);
}

static void
limits_and_caching_are_counted(void **state)
{
    struct answer answer = answer_message("SHOPPER: a dinner outfit", ",\"max_output_tokens\":5");

    (void)state;
    assert_int_equal(answer_tokens(&answer), 5);
    assert_int_equal(answer.finish, FINISH_LENGTH);
    assert_true(answer.input_tokens > 5);
    answer_clear(&answer);
}

static void
any_schema_is_filled(void **state)
{
    json_t *schema = json_loads("{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\",\"enum\":["
                                "\"x\",\"y\"]},\"b\":{\"type\":\"boolean\"},"
                                "\"c\":{\"type\":\"integer\"},\"d\":{\"anyOf\":[{\"type\":\"null\"},{"
                                "\"type\":\"number\"}]},\"e\":{\"type\":\"array\","
                                "\"items\":{\"type\":\"string\"}},\"f\":{\"type\":\"object\"},\"g\":{"
                                "\"type\":[\"string\",\"null\"]},\"h\":{\"type\":\"string\"}}}",
                                0, NULL);
    json_t *known = json_loads("{\"a\":\"z\",\"d\":1.5,\"e\":[\"q\",7],\"strange\":1,\"b\":true}", 0, NULL);
    json_t *filled = mind_fill(schema, known);
    char *text = json_dumps(filled, JSON_COMPACT | JSON_SORT_KEYS);

    (void)state;
    assert_string_equal(
        text, "{\"a\":\"x\",\"b\":true,\"c\":0,\"d\":1.5,\"e\":[\"q\",\"\"],\"f\":{},\"g\":null,\"h\":\"\"}");
    free(text);
    json_decref(filled);
    json_decref(known);
    json_decref(schema);
}

static void
a_choice_gives_reasons_as_its_schema_has_them(void **state)
{
    struct answer answer =
        answer_message("WANTED: shirt\nLINES: 1. a\n2. b\n3. c",
                       ",\"text\":{\"format\":{\"type\":\"json_schema\",\"name\":\"c\",\"schema\":{\"type\":"
                       "\"object\",\"properties\":{\"order\":{\"type\":\"array\",\"items\":"
                       "{\"type\":\"integer\"}},\"why\":{\"type\":\"array\",\"items\":{\"type\":\"object\","
                       "\"properties\":{\"n\":{\"type\":\"integer\"},\"why\":{\"type\":"
                       "\"string\"}}}}}}}}");
    json_t *choice = json_read(answer.text, strlen(answer.text), NULL);

    (void)state;
    assert_int_equal(answer.role, ROLE_CHOICE);
    assert_true(json_array_size(json_object_get(choice, "order")) >= 3);
    assert_true(json_array_size(json_object_get(choice, "why")) == 3);
    json_decref(choice);
    answer_clear(&answer);
}

/* What crowd workers asked a shop for: nearly all of it is about clothes, and none of it is off the subject.
 */
static void
real_requests_are_about_clothes(void **state)
{
    FILE *file = fopen("../shared/data/utterances/webshop-fashion-goals-dev.tsv", "r");
    int count = 0, fashion = 0, other = 0;
    char line[2048];

    (void)state;
    if (file == NULL && getenv("CI") == NULL)
        skip(); /* skipped: no ../shared */
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        const char *said = strchr(line, '\t');
        struct answer answer;

        if (said == NULL || count == 300)
            continue;
        answer = answer_message(said + 1, "");
        count++;
        fashion += strstr(answer.text, "**") != NULL || strlen(answer.text) > 250;
        other += strstr(answer.text, "wardrobe, I'm afraid") != NULL ||
                 strstr(answer.text, "fluent fashion") != NULL;
        answer_clear(&answer);
    }
    fclose(file);
    assert_true(count > 200);
    assert_true(other <= 1);
    assert_true(fashion > count * 9 / 10);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(assesses_follow_ups_by_what_is_known_and_shown),
        cmocka_unit_test(names_the_products_of_a_paragraph_and_nothing_else),
        cmocka_unit_test(a_suggestion_keeps_what_was_asked_for),
        cmocka_unit_test(a_cut_suggestion_is_gone_on_with),
        cmocka_unit_test(every_form_of_writing_comes_up),
        cmocka_unit_test(limits_and_caching_are_counted),
        cmocka_unit_test(any_schema_is_filled),
        cmocka_unit_test(a_choice_gives_reasons_as_its_schema_has_them),
        cmocka_unit_test(real_requests_are_about_clothes),
    };

    return cmocka_run_group_tests(tests, open_mind, close_mind);
}
