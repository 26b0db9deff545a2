/* phrases -- what words mean; see phrases.h. A hash table with open addressing. */

#include "wardrobe/phrases.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct phrase {
    char *key;      /* NULL: a free place */
    uint32_t first; /* 1 + the place of its first sense */
};

struct phrases {
    struct phrase *places;
    size_t count, capacity; /* capacity is a power of two */
    struct sense *senses;
    size_t sense_count, sense_capacity;
};

static uint64_t
hash(const char *key)
{
    uint64_t h = 14695981039346656037u;

    for (; *key != '\0'; key++)
        h = (h ^ (unsigned char)*key) * 1099511628211u;
    return h ^ h >> 29;
}

static struct phrase *
place(const struct phrases *phrases, const char *key)
{
    size_t at = hash(key) & (phrases->capacity - 1);

    while (phrases->places[at].key != NULL && strcmp(phrases->places[at].key, key) != 0)
        at = (at + 1) & (phrases->capacity - 1);
    return &phrases->places[at];
}

struct phrases *
phrases_new(void)
{
    struct phrases *phrases = calloc(1, sizeof *phrases);

    if (phrases == NULL)
        return NULL;
    phrases->capacity = 1024;
    phrases->places = calloc(phrases->capacity, sizeof *phrases->places);
    if (phrases->places == NULL)
        phrases_destroy(&phrases);
    return phrases;
}

void
phrases_destroy(struct phrases **phrases)
{
    if (*phrases == NULL)
        return;
    for (size_t i = 0; (*phrases)->places != NULL && i < (*phrases)->capacity; i++)
        free((*phrases)->places[i].key);
    free((*phrases)->places);
    free((*phrases)->senses);
    free(*phrases);
    *phrases = NULL;
}

/* Make room for one more phrase and one more sense. */
static int
grow(struct phrases *phrases)
{
    if (phrases->sense_count == phrases->sense_capacity) {
        size_t capacity = phrases->sense_capacity * 2 + 256;
        struct sense *senses = realloc(phrases->senses, capacity * sizeof *senses);

        if (senses == NULL)
            return -1;
        phrases->senses = senses;
        phrases->sense_capacity = capacity;
    }
    if (phrases->count * 2 >= phrases->capacity) {
        struct phrases bigger = { .capacity = phrases->capacity * 2 };

        if ((bigger.places = calloc(bigger.capacity, sizeof *bigger.places)) == NULL)
            return -1;
        for (size_t i = 0; i < phrases->capacity; i++)
            if (phrases->places[i].key != NULL)
                *place(&bigger, phrases->places[i].key) = phrases->places[i];
        free(phrases->places);
        phrases->places = bigger.places;
        phrases->capacity = bigger.capacity;
    }
    return 0;
}

static bool
is_too_long(const char *key)
{
    size_t spaces = 0;

    for (const char *c = key; *c != '\0'; c++)
        spaces += *c == ' ';
    return key[0] == '\0' || spaces >= PHRASE_WORDS || strlen(key) >= PHRASE_WORDS * WORD_SIZE;
}

int
phrases_add(struct phrases *phrases, const char *key, enum sense_type type, uint32_t number)
{
    struct phrase *phrase;
    uint32_t *link;

    if (is_too_long(key))
        return 0;
    if (grow(phrases) < 0)
        return -1;
    phrase = place(phrases, key);
    if (phrase->key == NULL) {
        if ((phrase->key = strdup(key)) == NULL)
            return -1;
        phrase->first = 0;
        phrases->count++;
    }
    for (link = &phrase->first; *link != 0; link = &phrases->senses[*link - 1].next) {
        const struct sense *sense = &phrases->senses[*link - 1];

        if (sense->type == type && sense->number == number)
            return 0;
    }
    phrases->senses[phrases->sense_count] = (struct sense) { .type = type, .number = number };
    *link = (uint32_t)++phrases->sense_count;
    return 0;
}

const struct sense *
phrases_find(const struct phrases *phrases, const char *key)
{
    const struct phrase *phrase = place(phrases, key);

    return phrase->key == NULL ? NULL : &phrases->senses[phrase->first - 1];
}

const struct sense *
phrases_match(const struct phrases *phrases, char (*stems)[WORD_SIZE], size_t count, size_t *length)
{
    char key[PHRASE_WORDS * WORD_SIZE];
    size_t ends[PHRASE_WORDS], size = 0, words = 0;

    while (words < PHRASE_WORDS && words < count) {
        size_t length_here = strlen(stems[words]);

        if (words > 0)
            key[size++] = ' ';
        memcpy(key + size, stems[words], length_here);
        size += length_here;
        ends[words++] = size;
    }
    for (; words > 0; words--) {
        const struct sense *sense;

        key[ends[words - 1]] = '\0';
        if ((sense = phrases_find(phrases, key)) != NULL) {
            *length = words;
            return sense;
        }
    }
    *length = 0;
    return NULL;
}

const struct sense *
phrases_next(const struct phrases *phrases, const struct sense *sense)
{
    return sense->next == 0 ? NULL : &phrases->senses[sense->next - 1];
}

const char *
phrases_each(const struct phrases *phrases, size_t *at, const struct sense **sense)
{
    while (*at < phrases->capacity) {
        const struct phrase *phrase = &phrases->places[(*at)++];

        if (phrase->key != NULL) {
            *sense = &phrases->senses[phrase->first - 1];
            return phrase->key;
        }
    }
    return NULL;
}
