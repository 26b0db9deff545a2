#ifndef WARDROBE_ROW_H
#define WARDROBE_ROW_H

#include <stdbool.h>
#include <stdint.h>

#include "wardrobe/feed.h"

/* A feed's row, checked, as numbers and clean texts: one variant of a product. No I/O. */

#define PRICE_NONE INT64_MIN

enum availability {
    AVAILABILITY_UNKNOWN,
    AVAILABILITY_IN,
    AVAILABILITY_PREORDER,
    AVAILABILITY_BACKORDER,
    AVAILABILITY_OUT
};

struct item {
    const char *id, *group; /* group is id where the row has none */
    const char *title, *description, *bullets, *brand;
    const char *link, *image;
    const char *type; /* the merchant's category path, or Google's where there is none */
    const char *colour, *size, *size_system, *size_type, *material, *pattern;
    uint8_t gender, age; /* a bit of enum gender and enum age; 0: not said */
    enum availability availability;
    int64_t price, sale;        /* minor units, or PRICE_NONE */
    char currency[4];           /* of the price; "" without one */
    int64_t sale_from, sale_to; /* seconds since 1970: the sale holds from <= now < to */
    double rating;              /* 0 to 5; 0 when not said */
    int64_t rating_count;
    char texts[24576]; /* what the texts point into */
    char plain[65536]; /* one of them while its HTML is read */
};

/* Why a row was refused, or something that is worth a note though it was read. */
struct row_problem {
    const char *field; /* "price"; "" when there is none */
    const char *reason;
};

/* Check ROW and fill ITEM. CURRENCY (or "") is for prices that name none. Returns 0, or -1 and in PROBLEM why
 * not. With 0, PROBLEM may hold a note: the price or the sale is missing or can't be used, and was left out.
 * STRICT refuses rows without price or availability. */
int row_read(const struct feed_row *row, const char *currency, bool strict, struct item *item,
             struct row_problem *problem);

/* "15.00 USD", "USD 15.00", "$15", "15,550.00 RUB", "49,90 EUR" as minor units. CODE comes back as the
 * text's, and stays as it is when it names none, or has a sign that is CODE's too: "$15" of a shop in CAD.
 * Returns PRICE_NONE for what is no price. */
int64_t row_price(const char *text, char code[4]);

/* The id of ROW as row_read() would have it, in ITEM's texts; NULL when it is not UTF-8. */
const char *row_id(const struct feed_row *row, struct item *item);

/* ISO 8601 date or time as seconds since 1970 (UTC where it names no zone), or INT64_MIN. A date alone is its
 * beginning. *DATE_ONLY says whether it was one. Goes on behind it in *TEXT. */
int64_t row_time(const char **text, bool *date_only);

#endif
