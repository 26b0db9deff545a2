/* vector_cache -- the vectors that were paid for; see vector_cache.h. */

#include "wardrobe/vector_cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/log.h"

static const char magic[8] = "EVECTOR1";

struct head {
    char magic[8];
    uint32_t dimensions, unused;
};

/* Followed by its codes. */
struct record {
    uint64_t hash;
    float scale;
    uint32_t check;
};

struct place {
    uint64_t hash; /* 0: free */
    uint32_t record;
    bool used; /* found or added by this process */
};

struct vector_cache {
    char *path;
    int fd;
    uint32_t dimensions, stride, count; /* count: records */
    struct place *places;               /* a table with open addresses */
    uint32_t room;                      /* a power of two */
    char *buffer;                       /* one record */
};

/* -- the table ----------------------------------------------------------------------------------- */

static struct place *
place_of(const struct vector_cache *cache, uint64_t hash)
{
    uint32_t at = (uint32_t)(hash >> 16) & (cache->room - 1);

    while (cache->places[at].hash != 0 && cache->places[at].hash != hash)
        at = (at + 1) & (cache->room - 1);
    return &cache->places[at];
}

/* Make room for one more. */
static int
grow(struct vector_cache *cache)
{
    struct place *old = cache->places;
    uint32_t old_room = cache->room;

    if (cache->count + 1 < old_room / 2)
        return 0;
    cache->room = old_room == 0 ? 4096 : old_room * 2;
    if ((cache->places = calloc(cache->room, sizeof *cache->places)) == NULL) {
        cache->places = old;
        cache->room = old_room;
        log_error("%s: no memory", cache->path);
        return -1;
    }
    for (uint32_t i = 0; i < old_room; i++)
        if (old[i].hash != 0)
            *place_of(cache, old[i].hash) = old[i];
    free(old);
    return 0;
}

static int
note(struct vector_cache *cache, uint64_t hash, bool used)
{
    if (grow(cache) < 0)
        return -1;
    *place_of(cache, hash) = (struct place) { hash, cache->count++, used };
    return 0;
}

/* -- the file ------------------------------------------------------------------------------------ */

static size_t
record_size(const struct vector_cache *cache)
{
    return sizeof(struct record) + cache->stride;
}

static off_t
offset_of(const struct vector_cache *cache, uint32_t record)
{
    return (off_t)(sizeof(struct head) + record * record_size(cache));
}

static uint32_t
check_of(const struct vector_cache *cache)
{
    const unsigned char *bytes = (const unsigned char *)cache->buffer;
    uint32_t h = 2166136261u;

    for (size_t i = 0; i < record_size(cache); i++)
        if (i < offsetof(struct record, check) || i >= sizeof(struct record))
            h = (h ^ bytes[i]) * 16777619u;
    return h;
}

static int
set_dimensions(struct vector_cache *cache, uint32_t dimensions)
{
    free(cache->buffer);
    cache->dimensions = dimensions;
    cache->stride = vectors_stride(dimensions);
    if ((cache->buffer = calloc(1, record_size(cache))) != NULL)
        return 0;
    log_error("%s: no memory", cache->path);
    return -1;
}

/* Read record NUMBER to the buffer. Whether it is whole. */
static bool
read_record(const struct vector_cache *cache, uint32_t number)
{
    struct record record;

    if (pread(cache->fd, cache->buffer, record_size(cache), offset_of(cache, number)) !=
        (ssize_t)record_size(cache))
        return false;
    memcpy(&record, cache->buffer, sizeof record);
    return record.check == check_of(cache) && record.hash != 0;
}

static int
say(const struct vector_cache *cache)
{
    log_error("%s: %s", cache->path, strerror(errno));
    return -1;
}

/* Read what there is; what is broken, and all behind it, is cut off. */
static int
load(struct vector_cache *cache)
{
    struct head head;

    if (pread(cache->fd, &head, sizeof head, 0) == sizeof head &&
        memcmp(head.magic, magic, sizeof magic) == 0 && head.dimensions > 0 &&
        head.dimensions <= VECTORS_DIMENSIONS) {
        if (set_dimensions(cache, head.dimensions) < 0)
            return -1;
        while (read_record(cache, cache->count)) {
            uint64_t hash;

            memcpy(&hash, cache->buffer, sizeof hash);
            if (note(cache, hash, false) < 0)
                return -1;
        }
        return ftruncate(cache->fd, offset_of(cache, cache->count)) < 0 ? say(cache) : 0;
    }
    return ftruncate(cache->fd, 0) < 0 ? say(cache) : 0;
}

struct vector_cache *
vector_cache_open(const char *path)
{
    struct vector_cache *cache = calloc(1, sizeof *cache);

    if (cache == NULL || (cache->path = strdup(path)) == NULL) {
        log_error("%s: no memory", path);
        free(cache);
        return NULL;
    }
    if ((cache->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644)) < 0)
        say(cache);
    else if (grow(cache) == 0 && load(cache) == 0)
        return cache;
    if (cache->fd >= 0)
        close(cache->fd);
    cache->fd = -1;
    vector_cache_close(&cache, false);
    return NULL;
}

uint32_t
vector_cache_dimensions(const struct vector_cache *cache)
{
    return cache->dimensions;
}

bool
vector_cache_has(const struct vector_cache *cache, uint64_t hash)
{
    return place_of(cache, hash)->hash == hash;
}

float
vector_cache_fetch(struct vector_cache *cache, uint64_t hash, int8_t *codes)
{
    struct place *place = place_of(cache, hash);
    struct record record;

    if (place->hash != hash || !read_record(cache, place->record))
        return 0;
    place->used = true;
    memcpy(&record, cache->buffer, sizeof record);
    memcpy(codes, cache->buffer + sizeof record, cache->stride);
    return record.scale;
}

/* Begin the file, with vectors of DIMENSIONS. */
static int
start_anew(struct vector_cache *cache, uint32_t dimensions)
{
    struct head head = { .dimensions = dimensions };

    if (cache->count > 0)
        log_warning("%s: the model gives %u dimensions now and gave %u: all vectors are asked for anew",
                    cache->path, dimensions, cache->dimensions);
    memcpy(head.magic, magic, sizeof magic);
    memset(cache->places, 0, cache->room * sizeof *cache->places);
    cache->count = 0;
    if (ftruncate(cache->fd, 0) < 0 || pwrite(cache->fd, &head, sizeof head, 0) != sizeof head)
        return say(cache);
    return set_dimensions(cache, dimensions);
}

/* Write the buffer as record NUMBER to FD. */
static int
write_record(struct vector_cache *cache, int fd, uint32_t number)
{
    return pwrite(fd, cache->buffer, record_size(cache), offset_of(cache, number)) ==
                   (ssize_t)record_size(cache)
               ? 0
               : say(cache);
}

int
vector_cache_add(struct vector_cache *cache, uint64_t hash, const float *floats, uint32_t dimensions)
{
    struct record record = { .hash = hash };

    if (dimensions != cache->dimensions && start_anew(cache, dimensions) < 0)
        return -1;
    if (vector_cache_has(cache, hash))
        return 0;
    record.scale = vectors_pack(floats, dimensions, (int8_t *)cache->buffer + sizeof record);
    memcpy(cache->buffer, &record, sizeof record);
    record.check = check_of(cache);
    memcpy(cache->buffer, &record, sizeof record);
    return write_record(cache, cache->fd, cache->count) < 0 ? -1 : note(cache, hash, true);
}

/* -- forgetting ---------------------------------------------------------------------------------- */

/* Write what was used to FD, in the order of the file. Returns 0 or -1 (logged). */
static int
copy_used(struct vector_cache *cache, int fd)
{
    struct head head = { .dimensions = cache->dimensions };
    uint32_t kept = 0;

    memcpy(head.magic, magic, sizeof magic);
    if (pwrite(fd, &head, sizeof head, 0) != sizeof head)
        return say(cache);
    for (uint32_t i = 0; i < cache->count; i++) {
        uint64_t hash;

        if (!read_record(cache, i))
            continue;
        memcpy(&hash, cache->buffer, sizeof hash);
        if (place_of(cache, hash)->used && write_record(cache, fd, kept++) < 0)
            return -1;
    }
    return 0;
}

static void
forget_unused(struct vector_cache *cache)
{
    char *path = NULL;
    uint32_t used = 0;
    int fd = -1;

    for (uint32_t i = 0; i < cache->room; i++)
        used += cache->places[i].hash != 0 && cache->places[i].used;
    if (used == 0 || cache->count <= 2 * used || asprintf(&path, "%s.new", cache->path) < 0)
        return;
    if ((fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)) < 0 || copy_used(cache, fd) < 0 ||
        rename(path, cache->path) < 0)
        unlink(path);
    if (fd >= 0)
        close(fd);
    free(path);
}

void
vector_cache_close(struct vector_cache **cache, bool forget)
{
    if (*cache == NULL)
        return;
    if ((*cache)->fd >= 0) {
        if (forget)
            forget_unused(*cache);
        close((*cache)->fd);
    }
    free((*cache)->places);
    free((*cache)->buffer);
    free((*cache)->path);
    free(*cache);
    *cache = NULL;
}
