/* source -- the bytes of a merchant's file; see source.h. zlib reads what is not packed as it stands. */

#include "wardrobe/source.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

#include "common/log.h"

struct source {
    char *path;
    gzFile file;
    int64_t size;
    char first[4096];
    int first_size, first_used; /* peeked bytes, and how many of them were read since */
};

struct source *
source_open(const char *path)
{
    struct source *source = calloc(1, sizeof *source);
    struct stat about;

    if (source == NULL || (source->path = strdup(path)) == NULL) {
        log_error("%s: no memory", path);
        source_close(&source);
        return NULL;
    }
    if (stat(path, &about) < 0 || S_ISDIR(about.st_mode) || (source->file = gzopen(path, "rb")) == NULL) {
        log_error("%s: can't be read: no such file, or no right to read it", path);
        source_close(&source);
        return NULL;
    }
    source->size = about.st_size;
    gzbuffer(source->file, 1 << 17);
    return source;
}

void
source_close(struct source **source)
{
    if (*source == NULL)
        return;
    if ((*source)->file != NULL)
        gzclose_r((*source)->file);
    free((*source)->path);
    free(*source);
    *source = NULL;
}

static int
read_packed(struct source *source, void *bytes, size_t size)
{
    int got = gzread(source->file, bytes, (unsigned)size), code;

    if (got < 0 || (got == 0 && (gzerror(source->file, &code), code == Z_BUF_ERROR))) {
        log_error("%s: the archive is broken or cut short", source->path);
        return -1;
    }
    return got;
}

int
source_read(struct source *source, void *bytes, size_t size)
{
    size_t left = (size_t)(source->first_size - source->first_used);

    if (left == 0)
        return read_packed(source, bytes, size);
    if (size > left)
        size = left;
    memcpy(bytes, source->first + source->first_used, size);
    source->first_used += (int)size;
    return (int)size;
}

int
source_peek(struct source *source, const char **bytes, size_t size)
{
    if (size > sizeof source->first)
        size = sizeof source->first;
    while ((size_t)source->first_size < size) {
        int got = read_packed(source, source->first + source->first_size, size - (size_t)source->first_size);

        if (got < 0)
            return -1;
        if (got == 0)
            break;
        source->first_size += got;
    }
    *bytes = source->first;
    return (size_t)source->first_size < size ? source->first_size : (int)size;
}

int64_t
source_size(const struct source *source)
{
    return source->size;
}

int64_t
source_done(const struct source *source)
{
    z_off_t done = gzoffset(source->file);

    return done < 0 ? source->size : done;
}

const char *
source_path(const struct source *source)
{
    return source->path;
}
