#include "common/model/schema.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* How deep a value may go; a schema that refers to itself ends here too. */
enum { DEEPEST = 64 };

struct check {
    const json_t *root; /* where $ref begins */
    char *why;
    int depth;
};

static int check(struct check *check, const json_t *schema, const json_t *value, const char *where);

static int
fail(struct check *self, const char *where, const char *what)
{
    snprintf(self->why, 160, "%.60s: %.90s", *where ? where : "the value", what);
    return -1;
}

static bool
is_type(const char *type, const json_t *value)
{
    if (strcmp(type, "string") == 0)
        return json_is_string(value);
    if (strcmp(type, "integer") == 0)
        return json_is_integer(value) ||
               (json_is_real(value) && json_real_value(value) == (double)(long long)json_real_value(value));
    if (strcmp(type, "number") == 0)
        return json_is_number(value);
    if (strcmp(type, "boolean") == 0)
        return json_is_boolean(value);
    if (strcmp(type, "object") == 0)
        return json_is_object(value);
    if (strcmp(type, "array") == 0)
        return json_is_array(value);
    return strcmp(type, "null") == 0 && json_is_null(value);
}

static int
check_type(struct check *self, const json_t *type, const json_t *value, const char *where)
{
    char what[90];
    const json_t *one;
    size_t i;

    if (json_is_string(type)) {
        if (is_type(json_string_value(type), value))
            return 0;
        snprintf(what, sizeof what, "is not of type %.40s", json_string_value(type));
        return fail(self, where, what);
    }
    json_array_foreach(type, i, one)
    {
        if (json_is_string(one) && is_type(json_string_value(one), value))
            return 0;
    }
    return json_is_array(type) ? fail(self, where, "is of none of the types it may be") : 0;
}

static int
check_enum(struct check *self, const json_t *schema, const json_t *value, const char *where)
{
    const json_t *choices = json_object_get(schema, "enum");
    const json_t *constant = json_object_get(schema, "const");
    const json_t *choice;
    size_t i;

    if (constant != NULL && !json_equal(constant, value))
        return fail(self, where, "is not the one value it may be");
    if (!json_is_array(choices))
        return 0;
    json_array_foreach(choices, i, choice)
    {
        if (json_equal(choice, value))
            return 0;
    }
    return fail(self, where, "is none of the values it may be");
}

static int
check_size(struct check *self, const json_t *schema, const char *least, const char *most, double size,
           const char *where)
{
    const json_t *low = json_object_get(schema, least);
    const json_t *high = json_object_get(schema, most);

    if (json_is_number(low) && size < json_number_value(low))
        return fail(self, where, "is less than it may be");
    if (json_is_number(high) && size > json_number_value(high))
        return fail(self, where, "is more than it may be");
    return 0;
}

/* Characters of UTF-8 text. */
static size_t
characters(const json_t *text)
{
    const char *p = json_string_value(text);
    size_t count = 0;

    for (size_t i = 0; i < json_string_length(text); i++)
        count += ((unsigned char)p[i] & 0xC0) != 0x80;
    return count;
}

static int
check_object(struct check *self, const json_t *schema, json_t *value, const char *where)
{
    const json_t *properties = json_object_get(schema, "properties");
    const json_t *required = json_object_get(schema, "required");
    const json_t *others = json_object_get(schema, "additionalProperties");
    const json_t *name;
    const char *key;
    json_t *member;
    char what[90];
    size_t i;

    json_array_foreach(required, i, name)
    {
        if (!json_is_string(name) || json_object_get(value, json_string_value(name)) != NULL)
            continue;
        snprintf(what, sizeof what, "lacks %.60s", json_string_value(name));
        return fail(self, where, what);
    }
    json_object_foreach(value, key, member)
    {
        const json_t *rule = json_object_get(properties, key);
        if (rule == NULL && json_is_false(others)) {
            snprintf(what, sizeof what, "has %.60s, which it may not", key);
            return fail(self, where, what);
        }
        if (rule == NULL)
            rule = others;
        if (json_is_object(rule) && check(self, rule, member, key))
            return -1;
    }
    return 0;
}

static int
check_array(struct check *self, const json_t *schema, const json_t *value, const char *where)
{
    const json_t *items = json_object_get(schema, "items");
    const json_t *item;
    size_t i;

    if (check_size(self, schema, "minItems", "maxItems", (double)json_array_size(value), where))
        return -1;
    if (!json_is_object(items))
        return 0;
    json_array_foreach(value, i, item)
    {
        if (check(self, items, item, where))
            return -1;
    }
    return 0;
}

static int
check_any(struct check *self, const json_t *choices, const json_t *value, const char *where)
{
    const json_t *choice;
    size_t i;

    if (!json_is_array(choices))
        return 0;
    json_array_foreach(choices, i, choice)
    {
        if (check(self, choice, value, where) == 0)
            return 0;
    }
    return fail(self, where, "fits none of its forms");
}

/* The schema at `#` or `#/a/b` of the root, or NULL. */
static const json_t *
refer(const struct check *self, const char *path)
{
    const json_t *found = self->root;
    char step[128];

    if (*path++ != '#')
        return NULL;
    while (*path == '/' && found != NULL) {
        size_t size = strcspn(++path, "/");
        if (size >= sizeof step)
            return NULL;
        memcpy(step, path, size);
        step[size] = '\0';
        found = json_object_get(found, step);
        path += size;
    }
    return *path == '\0' ? found : NULL;
}

static int
check_one(struct check *self, const json_t *schema, const json_t *value, const char *where)
{
    const json_t *ref = json_object_get(schema, "$ref");

    if (json_is_string(ref)) {
        const json_t *target = refer(self, json_string_value(ref));
        if (target == NULL)
            return fail(self, where, "has a schema that refers to nothing");
        if (check(self, target, value, where))
            return -1;
    }
    if (check_type(self, json_object_get(schema, "type"), value, where) ||
        check_enum(self, schema, value, where) ||
        check_any(self, json_object_get(schema, "anyOf"), value, where))
        return -1;
    if (json_is_number(value))
        return check_size(self, schema, "minimum", "maximum", json_number_value(value), where);
    if (json_is_string(value))
        return check_size(self, schema, "minLength", "maxLength", (double)characters(value), where);
    if (json_is_object(value))
        return check_object(self, schema, (json_t *)value, where);
    if (json_is_array(value))
        return check_array(self, schema, value, where);
    return 0;
}

static int
check(struct check *self, const json_t *schema, const json_t *value, const char *where)
{
    int failed;

    if (++self->depth > DEEPEST) {
        self->depth--;
        return fail(self, where, "goes too deep");
    }
    failed = check_one(self, schema, value, where);
    self->depth--;
    return failed;
}

int
schema_check(const json_t *schema, const json_t *value, char why[160])
{
    struct check self = { .root = schema, .why = why };

    *why = '\0';
    return check(&self, schema, value, "");
}
