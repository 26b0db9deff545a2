#ifndef WARDROBE_MEANING_H
#define WARDROBE_MEANING_H

#include <stdbool.h>

#include "common/loop.h"
#include "common/options.h"
#include "wardrobe/vectors.h"

/* The vectors of what shoppers ask for, from the server that made the catalogue's: the last few hundred are
 * kept. An answer that comes too late for the lookup that asked is kept all the same, for the next one. Where
 * answers came late or not at all several times in a row, nobody waits until one is in time again; where the
 * server fails, it is left alone for a few seconds. */
struct meanings;

/* TEXT's vector is there, or (NULL) it can't be had. It is lent. */
typedef void meanings_known(void *owner, const char *text, const struct vector *vector);

/* Open by OPTIONS (embedding_url, ...). NULL when it can't (logged). */
struct meanings *meanings_open(struct loop *loop, const struct options *options, meanings_known *known,
                               void *owner);
void meanings_close(struct meanings **meanings);

/* The key is read again. */
void meanings_reload(struct meanings *meanings, const struct options *options);

/* TEXT's vector where it is known, lent until the next call; NULL else. */
const struct vector *meanings_find(struct meanings *meanings, const char *text);

/* Ask for TEXT's, unless somebody has. Returns whether it is worth waiting for; if so KNOWN is called. */
bool meanings_ask(struct meanings *meanings, const char *text);

/* Of the vectors it gives; 0 while none has come. */
uint32_t meanings_dimensions(const struct meanings *meanings);

#endif
