#ifndef ORCHESTRATOR_INDEX_H
#define ORCHESTRATOR_INDEX_H

#include <stddef.h>

/* Names -> pointers: a hash table that grows. No I/O. Neither names nor pointers are owned: a name
 * must live as long as it is in the index (it is a member of what the pointer leads to). */
struct index;

struct index *index_new(void); /* aborts without memory, as index_put() does */
void index_destroy(struct index **index);

/* Put NAME; one that is there already is replaced. */
void index_put(struct index *index, const char *name, void *value);
void *index_get(const struct index *index, const char *name); /* or NULL */
void index_remove(struct index *index, const char *name);
size_t index_count(const struct index *index);

#endif
