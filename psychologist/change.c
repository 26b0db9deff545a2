#include "psychologist/change.h"

#include <string.h>

#include "common/buffer.h"
#include "common/json.h"
#include "psychologist/label.h"
#include "psychologist/words.h"

/* Put VALUE, which is taken, at KEY with its label, where there is room. */
static void
put(json_t *criteria, const char *key, json_t *value)
{
    char label[LABEL_BYTES];

    if (json_object_size(criteria) >= CHANGE_CRITERIA && json_object_get(criteria, key) == NULL) {
        json_decref(value);
        return;
    }
    label_criterion(value, label);
    json_object_set_new(value, "label", json_string(label));
    json_object_set_new(criteria, key, value);
}

/* Take the words GONE out of the list PART of the criterion at KEY, and the criterion if none are left. */
static void
take_words(json_t *criteria, const char *key, const char *part, const json_t *gone)
{
    json_t *old = json_object_get(criteria, key), *words = json_object_get(old, part), *left;

    if (words == NULL || json_array_size(gone) == 0)
        return;
    left = words_without(words, gone);
    if (json_array_size(left) == 0) {
        json_object_del(criteria, key);
    } else if (json_array_size(left) < json_array_size(words)) {
        json_t *value = json_copy(old);

        json_object_set(value, part, left);
        put(criteria, key, value);
    }
    json_decref(left);
}

/* -- setting ------------------------------------------------------------------------------------ */

/* Remove what was said for single slots, now that KEY is said for all. */
static void
drop_slots(json_t *criteria, const char *key, const struct criterion *change)
{
    size_t size = strlen(key);
    const char *other;
    json_t *value;
    void *next;

    if (strcmp(change->slot, "all") != 0)
        return;
    json_object_foreach_safe(criteria, next, other, value)
    {
        if (strncmp(other, key, size) == 0 && other[size] == '.' &&
            strcmp(json_text(value, "class", ""), change->class) == 0)
            json_object_del(criteria, other);
    }
}

static void
set_wanted(json_t *criteria, const struct criterion *change)
{
    char key[120], excluded[120];

    criterion_key(change, "any", key);
    criterion_key(change, "none", excluded);
    drop_slots(criteria, key, change);
    take_words(criteria, excluded, "none", change->any);
    put(criteria, key, criterion_value(change, "any"));
}

static void
set_excluded(json_t *criteria, const struct criterion *change)
{
    json_t *value = criterion_value(change, "none");
    char key[120], wanted[120];

    criterion_key(change, "none", key);
    criterion_key(change, "any", wanted);
    take_words(criteria, wanted, "any", change->none);
    json_object_set_new(value, "none",
                        words_union(json_object_get(json_object_get(criteria, key), "none"), change->none));
    put(criteria, key, value);
}

/* -- removing ----------------------------------------------------------------------------------- */

/* Is the criterion VALUE at KEY one of those that CHANGE takes away? */
static bool
is_meant(const struct criterion *change, const json_t *value)
{
    return strcmp(json_text(value, "field", ""), change->field) == 0 &&
           (strcmp(change->slot, "all") == 0 || strcmp(json_text(value, "slot", "all"), change->slot) == 0) &&
           (*change->scope == '\0' || strcmp(json_text(value, "scope", ""), change->scope) == 0) &&
           (*change->class == '\0' || strcmp(json_text(value, "class", ""), change->class) == 0);
}

static void
take_away(json_t *criteria, const struct criterion *change)
{
    json_t *words = words_union(change->any, change->none), *value;
    const char *key;
    void *next;

    json_object_foreach_safe(criteria, next, key, value)
    {
        char kept[120];

        if (!is_meant(change, value) || strlen(key) >= sizeof kept)
            continue;
        strcpy(kept, key); /* the key itself dies with its criterion */
        if (json_array_size(words) == 0) {
            json_object_del(criteria, kept);
        } else {
            take_words(criteria, kept, "any", words);
            take_words(criteria, kept, "none", words);
        }
    }
    json_decref(words);
}

/* Beside "for kids" it is "for boys", not "for men". */
static void
name_the_child(json_t *criteria)
{
    json_t *gender = json_object_get(criteria, "gender"), *ages = json_object_get(criteria, "age_group");
    const json_t *any = json_object_get(gender, "any");
    const char *one = json_string_value(json_array_get(any, 0));
    const char *age = json_string_value(json_array_get(json_object_get(ages, "any"), 0));
    char label[LABEL_BYTES];

    if (one == NULL)
        return;
    label_criterion(gender, label);
    if (age != NULL && strcmp(age, "adult") != 0 && json_array_size(any) == 1 && strcmp(one, "unisex") != 0)
        strcpy(label, strcmp(one, "male") == 0 ? "for boys" : "for girls");
    gender = json_copy(gender); /* that of before has its own label */
    json_object_set_new(gender, "label", json_string(label));
    json_object_set_new(criteria, "gender", gender);
}

static void
set_criterion(json_t *criteria, const struct criterion *change)
{
    if (strcmp(change->field, "price") == 0 || json_array_size(change->any) > 0)
        set_wanted(criteria, change);
    if (json_array_size(change->none) > 0)
        set_excluded(criteria, change);
}

void
change_criteria(json_t *criteria, const struct criterion *change)
{
    if (change->removes)
        take_away(criteria, change);
    else
        set_criterion(criteria, change);
    if (strcmp(change->field, "gender") == 0 || strcmp(change->field, "age_group") == 0)
        name_the_child(criteria);
}

/* -- products ----------------------------------------------------------------------------------- */

static json_t *
titles_of(const json_t *ids, const json_t *shown)
{
    json_t *titles = json_array(), *card;
    size_t n;

    json_array_foreach(shown, n, card)
    {
        const char *id = json_text(card, "id", ""), *title = json_text(card, "title", "");

        if (*title != '\0' && words_have(ids, id) && !words_have(titles, title))
            json_array_append_new(titles, json_string(title));
    }
    return titles;
}

void
change_exclude(json_t *criteria, const json_t *shown, const json_t *numbers)
{
    const json_t *old = json_object_get(json_object_get(criteria, "not.product"), "none");
    json_t *ids = json_array(), *number, *all, *titles;
    char label[LABEL_BYTES];
    size_t n;

    json_array_foreach(numbers, n, number)
    {
        json_int_t place = json_integer_value(number); /* 0 for what is no number */
        const char *id = place < 1 ? NULL : json_text(json_array_get(shown, (size_t)place - 1), "id", NULL);

        if (id != NULL && *id != '\0' && !words_have(ids, id))
            json_array_append_new(ids, json_string(id));
    }
    all = words_union(old, ids);
    if (json_array_size(all) > json_array_size(old)) {
        while (json_array_size(all) > CHANGE_PRODUCTS)
            json_array_remove(all, 0);
        titles = titles_of(all, shown);
        label_products(titles, json_array_size(all), label);
        json_object_set_new(criteria, "not.product",
                            json_pack("{s:s, s:s, s:O, s:s}", "field", "product", "slot", "all", "none", all,
                                      "label", label));
        json_decref(titles);
    }
    json_decref(all);
    json_decref(ids);
}

/* -- the patch ---------------------------------------------------------------------------------- */

/* Append an operation OP on KEY (escaped as RFC 6901 wants) to PATCH. VALUE is lent, NULL for none. */
static void
append(json_t *patch, const char *op, const char *key, json_t *value)
{
    struct buffer path = { 0 };
    json_t *operation;

    buffer_text(&path, "/");
    for (; *key != '\0'; key++) {
        if (*key == '~' || *key == '/')
            buffer_text(&path, *key == '~' ? "~0" : "~1");
        else
            buffer_append(&path, key, 1);
    }
    operation = json_pack("{s:s, s:s}", "op", op, "path", buffer_string(&path));
    if (value != NULL)
        json_object_set(operation, "value", value);
    json_array_append_new(patch, operation);
    buffer_clear(&path);
}

json_t *
change_patch(const json_t *before, const json_t *after)
{
    json_t *patch = json_array(), *value;
    const char *key;

    json_object_foreach((json_t *)before, key, value)
    {
        if (json_object_get(after, key) == NULL)
            append(patch, "remove", key, NULL);
    }
    json_object_foreach((json_t *)after, key, value)
    {
        if (!json_equal(json_object_get(before, key), value))
            append(patch, "add", key, value);
    }
    return patch;
}
