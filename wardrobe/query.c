/* query -- what a sentence asks for; see query.h. Passes over its words: numbers, then phrases with their
 * senses. */

#include "wardrobe/query.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wardrobe/reading.h"
#include "wardrobe/spelling.h"

/* -- senses -------------------------------------------------------------------------------------- */

static void
add_number(uint32_t *list, int *count, uint32_t number)
{
    for (int i = 0; i < *count; i++)
        if (list[i] == number)
            return;
    if (*count < QUERY_MANY)
        list[(*count)++] = number;
}

static void
add_term(struct question *query, const char *stem, float weight, bool is_excluded, const char *said)
{
    for (int i = 0; i < query->term_count; i++)
        if (strcmp(query->terms[i].stem, stem) == 0 && query->terms[i].is_excluded == is_excluded) {
            if (query->terms[i].weight < weight)
                query->terms[i].weight = weight;
            return;
        }
    if (query->term_count == QUERY_TERMS)
        return;
    struct query_term *term = &query->terms[query->term_count++];

    *term = (struct query_term) { .weight = weight, .is_excluded = is_excluded };
    memcpy(term->stem, stem, strlen(stem) + 1);
    memcpy(term->said, said, strlen(said) + 1);
}

/* The single words among a style's, as terms that count less. */
static void
add_synonyms(const struct reading *reading, uint32_t style, const char *like)
{
    const char *list = lexicon_style(reading->index->lexicon, style);
    char phrase[128], stem[WORD_SIZE];

    while (lexicon_each(&list, phrase))
        if (strchr(phrase, ' ') == NULL && strlen(phrase) < WORD_SIZE) {
            int before = reading->query->term_count;

            stemmer_stem(lexicon_stemmer(reading->index->lexicon), phrase, stem);
            add_term(reading->query, stem, 0.5f, false, "");
            if (reading->query->term_count > before)
                memcpy(reading->query->terms[before].like, like, WORD_SIZE);
        }
}

static void
take_sense(const struct reading *reading, const struct sense *sense, struct traits *traits)
{
    const struct lexicon *lexicon = reading->index->lexicon;

    switch (sense->type) {
    case SENSE_KIND:
        for (int i = 0; i < traits->kind_count; i++)
            if (traits->kinds[i] == sense->number)
                return;
        if (traits->kind_count < QUERY_MANY)
            traits->kinds[traits->kind_count++] = (uint16_t)sense->number;
        break;
    case SENSE_COLOUR:
        traits->colours |= UINT64_C(1) << sense->number;
        break;
    case SENSE_FAMILIES:
        traits->colours |= lexicon_families(lexicon, sense->number);
        traits->wide |= lexicon_families(lexicon, sense->number);
        break;
    case SENSE_MATERIAL:
        traits->materials |= UINT64_C(1) << sense->number;
        break;
    case SENSE_OCCASION:
        add_number(traits->occasions, &traits->occasion_count, sense->number);
        break;
    case SENSE_SEASON:
        add_number(traits->seasons, &traits->season_count, sense->number);
        break;
    case SENSE_GENDER:
        traits->genders |= (uint8_t)sense->number;
        break;
    case SENSE_AGE:
        traits->ages |= (uint8_t)sense->number;
        break;
    case SENSE_BRAND:
        if (sense->number != 0)
            add_number(traits->brands, &traits->brand_count, sense->number);
        break;
    case SENSE_CATEGORY:
        if (sense->number != 0)
            add_number(traits->categories, &traits->category_count, sense->number);
        break;
    default:
        break;
    }
}

/* The words that an abbreviation stands for. */
static void
add_alias(const struct reading *reading, uint32_t alias)
{
    struct word words[6];
    char stems[6][WORD_SIZE];
    const char *text = lexicon_alias(alias);
    size_t count = words_split(text, strlen(text), words, 6);

    for (size_t i = 0; i < count; i++) {
        char stem[WORD_SIZE];

        stemmer_stem(lexicon_stemmer(reading->index->lexicon), words[i].text, stem);
        memcpy(stems[i], stem, sizeof stem);
        add_term(reading->query, stem, 0.6f, false, "");
    }
    for (int t = 0; t < 2; t++) { /* a brand, or what kind of thing it is */
        const struct phrases *table =
            t == 0 ? lexicon_phrases(reading->index->lexicon) : reading->index->phrases;
        size_t length;
        const struct sense *sense = phrases_match(table, stems, count, &length);

        for (; sense != NULL && length == count; sense = phrases_next(table, sense))
            if (sense->type == SENSE_KIND || sense->type == SENSE_BRAND)
                take_sense(reading, sense, &reading->query->wants);
    }
}

/* What the longest phrase at AT means, to TRAITS; the senses of a shorter one within it count for colour and
 * material
 * ("linen trousers"). Returns how many words it has; *NOISE: it says nothing else; *KNOWN: it means
 * something. */
static size_t
take_phrase(struct reading *reading, size_t at, struct traits *traits, bool *noise, bool *known)
{
    const struct phrases *tables[] = { lexicon_phrases(reading->index->lexicon), reading->index->phrases };
    const struct sense *found[2];
    size_t lengths[2], length;
    bool is_noise = false, means = false;

    for (int i = 0; i < 2; i++)
        found[i] = phrases_match(tables[i], reading->stems + at, reading->count - at, &lengths[i]);
    length = lengths[0] > lengths[1] ? lengths[0] : lengths[1];
    for (int i = 0; i < 2; i++) {
        for (const struct sense *sense = lengths[i] == length ? found[i] : NULL; sense != NULL;
             sense = phrases_next(tables[i], sense)) {
            is_noise = is_noise || sense->type == SENSE_NOISE;
            means = means || (sense->type != SENSE_NOISE && sense->type != SENSE_CURRENCY &&
                              sense->type != SENSE_LETTERS);
            take_sense(reading, sense, traits);
            if (sense->type == SENSE_STYLE && traits == &reading->query->wants)
                add_synonyms(reading, sense->number, reading->stems[at]);
            if (sense->type == SENSE_ALIAS && traits == &reading->query->wants)
                add_alias(reading, sense->number);
        }
        if (length > 1 && lengths[i] == length) /* a brand's name is no colour; a kind's may be */
            for (size_t w = at; w < at + length && i == 0; w++) {
                const struct sense *sense = phrases_find(tables[0], reading->stems[w]);

                for (; sense != NULL; sense = phrases_next(tables[0], sense))
                    if (sense->type == SENSE_MATERIAL || sense->type == SENSE_GENDER)
                        take_sense(reading, sense, traits);
            }
    }
    *noise = is_noise;
    *known = means;
    return length > 0 ? length : 1;
}

/* -- the sentence -------------------------------------------------------------------------------- */

static const char negations[] =
    "no|not|without|except|excluding|never|avoid|nothing|hate|hates|hating|dislikes|detest|detests|allergic "
    "to|dont|doesnt|isnt|arent|dislike|anything but|"
    "other than|instead of|rather than|wont|cant|neither|nor|sans|minus";
static const char beside[] =
    "i already have|i already own|ive already got|i own a|to go with|that goes with|goes with|go with|going "
    "with|to wear with|to match|matches my|matching my|"
    "match my|pair with|pairs with|to pair with|with my|on top of my|wear it with|worn with";

/* Whether just the LENGTH words from AT have a meaning of TYPE. */
static bool
says(struct reading *reading, size_t at, size_t length, enum sense_type type)
{
    const struct phrases *phrases = lexicon_phrases(reading->index->lexicon);
    size_t matched;
    const struct sense *sense = phrases_match(phrases, reading->stems + at, length, &matched);

    for (; sense != NULL && matched == length; sense = phrases_next(phrases, sense))
        if (sense->type == type)
            return true;
    return false;
}

/* The words said from AT to AT + LENGTH, as terms; of "formal wear" the second says nothing. */
static void
add_words(struct reading *reading, size_t at, size_t length, bool is_excluded)
{
    bool names_occasion = length > 1 && says(reading, at, length, SENSE_OCCASION);

    for (size_t i = at; i < at + length; i++) {
        if (reading->used[i] || (names_occasion && says(reading, i, 1, SENSE_NOISE)))
            continue;
        add_term(reading->query, reading->stems[i], 1, is_excluded, "");
    }
}

static bool split_word(struct reading *reading, size_t at);

/* A misspelt word means what the word does that was meant. */
static void
mend_words(struct reading *reading)
{
    for (size_t i = 0; i < reading->count; i++) {
        char mended[WORD_SIZE];

        if (reading->used[i] ||
            phrases_find(lexicon_phrases(reading->index->lexicon), reading->stems[i]) != NULL ||
            index_list(reading->index, reading->stems[i]) != NULL)
            continue;
        if (split_word(reading, i))
            continue;
        if (spelling_mend(reading->index, reading->stems[i], mended)) {
            add_term(reading->query, mended, 0.9f, false, reading->words[i].text);
            memcpy(reading->stems[i], mended, WORD_SIZE);
        }
    }
}

/* What is excluded from AT on: the next phrase, and those that "or", "nor" or "and" join to it. Returns how
 * many words. */
static size_t
take_excluded(struct reading *reading, size_t at)
{
    size_t from = at, length;
    bool noise, known;

    while (from < reading->count &&
           reading_is(reading, from,
                      "any|a|an|the|want|like|to|be|in|of|wear|made|much|too|my|with|have|it|is|need|from"))
        from++;
    for (;;) {
        if (from >= reading->count)
            return from - at;
        length = take_phrase(reading, from, &reading->query->excludes, &noise, &known);
        if (noise && !known)
            return from - at;
        add_words(reading, from, length, true);
        from += length;
        if (!reading_is(reading, from, "or|nor|and") || from + 1 >= reading->count)
            return from - at;
        if (reading_is(reading, from, "and") || reading->words[from + 1].after_break) {
            struct traits ahead = { 0 };

            take_phrase(reading, from + 1, &ahead, &noise, &known);
            if (!known || reading_is(reading, from, "and"))
                return from - at;
        }
        from++;
    }
}

/* Pass over what the garment is to go with: it is not asked for. Returns how many words. */
static size_t
skip_beside(const struct reading *reading, size_t at)
{
    size_t end = at;

    while (end < reading->count && !(end > at && reading->words[end].after_break) &&
           !reading_is(reading, end, "but|for|under|please|in|size"))
        end++;
    return end - at;
}

/* Turns of phrase that stand for no garment. */
static size_t
take_turn(struct reading *reading, size_t at)
{
    struct question *query = reading->query;
    size_t length;

    if (reading_says_one(reading, at,
                         "cheapest|least expensive|lowest price|lowest priced|most affordable|least costly",
                         &length))
        query->order = ORDER_CHEAPEST;
    else if (reading_says_one(reading, at,
                              "most expensive|priciest|dearest|highest price|highest priced|costliest",
                              &length))
        query->order = ORDER_DEAREST;
    else if (reading_says_one(reading, at, "how many|number of|how much of", &length))
        query->counts = true;
    else if (reading_says_one(
                 reading, at,
                 "on sale|in the sale|discounted|on discount|reduced price|marked down|on offer|on clearance",
                 &length))
        query->on_sale = true;
    else if (reading_says_one(reading, at, "in stock|available now", &length))
        query->in_stock = true;
    else
        return 0;
    reading_use(reading, at, length);
    return length;
}

/* Numbers and turns of phrase; what they take is no search term. */
static void
read_numbers(struct reading *reading)
{
    for (size_t i = 0; i < reading->count;) {
        size_t length = reading_price(reading, i, reading->query);

        if (length == 0)
            length = reading_age(reading, i, reading->query);
        if (length == 0)
            length = reading_size(reading, i, reading->query);
        if (length > 0)
            reading_use(reading, i, length);
        else
            length = take_turn(reading, i);
        i += length > 0 ? length : 1;
    }
}

static void
read_phrases(struct reading *reading)
{
    for (size_t i = 0; i < reading->count;) {
        bool noise, known;
        size_t length;

        if (reading->used[i]) {
            i++;
        } else if (reading_says_one(reading, i, beside, &length)) {
            i += length + skip_beside(reading, i + length);
        } else if (reading_says_one(reading, i, negations, &length)) {
            struct traits ahead = { 0 };
            size_t phrase = take_phrase(reading, i, &ahead, &noise, &known);

            if (known && phrase > length) { /* "no show socks" */
                take_phrase(reading, i, &reading->query->wants, &noise, &known);
                add_words(reading, i, phrase, false);
                i += phrase;
            } else {
                i += length + take_excluded(reading, i + length);
            }
        } else if (reading_is(reading, i + 1, "free") && !reading->words[i].is_number &&
                   !reading_is(reading, i, "hands")) { /* wool-free */
            take_phrase(reading, i, &reading->query->excludes, &noise, &known);
            i += 2;
        } else {
            length = take_phrase(reading, i, &reading->query->wants, &noise, &known);
            if (!noise)
                add_words(reading, i, length, false);
            i += length;
        }
    }
}

/* Whether the word at AT says nothing (NOISE), or something structured (else), by itself. */
static bool
means(const struct reading *reading, size_t at, bool noise)
{
    const struct phrases *phrases = lexicon_phrases(reading->index->lexicon);
    const struct sense *sense = phrases_find(phrases, reading->stems[at]);

    for (; sense != NULL; sense = phrases_next(phrases, sense))
        if (noise ? sense->type == SENSE_NOISE
                  : sense->type != SENSE_NOISE && sense->type != SENSE_ALIAS && sense->type != SENSE_CURRENCY)
            return true;
    return false;
}

/* Words that stand together count more where a title has them so; and what one writes in two, another joins.
 */
static void
read_pairs(struct reading *reading)
{
    struct question *query = reading->query;

    for (size_t i = 1; i < reading->count; i++) {
        char joined[2 * WORD_SIZE];

        if (reading->used[i - 1] || reading->used[i] || means(reading, i - 1, true) ||
            means(reading, i, true) ||
            (means(reading, i - 1, false) && means(reading, i, false))) /* columns say it better */
            continue;
        if (query->pair_count < QUERY_PAIRS)
            words_pair(reading->stems[i - 1], reading->stems[i], query->pairs[query->pair_count++]);
        snprintf(joined, sizeof joined, "%s%s", reading->words[i - 1].text, reading->stems[i]);
        if (strlen(joined) < WORD_SIZE && strlen(joined) > 4 && index_list(reading->index, joined) != NULL)
            add_term(query, joined, 0.9f, false, "");
    }
}

/* A word that the catalogue does not know, as two that it does: "ecloth", "1/2gallon". Returns whether it is.
 */
static bool
split_word(struct reading *reading, size_t at)
{
    const char *word = reading->words[at].text;
    char first[WORD_SIZE], second[WORD_SIZE], name[16];

    for (size_t size = 1; size + 2 < strlen(word); size++) {
        memcpy(first, word, size);
        first[size] = '\0';
        stemmer_stem(lexicon_stemmer(reading->index->lexicon), first, first);
        stemmer_stem(lexicon_stemmer(reading->index->lexicon), word + size, second);
        words_pair(first, second, name);
        if (index_list(reading->index, first) == NULL || index_list(reading->index, second) == NULL ||
            index_attribute(reading->index, '2', name) == NULL)
            continue;
        add_term(reading->query, first, 0.9f, false, word);
        add_term(reading->query, second, 0.9f, false, word);
        if (reading->query->pair_count < QUERY_PAIRS)
            memcpy(reading->query->pairs[reading->query->pair_count++], name, sizeof name);
        return true;
    }
    return false;
}

/* "women" and "men" in one question ask for neither alone; a beach wedding is no wedding in a church. */
static void
settle(struct question *query, const struct lexicon *lexicon)
{
    struct traits *wants = &query->wants;
    int kept = 0;

    if ((wants->genders & GENDER_UNISEX) || (wants->genders & 3) == 3)
        wants->genders = 0;
    wants->kind_count = wants->kind_count > 0 ? wants->kind_count : 0;
    for (int i = 0; i < wants->kind_count; i++) { /* "dress shoes": of two nested ones the closer */
        bool wider = false;

        for (int j = 0; j < wants->kind_count; j++)
            wider = wider || (i != j && wants->kinds[i] != wants->kinds[j] &&
                              lexicon_kind_is(lexicon, wants->kinds[j], wants->kinds[i]));
        if (!wider)
            wants->kinds[kept++] = wants->kinds[i];
    }
    wants->kind_count = kept;
}

/* Whether WORD is one that the lexicon or the catalogue has. */
static bool
is_known(void *owner, const char *word)
{
    const struct index *index = owner;
    char stem[WORD_SIZE];

    stemmer_stem(lexicon_stemmer(index->lexicon), word, stem);
    return phrases_find(lexicon_phrases(index->lexicon), stem) != NULL || index_list(index, stem) != NULL;
}

void
query_read(struct question *query, const struct index *index, const char *said)
{
    struct reading reading = { .query = query, .index = index, .said = said };

    memset(query, 0, sizeof *query);
    query->price_min = query->price_max = -1;
    reading.count = words_split(said, strlen(said), reading.words, READING_WORDS);
    if (stemmer_is_english(lexicon_stemmer(index->lexicon)))
        reading.count = languages_translate(lexicon_languages(index->lexicon), said, reading.words,
                                            reading.count, READING_WORDS, is_known, (void *)(uintptr_t)index);
    for (size_t i = 0; i < reading.count; i++)
        stemmer_stem(lexicon_stemmer(index->lexicon), reading.words[i].text, reading.stems[i]);
    read_numbers(&reading);
    mend_words(&reading);
    read_pairs(&reading);
    read_phrases(&reading);
    settle(query, index->lexicon);
}

/* -- for people ---------------------------------------------------------------------------------- */

static void
explain_traits(const struct traits *traits, const struct index *index, const char *which, struct buffer *out)
{
    const struct lexicon *lexicon = index->lexicon;

    for (int i = 0; i < traits->kind_count; i++)
        buffer_printf(out, "  %skind      %s\n", which, lexicon_kind(lexicon, traits->kinds[i])->name);
    for (int i = 0; i < traits->category_count; i++)
        buffer_printf(out, "  %scategory  %s\n", which,
                      names_text(index->names[NAMES_CATEGORY], traits->categories[i]));
    for (uint32_t i = 0; i < lexicon_colour_count(lexicon); i++)
        if (traits->colours >> i & 1)
            buffer_printf(out, "  %scolour    %s\n", which, lexicon_colour(lexicon, i)->name);
    for (uint32_t i = 0; i < lexicon_material_count(lexicon); i++)
        if (traits->materials >> i & 1)
            buffer_printf(out, "  %smaterial  %s\n", which, lexicon_material(lexicon, i)->name);
    if (traits->genders != 0)
        buffer_printf(out, "  %sgender    %s\n", which,
                      traits->genders == GENDER_FEMALE ? "female"
                      : traits->genders == GENDER_MALE ? "male"
                                                       : "either");
    if (traits->ages != 0)
        buffer_printf(out, "  %sage       %s\n", which, traits->ages & AGE_ADULT ? "adult" : "child");
    for (int i = 0; i < traits->brand_count; i++)
        buffer_printf(out, "  %sbrand     %s\n", which,
                      names_text(index->names[NAMES_BRAND], traits->brands[i]));
    for (int i = 0; i < traits->occasion_count; i++)
        buffer_printf(out, "  %soccasion  %s\n", which,
                      lexicon_occasion(lexicon, traits->occasions[i])->name);
    for (int i = 0; i < traits->season_count; i++)
        buffer_printf(out, "  %sseason    %s\n", which, lexicon_season(lexicon, traits->seasons[i])->name);
}

void
query_explain(const struct question *query, const struct index *index, struct buffer *out)
{
    for (int i = 0; i < query->term_count; i++) {
        const struct query_term *term = &query->terms[i];

        buffer_printf(out, "  %sword      %s x%.2g%s%s%s\n", term->is_excluded ? "not " : "", term->stem,
                      term->weight, term->said[0] != '\0' ? " for " : "", term->said,
                      index_list(index, term->stem) == NULL ? " (nowhere)" : "");
    }
    explain_traits(&query->wants, index, "", out);
    explain_traits(&query->excludes, index, "not ", out);
    for (int i = 0; i < query->size_count; i++)
        buffer_printf(out, "  size      %s %s %s\n", query->sizes[i].text, query->sizes[i].system,
                      query->sizes[i].class == SIZE_NONE ? "" : size_class_name(query->sizes[i].class));
    if (query->price_min >= 0)
        buffer_printf(out, "  at least  %.2f %s\n", query->price_min, query->currency);
    if (query->price_max >= 0)
        buffer_printf(out, "  at most   %.2f %s\n", query->price_max, query->currency);
    if (query->on_sale)
        buffer_text(out, "  on sale\n");
    if (query->order != ORDER_BEST)
        buffer_printf(out, "  order     %s first\n",
                      query->order == ORDER_CHEAPEST ? "cheapest" : "most expensive");
    if (query->counts)
        buffer_text(out, "  how many\n");
}
