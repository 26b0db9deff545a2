/* feed_google -- Google Merchant Center's product feed, separated by tabs (or commas), with a header row. */

#include <stdbool.h>

#include "common/log.h"
#include "wardrobe/columns.h"
#include "wardrobe/csv.h"
#include "wardrobe/feed.h"

static const struct column_alias aliases[] = {
    { "colour", FEED_COLOUR },
    { "rating", FEED_RATING },
    { "average_rating", FEED_RATING },
    { "rating_count", FEED_RATING_COUNT },
    { "review_count", FEED_RATING_COUNT },
    { "highlights", FEED_BULLETS },
};

/* Whether the COLUMNS are those of a feed: an id and a title, or, in a supplemental one, what changes. */
static bool
is_feed(const char *path, const int *meanings, size_t columns)
{
    bool found[FEED_FIELDS] = { false };

    for (size_t i = 0; i < columns; i++)
        if (meanings[i] >= 0)
            found[meanings[i]] = true;
    if (found[FEED_ID] &&
        (found[FEED_TITLE] || found[FEED_PRICE] || found[FEED_SALE_PRICE] || found[FEED_AVAILABILITY]))
        return true;
    log_error("%s: the header row names no %s column", path, found[FEED_ID] ? "title" : "id");
    return false;
}

static void
give_row(const struct feed_sink *sink, long line, char **fields, size_t count, const int *meanings,
         size_t columns)
{
    struct feed_row row = { .line = line };

    if (count > columns) {
        sink->refuse(sink->owner, line, "", "more fields than the header has columns");
        return;
    }
    for (size_t i = 0; i < count; i++)
        if (meanings[i] >= 0 && (row.texts[meanings[i]] == NULL || fields[i][0] != '\0'))
            row.texts[meanings[i]] = fields[i];
    sink->row(sink->owner, &row);
}

int
feed_read_google(struct source *source, const char *currency, const struct feed_sink *sink)
{
    struct csv *csv = csv_open(source, columns_separator(source));
    int meanings[CSV_FIELDS];
    size_t columns, count;
    enum csv_outcome outcome;
    const char *why;
    char **fields;

    (void)currency; /* each price has its own, and row.c knows the other */
    if (csv == NULL)
        return -1;
    columns = columns_read(csv, source_path(source), column_meaning, aliases,
                           sizeof aliases / sizeof *aliases, meanings);
    if (columns == 0 || !is_feed(source_path(source), meanings, columns)) {
        csv_close(&csv);
        return -1;
    }
    while ((outcome = csv_next(csv, &fields, &count, &why)) == CSV_RECORD || outcome == CSV_REFUSED) {
        if (outcome == CSV_REFUSED)
            sink->refuse(sink->owner, csv_line(csv), "", why);
        else
            give_row(sink, csv_line(csv), fields, count, meanings, columns);
    }
    csv_close(&csv);
    return outcome == CSV_END ? 0 : -1;
}
