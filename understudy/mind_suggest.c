/* The suggestion: what was said, in this message and before, becomes an order; the order an outfit; the
 * outfit words. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "understudy/mind.h"
#include "understudy/reading.h"
#include "understudy/words.h"
#include "understudy/writing.h"

enum { HISTORY_MOST = 6 };

static void
avoid(const char **list, size_t *count, const char *item)
{
    if (*count < AVOID_MOST)
        list[(*count)++] = item;
}

static void
take_person(struct order *order, const char *gender, const char *age_group)
{
    if (!strcmp(gender, "male") || !strcmp(gender, "female")) {
        order->gender = gender[0] == 'm' ? 'm' : 'w';
        order->who = order->who == 'k' ? 'k' : order->gender;
    }
    if (*age_group && strcmp(age_group, "adult"))
        order->who = 'k';
}

/* Vegan: none of these is suggested. The shop's own vegan things may be of "cactus leather", so that it is no
 * criterion. */
static void
avoid_animals(struct order *order)
{
    static const char *const materials[] = { "leather",  "suede", "wool", "merino",
                                             "cashmere", "silk",  "down", "fur" };

    for (size_t i = 0; i < sizeof materials / sizeof *materials; i++)
        avoid(order->not_material, &order->not_materials, materials[i]);
}

static void
take_season(struct order *order, const char *season)
{
    if (*season)
        order->warmth = !strcmp(season, "summer")   ? WARMTH_HOT
                        : !strcmp(season, "winter") ? WARMTH_COLD
                                                    : WARMTH_MILD;
}

/* What an earlier message, or this one, asks for. A later wish takes the place of an earlier one. */
static void
take_reading(struct order *order, const struct reading *reading)
{
    if (*reading->occasion)
        order->occasion = lore_occasion(reading->occasion);
    take_person(order, reading->gender, reading->age_group);
    for (size_t i = 0; i < reading->size_count; i++)
        if (!strcmp(reading->sizes[i].class, "kids"))
            take_person(order, "", "kids");
    take_season(order, reading->season);
    for (int slot = 0; slot < SLOTS && reading->any_colour; slot++)
        order->colour[slot] = NULL;
    for (size_t i = 0; i < reading->trait_count; i++) {
        const struct trait *trait = &reading->traits[i];

        for (int slot = SLOT_NONE + 1; slot < SLOTS && trait->slot == SLOT_NONE && !trait->negated; slot++) {
            if (trait->kind == KIND_COLOUR) /* "in blue": all that was red before */
                order->colour[slot] = NULL;
            if (trait->kind == KIND_MATERIAL)
                order->material[slot] = NULL;
        }
        if (trait->kind == KIND_COLOUR && trait->negated)
            avoid(order->not_colour, &order->not_colours, trait->value);
        else if (trait->kind == KIND_COLOUR)
            order->colour[trait->slot] = trait->value;
        else if (trait->kind == KIND_MATERIAL && trait->negated)
            avoid(order->not_material, &order->not_materials, trait->value);
        else if (trait->kind == KIND_MATERIAL)
            order->material[trait->slot] = trait->value;
        else if (!strcmp(trait->value, "formal") || !strcmp(trait->value, "elegant"))
            order->dressier = trait->negated ? -1 : 1;
        else if (!strcmp(trait->value, "casual") || !strcmp(trait->value, "comfortable"))
            order->dressier = trait->negated ? 1 : -1;
        else if (!strcmp(trait->value, "warm") && !trait->negated)
            order->warmth = WARMTH_COLD;
        else if (!strcmp(trait->value, "lightweight") && !trait->negated)
            order->warmth = WARMTH_HOT;
        else if (!strcmp(trait->value, "vegan") && !trait->negated)
            avoid_animals(order);
    }
    for (size_t i = 0; i < reading->asked_count; i++)
        if (reading->asked[i].negated && *reading->asked[i].garment)
            avoid(order->not_garment, &order->not_garments, reading->asked[i].garment);
}

static const char *
first_of(const json_t *criterion, const char *list)
{
    const char *text = json_string_value(json_array_get(json_object_get(criterion, list), 0));

    return text != NULL ? text : "";
}

/* What the thread's criteria say, whatever their keys are. */
static void
take_criteria(const struct mind *mind, struct order *order, const json_t *criteria)
{
    const json_t *one, *word;
    const char *key;
    size_t i;

    json_object_foreach((json_t *)criteria, key, one)
    {
        const char *field = json_text(one, "field", ""), *any = first_of(one, "any");
        enum slot slot = lore_slot(json_text(one, "slot", "all"));
        enum kind kind = !strcmp(field, "colour") ? KIND_COLOUR : KIND_MATERIAL;

        if (!strcmp(field, "occasion") && lore_occasion(any) != NULL)
            order->occasion = lore_occasion(any);
        else if (!strcmp(field, "gender"))
            take_person(order, any, "");
        else if (!strcmp(field, "age_group"))
            take_person(order, "", any);
        else if (!strcmp(field, "style") && !strcmp(any, "vegan"))
            avoid_animals(order);
        else if (!strcmp(field, "season"))
            take_season(order, any);
        else if (!strcmp(field, "category")) {
            json_array_foreach(json_object_get(one, "none"), i, word)
            {
                const struct garment *garment =
                    lexicon_garment(mind->lexicon, json_is_string(word) ? json_string_value(word) : "");

                if (garment != NULL)
                    avoid(order->not_garment, &order->not_garments, garment->id);
            }
        } else if (!strcmp(field, "colour") || !strcmp(field, "material")) {
            const char *value = lexicon_value(mind->lexicon, kind, any);

            if (*value)
                (kind == KIND_COLOUR ? order->colour : order->material)[slot] = value;
            json_array_foreach(json_object_get(one, "none"), i, word)
            {
                value =
                    lexicon_value(mind->lexicon, kind, json_is_string(word) ? json_string_value(word) : "");
                if (*value && kind == KIND_COLOUR)
                    avoid(order->not_colour, &order->not_colours, value);
                else if (*value)
                    avoid(order->not_material, &order->not_materials, value);
            }
        }
    }
}

/* The user's part of an older message: all of it, or its SHOPPER section. */
static void
take_history(const struct mind *mind, const struct ask *ask, struct order *order)
{
    size_t users = 0, first = ask->said_count;

    while (first > 0 && users < HISTORY_MOST + 1)
        users += ask->said[--first].by_user;
    for (size_t i = first; i < ask->said_count; i++) {
        struct sections sections;
        struct reading reading;
        struct signs signs;

        if (!ask->said[i].by_user || ask->said[i].text == request_last(ask))
            continue;
        sections_read(&sections, ask->said[i].text);
        if (lexicon_read_typed(mind->lexicon, sections.part[SECTION_SHOPPER].text,
                               sections.part[SECTION_SHOPPER].size, &signs) == 0) {
            reading_of(&signs, &reading);
            if (reading.starts_over)
                *order = (struct order) { .occasion = lore_occasion("everyday"), .dice = order->dice };
            take_reading(order, &reading);
            signs_clear(&signs);
        }
        sections_clear(&sections);
    }
}

/* A dress is for her and a tie for him, unless somebody has said otherwise. */
static void
guess_person(struct order *order, const char *garment)
{
    const struct piece *piece;
    bool men = false, women = false;

    for (size_t i = 0; (piece = lore_piece_at(i)) != NULL; i++)
        if (!strcmp(piece->garment->id, garment)) {
            men = men || strchr(piece->who, 'm') != NULL;
            women = women || strchr(piece->who, 'w') != NULL;
        }
    if (order->who == '\0' && men != women)
        order->who = order->gender = men ? 'm' : 'w';
}

static void
ask_for(struct order *order, const char *garment, enum slot slot)
{
    for (size_t i = 0; i < order->asked; i++)
        if (order->slot[i] == slot && !strcmp(order->garment[i], garment))
            return;
    if (order->asked < PICKS_MOST && slot != SLOT_NONE) {
        order->garment[order->asked] = garment;
        order->slot[order->asked++] = slot;
    }
}

/* Ask for what CARD is, another one of it. */
static void
ask_for_card(const struct mind *mind, struct order *order, const json_t *card)
{
    enum slot slot = lore_slot(json_text(card, "slot", ""));
    const struct garment *garment = lexicon_garment(mind->lexicon, json_text(card, "title", ""));

    if (garment != NULL)
        guess_person(order, garment->id);
    ask_for(order,
            garment != NULL && garment->slot == slot && strcmp(garment->id, "shoes") ? garment->id : "",
            slot);
}

/* "Same but in black" after two pairs of shoes is about shoes. */
static void
ask_for_shown(const struct mind *mind, struct order *order, const json_t *shown)
{
    bool there[SLOTS] = { false };
    const json_t *card, *look[SLOTS] = { NULL };
    size_t i, count = 0, pieces = 0;

    json_array_foreach(shown, i, card)
    {
        enum slot slot = lore_slot(json_text(card, "slot", ""));

        count += slot != SLOT_NONE && !there[slot];
        there[slot] = true;
        if (json_is_true(json_object_get(card, "look"))) {
            pieces += look[slot] == NULL;
            look[slot] = card;
        }
    }
    for (int slot = SLOT_TOP; slot < SLOTS && (pieces > 0 ? pieces : count) <= 2; slot++) {
        if (look[slot] != NULL)
            ask_for_card(mind, order, look[slot]);
        else if (there[slot] && pieces == 0) {
            guess_person(order, slot == SLOT_DRESS ? "dresses" : "");
            ask_for(order, "", (enum slot)slot);
        }
    }
}

/* "What goes with it?": what the look, or else the first card, leaves open. */
static void
ask_for_rest(struct order *order, const json_t *shown)
{
    static const enum slot rest[] = { SLOT_TOP, SLOT_BOTTOM, SLOT_SHOES, SLOT_BAG, SLOT_JEWELLERY };
    bool there[SLOTS] = { false };
    const json_t *card;
    size_t i, looks = 0;

    json_array_foreach(shown, i, card) looks += json_is_true(json_object_get(card, "look"));
    json_array_foreach(shown, i,
                       card) if (json_is_true(json_object_get(card, "look")) || (looks == 0 && i == 0))
        there[lore_slot(json_text(card, "slot", ""))] = true;
    if (there[SLOT_DRESS])
        guess_person(order, "dresses");
    there[SLOT_TOP] = there[SLOT_TOP] || there[SLOT_DRESS];
    there[SLOT_BOTTOM] = there[SLOT_BOTTOM] || there[SLOT_DRESS] || there[SLOT_SET];
    there[SLOT_JEWELLERY] = there[SLOT_JEWELLERY] || order->who != 'w';
    for (i = 0; i < sizeof rest / sizeof *rest && order->asked < 3; i++)
        if (!there[rest[i]])
            ask_for(order, "", rest[i]);
}

static const json_t *
card_number(const json_t *shown, int number)
{
    size_t count = json_array_size(shown), n = number < 0 ? count : (size_t)number;

    return n >= 1 ? json_array_get(shown, n - 1) : NULL;
}

/* Only some things are of gold. */
static void
ask_for_metal(struct order *order)
{
    const char *colour = order->colour[SLOT_NONE];

    if (colour != NULL && (!strcmp(colour, "gold") || !strcmp(colour, "silver"))) {
        ask_for(order, "earrings", SLOT_JEWELLERY);
        ask_for(order, "necklaces", SLOT_JEWELLERY);
    }
}

/* Which slots this answer is about: those asked for; those of what is not liked; else all. */
static void
choose_slots(const struct mind *mind, struct order *order, const struct reading *reading, const json_t *shown)
{
    for (size_t i = 0;
         i < reading->asked_count && (reading->want == WANT_ITEMS || reading->want == WANT_QUESTION); i++)
        if (!reading->asked[i].negated && strcmp(reading->asked[i].garment, "shoes")) {
            guess_person(order, reading->asked[i].garment);
            ask_for(order, reading->asked[i].garment, reading->asked[i].slot);
        } else if (!reading->asked[i].negated)
            ask_for(order, "", reading->asked[i].slot);
    for (size_t i = 0; i < reading->referred_count; i++)
        ask_for_card(mind, order, card_number(shown, reading->referred[i]));
    for (size_t i = 0; i < reading->pointed_count; i++)
        ask_for_card(mind, order, card_number(shown, reading->pointed[i]));
    if (order->asked == 0 && reading->trait_count > 0 && reading->want != WANT_LOOK)
        ask_for_metal(order);
    for (size_t i = 0; i < reading->size_count && reading->want == WANT_CHANGE && order->asked == 0; i++)
        if (!strcmp(reading->sizes[i].class, "shoes"))
            ask_for(order, "", SLOT_SHOES);
    if (reading->beside && order->asked == 0 && json_array_size(shown) > 0 && reading->want == WANT_ITEMS)
        ask_for_rest(order, shown);
    if (reading->want == WANT_CHANGE && order->asked == 0)
        ask_for_shown(mind, order, shown);
}

/* "Cheaper" and "something else" want other things than last time; "not the second one" at least another
 * colour. */
static void
look_for_new(const struct mind *mind, const struct ask *ask, struct order *order,
             const struct reading *reading)
{
    const char *last = "";
    struct signs signs;

    order->turn = reading->referred_count > 0 || reading->that_one ? 2 : 0;
    for (size_t i = 0; i < ask->said_count; i++)
        if (!ask->said[i].by_user)
            last = ask->said[i].text;
    if (!(reading->cheaper || reading->dearer) || lexicon_read(mind->lexicon, last, strlen(last), &signs))
        return;
    for (size_t i = 0; i < signs.count; i++)
        if (signs.list[i].kind == KIND_GARMENT)
            avoid(order->before, &order->before_count, signs.list[i].value);
    signs_clear(&signs);
}

/* What one piece may cost: as said, or nearly half of what the outfit may. */
static double
item_budget(const json_t *criteria, const struct reading *reading, const struct order *order)
{
    const json_t *item = json_object_get(criteria, "budget.item"),
                 *outfit = json_object_get(criteria, "budget.outfit");
    char key[40];

    snprintf(key, sizeof key, "budget.item.%s", order->asked == 1 ? lore_slot_name(order->slot[0]) : "");
    if (json_object_get(criteria, key) != NULL)
        item = json_object_get(criteria, key);

    if (reading->money.max > 0)
        return reading->money.item || reading->want == WANT_ITEMS ? reading->money.max
                                                                  : reading->money.max * 0.45;
    if (item != NULL)
        return json_number_value(json_object_get(item, "max"));
    return json_number_value(json_object_get(outfit, "max")) * 0.45;
}

static double
outfit_budget(const json_t *criteria, const struct reading *reading)
{
    if (reading->money.max > 0)
        return reading->money.item ? 0 : reading->money.max;
    return json_number_value(json_object_get(json_object_get(criteria, "budget.outfit"), "max"));
}

static bool
has_budget(const json_t *criteria, const struct reading *reading)
{
    return reading->money.max > 0 || json_object_get(criteria, "budget.outfit") != NULL ||
           json_object_get(criteria, "budget.item") != NULL;
}

static bool
has_size(const json_t *criteria)
{
    const char *key;
    const json_t *one;

    json_object_foreach((json_t *)criteria, key, one) if (!strncmp(key, "size", 4)) return true;
    return false;
}

static bool
has_style(const struct reading *reading, const char *style)
{
    for (size_t i = 0; i < reading->trait_count; i++)
        if (!strcmp(reading->traits[i].value, style) && !reading->traits[i].negated)
            return true;
    return false;
}

/* How many of what was asked for there are: as counted for this question, never by a digest of the shop. */
static int64_t
count_of(const struct sections *sections)
{
    return strtoll(sections->part[SECTION_COUNT].text, NULL, 10);
}

/* The first garment asked for by name that the shop does not sell; "" for none. */
static const char *
missing_of(const struct shop *shop, const struct order *order)
{
    for (size_t i = 0; i < order->asked && shop->count > 0; i++)
        if (*order->garment[i] && !shop_sells(shop, lore_garment(order->garment[i])))
            return lore_garment(order->garment[i])->many;
    return "";
}

static struct manner
manner_of(const struct ask *ask, const struct sections *sections, const struct reading *reading,
          const struct order *order)
{
    static const char *const tongues[] = { "en", "de", "fr", "es" };
    struct manner manner = { .language = reading->language, .mood = reading->mood, .dice = order->dice };

    for (size_t i = 0; i < sizeof tongues / sizeof *tongues && !reading->language_told; i++)
        if (!strncmp(sections->part[SECTION_LANGUAGE].text, tongues[i], 2) &&
            sections->part[SECTION_LANGUAGE].size >= 2)
            manner.language = tongues[i];
    if (!*manner.mood)
        manner.mood = json_text(sections->json[SECTION_PROFILE], "mood", "");
    manner.first = ask->said_count <= 1 && json_array_size(sections->json[SECTION_SHOWN]) == 0;
    manner.cheaper = reading->cheaper;
    manner.dearer = reading->dearer;
    manner.excluded = reading->referred_count > 0 || reading->that_one;
    manner.warmer = order->warmth == WARMTH_COLD && !*reading->season;
    for (size_t i = 0; i < reading->asked_count; i++)
        manner.asked = manner.asked || !reading->asked[i].negated;
    manner.freed = reading->any_price;
    manner.items = order->asked > 0;
    manner.one_slot = order->asked == 1;
    manner.with_it = reading->same && order->asked > 0;
    manner.budget = has_budget(sections->json[SECTION_CRITERIA], reading);
    for (size_t i = 0; i < reading->trait_count; i++) {
        manner.recoloured =
            manner.recoloured || (reading->traits[i].kind == KIND_COLOUR && !reading->traits[i].negated);
        if (reading->traits[i].kind == KIND_COLOUR && !reading->traits[i].negated)
            manner.colour = reading->traits[i].value;
        manner.without = manner.without || reading->traits[i].negated;
    }
    for (size_t i = 0; i < reading->asked_count; i++)
        manner.without = manner.without || reading->asked[i].negated;
    manner.warmer = manner.warmer && has_style(reading, "warm");
    manner.question = reading->want == WANT_QUESTION;
    manner.sized = reading->size_count > 0;
    manner.size = reading->size_count > 0 ? reading->sizes[0].value : "";
    manner.size_known = manner.sized || has_size(sections->json[SECTION_CRITERIA]);
    return manner;
}

static void
suggest(const struct mind *mind, const struct ask *ask, const struct sections *sections,
        const struct reading *reading, struct buffer *out)
{
    const json_t *criteria = sections->json[SECTION_CRITERIA], *shown = sections->json[SECTION_SHOWN];
    struct order order = { .occasion = lore_occasion("everyday") };
    const char *occasion = json_text(sections->json[SECTION_PROFILE], "occasion", "");
    struct pick picks[PICKS_MOST];
    const struct shop *shop;
    struct manner manner;

    order.dice = words_hash(mind->seed + (unsigned)ask->said_count * 31, sections->part[SECTION_SHOPPER].text,
                            sections->part[SECTION_SHOPPER].size);
    if (lore_occasion(occasion) != NULL)
        order.occasion = lore_occasion(occasion);
    take_history(mind, ask, &order);
    take_criteria(mind, &order, criteria);
    take_reading(&order, reading);
    order.cheaper = reading->cheaper;
    choose_slots(mind, &order, reading, shown);
    look_for_new(mind, ask, &order, reading);
    order.item_budget = item_budget(criteria, reading, &order);
    order.budget = outfit_budget(criteria, reading);
    shop = shop_read(mind->shop, mind->lexicon, sections->part[SECTION_FACETS].text,
                     sections->part[SECTION_FACETS].size);
    manner = manner_of(ask, sections, reading, &order);
    manner.bride = manner.question && strstr(order.occasion->id, "wedding") != NULL && manner.recoloured &&
                   !strcmp(manner.colour, "white");
    if (manner.bride) {
        order.colour[SLOT_NONE] = NULL;
        avoid(order.not_colour, &order.not_colours, "white");
        avoid(order.not_colour, &order.not_colours, "ivory");
    }
    manner.brand = mind_names_brand(mind, sections, 0) != NULL;
    if (reading->counts)
        manner.count = count_of(sections);
    manner.narrowed = json_object_size(criteria) > 0 || reading->trait_count > 0 || reading->size_count > 0;
    manner.many = order.asked == 1 && *order.garment[0] ? lore_garment(order.garment[0])->many : "";
    manner.missing = missing_of(shop, &order);
    writing_suggestion(out, &order, &manner, picks, compose(&order, shop, picks));
}

/* How many pieces the look on the screen has. */
static size_t
pieces_of(const json_t *shown)
{
    const json_t *card;
    size_t i, pieces = 0;

    json_array_foreach(shown, i, card) pieces += json_is_true(json_object_get(card, "look"));
    return pieces;
}

/* "2 or 3?": which of the two costs less, and what their colours are. */
static void
compare_cards(const struct reading *reading, const json_t *shown, struct buffer *out)
{
    const json_t *one = card_number(shown, reading->pointed_count > 0 ? reading->pointed[0] : 0);
    const json_t *two = card_number(shown, reading->pointed_count > 1 ? reading->pointed[1] : 0);
    double price = one == NULL ? 0 : strtod(json_text(one, "price", "0"), NULL);
    double other = two == NULL ? 0 : strtod(json_text(two, "price", "0"), NULL);

    if (one == NULL || two == NULL || one == two)
        writing_reply(out, "pair", reading->language);
    else
        writing_comparison(out, json_text(one, "colour", ""), json_text(two, "colour", ""), price, other);
}

const char *
mind_names_brand(const struct mind *mind, const struct sections *sections, size_t n)
{
    shop_read(mind->shop, mind->lexicon, sections->part[SECTION_FACETS].text,
              sections->part[SECTION_FACETS].size);
    return shop_brand(mind->shop->facets, sections->part[SECTION_SHOPPER].text,
                      sections->part[SECTION_SHOPPER].size, n);
}

/* The whole answer to the newest words of SECTIONS. */
static int
answer_words(const struct mind *mind, const struct ask *ask, const struct sections *sections,
             struct buffer *out)
{
    bool before = ask->said_count > 1 || json_object_size(sections->json[SECTION_CRITERIA]) > 0 ||
                  json_array_size(sections->json[SECTION_SHOWN]) > 0;
    const char *said = sections->part[SECTION_SHOPPER].text;
    size_t size = sections->part[SECTION_SHOPPER].size;
    struct reading reading;
    struct signs signs;
    unsigned dice = words_hash(mind->seed, said, size);

    if (lexicon_read_typed(mind->lexicon, said, size, &signs))
        return -1;
    reading_of(&signs, &reading);
    bool brand = mind_names_brand(mind, sections, 0) != NULL;
    const json_t *shown = sections->json[SECTION_SHOWN];
    bool change = !*reading.occasion && reading.asked_count == 0;
    bool strange = (!strcmp(reading.language, "it") || !strcmp(reading.language, "nl")) && change &&
                   reading.trait_count == 0;

    if (brand && reading.want == WANT_QUESTION && !*reading.reply)
        reading.want = WANT_LOOK;

    if (*reading.reply)
        writing_reply(out, reading.reply, reading.language);
    else if (reading.starts_over && change)
        writing_reply(out, "fresh", reading.language);
    else if (strange && !brand)
        writing_reply(out, "strange", reading.language);
    else if (reading.that_one && change && pieces_of(shown) != 1)
        writing_reply(out, "which", reading.language);
    else if (reading.compares && change)
        compare_cards(&reading, shown, out);
    else if (reading.topic == TOPIC_OTHER && !brand)
        writing_elsewhere(out, reading.language, dice);
    else if (reading.topic == TOPIC_ABUSE)
        writing_calm(out, reading.language);
    else if ((reading.cheapest || reading.dearest) && reading.want == WANT_ITEMS)
        writing_reply(out, reading.cheapest ? "cheapest" : "dearest", reading.language);
    else if (brand && reading.asked_count == 0 && reading.trait_count == 0 && !*reading.occasion &&
             reading.size_count == 0 && !*reading.gender && reading.money.max <= 0)
        writing_reply(out, "brand", reading.language);
    else if (reading.topic == TOPIC_UNCLEAR && reading.has && !brand)
        writing_reply(out, "unknown", reading.language);
    else if (reading.topic == TOPIC_UNCLEAR && before && !brand && !*reading.mood && !*reading.season &&
             !reading.greets)
        writing_reply(out, "lost", reading.language);
    else if (reading.topic == TOPIC_UNCLEAR && (!before || reading.greets) && !brand)
        writing_unclear(out, reading.language, reading.greets, dice);
    else
        suggest(mind, ask, sections, &reading, out);
    signs_clear(&signs);
    return 0;
}

int
mind_suggest(const struct mind *mind, const struct ask *ask, const struct sections *sections,
             struct answer *answer)
{
    struct buffer out = { 0 };
    int failed = answer_words(mind, ask, sections, &out);

    answer->text = strdup(buffer_string(&out));
    buffer_clear(&out);
    return failed || answer->text == NULL ? -1 : 0;
}
