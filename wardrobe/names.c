/* names -- texts and their numbers; see names.h. */

#include "wardrobe/names.h"

#include <stdlib.h>
#include <string.h>

struct names {
    char *bytes; /* all texts, each with its NUL */
    size_t size, capacity;
    size_t *starts; /* of each text */
    uint32_t count, start_capacity;
    uint32_t *places; /* open addressing: number + 1; 0 is free */
    size_t place_count; /* a power of two */
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

/* Where TEXT is, or would be. */
static uint32_t *
place(const struct names *names, const char *text)
{
    size_t at = hash(text) & (names->place_count - 1);

    while (names->places[at] != 0 && strcmp(names_text(names, names->places[at] - 1), text) != 0)
        at = (at + 1) & (names->place_count - 1);
    return &names->places[at];
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
    if ((size_t)names->count * 2 >= names->place_count) {
        uint32_t *old = names->places;

        if ((names->places = calloc(names->place_count * 2, sizeof *old)) == NULL) {
            names->places = old;
            return -1;
        }
        names->place_count *= 2;
        for (uint32_t i = 0; i < names->count; i++)
            *place(names, names_text(names, i)) = i + 1;
        free(old);
    }
    return 0;
}

uint32_t
names_add(struct names *names, const char *text)
{
    uint32_t *where = place(names, text);
    size_t size = strlen(text) + 1;

    if (*where != 0)
        return *where - 1;
    if (grow(names, size) < 0)
        return NAME_NONE;
    names->starts[names->count] = names->size;
    memcpy(names->bytes + names->size, text, size);
    names->size += size;
    *place(names, text) = names->count + 1;
    return names->count++;
}

uint32_t
names_find(const struct names *names, const char *text)
{
    uint32_t where = *place(names, text);

    return where == 0 ? NAME_NONE : where - 1;
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
