/* Who is this, what do they want: a reading, put into the schema that the psychologist sends. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/money.h"
#include "understudy/mind.h"
#include "understudy/reading.h"
#include "understudy/shop.h"

/* -- one criterion ------------------------------------------------------------------------------- */

static json_t *
criterion(const char *op, const char *field, const char *slot)
{
    return json_pack("{s:s,s:s,s:s,s:[],s:[]}", "op", op, "field", field, "slot", slot, "any", "none");
}

/* The criterion on FIELD and SLOT in CRITERIA, added where there is none yet. */
static json_t *
criterion_for(json_t *criteria, const char *field, const char *slot)
{
    json_t *one;
    size_t i;

    json_array_foreach(criteria, i, one) if (!strcmp(json_text(one, "field", ""), field) &&
                                             !strcmp(json_text(one, "slot", ""), slot) &&
                                             json_object_get(one, "class") == NULL &&
                                             !strcmp(json_text(one, "op", ""), "set")) return one;
    one = criterion("set", field, slot);
    json_array_append_new(criteria, one);
    return one;
}

static void
add_word(json_t *criteria, const char *field, const char *slot, bool negated, const char *word)
{
    json_t *list = json_object_get(criterion_for(criteria, field, slot), negated ? "none" : "any"), *one;
    size_t i;

    json_array_foreach(list, i, one) if (!strcmp(json_string_value(one), word)) return;
    json_array_append_new(list, json_string(word));
}

static const char *
slot_or_all(enum slot slot)
{
    return slot == SLOT_NONE ? "all" : lore_slot_name(slot);
}

/* -- money --------------------------------------------------------------------------------------- */

/* What a card costs, in major units: "49.00 USD", or {amount, currency} in minor ones. */
static double
price_of(const json_t *card, const char **currency)
{
    const json_t *price = json_object_get(card, "price");
    const char *text = json_string_value(price);

    if (json_is_object(price)) {
        *currency = json_text(price, "currency", "USD");
        return (double)json_number(price, "amount", 0) / pow(10, money_digits(*currency));
    }
    if (text != NULL && strrchr(text, ' ') != NULL)
        *currency = strrchr(text, ' ') + 1;
    return text != NULL ? strtod(text, NULL) : json_is_number(price) ? json_number_value(price) : 0;
}

/* A round sum below SUM. */
static double
below(double sum)
{
    double step = sum > 20 ? 5 : 1;
    double less = floor(sum / step) * step;

    return less < sum ? less : less - step;
}

/* Whether card I of SHOWN counts for SLOT (SLOT_NONE: any) and, with LOOK, stands in the look. */
static bool
card_is(const json_t *card, enum slot slot, bool look)
{
    return (slot == SLOT_NONE || lore_slot(json_text(card, "slot", "")) == slot) &&
           (!look || json_is_true(json_object_get(card, "look")));
}

/* What the pieces of the look cost together, and in *COUNT how many they are. */
static double
look_costs(const json_t *shown, size_t *count, const char **currency)
{
    double sum = 0;
    const json_t *card;
    size_t i;

    *count = 0;
    json_array_foreach(shown, i, card) if (card_is(card, SLOT_NONE, true))
    {
        sum += price_of(card, currency);
        ++*count;
    }
    return sum;
}

/* What the dearest card of SLOT (or of any) costs. */
static double
dearest(const json_t *shown, enum slot slot, const char **currency)
{
    double most = 0;
    const json_t *card;
    size_t i;

    json_array_foreach(shown, i, card)
    {
        double price = price_of(card, currency);

        if (card_is(card, slot, false) && price > most)
            most = price;
    }
    return most;
}

/* What the piece of SLOT costs that stands in the look; where none does, the dearest that is shown. */
static double
piece_costs(const json_t *shown, enum slot slot, const char **currency)
{
    const json_t *card;
    size_t i;

    json_array_foreach(shown, i, card) if (card_is(card, slot, true)) return price_of(card, currency);
    return dearest(shown, slot, currency);
}

static void
set_price(json_t *criteria, double min, double max, const char *currency, bool outfit, enum slot slot)
{
    json_t *one = criterion("set", "price", slot_or_all(slot));

    if (min > 0)
        json_object_set_new(one, "min", json_real(min));
    if (max > 0)
        json_object_set_new(one, "max", json_real(max));
    if (*currency)
        json_object_set_new(one, "currency", json_string(currency));
    json_object_set_new(one, "scope", json_string(outfit ? "outfit" : "item"));
    json_array_append_new(criteria, one);
}

static enum slot
only_slot(const struct reading *reading)
{
    enum slot slot = SLOT_NONE;

    for (size_t i = 0; i < reading->asked_count; i++) {
        if (reading->asked[i].negated)
            continue;
        if (slot != SLOT_NONE && slot != reading->asked[i].slot)
            return SLOT_NONE;
        slot = reading->asked[i].slot;
    }
    return reading->want == WANT_ITEMS ? slot : SLOT_NONE;
}

/* What one thing of SLOT may cost by what is KNOWN, or NULL; the place that this is, or would be, said of to
 * *SAID: once budgets are said of single places, the others keep theirs. */
static const json_t *
item_budget(const json_t *known, enum slot slot, enum slot *said)
{
    const json_t *found = json_object_get(known, "budget.item"), *one;
    const char *key;

    *said = SLOT_NONE;
    json_object_foreach((json_t *)known, key, one)
    {
        if (strncmp(key, "budget.item.", 12) != 0 || slot == SLOT_NONE)
            continue;
        *said = slot;
        if (lore_slot(json_text(one, "slot", "all")) == slot)
            found = one;
    }
    return found;
}

/* The place of the only piece of the look, or SLOT_NONE. */
static enum slot
lone_slot(const json_t *shown)
{
    enum slot slot = SLOT_NONE;
    const json_t *card;
    size_t i, pieces = 0;

    json_array_foreach(shown, i, card) if (card_is(card, SLOT_NONE, true))
    {
        slot = lore_slot(json_text(card, "slot", ""));
        pieces++;
    }
    return pieces == 1 ? slot : SLOT_NONE;
}

/* "cheaper": of a look a fifth below what it costs, or below the budget where that is less; of one thing just
 * below what is shown of it. */
static void
make_cheaper(json_t *criteria, const struct reading *reading, const struct sections *sections)
{
    const json_t *known = sections->json[SECTION_CRITERIA], *outfit = json_object_get(known, "budget.outfit");
    enum slot slot =
        reading->asked_count == 1 && !reading->asked[0].negated ? reading->asked[0].slot : SLOT_NONE;
    enum slot lone = lone_slot(sections->json[SECTION_SHOWN]), said = SLOT_NONE;
    const json_t *item = item_budget(known, slot != SLOT_NONE ? slot : lone, &said),
                 *now = outfit != NULL ? outfit : item;
    const char *currency = "", *budget_currency = json_text(now, "currency", "");
    double cost = piece_costs(sections->json[SECTION_SHOWN], slot, &currency);
    double budget = json_number_value(json_object_get(now, "max"));
    size_t pieces;
    double look = look_costs(sections->json[SECTION_SHOWN], &pieces, &currency);

    if (slot == SLOT_NONE && pieces > 1 && item == NULL) {
        double less = below(look * 0.8 + 0.01);

        budget = below(budget * 0.8 + 0.01);
        if (budget > 0 && (budget < less || strcmp(budget_currency, currency)))
            set_price(criteria, 0, budget, budget_currency, true, SLOT_NONE);
        else
            set_price(criteria, 0, less, currency, true, SLOT_NONE);
    } else if (slot == SLOT_NONE && pieces == 1 && outfit == NULL) {
        budget = item == NULL ? 0 : below(budget * 0.8 + 0.01);
        if (budget > 0 && (budget < below(look) || strcmp(budget_currency, currency)))
            set_price(criteria, 0, budget, budget_currency, false, said);
        else
            set_price(criteria, 0, below(look), currency, false, said);
    } else if (budget > 0 && (slot == SLOT_NONE || cost <= 0))
        set_price(criteria, 0, below(budget * 0.8 + 0.01), budget_currency, outfit != NULL,
                  outfit != NULL ? SLOT_NONE : said);
    else if (cost > 0)
        set_price(criteria, 0, below(cost), currency, false, slot);
}

/* "coat and boots under $150": the two together; "boots or sneakers" are one thing. */
static bool
asks_for_several(const struct reading *reading)
{
    enum slot first = SLOT_NONE;

    for (size_t i = 0; i < reading->asked_count && reading->want == WANT_ITEMS && !reading->gift; i++) {
        if (reading->asked[i].negated)
            continue;
        if (first != SLOT_NONE && reading->asked[i].slot != first)
            return true;
        first = reading->asked[i].slot;
    }
    return false;
}

static void
put_money(json_t *criteria, const struct reading *reading, const struct sections *sections)
{
    const struct money *money = &reading->money;
    enum slot said, slot = only_slot(reading), lone = lone_slot(sections->json[SECTION_SHOWN]);
    const json_t *item =
        item_budget(sections->json[SECTION_CRITERIA], slot != SLOT_NONE ? slot : lone, &said);
    bool outfit = money->outfit || (!money->item && asks_for_several(reading)) ||
                  (!money->item && reading->want != WANT_ITEMS && item == NULL &&
                   (reading->want != WANT_CHANGE || said == SLOT_NONE));

    if (reading->want == WANT_CHANGE && !money->item)
        slot = said; /* "make it 100" is about the piece that is there */
    if (outfit || money->item || reading->gift)
        slot = SLOT_NONE;

    if (money->max > 0 || money->min > 0)
        set_price(criteria, money->min, money->max, money->currency, outfit, slot);
    else if (reading->cheaper)
        make_cheaper(criteria, reading, sections);
    else if (reading->any_price)
        json_array_append_new(criteria, criterion("remove", "price", "all"));
}

/* -- the rest of the criteria -------------------------------------------------------------------- */

static const char *
field_of(enum kind kind)
{
    return kind == KIND_COLOUR ? "colour" : kind == KIND_MATERIAL ? "material" : "style";
}

/* "the second one in blue": what that one is for. */
static enum slot
pointed_slot(const struct reading *reading, const json_t *shown)
{
    size_t count = json_array_size(shown);
    int number = reading->pointed_count != 1 ? 0 : reading->pointed[0] < 0 ? (int)count : reading->pointed[0];

    return number < 1 ? SLOT_NONE
                      : lore_slot(json_text(json_array_get(shown, (size_t)number - 1), "slot", ""));
}

static void
put_traits(json_t *criteria, const struct reading *reading, const json_t *shown)
{
    enum slot only = only_slot(reading), pointed = pointed_slot(reading, shown);

    for (size_t i = 0; i < reading->trait_count; i++) {
        const struct trait *trait = &reading->traits[i];
        const char *word = trait->kind == KIND_COLOUR ? lore_colour_name(trait->value) : trait->value;
        enum slot slot = trait->slot == SLOT_NONE && !trait->negated ? only : trait->slot;

        if (slot == SLOT_NONE && !trait->negated && trait->kind != KIND_STYLE)
            slot = pointed;

        add_word(criteria, field_of(trait->kind), slot_or_all(trait->negated ? SLOT_NONE : slot),
                 trait->negated, word);
    }
    if (*reading->season)
        add_word(criteria, "season", "all", false, reading->season);
    if (reading->any_colour)
        json_array_append_new(criteria, criterion("remove", "colour", "all"));
    if (reading->on_sale)
        add_word(criteria, "on_sale", "all", false, "yes");
    if (reading->in_stock)
        add_word(criteria, "availability", "all", false, "in stock");
}

static void
put_sizes(json_t *criteria, const struct reading *reading, const json_t *shown)
{
    enum slot pointed = reading->want == WANT_CHANGE ? pointed_slot(reading, shown) : SLOT_NONE;

    for (size_t i = 0; i < reading->size_count; i++) {
        const struct size_wish *size = &reading->sizes[i];
        const char *class = reading_size_class(reading, size, pointed);
        json_t *one = criterion("set", "size", slot_or_all(pointed));

        json_array_append_new(json_object_get(one, "any"), json_string(size->value));
        json_object_set_new(one, "class", json_string(class));
        if (*size->system)
            json_object_set_new(one, "system", json_string(size->system));
        json_array_append_new(criteria, one);
    }
}

/* Another wearer: what the last one's size and colours were does not hold for them. */
static void
put_change_of_person(json_t *criteria, const struct reading *reading, const json_t *known)
{
    const char *gender =
        json_string_value(json_array_get(json_object_get(json_object_get(known, "gender"), "any"), 0));
    bool other = *reading->age_group && json_object_get(known, "age_group") == NULL;
    const json_t *one;
    const char *key;

    other = other || (*reading->gender && gender != NULL && strcmp(gender, reading->gender));
    json_object_foreach((json_t *)known, key, one)
    {
        const char *field = json_text(one, "field", "");
        json_t *gone;

        if (!other || (strcmp(field, "size") &&
                       (strcmp(field, "colour") || json_array_size(json_object_get(one, "any")) == 0)))
            continue;
        gone = criterion("remove", field, json_text(one, "slot", "all"));
        if (json_object_get(one, "class") != NULL)
            json_object_set(gone, "class", json_object_get(one, "class"));
        json_array_append_new(criteria, gone);
    }
}

/* -- what was shown and is not wanted ------------------------------------------------------------ */

static void
exclude(json_t *list, int64_t number)
{
    const json_t *one;
    size_t i;

    json_array_foreach(list, i, one) if (json_integer_value(one) == number) return;
    json_array_append_new(list, json_integer(number));
}

/* "lose the hat": the cards of that kind; where none was shown, hats are not wanted at all. */
static void
put_unwanted(const struct mind *mind, json_t *criteria, json_t *excluded, const struct reading *reading,
             const json_t *shown)
{
    const json_t *card;
    size_t n;

    for (size_t i = 0; i < reading->asked_count; i++) {
        const struct asked *asked = &reading->asked[i];
        bool found = false;

        if (!asked->negated)
            continue;
        json_array_foreach(shown, n, card)
        {
            const struct garment *garment = lexicon_garment(mind->lexicon, json_text(card, "title", ""));

            if (*asked->garment ? garment != NULL && !strcmp(garment->id, asked->garment)
                                : lore_slot(json_text(card, "slot", "")) == asked->slot) {
                exclude(excluded, json_number(card, "n", (int64_t)n + 1));
                found = true;
            }
        }
        if (!found && *asked->garment)
            add_word(criteria, "category", "all", true, lore_garment(asked->garment)->many);
    }
}

static void
put_referred(json_t *excluded, const struct reading *reading, const json_t *shown)
{
    size_t count = json_array_size(shown);

    for (size_t i = 0; i < reading->referred_count; i++) {
        int number = reading->referred[i] < 0 ? (int)count : reading->referred[i];

        if (number >= 1)
            exclude(excluded, number);
    }
}

/* "not that one" is plain where one thing stands in the look. */
static void
put_that_one(json_t *excluded, const json_t *shown)
{
    const json_t *card;
    int64_t number = 0;
    size_t i, pieces = 0;

    json_array_foreach(shown, i, card) if (card_is(card, SLOT_NONE, true))
    {
        number = json_number(card, "n", (int64_t)i + 1);
        pieces++;
    }
    if (pieces == 1)
        exclude(excluded, number);
}

/* "start over": all that was said is taken back. */
static void
put_fresh_start(json_t *criteria, const json_t *known)
{
    const json_t *one;
    const char *key;

    json_object_foreach((json_t *)known, key, one)
    {
        json_t *gone = criterion("remove", json_text(one, "field", ""), json_text(one, "slot", "all"));

        if (json_object_get(one, "class") != NULL)
            json_object_set(gone, "class", json_object_get(one, "class"));
        if (json_object_get(one, "scope") != NULL)
            json_object_set(gone, "scope", json_object_get(one, "scope"));
        json_array_append_new(criteria, gone);
    }
}

/* Brands of the shop that are named: "what else from Harrow & Pike?" */
static void
put_brands(const struct mind *mind, json_t *criteria, struct reading *reading,
           const struct sections *sections)
{
    const char *name;

    for (size_t n = 0; (name = mind_names_brand(mind, sections, n)) != NULL; n++) {
        add_word(criteria, "brand", "all", false, name);
        reading->topic = reading->topic == TOPIC_ABUSE ? TOPIC_ABUSE : TOPIC_FASHION;
        if (reading->want == WANT_QUESTION)
            reading->want = WANT_LOOK;
    }
}

/* -- in words ------------------------------------------------------------------------------------ */

enum { NEEDS_MOST = 6 };

static void
add_need(json_t *needs, const char *need)
{
    const json_t *one;
    size_t i;

    json_array_foreach(needs, i,
                       one) if (json_is_string(one) && !strcmp(json_string_value(one), need)) return;
    if (json_array_size(needs) < NEEDS_MOST)
        json_array_append_new(needs, json_string(need));
}

/* What matters to them and is no criterion; what was known before stays. */
static json_t *
needs_of(const struct reading *reading, const struct sections *sections)
{
    json_t *needs = json_array();
    const json_t *before = json_object_get(sections->json[SECTION_PROFILE], "needs"), *one;
    size_t n;

    if (!strcmp(reading->season, "summer"))
        add_need(needs, "hot weather");
    if (!strcmp(reading->season, "winter"))
        add_need(needs, "cold weather");
    if (!strcmp(reading->mood, "nervous") || !strcmp(reading->mood, "unsure"))
        add_need(needs, "wants to feel sure of it");
    if (!strcmp(reading->mood, "hurried"))
        add_need(needs, "has little time");
    for (size_t i = 0; i < reading->trait_count; i++)
        if (!reading->traits[i].negated && !strcmp(reading->traits[i].value, "comfortable"))
            add_need(needs, "easy to move in");
    if (reading->cheaper)
        add_need(needs, "wants to spend less");
    json_array_foreach(before, n, one) if (json_is_string(one)) add_need(needs, json_string_value(one));
    return needs;
}

static json_t *
summary_of(const struct reading *reading, const json_t *slots)
{
    struct buffer text = { 0 };
    json_t *summary;

    if (reading->topic != TOPIC_FASHION) {
        buffer_text(&text, reading->topic == TOPIC_OTHER   ? "Asks about something other than clothes."
                           : reading->topic == TOPIC_ABUSE ? "Is rude, and asks for nothing."
                                                           : "Has not said yet what they are looking for.");
    } else {
        buffer_text(&text, reading->want == WANT_CHANGE     ? "Wants the suggestion changed"
                           : reading->want == WANT_QUESTION ? "Has a question about clothes"
                           : json_array_size(slots)         ? "Is looking for single pieces"
                                                            : "Is looking for an outfit");
        if (*reading->gender || *reading->age_group)
            buffer_printf(&text, ", for %s",
                          !strcmp(reading->age_group, "kids")                          ? "a child"
                          : *reading->age_group && strcmp(reading->age_group, "adult") ? "a small child"
                          : !strcmp(reading->gender, "male")                           ? "a man"
                          : !strcmp(reading->gender, "female")                         ? "a woman"
                                                                                       : "anyone");
        if (*reading->occasion)
            buffer_printf(&text, ", for the occasion: %s", reading->occasion);
        if (*reading->season)
            buffer_printf(&text, ", in %s", reading->season);
        if (*reading->mood)
            buffer_printf(&text, "; feels %s", reading->mood);
        buffer_text(&text, ".");
    }
    summary = json_string(buffer_string(&text));
    buffer_clear(&text);
    return summary;
}

static json_t *
slots_of(const struct reading *reading)
{
    json_t *slots = json_array();

    for (size_t i = 0; i < reading->asked_count && reading->want == WANT_ITEMS; i++) {
        const char *name = lore_slot_name(reading->asked[i].slot);
        const json_t *one;
        bool there = reading->asked[i].negated;
        size_t n;

        json_array_foreach(slots, n, one) there = there || !strcmp(json_string_value(one), name);
        if (!there)
            json_array_append_new(slots, json_string(name));
    }
    return slots;
}

/* What was said before counts where the newest words leave something open. */
static void
lean_on_history(struct reading *reading, const struct sections *sections)
{
    bool before = json_object_size(sections->json[SECTION_CRITERIA]) > 0 ||
                  json_array_size(sections->json[SECTION_SHOWN]) > 0;
    const char *language = json_text(sections->json[SECTION_PROFILE], "language", "");

    if (reading->cheapest && reading->asked_count == 0 && before)
        reading->cheaper = true;
    if (reading->starts_over && reading->asked_count == 0 && !*reading->occasion)
        reading->want = WANT_QUESTION;
    if (reading->want == WANT_CHANGE && !before && !reading->cheaper && reading->referred_count == 0)
        reading->want = WANT_LOOK;
    if (reading->topic == TOPIC_UNCLEAR && before && (*reading->mood || *reading->season))
        reading->topic = TOPIC_FASHION;
    if (!reading->language_told && *language)
        reading->language = language;
}

int
mind_assess(const struct mind *mind, const struct ask *ask, const struct sections *sections,
            struct answer *answer)
{
    static const char *const topics[] = { "fashion", "other", "unclear", "abuse" };
    static const char *const wants[] = { "look", "items", "change", "question" };
    json_t *criteria = json_array(), *excluded = json_array(), *slots, *known, *filled;
    struct reading reading;
    struct signs signs;
    const char *occasion;

    if (lexicon_read_typed(mind->lexicon, sections->part[SECTION_SHOPPER].text,
                           sections->part[SECTION_SHOPPER].size, &signs))
        return -1;
    reading_of(&signs, &reading);
    lean_on_history(&reading, sections);
    put_brands(mind, criteria, &reading, sections);
    slots = slots_of(&reading);
    if (reading.topic == TOPIC_FASHION) {
        if (reading.starts_over)
            put_fresh_start(criteria, sections->json[SECTION_CRITERIA]);
        if (reading.that_one)
            put_that_one(excluded, sections->json[SECTION_SHOWN]);
        put_change_of_person(criteria, &reading, sections->json[SECTION_CRITERIA]);
        if (*reading.gender)
            add_word(criteria, "gender", "all", false, reading.gender);
        if (*reading.age_group)
            add_word(criteria, "age_group", "all", false, reading.age_group);
        if (*reading.occasion && reading.want != WANT_QUESTION)
            add_word(criteria, "occasion", "all", false, reading.occasion);
        if (reading.want != WANT_QUESTION)
            put_traits(criteria, &reading, sections->json[SECTION_SHOWN]);
        put_sizes(criteria, &reading, sections->json[SECTION_SHOWN]);
        put_money(criteria, &reading, sections);
        put_unwanted(mind, criteria, excluded, &reading, sections->json[SECTION_SHOWN]);
        put_referred(excluded, &reading, sections->json[SECTION_SHOWN]);
    }
    occasion = reading.occasion;
    if (!*occasion && !reading.starts_over)
        occasion = json_text(sections->json[SECTION_PROFILE], "occasion", NULL);
    known = json_pack("{s:s,s:s*,s:s*,s:o,s:o,s:s,s:o,s:o,s:s,s:o}", "topic", topics[reading.topic],
                      "occasion", occasion, "mood", *reading.mood ? reading.mood : NULL, "needs",
                      needs_of(&reading, sections), "summary", summary_of(&reading, slots), "language",
                      reading.language, "criteria", criteria, "exclude_shown", excluded, "want",
                      wants[reading.want], "slots", slots);
    filled = mind_fill(ask->schema, known);
    answer->text = json_string_of(filled);
    json_decref(known);
    json_decref(filled);
    signs_clear(&signs);
    return answer->text == NULL ? -1 : 0;
}
