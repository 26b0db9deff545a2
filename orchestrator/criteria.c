/* A thread's criteria: patched by the frontend and by the assessment. */
#include "orchestrator/criteria.h"

#include <stdio.h>
#include <string.h>

#include "common/json.h"

static const char *const hard_fields[] = { "category", "size",         "gender",  "age_group", "price",
                                           "colour",   "availability", "on_sale", "product" };
static const char *const soft_fields[] = { "style", "material", "brand", "occasion", "season" };

#define COUNT(list) (sizeof(list) / sizeof *(list))

static bool
is_one_of(const char *word, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(word, list[i]) == 0)
            return true;
    return false;
}

bool
criterion_is_hard(const json_t *criterion)
{
    return is_one_of(json_text(criterion, "field", ""), hard_fields, COUNT(hard_fields)) ||
           json_array_size(json_object_get(criterion, "none")) > 0;
}

/* Are VALUE's members words, numbers or lists of them? Nothing deeper is of use, and it is written out often.
 */
static bool
is_flat(const json_t *value)
{
    const char *key;
    json_t *member, *word;
    size_t i;

    json_object_foreach((json_t *)value, key, member)
    {
        if (json_is_object(member) || json_array_size(member) > CRITERION_WORDS)
            return false;
        json_array_foreach(member, i, word)
        {
            if (json_is_object(word) || json_is_array(word) || json_string_length(word) > CRITERION_CHARS)
                return false;
        }
        if (json_string_length(member) > CRITERION_CHARS)
            return false;
    }
    return true;
}

static bool
is_criterion(const json_t *value)
{
    const char *field = json_text(value, "field", "");

    return json_is_object(value) && is_flat(value) &&
           (is_one_of(field, hard_fields, COUNT(hard_fields)) ||
            is_one_of(field, soft_fields, COUNT(soft_fields)));
}

/* Every value a criterion, and not too many of them? *WHY says what is wrong. */
static bool
are_criteria(json_t *criteria, char why[80])
{
    const char *key;
    json_t *value;

    if (!json_is_object(criteria) || json_object_size(criteria) > CRITERIA_MAX) {
        snprintf(why, 80, "the criteria would be no object of at most %d", CRITERIA_MAX);
        return false;
    }
    json_object_foreach(criteria, key, value)
    {
        if (!is_criterion(value)) {
            snprintf(why, 80, "%.20s would be no criterion: a known \"field\", words and numbers", key);
            return false;
        }
    }
    return true;
}

int
criteria_edit(json_t **criteria, const json_t *patch, char why[80])
{
    json_t *edited = json_deep_copy(*criteria);

    if (json_patch(&edited, patch, why) != 0 || !are_criteria(edited, why)) {
        json_decref(edited);
        return -1;
    }
    json_decref(*criteria);
    *criteria = edited;
    return 0;
}

int
criteria_learn(json_t **criteria, const json_t *patch)
{
    size_t i;
    json_t *operation;
    int left_out = 0;

    json_array_foreach(patch, i, operation)
    {
        json_t *one = json_pack("[O]", operation);
        char why[80];

        left_out += one == NULL || criteria_edit(criteria, one, why) != 0;
        json_decref(one);
    }
    return left_out;
}

bool
criteria_are_stricter(const json_t *before, const json_t *after)
{
    const char *key;
    json_t *value;

    json_object_foreach((json_t *)after, key, value)
    {
        if (criterion_is_hard(value) && !json_equal(value, json_object_get(before, key)))
            return true;
    }
    return false;
}

int64_t
criteria_budget(const json_t *criteria, const char **currency)
{
    const json_t *budget = json_object_get(criteria, "budget.outfit");

    *currency = json_text(budget, "currency", "");
    return json_number(budget, "max", -1);
}
