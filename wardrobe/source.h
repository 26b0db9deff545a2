#ifndef WARDROBE_SOURCE_H
#define WARDROBE_SOURCE_H

#include <stddef.h>
#include <stdint.h>

/* The bytes of a merchant's file, unpacked when they are packed (gzip, seen by content). */
struct source;

/* Open the file at PATH. NULL when it can't (logged). */
struct source *source_open(const char *path);
void source_close(struct source **source);

/* Read up to SIZE bytes to BYTES. Returns how many, 0 at the end, -1 when the file can't be read or is
 * a broken archive (logged). */
int source_read(struct source *source, void *bytes, size_t size);

/* Lend the first bytes of the file, up to SIZE (at most 4096), without taking them. Only before the first
 * source_read(). Returns how many, or -1 (logged). */
int source_peek(struct source *source, const char **bytes, size_t size);

/* Bytes of the file on disk, and how many of them have been read, for a progress bar. */
int64_t source_size(const struct source *source);
int64_t source_done(const struct source *source);

const char *source_path(const struct source *source);

#endif
