/* feed_acp -- the Agentic Commerce Protocol's products.jsonl: a product a line, with its variants. A snapshot
 * and a patch look the same here; what a patch leaves out is import.c's business. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/json.h"
#include "common/log.h"
#include "common/money.h"
#include "wardrobe/columns.h"
#include "wardrobe/feed.h"
#include "wardrobe/lines.h"
#include "wardrobe/markdown.h"

struct reading {
    const struct feed_sink *sink;
    const char *currency;
    long line;
    json_t *product;
    char *description; /* its own, made of Markdown or HTML; NULL: lent */
};

static const json_t *
member(const json_t *object, const char *name)
{
    return json_object_get(object, name);
}

/* The description of PRODUCT or VARIANT that says it plainest. What is made for it is READING's. */
static const char *
describe(struct reading *reading, const json_t *object)
{
    const json_t *description = member(object, "description");
    const char *markdown = json_text(description, "markdown", NULL),
               *html = json_text(description, "html", NULL);
    const char *plain = json_text(description, "plain", json_string_value(description));
    size_t size;

    if (plain != NULL && plain[0] != '\0')
        return plain;
    if (html != NULL && html[0] != '\0')
        return html; /* row.c reads it */
    if (markdown == NULL)
        return plain;
    size = strlen(markdown);
    free(reading->description);
    if ((reading->description = malloc(size + 1)) == NULL)
        return NULL;
    markdown_text(markdown, size, reading->description);
    return reading->description;
}

/* The first picture of OBJECT, or OTHER. */
static const char *
picture(const json_t *object, const char *other)
{
    const json_t *media = member(object, "media"), *one;
    size_t i;

    json_array_foreach((json_t *)(uintptr_t)media, i,
                       one) if (strcasecmp(json_text(one, "type", "image"), "image") == 0 &&
                                json_text(one, "url", NULL) != NULL) return json_text(one, "url", NULL);
    return other;
}

/* The category of OBJECT in words: the merchant's own before a taxonomy's, and no number. */
static const char *
category(const json_t *object, const char *other)
{
    const char *best = NULL;
    const json_t *one;
    size_t i;

    json_array_foreach((json_t *)(uintptr_t)member(object, "categories"), i, one)
    {
        const char *value = json_text(one, "value", json_string_value(one)),
                   *taxonomy = json_text(one, "taxonomy", "");

        if (value == NULL || value[strspn(value, "0123456789")] == '\0')
            continue;
        if (strcasecmp(taxonomy, "merchant") == 0 || taxonomy[0] == '\0')
            return value;
        best = best == NULL ? value : best;
    }
    return best == NULL ? other : best;
}

/* AMOUNT minor units of CODE as the price that row.c reads. */
static void
money(int64_t amount, const char *code, char text[48])
{
    int digits = money_digits(code);
    int64_t unit = digits == 0 ? 1 : digits == 3 ? 1000 : 100;

    if (digits == 0)
        snprintf(text, 48, "%lld %.3s", (long long)amount, code);
    else
        snprintf(text, 48, "%lld.%0*lld %.3s", (long long)(amount / unit), digits, (long long)(amount % unit),
                 code);
}

/* The amount at NAME of VARIANT, and its currency to CODE. False when there is none or it is none. */
static bool
take_money(const struct reading *reading, const json_t *variant, const char *name, int64_t *amount,
           char code[4])
{
    const json_t *price = member(variant, name), *value = member(price, "amount");

    snprintf(code, 4, "%.3s", json_text(price, "currency", reading->currency));
    for (int i = 0; code[i] != '\0'; i++)
        code[i] = (char)(code[i] >= 'a' && code[i] <= 'z' ? code[i] - 'a' + 'A' : code[i]);
    *amount = json_is_integer(value) ? json_integer_value(value) : -1;
    return *amount >= 0 && *amount <= INT64_C(100000000000) && strlen(code) == 3;
}

/* The prices of VARIANT: what is paid now, and what it was. False when the price is none (refused). */
static bool
take_prices(const struct reading *reading, const json_t *variant, struct feed_row *row, char price[48],
            char sale[48])
{
    int64_t now, before;
    char code[4], other[4];

    price[0] = sale[0] = '\0';
    if (member(variant, "price") == NULL || json_is_null(member(variant, "price")))
        return true;
    if (!take_money(reading, variant, "price", &now, code)) {
        reading->sink->refuse(reading->sink->owner, row->line, "price",
                              "no whole number of minor units with a currency");
        return false;
    }
    money(now, code, price);
    if (take_money(reading, variant, "list_price", &before, other) && before > now &&
        strcmp(code, other) == 0) {
        memcpy(sale, price, 48);
        money(before, code, price);
    }
    row->texts[FEED_PRICE] = price;
    row->texts[FEED_SALE_PRICE] = sale;
    row->texts[FEED_SALE_DATES] = "";
    return true;
}

static const char *
availability(const json_t *variant)
{
    const json_t *stock = member(variant, "availability"), *available = member(stock, "available");
    const char *status = json_text(stock, "status", json_string_value(stock));

    if (json_is_false(available) && (status == NULL || strcasecmp(status, "in_stock") == 0))
        return "out_of_stock";
    if (status != NULL && status[0] != '\0')
        return status;
    return json_is_true(available) ? "in_stock" : NULL;
}

static void
take_options(const json_t *variant, struct feed_row *row)
{
    static const struct column_alias names[] = { { "colour", FEED_COLOUR },   { "colors", FEED_COLOUR },
                                                 { "shade", FEED_COLOUR },    { "shoe_size", FEED_SIZE },
                                                 { "fabric", FEED_MATERIAL }, { "gender", FEED_GENDER } };
    static const enum feed_field wanted[] = { FEED_COLOUR,   FEED_SIZE,    FEED_SIZE_SYSTEM, FEED_SIZE_TYPE,
                                              FEED_MATERIAL, FEED_PATTERN, FEED_GENDER,      FEED_AGE_GROUP };
    const json_t *option;
    char plain[COLUMN_NAME];
    size_t i;

    json_array_foreach((json_t *)(uintptr_t)member(variant, "variant_options"), i, option)
    {
        int meaning;

        column_plain(json_text(option, "name", ""), plain);
        meaning = column_meaning(plain, names, sizeof names / sizeof *names);
        for (size_t j = 0; j < sizeof wanted / sizeof *wanted; j++)
            if (meaning == (int)wanted[j] && row->texts[meaning] == NULL)
                row->texts[meaning] = json_text(option, "value", NULL);
    }
}

/* A text at NAME of VARIANT, or else of the product. */
static const char *
either(const struct reading *reading, const json_t *variant, const char *name)
{
    return json_text(variant, name, json_text(reading->product, name, NULL));
}

static void
take_variant(struct reading *reading, const json_t *variant, bool alone, const char *description)
{
    const char *group = json_text(reading->product, "id", NULL);
    struct feed_row row = { .line = reading->line };
    char price[48], sale[48];

    if (!json_is_object(variant)) {
        reading->sink->refuse(reading->sink->owner, row.line, "variants",
                              "holds something that is no object");
        return;
    }
    row.texts[FEED_GROUP] = group;
    row.texts[FEED_ID] = json_text(variant, "id", alone ? group : NULL);
    row.texts[FEED_TITLE] = json_text(reading->product, "title", json_text(variant, "title", NULL));
    row.texts[FEED_DESCRIPTION] = description;
    if (description == NULL)
        row.texts[FEED_DESCRIPTION] = describe(reading, variant);
    row.texts[FEED_LINK] = either(reading, variant, "url");
    row.texts[FEED_IMAGE] = picture(variant, picture(reading->product, NULL));
    row.texts[FEED_TYPE] = category(variant, category(reading->product, NULL));
    row.texts[FEED_BRAND] = either(reading, variant, "brand");
    row.texts[FEED_AVAILABILITY] = availability(variant);
    take_options(variant, &row);
    if (take_prices(reading, variant, &row, price, sale))
        reading->sink->row(reading->sink->owner, &row);
}

static void
take_product(struct reading *reading)
{
    const json_t *variants = member(reading->product, "variants"), *variant;
    const char *description;
    size_t i;

    if (!json_is_array(variants) || json_array_size(variants) == 0) {
        reading->sink->refuse(reading->sink->owner, reading->line, "variants", "missing");
        return;
    }
    description = describe(reading, reading->product);
    json_array_foreach((json_t *)(uintptr_t)variants, i, variant)
        take_variant(reading, variant, json_array_size(variants) == 1, description);
}

static void
take_line(struct reading *reading, const char *text, size_t size)
{
    char why[80];

    reading->product = json_read(text, size, why);
    if (json_is_object(reading->product))
        take_product(reading);
    else
        reading->sink->refuse(reading->sink->owner, reading->line, "",
                              reading->product == NULL ? why : "no JSON object");
    json_decref(reading->product);
    free(reading->description);
    reading->description = NULL;
}

int
feed_read_acp(struct source *source, const char *currency, const struct feed_sink *sink)
{
    struct reading reading = { .sink = sink, .currency = currency };
    struct lines *lines = lines_open(source);
    enum lines_outcome outcome = LINES_FAILED;
    const char *text;
    size_t size;

    while (lines != NULL &&
           ((outcome = lines_next(lines, &text, &size)) == LINES_LINE || outcome == LINES_TOO_LONG)) {
        reading.line = lines_number(lines);
        if (outcome == LINES_LINE)
            take_line(&reading, text, size);
        else
            sink->refuse(sink->owner, reading.line, "", "the line is too long");
    }
    lines_close(&lines);
    return outcome == LINES_END ? 0 : -1;
}
