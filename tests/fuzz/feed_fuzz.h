#ifndef TESTS_FUZZ_FEED_FUZZ_H
#define TESTS_FUZZ_FEED_FUZZ_H

#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "tests/fuzz/fuzz_source.h"
#include "wardrobe/feed.h"
#include "wardrobe/row.h"

/* A file of any bytes: every row that a reader gives is read on, and what row.c makes of it keeps its
 * promises. */

struct feed_fuzz {
    struct item item;
    long line; /* of the last row */
};

static void
feed_fuzz_row(void *owner, const struct feed_row *row)
{
    struct feed_fuzz *fuzz = owner;
    struct row_problem problem;

    if (row->line < 1)
        abort();
    fuzz->line = row->line;
    if (row_read(row, "EUR", false, &fuzz->item, &problem) < 0) {
        if (problem.reason[0] == '\0')
            abort();
        return;
    }
    if (fuzz->item.id[0] == '\0' || fuzz->item.title[0] == '\0' || strlen(fuzz->item.description) > 20000)
        abort();
    if (fuzz->item.price != PRICE_NONE && (fuzz->item.price < 0 || strlen(fuzz->item.currency) != 3))
        abort();
    if (fuzz->item.sale != PRICE_NONE && fuzz->item.sale > fuzz->item.price)
        abort();
}

static void
feed_fuzz_refuse(void *owner, long line, const char *field, const char *reason)
{
    (void)owner;
    if (line < 1 || field == NULL || reason[0] == '\0')
        abort();
}

static void
feed_fuzz_read(feed_reader *reader, const uint8_t *bytes, size_t size)
{
    static struct feed_fuzz fuzz;
    const struct feed_sink sink = { feed_fuzz_row, feed_fuzz_refuse, feed_fuzz_refuse, &fuzz };
    struct source *source;

    log_set_level("error");
    if ((source = fuzz_source(bytes, size)) == NULL)
        return;
    if (reader != NULL || (reader = feed_detect(source)) != NULL)
        reader(source, "EUR", &sink);
    source_close(&source);
}

#endif
