/* source.h over bytes in memory, a few at a time: linked where wardrobe/source.o would be. The archives that
 * source.c unpacks are fuzz_feed_any's affair. */
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz_source.h"

enum { PIECE = 61 };

struct source {
    const char *bytes;
    size_t size, at;
};

struct source *
fuzz_source(const void *bytes, size_t size)
{
    struct source *source = malloc(sizeof *source);

    *source = (struct source) { bytes, size, 0 };
    return source;
}

void
source_close(struct source **source)
{
    free(*source);
    *source = NULL;
}

int
source_read(struct source *source, void *bytes, size_t size)
{
    size_t left = source->size - source->at;

    size = size > PIECE ? PIECE : size;
    size = size > left ? left : size;
    memcpy(bytes, source->bytes + source->at, size);
    source->at += size;
    return (int)size;
}

int
source_peek(struct source *source, const char **bytes, size_t size)
{
    *bytes = source->bytes;
    return (int)(size < source->size ? size : source->size);
}

int64_t
source_size(const struct source *source)
{
    return (int64_t)source->size;
}

int64_t
source_done(const struct source *source)
{
    return (int64_t)source->at;
}

const char *
source_path(const struct source *source)
{
    (void)source;
    return "input";
}
