#ifndef WARDROBE_FEED_H
#define WARDROBE_FEED_H

#include <stddef.h>

#include "wardrobe/source.h"

/* What a merchant's file says, row by row, whatever its format. A reader turns each row into a struct
 * feed_row with Google's names and forms ("15.00 USD", "in_stock"), and gives it to the sink; what the
 * texts mean is row.c's business. */

/* FEED(NAME, "Google's attribute") */
#define FEED_FIELD_LIST                                                                                      \
    FEED(ID, "id")                                                                                           \
    FEED(GROUP, "item_group_id")                                                                             \
    FEED(TITLE, "title")                                                                                     \
    FEED(DESCRIPTION, "description")                                                                         \
    FEED(BULLETS, "product_highlight")                                                                       \
    FEED(LINK, "link")                                                                                       \
    FEED(IMAGE, "image_link")                                                                                \
    FEED(IMAGES, "additional_image_link")                                                                    \
    FEED(AVAILABILITY, "availability")                                                                       \
    FEED(PRICE, "price")                                                                                     \
    FEED(SALE_PRICE, "sale_price")                                                                           \
    FEED(SALE_DATES, "sale_price_effective_date")                                                            \
    FEED(BRAND, "brand")                                                                                     \
    FEED(CATEGORY, "google_product_category")                                                                \
    FEED(TYPE, "product_type")                                                                               \
    FEED(COLOUR, "color")                                                                                    \
    FEED(SIZE, "size")                                                                                       \
    FEED(SIZE_SYSTEM, "size_system")                                                                         \
    FEED(SIZE_TYPE, "size_type")                                                                             \
    FEED(GENDER, "gender")                                                                                   \
    FEED(AGE_GROUP, "age_group")                                                                             \
    FEED(MATERIAL, "material")                                                                               \
    FEED(PATTERN, "pattern")                                                                                 \
    FEED(RATING, "product_rating")                                                                           \
    FEED(RATING_COUNT, "product_review_count")

enum feed_field {
#define FEED(NAME, attribute) FEED_##NAME,
    FEED_FIELD_LIST
#undef FEED
        FEED_FIELDS
};

struct feed_row {
    long line;                      /* in the file, from 1 */
    const char *texts[FEED_FIELDS]; /* lent; "" or NULL where the row has none */
};

/* Who takes the rows. */
struct feed_sink {
    void (*row)(void *owner, const struct feed_row *row);
    /* A row that can't be read at all. FIELD "" when it is the whole row. */
    void (*refuse)(void *owner, long line, const char *field, const char *reason);
    /* Something that is left out though it is no mistake: a draft, say. */
    void (*note)(void *owner, long line, const char *field, const char *reason);
    void *owner;
};

/* "id" for FEED_ID. */
const char *feed_name(enum feed_field field);

/* What ROW has in the field of that NAME; "" for nothing. */
const char *feed_value(const struct feed_row *row, const char *name);

/* Every reader: take all of SOURCE's rows to SINK. CURRENCY (ISO 4217, or "") is that of prices without one.
 * Returns 0 at the end of the file, -1 when it can't be read on or is no such feed (logged). */
typedef int feed_reader(struct source *source, const char *currency, const struct feed_sink *sink);

feed_reader feed_read_google;     /* Google Merchant Center: tab or comma separated, with a header row */
feed_reader feed_read_google_xml; /* the same as RSS 2.0 or Atom */
feed_reader feed_read_openai;     /* OpenAI's product feed: JSON Lines or CSV */
feed_reader feed_read_acp;        /* Agentic Commerce Protocol: products.jsonl */
feed_reader feed_read_shopify;    /* Shopify's product CSV, with the old or the new header */

/* The reader for what SOURCE's first bytes are, or NULL for none (logged). */
feed_reader *feed_detect(struct source *source);

#endif
