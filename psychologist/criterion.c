#include "psychologist/criterion.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/json.h"
#include "common/money.h"
#include "psychologist/words.h"

static const char *const fields[] = { "category", "size",         "gender",   "age_group", "price",
                                      "colour",   "availability", "on_sale",  "product",   "style",
                                      "material", "brand",        "occasion", "season",    NULL };
static const char *const classes[] = { "letters", "shoes", "waist", "numeric", "kids", "one", NULL };
static const char *const systems[] = {
    "EU", "US", "UK", "FR", "IT", "DE", "JP", "AU", "CN", "BR", "MEX", NULL
};
static const char *const scopes[] = { "item", "outfit", NULL };
static const char *const removing[] = { "remove", NULL }, *const setting[] = { "set", NULL };

/* What people say for what the catalogue has; by field. */
static const struct {
    const char *field, *said, *meant;
} meanings[] = {
    { "gender", "men", "male" },
    { "gender", "man", "male" },
    { "gender", "mens", "male" },
    { "gender", "m", "male" },
    { "gender", "boy", "male" },
    { "gender", "boys", "male" },
    { "gender", "women", "female" },
    { "gender", "woman", "female" },
    { "gender", "womens", "female" },
    { "gender", "f", "female" },
    { "gender", "girl", "female" },
    { "gender", "girls", "female" },
    { "gender", "male", "male" },
    { "gender", "female", "female" },
    { "gender", "unisex", "unisex" },
    { "age_group", "adult", "adult" },
    { "age_group", "adults", "adult" },
    { "age_group", "kids", "kids" },
    { "age_group", "kid", "kids" },
    { "age_group", "child", "kids" },
    { "age_group", "children", "kids" },
    { "age_group", "toddler", "toddler" },
    { "age_group", "infant", "infant" },
    { "age_group", "baby", "infant" },
    { "age_group", "newborn", "newborn" },
    { "availability", "in stock", "in_stock" },
    { "availability", "in_stock", "in_stock" },
    { "on_sale", "yes", "yes" },
    { "on_sale", "true", "yes" },
    { "on_sale", "sale", "yes" },
    { "on_sale", "on sale", "yes" },
    { "size", "SMALL", "S" },
    { "size", "MEDIUM", "M" },
    { "size", "LARGE", "L" },
    { "size", "EXTRA SMALL", "XS" },
    { "size", "X-SMALL", "XS" },
    { "size", "EXTRA LARGE", "XL" },
    { "size", "X-LARGE", "XL" },
    { "size", "2XL", "XXL" },
    { "size", "XX-LARGE", "XXL" },
};

#define COUNT(list) (sizeof(list) / sizeof *(list))

/* The word of LIST (NULL at its end) that TEXT is in any case, or "". */
static const char *
one_of(const char *const *list, const char *text)
{
    for (; *list != NULL; list++)
        if (strcasecmp(*list, text) == 0)
            return *list;
    return "";
}

static bool
is(const struct criterion *criterion, const char *field)
{
    return strcmp(criterion->field, field) == 0;
}

/* -- words -------------------------------------------------------------------------------------- */

/* Has FIELD a fixed list of words, so that others mean nothing? */
static bool
is_closed(const char *field)
{
    return strcmp(field, "gender") == 0 || strcmp(field, "age_group") == 0 ||
           strcmp(field, "availability") == 0 || strcmp(field, "on_sale") == 0;
}

static const char *
meaning_of(const char *field, const char *word)
{
    for (size_t n = 0; n < COUNT(meanings); n++)
        if (strcmp(meanings[n].field, field) == 0 && strcmp(meanings[n].said, word) == 0)
            return meanings[n].meant;
    return is_closed(field) ? NULL : word;
}

static json_t *
read_words(const json_t *list, const char *field)
{
    bool upper = strcmp(field, "size") == 0;
    json_t *said = words_clean(list, CRITERION_WORDS, CRITERION_WORD_BYTES, upper), *words = json_array(),
           *each;
    size_t n;

    if (strcmp(field, "product") == 0 || strcmp(field, "price") == 0)
        json_array_clear(said); /* products are told by number, prices by amount */
    json_array_foreach(said, n, each)
    {
        const char *meant = meaning_of(field, json_string_value(each));

        if (meant != NULL && !words_have(words, meant))
            json_array_append_new(words, json_string(meant));
    }
    json_decref(said);
    return words;
}

/* -- prices ------------------------------------------------------------------------------------- */

#define ABSURD 1e9 /* major units: what is more is no price */

/* The currency that TEXT names in any case, into CODE; else the shop's. */
static void
read_currency(const char *named, const json_t *facets, char code[4])
{
    size_t letters = 0;

    while (letters < 3 && isalpha((unsigned char)named[letters])) {
        code[letters] = (char)toupper((unsigned char)named[letters]);
        letters++;
    }
    code[letters] = '\0';
    if (letters < 3 || named[3] != '\0')
        snprintf(code, 4, "%.3s", json_text(facets, "currency", "USD"));
}

static int64_t
read_amount(const json_t *value, const char *currency)
{
    double amount = json_number_value(value); /* 0 for what is no number */

    return amount > 0 && amount < ABSURD ? money_minor(amount, currency) : -1;
}

static int
read_price(const json_t *item, const json_t *facets, bool look, struct criterion *out)
{
    char code[4];

    read_currency(json_text(item, "currency", ""), facets, code);
    out->min = read_amount(json_object_get(item, "min"), code);
    out->max = read_amount(json_object_get(item, "max"), code);
    if (out->min >= 0 && out->max >= 0 && out->min > out->max)
        out->min = out->max = -1;
    out->scope = one_of(scopes, json_text(item, "scope", ""));
    if (strcmp(out->slot, "all") != 0)
        out->scope = "item"; /* an outfit has no slot */
    else if (*out->scope == '\0' && !out->removes)
        out->scope = look ? "outfit" : "item";
    if (out->removes)
        return 0;
    strcpy(out->currency, code);
    return out->min < 0 && out->max < 0 ? -1 : 0;
}

/* -- sizes -------------------------------------------------------------------------------------- */

static bool
is_letters(const char *size)
{
    size_t length = strlen(size);

    return length > 0 && length <= 4 && strspn(size, "0123456789XSML") == length &&
           strpbrk(size, "SML") != NULL;
}

/* The one class whose sizes in FACETS have SIZE, or "". */
static const char *
class_in(const json_t *facets, const char *size)
{
    const char *found = "", *class;
    json_t *sizes;

    json_object_foreach(json_object_get(facets, "sizes"), class, sizes)
    {
        json_t *clean = words_clean(sizes, 200, CRITERION_WORD_BYTES, true);
        bool has = words_have(clean, size);

        json_decref(clean);
        if (has && *found != '\0')
            return "";
        if (has)
            found = one_of(classes, class);
    }
    return found;
}

/* What class the words are of when the model did not say. */
static const char *
guess_class(const struct criterion *criterion, const json_t *facets)
{
    const json_t *words = json_array_size(criterion->any) > 0 ? criterion->any : criterion->none;
    const char *size = json_string_value(json_array_get(words, 0)), *class;

    if (size == NULL)
        return "";
    if (is_letters(size))
        return "letters";
    if (strcmp(criterion->slot, "shoes") == 0)
        return "shoes";
    class = class_in(facets, size);
    return *class == '\0' && isdigit((unsigned char)*size) ? "numeric" : class;
}

static int
read_size(const json_t *item, const json_t *facets, struct criterion *out)
{
    out->class = one_of(classes, json_text(item, "class", ""));
    out->system = one_of(systems, json_text(item, "system", ""));
    if (*out->class == '\0')
        out->class = guess_class(out, facets);
    if (strcmp(out->class, "shoes") == 0 || strcmp(out->class, "waist") == 0)
        strcpy(out->slot, "all"); /* the class says it */
    return *out->class == '\0' && !out->removes ? -1 : 0;
}

/* -- all ---------------------------------------------------------------------------------------- */

static int
read_rest(const json_t *item, const json_t *facets, bool look, struct criterion *out)
{
    if (is(out, "gender") || is(out, "age_group"))
        strcpy(out->slot, "all"); /* it is one person who is dressed */
    if (is(out, "price"))
        return read_price(item, facets, look, out);
    if (is(out, "size") && read_size(item, facets, out))
        return -1;
    if (is(out, "on_sale") && !out->removes && json_array_size(out->any) + json_array_size(out->none) == 0)
        json_array_append_new(out->any, json_string("yes"));
    if (is(out, "product"))
        return out->removes ? 0 : -1;
    return !out->removes && json_array_size(out->any) + json_array_size(out->none) == 0 ? -1 : 0;
}

int
criterion_read(const json_t *item, const json_t *facets, bool look, struct criterion *out)
{
    const char *op = json_text(item, "op", ""), *slot = json_text(item, "slot", "all");

    *out = (struct criterion) { .min = -1, .max = -1, .scope = "", .class = "", .system = "" };
    out->removes = *one_of(removing, op) != '\0';
    out->field = one_of(fields, json_text(item, "field", ""));
    if ((!out->removes && *one_of(setting, op) == '\0') || *out->field == '\0')
        return -1;
    if (slot_named(*slot == '\0' ? "all" : slot, out->slot))
        return -1;
    out->any = read_words(json_object_get(item, "any"), out->field);
    out->none = read_words(json_object_get(item, "none"), out->field);
    if (read_rest(item, facets, look, out)) {
        criterion_clear(out);
        return -1;
    }
    return 0;
}

void
criterion_clear(struct criterion *criterion)
{
    json_decref(criterion->any);
    json_decref(criterion->none);
    criterion->any = criterion->none = NULL;
}

void
criterion_key(const struct criterion *criterion, const char *part, char key[120])
{
    bool price = is(criterion, "price"), everywhere = strcmp(criterion->slot, "all") == 0;
    const char *detail = price ? criterion->scope : criterion->class;

    snprintf(key, 120, "%s%s%s%s%s%s", strcmp(part, "none") == 0 ? "not." : "",
             price ? "budget" : criterion->field, *detail == '\0' ? "" : ".", detail, everywhere ? "" : ".",
             everywhere ? "" : criterion->slot);
}

json_t *
criterion_value(const struct criterion *criterion, const char *part)
{
    json_t *value = json_pack("{s:s, s:s}", "field", criterion->field, "slot", criterion->slot);

    if (is(criterion, "price")) {
        json_object_set_new(value, "scope", json_string(criterion->scope));
        json_object_set_new(value, "currency", json_string(criterion->currency));
        if (criterion->min >= 0)
            json_object_set_new(value, "min", json_integer(criterion->min));
        if (criterion->max >= 0)
            json_object_set_new(value, "max", json_integer(criterion->max));
        return value;
    }
    json_object_set(value, part, strcmp(part, "any") == 0 ? criterion->any : criterion->none);
    if (*criterion->class != '\0')
        json_object_set_new(value, "class", json_string(criterion->class));
    if (*criterion->system != '\0')
        json_object_set_new(value, "system", json_string(criterion->system));
    return value;
}
