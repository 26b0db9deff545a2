/* Names -> pointers. FNV-1a with a random start, since names come from clients; chained. */
#include "orchestrator/index.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

struct entry {
    struct entry *next;
    uint64_t hash;
    const char *name;
    void *value;
};

struct index {
    struct entry **heads;
    size_t size; /* of heads, a power of two */
    size_t count;
    uint64_t start;
};

static void *
allocate(size_t count, size_t size)
{
    void *memory = calloc(count, size);

    if (memory == NULL)
        abort();
    return memory;
}

struct index *
index_new(void)
{
    struct index *index = allocate(1, sizeof *index);

    index->size = 64;
    index->heads = allocate(index->size, sizeof(struct entry *));
    if (getrandom(&index->start, sizeof index->start, 0) != (ssize_t)sizeof index->start)
        index->start = 14695981039346656037U;
    return index;
}

void
index_destroy(struct index **index)
{
    if (*index == NULL)
        return;
    for (size_t i = 0; i < (*index)->size; i++) {
        for (struct entry *entry = (*index)->heads[i], *next; entry != NULL; entry = next) {
            next = entry->next;
            free(entry);
        }
    }
    free((*index)->heads);
    free(*index);
    *index = NULL;
}

static uint64_t
hash_of(const struct index *index, const char *name)
{
    uint64_t hash = index->start;

    for (; *name != '\0'; name++)
        hash = (hash ^ (unsigned char)*name) * 1099511628211U;
    return hash ^ hash >> 32;
}

static struct entry **
place_of(const struct index *index, const char *name, uint64_t hash)
{
    struct entry **place = &index->heads[hash & (index->size - 1)];

    while (*place != NULL && ((*place)->hash != hash || strcmp((*place)->name, name) != 0))
        place = &(*place)->next;
    return place;
}

static void
grow(struct index *index)
{
    size_t size = 2 * index->size;
    struct entry **heads = allocate(size, sizeof *heads);

    for (size_t i = 0; i < index->size; i++) {
        for (struct entry *entry = index->heads[i], *next; entry != NULL; entry = next) {
            next = entry->next;
            entry->next = heads[entry->hash & (size - 1)];
            heads[entry->hash & (size - 1)] = entry;
        }
    }
    free(index->heads);
    index->heads = heads;
    index->size = size;
}

void
index_put(struct index *index, const char *name, void *value)
{
    uint64_t hash = hash_of(index, name);
    struct entry **place = place_of(index, name, hash);

    if (*place == NULL) {
        if (index->count >= index->size) {
            grow(index);
            place = place_of(index, name, hash);
        }
        *place = allocate(1, sizeof **place);
        (*place)->hash = hash;
        index->count++;
    }
    (*place)->name = name;
    (*place)->value = value;
}

void *
index_get(const struct index *index, const char *name)
{
    struct entry *entry = *place_of(index, name, hash_of(index, name));

    return entry == NULL ? NULL : entry->value;
}

void
index_remove(struct index *index, const char *name)
{
    struct entry **place = place_of(index, name, hash_of(index, name)), *entry = *place;

    if (entry == NULL)
        return;
    *place = entry->next;
    free(entry);
    index->count--;
}

size_t
index_count(const struct index *index)
{
    return index->count;
}
