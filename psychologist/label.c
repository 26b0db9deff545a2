#include "psychologist/label.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/buffer.h"
#include "common/json.h"
#include "common/money.h"

static const struct {
    const char *currency, *sign;
} signs[] = { { "USD", "$" }, { "EUR", "€" }, { "GBP", "£" }, { "JPY", "¥" }, { "INR", "₹" } };

/* The words before a list of a field's values ("" for none), and before those that are excluded. */
static const struct {
    const char *field, *before, *without;
} phrases[] = {
    { "colour", "in ", "not in " },   { "brand", "by ", "not by " },  { "season", "for ", "not for " },
    { "category", "", "no " },        { "material", "", "no " },      { "style", "", "not " },
    { "occasion", "", "not for " },   { "availability", "", "not " }, { "age_group", "for ", "not for " },
    { "gender", "for ", "not for " },
};

/* What is said for a value that the catalogue calls otherwise. */
static const struct {
    const char *value, *said;
} names[] = { { "male", "men" },          { "female", "women" },    { "unisex", "everyone" },
              { "in_stock", "in stock" }, { "adult", "adults" },    { "toddler", "toddlers" },
              { "infant", "babies" },     { "newborn", "newborns" } };

#define COUNT(list) (sizeof(list) / sizeof *(list))

/* AMOUNT as people read it: "$49", "$49.50", "CHF 49". */
static void
say_amount(struct buffer *out, int64_t amount, const char *currency)
{
    double major = (double)amount / pow(10, money_digits(currency));
    int digits = major == floor(major) ? 0 : money_digits(currency);

    for (size_t n = 0; n < COUNT(signs); n++) {
        if (strcmp(signs[n].currency, currency) == 0) {
            buffer_printf(out, "%s%.*f", signs[n].sign, digits, major);
            return;
        }
    }
    buffer_printf(out, "%s %.*f", currency, digits, major);
}

/* "under $200 for the outfit", "shoes from $50 to $90", "over $20 each". */
static void
say_price(struct buffer *out, const json_t *criterion)
{
    const char *currency = json_text(criterion, "currency", ""), *slot = json_text(criterion, "slot", "all");
    int64_t min = json_number(criterion, "min", -1), max = json_number(criterion, "max", -1);
    bool everywhere = strcmp(slot, "all") == 0;

    if (!everywhere)
        buffer_printf(out, "%s ", slot);
    buffer_text(out, min < 0 ? "under " : max < 0 ? "over " : "from ");
    if (min >= 0)
        say_amount(out, min, currency);
    if (min >= 0 && max >= 0)
        buffer_text(out, " to ");
    if (max >= 0)
        say_amount(out, max, currency);
    if (everywhere)
        buffer_text(out,
                    strcmp(json_text(criterion, "scope", ""), "outfit") == 0 ? " for the outfit" : " each");
}

/* "black", "black or white", "black, white or sage". */
static void
say_words(struct buffer *out, const json_t *words, const char *last)
{
    size_t count = json_array_size(words), n;
    json_t *word;

    json_array_foreach(words, n, word)
    {
        const char *said = json_string_value(word);

        for (size_t m = 0; said != NULL && m < COUNT(names); m++)
            if (strcmp(names[m].value, said) == 0)
                said = names[m].said;
        if (said != NULL)
            buffer_printf(out, "%s%s", n == 0 ? "" : n + 1 == count ? last : ", ", said);
    }
}

/* Brands are kept in small letters, and are not read so: "Harrow & Pike". */
static void
capitalise(char *words)
{
    for (char *c = words; *c != '\0'; c++)
        if (c == words || (c[-1] == ' ' && strncmp(c, "or ", 3) != 0))
            *c = (char)toupper((unsigned char)*c);
}

/* "size M", "shoe size EU 42", "waist 32", "kids' size 8", "top in size M". */
static void
say_size(struct buffer *out, const json_t *criterion, const json_t *words)
{
    const char *class = json_text(criterion, "class", ""), *system = json_text(criterion, "system", "");

    if (strcmp(class, "waist") == 0)
        buffer_text(out, "waist ");
    else
        buffer_printf(out, "%ssize ",
                      strcmp(class, "shoes") == 0  ? "shoe "
                      : strcmp(class, "kids") == 0 ? "kids' "
                                                   : "");
    buffer_printf(out, "%s%s", system, *system == '\0' ? "" : " ");
    say_words(out, words, " or ");
}

static void
say_list(struct buffer *out, const json_t *criterion)
{
    const json_t *any = json_object_get(criterion, "any"), *none = json_object_get(criterion, "none");
    const char *field = json_text(criterion, "field", ""), *slot = json_text(criterion, "slot", "all");
    bool excludes = any == NULL;
    size_t before;

    if (strcmp(slot, "all") != 0)
        buffer_printf(out, "%s%s", slot,
                      strcmp(field, "size") == 0 || strcmp(field, "colour") == 0 ? " " : ": ");
    if (strcmp(field, "size") == 0) {
        buffer_text(out, strcmp(slot, "all") != 0 ? "in " : "");
        buffer_text(out, excludes ? "not " : "");
        say_size(out, criterion, excludes ? none : any);
        return;
    }
    if (strcmp(field, "on_sale") == 0) {
        buffer_text(out, excludes ? "not on sale" : "on sale");
        return;
    }
    for (size_t n = 0; n < COUNT(phrases); n++)
        if (strcmp(phrases[n].field, field) == 0)
            buffer_text(out, excludes ? phrases[n].without : phrases[n].before);
    before = out->size;
    say_words(out, excludes ? none : any, " or ");
    if (strcmp(field, "brand") == 0 && !out->failed)
        capitalise(out->bytes + before);
}

/* Into LABEL, cut at a character. */
static void
finish(struct buffer *out, char label[LABEL_BYTES])
{
    size_t size = out->size < LABEL_BYTES ? out->size : LABEL_BYTES - 1;

    while (size < out->size && size > 0 && ((unsigned char)out->bytes[size] & 0xc0) == 0x80)
        size--;
    memcpy(label, buffer_string(out), size);
    label[size] = '\0';
    buffer_clear(out);
}

void
label_criterion(const json_t *criterion, char label[LABEL_BYTES])
{
    struct buffer out = { 0 };

    if (strcmp(json_text(criterion, "field", ""), "price") == 0)
        say_price(&out, criterion);
    else
        say_list(&out, criterion);
    finish(&out, label);
}

void
label_products(const json_t *titles, size_t count, char label[LABEL_BYTES])
{
    struct buffer out = { 0 };

    if (count <= 2 && json_array_size(titles) == count) {
        buffer_text(&out, "not the ");
        say_words(&out, titles, " or the ");
    } else {
        buffer_printf(&out, "not %zu of those shown", count);
    }
    finish(&out, label);
}
