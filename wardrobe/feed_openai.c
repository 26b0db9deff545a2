/* feed_openai -- OpenAI's product feed, as JSON Lines or separated with a header row. Its names, and the
 * older ones, become Google's; what only `variant_dict` says of colour and size is taken from there. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/json.h"
#include "common/log.h"
#include "wardrobe/columns.h"
#include "wardrobe/csv.h"
#include "wardrobe/feed.h"
#include "wardrobe/lines.h"

/* What this feed has and Google's has not. */
enum { MEANS_VARIANT = FEED_FIELDS, MEANS_SEARCH, MEANS_CURRENCY, MEANINGS };

static const struct column_alias aliases[] = {
    { "item_id", FEED_ID },
    { "group_id", FEED_GROUP },
    { "url", FEED_LINK },
    { "image_url", FEED_IMAGE },
    { "additional_image_urls", FEED_IMAGES },
    { "additional_image_url", FEED_IMAGES },
    { "product_category", FEED_TYPE },
    { "colour", FEED_COLOUR },
    { "sale_price_start_end_date", FEED_SALE_DATES },
    { "star_rating", FEED_RATING },
    { "product_review_rating", FEED_RATING },
    { "average_rating", FEED_RATING },
    { "review_count", FEED_RATING_COUNT },
    { "rating_count", FEED_RATING_COUNT },
    { "variant_dict", MEANS_VARIANT },
    { "variant_options", MEANS_VARIANT },
    { "is_eligible_search", MEANS_SEARCH },
    { "enable_search", MEANS_SEARCH },
    { "currency", MEANS_CURRENCY },
};

struct reading {
    const struct feed_sink *sink;
    const char *texts[MEANINGS]; /* of the row in hand */
    long line;
    char made[32768]; /* texts that no value of the row lends: numbers, joined lists */
    size_t used;
};

static int
meaning_of(const char *name)
{
    char plain[COLUMN_NAME];

    column_plain(name, plain);
    return column_meaning(plain, aliases, sizeof aliases / sizeof *aliases);
}

static void
begin_row(struct reading *reading, long line)
{
    memset(reading->texts, 0, sizeof reading->texts);
    reading->line = line;
    reading->used = 0;
}

static bool
is_false(const char *text)
{
    return text != NULL &&
           (strcasecmp(text, "false") == 0 || strcasecmp(text, "no") == 0 || strcmp(text, "0") == 0);
}

/* What the object of a `variant_dict` says, where the row itself does not. */
static void
take_variant(struct reading *reading, const json_t *options)
{
    static const struct column_alias names[] = { { "colour", FEED_COLOUR },
                                                 { "shade", FEED_COLOUR },
                                                 { "shoe_size", FEED_SIZE },
                                                 { "fabric", FEED_MATERIAL } };
    char plain[COLUMN_NAME];
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)(uintptr_t)options, name, value)
    {
        int field;

        column_plain(name, plain);
        field = column_meaning(plain, names, sizeof names / sizeof *names);
        if ((field == FEED_COLOUR || field == FEED_SIZE || field == FEED_MATERIAL || field == FEED_PATTERN ||
             field == FEED_SIZE_SYSTEM || field == FEED_GENDER) &&
            json_is_string(value) && (reading->texts[field] == NULL || reading->texts[field][0] == '\0'))
            reading->texts[field] = json_string_value(value);
    }
}

/* Give the row to the sink. OPTIONS is its variant_dict, or NULL where it is still text. */
static void
give_row(struct reading *reading, const json_t *options)
{
    const char *text = reading->texts[MEANS_VARIANT];
    struct feed_row row = { .line = reading->line };
    json_t *read = NULL;

    if (is_false(reading->texts[MEANS_SEARCH])) {
        reading->sink->note(reading->sink->owner, reading->line, "is_eligible_search", "false: left out");
        return;
    }
    if (options == NULL && text != NULL && text[0] != '\0' &&
        (read = json_read(text, strlen(text), NULL)) == NULL)
        reading->sink->note(reading->sink->owner, reading->line, "variant_dict", "no JSON object: not read");
    take_variant(reading, options != NULL ? options : read);
    memcpy(row.texts, reading->texts, sizeof row.texts);
    reading->sink->row(reading->sink->owner, &row);
    json_decref(read);
}

/* -- JSON Lines ---------------------------------------------------------------------------------- */

/* Keep TEXT of SIZE bytes for the row; "" when there is no room left. */
static const char *
make_text(struct reading *reading, const char *text, size_t size)
{
    char *made = reading->made + reading->used;

    if (size >= sizeof reading->made - reading->used)
        return "";
    memcpy(made, text, size);
    made[size] = '\0';
    reading->used += size + 1;
    return made;
}

/* The texts of LIST, joined by what Google's field has between them. */
static const char *
join(struct reading *reading, const json_t *list, int meaning)
{
    const char *between = meaning == FEED_COLOUR || meaning == FEED_MATERIAL ? "/"
                          : meaning == FEED_TYPE                             ? " > "
                                                                             : ",";
    struct buffer joined = { 0 };
    const char *text;
    json_t *value;
    size_t i;

    json_array_foreach((json_t *)(uintptr_t)list, i, value)
    {
        if (!json_is_string(value))
            continue;
        buffer_text(&joined, joined.size > 0 ? between : "");
        buffer_text(&joined, json_string_value(value));
    }
    text = make_text(reading, buffer_string(&joined), joined.size);
    buffer_clear(&joined);
    return text;
}

/* Take the VALUE of a column. Returns false when it is of no kind that it may be. */
static bool
take_value(struct reading *reading, int meaning, const json_t *value)
{
    char number[64];

    if (json_is_string(value))
        reading->texts[meaning] = json_string_value(value);
    else if (json_is_boolean(value))
        reading->texts[meaning] = json_is_true(value) ? "true" : "false";
    else if (json_is_number(value)) {
        int size = json_is_integer(value)
                       ? snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value))
                       : snprintf(number, sizeof number, "%.10g", json_real_value(value));

        reading->texts[meaning] = make_text(reading, number, (size_t)size);
    } else if (json_is_array(value) && meaning < FEED_FIELDS)
        reading->texts[meaning] = join(reading, value, meaning);
    else
        return json_is_null(value) || meaning == MEANS_VARIANT;
    return true;
}

/* A price that is a bare number has its currency beside it, or nowhere. */
static void
name_currency(struct reading *reading, int field)
{
    const char *price = reading->texts[field], *currency = reading->texts[MEANS_CURRENCY];
    char both[80];

    if (price == NULL || currency == NULL || price[0] == '\0' || price[strspn(price, "0123456789.,")] != '\0')
        return;
    snprintf(both, sizeof both, "%.40s %.20s", price, currency);
    reading->texts[field] = make_text(reading, both, strlen(both));
}

static void
take_line(struct reading *reading, const char *text, size_t size)
{
    char why[80];
    json_t *object = json_read(text, size, why), *value;
    const char *name;

    if (!json_is_object(object)) {
        reading->sink->refuse(reading->sink->owner, reading->line, "",
                              object == NULL ? why : "no JSON object");
        json_decref(object);
        return;
    }
    json_object_foreach(object, name, value)
    {
        int meaning = meaning_of(name);

        if (meaning >= 0 && (reading->texts[meaning] == NULL || reading->texts[meaning][0] == '\0') &&
            !take_value(reading, meaning, value)) {
            reading->sink->refuse(reading->sink->owner, reading->line, name, "neither a text nor a number");
            json_decref(object);
            return;
        }
    }
    name_currency(reading, FEED_PRICE);
    name_currency(reading, FEED_SALE_PRICE);
    value = json_object_get(object, "variant_dict");
    give_row(reading, json_is_object(value) ? value : NULL);
    json_decref(object);
}

static int
read_lines(struct source *source, struct reading *reading)
{
    struct lines *lines = lines_open(source);
    enum lines_outcome outcome = LINES_FAILED;
    const char *text;
    size_t size;

    while (lines != NULL &&
           ((outcome = lines_next(lines, &text, &size)) == LINES_LINE || outcome == LINES_TOO_LONG)) {
        begin_row(reading, lines_number(lines));
        if (outcome == LINES_LINE)
            take_line(reading, text, size);
        else
            reading->sink->refuse(reading->sink->owner, reading->line, "", "the line is too long");
    }
    lines_close(&lines);
    return outcome == LINES_END ? 0 : -1;
}

/* -- separated ----------------------------------------------------------------------------------- */

static void
take_record(struct reading *reading, char **fields, size_t count, const int *meanings, size_t columns)
{
    if (count > columns) {
        reading->sink->refuse(reading->sink->owner, reading->line, "",
                              "more fields than the header has columns");
        return;
    }
    for (size_t i = 0; i < count; i++)
        if (meanings[i] >= 0 && (reading->texts[meanings[i]] == NULL || fields[i][0] != '\0'))
            reading->texts[meanings[i]] = fields[i];
    name_currency(reading, FEED_PRICE);
    name_currency(reading, FEED_SALE_PRICE);
    give_row(reading, NULL);
}

static int
read_separated(struct source *source, struct reading *reading)
{
    struct csv *csv = csv_open(source, columns_separator(source));
    enum csv_outcome outcome = CSV_FAILED;
    int meanings[CSV_FIELDS];
    size_t columns, count;
    const char *why;
    char **fields;

    if (csv == NULL)
        return -1;
    columns = columns_read(csv, source_path(source), column_meaning, aliases,
                           sizeof aliases / sizeof *aliases, meanings);
    while (columns > 0 &&
           ((outcome = csv_next(csv, &fields, &count, &why)) == CSV_RECORD || outcome == CSV_REFUSED)) {
        begin_row(reading, csv_line(csv));
        if (outcome == CSV_RECORD)
            take_record(reading, fields, count, meanings, columns);
        else
            reading->sink->refuse(reading->sink->owner, reading->line, "", why);
    }
    csv_close(&csv);
    return outcome == CSV_END ? 0 : -1;
}

int
feed_read_openai(struct source *source, const char *currency, const struct feed_sink *sink)
{
    struct reading *reading = calloc(1, sizeof *reading);
    const char *first;
    int size = source_peek(source, &first, 64), at = 0, status = -1;

    (void)currency; /* row.c knows it */
    if (reading == NULL || size < 0) {
        if (reading == NULL)
            log_error("%s: no memory", source_path(source));
        free(reading);
        return -1;
    }
    reading->sink = sink;
    if (size >= 3 && memcmp(first, "\xef\xbb\xbf", 3) == 0)
        at = 3;
    while (at < size && strchr(" \t\r\n", first[at]) != NULL)
        at++;
    status = at < size && first[at] == '{' ? read_lines(source, reading) : read_separated(source, reading);
    free(reading);
    return status;
}
