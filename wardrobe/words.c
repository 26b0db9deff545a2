/* words -- text taken apart into words; see words.h. */

#include "wardrobe/words.h"

#include <ctype.h>
#include <libstemmer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What U+00C0 to U+017F look like without accents and in lower case; "" is no letter. */
static const char *const plain[] = {
    "a", "a", "a",  "a",  "a", "a", "ae", "c",  "e",  "e", "e", "e", "i",  "i",  "i", "i", "d", "n",
    "o", "o", "o",  "o",  "o", "",  "o",  "u",  "u",  "u", "u", "y", "th", "ss", "a", "a", "a", "a",
    "a", "a", "ae", "c",  "e", "e", "e",  "e",  "i",  "i", "i", "i", "d",  "n",  "o", "o", "o", "o",
    "o", "",  "o",  "u",  "u", "u", "u",  "y",  "th", "y", "a", "a", "a",  "a",  "a", "a", "c", "c",
    "c", "c", "c",  "c",  "c", "c", "d",  "d",  "d",  "d", "e", "e", "e",  "e",  "e", "e", "e", "e",
    "e", "e", "g",  "g",  "g", "g", "g",  "g",  "g",  "g", "h", "h", "h",  "h",  "i", "i", "i", "i",
    "i", "i", "i",  "i",  "i", "i", "ij", "ij", "j",  "j", "k", "k", "k",  "l",  "l", "l", "l", "l",
    "l", "l", "l",  "l",  "l", "n", "n",  "n",  "n",  "n", "n", "n", "n",  "n",  "o", "o", "o", "o",
    "o", "o", "oe", "oe", "r", "r", "r",  "r",  "r",  "r", "s", "s", "s",  "s",  "s", "s", "s", "s",
    "t", "t", "t",  "t",  "t", "t", "u",  "u",  "u",  "u", "u", "u", "u",  "u",  "u", "u", "u", "u",
    "w", "w", "y",  "y",  "y", "z", "z",  "z",  "z",  "z", "z", "s",
};

_Static_assert(sizeof plain / sizeof *plain == 0x180 - 0xc0, "one for each code point");

/* Two words that are written apart, together, or with a hyphen, and mean one thing. */
static const struct {
    const char *first, *second, *joined;
} compounds[] = {
#define COMPOUND(first, second, joined) { first, second, joined },
#include "wardrobe/lexicon.def"
};

/* The next code point of the SIZE bytes at TEXT, and in *USED its bytes. 0 for what is not UTF-8. */
static uint32_t
next_point(const unsigned char *text, size_t size, size_t *used)
{
    uint32_t point = text[0];
    size_t more = point < 0x80 ? 0 : point >= 0xf0 ? 3 : point >= 0xe0 ? 2 : point >= 0xc0 ? 1 : 9;

    *used = 1;
    if (more == 0)
        return point;
    if (more == 9 || more >= size)
        return 0;
    point &= 0x3fu >> more;
    for (size_t i = 1; i <= more; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return 0;
        point = point << 6 | (text[i] & 0x3f);
    }
    *used = more + 1;
    return point;
}

/* What POINT adds to a word: its folded bytes in OUT, "" when it ends the word. */
static void
fold(uint32_t point, char out[5])
{
    memset(out, 0, 5);
    if (point < 0x80) {
        if (isalnum((int)point))
            out[0] = (char)tolower((int)point);
        return;
    }
    if (point >= 0xc0 && point <= 0x17f) {
        strcpy(out, plain[point - 0xc0]);
        return;
    }
    if (point < 0xc0 || (point >= 0x2000 && point <= 0x2bff) || (point >= 0x3000 && point <= 0x303f) ||
        point == 0xfeff || point == 0xfffd || point > 0x10ffff)
        return;
    if ((point >= 0x391 && point <= 0x3a9) || (point >= 0x410 && point <= 0x42f))
        point += 32;
    else if (point >= 0x400 && point <= 0x40f)
        point += 80;
    if (point < 0x800) {
        out[0] = (char)(0xc0 | point >> 6);
        out[1] = (char)(0x80 | (point & 0x3f));
    } else if (point < 0x10000) {
        out[0] = (char)(0xe0 | point >> 12);
        out[1] = (char)(0x80 | (point >> 6 & 0x3f));
        out[2] = (char)(0x80 | (point & 0x3f));
    } else {
        out[0] = (char)(0xf0 | point >> 18);
        out[1] = (char)(0x80 | (point >> 12 & 0x3f));
        out[2] = (char)(0x80 | (point >> 6 & 0x3f));
        out[3] = (char)(0x80 | (point & 0x3f));
    }
}

static bool
is_apostrophe(uint32_t point)
{
    return point == '\'' || point == 0x2019 || point == 0x2018 || point == '`';
}

static bool
is_digit(const char *text, size_t size, size_t at)
{
    return at < size && isdigit((unsigned char)text[at]);
}

/* A number from AT: digits, commas before three digits, one point. Returns where it ends. */
static size_t
take_number(const char *text, size_t size, size_t at, struct word *word)
{
    size_t length = 0;
    bool point = false;

    while (at < size) {
        char c = text[at];

        if (c == ',' && !point && is_digit(text, size, at + 1) && is_digit(text, size, at + 2) &&
            is_digit(text, size, at + 3) && !is_digit(text, size, at + 4)) {
            at++;
            continue;
        }
        if ((c == '.' || c == ',') && !point && is_digit(text, size, at + 1)) {
            point = true;
            c = '.';
        } else if (!isdigit((unsigned char)c)) {
            break;
        }
        if (length < WORD_SIZE - 1)
            word->text[length++] = c;
        at++;
    }
    word->text[length] = '\0';
    word->is_number = true;
    return at;
}

/* Letters and digits from AT. Returns where the word ends. */
static size_t
take_letters(const char *text, size_t size, size_t at, struct word *word)
{
    size_t length = 0;

    while (at < size) {
        size_t used;
        uint32_t point = next_point((const unsigned char *)text + at, size - at, &used);
        char folded[5];

        if (is_apostrophe(point) && length > 0) { /* women's is women, I'm is im */
            size_t after = at + used;
            bool ends = after + 1 >= size || !isalnum((unsigned char)text[after + 1]);

            if (after < size && tolower((unsigned char)text[after]) == 's' && ends) {
                at = after + 1;
                break;
            }
            if (after >= size || !isalpha((unsigned char)text[after]))
                break;
            at = after;
            continue;
        }
        fold(point, folded);
        if (folded[0] == '\0')
            break;
        if (length + strlen(folded) < WORD_SIZE) {
            memcpy(word->text + length, folded, strlen(folded));
            length += strlen(folded);
        }
        at += used;
    }
    word->text[length] = '\0';
    return at;
}

/* Join WORD to the one before it when both are a compound. */
static bool
joins(struct word *before, const struct word *word)
{
    for (size_t i = 0; i < sizeof compounds / sizeof *compounds; i++) {
        if (compounds[i].first[0] != before->text[0] || compounds[i].second[0] != word->text[0])
            continue; /* most are not, and every word is asked */
        size_t size = strlen(compounds[i].second);
        const char *rest = word->text + size;

        if (strcmp(before->text, compounds[i].first) != 0 ||
            strncmp(word->text, compounds[i].second, size) != 0)
            continue;
        if (strcmp(rest, "") != 0 && strcmp(rest, "s") != 0 && strcmp(rest, "es") != 0)
            continue;
        strcpy(before->text, compounds[i].joined);
        strcat(before->text, rest);
        before->to = word->to;
        return true;
    }
    return false;
}

/* A currency sign at the point, as a word; NULL for others. */
static const char *
currency_sign(uint32_t point)
{
    return point == '$' ? "$" : point == 0x20ac ? "€" : point == 0xa3 ? "£" : NULL;
}

size_t
words_split(const char *text, size_t size, struct word *words, size_t max)
{
    size_t count = 0, at = 0;
    bool broken = true;

    while (at < size && count < max) {
        struct word *word = &words[count];
        size_t used;
        uint32_t point = next_point((const unsigned char *)text + at, size - at, &used);
        char folded[5];

        *word = (struct word) { .from = (uint32_t)at, .after_break = broken };
        fold(point, folded);
        if (currency_sign(point) != NULL) {
            strcpy(word->text, currency_sign(point));
            at += used;
        } else if (point < 0x80 && isdigit((int)point)) {
            at = take_number(text, size, at, word);
            if (at < size && isalpha((unsigned char)text[at]) && strchr(word->text, '.') == NULL) {
                at = take_letters(text, size, word->from, word); /* 3xl, 30w */
                word->is_number = false;
            }
        } else if (folded[0] != '\0') {
            at = take_letters(text, size, at, word);
        } else {
            broken = broken || strchr(".,;:!?\n()[]|", (int)(point < 0x80 ? point : 'a')) != NULL;
            at += used;
            continue;
        }
        if (at == word->from) /* a lone mark: go on behind it */
            at += used;
        word->to = (uint32_t)at;
        if (word->text[0] != '\0' && !(count > 0 && !broken && joins(word - 1, word)))
            count++;
        broken = false;
    }
    return count;
}

#define STEMS_KNOWN 2048 /* a power of two */

struct stemmer {
    struct sb_stemmer *snowball;
    /* words stemmed lately, each at its hash: the same ones come again and again, in questions and in feeds
     */
    struct {
        char word[WORD_SIZE], stem[WORD_SIZE];
    } known[STEMS_KNOWN];
    bool is_english;
};

struct stemmer *
stemmer_new(const char *language)
{
    struct stemmer *stemmer = calloc(1, sizeof *stemmer);

    if (stemmer != NULL && (stemmer->snowball = sb_stemmer_new(language, "UTF_8")) == NULL)
        stemmer_destroy(&stemmer);
    if (stemmer != NULL)
        stemmer->is_english = strcmp(language, "english") == 0 || strcmp(language, "porter") == 0;
    return stemmer;
}

bool
stemmer_is_english(const struct stemmer *stemmer)
{
    return stemmer->is_english;
}

void
stemmer_destroy(struct stemmer **stemmer)
{
    if (*stemmer != NULL && (*stemmer)->snowball != NULL)
        sb_stemmer_delete((*stemmer)->snowball);
    free(*stemmer);
    *stemmer = NULL;
}

/* The stem of WORD as Snowball has it. */
static void
snowball_stem(struct stemmer *stemmer, const char *word, size_t size, char stem[WORD_SIZE])
{
    const sb_symbol *found = sb_stemmer_stem(stemmer->snowball, (const sb_symbol *)word, (int)size);
    int length = sb_stemmer_length(stemmer->snowball);

    if (found == NULL) {
        memmove(stem, word, size + 1);
        return;
    }
    if (length >= WORD_SIZE)
        length = WORD_SIZE - 1;
    memcpy(stem, found, (size_t)length);
    stem[length] = '\0';
}

void
stemmer_stem(struct stemmer *stemmer, const char *word, char stem[WORD_SIZE])
{
    uint32_t h = 2166136261u;
    bool digits = false;
    size_t size = 0;

    for (; word[size] != '\0'; size++) {
        digits = digits || (word[size] >= '0' && word[size] <= '9');
        h = (h ^ (unsigned char)word[size]) * 16777619u;
    }
    if (size <= 2 || digits || stemmer == NULL) {
        memmove(stem, word, size + 1);
        return;
    }
    if (size >= WORD_SIZE) {
        snowball_stem(stemmer, word, size, stem);
        return;
    }
    h = (h ^ h >> 15) % STEMS_KNOWN;
    if (strcmp(stemmer->known[h].word, word) != 0) {
        memcpy(stemmer->known[h].word, word, size + 1);
        snowball_stem(stemmer, word, size, stemmer->known[h].stem);
    }
    memcpy(stem, stemmer->known[h].stem, WORD_SIZE);
}

void
words_stemmed(struct stemmer *stemmer, const char *text, char *out, size_t size)
{
    struct word words[24];
    size_t count = words_split(text, strlen(text), words, 24), used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        char stem[WORD_SIZE];
        size_t length;

        stemmer_stem(stemmer, words[i].text, stem);
        length = strlen(stem);
        if (used + length + 2 > size)
            return;
        if (used > 0)
            out[used++] = ' ';
        memcpy(out + used, stem, length + 1);
        used += length;
    }
}

uint32_t
words_pair_number(const char *first, const char *second)
{
    uint32_t h = 2166136261u;

    for (; *first != '\0'; first++)
        h = (h ^ (unsigned char)*first) * 16777619u;
    h = (h ^ ' ') * 16777619u;
    for (; *second != '\0'; second++)
        h = (h ^ (unsigned char)*second) * 16777619u;
    return (h ^ h >> 18) % WORD_PAIRS;
}

void
words_pair(const char *first, const char *second, char name[16])
{
    snprintf(name, 16, "%05x", words_pair_number(first, second));
}
