/* spill -- bytes put aside in a file; see spill.h. */

#include "wardrobe/spill.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"

struct spill {
    int fd;
    size_t size;
    bool failed;
};

/* Not every file system knows O_TMPFILE. */
static int
open_nameless(const char *folder)
{
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    char *path;

    if (fd >= 0 || asprintf(&path, "%s/.spill-XXXXXX", folder) < 0)
        return fd;
    if ((fd = mkostemp(path, O_CLOEXEC)) >= 0)
        unlink(path);
    free(path);
    return fd;
}

struct spill *
spill_new(const char *folder)
{
    struct spill *spill = calloc(1, sizeof *spill);

    if (spill != NULL && (spill->fd = open_nameless(folder)) >= 0)
        return spill;
    log_error("import: no temporary file in %s: %s", folder, strerror(errno));
    free(spill);
    return NULL;
}

void
spill_destroy(struct spill **spill)
{
    if (*spill == NULL)
        return;
    close((*spill)->fd);
    free(*spill);
    *spill = NULL;
}

int
spill_append(struct spill *spill, const void *bytes, size_t size)
{
    const char *next = bytes;

    while (size > 0) {
        ssize_t written = pwrite(spill->fd, next, size, (off_t)spill->size);

        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0) {
            log_error("import: a temporary file can't be written: %s", strerror(errno));
            spill->failed = true;
            return -1;
        }
        spill->size += (size_t)written;
        next += written;
        size -= (size_t)written;
    }
    return 0;
}

bool
spill_has_failed(const struct spill *spill)
{
    return spill != NULL && spill->failed;
}

int
spill_read(const struct spill *spill, size_t at, void *bytes, size_t size)
{
    char *next = bytes;

    while (size > 0) {
        ssize_t got = pread(spill->fd, next, size, (off_t)at);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            log_error("import: a temporary file can't be read: %s",
                      got < 0 ? strerror(errno) : "it is too short");
            return -1;
        }
        at += (size_t)got;
        next += got;
        size -= (size_t)got;
    }
    return 0;
}

size_t
spill_size(const struct spill *spill)
{
    return spill->size;
}
