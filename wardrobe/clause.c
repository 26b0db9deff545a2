/* clause -- what one word of a criterion, a wish or the shopper does to a clause; see clause.h. */

#include "wardrobe/clause.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/json.h"

struct clause *
clause_new(struct filter *filter, enum clause_field field, const char *key)
{
    struct clause *clause;

    if (filter->count == FILTER_CLAUSES) {
        filter->failed = true;
        return NULL;
    }
    clause = &filter->clauses[filter->count++];
    *clause = (struct clause) { .field = field, .min = 0, .max = INT64_MAX };
    snprintf(clause->key, sizeof clause->key, "%s", key);
    return clause;
}

uint64_t *
clause_bits(struct filter *filter, uint32_t count)
{
    uint64_t *bits = calloc(count / 64 + 1, sizeof *bits);

    filter->failed = filter->failed || bits == NULL;
    return bits;
}

void
clause_mark(uint64_t *bits, uint32_t number)
{
    if (bits != NULL)
        bits[number >> 6] |= UINT64_C(1) << (number & 63);
}

/* The products that have what LIST is of. */
static void
add_list(struct filter *filter, struct clause *clause, const struct posting_list *list)
{
    uint32_t term = (uint32_t)(list - filter->index->lists), *grown;
    int room = clause->term_room == 0 ? 8 : 2 * clause->term_room;

    for (int i = 0; i < clause->term_count; i++)
        if (clause->terms[i] == term)
            return;
    if (clause->term_count == clause->term_room) {
        if ((grown = realloc(clause->terms, (size_t)room * sizeof *grown)) == NULL) {
            filter->failed = true;
            return;
        }
        clause->terms = grown;
        clause->term_room = room;
    }
    clause->terms[clause->term_count++] = term;
}

uint8_t
clause_ages_for(uint8_t ages)
{
    if (ages & AGE_NEWBORN)
        ages |= AGE_INFANT;
    if (ages & AGE_TODDLER)
        ages |= AGE_KIDS;
    return ages;
}

void
clause_add_kind(const struct lexicon *lexicon, struct clause *clause, uint16_t kind)
{
    for (size_t i = 0; i < lexicon_kind_count(lexicon); i++)
        if (lexicon_kind_is(lexicon, (uint16_t)i, kind))
            clause->kinds[i >> 6] |= UINT64_C(1) << (i & 63);
}

void
clause_add_kind_or_near(const struct index *index, struct clause *clause, uint16_t kind, bool strict)
{
    const struct kind *about = lexicon_kind(index->lexicon, kind);

    clause_add_kind(index->lexicon, clause, kind);
    if (clause->excludes || (strict && index_attribute(index, 'k', about->name) != NULL))
        return;
    for (int i = 0; i < 6 && about->also[i] != KIND_NONE; i++)
        clause_add_kind(index->lexicon, clause, about->also[i]);
}

void
clause_add_category(struct filter *filter, struct clause *clause, const char *word, bool strict)
{
    const struct index *index = filter->index;
    char stems[PHRASE_WORDS * WORD_SIZE];
    uint16_t kind = lexicon_kind_named(index->lexicon, word);
    const struct sense *sense;

    if (clause->pass == NULL &&
        (clause->pass = clause_bits(filter, names_count(index->names[NAMES_CATEGORY]))) == NULL)
        return;
    words_stemmed(lexicon_stemmer(index->lexicon), word, stems, sizeof stems);
    for (sense = phrases_find(index->phrases, stems); sense != NULL;
         sense = phrases_next(index->phrases, sense))
        if (sense->type == SENSE_CATEGORY && sense->number != 0)
            clause_mark(clause->pass, sense->number);
    if (kind == KIND_NONE)
        kind = lexicon_kind_of(index->lexicon, word);
    if (kind != KIND_NONE)
        clause_add_kind_or_near(index, clause, kind, strict);
}

/* What passes for the colours ASKED; where the catalogue knows a shade of none of its products ("light
 * blue"), the family's own name must do ("blue"), but none of its OTHER shades ("navy blue"). */
static uint64_t
colours_for(const struct index *index, uint64_t asked, uint64_t *other)
{
    uint64_t passing = lexicon_colours_for(index->lexicon, asked), known = 0, family = 0;

    *other = 0;
    for (uint32_t i = 1; i < names_count(index->names[NAMES_COLOUR]); i++)
        known |= index->colours[i] & passing;
    if (known == 0)
        for (uint32_t i = 0; i < lexicon_colour_count(index->lexicon); i++)
            if (asked >> i & 1)
                family |= UINT64_C(1) << lexicon_colour_family(index->lexicon, i);
    *other = lexicon_colours_for(index->lexicon, family) & ~(passing | family);
    return passing | family;
}

void
clause_add_colour(struct filter *filter, struct clause *clause, const char *word)
{
    const struct index *index = filter->index;
    uint32_t count = names_count(index->names[NAMES_COLOUR]);
    uint64_t other, asked = colours_for(index, lexicon_colours_of(index->lexicon, word), &other);

    if (clause->pass == NULL && (clause->pass = clause_bits(filter, count)) == NULL)
        return;
    for (uint32_t i = 1; i < count; i++)
        if (asked != 0 ? (index->colours[i] & asked) != 0 && (index->colours[i] & other) == 0
                       : strcasestr(names_text(index->names[NAMES_COLOUR], i), word) != NULL)
            clause_mark(clause->pass, i);
}

void
clause_add_material(struct filter *filter, struct clause *clause, const char *word)
{
    const struct index *index = filter->index;
    uint32_t count = names_count(index->names[NAMES_MATERIAL]);
    uint64_t asked = lexicon_materials_for(index->lexicon, lexicon_materials_of(index->lexicon, word));

    if (clause->pass == NULL && (clause->pass = clause_bits(filter, count)) == NULL)
        return;
    for (uint32_t i = 1; i < count; i++)
        if (asked != 0 ? (index->materials[i] & asked) != 0
                       : strcasestr(names_text(index->names[NAMES_MATERIAL], i), word) != NULL)
            clause_mark(clause->pass, i);
    for (uint32_t i = 0; i < lexicon_material_count(index->lexicon); i++)
        if (asked >> i & 1) {
            const struct posting_list *list =
                index_attribute(index, 'm', lexicon_material(index->lexicon, i)->name);

            if (list != NULL)
                add_list(filter, clause, list);
        }
}

void
clause_add_brand(struct filter *filter, struct clause *clause, const char *word)
{
    const struct index *index = filter->index;
    char stems[PHRASE_WORDS * WORD_SIZE];
    const struct sense *sense;

    if (clause->pass == NULL &&
        (clause->pass = clause_bits(filter, names_count(index->names[NAMES_BRAND]))) == NULL)
        return;
    words_stemmed(lexicon_stemmer(index->lexicon), word, stems, sizeof stems);
    for (sense = phrases_find(index->phrases, stems); sense != NULL;
         sense = phrases_next(index->phrases, sense))
        if (sense->type == SENSE_BRAND)
            clause_mark(clause->pass, sense->number);
}

void
clause_add_size(struct filter *filter, struct clause *clause, const char *word, enum size_class class,
                const char *system, uint8_t genders)
{
    const struct index *index = filter->index;
    uint32_t count = names_count(index->names[NAMES_SIZE]);
    struct size asked[3];
    int readings = size_asked(word, class, system, genders, asked);

    if (clause->pass == NULL)
        clause->pass = clause_bits(filter, count);
    if (clause->speaks == NULL)
        clause->speaks = clause_bits(filter, names_count(index->names[NAMES_CATEGORY]));
    if (clause->pass == NULL || clause->speaks == NULL)
        return;
    for (uint32_t i = 1; i < count; i++)
        for (int r = 0; r < readings; r++)
            if (size_fits(&asked[r], &index->sizes[i]))
                clause_mark(clause->pass, i);
    for (uint32_t i = 0; i < names_count(index->names[NAMES_CATEGORY]); i++)
        for (int offered = 1; offered < SIZE_CLASSES; offered++)
            if (index->carries[i].classes >> offered & 1 && size_speaks(class, (enum size_class)offered))
                clause_mark(clause->speaks, i);
}

void
clause_add_word(struct filter *filter, struct clause *clause, const char *text)
{
    struct word words[48];
    size_t count = words_split(text, strlen(text), words, 48);

    for (size_t i = 0; i < count; i++) {
        char stem[WORD_SIZE];
        const struct posting_list *list;

        stemmer_stem(lexicon_stemmer(filter->index->lexicon), words[i].text, stem);
        if ((list = index_list(filter->index, stem)) != NULL)
            add_list(filter, clause, list);
    }
}

void
clause_add_price(struct filter *filter, struct clause *clause, const json_t *criterion,
                 const struct money_rates *rates)
{
    const char *currency = json_text(criterion, "currency", filter->index->currency),
               *ours = filter->index->currency;
    int64_t min = json_number(criterion, "min", 0), max = json_number(criterion, "max", INT64_MAX);

    if (strcmp(json_text(criterion, "scope", "item"), "outfit") == 0)
        min = 0; /* one item costs no more than the outfit may */
    if (ours[0] != '\0' && strcasecmp(currency, ours) != 0) {
        min = min <= 0 ? 0 : rates == NULL ? -1 : money_convert(rates, min, currency, ours);
        max = max == INT64_MAX ? max : rates == NULL ? -1 : money_convert(rates, max, currency, ours);
        clause->unchecked = min < 0 || max < 0;
    }
    clause->min = min;
    clause->max = max;
}
