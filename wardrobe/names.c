/* names -- texts and their numbers; see names.h. */

#include "wardrobe/names.h"

#include <stdlib.h>
#include <string.h>

/* A place of the hash table: the text's number + 1 (0: free), and its hash, so that other texts are seldom
 * fetched. */
struct name_place {
    uint32_t number, hash;
};

struct names {
    char *bytes; /* all texts, each with its NUL */
    size_t size, capacity;
    size_t *starts; /* of each text */
    uint32_t count, start_capacity;
    struct name_place *places; /* open addressing */
    size_t place_count;        /* a power of two */
};

static uint64_t
hash(const char *text)
{
    uint64_t h = 14695981039346656037u;

    for (; *text != '\0'; text++)
        h = (h ^ (unsigned char)*text) * 1099511628211u;
    return h ^ h >> 31;
}

struct names *
names_new(void)
{
    struct names *names = calloc(1, sizeof *names);

    if (names == NULL)
        return NULL;
    names->place_count = 256;
    if ((names->places = calloc(names->place_count, sizeof *names->places)) == NULL)
        names_destroy(&names);
    return names;
}

void
names_destroy(struct names **names)
{
    if (*names == NULL)
        return;
    free((*names)->bytes);
    free((*names)->starts);
    free((*names)->places);
    free(*names);
    *names = NULL;
}

/* Where TEXT with hash H is, or would be. */
static struct name_place *
place(const struct names *names, const char *text, uint64_t h)
{
    size_t at = h & (names->place_count - 1);

    while (names->places[at].number != 0 &&
           (names->places[at].hash != (uint32_t)(h >> 32) ||
            strcmp(names_text(names, names->places[at].number - 1), text) != 0))
        at = (at + 1) & (names->place_count - 1);
    return &names->places[at];
}

/* Twice as many places. */
static int
grow_places(struct names *names)
{
    struct name_place *old = names->places;

    if ((names->places = calloc(names->place_count * 2, sizeof *old)) == NULL) {
        names->places = old;
        return -1;
    }
    names->place_count *= 2;
    for (uint32_t i = 0; i < names->count; i++) {
        uint64_t h = hash(names_text(names, i));

        *place(names, names_text(names, i), h) = (struct name_place) { i + 1, (uint32_t)(h >> 32) };
    }
    free(old);
    return 0;
}

static int
grow(struct names *names, size_t size)
{
    if (names->size + size > names->capacity) {
        size_t capacity = (names->capacity + size) * 2 + 4096;
        char *bytes = realloc(names->bytes, capacity);

        if (bytes == NULL)
            return -1;
        names->bytes = bytes;
        names->capacity = capacity;
    }
    if (names->count == names->start_capacity) {
        uint32_t capacity = names->start_capacity * 2 + 256;
        size_t *starts = realloc(names->starts, capacity * sizeof *starts);

        if (starts == NULL)
            return -1;
        names->starts = starts;
        names->start_capacity = capacity;
    }
    return (size_t)names->count * 2 >= names->place_count ? grow_places(names) : 0;
}

uint32_t
names_add(struct names *names, const char *text)
{
    uint64_t h = hash(text);
    const struct name_place *known = place(names, text, h);
    size_t size = strlen(text) + 1;

    if (known->number != 0)
        return known->number - 1;
    if (grow(names, size) < 0)
        return NAME_NONE;
    names->starts[names->count] = names->size;
    memcpy(names->bytes + names->size, text, size);
    names->size += size;
    *place(names, text, h) = (struct name_place) { names->count + 1, (uint32_t)(h >> 32) };
    return names->count++;
}

uint32_t
names_find(const struct names *names, const char *text)
{
    const struct name_place *known = place(names, text, hash(text));

    return known->number == 0 ? NAME_NONE : known->number - 1;
}

const char *
names_text(const struct names *names, uint32_t number)
{
    return number < names->count ? names->bytes + names->starts[number] : "";
}

uint32_t
names_count(const struct names *names)
{
    return names->count;
}

void
names_save(const struct names *names, struct buffer *out)
{
    buffer_append(out, names->bytes == NULL ? "" : names->bytes, names->size);
}

struct names *
names_load(const char *bytes, size_t size)
{
    struct names *names = names_new();

    if (names == NULL || size == 0)
        return names;
    if (bytes[size - 1] != '\0') {
        names_destroy(&names);
        return NULL;
    }
    for (size_t at = 0; at < size; at += strlen(bytes + at) + 1)
        if (names_add(names, bytes + at) == NAME_NONE) {
            names_destroy(&names);
            return NULL;
        }
    return names;
}
