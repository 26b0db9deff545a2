/* criteria_read -- clauses out of criteria and wishes; see criteria.h. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/json.h"
#include "common/log.h"
#include "wardrobe/clause.h"
#include "wardrobe/criteria.h"

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

/* The word at I of LIST; NULL for what is none: whoever writes criteria may have put anything there. */
static const char *
word_at(const json_t *list, size_t i)
{
    const char *word = json_string_value(json_array_get(list, i));

    return word == NULL || word[strspn(word, " \t\r\n")] == '\0' ? NULL : word;
}

static bool
has_word(const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (word_at(list, i) != NULL)
            return true;
    return false;
}

/* What CLAUSE names, from the words in LIST. */
static void
add_words_of(struct filter *filter, struct clause *clause, const json_t *criterion, const json_t *list,
             uint8_t genders, find_product *find, void *owner)
{
    if (clause->field == CLAUSE_PRODUCT &&
        (clause->products = calloc(json_array_size(list) + 1, sizeof *clause->products)) == NULL)
        filter->failed = true;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *word = word_at(list, i);

        if (word == NULL || filter->failed)
            continue;
        if (clause->field == CLAUSE_CATEGORY)
            clause_add_category(filter, clause, word, true);
        else if (clause->field == CLAUSE_COLOUR)
            clause_add_colour(filter, clause, word);
        else if (clause->field == CLAUSE_MATERIAL)
            clause_add_material(filter, clause, word);
        else if (clause->field == CLAUSE_BRAND)
            clause_add_brand(filter, clause, word);
        else if (clause->field == CLAUSE_SIZE)
            clause_add_size(filter, clause, word, size_class_named(json_text(criterion, "class", "letters")),
                            json_text(criterion, "system", ""), genders);
        else if (clause->field == CLAUSE_GENDER)
            clause->mask |= gender_of(word);
        else if (clause->field == CLAUSE_AGE)
            clause->mask |= clause->excludes ? age_of(word) : clause_ages_for(age_of(word));
        else if (clause->field == CLAUSE_AVAILABILITY)
            clause->mask |= availability_of(word);
        else if (clause->field == CLAUSE_WORD)
            clause_add_word(filter, clause, word);
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
        bool plain = !excludes && (field == CLAUSE_PRICE || (field == CLAUSE_SALE && !has_word(none)));
        struct clause *clause;

        if ((!plain && !has_word(list)) || (!excludes && !is_hard(field)))
            continue;
        if ((clause = clause_new(filter, field, key)) == NULL)
            return;
        clause->excludes = excludes;
        if (strcmp(slot, "all") != 0)
            snprintf(clause->slot, sizeof clause->slot, "%s", slot);
        if (field == CLAUSE_PRICE)
            clause_add_price(filter, clause, criterion, rates);
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
    if (!known || (clause = clause_new(filter, CLAUSE_CATEGORY, "slot")) == NULL)
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

    if (category[0] != '\0' && (clause = clause_new(filter, CLAUSE_CATEGORY, "wish.category")) != NULL) {
        clause_add_category(filter, clause, category, false);
    } else if (category[0] == '\0') {
        filter_add_slot(filter);
    }
    if (lexicon_colours_of(filter->index->lexicon, colour) != 0 &&
        (clause = clause_new(filter, CLAUSE_COLOUR, "wish.colour")) != NULL)
        clause_add_colour(filter, clause, colour);
    if (gender_of(gender) != 0 && gender_of(gender) != GENDER_UNISEX &&
        filter_clause(filter, CLAUSE_GENDER) == NULL &&
        (clause = clause_new(filter, CLAUSE_GENDER, "wish.gender")) != NULL)
        clause->mask = gender_of(gender);
    if (json_is_number(price) && json_number_value(price) > 0 && json_number_value(price) < 1e12 &&
        (clause = clause_new(filter, CLAUSE_PRICE, "wish.max_price")) != NULL)
        clause->max = llround(json_number_value(price) * pow(10, money_digits(filter->index->currency)));
}
