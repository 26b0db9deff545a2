/* lines -- a source line by line; see lines.h. Memory grows with the longest line, and no further. */

#include "wardrobe/lines.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/buffer.h"
#include "common/log.h"

struct lines {
    struct source *source;
    struct buffer line; /* one that goes over the end of a piece */
    long number;
    size_t size, at; /* of the piece, and how much of it was taken */
    bool ended;
    char piece[65536];
};

struct lines *
lines_open(struct source *source)
{
    struct lines *lines = calloc(1, sizeof *lines);
    const char *first;

    if (lines == NULL) {
        log_error("%s: no memory", source_path(source));
        return NULL;
    }
    lines->source = source;
    if (source_peek(source, &first, 3) == 3 && memcmp(first, "\xef\xbb\xbf", 3) == 0)
        source_read(source, lines->piece, 3);
    return lines;
}

void
lines_close(struct lines **lines)
{
    if (*lines != NULL)
        buffer_clear(&(*lines)->line);
    free(*lines);
    *lines = NULL;
}

/* Have bytes in the piece. Returns 1, 0 at the end, -1 when the source fails (logged). */
static int
fill(struct lines *lines)
{
    int got;

    if (lines->at < lines->size)
        return 1;
    if (lines->ended)
        return 0;
    got = source_read(lines->source, lines->piece, sizeof lines->piece);
    lines->ended = got <= 0;
    lines->at = 0;
    lines->size = got > 0 ? (size_t)got : 0;
    return got > 0 ? 1 : got;
}

/* Take one line. It stands in the piece where it lies there whole, and is joined in the buffer otherwise. */
static enum lines_outcome
take(struct lines *lines, const char **text, size_t *size)
{
    bool too_long = false;
    int filled;

    buffer_reset(&lines->line);
    if ((filled = fill(lines)) <= 0)
        return filled < 0 ? LINES_FAILED : LINES_END;
    lines->number++;
    do {
        const char *from = lines->piece + lines->at;
        const char *end = memchr(from, '\n', lines->size - lines->at);
        size_t length = end == NULL ? lines->size - lines->at : (size_t)(end - from);

        lines->at += length + (end != NULL);
        if (end != NULL && lines->line.size == 0 && !too_long) {
            *text = from;
            *size = length;
            return LINES_LINE;
        }
        too_long = too_long || lines->line.size + length > LINES_BYTES;
        if (!too_long)
            buffer_append(&lines->line, from, length);
        if (end != NULL)
            break;
    } while ((filled = fill(lines)) > 0);
    if (filled < 0)
        return LINES_FAILED;
    *text = buffer_string(&lines->line);
    *size = lines->line.size;
    return too_long || lines->line.failed ? LINES_TOO_LONG : LINES_LINE;
}

enum lines_outcome
lines_next(struct lines *lines, const char **text, size_t *size)
{
    enum lines_outcome outcome;

    do {
        outcome = take(lines, text, size);
        while (outcome == LINES_LINE && *size > 0 && strchr(" \t\r", (*text)[*size - 1]) != NULL)
            (*size)--;
    } while (outcome == LINES_LINE && *size == 0);
    return outcome;
}

long
lines_number(const struct lines *lines)
{
    return lines->number;
}
