/* csv -- records of fields; see csv.h. */

#include "wardrobe/csv.h"

#include <stdlib.h>
#include <string.h>

#include "common/log.h"

struct csv {
    struct source *source;
    char separator;
    char bytes[65536]; /* what was read */
    size_t size, at;
    bool ended, failed;
    long line, record_line; /* where we are, and where the record began */
    char *record;           /* the fields' bytes, each with its NUL */
    size_t used;
    size_t starts[CSV_FIELDS];
    char *fields[CSV_FIELDS];
    size_t count;
    bool too_long;
};

struct csv *
csv_open(struct source *source, char separator)
{
    struct csv *csv = calloc(1, sizeof *csv);
    const char *first;

    if (csv == NULL || (csv->record = malloc(CSV_RECORD_BYTES)) == NULL) {
        log_error("%s: no memory", source_path(source));
        csv_close(&csv);
        return NULL;
    }
    csv->source = source;
    csv->separator = separator;
    csv->line = 1;
    if (source_peek(source, &first, 3) == 3 && memcmp(first, "\xef\xbb\xbf", 3) == 0)
        source_read(source, csv->bytes, 3);
    return csv;
}

void
csv_close(struct csv **csv)
{
    if (*csv != NULL)
        free((*csv)->record);
    free(*csv);
    *csv = NULL;
}

/* The next byte, or -1 at the end. */
static int
next_byte(struct csv *csv)
{
    if (csv->at == csv->size) {
        int got = csv->ended ? 0 : source_read(csv->source, csv->bytes, sizeof csv->bytes);

        csv->failed = csv->failed || got < 0;
        if (got <= 0) {
            csv->ended = true;
            return -1;
        }
        csv->size = (size_t)got;
        csv->at = 0;
    }
    return (unsigned char)csv->bytes[csv->at++];
}

static int
peek_byte(struct csv *csv)
{
    int byte = next_byte(csv);

    if (byte >= 0)
        csv->at--;
    return byte;
}

static void
put(struct csv *csv, int byte)
{
    if (csv->used < CSV_RECORD_BYTES)
        csv->record[csv->used++] = (char)byte;
    else
        csv->too_long = true;
}

static void
begin_field(struct csv *csv)
{
    if (csv->count < CSV_FIELDS)
        csv->starts[csv->count++] = csv->used;
    else
        csv->too_long = true;
}

/* Take a quoted field's bytes; the first quote is gone. Returns false when it never ends. */
static bool
take_quoted(struct csv *csv)
{
    int byte;

    while ((byte = next_byte(csv)) >= 0) {
        if (byte == '"') {
            if (peek_byte(csv) != '"')
                return true;
            next_byte(csv);
        }
        csv->line += byte == '\n';
        put(csv, byte == '\0' ? ' ' : byte);
    }
    return false;
}

/* Take one record's bytes. Returns false for a quote that never ends. */
static bool
take_record(struct csv *csv)
{
    bool start = true;
    int byte;

    begin_field(csv);
    while ((byte = next_byte(csv)) >= 0) {
        if (byte == '\n')
            break;
        if (byte == '\r' && peek_byte(csv) == '\n')
            continue;
        if (byte == '\r')
            break;
        if (byte == '"' && start) {
            if (!take_quoted(csv))
                return false;
            start = false;
        } else if (byte == csv->separator) {
            put(csv, '\0');
            begin_field(csv);
            start = true;
        } else {
            put(csv, byte == '\0' ? ' ' : byte);
            start = false;
        }
    }
    csv->line++;
    put(csv, '\0');
    return true;
}

enum csv_outcome
csv_next(struct csv *csv, char ***fields, size_t *count, const char **why)
{
    do {
        csv->used = csv->count = 0;
        csv->too_long = false;
        csv->record_line = csv->line;
        if (peek_byte(csv) < 0)
            return csv->failed ? CSV_FAILED : CSV_END;
        if (!take_record(csv)) {
            *why = "a quote that never ends";
            return csv->failed ? CSV_FAILED : CSV_REFUSED;
        }
    } while (csv->count == 1 && csv->used == 1);
    if (csv->failed)
        return CSV_FAILED;
    if (csv->too_long) {
        *why = "the row is too long";
        return CSV_REFUSED;
    }
    for (size_t i = 0; i < csv->count; i++)
        csv->fields[i] = csv->record + csv->starts[i];
    *fields = csv->fields;
    *count = csv->count;
    return CSV_RECORD;
}

long
csv_line(const struct csv *csv)
{
    return csv->record_line;
}
