/* csv -- records of fields; see csv.h. */

#include "wardrobe/csv.h"

#include <stdlib.h>
#include <string.h>

#include "common/buffer.h"
#include "common/log.h"

/* What a quote at the beginning of a field came to. */
enum quote {
    QUOTE_CLOSED,
    QUOTE_LITERAL, /* it is a character like others, and what was read behind it comes once more */
    QUOTE_STRAY,   /* other rows lie in it: this one is refused, and reading goes on behind its first line */
    QUOTE_OPEN     /* the file ends in it */
};

struct csv {
    struct source *source;
    char separator;
    char bytes[65536]; /* what was read */
    size_t size, at;
    bool ended, failed;
    struct buffer behind; /* what was read behind a quote, as long as it may have to be read again */
    bool keeps;           /* that is going on */
    struct buffer again;  /* what is read again, and how much of it was */
    size_t again_at;
    long line, record_line; /* where we are, and where the record began */
    char *record;           /* the fields' bytes, each with its NUL */
    size_t used;
    size_t starts[CSV_FIELDS];
    char *fields[CSV_FIELDS];
    size_t count;
    size_t columns; /* of the first record */
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
    if (*csv != NULL) {
        buffer_clear(&(*csv)->behind);
        buffer_clear(&(*csv)->again);
        free((*csv)->record);
    }
    free(*csv);
    *csv = NULL;
}

/* The byte that comes next, or -1 at the end. */
static int
peek_byte(struct csv *csv)
{
    if (csv->again_at < csv->again.size)
        return (unsigned char)csv->again.bytes[csv->again_at];
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
    return (unsigned char)csv->bytes[csv->at];
}

/* Take it. */
static int
next_byte(struct csv *csv)
{
    int byte = peek_byte(csv);
    char kept = (char)byte;

    if (byte < 0)
        return -1;
    if (csv->again_at < csv->again.size)
        csv->again_at++;
    else
        csv->at++;
    if (csv->keeps)
        buffer_append(&csv->behind, &kept, 1);
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

/* Whether a field may end before BYTE. */
static bool
ends_field(const struct csv *csv, int byte)
{
    return byte < 0 || byte == csv->separator || byte == '\n' || byte == '\r';
}

/* Take a quoted field's bytes up to its last quote, the first one is gone. A quote that stands for inches
 * goes on to the next one, rows away. */
static enum quote
scan_quoted(struct csv *csv)
{
    bool is_tabs = csv->separator == '\t', more_lines = false;
    size_t separators = 0; /* in the line */
    int byte;

    while ((byte = next_byte(csv)) >= 0) {
        if (byte == '"' && peek_byte(csv) != '"') {
            if (!more_lines || !csv->keeps || ends_field(csv, peek_byte(csv)))
                return QUOTE_CLOSED;
            return is_tabs ? QUOTE_LITERAL : QUOTE_STRAY;
        }
        if (byte == '"')
            next_byte(csv);
        if (byte == '\n' && is_tabs && more_lines && csv->columns > 1 && separators + 1 == csv->columns)
            return QUOTE_LITERAL; /* a row lies in it */
        separators = byte == '\n' ? 0 : separators + (byte == csv->separator);
        more_lines = more_lines || byte == '\n';
        csv->line += byte == '\n';
        put(csv, byte == '\0' ? ' ' : byte);
        if (csv->behind.size > CSV_RECORD_BYTES) {
            if (is_tabs)
                return QUOTE_LITERAL;
            csv->keeps = false; /* too long anyhow */
        }
    }
    return is_tabs ? QUOTE_LITERAL : QUOTE_OPEN;
}

/* What was read behind the quote comes once more, and then what was to be read again anyhow. */
static void
read_again(struct csv *csv)
{
    if (csv->again_at < csv->again.size)
        buffer_append(&csv->behind, csv->again.bytes + csv->again_at, csv->again.size - csv->again_at);
    if (csv->behind.failed) {
        log_error("%s: no memory", source_path(csv->source));
        csv->failed = csv->ended = true;
    }
    struct buffer read = csv->again;

    csv->again = csv->behind;
    csv->again_at = 0;
    csv->behind = read;
}

static enum quote
take_quoted(struct csv *csv)
{
    size_t used = csv->used;
    long line = csv->line;
    bool too_long = csv->too_long;
    enum quote quote;

    if (csv->again_at == csv->again.size)
        buffer_reset(&csv->again), csv->again_at = 0;
    buffer_reset(&csv->behind);
    csv->keeps = true;
    quote = scan_quoted(csv);
    csv->keeps = false;
    if (quote == QUOTE_LITERAL || quote == QUOTE_STRAY) {
        read_again(csv);
        csv->used = used;
        csv->line = line;
        csv->too_long = too_long;
    }
    return quote;
}

/* Take one record's bytes. Returns what the last quote in it came to. */
static enum quote
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
            enum quote quote = take_quoted(csv);

            if (quote == QUOTE_STRAY || quote == QUOTE_OPEN)
                return quote;
            if (quote == QUOTE_LITERAL)
                put(csv, byte);
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
    return QUOTE_CLOSED;
}

/* Leave what is left of the line. */
static void
skip_line(struct csv *csv)
{
    int byte;

    while ((byte = next_byte(csv)) >= 0 && byte != '\n')
        continue;
    csv->line++;
}

enum csv_outcome
csv_next(struct csv *csv, char ***fields, size_t *count, const char **why)
{
    enum quote quote;

    do {
        csv->used = csv->count = 0;
        csv->too_long = false;
        csv->record_line = csv->line;
        if (peek_byte(csv) < 0)
            return csv->failed ? CSV_FAILED : CSV_END;
        quote = take_record(csv);
        if (quote == QUOTE_OPEN && !csv->failed)
            log_error("%s: line %ld: a quote that never ends: the file is cut short, or broken there",
                      source_path(csv->source), csv->record_line);
        if (quote == QUOTE_OPEN || csv->failed)
            return CSV_FAILED;
        if (quote == QUOTE_STRAY) {
            skip_line(csv);
            *why = "a quote that does not end before the next row";
            return CSV_REFUSED;
        }
    } while (csv->count == 1 && csv->used == 1);
    if (csv->too_long) {
        *why = "the row is too long";
        return CSV_REFUSED;
    }
    if (csv->columns == 0)
        csv->columns = csv->count;
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
