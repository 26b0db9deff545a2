/* languages -- other languages' words as English ones; see languages.h and languages.def. */

#include "wardrobe/languages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wardrobe/phrases.h"

enum language { GERMAN, FRENCH, SPANISH, ITALIAN, DUTCH, LANGUAGES };

static const struct {
    const char *english, *words[LANGUAGES];
} lines[] = {
#define MEANS(english, german, french, spanish, italian, dutch)                                              \
    { english, { german, french, spanish, italian, dutch } },
#include "wardrobe/languages.def"
};

#define LINES (sizeof lines / sizeof *lines)

/* Of adjectives, in the place of ~. */
static const char *const endings[LANGUAGES] = {
    [GERMAN] = "|e|er|es|en|em", [FRENCH] = "|e|s|es", [SPANISH] = "o|a|os|as",
    [ITALIAN] = "o|a|i|e",       [DUTCH] = "|e|en",
};

/* Words that speak for English. */
static const char english[] =
    "|the|for|with|and|my|me|im|need|want|under|without|to|looking|i|a|an|of|please|or|is|that|";

struct languages {
    struct phrases *phrases[LANGUAGES]; /* words as words_split() gives them, to lines */
};

/* -- the vocabulary ------------------------------------------------------------------------------ */

static int
add_phrase(struct phrases *phrases, const char *phrase, uint32_t line)
{
    char key[PHRASE_WORDS * WORD_SIZE];

    words_stemmed(NULL, phrase, key, sizeof key);
    return phrases_add(phrases, key, SENSE_ALIAS, line);
}

/* Add PHRASE (SIZE bytes), with each ending where it asks for them. */
static int
add_forms(struct phrases *phrases, enum language language, const char *phrase, size_t size, uint32_t line)
{
    const char *ending = endings[language];
    char form[128];

    if (size == 0 || size > 100)
        return 0;
    if (phrase[size - 1] != '~') {
        snprintf(form, sizeof form, "%.*s", (int)size, phrase);
        return add_phrase(phrases, form, line);
    }
    for (;; ending++) {
        size_t length = strcspn(ending, "|");

        snprintf(form, sizeof form, "%.*s%.*s", (int)size - 1, phrase, (int)length, ending);
        if (add_phrase(phrases, form, line) < 0)
            return -1;
        ending += length;
        if (*ending == '\0')
            return 0;
    }
}

static int
add_line(struct languages *languages, uint32_t line)
{
    for (enum language language = 0; language < LANGUAGES; language++) {
        const char *list = lines[line].words[language];

        for (size_t size; *list != '\0'; list += size + (list[size] == '|')) {
            size = strcspn(list, "|");
            if (add_forms(languages->phrases[language], language, list, size, line) < 0)
                return -1;
        }
    }
    return 0;
}

struct languages *
languages_new(void)
{
    struct languages *languages = calloc(1, sizeof *languages);

    if (languages == NULL)
        return NULL;
    for (int i = 0; i < LANGUAGES; i++)
        if ((languages->phrases[i] = phrases_new()) == NULL) {
            languages_destroy(&languages);
            return NULL;
        }
    for (uint32_t line = 0; line < LINES; line++)
        if (add_line(languages, line) < 0) {
            languages_destroy(&languages);
            return NULL;
        }
    return languages;
}

void
languages_destroy(struct languages **languages)
{
    if (*languages == NULL)
        return;
    for (int i = 0; i < LANGUAGES; i++)
        phrases_destroy(&(*languages)->phrases[i]);
    free(*languages);
    *languages = NULL;
}

/* -- one word ------------------------------------------------------------------------------------ */

#define NO_LINE UINT32_MAX

/* The line of the longest phrase that begins at the first of COUNT words, and how many words it has. */
static uint32_t
line_at(const struct phrases *phrases, const struct word *words, size_t count, size_t *length)
{
    char texts[PHRASE_WORDS][WORD_SIZE];
    const struct sense *sense;

    count = count < PHRASE_WORDS ? count : PHRASE_WORDS;
    for (size_t i = 0; i < count; i++)
        memcpy(texts[i], words[i].text, WORD_SIZE);
    sense = phrases_match(phrases, texts, count, length);
    return sense == NULL ? NO_LINE : sense->number;
}

/* The lines of a compound's two halves: Leinen-hemd, Arbeits-schuhe. Whether it is one. */
static bool
halves_of(const struct phrases *phrases, const char *word, uint32_t halves[2])
{
    size_t size = strlen(word);

    for (size_t at = 3; at + 3 <= size; at++) {
        char first[WORD_SIZE];
        const struct sense *second = phrases_find(phrases, word + at), *one;

        if (second == NULL || lines[second->number].english[0] == '\0')
            continue;
        snprintf(first, sizeof first, "%.*s", (int)at, word);
        one = phrases_find(phrases, first);
        if (one == NULL && first[at - 1] == 's') { /* what joins them */
            first[at - 1] = '\0';
            one = phrases_find(phrases, first);
        }
        if (one != NULL && lines[one->number].english[0] != '\0') {
            halves[0] = one->number;
            halves[1] = second->number;
            return true;
        }
    }
    return false;
}

static bool
has_compounds(enum language language)
{
    return language == GERMAN || language == DUTCH;
}

/* -- which language ------------------------------------------------------------------------------ */

static bool
is_english(const char *word)
{
    char part[WORD_SIZE + 2];

    snprintf(part, sizeof part, "|%s|", word);
    return strstr(english, part) != NULL;
}

struct count {
    size_t covered, contents; /* words of the language; of them, those that are not merely small change */
    bool foreign;             /* one of them is not known here */
};

static struct count
count_in(const struct languages *languages, enum language language, const struct word *words, size_t count,
         languages_known *known, void *owner)
{
    struct count found = { 0 };
    uint32_t halves[2];

    for (size_t i = 0; i < count;) {
        size_t length;
        uint32_t line = line_at(languages->phrases[language], words + i, count - i, &length);
        bool content = line != NO_LINE && lines[line].english[0] != '\0';

        if (line == NO_LINE && has_compounds(language) && !known(owner, words[i].text) &&
            halves_of(languages->phrases[language], words[i].text, halves)) {
            line = halves[0];
            length = 1;
            content = true;
        }
        if (line == NO_LINE) {
            i++;
            continue;
        }
        found.covered += length;
        found.contents += content ? length : 0;
        for (size_t w = i; w < i + length; w++)
            found.foreign = found.foreign || (content && !known(owner, words[w].text));
        i += length;
    }
    return found;
}

/* The language that most of WORDS are in, or LANGUAGES for English. */
static enum language
language_of(const struct languages *languages, const struct word *words, size_t count, languages_known *known,
            void *owner)
{
    enum language best = LANGUAGES;
    size_t most = 0, letters = 0;

    for (size_t i = 0; i < count; i++) {
        most += is_english(words[i].text);
        letters += !words[i].is_number;
    }
    if (most * 3 >= letters && most > 0) /* most sentences end here, and soon */
        return LANGUAGES;
    for (enum language language = 0; language < LANGUAGES; language++) {
        struct count found = count_in(languages, language, words, count, known, owner);

        if (found.covered > most && found.contents > 0 && found.foreign &&
            (found.covered >= 2 || found.covered == letters)) {
            most = found.covered;
            best = language;
        }
    }
    return best;
}

/* -- translating --------------------------------------------------------------------------------- */

/* A translation while it grows. */
struct translation {
    struct word *words;
    size_t count, max;
};

static void
put(struct translation *out, const struct word *word)
{
    if (out->count < out->max)
        out->words[out->count++] = *word;
}

/* The English of LINE, in the place of the words from FIRST to LAST. */
static void
put_line(struct translation *out, uint32_t line, const struct word *first, const struct word *last)
{
    struct word words[PHRASE_WORDS];
    const char *text = lines[line].english;
    size_t count = words_split(text, strlen(text), words, PHRASE_WORDS);

    for (size_t i = 0; i < count; i++) {
        words[i].from = first->from;
        words[i].to = last->to;
        words[i].after_break = i == 0 && first->after_break;
        put(out, &words[i]);
    }
}

/* "49,90" came as two numbers; here it is one. */
static bool
is_decimal(const char *said, const struct word *word, size_t left)
{
    return left > 1 && word[0].is_number && word[1].is_number && strchr(word[0].text, '.') == NULL &&
           strlen(word[1].text) == 2 && word[1].from == word[0].to + 1 && said[word[0].to] == ',' &&
           strlen(word[0].text) + 4 < WORD_SIZE;
}

static void
put_decimal(struct translation *out, const struct word *word)
{
    struct word whole = word[0];
    size_t size = strlen(whole.text);

    whole.text[size] = '.';
    memcpy(whole.text + size + 1, word[1].text, 3);
    whole.to = word[1].to;
    put(out, &whole);
}

/* WORDS from AT in LANGUAGE, to OUT. Returns how many they were. */
static size_t
translate_at(const struct languages *languages, enum language language, const char *said,
             const struct word *words, size_t left, struct translation *out)
{
    size_t length;
    uint32_t line = line_at(languages->phrases[language], words, left, &length), halves[2];

    if (is_decimal(said, words, left)) {
        put_decimal(out, words);
        return 2;
    }
    if (line != NO_LINE) {
        put_line(out, line, words, words + length - 1);
        return length;
    }
    if (has_compounds(language) && halves_of(languages->phrases[language], words->text, halves)) {
        put_line(out, halves[0], words, words);
        put_line(out, halves[1], words, words);
    } else {
        put(out, words);
    }
    return 1;
}

size_t
languages_translate(const struct languages *languages, const char *said, struct word *words, size_t count,
                    size_t max, languages_known *known, void *owner)
{
    enum language language = language_of(languages, words, count, known, owner);
    struct translation out = { .max = max };
    bool broken = false;

    if (language == LANGUAGES || (out.words = malloc(max * sizeof *out.words)) == NULL)
        return count;
    for (size_t i = 0; i < count;) {
        size_t from = out.count;

        broken = broken || words[i].after_break;
        i += translate_at(languages, language, said, words + i, count - i, &out);
        if (out.count > from) { /* a break before a word that says nothing stands before the next */
            out.words[from].after_break = broken;
            broken = false;
        }
    }
    memcpy(words, out.words, out.count * sizeof *words);
    free(out.words);
    return out.count;
}
