/* Who, what for, which garments, which colours: everything but money and sizes. */
#include "understudy/reading.h"

#include <string.h>

static const struct sign *
sign_at(const struct signs *signs, size_t at)
{
    return at < signs->count ? &signs->list[at] : NULL;
}

static bool
is_kind(const struct signs *signs, size_t at, enum kind kind)
{
    return at < signs->count && signs->list[at].kind == kind;
}

static enum slot
slot_of(const struct sign *sign)
{
    if (sign->kind == KIND_SLOT)
        return lore_slot(sign->value);
    if (sign->kind == KIND_GARMENT)
        return lore_garment(sign->value)->slot;
    return SLOT_NONE;
}

/* "black leather shoes": words of praise may stand between; a comma, a verb or an "and" may not. */
enum slot
reading_slot_near(const struct signs *signs, size_t at)
{
    for (size_t i = at + 1; i < signs->count && i <= at + 5; i++) {
        const struct sign *sign = &signs->list[i];

        if (sign->pauses || sign->stops || sign->kind == KIND_BUT || !strcmp(sign->text, "and"))
            break;
        if (slot_of(sign) != SLOT_NONE)
            return slot_of(sign);
        if (sign->kind == KIND_TONGUE && strcmp(sign->text, "and"))
            break;
    }
    /* "shoes in black" */
    for (size_t i = at; i > 0 && i + 4 > at && !signs->list[i].pauses && !signs->list[i].stops; i--) {
        const struct sign *sign = &signs->list[i - 1];

        if (slot_of(sign) != SLOT_NONE)
            return i == at || (!strcmp(signs->list[i].text, "in") || !strcmp(signs->list[i].text, "of") ||
                               !strcmp(signs->list[i].text, "en") || signs->list[i].kind == KIND_INA)
                       ? slot_of(sign)
                       : SLOT_NONE;
    }
    return SLOT_NONE;
}

static void
read_language(const struct signs *signs, struct reading *reading)
{
    static const char *const tongues[] = { "en", "de", "fr", "es", "it", "nl" };
    enum { TOLD = sizeof tongues / sizeof *tongues };
    int votes[TOLD] = { 0 };
    int best = 0;

    for (size_t i = 0; i < signs->count; i++)
        for (int t = 0; t < TOLD; t++)
            votes[t] += *signs->list[i].value && !strcmp(signs->list[i].value, tongues[t]);
    for (int t = 1; t < TOLD; t++)
        if (votes[t] > votes[best])
            best = t;
    reading->language = tongues[best];
    reading->language_told = votes[best] > 0;
}

/* "my sister's wedding" does not say who the clothes are for. */
static bool
is_host(const struct signs *signs, size_t at)
{
    const struct sign *sign = &signs->list[at];
    const char *last = signs->words.list[sign->first + sign->count - 1].text;
    bool owns = last[strlen(last) - 1] == 's';

    return owns && (is_kind(signs, at + 1, KIND_OCCASION) || is_kind(signs, at + 2, KIND_OCCASION)) &&
           !strstr("mens womens girls boys kids ladies", last);
}

/* "with my girlfriend", "meeting her father": company, not the wearer. */
static bool
is_company(const struct signs *signs, size_t at)
{
    static const char *const company[] = { "with", "meeting", "meet", "see", "seeing",
                                           "mit",  "avec",    "con",  "from" };

    if (at > 0 && signs->list[at - 1].kind == KIND_OCCASION && !signs->list[at].pauses)
        return true; /* "meeting my" is one sign; "for skiing, women's M" is not about company */
    for (size_t back = 1; back <= 2 && back <= at; back++)
        for (size_t i = 0; i < sizeof company / sizeof *company; i++)
            if (!strcmp(signs->list[at - back].text, company[i]))
                return true;
    return false;
}

/* "six-year-old": the number before, or -1. */
static double
years(const struct signs *signs)
{
    for (size_t i = 0; i < signs->count; i++) {
        const struct sign *sign = &signs->list[i];

        if (sign->kind == KIND_NUMBER && is_kind(signs, i + 1, KIND_YEARS))
            return *signs->list[i + 1].value ? sign->number / 12 : sign->number;
        if (sign->kind == KIND_NUMBER && i > 0 &&
            (!strcmp(signs->list[i - 1].text, "aged") || !strcmp(signs->list[i - 1].text, "age")))
            return sign->number;
    }
    return -1;
}

static void
read_person(const struct signs *signs, struct reading *reading)
{
    double age = years(signs);
    bool child = false;

    for (size_t i = 0; i < signs->count; i++) {
        const char *value = signs->list[i].value;

        if (signs->list[i].kind != KIND_PERSON || is_host(signs, i) || is_company(signs, i))
            continue;
        if (!strncmp(value, "male", 4) && !*reading->gender)
            reading->gender = "male";
        if (!strncmp(value, "female", 6) && !*reading->gender)
            reading->gender = "female";
        if (!strcmp(value, "unisex"))
            reading->gender = "unisex";
        child = child || strstr(value, "son") != NULL || strstr(value, "kids") != NULL;
        if (strstr(value, "kids") != NULL)
            reading->age_group = "kids";
        if (!strcmp(value, "toddler") || !strcmp(value, "infant") || !strcmp(value, "newborn"))
            reading->age_group = value;
    }
    for (size_t i = 0; i < signs->count; i++)
        if (is_kind(signs, i, KIND_STYLE) && !strcmp(signs->list[i].value, "maternity") && !*reading->gender)
            reading->gender = "female";
    if (age >= 0 && age < 14)
        reading->age_group = age < 1 ? "infant" : age < 4 ? "toddler" : "kids";
    else if (age >= 14 && child)
        reading->age_group = "adult";
}

/* What stands between "my" or "goes with" and the garment describes it. */
static bool
is_description(enum kind kind)
{
    return kind == KIND_COLOUR || kind == KIND_MATERIAL || kind == KIND_STYLE;
}

bool
reading_is_owned(const struct signs *signs, size_t at)
{
    size_t garment = at, first = at;

    while (garment < signs->count && is_description(signs->list[garment].kind))
        garment++;
    if (garment >= signs->count || slot_of(&signs->list[garment]) == SLOT_NONE)
        return false;
    while (first > 0 && is_description(signs->list[first - 1].kind))
        first--;
    if (first > 1 && lore_has("a,an,some,the,this", signs->list[first - 1].text) &&
        lore_has("have,own,got", signs->list[first - 2].text) && first > 2 &&
        lore_has("i,already,ive,we", signs->list[first - 3].text))
        return true; /* "I already have a navy blazer", but not "can I have a navy blazer" */
    if (first > 0 &&
        (!strcmp(signs->list[first - 1].text, "my") || !strcmp(signs->list[first - 1].text, "have")))
        return true;
    for (size_t back = 1; back <= 3 && back <= first; back++)
        if (signs->list[first - back].kind == KIND_GOWITH)
            return true;
    return false;
}

static void
read_garments(const struct signs *signs, struct reading *reading)
{
    for (size_t i = 0; i < signs->count && reading->asked_count < ASKED_MOST; i++) {
        const struct sign *sign = &signs->list[i];

        if (sign->kind != KIND_GARMENT && sign->kind != KIND_SLOT)
            continue;
        if (reading_is_owned(signs, i))
            continue; /* what they own already, or what it is to go with */
        if (is_kind(signs, i + 1, KIND_SIZE) && !signs->list[i + 1].pauses && !signs->list[i + 1].stops &&
            !is_kind(signs, i + 2, KIND_NUMBER))
            continue; /* "my boot size is", but not "sneakers size 9" */
        reading->asked[reading->asked_count++] =
            (struct asked) { sign->kind == KIND_GARMENT ? sign->value : "", slot_of(sign), sign->negated };
    }
}

static void
read_traits(const struct signs *signs, struct reading *reading)
{
    for (size_t i = 0; i < signs->count && reading->trait_count < TRAITS_MOST; i++) {
        const struct sign *sign = &signs->list[i];

        if (sign->kind != KIND_COLOUR && sign->kind != KIND_MATERIAL && sign->kind != KIND_STYLE)
            continue;
        if (reading_is_owned(signs, i))
            continue;
        if (sign->kind == KIND_STYLE && i > 0 && is_kind(signs, i - 1, KIND_TOO))
            reading->traits[reading->trait_count++] =
                (struct trait) { sign->kind, sign->value, SLOT_NONE, true };
        else
            reading->traits[reading->trait_count++] =
                (struct trait) { sign->kind, sign->value,
                                 sign->negated ? SLOT_NONE : reading_slot_near(signs, i), sign->negated };
    }
}

/* Which of the cards shown is spoken of, and not liked. */
static void
read_referred(const struct signs *signs, struct reading *reading)
{
    for (size_t i = 0; i < signs->count && reading->referred_count < REFERRED_MOST; i++) {
        const struct sign *sign = &signs->list[i];
        int number = 0;

        if (sign->kind != KIND_ORDINAL || is_kind(signs, i + 1, KIND_OCCASION))
            continue;
        bool disliked = sign->negated;
        for (size_t j = i + 1; j < signs->count && !signs->list[j].stops && j < i + 7; j++)
            disliked = disliked || signs->list[j].kind == KIND_TOO || signs->list[j].kind == KIND_PRICEY;
        for (size_t j = i; j > 0 && !signs->list[j].stops; j--)
            disliked = disliked || signs->list[j - 1].kind == KIND_SWAP;
        for (const char *digit = sign->value + (sign->value[0] == '-'); *digit; digit++)
            number = number * 10 + (*digit - '0');
        if (disliked)
            reading->referred[reading->referred_count++] = sign->value[0] == '-' ? -number : number;
        else if (reading->pointed_count < REFERRED_MOST)
            reading->pointed[reading->pointed_count++] = sign->value[0] == '-' ? -number : number;
    }
}

/* Formal plans beat plain ones: "dinner after the wedding" is a wedding. */
static void
read_occasion(const struct signs *signs, struct reading *reading)
{
    const struct occasion *best = NULL;

    for (size_t i = 0; i < signs->count; i++) {
        const struct occasion *occasion;

        if (signs->list[i].kind == KIND_SEASON && !*reading->season)
            reading->season = signs->list[i].value;
        if (signs->list[i].kind == KIND_MOOD && !*reading->mood)
            reading->mood = signs->list[i].value;
        if (signs->list[i].kind != KIND_OCCASION || (i > 0 && is_kind(signs, i - 1, KIND_NOT)))
            continue;
        occasion = lore_occasion(signs->list[i].value);
        if (best == NULL || occasion->formality > best->formality ||
            (!strcmp(occasion->id, "beach wedding") && strcmp(best->id, "black tie")))
            best = occasion;
        if (best != NULL && !strcmp(best->id, "wedding") && !strcmp(occasion->id, "beach"))
            best = lore_occasion("beach wedding");
        if (best != NULL && !strcmp(best->id, "beach"))
            for (size_t j = i; j < signs->count; j++)
                if (signs->list[j].kind == KIND_OCCASION && !strcmp(signs->list[j].value, "wedding"))
                    best = lore_occasion("beach wedding");
    }
    /* "wedding on the sand" in other words: the sand is no colour there */
    for (size_t i = 0; best != NULL && !strcmp(best->id, "wedding") && i < signs->count; i++)
        if (!strcmp(signs->list[i].text, "sand") && i >= 2 && !strcmp(signs->list[i - 1].text, "the"))
            best = lore_occasion("beach wedding");
    if (best != NULL)
        reading->occasion = best->id;
}

/* What to give: things that need no size before those that do. */
static void
read_gift(struct reading *reading)
{
    bool child = *reading->age_group && strcmp(reading->age_group, "adult");
    enum slot slots[3] = { SLOT_JEWELLERY, SLOT_BAG, SLOT_ACCESSORY };

    if (!strcmp(reading->gender, "male") || child)
        slots[0] = SLOT_HAT;
    if (reading->gift) /* "a christmas present": the day is that of giving */
        reading->occasion = "";
    for (size_t i = 0; i < 3 && reading->gift; i++)
        reading->asked[reading->asked_count++] = (struct asked) { "", slots[i], false };
}

static void
read_turns(const struct signs *signs, struct reading *reading)
{
    for (size_t i = 0; i < signs->count; i++) {
        const struct sign *sign = &signs->list[i];
        bool forgets = sign->kind == KIND_FORGET ||
                       (sign->kind == KIND_NOT && lore_has("remove,drop,skip,lose,ditch,get", sign->text));

        reading->cheaper = reading->cheaper || sign->kind == KIND_CHEAPER ||
                           (sign->kind == KIND_PRICEY && i > 0 &&
                            (is_kind(signs, i - 1, KIND_NOT) || is_kind(signs, i - 1, KIND_TOO)));
        reading->dearer = reading->dearer || sign->kind == KIND_DEARER;
        reading->on_sale = reading->on_sale || sign->kind == KIND_SALE;
        reading->in_stock = reading->in_stock || sign->kind == KIND_STOCK;
        reading->same =
            reading->same || sign->kind == KIND_SAME || sign->kind == KIND_GOWITH || sign->kind == KIND_SWAP;
        reading->whole = reading->whole || sign->kind == KIND_OUTFIT;
        reading->asks = reading->asks || (sign->kind == KIND_ASK && (i == 0 || sign->stops || sign->pauses));
        reading->greets = reading->greets || sign->kind == KIND_GREETING;
        reading->that_one = reading->that_one || sign->kind == KIND_THATONE;
        reading->starts_over = reading->starts_over || sign->kind == KIND_RESET;
        reading->gift = reading->gift || sign->kind == KIND_GIFT;
        reading->compares = reading->compares || sign->kind == KIND_COMPARE;
        reading->counts = reading->counts || sign->kind == KIND_COUNT;
        reading->has = reading->has || sign->kind == KIND_HAVE;
        reading->cheapest = reading->cheapest || (sign->kind == KIND_CHEAPEST && !*sign->value);
        reading->dearest = reading->dearest || (sign->kind == KIND_CHEAPEST && *sign->value);
        if (sign->kind == KIND_CARE && is_kind(signs, 0, KIND_ASK) && !*reading->reply)
            reading->reply = "care";
        if (sign->kind == KIND_REPLY && strcmp(reading->reply, "crisis"))
            reading->reply = sign->value;
        reading->any_colour = reading->any_colour || sign->kind == KIND_NOCOLOUR;
        reading->any_price = reading->any_price || sign->kind == KIND_NOBUDGET;
        for (size_t j = i + 1; forgets && j < signs->count && j <= i + 3; j++)
            reading->any_price =
                reading->any_price || is_kind(signs, j, KIND_MAX) || is_kind(signs, j, KIND_PRICE);
        for (size_t j = i; forgets && j > 0 && j + 3 > i; j--)
            reading->any_price =
                reading->any_price || is_kind(signs, j - 1, KIND_MAX) || is_kind(signs, j - 1, KIND_PRICE);
        for (size_t j = i + 1; forgets && j < signs->count && j <= i + 3; j++)
            reading->any_colour = reading->any_colour ||
                                  lore_has("farbe,couleur,colour", signs->list[j].text) ||
                                  !strcmp(signs->list[j].text, "color");
    }
}

/* "Thanks" by itself is answered in words; "thanks, and now the shoes" is about shoes. */
static void
settle_reply(struct reading *reading, bool about)
{
    if (about && strcmp(reading->reply, "crisis"))
        reading->reply = "";
    if (*reading->reply) {
        reading->topic = TOPIC_OTHER;
        reading->want = WANT_QUESTION;
    }
}

static void
read_topic(const struct signs *signs, struct reading *reading)
{
    bool other = false, abuse = false, clothes = false;

    for (size_t i = 0; i < signs->count; i++) {
        enum kind kind = signs->list[i].kind;

        other = other || kind == KIND_OTHER;
        abuse = abuse || kind == KIND_ABUSE;
        clothes = clothes || kind == KIND_GARMENT || kind == KIND_SLOT || kind == KIND_CLOTHES ||
                  kind == KIND_OUTFIT;
    }
    bool about = clothes || reading->trait_count > 0 || reading->size_count > 0 || *reading->occasion ||
                 reading->cheaper || reading->dearer || reading->referred_count > 0 ||
                 reading->money.max > 0 || reading->money.min > 0 || reading->any_price ||
                 reading->any_colour || reading->on_sale || *reading->gender || *reading->age_group ||
                 (*reading->season && !other) || reading->that_one || reading->starts_over || reading->gift ||
                 reading->pointed_count > 0 || reading->cheapest || reading->dearest || reading->in_stock;
    bool alone = reading->cheaper || *reading->occasion || *reading->gender || reading->trait_count > 0 ||
                 reading->size_count > 0 || reading->money.max > 0;
    settle_reply(reading, (clothes && !lore_has("care,sizing", reading->reply)) ||
                              (alone && lore_has("thanks,bye,photo", reading->reply)));
    if (*reading->reply)
        return;
    reading->topic = abuse && !clothes                   ? TOPIC_ABUSE
                     : other && !clothes                 ? TOPIC_OTHER
                     : about || reading->same            ? TOPIC_FASHION
                     : signs->count > 4 && reading->asks ? TOPIC_OTHER
                                                         : TOPIC_UNCLEAR;
}

/* "what goes with it?", but not "what goes with my brown jacket?" */
static bool
asks_what_goes_with_it(const struct signs *signs)
{
    bool beside = false, garments = false;

    for (size_t i = 0; i < signs->count; i++) {
        beside = beside || is_kind(signs, i, KIND_GOWITH);
        garments = garments || slot_of(&signs->list[i]) != SLOT_NONE;
    }
    return beside && !garments;
}

/* "does navy go with black?" */
static bool
asks_of_colours(const struct signs *signs, const struct reading *reading)
{
    bool colours = reading->trait_count > 1;

    for (size_t i = 0; i < reading->trait_count; i++)
        colours = colours && reading->traits[i].kind == KIND_COLOUR;
    return colours && reading->beside && is_kind(signs, 0, KIND_ASK);
}

/* "Is the first one available in 14?": something is looked up for it, words would not do. */
static bool
asks_for_variant(const struct reading *reading)
{
    bool colour = false;

    for (size_t i = 0; i < reading->trait_count; i++)
        colour = colour || (reading->traits[i].kind == KIND_COLOUR && !reading->traits[i].negated);
    return reading->pointed_count == 1 && (reading->size_count > 0 || colour);
}

static void
read_want(const struct signs *signs, struct reading *reading)
{
    size_t wanted = 0;

    reading->beside = asks_what_goes_with_it(signs);
    if (*reading->reply)
        return;
    for (size_t i = 0; i < reading->asked_count; i++)
        wanted += !reading->asked[i].negated;
    if (reading->compares || (reading->has && reading->topic == TOPIC_UNCLEAR) ||
        (wanted == 0 && asks_of_colours(signs, reading)))
        reading->want = WANT_QUESTION;
    else if (asks_for_variant(reading) && wanted == 0)
        reading->want = WANT_CHANGE;
    else if (reading->asks && sign_at(signs, 0)->kind == KIND_ASK && !reading->cheaper && !reading->same &&
             !wanted && !*reading->occasion)
        reading->want = WANT_QUESTION;
    else if (reading->asks && (sign_at(signs, 0)->kind == KIND_ASK) &&
             !strncmp(sign_at(signs, 0)->text, "can", 3) && !reading->same)
        reading->want = WANT_QUESTION;
    else if ((wanted > 0 && !reading->whole) || (reading->beside && !*reading->occasion && !reading->whole))
        reading->want = WANT_ITEMS;
    else if (*reading->occasion || reading->whole)
        reading->want = WANT_LOOK;
    else if (reading->cheaper || reading->dearer || reading->same || reading->referred_count ||
             reading->trait_count || reading->size_count || reading->money.max > 0 || reading->asked_count ||
             reading->any_price || reading->any_colour || reading->on_sale || reading->that_one ||
             reading->cheapest)
        reading->want = WANT_CHANGE;
    else
        reading->want = WANT_LOOK;
}

void
reading_of(const struct signs *signs, struct reading *reading)
{
    *reading = (struct reading) {
        .language = "en", .occasion = "", .mood = "", .season = "", .gender = "", .age_group = "", .reply = ""
    };
    reading->money.currency = "";
    read_language(signs, reading);
    read_person(signs, reading);
    read_occasion(signs, reading);
    read_garments(signs, reading);
    read_traits(signs, reading);
    read_referred(signs, reading);
    read_turns(signs, reading);
    reading_money(signs, reading);
    reading_sizes(signs, reading);
    if (reading->asked_count == 0)
        read_gift(reading);
    read_topic(signs, reading);
    read_want(signs, reading);
}
