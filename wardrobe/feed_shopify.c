/* feed_shopify -- Shopify's product CSV, with the old header or the new one. Rows that share a handle are
 * variants of one product, or further pictures of it; what a product has in common stands in its first row.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/log.h"
#include "wardrobe/columns.h"
#include "wardrobe/csv.h"
#include "wardrobe/feed.h"
#include "wardrobe/row.h"

#define OPTIONS 3
#define SKUS 256 /* of one product, to see one that repeats */

/* What a column is. Those before PRODUCT_END are said in a product's first row only. */
enum column {
    HANDLE,
    TITLE,
    BODY,
    VENDOR,
    CATEGORY,
    TYPE,
    TAGS,
    PUBLISHED,
    STATUS,
    GENDER,
    AGE,
    IMAGE,
    OPTION_NAME,
    PRODUCT_END = OPTION_NAME + OPTIONS,
    OPTION_VALUE = PRODUCT_END,
    SKU = OPTION_VALUE + OPTIONS,
    PRICE,
    COMPARE_PRICE,
    QUANTITY,
    TRACKER,
    POLICY,
    VARIANT_IMAGE,
    COLUMNS
};

static const struct column_alias aliases[] = {
    { "handle", HANDLE },
    { "url_handle", HANDLE },
    { "title", TITLE },
    { "body_html", BODY },
    { "body", BODY },
    { "description", BODY },
    { "vendor", VENDOR },
    { "product_category", CATEGORY },
    { "standard_product_type", CATEGORY },
    { "type", TYPE },
    { "custom_product_type", TYPE },
    { "tags", TAGS },
    { "published", PUBLISHED },
    { "published_on_online_store", PUBLISHED },
    { "status", STATUS },
    { "google_shopping_gender", GENDER },
    { "target_gender_product_metafields_shopify_target_gender", GENDER },
    { "google_shopping_age_group", AGE },
    { "age_group_product_metafields_shopify_age_group", AGE },
    { "image_src", IMAGE },
    { "product_image_url", IMAGE },
    { "option1_name", OPTION_NAME },
    { "option2_name", OPTION_NAME + 1 },
    { "option3_name", OPTION_NAME + 2 },
    { "option1_value", OPTION_VALUE },
    { "option2_value", OPTION_VALUE + 1 },
    { "option3_value", OPTION_VALUE + 2 },
    { "variant_sku", SKU },
    { "sku", SKU },
    { "variant_price", PRICE },
    { "price", PRICE },
    { "variant_compare_at_price", COMPARE_PRICE },
    { "compare_at_price", COMPARE_PRICE },
    { "variant_inventory_qty", QUANTITY },
    { "inventory_quantity", QUANTITY },
    { "variant_inventory_tracker", TRACKER },
    { "inventory_tracker", TRACKER },
    { "variant_inventory_policy", POLICY },
    { "continue_selling_when_out_of_stock", POLICY },
    { "variant_image", VARIANT_IMAGE },
    { "variant_image_url", VARIANT_IMAGE },
};

struct reading {
    const struct feed_sink *sink;
    const char *currency;
    int meanings[CSV_FIELDS]; /* of each column: enum column, or -1 */
    bool has_tracker;         /* the file says of which variants the stock is counted */
    long line;
    const char *row[COLUMNS];   /* of the record in hand; "" where it has none */
    char *product[PRODUCT_END]; /* copies from the product's first row; NULL before it */
    uint64_t skus[SKUS];        /* hashes of the product's */
    size_t sku_count;
    bool skipped;                      /* the product is not for sale */
    char id[512], price[64], sale[64]; /* made for the row */
};

/* -- the product --------------------------------------------------------------------------------- */

static void
forget_product(struct reading *reading)
{
    for (int i = 0; i < PRODUCT_END; i++) {
        free(reading->product[i]);
        reading->product[i] = NULL;
    }
    reading->sku_count = 0;
    reading->skipped = false;
}

/* Why the product of the record is not for sale, or NULL. */
static const char *
why_not_for_sale(const struct reading *reading)
{
    const char *status = reading->row[STATUS], *published = reading->row[PUBLISHED];

    if (strcasecmp(status, "draft") == 0)
        return "a draft: left out";
    if (strcasecmp(status, "archived") == 0)
        return "archived: left out";
    if (strcasecmp(published, "false") == 0)
        return "not published: left out";
    return NULL;
}

/* The record is the first of another product: keep what they all share. Returns 0, or -1 without memory
 * (logged). */
static int
begin_product(struct reading *reading)
{
    const char *why = why_not_for_sale(reading);

    forget_product(reading);
    for (int i = 0; i < PRODUCT_END; i++)
        if ((reading->product[i] = strdup(reading->row[i])) == NULL) {
            log_error("import: no memory");
            return -1;
        }
    if (why == NULL)
        return 0;
    reading->skipped = true;
    reading->sink->note(reading->sink->owner, reading->line,
                        reading->row[STATUS][0] != '\0' ? "status" : "published", why);
    return 0;
}

/* -- the variant --------------------------------------------------------------------------------- */

static bool
holds(const char *text, const char *const *words)
{
    for (; *words != NULL; words++)
        if (strcasestr(text, *words) != NULL)
            return true;
    return false;
}

/* Google's field for an option of that name; FEED_FIELDS for another. */
static enum feed_field
option_field(const char *name)
{
    static const char *const colour[] = { "colo", "farbe", "couleur", "kleur", "shade", NULL };
    static const char *const size[] = { "size", "größe", "taille", "talla", "taglia", "maat", "waist", NULL };
    static const char *const material[] = { "material", "fabric", "matière", NULL };
    static const char *const pattern[] = { "pattern", "print", NULL };

    if (holds(name, colour))
        return FEED_COLOUR;
    if (holds(name, size))
        return FEED_SIZE;
    if (holds(name, material))
        return FEED_MATERIAL;
    return holds(name, pattern) ? FEED_PATTERN : FEED_FIELDS;
}

/* A product without options is option Title = Default Title. */
static bool
is_default(const struct reading *reading, int option)
{
    return strcasecmp(reading->row[OPTION_VALUE + option], "Default Title") == 0;
}

static uint64_t
hash_text(const char *text)
{
    uint64_t h = 14695981039346656037u;

    for (; *text != '\0'; text++)
        h = (h ^ (unsigned char)*text) * 1099511628211u;
    return h;
}

/* Whether the product has a variant of that SKU already; it has from now on. */
static bool
sku_repeats(struct reading *reading, const char *sku)
{
    uint64_t hash = hash_text(sku);

    for (size_t i = 0; i < reading->sku_count; i++)
        if (reading->skus[i] == hash)
            return true;
    if (reading->sku_count < SKUS)
        reading->skus[reading->sku_count++] = hash;
    return false;
}

/* The variant's id: its SKU, or where it has none of its own, the handle and the options' values. */
static const char *
variant_id(struct reading *reading)
{
    const char *sku = reading->row[SKU];
    int used;

    sku += strspn(sku, " '"); /* spreadsheets put a quote before a number */
    if (sku[0] != '\0' && !sku_repeats(reading, sku))
        return sku;
    used = snprintf(reading->id, sizeof reading->id, "%.100s", reading->product[HANDLE]);
    for (int i = 0; i < OPTIONS; i++)
        if (reading->row[OPTION_VALUE + i][0] != '\0' && !is_default(reading, i))
            used += snprintf(reading->id + used, sizeof reading->id - (size_t)used, "-%.60s",
                             reading->row[OPTION_VALUE + i]);
    return reading->id;
}

/* What is in stock, as Google says it. Without a tracker nothing is counted, and all is there. */
static const char *
availability(const struct reading *reading)
{
    const char *quantity = reading->row[QUANTITY], *policy = reading->row[POLICY];
    bool sells_on = strcasecmp(policy, "continue") == 0 || strcasecmp(policy, "true") == 0;

    if (quantity[0] == '\0' || (reading->has_tracker && reading->row[TRACKER][0] == '\0') ||
        strtol(quantity, NULL, 10) > 0)
        return "in_stock";
    return sells_on ? "backorder" : "out_of_stock";
}

/* Compare-at is what it cost before: Google's price, and Shopify's price is the sale's. */
static void
take_prices(struct reading *reading, struct feed_row *row)
{
    const char *price = reading->row[PRICE], *compare = reading->row[COMPARE_PRICE];
    char code[4] = "", other[4] = "";
    int64_t now, before;

    snprintf(code, sizeof code, "%s", reading->currency);
    snprintf(other, sizeof other, "%s", reading->currency);
    now = row_price(price, code);
    before = row_price(compare, other);
    row->texts[FEED_PRICE] = price;
    row->texts[FEED_SALE_PRICE] = "";
    if (now != PRICE_NONE && before != PRICE_NONE && before > now) {
        row->texts[FEED_PRICE] = compare;
        row->texts[FEED_SALE_PRICE] = price;
    }
}

/* GENDER or AGE in Google's words, or NULL: Shopify's are free texts, of which nothing may refuse a row. */
static const char *
who(const char *text, bool age)
{
    static const struct {
        const char *start, *word;
        bool age;
    } words[] = { { "female", "female", false },  { "women", "female", false },
                  { "male", "male", false },      { "men", "male", false },
                  { "unisex", "unisex", false },  { "newborn", "newborn", true },
                  { "infant", "infant", true },   { "bab", "infant", true },
                  { "toddler", "toddler", true }, { "kid", "kids", true },
                  { "child", "kids", true },      { "teen", "kids", true },
                  { "adult", "adult", true } };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (words[i].age == age && strncasecmp(text, words[i].start, strlen(words[i].start)) == 0)
            return words[i].word;
    return NULL;
}

static void
give_variant(struct reading *reading)
{
    struct feed_row row = { .line = reading->line };
    const char **texts = row.texts;

    texts[FEED_ID] = variant_id(reading);
    texts[FEED_GROUP] = reading->product[HANDLE];
    texts[FEED_TITLE] = reading->product[TITLE];
    texts[FEED_DESCRIPTION] = reading->product[BODY];
    texts[FEED_BULLETS] = reading->product[TAGS];
    texts[FEED_BRAND] = reading->product[VENDOR];
    texts[FEED_TYPE] = reading->product[TYPE];
    texts[FEED_CATEGORY] = reading->product[CATEGORY];
    texts[FEED_GENDER] = who(reading->product[GENDER], false);
    texts[FEED_AGE_GROUP] = who(reading->product[AGE], true);
    texts[FEED_IMAGE] =
        reading->row[VARIANT_IMAGE][0] != '\0' ? reading->row[VARIANT_IMAGE] : reading->product[IMAGE];
    texts[FEED_AVAILABILITY] = availability(reading);
    for (int i = 0; i < OPTIONS; i++) {
        enum feed_field field = option_field(reading->product[OPTION_NAME + i]);

        if (field != FEED_FIELDS && texts[field] == NULL && !is_default(reading, i))
            texts[field] = reading->row[OPTION_VALUE + i];
    }
    take_prices(reading, &row);
    reading->sink->row(reading->sink->owner, &row);
}

/* -- the file ------------------------------------------------------------------------------------ */

/* Returns 0, or -1 without memory (logged). */
static int
take_record(struct reading *reading, char **fields, size_t count)
{
    const char **row = reading->row;
    bool first;

    for (int i = 0; i < COLUMNS; i++)
        row[i] = "";
    for (size_t i = 0; i < count; i++)
        if (reading->meanings[i] >= 0 && fields[i][0] != '\0')
            row[reading->meanings[i]] = fields[i];
    if (row[HANDLE][0] == '\0') {
        reading->sink->refuse(reading->sink->owner, reading->line, "handle", "missing");
        return 0;
    }
    first = reading->product[HANDLE] == NULL || strcmp(reading->product[HANDLE], row[HANDLE]) != 0;
    if (first && begin_product(reading) < 0)
        return -1;
    if (reading->skipped ||
        (!first && row[PRICE][0] == '\0' && row[SKU][0] == '\0' && row[OPTION_VALUE][0] == '\0'))
        return 0; /* a further picture */
    give_variant(reading);
    return 0;
}

static int
read_records(struct reading *reading, struct csv *csv, size_t columns)
{
    enum csv_outcome outcome;
    const char *why;
    char **fields;
    size_t count;

    while ((outcome = csv_next(csv, &fields, &count, &why)) == CSV_RECORD || outcome == CSV_REFUSED) {
        reading->line = csv_line(csv);
        if (outcome == CSV_REFUSED)
            reading->sink->refuse(reading->sink->owner, reading->line, "", why);
        else if (count > columns)
            reading->sink->refuse(reading->sink->owner, reading->line, "",
                                  "more fields than the header has columns");
        else if (take_record(reading, fields, count) < 0)
            return -1;
    }
    return outcome == CSV_END ? 0 : -1;
}

int
feed_read_shopify(struct source *source, const char *currency, const struct feed_sink *sink)
{
    struct reading *reading = calloc(1, sizeof *reading);
    struct csv *csv = reading == NULL ? NULL : csv_open(source, columns_separator(source));
    size_t columns = 0;
    int status = -1;

    if (reading == NULL)
        log_error("%s: no memory", source_path(source));
    if (csv != NULL)
        columns = columns_read(csv, source_path(source), column_alias, aliases,
                               sizeof aliases / sizeof *aliases, reading->meanings);
    if (columns > 0) {
        reading->sink = sink;
        reading->currency = currency;
        for (size_t i = 0; i < columns; i++)
            reading->has_tracker = reading->has_tracker || reading->meanings[i] == TRACKER;
        status = read_records(reading, csv, columns);
        forget_product(reading);
    }
    csv_close(&csv);
    free(reading);
    return status;
}
