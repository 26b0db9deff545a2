/* lexicon -- the fashion vocabulary; see lexicon.h and lexicon.def. */

#include "wardrobe/lexicon.h"

#include <stdlib.h>
#include <string.h>

/* -- lexicon.def as tables ----------------------------------------------------------------------- */

static const struct {
    const char *name, *parent, *slot;
    uint8_t formality;
    const char *sizes, *words;
} kind_lines[] = {
#define KIND(name, parent, slot, formality, sizes, words) { name, parent, slot, formality, sizes, words },
#include "wardrobe/lexicon.def"
};

static const struct {
    const char *kind, *others;
} also_lines[] = {
#define ALSO(kind, others) { kind, others },
#include "wardrobe/lexicon.def"
};

static const struct {
    const char *name, *family, *near, *hex, *words;
} colour_lines[] = {
#define COLOUR(name, family, near, hex, words) { name, family, near, hex, words },
#include "wardrobe/lexicon.def"
};

static const struct {
    const char *word, *families;
} family_lines[] = {
#define FAMILIES(word, families) { word, families },
#include "wardrobe/lexicon.def"
};

static const struct {
    const char *name, *umbrella, *words;
} material_lines[] = {
#define MATERIAL(name, umbrella, words) { name, umbrella, words },
#include "wardrobe/lexicon.def"
};

static const struct {
    const char *name;
    uint8_t low, high;
    const char *season, *wants, *styles, *avoids, *words;
} occasion_lines[] = {
#define OCCASION(name, low, high, season, wants, styles, avoids, words)                                      \
    { name, low, high, season, wants, styles, avoids, words },
#include "wardrobe/lexicon.def"
};

static const struct {
    const char *name, *styles, *avoids, *words;
} season_lines[] = {
#define SEASON(name, styles, avoids, words) { name, styles, avoids, words },
#include "wardrobe/lexicon.def"
};

static const char *const style_lines[] = {
#define STYLE(words) words,
#include "wardrobe/lexicon.def"
};

static const struct {
    const char *name, *words;
} gender_lines[] = {
#define GENDER(name, words) { name, words },
#include "wardrobe/lexicon.def"
};

static const struct {
    const char *name, *words;
} age_lines[] = {
#define AGE(name, words) { name, words },
#include "wardrobe/lexicon.def"
};

static const struct {
    const char *size, *words;
} letters_lines[] = {
#define LETTERS(size, words) { size, words },
#include "wardrobe/lexicon.def"
};

static const struct {
    const char *code, *words;
} currency_lines[] = {
#define CURRENCY(code, words) { code, words },
#include "wardrobe/lexicon.def"
};

static const char *const noise_lines[] = {
#define NOISE(words) words,
#include "wardrobe/lexicon.def"
};

static const struct {
    const char *words, *stands_for;
} alias_lines[] = {
#define ALIAS(words, stands_for) { words, stands_for },
#include "wardrobe/lexicon.def"
};

#define COUNT(lines) (sizeof(lines) / sizeof *(lines))

_Static_assert(COUNT(colour_lines) <= 64 && COUNT(material_lines) <= 64, "they are bits of a uint64_t");

struct lexicon {
    struct stemmer *stemmer;
    struct phrases *phrases;
    struct languages *languages;
    struct kind kinds[COUNT(kind_lines)];
    struct colour colours[COUNT(colour_lines)];
    struct material materials[COUNT(material_lines)];
    struct occasion occasions[COUNT(occasion_lines)];
    struct occasion seasons[COUNT(season_lines)];
    uint64_t families[COUNT(family_lines)];
};

bool
lexicon_each(const char **list, char phrase[128])
{
    size_t size = strcspn(*list, "|");

    if (**list == '\0')
        return false;
    memcpy(phrase, *list, size < 127 ? size : 127);
    phrase[size < 127 ? size : 127] = '\0';
    *list += size + ((*list)[size] == '|');
    return true;
}

/* -- building ------------------------------------------------------------------------------------ */

/* Add every phrase of LIST, by its stems, with one meaning. */
static int
add_list(struct lexicon *lexicon, const char *list, enum sense_type type, uint32_t number)
{
    char phrase[128], key[PHRASE_WORDS * WORD_SIZE];

    while (lexicon_each(&list, phrase)) {
        words_stemmed(lexicon->stemmer, phrase, key, sizeof key);
        if (phrases_add(lexicon->phrases, key, type, number) < 0)
            return -1;
    }
    return 0;
}

static int
add_kinds(struct lexicon *lexicon)
{
    for (size_t i = 0; i < COUNT(kind_lines); i++) {
        struct kind *kind = &lexicon->kinds[i];

        *kind = (struct kind) { .name = kind_lines[i].name,
                                .slot = kind_lines[i].slot,
                                .sizes = kind_lines[i].sizes,
                                .formality = kind_lines[i].formality,
                                .parent = KIND_NONE };
        for (size_t j = 0; j < COUNT(kind_lines); j++)
            if (strcmp(kind_lines[j].name, kind_lines[i].parent) == 0)
                kind->parent = j;
        memset(kind->also, 0xff, sizeof kind->also);
        if (add_list(lexicon, kind->name, SENSE_KIND, i) < 0 ||
            add_list(lexicon, kind_lines[i].words, SENSE_KIND, i) < 0)
            return -1;
    }
    for (size_t i = 0; i < COUNT(also_lines); i++) {
        struct kind *kind = &lexicon->kinds[lexicon_kind_named(lexicon, also_lines[i].kind)];
        const char *others = also_lines[i].others;
        char name[128];

        for (size_t n = 0; n < 5 && lexicon_each(&others, name); n++)
            kind->also[n] = lexicon_kind_named(lexicon, name);
    }
    return 0;
}

static uint8_t
colour_named(const char *name)
{
    for (size_t i = 0; i < COUNT(colour_lines); i++)
        if (strcmp(colour_lines[i].name, name) == 0)
            return i;
    return 0;
}

/* The first colour of the same family or nearness, which stands for all of them. */
static uint8_t
first_like(size_t number, bool family)
{
    for (size_t i = 0; i < number; i++)
        if (strcmp(family ? colour_lines[i].family : colour_lines[i].near,
                   family ? colour_lines[number].family : colour_lines[number].near) == 0)
            return i;
    return (uint8_t)number;
}

static int
add_colours(struct lexicon *lexicon)
{
    for (uint32_t i = 0; i < COUNT(colour_lines); i++) {
        lexicon->colours[i] =
            (struct colour) { .name = colour_lines[i].name,
                              .hex = colour_lines[i].hex,
                              .family = first_like(i, true),
                              .near = first_like(i, false),
                              .is_family = strcmp(colour_lines[i].name, colour_lines[i].family) == 0 };
        if (add_list(lexicon, colour_lines[i].words, SENSE_COLOUR, i) < 0)
            return -1;
    }
    for (uint32_t i = 0; i < COUNT(family_lines); i++) {
        const char *list = family_lines[i].families;
        char name[128];

        while (lexicon_each(&list, name))
            lexicon->families[i] |= UINT64_C(1) << colour_named(name);
        if (add_list(lexicon, family_lines[i].word, SENSE_FAMILIES, i) < 0)
            return -1;
    }
    return 0;
}

static int
add_materials(struct lexicon *lexicon)
{
    for (uint32_t i = 0; i < COUNT(material_lines); i++) {
        struct material *material = &lexicon->materials[i];

        *material = (struct material) { .name = material_lines[i].name, .umbrella = (uint8_t)i };
        for (size_t j = 0; j < COUNT(material_lines); j++)
            if (strcmp(material_lines[j].name, material_lines[i].umbrella) == 0)
                material->umbrella = j;
        if (add_list(lexicon, material_lines[i].words, SENSE_MATERIAL, i) < 0)
            return -1;
    }
    return 0;
}

/* LIST's kinds as numbers, ended by KIND_NONE; words that are no kind's name are left out. */
static uint16_t *
kinds_of(const struct lexicon *lexicon, const char *list)
{
    uint16_t *kinds = malloc((LEXICON_WORDS + 1) * sizeof *kinds);
    size_t count = 0;
    char name[128];

    while (kinds != NULL && count < LEXICON_WORDS && lexicon_each(&list, name)) {
        uint16_t kind = lexicon_kind_named(lexicon, name);

        if (kind != KIND_NONE)
            kinds[count++] = kind;
    }
    if (kinds != NULL)
        kinds[count] = KIND_NONE;
    return kinds;
}

static int
add_occasions(struct lexicon *lexicon)
{
    for (uint32_t i = 0; i < COUNT(occasion_lines); i++) {
        struct occasion *occasion = &lexicon->occasions[i];

        *occasion = (struct occasion) { .name = occasion_lines[i].name,
                                        .low = occasion_lines[i].low,
                                        .high = occasion_lines[i].high,
                                        .season = occasion_lines[i].season,
                                        .wants = kinds_of(lexicon, occasion_lines[i].wants),
                                        .shuns = kinds_of(lexicon, occasion_lines[i].avoids),
                                        .styles = occasion_lines[i].styles,
                                        .avoids = occasion_lines[i].avoids };
        if (occasion->wants == NULL || occasion->shuns == NULL ||
            add_list(lexicon, occasion_lines[i].words, SENSE_OCCASION, i) < 0)
            return -1;
    }
    for (uint32_t i = 0; i < COUNT(season_lines); i++) {
        struct occasion *season = &lexicon->seasons[i];

        *season = (struct occasion) { .name = season_lines[i].name,
                                      .high = 4,
                                      .season = season_lines[i].name,
                                      .wants = kinds_of(lexicon, season_lines[i].styles),
                                      .shuns = kinds_of(lexicon, season_lines[i].avoids),
                                      .styles = season_lines[i].styles,
                                      .avoids = season_lines[i].avoids };
        if (season->wants == NULL || season->shuns == NULL ||
            add_list(lexicon, season_lines[i].words, SENSE_SEASON, i) < 0)
            return -1;
    }
    return 0;
}

static uint32_t
gender_bit(const char *name)
{
    return strcmp(name, "female") == 0 ? GENDER_FEMALE
           : strcmp(name, "male") == 0 ? GENDER_MALE
                                       : GENDER_UNISEX;
}

static uint32_t
age_bit(const char *name)
{
    return strcmp(name, "kids") == 0      ? AGE_KIDS
           : strcmp(name, "infant") == 0  ? AGE_INFANT
           : strcmp(name, "toddler") == 0 ? AGE_TODDLER
                                          : AGE_ADULT;
}

static int
add_rest(struct lexicon *lexicon)
{
    int bad = 0;

    for (uint32_t i = 0; i < COUNT(style_lines); i++)
        bad |= add_list(lexicon, style_lines[i], SENSE_STYLE, i);
    for (uint32_t i = 0; i < COUNT(gender_lines); i++)
        bad |= add_list(lexicon, gender_lines[i].words, SENSE_GENDER, gender_bit(gender_lines[i].name));
    for (uint32_t i = 0; i < COUNT(age_lines); i++)
        bad |= add_list(lexicon, age_lines[i].words, SENSE_AGE, age_bit(age_lines[i].name));
    for (uint32_t i = 0; i < COUNT(letters_lines); i++)
        bad |= add_list(lexicon, letters_lines[i].words, SENSE_LETTERS, i);
    for (uint32_t i = 0; i < COUNT(currency_lines); i++)
        bad |= add_list(lexicon, currency_lines[i].words, SENSE_CURRENCY, i);
    for (uint32_t i = 0; i < COUNT(alias_lines); i++)
        bad |= add_list(lexicon, alias_lines[i].words, SENSE_ALIAS, i);
    for (uint32_t i = 0; i < COUNT(noise_lines); i++)
        bad |= add_list(lexicon, noise_lines[i], SENSE_NOISE, i);
    return bad;
}

struct lexicon *
lexicon_new(struct stemmer *stemmer)
{
    struct lexicon *lexicon = calloc(1, sizeof *lexicon);

    if (lexicon == NULL)
        return NULL;
    lexicon->stemmer = stemmer;
    if ((lexicon->phrases = phrases_new()) == NULL || (lexicon->languages = languages_new()) == NULL ||
        add_kinds(lexicon) < 0 || add_colours(lexicon) < 0 || add_materials(lexicon) < 0 ||
        add_occasions(lexicon) < 0 || add_rest(lexicon) < 0)
        lexicon_destroy(&lexicon);
    return lexicon;
}

void
lexicon_destroy(struct lexicon **lexicon)
{
    if (*lexicon == NULL)
        return;
    for (size_t i = 0; i < COUNT(occasion_lines); i++) {
        free((*lexicon)->occasions[i].wants);
        free((*lexicon)->occasions[i].shuns);
    }
    for (size_t i = 0; i < COUNT(season_lines); i++) {
        free((*lexicon)->seasons[i].wants);
        free((*lexicon)->seasons[i].shuns);
    }
    phrases_destroy(&(*lexicon)->phrases);
    languages_destroy(&(*lexicon)->languages);
    free(*lexicon);
    *lexicon = NULL;
}

/* -- asking -------------------------------------------------------------------------------------- */

struct stemmer *
lexicon_stemmer(const struct lexicon *lexicon)
{
    return lexicon->stemmer;
}

const struct languages *
lexicon_languages(const struct lexicon *lexicon)
{
    return lexicon->languages;
}

const struct phrases *
lexicon_phrases(const struct lexicon *lexicon)
{
    return lexicon->phrases;
}

size_t
lexicon_kind_count(const struct lexicon *lexicon)
{
    return COUNT(lexicon->kinds);
}

const struct kind *
lexicon_kind(const struct lexicon *lexicon, uint32_t number)
{
    return number < COUNT(lexicon->kinds) ? &lexicon->kinds[number] : NULL;
}

bool
lexicon_kind_is(const struct lexicon *lexicon, uint16_t kind, uint16_t other)
{
    for (; kind != KIND_NONE; kind = lexicon->kinds[kind].parent)
        if (kind == other)
            return true;
    return false;
}

uint16_t
lexicon_kind_named(const struct lexicon *lexicon, const char *name)
{
    (void)lexicon;
    for (size_t i = 0; i < COUNT(kind_lines); i++)
        if (strcmp(kind_lines[i].name, name) == 0)
            return i;
    return KIND_NONE;
}

/* TEXT as stems, in STEMS and WORDS; returns how many. */
static size_t
stems_of(const struct lexicon *lexicon, const char *text, struct word *words, char (*stems)[WORD_SIZE],
         size_t max)
{
    size_t count = words_split(text, strlen(text), words, max);

    for (size_t i = 0; i < count; i++)
        stemmer_stem(lexicon->stemmer, words[i].text, stems[i]);
    return count;
}

uint16_t
lexicon_kind_of(const struct lexicon *lexicon, const char *text)
{
    struct word words[32];
    char stems[32][WORD_SIZE];
    size_t count = stems_of(lexicon, text, words, stems, 32), length;
    uint16_t found = KIND_NONE;

    for (size_t i = 0; i<count; i += length> 0 ? length : 1) {
        const struct sense *sense = phrases_match(lexicon->phrases, stems + i, count - i, &length);

        if (found != KIND_NONE && (words[i].after_break || strcmp(words[i].text, "with") == 0 ||
                                   strcmp(words[i].text, "for") == 0 || strcmp(words[i].text, "in") == 0))
            return found;
        for (; sense != NULL; sense = phrases_next(lexicon->phrases, sense))
            if (sense->type == SENSE_KIND) {
                found = (uint16_t)sense->number;
                break;
            }
    }
    return found;
}

size_t
lexicon_colour_count(const struct lexicon *lexicon)
{
    return COUNT(lexicon->colours);
}

const struct colour *
lexicon_colour(const struct lexicon *lexicon, uint32_t number)
{
    return number < COUNT(lexicon->colours) ? &lexicon->colours[number] : NULL;
}

uint64_t
lexicon_families(const struct lexicon *lexicon, uint32_t number)
{
    return number < COUNT(lexicon->families) ? lexicon->families[number] : 0;
}

/* The entries of TYPE that TEXT names, as bits. A longer phrase of another type hides nothing: "linen
 * trousers" is linen too. */
static uint64_t
bits_of(const struct lexicon *lexicon, const char *text, enum sense_type type)
{
    struct word words[32];
    char stems[32][WORD_SIZE];
    size_t count = stems_of(lexicon, text, words, stems, 32), length;
    uint64_t bits = 0;

    for (size_t i = 0; i < count;) {
        const struct sense *sense = phrases_match(lexicon->phrases, stems + i, count - i, &length);
        uint64_t found = 0;

        for (; sense != NULL; sense = phrases_next(lexicon->phrases, sense)) {
            if (sense->type == type)
                found |= UINT64_C(1) << sense->number;
            else if (sense->type == SENSE_FAMILIES && type == SENSE_COLOUR)
                found |= lexicon->families[sense->number];
        }
        bits |= found;
        i += found != 0 ? length : 1;
    }
    return bits;
}

uint64_t
lexicon_colours_of(const struct lexicon *lexicon, const char *text)
{
    return bits_of(lexicon, text, SENSE_COLOUR);
}

uint32_t
lexicon_colour_family(const struct lexicon *lexicon, uint32_t number)
{
    for (uint32_t i = 0; i < COUNT(colour_lines); i++)
        if (lexicon->colours[i].is_family && lexicon->colours[i].family == lexicon->colours[number].family)
            return i;
    return number;
}

uint64_t
lexicon_colours_for(const struct lexicon *lexicon, uint64_t asked)
{
    uint64_t bits = 0;

    for (size_t i = 0; i < COUNT(colour_lines); i++) {
        if (!(asked >> i & 1))
            continue;
        for (size_t j = 0; j < COUNT(colour_lines); j++)
            if (lexicon->colours[i].is_family ? lexicon->colours[j].family == lexicon->colours[i].family
                                              : lexicon->colours[j].near == lexicon->colours[i].near)
                bits |= UINT64_C(1) << j;
    }
    return bits;
}

size_t
lexicon_material_count(const struct lexicon *lexicon)
{
    return COUNT(lexicon->materials);
}

const struct material *
lexicon_material(const struct lexicon *lexicon, uint32_t number)
{
    return number < COUNT(lexicon->materials) ? &lexicon->materials[number] : NULL;
}

uint64_t
lexicon_materials_of(const struct lexicon *lexicon, const char *text)
{
    return bits_of(lexicon, text, SENSE_MATERIAL);
}

uint64_t
lexicon_materials_for(const struct lexicon *lexicon, uint64_t asked)
{
    uint64_t bits = asked;

    for (size_t i = 0; i < COUNT(material_lines); i++)
        if (asked >> lexicon->materials[i].umbrella & 1)
            bits |= UINT64_C(1) << i;
    return bits;
}

const struct occasion *
lexicon_occasion(const struct lexicon *lexicon, uint32_t number)
{
    return number < COUNT(lexicon->occasions) ? &lexicon->occasions[number] : NULL;
}

const struct occasion *
lexicon_season(const struct lexicon *lexicon, uint32_t number)
{
    return number < COUNT(lexicon->seasons) ? &lexicon->seasons[number] : NULL;
}

const char *
lexicon_style(const struct lexicon *lexicon, uint32_t number)
{
    (void)lexicon;
    return number < COUNT(style_lines) ? style_lines[number] : "";
}

const char *
lexicon_currency(uint32_t number)
{
    return number < COUNT(currency_lines) ? currency_lines[number].code : "";
}

const char *
lexicon_alias(uint32_t number)
{
    return number < COUNT(alias_lines) ? alias_lines[number].stands_for : "";
}
