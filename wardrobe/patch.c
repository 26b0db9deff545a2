/* patch -- a row laid over the variant that it changes; see patch.h. */

#include "wardrobe/patch.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/money.h"
#include "wardrobe/lexicon.h"

/* The fields that are texts, and where an item has them. */
static const struct {
    enum feed_field field;
    size_t offset;
} texts[] = {
    { FEED_GROUP, offsetof(struct item, group) },
    { FEED_TITLE, offsetof(struct item, title) },
    { FEED_DESCRIPTION, offsetof(struct item, description) },
    { FEED_BULLETS, offsetof(struct item, bullets) },
    { FEED_BRAND, offsetof(struct item, brand) },
    { FEED_LINK, offsetof(struct item, link) },
    { FEED_IMAGE, offsetof(struct item, image) },
    { FEED_TYPE, offsetof(struct item, type) },
    { FEED_COLOUR, offsetof(struct item, colour) },
    { FEED_SIZE, offsetof(struct item, size) },
    { FEED_SIZE_SYSTEM, offsetof(struct item, size_system) },
    { FEED_SIZE_TYPE, offsetof(struct item, size_type) },
    { FEED_MATERIAL, offsetof(struct item, material) },
    { FEED_PATTERN, offsetof(struct item, pattern) },
};

static const char **
text_of(const struct item *item, size_t offset)
{
    return (const char **)(uintptr_t)((const char *)item + offset);
}

static bool
has(const struct feed_row *row, enum feed_field field)
{
    return row->texts[field] != NULL && row->texts[field][0] != '\0';
}

/* Whether ROW says what category it is: in its own words, or in Google's. */
static bool
says(const struct feed_row *row, enum feed_field field)
{
    return has(row, field) || (field == FEED_TYPE && has(row, FEED_CATEGORY));
}

static void
price_text(int64_t amount, const char *currency, char text[32])
{
    int digits = money_digits(currency);
    int64_t unit = digits == 0 ? 1 : digits == 3 ? 1000 : 100;

    text[0] = '\0';
    if (amount != PRICE_NONE && digits == 0)
        snprintf(text, 32, "%" PRId64 " %.3s", amount, currency);
    else if (amount != PRICE_NONE)
        snprintf(text, 32, "%" PRId64 ".%0*" PRId64 " %.3s", amount / unit, digits, amount % unit, currency);
}

#define LAST_SECOND INT64_C(253402300799) /* of the year 9999: row.c reads four digits */

/* SECONDS since 1970 as ISO 8601. */
static void
time_text(int64_t seconds, char text[32])
{
    time_t time = (time_t)(seconds < 0 ? 0 : seconds > LAST_SECOND ? LAST_SECOND : seconds);
    struct tm parts;

    text[0] = '\0';
    if (gmtime_r(&time, &parts) != NULL)
        strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &parts);
}

static void
dates_text(const struct item *item, char text[64])
{
    char from[32], to[32];

    text[0] = '\0';
    if (item->sale == PRICE_NONE || item->sale_to == INT64_MAX)
        return;
    time_text(item->sale_from, from);
    time_text(item->sale_to, to);
    snprintf(text, 64, "%.30s/%.30s", from, to);
}

static const char *
availability_text(enum availability availability)
{
    static const char *const words[] = { "", "in_stock", "preorder", "backorder", "out_of_stock" };

    return words[availability];
}

static const char *
age_text(uint8_t age)
{
    static const char *const words[] = { "newborn", "infant", "toddler", "kids", "adult" };

    for (int i = 0; i < 5; i++)
        if (age >> i & 1)
            return words[i];
    return "";
}

void
patch_overlay(const struct item *old, const struct feed_row *row, struct patch_row *merged)
{
    const char **to = merged->row.texts;

    merged->row = (struct feed_row) { .line = row->line };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        to[texts[i].field] = *text_of(old, texts[i].offset);
    price_text(old->price, old->currency, merged->price);
    price_text(old->sale, old->currency, merged->sale);
    dates_text(old, merged->dates);
    snprintf(merged->rating, sizeof merged->rating, "%.4f", old->rating);
    snprintf(merged->rating_count, sizeof merged->rating_count, "%" PRId64, old->rating_count);
    to[FEED_PRICE] = merged->price;
    to[FEED_SALE_PRICE] = merged->sale;
    to[FEED_SALE_DATES] = merged->dates;
    to[FEED_RATING] = merged->rating;
    to[FEED_RATING_COUNT] = merged->rating_count;
    to[FEED_AVAILABILITY] = availability_text(old->availability);
    to[FEED_AGE_GROUP] = age_text(old->age);
    to[FEED_GENDER] = old->gender == GENDER_FEMALE ? "female"
                      : old->gender == GENDER_MALE ? "male"
                      : old->gender == 0           ? ""
                                                   : "unisex";
    for (int field = 0; field < FEED_FIELDS; field++)
        if (has(row, (enum feed_field)field))
            to[field] = row->texts[field];
    if (!has(row, FEED_TYPE) && has(row, FEED_CATEGORY) && old->type[0] == '\0')
        to[FEED_TYPE] = ""; /* Google's stands where there is no other */
    if (row->texts[FEED_SALE_PRICE] != NULL) {
        to[FEED_SALE_PRICE] = row->texts[FEED_SALE_PRICE];
        to[FEED_SALE_DATES] = row->texts[FEED_SALE_DATES];
    }
}

bool
patch_keep(const struct item *old, const struct feed_row *row, struct item *item)
{
    bool changed = false;

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const char **now = text_of(item, texts[i].offset), *before = *text_of(old, texts[i].offset);

        if (!says(row, texts[i].field))
            *now = before;
        changed = changed || strcmp(*now, before) != 0;
    }
    if (!has(row, FEED_RATING))
        item->rating = old->rating;
    return changed || item->gender != old->gender || item->age != old->age ||
           item->rating_count != old->rating_count ||
           (int64_t)(item->rating * 1000) != (int64_t)(old->rating * 1000);
}
