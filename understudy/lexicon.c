/* Phrases by hash: a text is read once, the longest phrase first. */
#include "understudy/lexicon.h"

#include <stdlib.h>
#include <string.h>

#include "common/log.h"

enum { LONGEST = 7, BUCKETS = 8192, NAME_SIZE = 48 };

struct entry {
    const char *phrase;
    enum kind kind;
    const char *value;
    enum tongue tongue; /* TONGUE_EN: everywhere; else only where no English is spoken */
};

struct lexicon {
    struct entry table[BUCKETS];
    char (*names)[NAME_SIZE]; /* folded names of lore.def */
    size_t name_count;
};

static const struct entry phrases[] = {
#define WORD(phrase, kind, value) { phrase, KIND_##kind, value, TONGUE_EN },
#include "understudy/lexicon.def"
};

/* Where PHRASE of SIZE bytes is in the table, or the free place for it. */
static const struct entry *
place(const struct lexicon *lexicon, const char *phrase, size_t size)
{
    unsigned at = words_hash(0, phrase, size) % BUCKETS;

    while (lexicon->table[at].phrase != NULL &&
           (strncmp(lexicon->table[at].phrase, phrase, size) || lexicon->table[at].phrase[size] != '\0'))
        at = (at + 1) % BUCKETS;
    return &lexicon->table[at];
}

/* The first meaning of a phrase stands. */
static void
add(struct lexicon *lexicon, const char *phrase, enum kind kind, const char *value, enum tongue tongue)
{
    struct entry *entry = &lexicon->table[place(lexicon, phrase, strlen(phrase)) - lexicon->table];

    if (entry->phrase == NULL && *phrase != '\0')
        *entry = (struct entry) { phrase, kind, value, tongue };
}

static void
add_name(struct lexicon *lexicon, const char *name, enum kind kind, const char *value, enum tongue tongue)
{
    char *folded = lexicon->names[lexicon->name_count++];

    add(lexicon, words_fold(name, folded, NAME_SIZE), kind, value, tongue);
}

/* The names that lore.def gives, in every language. */
static void
add_lore(struct lexicon *lexicon)
{
    const struct occasion *occasion;
    const struct garment *garment;
    const struct colour *colour;
    const struct material *material;

    for (size_t i = 0; (occasion = lore_occasion_at(i)) != NULL; i++)
        add_name(lexicon, occasion->id, KIND_OCCASION, occasion->id, TONGUE_EN);
    for (size_t i = 0; (garment = lore_garment_at(i)) != NULL; i++)
        add_name(lexicon, garment->many, KIND_GARMENT, garment->id, TONGUE_EN);
    for (size_t i = 0; (colour = lore_colour_at(i)) != NULL; i++)
        add_name(lexicon, lore_colour_name(colour->id), KIND_COLOUR, colour->id, TONGUE_EN);
    for (enum tongue tongue = TONGUE_EN; tongue < TONGUES; tongue++) {
        for (size_t i = 0; (garment = lore_garment_at(i)) != NULL; i++)
            add_name(lexicon, garment->names[tongue], KIND_GARMENT, garment->id, tongue);
        for (size_t i = 0; (colour = lore_colour_at(i)) != NULL; i++)
            add_name(lexicon, colour->names[tongue], KIND_COLOUR, colour->id, tongue);
        for (size_t i = 0; (material = lore_material_at(i)) != NULL; i++)
            add_name(lexicon, material->names[tongue], KIND_MATERIAL, material->id, tongue);
    }
}

struct lexicon *
lexicon_new(void)
{
    struct lexicon *lexicon = calloc(1, sizeof *lexicon);

    if (lexicon != NULL)
        lexicon->names = calloc(1024, sizeof *lexicon->names);
    if (lexicon == NULL || lexicon->names == NULL) {
        log_error("lexicon: no memory");
        free(lexicon);
        return NULL;
    }
    for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++)
        add(lexicon, phrases[i].phrase, phrases[i].kind, phrases[i].value, TONGUE_EN);
    add_lore(lexicon);
    return lexicon;
}

void
lexicon_destroy(struct lexicon **lexicon)
{
    if (*lexicon == NULL)
        return;
    free((*lexicon)->names);
    free(*lexicon);
    *lexicon = NULL;
}

/* The phrase PHRASE, or its singular. */
static const struct entry *
look_up(const struct lexicon *lexicon, const char *phrase, size_t size)
{
    const struct entry *entry = place(lexicon, phrase, size);

    if (entry->phrase != NULL)
        return entry;
    if (size < 4 || phrase[size - 1] != 's' || phrase[size - 2] == 's')
        return NULL;
    entry = place(lexicon, phrase, size - 1);
    if (entry->phrase == NULL && phrase[size - 2] == 'e')
        entry = place(lexicon, phrase, size - 2);
    return entry->phrase != NULL ? entry : NULL;
}

/* Foreign names that an English sentence has in another sense. */
static bool
is_english_too(const char *phrase)
{
    return lore_has("collar,pull,short,arena,rock,baskets,hut,mono,ante,haut,sable,punto", phrase);
}

/* Whether the small words of WORDS are English ones: then "collar" is no necklace. */
static bool
is_english(const struct lexicon *lexicon, const struct words *words)
{
    int english = 0, foreign = 0;

    for (size_t i = 0; i < words->count; i++) {
        const char *value = place(lexicon, words->list[i].text, strlen(words->list[i].text))->value;

        english += value != NULL && !strcmp(value, "en");
        foreign += value != NULL && lore_has("de,fr,es,it,nl", value);
    }
    return english > foreign;
}

/* German: "braune" is "braun", "Ledersandalen" are sandals. */
static const struct entry *
look_up_german(const struct lexicon *lexicon, const char *word, size_t size)
{
    static const char *const endings[] = { "e", "en", "es", "er", "n" };

    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t end = strlen(endings[i]);
        const struct entry *entry;

        if (size < end + 3 || strncmp(word + size - end, endings[i], end))
            continue;
        entry = place(lexicon, word, size - end);
        if (entry->phrase != NULL && entry->tongue == TONGUE_DE)
            return entry;
    }
    for (size_t at = 3; size > 7 && at + 4 <= size; at++) {
        const struct entry *entry = place(lexicon, word + at, size - at);

        if (entry->phrase != NULL && entry->kind == KIND_GARMENT)
            return entry;
    }
    return NULL;
}

/* The longest phrase that begins at word FIRST; *COUNT says how many words it takes. A phrase does
 * not reach over the end of a sentence, nor over a comma. */
static const struct entry *
longest(const struct lexicon *lexicon, const struct words *words, size_t first, bool english, size_t *count)
{
    char phrase[160];
    size_t sizes[LONGEST] = { 0 }, used = 0, n = 0;
    const struct entry *entry = NULL;

    for (size_t i = first; i < words->count && n < LONGEST; i++) {
        size_t size = strlen(words->list[i].text);

        if ((i > first && (words->list[i].pauses || words->list[i].stops)) || used + size + 2 > sizeof phrase)
            break;
        if (used)
            phrase[used++] = ' ';
        memcpy(phrase + used, words->list[i].text, size);
        used += size;
        sizes[n++] = used;
    }
    while (n > 0) {
        entry = look_up(lexicon, phrase, sizes[n - 1]);
        if (entry != NULL && (entry->tongue == TONGUE_EN || !(english || is_english_too(entry->phrase)))) {
            *count = n;
            return entry;
        }
        n--;
    }
    entry =
        english ? NULL : look_up_german(lexicon, phrase, sizes[0]); /* the last one may not have counted */
    if (entry != NULL)
        *count = 1;
    return entry;
}

/* "tops" is a ceiling after an amount, else it is a garment. "cords" and the like need no such care. */
static void
settle(struct signs *signs, struct sign *sign)
{
    const struct sign *before = sign > signs->list ? sign - 1 : NULL;
    bool after_amount = before != NULL && (before->kind == KIND_NUMBER || before->kind == KIND_CURRENCY);

    if (sign->kind == KIND_AFTERMAX && !strcmp(sign->text, "tops") && !after_amount) {
        sign->kind = KIND_GARMENT;
        sign->value = "tops";
    }
}

/* -- misspelt words ------------------------------------------------------------------------------ */

/* Whether WORD is PHRASE with a letter left out, one too many, two in the wrong order, or another. */
static bool
is_near(const char *word, size_t size, const char *phrase)
{
    size_t other = strlen(phrase), at = 0;

    if (*word != *phrase)
        return false;
    while (at < size && word[at] == phrase[at])
        at++;
    if (other == size + 1)
        return !strcmp(word + at, phrase + at + 1);
    if (other + 1 == size)
        return size >= 6 && !strcmp(word + at + 1, phrase + at);
    if (other != size || size < 5 || at >= size)
        return false;
    if (word[at] == phrase[at + 1] && word[at + 1] == phrase[at])
        return !strcmp(word + at + 2, phrase + at + 2);
    return size >= 6 && !strcmp(word + at + 1, phrase + at + 1);
}

/* What the unknown WORD was meant to be: "blak", "weding", "chaeper". NULL where that is not plain. */
static const struct entry *
mend(const struct lexicon *lexicon, const char *word)
{
    const struct entry *found = NULL;
    size_t size = strlen(word);

    if (size < 4 || lore_has("back,bank,sits,shot,shots,host,lost,scar,bell,best,rest,coast,hiring,suit,sets,"
                             "pans,pens,feather,short",
                             word))
        return NULL;
    for (size_t i = 0; i < BUCKETS; i++) {
        const struct entry *entry = &lexicon->table[i];

        if (entry->phrase == NULL || entry->tongue != TONGUE_EN || strchr(entry->phrase, ' ') != NULL ||
            (entry->kind != KIND_GARMENT && entry->kind != KIND_COLOUR && entry->kind != KIND_MATERIAL &&
             entry->kind != KIND_OCCASION && entry->kind != KIND_CHEAPER &&
             (entry->kind != KIND_PERSON || size < 7)) ||
            !is_near(word, size, entry->phrase))
            continue;
        if (found != NULL && (found->kind != entry->kind || strcmp(found->value, entry->value)))
            return NULL;
        found = entry;
    }
    return found;
}

static bool
can_be_negated(enum kind kind)
{
    return kind == KIND_GARMENT || kind == KIND_COLOUR || kind == KIND_MATERIAL || kind == KIND_STYLE ||
           kind == KIND_ORDINAL || kind == KIND_SLOT;
}

/* "no" reaches over a few words, and along a list of the same kind: "no wool, silk or polyester". */
static void
negate_forward(struct signs *signs, size_t from)
{
    int reach = 6;
    bool hit = false;

    for (size_t i = from + 1; i < signs->count && reach-- > 0; i++) {
        struct sign *sign = &signs->list[i];
        const struct sign *before = sign - 1;
        bool list = hit && can_be_negated(sign->kind) && sign->kind == before->kind;
        bool pair = hit && i >= from + 3 && !strcmp(before->text, "and") && (before - 1)->negated &&
                    sign->kind == (before - 1)->kind;

        list = list || pair || (hit && can_be_negated(sign->kind) && before->kind == KIND_OR);
        if (sign->stops || sign->kind == KIND_BUT || sign->kind == KIND_OUTFIT || sign->kind == KIND_GOWITH ||
            sign->kind == KIND_MAX || (sign->pauses && !list))
            return;
        if (!can_be_negated(sign->kind))
            continue;
        if (hit && !list && before->negated && sign->kind == KIND_GARMENT) {
            sign->negated = true; /* "no wool sweaters": the wool alone is what is not wanted */
            sign->negated =
                before->kind != KIND_MATERIAL && before->kind != KIND_COLOUR && before->kind != KIND_STYLE;
            return;
        }
        if (hit && !list)
            return;
        sign->negated = true;
        hit = true;
        reach = 6;
    }
}

/* "the second one isn't me", "yellow washes me out": what stands before it in the sentence. */
static void
negate_backward(struct signs *signs, size_t from)
{
    for (size_t i = from; i > 0; i--) {
        if (signs->list[i].stops)
            return;
        if (can_be_negated(signs->list[i - 1].kind)) {
            signs->list[i - 1].negated = true;
            return;
        }
    }
}

static int
read_text(const struct lexicon *lexicon, const char *text, size_t size, bool mends, struct signs *signs)
{
    bool english;

    *signs = (struct signs) { 0 };
    if (words_cut(&signs->words, text, size))
        return -1;
    if ((signs->list = calloc(signs->words.count + 1, sizeof *signs->list)) == NULL) {
        log_error("lexicon: no memory");
        signs_clear(signs);
        return -1;
    }
    english = is_english(lexicon, &signs->words);
    for (size_t at = 0, count = 1; at < signs->words.count; at += count) {
        const struct word *word = &signs->words.list[at];
        struct sign *sign = &signs->list[signs->count++];
        const struct entry *entry = longest(lexicon, &signs->words, at, english, &count);
        double number = 0;
        size_t numbers = words_number(&signs->words, at, &number);

        if (mends && entry == NULL && numbers == 0 && (entry = mend(lexicon, word->text)) != NULL)
            count = 1;
        *sign = (struct sign) {
            .value = "", .text = word->text, .first = at, .pauses = word->pauses, .stops = word->stops
        };
        if (numbers > 0 && (entry == NULL || numbers > count || entry->kind == KIND_TONGUE)) {
            sign->kind = KIND_NUMBER;
            sign->number = number;
            count = numbers;
        } else if (entry != NULL) {
            sign->kind = entry->kind;
            sign->value = entry->value;
        } else {
            count = 1;
        }
        sign->count = count;
        settle(signs, sign);
    }
    for (size_t i = 0; i < signs->count; i++) {
        const struct sign *next = i + 1 < signs->count ? &signs->list[i + 1] : NULL;
        /* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): every sign of the loop above has a text */
        bool last = !strcmp(signs->list[i].text, "nicht") && (next == NULL || next->pauses || next->stops);

        if (last) /* "eine Krawatte brauchst du nicht" */
            negate_backward(signs, i);
        else if (signs->list[i].kind == KIND_NOT)
            negate_forward(signs, i);
        if (signs->list[i].kind == KIND_AFTERNOT)
            negate_backward(signs, i);
    }
    return 0;
}

int
lexicon_read(const struct lexicon *lexicon, const char *text, size_t size, struct signs *signs)
{
    return read_text(lexicon, text, size, false, signs);
}

int
lexicon_read_typed(const struct lexicon *lexicon, const char *text, size_t size, struct signs *signs)
{
    return read_text(lexicon, text, size, true, signs);
}

void
signs_clear(struct signs *signs)
{
    words_clear(&signs->words);
    free(signs->list);
    *signs = (struct signs) { 0 };
}

const struct garment *
lexicon_garment(const struct lexicon *lexicon, const char *name)
{
    const struct garment *garment = NULL;
    struct signs signs;

    if (lexicon_read(lexicon, name, strlen(name), &signs))
        return NULL;
    for (size_t i = 0; i < signs.count; i++)
        if (signs.list[i].kind == KIND_GARMENT || !strcmp(signs.list[i].text, "tops"))
            garment = lore_garment(signs.list[i].kind == KIND_GARMENT ? signs.list[i].value : "tops");
    signs_clear(&signs);
    return garment;
}

const char *
lexicon_value(const struct lexicon *lexicon, enum kind kind, const char *name)
{
    char folded[NAME_SIZE];
    const struct entry *entry;

    words_fold(name, folded, sizeof folded);
    entry = look_up(lexicon, folded, strlen(folded));
    return entry != NULL && entry->kind == kind ? entry->value : "";
}
