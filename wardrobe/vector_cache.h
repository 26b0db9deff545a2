#ifndef WARDROBE_VECTOR_CACHE_H
#define WARDROBE_VECTOR_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "wardrobe/vectors.h"

/* A file of the vectors that were paid for, by the hash of their text (passage_hash()), so that an import
 * that was interrupted, or one of a feed that changed little, asks for what is new alone. It is appended to
 * as the vectors come; a record that a crash has cut is dropped with what follows it. One process at a time:
 * an import has locked the catalogue. */
struct vector_cache;

/* Open or make the file at PATH; NULL when it can't (logged). */
struct vector_cache *vector_cache_open(const char *path);

/* Close. FORGET: what this process did not fetch or add, where that is most of the file. */
void vector_cache_close(struct vector_cache **cache, bool forget);

/* Of all in it; 0 while it is empty. */
uint32_t vector_cache_dimensions(const struct vector_cache *cache);

/* Whether there is a vector of HASH. */
bool vector_cache_has(const struct vector_cache *cache, uint64_t hash);

/* Fetch it: CODES has room for its stride. Returns the scale; 0 where there is none, or it can't be read. */
float vector_cache_fetch(struct vector_cache *cache, uint64_t hash, int8_t *codes);

/* Add one. Of other DIMENSIONS than those in it, the file begins anew (logged). Returns 0, or -1 (logged). */
int vector_cache_add(struct vector_cache *cache, uint64_t hash, const float *floats, uint32_t dimensions);

#endif
