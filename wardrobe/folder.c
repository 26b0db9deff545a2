/* folder -- a feed that is a folder; see folder.h. */

#include "wardrobe/folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/json.h"
#include "common/log.h"

static bool
is_folder(const char *path)
{
    struct stat about;

    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

/* DIRECTORY/NAME when it can be read, or NULL. */
static char *
inside(const char *directory, const char *name)
{
    char *path;

    if (asprintf(&path, "%s/%s", directory, name) < 0)
        return NULL;
    if (access(path, R_OK) == 0)
        return path;
    free(path);
    return NULL;
}

/* What the metadata says of the whole feed. */
static int
read_metadata(struct folder *folder, const char *directory)
{
    static const char *const keys[] = { "feed_type", "update_type", "mode", "type" };
    char *path = inside(directory, "metadata.json");
    json_t *metadata;

    if (path == NULL)
        return 0; /* nothing in it is needed */
    metadata = json_file(path);
    free(path);
    if (metadata == NULL)
        return -1;
    snprintf(folder->currency, sizeof folder->currency, "%.3s", json_text(metadata, "currency", ""));
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const char *word = json_text(metadata, keys[i], "");

        folder->patch = folder->patch || strcasecmp(word, "patch") == 0 || strcasecmp(word, "delta") == 0 ||
                        strcasecmp(word, "partial") == 0 || strcasecmp(word, "incremental") == 0;
    }
    json_decref(metadata);
    return 0;
}

int
folder_open(struct folder *folder, const char *path)
{
    size_t size = strlen(path), name = strlen("metadata.json");
    char *directory = strdup(path);
    int status = -1;

    *folder = (struct folder) { 0 };
    if (directory == NULL)
        goto done;
    if (size >= name && strcmp(path + size - name, "metadata.json") == 0 &&
        (size == name || path[size - name - 1] == '/'))
        strcpy(directory + size - name, ".");
    if (!is_folder(directory)) {
        folder->feed = strdup(path);
        status = folder->feed == NULL ? -1 : 0;
        goto done;
    }
    if ((folder->feed = inside(directory, "products.jsonl")) == NULL &&
        (folder->feed = inside(directory, "products.jsonl.gz")) == NULL) {
        log_error("%s: a folder without products.jsonl", path);
        goto done;
    }
    status = read_metadata(folder, directory);
done:
    free(directory);
    if (status < 0)
        folder_close(folder);
    return status;
}

void
folder_close(struct folder *folder)
{
    free(folder->feed);
    folder->feed = NULL;
}
