/* criteria_read -- clauses out of criteria, wishes and words; see criteria.h. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/json.h"
#include "common/log.h"
#include "wardrobe/criteria.h"

/* A clause to be filled, or NULL when there are too many or without memory (the filter fails then). */
static struct clause *
new_clause(struct filter *filter, enum clause_field field, const char *key)
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

static uint64_t *
new_bits(struct filter *filter, uint32_t count)
{
    uint64_t *bits = calloc(count / 64 + 1, sizeof *bits);

    filter->failed = filter->failed || bits == NULL;
    return bits;
}

static void
set_bit(uint64_t *bits, uint32_t number)
{
    if (bits != NULL)
        bits[number >> 6] |= UINT64_C(1) << (number & 63);
}

/* -- one field ----------------------------------------------------------------------------------- */

/* KIND and all below it. */
static void
add_kind(const struct lexicon *lexicon, struct clause *clause, uint16_t kind)
{
    for (size_t i = 0; i < lexicon_kind_count(lexicon); i++)
        if (lexicon_kind_is(lexicon, (uint16_t)i, kind))
            clause->kinds[i >> 6] |= UINT64_C(1) << (i & 63);
}

/* KIND, and what is near it: always for wishes and words (the ranking puts the kind itself first); for a
 * criterion only where the catalogue has none of the kind. */
static void
add_kind_or_near(const struct index *index, struct clause *clause, uint16_t kind, bool strict)
{
    const struct kind *about = lexicon_kind(index->lexicon, kind);

    add_kind(index->lexicon, clause, kind);
    if (clause->excludes || (strict && index_attribute(index, 'k', about->name) != NULL))
        return;
    for (int i = 0; i < 6 && about->also[i] != KIND_NONE; i++)
        add_kind(index->lexicon, clause, about->also[i]);
}

/* The words of a category: kinds of the lexicon, and the catalogue's own categories of that name. */
static void
add_category(struct filter *filter, struct clause *clause, const char *word, bool strict)
{
    const struct index *index = filter->index;
    char stems[PHRASE_WORDS * WORD_SIZE];
    uint16_t kind = lexicon_kind_named(index->lexicon, word);
    const struct sense *sense;

    if (clause->pass == NULL &&
        (clause->pass = new_bits(filter, names_count(index->names[NAMES_CATEGORY]))) == NULL)
        return;
    words_stemmed(lexicon_stemmer(index->lexicon), word, stems, sizeof stems);
    for (sense = phrases_find(index->phrases, stems); sense != NULL;
         sense = phrases_next(index->phrases, sense))
        if (sense->type == SENSE_CATEGORY && sense->number != 0)
            set_bit(clause->pass, sense->number);
    if (kind == KIND_NONE)
        kind = lexicon_kind_of(index->lexicon, word);
    if (kind != KIND_NONE)
        add_kind_or_near(index, clause, kind, strict);
}

/* What passes for the colours ASKED; where the catalogue knows a shade of none of its products ("light
 * blue"), the family's own name must do ("blue"). */
static uint64_t
colours_for(const struct index *index, uint64_t asked)
{
    uint64_t passing = lexicon_colours_for(index->lexicon, asked), known = 0;

    for (uint32_t i = 1; i < names_count(index->names[NAMES_COLOUR]); i++)
        known |= index->colours[i] & passing;
    if (known == 0)
        for (uint32_t i = 0; i < lexicon_colour_count(index->lexicon); i++)
            if (asked >> i & 1)
                passing |= UINT64_C(1) << lexicon_colour(index->lexicon, i)->family;
    return passing;
}

/* Every colour of the catalogue that keeps WORD; a word that is no colour of ours is looked for as it stands.
 */
static void
add_colour(struct filter *filter, struct clause *clause, const char *word)
{
    const struct index *index = filter->index;
    uint32_t count = names_count(index->names[NAMES_COLOUR]);
    uint64_t asked = colours_for(index, lexicon_colours_of(index->lexicon, word));

    if (clause->pass == NULL && (clause->pass = new_bits(filter, count)) == NULL)
        return;
    for (uint32_t i = 1; i < count; i++)
        if (asked != 0 ? (index->colours[i] & asked) != 0
                       : strcasestr(names_text(index->names[NAMES_COLOUR], i), word) != NULL)
            set_bit(clause->pass, i);
}

static void
add_material(struct filter *filter, struct clause *clause, const char *word)
{
    const struct index *index = filter->index;
    uint32_t count = names_count(index->names[NAMES_MATERIAL]);
    uint64_t asked = lexicon_materials_for(index->lexicon, lexicon_materials_of(index->lexicon, word));

    if (clause->pass == NULL && (clause->pass = new_bits(filter, count)) == NULL)
        return;
    for (uint32_t i = 1; i < count; i++)
        if (asked != 0 ? (index->materials[i] & asked) != 0
                       : strcasestr(names_text(index->names[NAMES_MATERIAL], i), word) != NULL)
            set_bit(clause->pass, i);
    for (uint32_t i = 0; i < lexicon_material_count(index->lexicon) && clause->term_count < 8; i++)
        if (asked >> i & 1) {
            const struct posting_list *list =
                index_attribute(index, 'm', lexicon_material(index->lexicon, i)->name);

            if (list != NULL)
                clause->terms[clause->term_count++] = (uint32_t)(list - index->lists);
        }
}

static void
add_brand(struct filter *filter, struct clause *clause, const char *word)
{
    const struct index *index = filter->index;
    char stems[PHRASE_WORDS * WORD_SIZE];
    const struct sense *sense;

    if (clause->pass == NULL &&
        (clause->pass = new_bits(filter, names_count(index->names[NAMES_BRAND]))) == NULL)
        return;
    words_stemmed(lexicon_stemmer(index->lexicon), word, stems, sizeof stems);
    for (sense = phrases_find(index->phrases, stems); sense != NULL;
         sense = phrases_next(index->phrases, sense))
        if (sense->type == SENSE_BRAND)
            set_bit(clause->pass, sense->number);
}

/* All sizes of the catalogue that fit somebody who wears WORD. */
static void
add_size(struct filter *filter, struct clause *clause, const char *word, enum size_class class,
         const char *system, uint8_t genders)
{
    const struct index *index = filter->index;
    uint32_t count = names_count(index->names[NAMES_SIZE]);
    struct size asked[3];
    int readings = size_asked(word, class, system, genders, asked);

    if (clause->pass == NULL)
        clause->pass = new_bits(filter, count);
    if (clause->speaks == NULL)
        clause->speaks = new_bits(filter, names_count(index->names[NAMES_CATEGORY]));
    if (clause->pass == NULL || clause->speaks == NULL)
        return;
    for (uint32_t i = 1; i < count; i++)
        for (int r = 0; r < readings; r++)
            if (size_fits(&asked[r], &index->sizes[i]))
                set_bit(clause->pass, i);
    for (uint32_t i = 0; i < names_count(index->names[NAMES_CATEGORY]); i++)
        for (int offered = 1; offered < SIZE_CLASSES; offered++)
            if (index->carries[i].classes >> offered & 1 && size_speaks(class, (enum size_class)offered))
                set_bit(clause->speaks, i);
}

static void
add_word(struct filter *filter, struct clause *clause, const char *text)
{
    struct word words[8];
    size_t count = words_split(text, strlen(text), words, 8);

    for (size_t i = 0; i < count && clause->term_count < 8; i++) {
        char stem[WORD_SIZE];
        const struct posting_list *list;

        stemmer_stem(lexicon_stemmer(filter->index->lexicon), words[i].text, stem);
        if ((list = index_list(filter->index, stem)) != NULL)
            clause->terms[clause->term_count++] = (uint32_t)(list - filter->index->lists);
    }
}

static int
compare_numbers(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

    return a < b ? -1 : a > b;
}

static uint8_t
gender_of(const char *word)
{
    return strcasecmp(word, "female") == 0 || strcasecmp(word, "women") == 0 || strcasecmp(word, "woman") == 0
               ? GENDER_FEMALE
           : strcasecmp(word, "male") == 0 || strcasecmp(word, "men") == 0 || strcasecmp(word, "man") == 0
               ? GENDER_MALE
           : strcasecmp(word, "unisex") == 0 ? GENDER_UNISEX
                                             : 0;
}

static uint8_t
age_of(const char *word)
{
    static const char *const words[] = { "newborn", "infant", "toddler", "kids", "adult" };

    for (int i = 0; i < 5; i++)
        if (strcasecmp(words[i], word) == 0)
            return (uint8_t)(1 << i);
    return 0;
}

/* -- criteria ------------------------------------------------------------------------------------ */

static enum clause_field
field_named(const char *name)
{
    for (int i = 0; i < CLAUSE_FIELDS; i++)
        if (strcmp(clause_field_name((enum clause_field)i), name) == 0)
            return (enum clause_field)i;
    return CLAUSE_FIELDS;
}

/* Which of FIELD's criteria are hard: all that exclude, and these. */
static bool
is_hard(enum clause_field field)
{
    return field <= CLAUSE_PRODUCT;
}

static void
add_price(struct filter *filter, struct clause *clause, const json_t *criterion,
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

static uint8_t
availability_of(const char *word)
{
    if (strcmp(word, "in_stock") == 0 || strcmp(word, "in stock") == 0)
        return 1u << AVAILABILITY_IN;
    if (strcmp(word, "preorder") == 0)
        return 1u << AVAILABILITY_PREORDER;
    if (strcmp(word, "backorder") == 0)
        return 1u << AVAILABILITY_BACKORDER;
    return 0;
}

/* What CLAUSE names, from the words in LIST. */
static void
add_words_of(struct filter *filter, struct clause *clause, const json_t *criterion, const json_t *list,
             uint8_t genders, find_product *find, void *owner)
{
    size_t i;
    json_t *item;

    if (clause->field == CLAUSE_PRODUCT &&
        (clause->products = calloc(json_array_size(list) + 1, sizeof *clause->products)) == NULL)
        filter->failed = true;
    json_array_foreach(list, i, item)
    {
        const char *word = json_string_value(item);

        if (word == NULL || filter->failed)
            continue;
        if (clause->field == CLAUSE_CATEGORY)
            add_category(filter, clause, word, true);
        else if (clause->field == CLAUSE_COLOUR)
            add_colour(filter, clause, word);
        else if (clause->field == CLAUSE_MATERIAL)
            add_material(filter, clause, word);
        else if (clause->field == CLAUSE_BRAND)
            add_brand(filter, clause, word);
        else if (clause->field == CLAUSE_SIZE)
            add_size(filter, clause, word, size_class_named(json_text(criterion, "class", "letters")),
                     json_text(criterion, "system", ""), genders);
        else if (clause->field == CLAUSE_GENDER)
            clause->mask |= gender_of(word);
        else if (clause->field == CLAUSE_AGE)
            clause->mask |= age_of(word);
        else if (clause->field == CLAUSE_AVAILABILITY)
            clause->mask |= availability_of(word);
        else if (clause->field == CLAUSE_WORD)
            add_word(filter, clause, word);
        else if (clause->field == CLAUSE_PRODUCT && find != NULL) {
            uint32_t product = find(owner, word);

            if (product != UINT32_MAX)
                clause->products[clause->product_count++] = product;
        }
    }
    if (clause->products != NULL)
        qsort(clause->products, clause->product_count, sizeof *clause->products, compare_numbers);
}

/* Who the criteria are for, for sizes that differ: bits of enum gender, 0 when they don't say. */
static uint8_t
criteria_genders(const json_t *criteria)
{
    const char *key;
    json_t *criterion, *item;
    uint8_t genders = 0;
    size_t i;

    json_object_foreach((json_t *)(uintptr_t)criteria, key, criterion)
    {
        if (strcmp(json_text(criterion, "field", ""), "gender") != 0)
            continue;
        json_array_foreach(json_object_get(criterion, "any"), i, item) if (json_is_string(item)) genders |=
            gender_of(json_string_value(item));
    }
    return genders;
}

static void
add_criterion(struct filter *filter, const char *key, const json_t *criterion, uint8_t genders,
              const struct money_rates *rates, find_product *find, void *owner)
{
    const json_t *any = json_object_get(criterion, "any"), *none = json_object_get(criterion, "none");
    const char *name = json_text(criterion, "field", ""), *slot = json_text(criterion, "slot", "all");
    enum clause_field field = field_named(name);

    if (!json_is_object(criterion))
        return;
    if (field == CLAUSE_FIELDS && (strcmp(name, "occasion") == 0 || strcmp(name, "season") == 0))
        field = CLAUSE_WORD;
    if (field == CLAUSE_FIELDS || field == CLAUSE_UNKNOWN) {
        log_debug("criterion of an unknown field left out");
        return;
    }
    for (int excludes = 0; excludes < 2; excludes++) {
        const json_t *list = excludes ? none : any;
        bool plain =
            !excludes && (field == CLAUSE_PRICE || (field == CLAUSE_SALE && json_array_size(none) == 0));
        struct clause *clause;

        if ((!plain && json_array_size(list) == 0) || (!excludes && !is_hard(field)))
            continue;
        if ((clause = new_clause(filter, field, key)) == NULL)
            return;
        clause->excludes = excludes;
        if (strcmp(slot, "all") != 0)
            snprintf(clause->slot, sizeof clause->slot, "%s", slot);
        if (field == CLAUSE_PRICE)
            add_price(filter, clause, criterion, rates);
        else
            add_words_of(filter, clause, criterion, list, genders, find, owner);
    }
}

void
filter_add_criteria(struct filter *filter, const json_t *criteria, const struct money_rates *rates,
                    find_product *find, void *owner)
{
    uint8_t genders = criteria_genders(criteria);
    const char *key;
    json_t *criterion;

    json_object_foreach((json_t *)(uintptr_t)criteria, key, criterion)
        add_criterion(filter, key, criterion, genders, rates, find, owner);
}

/* -- a wish -------------------------------------------------------------------------------------- */

void
filter_add_slot(struct filter *filter)
{
    const struct lexicon *lexicon = filter->index->lexicon;
    struct clause *clause;
    bool known = false;

    for (size_t i = 0; i < lexicon_kind_count(lexicon); i++)
        known = known || strcmp(lexicon_kind(lexicon, (uint16_t)i)->slot, filter->slot) == 0;
    if (!known || (clause = new_clause(filter, CLAUSE_CATEGORY, "slot")) == NULL)
        return;
    for (size_t i = 0; i < lexicon_kind_count(lexicon); i++)
        if (strcmp(lexicon_kind(lexicon, (uint16_t)i)->slot, filter->slot) == 0)
            clause->kinds[i >> 6] |= UINT64_C(1) << (i & 63);
}

void
filter_add_wish(struct filter *filter, const json_t *wish)
{
    const char *category = json_text(wish, "category", ""), *colour = json_text(wish, "colour", "");
    const char *gender = json_text(wish, "gender", "");
    const json_t *price = json_object_get(wish, "max_price");
    struct clause *clause;

    if (category[0] != '\0' && (clause = new_clause(filter, CLAUSE_CATEGORY, "wish.category")) != NULL) {
        add_category(filter, clause, category, false);
    } else if (category[0] == '\0') {
        filter_add_slot(filter);
    }
    if (lexicon_colours_of(filter->index->lexicon, colour) != 0 &&
        (clause = new_clause(filter, CLAUSE_COLOUR, "wish.colour")) != NULL)
        add_colour(filter, clause, colour);
    if (gender_of(gender) != 0 && gender_of(gender) != GENDER_UNISEX &&
        (clause = new_clause(filter, CLAUSE_GENDER, "wish.gender")) != NULL)
        clause->mask = gender_of(gender);
    if (json_is_number(price) && json_number_value(price) > 0 && json_number_value(price) < 1e12 &&
        (clause = new_clause(filter, CLAUSE_PRICE, "wish.max_price")) != NULL)
        clause->max = llround(json_number_value(price) * pow(10, money_digits(filter->index->currency)));
}

/* -- the shopper's own words --------------------------------------------------------------------- */

/* Whether CRITERIA has one of FIELD already (of size class CLASS; SIZE_NONE for any). */
static bool
has_criterion(const json_t *criteria, enum clause_field field, enum size_class class)
{
    const char *key;
    json_t *criterion;

    json_object_foreach(
        (json_t *)(uintptr_t)criteria, key,
        criterion) if (strcmp(json_text(criterion, "field", ""), clause_field_name(field)) == 0 &&
                       json_object_get(criterion, "none") == NULL &&
                       (class == SIZE_NONE ||
                        size_class_named(json_text(criterion, "class", "")) == class)) return true;
    return false;
}

static void
add_asked_kinds(struct filter *filter, const struct question *query)
{
    const struct traits *wants = &query->wants;
    struct clause *clause;

    if (wants->kind_count + wants->category_count == 0 ||
        (clause = new_clause(filter, CLAUSE_CATEGORY, "category")) == NULL)
        return;
    clause->pass = new_bits(filter, names_count(filter->index->names[NAMES_CATEGORY]));
    for (int i = 0; i < wants->kind_count; i++)
        add_kind_or_near(filter->index, clause, wants->kinds[i], false);
    for (int i = 0; i < wants->category_count; i++)
        set_bit(clause->pass, wants->categories[i]);
}

/* The class of a size that was said as a bare number: what the asked garments are sold in. */
static enum size_class
class_of_number(const struct question *query, const struct lexicon *lexicon, const char *text)
{
    double value = strtod(text, NULL);

    for (int i = 0; i < query->wants.kind_count; i++) {
        const struct kind *kind = lexicon_kind(lexicon, query->wants.kinds[i]);

        if (strcmp(kind->sizes, "shoes") == 0)
            return SIZE_SHOES;
        if (strcmp(kind->sizes, "waist") == 0 && value >= 24 && value <= 44 &&
            !(query->wants.genders & GENDER_FEMALE && value < 24))
            return SIZE_WAIST;
        if (strcmp(kind->sizes, "none") != 0)
            return SIZE_NUMERIC;
    }
    return SIZE_NONE;
}

static void
add_asked_sizes(struct filter *filter, const struct question *query, const json_t *criteria)
{
    for (int i = 0; i < query->size_count; i++) {
        const struct query_size *size = &query->sizes[i];
        enum size_class class = size->class != SIZE_NONE
                                    ? size->class
                                    : class_of_number(query, filter->index->lexicon, size->text);
        struct clause *clause = NULL;
        char key[24];

        snprintf(key, sizeof key, "size.%s", size_class_name(class));
        if (class == SIZE_NONE || has_criterion(criteria, CLAUSE_SIZE, class))
            continue;
        for (int c = 0; c < filter->count; c++) /* "M or L" */
            if (strcmp(filter->clauses[c].key, key) == 0)
                clause = &filter->clauses[c];
        if (clause == NULL && (clause = new_clause(filter, CLAUSE_SIZE, key)) == NULL)
            return;
        add_size(filter, clause, size->text, class, size->system, query->wants.genders);
    }
}

static void
add_asked_price(struct filter *filter, const struct question *query, const struct money_rates *rates)
{
    const char *ours = filter->index->currency,
               *currency = query->currency[0] != '\0' ? query->currency : ours;
    double unit = pow(10, money_digits(currency));
    struct clause *clause;
    json_t *criterion;

    if ((query->price_min < 0 && query->price_max < 0) || query->price_max > 1e10 ||
        query->price_min > 1e10 ||
        (clause = new_clause(filter, CLAUSE_PRICE,
                             query->wants.kind_count > 0 ? "budget.item" : "budget.outfit")) == NULL)
        return;
    if ((criterion = json_pack("{s:s}", "currency", currency)) == NULL) {
        filter->failed = true;
        return;
    }
    if (query->price_min >= 0)
        json_object_set_new(criterion, "min", json_integer(llround(query->price_min * unit)));
    if (query->price_max >= 0)
        json_object_set_new(criterion, "max", json_integer(llround(query->price_max * unit)));
    add_price(filter, clause, criterion, rates);
    json_decref(criterion);
}

static void
add_excluded(struct filter *filter, const struct question *query)
{
    const struct traits *excludes = &query->excludes;
    struct clause *clause;

    if ((excludes->kind_count > 0 || excludes->category_count > 0) &&
        (clause = new_clause(filter, CLAUSE_CATEGORY, "not.category")) != NULL) {
        clause->excludes = true;
        clause->pass = new_bits(filter, names_count(filter->index->names[NAMES_CATEGORY]));
        for (int i = 0; i < excludes->kind_count; i++)
            add_kind(filter->index->lexicon, clause, excludes->kinds[i]);
        for (int i = 0; i < excludes->category_count; i++)
            set_bit(clause->pass, excludes->categories[i]);
    }
    for (uint32_t i = 0; i < lexicon_colour_count(filter->index->lexicon); i++)
        if (excludes->colours >> i & 1 &&
            (clause = new_clause(filter, CLAUSE_COLOUR, "not.colour")) != NULL) {
            clause->excludes = true;
            add_colour(filter, clause, lexicon_colour(filter->index->lexicon, i)->name);
        }
    for (uint32_t i = 0; i < lexicon_material_count(filter->index->lexicon); i++)
        if (excludes->materials >> i & 1 &&
            (clause = new_clause(filter, CLAUSE_MATERIAL, "not.material")) != NULL) {
            clause->excludes = true;
            add_material(filter, clause, lexicon_material(filter->index->lexicon, i)->name);
        }
    if (excludes->brand_count > 0 && (clause = new_clause(filter, CLAUSE_BRAND, "not.brand")) != NULL) {
        clause->excludes = true;
        clause->pass = new_bits(filter, names_count(filter->index->names[NAMES_BRAND]));
        for (int i = 0; i < excludes->brand_count; i++)
            set_bit(clause->pass, excludes->brands[i]);
    }
}

void
filter_add_query(struct filter *filter, const struct question *query, const json_t *criteria,
                 const struct money_rates *rates)
{
    const struct lexicon *lexicon = filter->index->lexicon;
    struct clause *clause;

    if (!has_criterion(criteria, CLAUSE_CATEGORY, SIZE_NONE))
        add_asked_kinds(filter, query);
    if (query->wants.colours != 0 && query->wants.kind_count > 0 &&
        !has_criterion(criteria, CLAUSE_COLOUR, SIZE_NONE) &&
        (clause = new_clause(filter, CLAUSE_COLOUR, "colour")) != NULL)
        for (uint32_t i = 0; i < lexicon_colour_count(lexicon); i++)
            if (query->wants.colours >> i & 1)
                add_colour(filter, clause, lexicon_colour(lexicon, i)->name);
    if (query->wants.genders != 0 && !has_criterion(criteria, CLAUSE_GENDER, SIZE_NONE) &&
        (clause = new_clause(filter, CLAUSE_GENDER, "gender")) != NULL)
        clause->mask = query->wants.genders;
    if (query->wants.ages != 0 && !has_criterion(criteria, CLAUSE_AGE, SIZE_NONE) &&
        (clause = new_clause(filter, CLAUSE_AGE, "age_group")) != NULL)
        clause->mask = query->wants.ages;
    if (!has_criterion(criteria, CLAUSE_PRICE, SIZE_NONE))
        add_asked_price(filter, query, rates);
    if (query->on_sale)
        new_clause(filter, CLAUSE_SALE, "on_sale");
    if (query->in_stock && (clause = new_clause(filter, CLAUSE_AVAILABILITY, "availability")) != NULL)
        clause->mask = 1u << AVAILABILITY_IN;
    add_asked_sizes(filter, query, criteria);
    add_excluded(filter, query);
}
