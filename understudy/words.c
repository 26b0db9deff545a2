/* Words out of a text: the first step of everything that the understudy reads. */
#include "understudy/words.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"

/* What the two-byte letters U+00C0 to U+00FF are without their accents. */
static const char folded_latin[64][3] = {
    "a", "a", "a", "a", "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i",  "i",
    "d", "n", "o", "o", "o", "o", "o",  "",  "o", "u", "u", "u", "u", "y", "th", "ss",
    "a", "a", "a", "a", "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i",  "i",
    "d", "n", "o", "o", "o", "o", "o",  "",  "o", "u", "u", "u", "u", "y", "th", "y",
};

/* What one character is to us. */
enum sort { SORT_LETTER, SORT_DIGIT, SORT_MONEY, SORT_NONE, SORT_SPACE, SORT_PAUSE, SORT_STOP };

/* The character at TEXT: its size in bytes, its sort, and its folded form in FOLD (at most 3 letters). */
static size_t
read_character(const char *text, size_t size, enum sort *sort, char fold[5])
{
    unsigned char c = (unsigned char)text[0];

    fold[0] = '\0';
    if (c < 0x80) {
        fold[0] = (char)tolower(c);
        fold[1] = '\0';
        *sort = isalpha(c)                                     ? SORT_LETTER
                : isdigit(c)                                   ? SORT_DIGIT
                : c == '$'                                     ? SORT_MONEY
                : c == '\''                                    ? SORT_NONE
                : c == '.' || c == '!' || c == '?'             ? SORT_STOP
                : c == '\n' || c == ';'                        ? SORT_STOP
                : c == ',' || c == ':' || c == '(' || c == ')' ? SORT_PAUSE
                                                               : SORT_SPACE;
        return 1;
    }
    if (size >= 2 && (c == 0xC3)) {
        strcpy(fold, folded_latin[(unsigned char)text[1] & 63]);
        *sort = SORT_LETTER;
        return 2;
    }
    if (size >= 2 && c == 0xC2) {
        *sort = (unsigned char)text[1] == 0xA3 ? SORT_MONEY : SORT_SPACE; /* the pound */
        strcpy(fold, "\xC2\xA3");
        return 2;
    }
    if (size >= 2 && c == 0xC5 && ((unsigned char)text[1] & 0xFE) == 0x92) {
        strcpy(fold, "oe");
        *sort = SORT_LETTER;
        return 2;
    }
    if (size >= 3 && c == 0xE2) {
        bool euro = !memcmp(text, "\xE2\x82\xAC", 3);
        bool quote = !memcmp(text, "\xE2\x80\x98", 3) || !memcmp(text, "\xE2\x80\x99", 3);
        bool dash = !memcmp(text, "\xE2\x80\x93", 3) || !memcmp(text, "\xE2\x80\x94", 3);

        memcpy(fold, "\xE2\x82\xAC", 4);
        *sort = euro ? SORT_MONEY : quote ? SORT_NONE : dash ? SORT_PAUSE : SORT_SPACE;
        return 3;
    }
    *sort = SORT_SPACE;
    return c >= 0xF0 && size >= 4 ? 4 : c >= 0xE0 && size >= 3 ? 3 : size >= 2 ? 2 : 1;
}

/* The value of the digits at TEXT; *TAKEN says how many bytes. "1,200" and "1.200,50" are read as money is.
 */
static double
read_digits(const char *text, size_t size, size_t *taken)
{
    double value = 0, unit = 1;
    size_t i = 0;

    for (; i < size; i++) {
        if (isdigit((unsigned char)text[i])) {
            if (unit < 1) {
                value += unit * (text[i] - '0');
                unit /= 10;
            } else {
                value = value * 10 + (text[i] - '0');
            }
            continue;
        }
        if ((text[i] != '.' && text[i] != ',') || i + 1 >= size || !isdigit((unsigned char)text[i + 1]))
            break;
        bool thousands = i + 3 < size && isdigit((unsigned char)text[i + 2]) &&
                         isdigit((unsigned char)text[i + 3]) &&
                         !(i + 4 < size && isdigit((unsigned char)text[i + 4]));
        if (!thousands) {
            if (unit < 1)
                break;
            unit = 0.1;
        }
    }
    *taken = i;
    return value;
}

/* Begin a word that stands at START. */
static struct word *
begin_word(struct words *words, size_t start, char *at, bool pauses, bool stops)
{
    struct word *word = &words->list[words->count++];

    *word = (struct word) { .text = at, .start = start, .pauses = pauses, .stops = stops };
    return word;
}

int
words_cut(struct words *words, const char *text, size_t size)
{
    bool pauses = false, stops = false, inside = false;
    char *at;

    *words = (struct words) { 0 };
    words->list = calloc(size + 1, sizeof *words->list);
    words->folded = at = malloc(size * 3 + 2);
    if (words->list == NULL || words->folded == NULL) {
        log_error("words: no memory");
        words_clear(words);
        return -1;
    }
    for (size_t i = 0, taken; i < size; i += taken) {
        enum sort sort;
        char fold[5];
        struct word *word = words->count ? &words->list[words->count - 1] : NULL;

        taken = read_character(text + i, size - i, &sort, fold);
        if (sort == SORT_NONE)
            continue;
        if (inside && (sort != SORT_LETTER || (word != NULL && word->is_number))) {
            *at++ = '\0';
            inside = false;
        }
        if (sort == SORT_DIGIT) {
            word = begin_word(words, i, at, pauses, stops);
            word->number = read_digits(text + i, size - i, &taken);
            word->is_number = i + taken + 1 >= size || text[i + taken] != '\'' ||
                              !isdigit((unsigned char)text[i + taken + 1]);
            if (!word->is_number)
                taken += 1 + strspn(text + i + taken + 1, "0123456789"); /* 5'2 is how tall somebody is */
            memcpy(at, text + i, taken);
            at += taken;
            *at++ = '\0';
        } else if (sort == SORT_LETTER || sort == SORT_MONEY) {
            if (!inside)
                word = begin_word(words, i, at, pauses, stops);
            at = stpcpy(at, fold);
            inside = sort == SORT_LETTER;
            if (!inside)
                *at++ = '\0';
        }
        if (sort == SORT_LETTER || sort == SORT_DIGIT || sort == SORT_MONEY) {
            word->end = i + taken;
            pauses = stops = false;
        }
        pauses = pauses || sort == SORT_PAUSE || sort == SORT_STOP;
        stops = stops || sort == SORT_STOP;
    }
    *at = '\0';
    return 0;
}

void
words_clear(struct words *words)
{
    free(words->list);
    free(words->folded);
    *words = (struct words) { 0 };
}

char *
words_fold(const char *text, char *out, size_t size)
{
    struct words words;
    size_t used = 0;

    out[0] = '\0';
    if (words_cut(&words, text, strlen(text)))
        return out;
    for (size_t i = 0; i < words.count; i++) {
        size_t length = strlen(words.list[i].text);

        if (used + length + 2 > size)
            break;
        if (used)
            out[used++] = ' ';
        memcpy(out + used, words.list[i].text, length + 1);
        used += length;
    }
    words_clear(&words);
    return out;
}

static const struct {
    const char *text;
    int value;
} number_words[] = {
    { "one", 1 },       { "two", 2 },         { "three", 3 },     { "four", 4 },      { "five", 5 },
    { "six", 6 },       { "seven", 7 },       { "eight", 8 },     { "nine", 9 },      { "ten", 10 },
    { "eleven", 11 },   { "twelve", 12 },     { "thirteen", 13 }, { "fourteen", 14 }, { "fifteen", 15 },
    { "sixteen", 16 },  { "seventeen", 17 },  { "eighteen", 18 }, { "nineteen", 19 }, { "twenty", 20 },
    { "thirty", 30 },   { "forty", 40 },      { "fourty", 40 },   { "fifty", 50 },    { "sixty", 60 },
    { "seventy", 70 },  { "eighty", 80 },     { "ninety", 90 },   { "couple", 2 },    { "few", 3 },
    { "hundred", 100 }, { "thousand", 1000 }, { "grand", 1000 },  { "k", 1000 },
};

static int
number_word(const struct words *words, size_t at)
{
    if (at >= words->count || words->list[at].is_number)
        return 0;
    for (size_t i = 0; i < sizeof number_words / sizeof *number_words; i++)
        if (words->list[at].text[0] == number_words[i].text[0] &&
            !strcmp(words->list[at].text, number_words[i].text))
            return number_words[i].value;
    return 0;
}

static bool
is_word(const struct words *words, size_t at, const char *text)
{
    return at < words->count && !strcmp(words->list[at].text, text);
}

/* After digits: "2k", "1.5 grand", "2 hundred", "11 and a half". */
static size_t
scale_digits(const struct words *words, size_t first, double *number)
{
    int scale = number_word(words, first + 1);

    *number = words->list[first].number;
    if (scale >= 100 && *number < 100 && !words->list[first + 1].pauses) {
        *number *= scale;
        return 2;
    }
    if (is_word(words, first + 1, "and") && is_word(words, first + 2, "a") &&
        is_word(words, first + 3, "half")) {
        *number += 0.5;
        return 4;
    }
    return 1;
}

size_t
words_number(const struct words *words, size_t first, double *number)
{
    size_t at = first;
    double whole = 0, part = 0;
    int last = 0; /* the word before, as a value */

    if (first >= words->count)
        return 0;
    if (words->list[first].is_number)
        return scale_digits(words, first, number);
    if (is_word(words, at, "a") && number_word(words, at + 1) && !is_word(words, at + 1, "one"))
        at++; /* a hundred, a couple of hundred */
    if (is_word(words, at, "half") && is_word(words, at + 1, "a") && number_word(words, at + 2) >= 100) {
        *number = number_word(words, at + 2) / 2.0;
        return at + 3 - first;
    }
    for (int value; (value = number_word(words, at)) > 0; at++) {
        if (last && words->list[at].pauses)
            break;
        if (value >= 100) {
            part = (part > 0 ? part : 1) * value;
            whole += part;
            part = 0;
        } else if (part > 0 && part < 10 && value >= 10 && whole <= 0) {
            part = part * 100 + value; /* one fifty */
        } else if (part > 0 && !(part >= 20 && value < 10)) {
            break;
        } else {
            part += value;
        }
        last = value;
        if (is_word(words, at + 1, "and") && last >= 100 && number_word(words, at + 2) &&
            number_word(words, at + 2) < 100)
            at++;
        else if (is_word(words, at + 1, "of") && number_word(words, at + 2) >= 100)
            at++;
    }
    if (!last)
        return 0;
    *number = whole + part;
    if (is_word(words, at, "and") && is_word(words, at + 1, "a") && is_word(words, at + 2, "half")) {
        *number += 0.5;
        at += 3;
    }
    return at - first;
}

unsigned
words_hash(unsigned seed, const char *bytes, size_t size)
{
    uint32_t hash = 2166136261u ^ seed;

    for (size_t i = 0; i < size; i++)
        hash = (hash ^ (unsigned char)bytes[i]) * 16777619u;
    hash ^= hash >> 15;
    hash *= 0x85ebca6bu;
    hash ^= hash >> 13;
    return hash;
}
