#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "understudy/reading.h"

/* A reading as one line, so that a table can hold many. */
static const char *
line_of(const struct lexicon *lexicon, const char *text, char line[512])
{
    static const char *const topics[] = { "fashion", "other", "unclear", "abuse" };
    static const char *const wants[] = { "look", "items", "change", "question" };
    struct signs signs;
    struct reading reading;
    int at;

    assert_int_equal(lexicon_read_typed(lexicon, text, strlen(text), &signs), 0);
    reading_of(&signs, &reading);
    at = sprintf(line, "%s/%s", topics[reading.topic], wants[reading.want]);
    if (strcmp(reading.language, "en"))
        at += sprintf(line + at, " %s", reading.language);
    if (*reading.occasion)
        at += sprintf(line + at, " for:%s", reading.occasion);
    if (*reading.mood)
        at += sprintf(line + at, " mood:%s", reading.mood);
    if (*reading.season)
        at += sprintf(line + at, " in:%s", reading.season);
    if (*reading.gender)
        at += sprintf(line + at, " %s", reading.gender);
    if (*reading.age_group)
        at += sprintf(line + at, " %s", reading.age_group);
    for (size_t i = 0; i < reading.asked_count; i++)
        at += sprintf(line + at, " %s[%s]", reading.asked[i].negated ? "no" : "",
                      *reading.asked[i].garment ? reading.asked[i].garment
                                                : lore_slot_name(reading.asked[i].slot));
    for (size_t i = 0; i < reading.trait_count; i++)
        at += sprintf(line + at, " %s%s%s%s", reading.traits[i].negated ? "-" : "+", reading.traits[i].value,
                      reading.traits[i].slot ? "@" : "", lore_slot_name(reading.traits[i].slot));
    for (size_t i = 0; i < reading.size_count; i++)
        at += sprintf(line + at, " %s=%s%s", reading.sizes[i].class, reading.sizes[i].system,
                      reading.sizes[i].value);
    if (reading.money.min > 0)
        at += sprintf(line + at, " min=%g", reading.money.min);
    if (reading.money.max > 0)
        at += sprintf(line + at, " max=%g", reading.money.max);
    at += sprintf(line + at, "%s%s%s", reading.money.currency, reading.money.outfit ? " altogether" : "",
                  reading.money.item ? " each" : "");
    for (size_t i = 0; i < reading.referred_count; i++)
        at += sprintf(line + at, " not#%d", reading.referred[i]);
    for (size_t i = 0; i < reading.pointed_count; i++)
        at += sprintf(line + at, " #%d", reading.pointed[i]);
    if (*reading.reply)
        at += sprintf(line + at, " reply:%s", reading.reply);
    at += sprintf(line + at, "%s%s%s%s%s%s%s", reading.cheapest ? " cheapest" : "",
                  reading.starts_over ? " startover" : "", reading.that_one ? " not-that" : "",
                  reading.gift ? " gift" : "", reading.compares ? " compare" : "",
                  reading.counts ? " howmany" : "", reading.has ? " has" : "");
    sprintf(line + at, "%s%s%s%s%s", reading.cheaper ? " cheaper" : "", reading.any_price ? " anyprice" : "",
            reading.any_colour ? " anycolour" : "", reading.same ? " same" : "",
            reading.on_sale ? " sale" : "");
    signs_clear(&signs);
    return line;
}

static void
reads_what_people_say(void **state)
{
    static const struct {
        const char *said, *line;
    } cases[] = {
        { "I need something for a beach wedding in July, under 200 dollars, I'm an M",
          "fashion/look for:beach wedding in:summer letters=M max=200USD" },
        { "my budget tops out at a couple hundred bucks", "fashion/change max=200USD" },
        { "nothing woollen please", "fashion/change -wool" },
        { "size forty-two shoes", "fashion/items [shoes] shoes=42" },
        { "wedding on the sand", "fashion/look for:beach wedding" },
        { "for my six-year-old daughter", "fashion/look female kids" },
        { "that second option isn't me", "fashion/change not#2" },
        { "something less expensive", "fashion/change cheaper" },
        { "same but in black", "fashion/change +black same" },
        { "cheaper", "fashion/change cheaper" },
        { "in black", "fashion/change +black" },
        { "not the second one", "fashion/change not#2" },
        { "shoes to go with it", "fashion/items [shoes] same" },
        { "I'm a size 42", "fashion/change shoes=42" },
        { "What do I wear to my sister's wedding? I'm a guy, 34 waist, and I hate yellow.",
          "fashion/look for:wedding male -yellow waist=34" },
        { "no wool, polyester or silk, and nothing with logos",
          "fashion/change -wool -polyester -silk -logo" },
        { "Something for meeting my girlfriend's parents, I wear a large, max 150 for the whole thing",
          "fashion/look for:dinner letters=L max=150 altogether" },
        { "between 50 and 100 euros each", "fashion/change min=50 max=100EUR each" },
        { "half a grand for a tux, black tie gala in december",
          "fashion/items for:black tie in:winter [suits] max=500" },
        { "one fifty tops", "fashion/change max=150" },
        { "I'm 5'2 and need jeans", "fashion/items [jeans]" },
        { "UK 12 dress for a garden party", "fashion/items for:garden party [dresses] numeric=UK12" },
        { "a black leather jacket and white sneakers, size 9.5",
          "fashion/items [jackets] [sneakers] +black@outerwear +leather@outerwear +white@shoes shoes=9.5" },
        { "skirt, but no heels and nothing pink", "fashion/items [skirts] no[heels] -pink" },
        { "yellow washes me out, and I'm allergic to wool", "fashion/change -yellow -wool" },
        { "the first one is too expensive", "fashion/change not#1" },
        { "lose the hat", "fashion/change no[hats]" },
        { "forget the budget", "fashion/change anyprice" },
        { "any colour is fine", "fashion/change anycolour" },
        { "could I get the trousers in navy instead?", "fashion/items [trousers] +navy@bottom same" },
        { "these are a bit steep, got anything kinder to my wallet?", "fashion/change cheaper" },
        { "swap the second for something in green", "fashion/change +green not#2" },
        { "make it less formal", "fashion/change -formal same" },
        { "can I wear white to a wedding?", "fashion/question for:wedding +white" },
        { "What's the weather in Paris?", "other/question" },
        { "you stupid idiot", "abuse/look" },
        { "asdf", "unclear/look" },
        { "hello", "unclear/look" },
        { "Ich suche ein Kleid für eine Hochzeit, Größe 38, unter 150 Euro",
          "fashion/items de for:wedding [dresses] numeric=38 max=150EUR" },
        { "Je cherche une robe noire pour un mariage, moins de 100 euros",
          "fashion/items fr for:wedding [dresses] +black@dress max=100EUR" },
        { "Necesito un vestido rojo para una boda en la playa",
          "fashion/items es for:beach wedding [dresses] +red@dress" },
        { "my mom wear 11 size high heel", "fashion/items female [heels] shoes=11" },
        { "I would like a small blue blazer that can be dry cleaned",
          "fashion/items [blazers] +blue@outerwear letters=S" },
        { "a small bag for a small wedding", "fashion/items for:wedding [bags]" },
        { "shoe 42", "fashion/items [shoes] shoes=42" },
        { "32/34 jeans", "fashion/items [jeans] waist=32" },
        { "size 116", "fashion/change kids=116" },
        { "I'm pregnant, 7 months, need something for the office",
          "fashion/look for:office female +maternity" },
        { "for my 8 month old baby", "fashion/look infant" },
        { "a gift for my wife, between 50 and 100",
          "fashion/items female [jewellery] [bag] [accessory] min=50 max=100 gift" },
        { "remove the budget", "fashion/change anyprice" },
        { "start over", "fashion/look startover" },
        { "swimwear for holidays, men's L", "fashion/items for:holiday male [swimwear] letters=L" },
        { "I need something warm for skiing, women's M", "fashion/look for:skiing female +warm letters=M" },
        { "something for a funeral, he is 45", "fashion/look for:funeral male" },
        { "a christmas present for my sister", "fashion/items female [jewellery] [bag] [accessory] gift" },
        { "a swetter for my boyfreind", "fashion/items male [sweaters]" },
        { "a feather hat", "fashion/items [hats]" },
        { "straight leg jeans in a 40w x 34l size", "fashion/items [jeans] waist=40" },
        { "a green two piece swim suit", "fashion/items [bikinis] +green@swimwear" },
        { "First day at a law firm. Sharp, but not stiff", "fashion/look for:office" },
        { "Weekend in Lisbon, one small bag, mostly linen", "fashion/look for:city break +linen" },
        { "I already have a navy blazer, what trousers go with it?", "fashion/items [trousers] same" },
        { "can I have a navy blazer", "fashion/question [blazers] +navy@outerwear" },
        { "a dress, nothing too short", "fashion/items [dresses]" },
        { "White sneakers that go with everything, size 42",
          "fashion/items [sneakers] +white@shoes shoes=42" },
        { "shoes in 42", "fashion/items [shoes] shoes=42" },
        { "plus size dress, 3X", "fashion/items [dresses] +plus size@dress letters=3XL" },
        { "what goes with it?", "fashion/items same" },
        { "was passt dazu?", "fashion/items same" },
        { "does navy go with black?", "fashion/question +navy +black same" },
        { "how do I wash cashmere", "other/question +cashmere reply:care" },
        { "what size am I if my chest is 104 cm", "other/question reply:sizing" },
        { "can I return this if it doesn't fit?", "other/question reply:service" },
        { "the second one in blue", "fashion/change +blue #2" },
        { "Is the first one available in 14?", "fashion/change numeric=14 #1" },
        { "do you have the second one in L?", "fashion/change letters=L #2 has" },
        { "can I get the first one in blue?", "fashion/change +blue #1" },
        { "the second one in 42", "fashion/change shoes=42 #2" },
        { "the first one in 2 weeks", "fashion/look #1" },
        { "not that one", "fashion/change not-that" },
        { "same but warmer", "fashion/change +warm same" },
        { "it's raining a lot", "fashion/look for:rain" },
        { "sleeves please", "fashion/change +long sleeve" },
        { "what goes with my brown leather jacket?", "fashion/change same" },
        { "cheapest shoes", "fashion/items [shoes] cheapest" },
        { "how many dresses do you have", "fashion/items [dresses] howmany has" },
        { "compare the first and the second", "fashion/question #1 #2 compare" },
        { "do you have Nike?", "unclear/question has" },
        { "thanks", "other/question reply:thanks" },
        { "thanks, and now shoes", "fashion/items [shoes]" },
        { "do you ship to Norway", "other/question reply:service" },
        { "who are you? are you a human?", "other/question reply:identity" },
        { "I want to kill myself", "other/question reply:crisis" },
        { "I want to kill myself in this dress", "other/question [dresses] reply:crisis" },
        { "can you show me photos?", "other/question reply:photo" },
        { "you are a stupid useless bot", "abuse/look" },
        { "I have a rash on my arm, which cream should I use?", "other/change +cream" },
        { "blak dres for a weding", "fashion/items for:wedding [dresses] +black@dress" },
        { "chaeper", "fashion/change cheaper" },
        { "Cerco un vestito per un matrimonio, taglia M", "unclear/look it" },
        { "Ik zoek een jurk voor een bruiloft", "unclear/look nl" },
        { "ohne Absätze", "fashion/change de no[heels]" },
        { "I'm a woman and I hate skirts and dresses", "fashion/change female no[skirts] no[dresses]" },
    };
    struct lexicon *lexicon = lexicon_new();
    char line[512];
    int wrong = 0;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (strcmp(line_of(lexicon, cases[i].said, line), cases[i].line)) {
            print_error("%s\n  is read    %s\n  instead of %s\n", cases[i].said, line, cases[i].line);
            wrong++;
        }
    lexicon_destroy(&lexicon);
    lexicon_destroy(&lexicon);
    assert_int_equal(wrong, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(reads_what_people_say) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
