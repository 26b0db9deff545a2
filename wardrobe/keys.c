/* keys -- texts told apart by their hash; see keys.h. */

#include "wardrobe/keys.h"

#include <stdlib.h>

struct key {
    uint64_t hash; /* 0: a free place */
    uint32_t more; /* another hash */
    uint32_t number;
};

struct keys {
    struct key *places; /* open addressing, from where the hash is as a share of all */
    size_t capacity;
    uint32_t count;
};

static struct key
key_of(const char *text)
{
    uint64_t a = 14695981039346656037u, b = 0x9e3779b97f4a7c15u;

    for (; *text != '\0'; text++) {
        a = (a ^ (unsigned char)*text) * 1099511628211u;
        b = (b + (unsigned char)*text) * 0xd6e8feb86659fd93u;
        b ^= b >> 32;
    }
    a ^= a >> 32; /* the low bits have it all; bring it up */
    a *= 0xd6e8feb86659fd93u;
    a ^= a >> 32;
    return (struct key) { a == 0 ? 1 : a, (uint32_t)(b >> 16), 0 };
}

struct keys *
keys_new(void)
{
    struct keys *keys = calloc(1, sizeof *keys);

    if (keys == NULL)
        return NULL;
    keys->capacity = 1024;
    if ((keys->places = calloc(keys->capacity, sizeof *keys->places)) == NULL)
        keys_destroy(&keys);
    return keys;
}

void
keys_destroy(struct keys **keys)
{
    if (*keys == NULL)
        return;
    free((*keys)->places);
    free(*keys);
    *keys = NULL;
}

/* Where KEY is, or would be. */
static struct key *
place(struct key *places, size_t capacity, const struct key *key)
{
    size_t at = (size_t)((__uint128_t)key->hash * capacity >> 64);

    while (places[at].hash != 0 && (places[at].hash != key->hash || places[at].more != key->more))
        at = at + 1 == capacity ? 0 : at + 1;
    return &places[at];
}

/* Half as many places more. */
static int
grow(struct keys *keys)
{
    size_t capacity = keys->capacity + keys->capacity / 2;
    struct key *places = calloc(capacity, sizeof *places);

    if (places == NULL)
        return -1;
    for (size_t i = 0; i < keys->capacity; i++)
        if (keys->places[i].hash != 0)
            *place(places, capacity, &keys->places[i]) = keys->places[i];
    free(keys->places);
    keys->places = places;
    keys->capacity = capacity;
    return 0;
}

uint32_t
keys_add(struct keys *keys, const char *text, bool *is_new)
{
    struct key key = key_of(text), *known;

    if ((size_t)keys->count * 5 >= keys->capacity * 4 && grow(keys) < 0)
        return KEY_NONE;
    known = place(keys->places, keys->capacity, &key);
    *is_new = known->hash == 0;
    if (*is_new) {
        *known = key;
        known->number = keys->count++;
    }
    return known->number;
}
