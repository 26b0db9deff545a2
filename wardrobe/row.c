/* row -- a feed's row, checked; see row.h. */

#include "wardrobe/row.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/money.h"
#include "common/utf8.h"
#include "wardrobe/html.h"
#include "wardrobe/lexicon.h"

#define ID_CHARACTERS 101 /* one more than an id may have, to see it */

/* -- texts --------------------------------------------------------------------------------------- */

/* The bytes of the UTF-8 character at TEXT, 0 when it is none. */
static size_t
character_size(const unsigned char *text)
{
    size_t more = text[0] < 0x80    ? 0
                  : text[0] >= 0xf5 ? 9
                  : text[0] >= 0xf0 ? 3
                  : text[0] >= 0xe0 ? 2
                  : text[0] >= 0xc2 ? 1
                                    : 9;

    if (more == 9)
        return 0;
    for (size_t i = 1; i <= more; i++)
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    if ((text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xed && text[1] > 0x9f) ||
        (text[0] == 0xf0 && text[1] < 0x90) || (text[0] == 0xf4 && text[1] > 0x8f))
        return 0;
    return more + 1;
}

/* What a person would read of the HTML in TEXT; TEXT itself where there is none. */
static const char *
read_html(struct item *item, const char *text)
{
    size_t size;

    if (strpbrk(text, "<&") == NULL)
        return text;
    size = utf8_cut(text, strnlen(text, sizeof item->plain - 1));
    html_text(text, size, item->plain);
    return item->plain;
}

/* A blank, or a control character, which would be a command to a terminal: U+0080 to U+009F among them. */
static bool
is_blank(const char *text, size_t bytes)
{
    const unsigned char *u = (const unsigned char *)text;

    return bytes == 1 ? isspace(u[0]) || iscntrl(u[0]) : bytes == 2 && u[0] == 0xc2 && u[1] < 0xa0;
}

/* Copy TEXT without blanks at its ends, with single spaces, cut after MAX characters, to *AT within ITEM's
 * texts. HTML: tags and entities go. Returns the copy, or NULL when it is not UTF-8. */
static const char *
clean(struct item *item, size_t *used, const char *text, size_t max, bool html)
{
    char *copy = item->texts + *used;
    size_t size = 0, room = sizeof item->texts - *used - 1, characters = 0;
    bool space = true;

    text = text == NULL ? "" : html ? read_html(item, text) : text;
    for (; *text != '\0' && characters < max;) {
        size_t bytes = character_size((const unsigned char *)text);

        if (bytes == 0)
            return NULL;
        if (size + bytes > room)
            break;
        if (is_blank(text, bytes)) {
            if (!space) {
                copy[size++] = ' ';
                characters++;
            }
            space = true;
        } else {
            memcpy(copy + size, text, bytes);
            size += bytes;
            characters++;
            space = false;
        }
        text += bytes;
    }
    while (size > 0 && copy[size - 1] == ' ')
        size--;
    copy[size] = '\0';
    *used += size + 1;
    return copy;
}

/* -- dates --------------------------------------------------------------------------------------- */

/* "start/end" of a sale. A last day counts to its end. Returns false for what is no interval. */
static bool
sale_dates(const char *text, struct item *item)
{
    bool date_only;

    text += strspn(text, " ");
    if ((item->sale_from = row_time(&text, &date_only)) == INT64_MIN)
        return false;
    text += strspn(text, " ");
    if (*text++ != '/')
        return false;
    text += strspn(text, " ");
    if ((item->sale_to = row_time(&text, &date_only)) == INT64_MIN)
        return false;
    if (date_only)
        item->sale_to += 86400;
    return item->sale_to > item->sale_from;
}

/* -- words for numbers --------------------------------------------------------------------------- */

/* TEXT lower case with underscores for blanks, at most SIZE bytes. */
static void
plain_word(const char *text, char *out, size_t size)
{
    size_t used = 0;

    for (; *text != '\0' && used < size - 1; text++)
        out[used++] = *text == ' ' || *text == '-' ? '_' : (char)tolower((unsigned char)*text);
    out[used] = '\0';
}

static bool
read_availability(const char *text, enum availability *availability)
{
    static const struct {
        const char *word;
        enum availability availability;
    } words[] = { { "", AVAILABILITY_UNKNOWN },
                  { "unknown", AVAILABILITY_UNKNOWN },
                  { "in_stock", AVAILABILITY_IN },
                  { "instock", AVAILABILITY_IN },
                  { "available", AVAILABILITY_IN },
                  { "out_of_stock", AVAILABILITY_OUT },
                  { "outofstock", AVAILABILITY_OUT },
                  { "sold_out", AVAILABILITY_OUT },
                  { "preorder", AVAILABILITY_PREORDER },
                  { "pre_order", AVAILABILITY_PREORDER },
                  { "backorder", AVAILABILITY_BACKORDER },
                  { "back_order", AVAILABILITY_BACKORDER },
                  { "discontinued", AVAILABILITY_OUT },
                  { "limited", AVAILABILITY_IN } };
    char word[24];

    plain_word(text, word, sizeof word);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].word, word) == 0) {
            *availability = words[i].availability;
            return true;
        }
    return false;
}

static uint8_t
read_gender(const char *text)
{
    static const struct {
        const char *word;
        uint8_t gender, age;
    } words[] = {
        { "female", GENDER_FEMALE, 0 }, { "women", GENDER_FEMALE, 0 },   { "woman", GENDER_FEMALE, 0 },
        { "womens", GENDER_FEMALE, 0 }, { "women's", GENDER_FEMALE, 0 }, { "ladies", GENDER_FEMALE, 0 },
        { "girl", GENDER_FEMALE, 0 },   { "girls", GENDER_FEMALE, 0 },   { "damen", GENDER_FEMALE, 0 },
        { "femme", GENDER_FEMALE, 0 },  { "mujer", GENDER_FEMALE, 0 },   { "donna", GENDER_FEMALE, 0 },
        { "male", GENDER_MALE, 0 },     { "men", GENDER_MALE, 0 },       { "man", GENDER_MALE, 0 },
        { "mens", GENDER_MALE, 0 },     { "men's", GENDER_MALE, 0 },     { "boy", GENDER_MALE, 0 },
        { "boys", GENDER_MALE, 0 },     { "herren", GENDER_MALE, 0 },    { "homme", GENDER_MALE, 0 },
        { "hombre", GENDER_MALE, 0 },   { "uomo", GENDER_MALE, 0 },      { "unisex", GENDER_UNISEX, 0 }
    };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasecmp(words[i].word, text) == 0)
            return words[i].gender;
    return 0;
}

static uint8_t
read_age(const char *text)
{
    static const char *const words[] = { "newborn", "infant", "toddler", "kids", "adult" };

    for (int i = 0; i < 5; i++)
        if (strcasecmp(words[i], text) == 0)
            return (uint8_t)(1 << i);
    return strcasecmp(text, "children") == 0 || strcasecmp(text, "child") == 0 ? AGE_KIDS : 0;
}

/* What a category path's own steps say of who it is for: "Women > Shoes", "Clothing > Boys". */
static void
who_by_path(struct item *item)
{
    static const struct {
        const char *word;
        uint8_t gender, age;
    } steps[] = { { "women", GENDER_FEMALE, AGE_ADULT },
                  { "womens", GENDER_FEMALE, AGE_ADULT },
                  { "women's", GENDER_FEMALE, AGE_ADULT },
                  { "ladies", GENDER_FEMALE, AGE_ADULT },
                  { "men", GENDER_MALE, AGE_ADULT },
                  { "mens", GENDER_MALE, AGE_ADULT },
                  { "men's", GENDER_MALE, AGE_ADULT },
                  { "girls", GENDER_FEMALE, AGE_KIDS },
                  { "boys", GENDER_MALE, AGE_KIDS },
                  { "baby girls", GENDER_FEMALE, AGE_INFANT },
                  { "baby boys", GENDER_MALE, AGE_INFANT },
                  { "kids", 0, AGE_KIDS },
                  { "children", 0, AGE_KIDS },
                  { "baby", 0, AGE_INFANT },
                  { "unisex", GENDER_UNISEX, 0 } };

    for (const char *step = item->type; *step != '\0';) {
        size_t size = strcspn(step, ">"), word = size;

        while (word > 0 && step[word - 1] == ' ')
            word--;
        for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
            if (strlen(steps[i].word) == word && strncasecmp(steps[i].word, step, word) == 0) {
                item->gender = item->gender == 0 ? steps[i].gender : item->gender;
                item->age = item->age == 0 ? steps[i].age : item->age;
            }
        step += size;
        step += strspn(step, "> ");
    }
}

/* -- the row ------------------------------------------------------------------------------------- */

static int
refuse(struct row_problem *problem, enum feed_field field, const char *reason)
{
    *problem = (struct row_problem) { feed_name(field), reason };
    return -1;
}

/* All texts of ROW, cleaned. Returns -1 (PROBLEM says which) when one is not UTF-8. */
static int
read_texts(const struct feed_row *row, struct item *item, struct row_problem *problem)
{
    static const struct {
        enum feed_field field;
        size_t offset, max;
        bool html;
    } plan[] = {
        { FEED_ID, offsetof(struct item, id), ID_CHARACTERS, false },
        { FEED_GROUP, offsetof(struct item, group), 100, false },
        { FEED_TITLE, offsetof(struct item, title), 300, true },
        { FEED_BRAND, offsetof(struct item, brand), 100, true },
        { FEED_TYPE, offsetof(struct item, type), 750, true },
        { FEED_COLOUR, offsetof(struct item, colour), 120, true },
        { FEED_SIZE, offsetof(struct item, size), 100, true },
        { FEED_SIZE_SYSTEM, offsetof(struct item, size_system), 3, false },
        { FEED_SIZE_TYPE, offsetof(struct item, size_type), 40, false },
        { FEED_MATERIAL, offsetof(struct item, material), 200, true },
        { FEED_PATTERN, offsetof(struct item, pattern), 100, true },
        { FEED_LINK, offsetof(struct item, link), 2000, false },
        { FEED_IMAGE, offsetof(struct item, image), 2000, false },
        { FEED_DESCRIPTION, offsetof(struct item, description), 5000, true },
        { FEED_BULLETS, offsetof(struct item, bullets), 2000, true },
    };
    size_t used = 0;

    for (size_t i = 0; i < sizeof plan / sizeof *plan; i++) {
        const char **text = (const char **)(void *)((char *)item + plan[i].offset);

        if ((*text = clean(item, &used, row->texts[plan[i].field], plan[i].max, plan[i].html)) == NULL)
            return refuse(problem, plan[i].field, "not UTF-8");
    }
    if (item->type[0] == '\0' && row->texts[FEED_CATEGORY] != NULL) {
        if ((item->type = clean(item, &used, row->texts[FEED_CATEGORY], 750, true)) == NULL)
            return refuse(problem, FEED_CATEGORY, "not UTF-8");
        if (item->type[strspn(item->type, "0123456789")] == '\0')
            item->type = ""; /* a number of Google's, which says nothing by itself */
    }
    return 0;
}

/* Whether ADDRESS is one of the web's, or has no scheme: `javascript:` would run in the page that shows the
 * card. */
static bool
is_of_web(const char *address)
{
    size_t scheme = strcspn(address, ":/?#");

    return address[scheme] != ':' || (scheme == 4 && strncasecmp(address, "http", 4) == 0) ||
           (scheme == 5 && strncasecmp(address, "https", 5) == 0);
}

static void
read_addresses(struct item *item, struct row_problem *problem)
{
    static const char reason[] = "no address of the web: it was left out";

    if (!is_of_web(item->link)) {
        item->link = "";
        *problem = (struct row_problem) { feed_name(FEED_LINK), reason };
    }
    if (!is_of_web(item->image)) {
        item->image = "";
        *problem = (struct row_problem) { feed_name(FEED_IMAGE), reason };
    }
}

/* A short text of ROW without the blanks at its ends, and cut where it is longer than any that means
 * anything.
 */
struct short_text {
    char text[96];
};

static struct short_text
short_text(const struct feed_row *row, enum feed_field field)
{
    const char *text = row->texts[field] == NULL ? "" : row->texts[field];
    struct short_text cut = { "" };
    size_t size;

    text += strspn(text, " \t\r\n");
    for (size = strlen(text); size > 0 && strchr(" \t\r\n", text[size - 1]) != NULL;)
        size--;
    if (size >= sizeof cut.text)
        size = sizeof cut.text - 1;
    memcpy(cut.text, text, size);
    return cut;
}

/* The prices of ROW. Returns -1 and in PROBLEM why not. */
static int
read_prices(const struct feed_row *row, const char *currency, bool strict, struct item *item,
            struct row_problem *problem)
{
    const struct short_text given[] = { short_text(row, FEED_PRICE), short_text(row, FEED_SALE_PRICE),
                                        short_text(row, FEED_SALE_DATES) };
    const char *price = given[0].text, *sale = given[1].text, *dates = given[2].text;
    char sale_currency[4];

    item->price = item->sale = PRICE_NONE;
    item->sale_from = 0;
    item->sale_to = INT64_MAX;
    memcpy(item->currency, "", 1);
    if (strlen(currency) == 3)
        memcpy(item->currency, currency, 4);
    if (price[0] == '\0') {
        if (strict)
            return refuse(problem, FEED_PRICE, "missing");
        *problem = (struct row_problem) { feed_name(FEED_PRICE), "missing: the price is unknown" };
        item->currency[0] = '\0';
        return 0;
    }
    if ((item->price = row_price(price, item->currency)) == PRICE_NONE)
        return refuse(problem, FEED_PRICE, "no price: 15.00 USD is one");
    if (item->currency[0] == '\0')
        return refuse(problem, FEED_PRICE, "names no currency, and --currency was not given");
    if (sale[0] == '\0')
        return 0;
    memcpy(sale_currency, item->currency, 4);
    item->sale = row_price(sale, sale_currency);
    if (item->sale == PRICE_NONE || strcmp(sale_currency, item->currency) != 0 || item->sale > item->price ||
        (dates[0] != '\0' && !sale_dates(dates, item))) {
        *problem = (struct row_problem) { feed_name(dates[0] != '\0' && item->sale <= item->price &&
                                                            item->sale != PRICE_NONE
                                                        ? FEED_SALE_DATES
                                                        : FEED_SALE_PRICE),
                                          "left out: no price below the price, or dates that are none" };
        item->sale = PRICE_NONE;
    }
    return 0;
}

const char *
row_id(const struct feed_row *row, struct item *item)
{
    size_t used = 0;

    return clean(item, &used, row->texts[FEED_ID], ID_CHARACTERS, false);
}

/* Who it is for: in columns of its own, or by its path. Returns -1 and in PROBLEM why not. */
static int
read_people(const struct feed_row *row, struct item *item, struct row_problem *problem)
{
    const struct short_text gender = short_text(row, FEED_GENDER), age = short_text(row, FEED_AGE_GROUP);

    item->gender = read_gender(gender.text);
    if (item->gender == 0 && gender.text[0] != '\0')
        return refuse(problem, FEED_GENDER, "none of male, female, unisex");
    item->age = read_age(age.text);
    if (item->age == 0 && age.text[0] != '\0')
        return refuse(problem, FEED_AGE_GROUP, "none of newborn, infant, toddler, kids, adult");
    who_by_path(item);
    return 0;
}

static void
read_rating(const struct feed_row *row, struct item *item)
{
    item->rating = strtod(short_text(row, FEED_RATING).text, NULL);
    if (!(item->rating >= 0 && item->rating <= 5))
        item->rating = 0;
    item->rating_count = strtoll(short_text(row, FEED_RATING_COUNT).text, NULL, 10);
    if (item->rating_count < 0)
        item->rating_count = 0;
}

int
row_read(const struct feed_row *row, const char *currency, bool strict, struct item *item,
         struct row_problem *problem)
{
    const struct short_text availability = short_text(row, FEED_AVAILABILITY);

    *problem = (struct row_problem) { "", "" };
    if (read_texts(row, item, problem) < 0)
        return -1;
    read_addresses(item, problem);
    if (item->id[0] == '\0')
        return refuse(problem, FEED_ID, "missing");
    if (strlen(item->id) > 100)
        return refuse(problem, FEED_ID, "longer than 100 characters");
    if (item->title[0] == '\0')
        return refuse(problem, FEED_TITLE, "missing");
    if (item->group[0] == '\0')
        item->group = item->id;
    if (!read_availability(availability.text, &item->availability))
        return refuse(problem, FEED_AVAILABILITY, "none of in_stock, out_of_stock, preorder, backorder");
    if (strict && item->availability == AVAILABILITY_UNKNOWN)
        return refuse(problem, FEED_AVAILABILITY, "missing");
    if (read_prices(row, currency, strict, item, problem) < 0)
        return -1;
    if (read_people(row, item, problem) < 0)
        return -1;
    read_rating(row, item);
    return 0;
}
