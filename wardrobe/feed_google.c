/* feed_google -- Google Merchant Center's product feed, separated by tabs (or commas), with a header row. */

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/log.h"
#include "wardrobe/csv.h"
#include "wardrobe/feed.h"

/* Which field a column of the header is; FEED_FIELDS for one that we don't read. "Item Group ID",
 * "g:item_group_id" and "item_group_id" are the same. */
static enum feed_field
column(const char *name)
{
    static const struct {
        const char *name;
        enum feed_field field;
    } others[] = { { "colour", FEED_COLOUR },         { "rating", FEED_RATING },
                   { "average_rating", FEED_RATING }, { "rating_count", FEED_RATING_COUNT },
                   { "review_count", FEED_RATING_COUNT }, { "highlights", FEED_BULLETS } };
    char plain[64];
    size_t size = 0;

    if (strncasecmp(name, "g:", 2) == 0)
        name += 2;
    name += strspn(name, " ");
    for (; *name != '\0' && size < sizeof plain - 1; name++)
        plain[size++] = *name == ' ' || *name == '-' ? '_' : (char)tolower((unsigned char)*name);
    while (size > 0 && plain[size - 1] == '_')
        size--;
    plain[size] = '\0';
    for (int i = 0; i < FEED_FIELDS; i++)
        if (strcmp(feed_name((enum feed_field)i), plain) == 0)
            return (enum feed_field)i;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(others[i].name, plain) == 0)
            return others[i].field;
    return FEED_FIELDS;
}

/* Tab or comma: what the header has more of. */
static char
separator_of(struct source *source)
{
    const char *first;
    int size = source_peek(source, &first, 4096), tabs = 0, commas = 0;

    for (int i = 0; i < size && first[i] != '\n'; i++) {
        tabs += first[i] == '\t';
        commas += first[i] == ',';
    }
    return tabs >= commas ? '\t' : ',';
}

/* Read the header: which field each column is. Returns how many columns, 0 when it is no such feed (logged). */
static size_t
read_header(struct csv *csv, const char *path, enum feed_field columns[CSV_FIELDS])
{
    bool found[FEED_FIELDS + 1] = { false };
    const char *why = "";
    char **fields;
    size_t count;

    if (csv_next(csv, &fields, &count, &why) != CSV_RECORD) {
        log_error("%s: no header row%s%s", path, why[0] ? ": " : "", why);
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        columns[i] = column(fields[i]);
        found[columns[i]] = true;
    }
    if (found[FEED_ID] && found[FEED_TITLE])
        return count;
    log_error("%s: the header row names no %s column", path, found[FEED_ID] ? "title" : "id");
    return 0;
}

static void
give_row(const struct feed_sink *sink, long line, char **fields, size_t count, const enum feed_field *columns,
         size_t column_count)
{
    struct feed_row row = { .line = line };

    if (count > column_count) {
        sink->refuse(sink->owner, line, "", "more fields than the header has columns");
        return;
    }
    for (size_t i = 0; i < count; i++)
        if (columns[i] < FEED_FIELDS && (row.texts[columns[i]] == NULL || fields[i][0] != '\0'))
            row.texts[columns[i]] = fields[i];
    sink->row(sink->owner, &row);
}

int
feed_read_google(struct source *source, const char *currency, const struct feed_sink *sink)
{
    enum feed_field columns[CSV_FIELDS];
    struct csv *csv = csv_open(source, separator_of(source));
    size_t column_count, count;
    enum csv_outcome outcome;
    const char *why;
    char **fields;

    (void)currency; /* each price has its own, and row.c knows the other */
    if (csv == NULL)
        return -1;
    if ((column_count = read_header(csv, source_path(source), columns)) == 0) {
        csv_close(&csv);
        return -1;
    }
    while ((outcome = csv_next(csv, &fields, &count, &why)) == CSV_RECORD || outcome == CSV_REFUSED) {
        if (outcome == CSV_REFUSED)
            sink->refuse(sink->owner, csv_line(csv), "", why);
        else
            give_row(sink, csv_line(csv), fields, count, columns, column_count);
    }
    csv_close(&csv);
    return outcome == CSV_END ? 0 : -1;
}
