/* Files that were recorded elsewhere. */
#include "understudy/replay.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/log.h"
#include "understudy/words.h"

static int
read_file(struct buffer *out, const char *path)
{
    FILE *file = fopen(path, "rb");
    char piece[8192];
    size_t size;

    if (file == NULL)
        return -1;
    while ((size = fread(piece, 1, sizeof piece, file)) > 0)
        buffer_append(out, piece, size);
    fclose(file);
    return out->failed ? -1 : 0;
}

static void
read_meta(struct replay *replay, const char *path)
{
    char name[4096];
    struct buffer text = { 0 };
    json_t *meta;
    const char *type;

    snprintf(name, sizeof name, "%s.meta", path);
    if (read_file(&text, name) == 0 && (meta = json_read(text.bytes, text.size, NULL)) != NULL) {
        replay->status = (int)json_number(meta, "status", replay->status);
        type = json_string_value(
            json_array_get(json_object_get(json_object_get(meta, "headers"), "content-type"), 0));
        if (type != NULL)
            snprintf(replay->type, sizeof replay->type, "%s", type);
        json_decref(meta);
    }
    buffer_clear(&text);
}

int
replay_open(struct replay *replay, const char *path)
{
    const char *dot = strrchr(path, '.');

    *replay = (struct replay) { .status = 200 };
    snprintf(replay->type, sizeof replay->type, "%s",
             dot != NULL && !strcmp(dot, ".sse") ? "text/event-stream" : "application/json");
    if (read_file(&replay->body, path)) {
        log_error("replay %s: %s", path, strerror(errno));
        replay_close(replay);
        return -1;
    }
    read_meta(replay, path);
    return 0;
}

void
replay_close(struct replay *replay)
{
    buffer_clear(&replay->body);
}

size_t
replay_piece(const char *pieces, size_t at, size_t size)
{
    size_t left = size - at, piece;
    char *end;

    if (at >= size)
        return 0;
    if (!strcmp(pieces, "whole") || pieces[0] == '\0')
        return left;
    if (!strcmp(pieces, "random"))
        piece = 1 + words_hash(7, (const char *)&at, sizeof at) % 97;
    else
        piece = strtoul(pieces, &end, 10);
    return piece < left ? piece : left;
}
