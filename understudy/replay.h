#ifndef UNDERSTUDY_REPLAY_H
#define UNDERSTUDY_REPLAY_H

#include <stddef.h>

#include "common/buffer.h"

/* A recorded answer, served byte for byte. */
struct replay {
    struct buffer body;
    int status;
    char type[64]; /* content-type */
};

/* Read the file at PATH, and PATH.meta beside it where there is one. 0 or -1 (logged). */
int replay_open(struct replay *replay, const char *path);
void replay_close(struct replay *replay);

/* The size of the piece that begins at byte AT of SIZE. PIECES: "whole", "random" or a number of bytes.
 * Returns 0 at the end, or when PIECES is none of them. */
size_t replay_piece(const char *pieces, size_t at, size_t size);

#endif
