/* criteria_words -- clauses out of the shopper's own words; see criteria.h. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "wardrobe/clause.h"
#include "wardrobe/criteria.h"

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
        (clause = clause_new(filter, CLAUSE_CATEGORY, "category")) == NULL)
        return;
    clause->pass = clause_bits(filter, names_count(filter->index->names[NAMES_CATEGORY]));
    for (int i = 0; i < wants->kind_count; i++)
        clause_add_kind_or_near(filter->index, clause, wants->kinds[i], false);
    for (int i = 0; i < wants->category_count; i++)
        clause_mark(clause->pass, wants->categories[i]);
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

static enum size_class
class_of_size(const struct question *query, const struct lexicon *lexicon, const struct query_size *size)
{
    return size->class != SIZE_NONE ? size->class : class_of_number(query, lexicon, size->text);
}

void
filter_settle_sizes(struct question *query, const struct lexicon *lexicon)
{
    for (int i = 0; i < query->size_count; i++)
        query->sizes[i].class = class_of_size(query, lexicon, &query->sizes[i]);
}

static void
add_asked_sizes(struct filter *filter, const struct question *query, const json_t *criteria)
{
    for (int i = 0; i < query->size_count; i++) {
        const struct query_size *size = &query->sizes[i];
        enum size_class class = class_of_size(query, filter->index->lexicon, size);
        struct clause *clause = NULL;
        char key[24];

        snprintf(key, sizeof key, "size.%s", size_class_name(class));
        if (class == SIZE_NONE || has_criterion(criteria, CLAUSE_SIZE, class))
            continue;
        for (int c = 0; c < filter->count; c++) /* "M or L" */
            if (strcmp(filter->clauses[c].key, key) == 0)
                clause = &filter->clauses[c];
        if (clause == NULL && (clause = clause_new(filter, CLAUSE_SIZE, key)) == NULL)
            return;
        clause_add_size(filter, clause, size->text, class, size->system, query->wants.genders);
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
        (clause = clause_new(filter, CLAUSE_PRICE,
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
    clause_add_price(filter, clause, criterion, rates);
    json_decref(criterion);
}

static void
add_excluded(struct filter *filter, const struct question *query)
{
    const struct traits *excludes = &query->excludes;
    struct clause *clause;

    if ((excludes->kind_count > 0 || excludes->category_count > 0) &&
        (clause = clause_new(filter, CLAUSE_CATEGORY, "not.category")) != NULL) {
        clause->excludes = true;
        clause->pass = clause_bits(filter, names_count(filter->index->names[NAMES_CATEGORY]));
        for (int i = 0; i < excludes->kind_count; i++)
            clause_add_kind(filter->index->lexicon, clause, excludes->kinds[i]);
        for (int i = 0; i < excludes->category_count; i++)
            clause_mark(clause->pass, excludes->categories[i]);
    }
    if (excludes->colours != 0 && (clause = clause_new(filter, CLAUSE_COLOUR, "not.colour")) != NULL) {
        clause->excludes = true;
        for (uint32_t i = 0; i < lexicon_colour_count(filter->index->lexicon); i++)
            if (excludes->colours >> i & 1)
                clause_add_colour(filter, clause, lexicon_colour(filter->index->lexicon, i)->name);
    }
    if (excludes->materials != 0 && (clause = clause_new(filter, CLAUSE_MATERIAL, "not.material")) != NULL) {
        clause->excludes = true;
        for (uint32_t i = 0; i < lexicon_material_count(filter->index->lexicon); i++)
            if (excludes->materials >> i & 1)
                clause_add_material(filter, clause, lexicon_material(filter->index->lexicon, i)->name);
    }
    if (excludes->brand_count > 0 && (clause = clause_new(filter, CLAUSE_BRAND, "not.brand")) != NULL) {
        clause->excludes = true;
        clause->pass = clause_bits(filter, names_count(filter->index->names[NAMES_BRAND]));
        for (int i = 0; i < excludes->brand_count; i++)
            clause_mark(clause->pass, excludes->brands[i]);
    }
}

/* Whether SAID speaks anew of what CRITERION is about. */
static bool
is_said_anew(const json_t *criterion, const struct question *said, const struct lexicon *lexicon,
             bool other_person)
{
    const char *field = json_text(criterion, "field", "");

    if (json_object_get(criterion, "none") != NULL)
        return false;
    if (strcmp(field, "gender") == 0)
        return said->wants.genders != 0;
    if (strcmp(field, "age_group") == 0)
        return said->wants.ages != 0;
    if (strcmp(field, "price") == 0)
        return (said->price_min >= 0 || said->price_max >= 0) &&
               strcmp(json_text(criterion, "slot", "all"), "all") == 0;
    for (int i = 0; i < said->size_count && strcmp(field, "size") == 0; i++)
        if (size_class_named(json_text(criterion, "class", "")) ==
            class_of_size(said, lexicon, &said->sizes[i]))
            return true;
    return other_person && strcmp(field, "size") == 0;
}

/* Whether SAID is for another person than CRITERIA are. */
static bool
is_for_another(const json_t *criteria, const struct question *said)
{
    const char *key;
    json_t *criterion;

    json_object_foreach((json_t *)(uintptr_t)criteria, key, criterion)
    {
        const char *gender = json_string_value(json_array_get(json_object_get(criterion, "any"), 0));

        if (strcmp(json_text(criterion, "field", ""), "gender") == 0 && gender != NULL &&
            ((strcmp(gender, "male") == 0 && said->wants.genders == GENDER_FEMALE) ||
             (strcmp(gender, "female") == 0 && said->wants.genders == GENDER_MALE)))
            return true;
    }
    return false;
}

json_t *
filter_criteria_beside(const json_t *criteria, const struct question *said, const struct index *index)
{
    json_t *beside = json_object(), *criterion;
    bool other_person = is_for_another(criteria, said);
    const char *key;

    json_object_foreach((json_t *)(uintptr_t)criteria, key,
                        criterion) if (!is_said_anew(criterion, said, index->lexicon, other_person))
        json_object_set(beside, key, criterion);
    return beside;
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
        (clause = clause_new(filter, CLAUSE_COLOUR, "colour")) != NULL)
        for (uint32_t i = 0; i < lexicon_colour_count(lexicon); i++)
            if (query->wants.colours >> i & 1)
                clause_add_colour(filter, clause, lexicon_colour(lexicon, i)->name);
    if (query->wants.genders != 0 && !has_criterion(criteria, CLAUSE_GENDER, SIZE_NONE) &&
        (clause = clause_new(filter, CLAUSE_GENDER, "gender")) != NULL)
        clause->mask = query->wants.genders;
    if (query->wants.ages != 0 && !has_criterion(criteria, CLAUSE_AGE, SIZE_NONE) &&
        (clause = clause_new(filter, CLAUSE_AGE, "age_group")) != NULL)
        clause->mask = clause_ages_for(query->wants.ages);
    if (!has_criterion(criteria, CLAUSE_PRICE, SIZE_NONE))
        add_asked_price(filter, query, rates);
    if (query->on_sale)
        clause_new(filter, CLAUSE_SALE, "on_sale");
    if (query->in_stock && (clause = clause_new(filter, CLAUSE_AVAILABILITY, "availability")) != NULL)
        clause->mask = 1u << AVAILABILITY_IN;
    add_asked_sizes(filter, query, criteria);
    add_excluded(filter, query);
}
