#ifndef TESTS_FUZZ_PIECES_H
#define TESTS_FUZZ_PIECES_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* An input as it comes out of a socket. All pieces stand in one allocation of exactly a piece's size, each at
 * its end: a byte read too far is seen, and a piece that is looked at after it was handed over has other
 * bytes. */

struct pieces {
    const uint8_t *bytes;
    size_t size, at; /* at: of the next piece */
    size_t most;     /* bytes in a piece */
    char *room;
};

static void
pieces_begin(struct pieces *pieces, const uint8_t *bytes, size_t size, size_t most)
{
    *pieces = (struct pieces) { bytes, size, 0, most, malloc(most) };
}

/* The next piece and its SIZE; NULL after the last one. */
static const char *
pieces_next(struct pieces *pieces, size_t *size)
{
    char *piece;

    *size = pieces->size - pieces->at < pieces->most ? pieces->size - pieces->at : pieces->most;
    if (*size == 0)
        return NULL;
    piece = pieces->room + pieces->most - *size;
    memcpy(piece, pieces->bytes + pieces->at, *size);
    pieces->at += *size;
    return piece;
}

static void
pieces_end(struct pieces *pieces)
{
    free(pieces->room);
}

#endif
