#include "gateway/asset.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define LARGEST (4 << 20)

/* clang-format off */
static const struct {
    const char *ending, *type;
} types[] = {
    { ".html", "text/html; charset=utf-8" },
    { ".css", "text/css; charset=utf-8" },
    { ".js", "text/javascript; charset=utf-8" },
    { ".mjs", "text/javascript; charset=utf-8" },
    { ".json", "application/json" },
    { ".webmanifest", "application/manifest+json" },
    { ".svg", "image/svg+xml" },
    { ".png", "image/png" },
    { ".jpg", "image/jpeg" },
    { ".webp", "image/webp" },
    { ".ico", "image/x-icon" },
    { ".woff2", "font/woff2" },
    { ".txt", "text/plain; charset=utf-8" },
};
/* clang-format on */

const char *
asset_type(const char *path)
{
    const char *ending = strrchr(path, '.');

    for (size_t i = 0; ending != NULL && i < sizeof types / sizeof *types; i++) {
        if (strcmp(ending, types[i].ending) == 0)
            return types[i].type;
    }
    return NULL;
}

bool
asset_is_plain(const char *path)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-/";
    bool part_begins = true;

    for (const char *c = path; *c != '\0'; c++) {
        if (strchr(plain, *c) == NULL || (part_begins && (*c == '.' || *c == '/')))
            return false;
        part_begins = *c == '/';
    }
    return !part_begins;
}

bool
asset_is_picture(const char *name)
{
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");

    return n > 0 && strcmp(name + n, ".svg") == 0;
}

bool
asset_is_colour(const char *colour)
{
    return strlen(colour) == 6 && strspn(colour, "0123456789abcdefABCDEF") == 6;
}

static int
read_all(int fd, struct buffer *out)
{
    struct stat stat;
    char *room;
    size_t size;

    if (fstat(fd, &stat) || !S_ISREG(stat.st_mode) || stat.st_size > LARGEST)
        return -1;
    size = (size_t)stat.st_size;
    if (size == 0)
        return 0;
    if ((room = malloc(size)) == NULL)
        return -1;
    if (read(fd, room, size) != (ssize_t)size) {
        free(room);
        return -1;
    }
    buffer_append(out, room, size);
    free(room);
    return out->failed ? -1 : 0;
}

/* Whether the real place of PATH is below the real place of FOLDER. */
static bool
is_inside(const char *folder, const char *path)
{
    char *real_folder = realpath(folder, NULL), *real_path = realpath(path, NULL);
    bool inside = false;

    if (real_folder != NULL && real_path != NULL) {
        size_t size = strlen(real_folder);

        inside = strncmp(real_path, real_folder, size) == 0 && real_path[size] == '/';
    }
    free(real_folder);
    free(real_path);
    return inside;
}

int
asset_read(const char *folder, const char *path, struct buffer *out)
{
    char whole[4096];
    int fd, failed = -1;

    if ((size_t)snprintf(whole, sizeof whole, "%s/%s", folder, path) >= sizeof whole)
        return -1;
    if (!is_inside(folder, whole) || (fd = open(whole, O_RDONLY | O_CLOEXEC)) < 0)
        return -1;
    failed = read_all(fd, out);
    close(fd);
    return failed;
}

void
asset_tint(const char *picture, size_t size, const char *colour, struct buffer *out)
{
    static const char token[] = "#c0ffee";
    const size_t token_size = sizeof token - 1;
    size_t from = 0;

    for (size_t i = 0; i + token_size <= size;) {
        if (strncasecmp(picture + i, token, token_size) != 0) {
            i++;
            continue;
        }
        buffer_append(out, picture + from, i - from);
        buffer_printf(out, "#%s", colour);
        i += token_size;
        from = i;
    }
    buffer_append(out, picture + from, size - from);
}

void
asset_tag(const char *bytes, size_t size, char tag[20])
{
    uint64_t h = 0xcbf29ce484222325; /* FNV-1a */

    for (size_t i = 0; i < size; i++)
        h = (h ^ (unsigned char)bytes[i]) * 0x100000001b3;
    snprintf(tag, 20, "\"%016" PRIx64 "\"", h);
}
