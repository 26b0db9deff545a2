/* reading -- phrases and numbers in what a shopper says; see reading.h. */

#include "wardrobe/reading.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DASH_BYTES 5 /* between two numbers that a dash makes a range: it, and blanks */

static bool
is_one_of(const char *word, const char *list)
{
    size_t size = strlen(word);

    for (const char *at = list; (at = strstr(at, word)) != NULL; at += size)
        if ((at == list || at[-1] == '|') && (at[size] == '|' || at[size] == '\0'))
            return true;
    return false;
}

bool
reading_is(const struct reading *reading, size_t at, const char *list)
{
    return at < reading->count && is_one_of(reading->words[at].text, list);
}

bool
reading_says(const struct reading *reading, size_t at, const char *phrase, size_t *length)
{
    *length = 0;
    while (*phrase != '\0') {
        size_t size = strcspn(phrase, " ");

        if (at + *length >= reading->count || strlen(reading->words[at + *length].text) != size ||
            memcmp(reading->words[at + *length].text, phrase, size) != 0)
            return false;
        phrase += size + (phrase[size] == ' ');
        (*length)++;
    }
    return true;
}

bool
reading_says_one(const struct reading *reading, size_t at, const char *list, size_t *length)
{
    char phrase[64];

    if (at >= reading->count)
        return false;
    while (*list != '\0') {
        size_t size = (size_t)(strchrnul(list, '|') - list);

        if (*list == reading->words[at].text[0] &&
            size < sizeof phrase) { /* most are not, and this is asked often */
            memcpy(phrase, list, size);
            phrase[size] = '\0';
            if (reading_says(reading, at, phrase, length))
                return true;
        }
        list += size + (list[size] == '|');
    }
    return false;
}

void
reading_use(struct reading *reading, size_t from, size_t count)
{
    for (size_t i = from; i < from + count && i < reading->count; i++)
        reading->used[i] = true;
}

/* -- money --------------------------------------------------------------------------------------- */

/* The currency that word AT names, or NULL. */
static const char *
currency_at(const struct reading *reading, size_t at)
{
    const struct sense *sense;

    if (at >= reading->count)
        return NULL;
    sense = phrases_find(lexicon_phrases(reading->index->lexicon), reading->stems[at]);
    for (; sense != NULL; sense = phrases_next(lexicon_phrases(reading->index->lexicon), sense))
        if (sense->type == SENSE_CURRENCY)
            return lexicon_currency(sense->number);
    return NULL;
}

/* A number, perhaps with its currency before or behind it, from AT. Returns how many words, 0 for none. */
static size_t
amount_at(const struct reading *reading, size_t at, double *value, const char **currency)
{
    size_t length = 0;

    *currency = currency_at(reading, at);
    length += *currency != NULL;
    if (at + length >= reading->count || !reading->words[at + length].is_number)
        return 0;
    *value = strtod(reading->words[at + length].text, NULL);
    length++;
    if (*currency == NULL && (*currency = currency_at(reading, at + length)) != NULL)
        length++;
    return length;
}

/* Whether no more than a dash stands before the word AT; pieces of one word may overlap. */
static bool
is_behind_dash(const struct reading *reading, size_t at)
{
    size_t from, size;

    if (at == 0 || at >= reading->count || reading->words[at].from < reading->words[at - 1].to)
        return false;
    from = reading->words[at - 1].to;
    size = reading->words[at].from - from;
    return size <= DASH_BYTES && (memmem(reading->said + from, size, "-", 1) != NULL ||
                                  memmem(reading->said + from, size, "\xe2\x80\x93", 3) != NULL);
}

/* "between 50 and 100 euros", "$5-10", "50 to 100 dollars" from AT; with NEEDS_CURRENCY only with one. */
static size_t
range_at(const struct reading *reading, size_t at, bool needs_currency, double *low, double *high,
         const char **currency)
{
    const char *first, *second;
    size_t length = amount_at(reading, at, low, &first), more;

    if (length == 0)
        return 0;
    if (reading_is(reading, at + length, "and|to|or"))
        more = amount_at(reading, at + length + 1, high, &second) + 1;
    else if (is_behind_dash(reading, at + length))
        more = amount_at(reading, at + length, high, &second);
    else
        return 0;
    if (more < 2 && !(more == 1 && !reading_is(reading, at + length, "and|to|or")))
        return 0;
    *currency = first != NULL ? first : second;
    /* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): amount_at() has filled both */
    if ((needs_currency && *currency == NULL) || *high < *low)
        return 0;
    return length + more;
}

static void
set_price(struct question *query, double low, double high, const char *currency)
{
    if (low >= 0)
        query->price_min = low;
    if (high >= 0)
        query->price_max = high;
    if (currency != NULL)
        strcpy(query->currency, currency);
}

size_t
reading_price(const struct reading *reading, size_t at, struct question *query)
{
    static const char below[] =
        "under|below|less than|lower than|cheaper than|no more than|not more than|at most|up to|max|maximum|"
        "within|beneath|maximum of|max of|budget of|budget is|budget|spend|i have|not over|only have|"
        "nothing over|nothing above|not above|not exceeding|nothing more than|never more than|no higher "
        "than|spend up to|spend about|around|about|roughly|for about|for around|or less than";
    static const char above[] = "over|above|more than|at least|from|minimum|starting at|upwards of";
    static const char plain_below[] =
        "nothing over|not over|not above|nothing above|under|below|less than|lower than|cheaper than|no more "
        "than|at most|budget of|budget is|max";
    double low, high;
    const char *currency = NULL;
    size_t cue = 0, length;

    if (reading_says_one(reading, at, "between|from|price range|range of|price between", &cue) &&
        (length = range_at(reading, at + cue, reading_is(reading, at, "from"), &low, &high, &currency)) > 0) {
        set_price(query, low, high, currency);
        return cue + length;
    }
    if ((length = range_at(reading, at, true, &low, &high, &currency)) > 0) {
        set_price(query, low, high, currency);
        return length;
    }
    if (reading_says_one(reading, at, below, &cue)) {
        size_t plain;
        bool alone = reading_says_one(reading, at, plain_below, &plain);

        while (reading_is(reading, at + cue, "a|about|around|the|of|total"))
            cue++;
        length = amount_at(reading, at + cue, &high, &currency);
        if (length > 0 && (currency != NULL || (alone && !reading_is(reading, at + cue + length,
                                                                     "inch|inches|cm|mm|oz|ml|size")))) {
            if (reading_is(reading, at, "around|about|roughly"))
                high *= 1.15;
            set_price(query, -1, high, currency);
            return cue + length;
        }
    }
    if (reading_says_one(reading, at, above, &cue) &&
        (length = amount_at(reading, at + cue, &low, &currency)) > 0 && currency != NULL) {
        set_price(query, low, -1, currency);
        return cue + length;
    }
    if ((length = amount_at(reading, at, &high, &currency)) > 0 && currency != NULL) {
        set_price(query, -1, high, currency);
        return length;
    }
    return 0;
}

/* -- ages ---------------------------------------------------------------------------------------- */

static const char *spelled_number(const struct reading *reading, size_t at);

static uint8_t
age_group(double years)
{
    return years < 1 ? AGE_INFANT : years < 4 ? AGE_TODDLER : years < 14 ? AGE_KIDS : 0;
}

/* "7-year-old", "18 months old", "aged 7", "she turns 60". "7 years" alone is what a child's size may be
 * called. */
size_t
reading_age(const struct reading *reading, size_t at, struct question *query)
{
    bool cue = reading_is(reading, at, "aged|turns|turning|turned");
    const char *number = spelled_number(reading, at + cue);
    size_t length = cue + 1u;
    double years;

    if (number == NULL)
        return 0;
    years = strtod(number, NULL);
    if (reading_is(reading, at + length, "year|years|yr|yrs|month|months|week|weeks") &&
        reading_is(reading, at + length + 1, "old|olds")) {
        years = reading_is(reading, at + length, "month|months") ? years / 12
                : reading_is(reading, at + length, "week|weeks") ? 0
                                                                 : years;
        length += 2;
    } else if (!cue && !reading_is(reading, at + length++, "yo")) {
        return 0;
    }
    query->wants.ages |= age_group(years);
    return length;
}

/* -- sizes --------------------------------------------------------------------------------------- */

static void
add_size(struct question *query, enum size_class class, const char *text, const char *system)
{
    struct query_size *size = &query->sizes[query->size_count];

    if (query->size_count == 4)
        return;
    *size = (struct query_size) { .class = class };
    strncpy(size->text, text, sizeof size->text - 1);
    for (int i = 0; i < 2 && system[i] != '\0'; i++)
        size->system[i] = (char)toupper((unsigned char)system[i]);
    query->size_count++;
}

/* A letter size from AT: "medium", "xl", "extra large"; single letters only where SURE. */
static size_t
letters_at(const struct reading *reading, size_t at, bool sure, uint32_t *rank)
{
    const struct phrases *phrases = lexicon_phrases(reading->index->lexicon);
    const struct sense *sense;
    char stems[PHRASE_WORDS][WORD_SIZE];
    size_t count = 0, length;

    while (count < PHRASE_WORDS && at + count < reading->count) {
        memcpy(stems[count], reading->stems[at + count], WORD_SIZE);
        count++;
    }
    if (count == 0)
        return 0;
    for (sense = phrases_match(phrases, stems, count, &length); sense != NULL;
         sense = phrases_next(phrases, sense))
        if (sense->type == SENSE_LETTERS && (sure || strlen(reading->words[at].text) > 1 || length > 1)) {
            *rank = sense->number;
            return length;
        }
    return 0;
}

/* "30w x 34l", "w32", "waist 32", "32 waist" from AT. */
static size_t
waist_at(const struct reading *reading, size_t at, struct question *query)
{
    const char *text = reading->words[at].text;
    size_t size = strlen(text), length = 1;
    char waist[24];

    if (size == 3 && isdigit((unsigned char)text[0]) && isdigit((unsigned char)text[1]) && text[2] == 'w') {
        snprintf(waist, sizeof waist, "W%.2s", text);
        length += reading_is(reading, at + 1, "x");
        if (at + length < reading->count && strlen(reading->words[at + length].text) == 3 &&
            reading->words[at + length].text[2] == 'l') {
            snprintf(waist + 3, sizeof waist - 3, " L%.2s", reading->words[at + length].text);
            length++;
        } else {
            length = 1;
        }
        add_size(query, SIZE_WAIST, waist, "");
        return length;
    }
    if (reading_is(reading, at, "waist") && at + 1 < reading->count && reading->words[at + 1].is_number) {
        add_size(query, SIZE_WAIST, reading->words[at + 1].text, "");
        return 2;
    }
    if (reading->words[at].is_number && reading_is(reading, at + 1, "waist")) {
        add_size(query, SIZE_WAIST, text, "");
        return 2;
    }
    return 0;
}

/* "seven and a half" is common among people; digits alone are read here: "10 and a half", "6 1/2". */
static size_t
half_behind(const struct reading *reading, size_t at)
{
    size_t length;

    if (reading_says(reading, at, "and a half", &length) || reading_says(reading, at, "1 2", &length))
        return length;
    return 0;
}

static const char *
spelled_number(const struct reading *reading, size_t at)
{
    static const char *const words[] = { "one",   "1",      "two",  "2",        "three", "3",        "four",
                                         "4",     "five",   "5",    "six",      "6",     "seven",    "7",
                                         "eight", "8",      "nine", "9",        "ten",   "10",       "eleven",
                                         "11",    "twelve", "12",   "thirteen", "13",    "fourteen", "14" };

    if (at >= reading->count)
        return NULL;
    if (reading->words[at].is_number)
        return reading->words[at].text;
    for (size_t i = 0; i < sizeof words / sizeof *words; i += 2)
        if (strcmp(words[i], reading->words[at].text) == 0)
            return words[i + 1];
    return NULL;
}

/* Whether the word at AT means shoes of some kind. */
static bool
means_shoes(const struct reading *reading, size_t at)
{
    const struct lexicon *lexicon = reading->index->lexicon;
    const struct sense *sense =
        at < reading->count ? phrases_find(lexicon_phrases(lexicon), reading->stems[at]) : NULL;

    for (; sense != NULL; sense = phrases_next(lexicon_phrases(lexicon), sense))
        if (sense->type == SENSE_KIND &&
            strcmp(lexicon_kind(lexicon, (uint16_t)sense->number)->slot, "shoes") == 0)
            return true;
    return false;
}

/* "shoes in 42", "boots 39", "42 sneakers": a number that shoes have. */
static size_t
shoes_at(const struct reading *reading, size_t at, struct question *query)
{
    size_t in = reading_is(reading, at, "in"), number = at + in;
    double value;

    if (number >= reading->count || !reading->words[number].is_number)
        return 0;
    value = strtod(reading->words[number].text, NULL);
    if (value < 34 || value > 50 ||
        !((at > 0 && means_shoes(reading, at - 1) && !reading->words[at].after_break) ||
          (in == 0 && means_shoes(reading, number + 1))))
        return 0;
    add_size(query, SIZE_SHOES, reading->words[number].text, "");
    return in + 1;
}

size_t
reading_size(const struct reading *reading, size_t at, struct question *query)
{
    static const char cues[] = "size|sized|sizes|in size|in a size|im a size|im size|i am a size|wear a "
                               "size|wears a size|size is a|size is|"
                               "wear size|wears size|wear a|wear an|im an|im a|i am an|i am a|take a size|in "
                               "an|shes a size|hes a size|"
                               "size of|size a|size us|size uk|size eu|us size|uk size|eu size|us|uk|eu";
    size_t cue = 0, length, half;
    const char *number, *system = "";
    uint32_t rank;
    char text[24];

    if ((length = waist_at(reading, at, query)) > 0 || (length = shoes_at(reading, at, query)) > 0)
        return length;
    if (!reading_says_one(reading, at, cues, &cue))
        cue = 0;
    if ((length = letters_at(reading, at + cue, cue > 0, &rank)) > 0) {
        add_size(query, SIZE_LETTERS, size_letters((int)rank), "");
        if (reading_is(reading, at + cue + length, "size|sized"))
            length++;
        return cue + length;
    }
    for (size_t i = at; i < at + cue; i++)
        if (reading_is(reading, i, "us|uk|eu"))
            system = reading->words[i].text;
    if ((number = spelled_number(reading, at + cue)) == NULL)
        return 0;
    length = 1;
    if (system[0] == '\0' && reading_is(reading, at + cue + 1, "us|uk|eu")) {
        system = reading->words[at + cue + 1].text;
        length++;
    }
    if (cue == 0 && !(reading_is(reading, at + length, "size|sized") || system[0] != '\0'))
        return 0;
    if (cue > 0 && !reading_is(reading, at, "size|sized|sizes") &&
        system[0] == '\0') { /* "I'm a 25 year old" is no size */
        bool named = false;

        for (size_t i = at; i < at + cue; i++)
            named = named || reading_is(reading, i, "size|sized");
        if (!named && (strtod(number, NULL) < 34 || strtod(number, NULL) > 54 ||
                       reading_is(reading, at + cue + 1, "year|years|yo")))
            return 0;
    }
    if (cue == 0 && reading_is(reading, at + length, "size|sized"))
        length++;
    half = half_behind(reading, at + cue + 1);
    snprintf(text, sizeof text, "%.16s%s", number, half > 0 && strchr(number, '.') == NULL ? ".5" : "");
    add_size(query, SIZE_NONE, text, system);
    return cue + length + half;
}
