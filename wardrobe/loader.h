#ifndef WARDROBE_LOADER_H
#define WARDROBE_LOADER_H

#include "common/loop.h"
#include "wardrobe/catalogue.h"

/* Opens and closes catalogues beside the loop: a million products take seconds to open and a while to let go,
 * and lookups and beats can't wait for either. The only thread in a wardrobe but the loop's own; it shares
 * nothing with that until it has ended: its words are read with a vocabulary of its own. */
struct loader;

/* The catalogue has been opened, or has not (NULL; logged). */
typedef void loader_opened(void *owner, struct catalogue *fresh);

/* For the catalogue at PATH, with AWAY as catalogue_open() takes it, in LANGUAGE; LEXICON is what those
 * that were opened use from then on. OPENED is called in the loop. All lent. NULL without memory or
 * descriptors (logged). */
struct loader *loader_new(struct loop *loop, const char *path, struct catalogue_away away,
                          const char *language, const struct lexicon *lexicon, loader_opened *opened,
                          void *owner);

/* Waits for what is under way. */
void loader_destroy(struct loader **loader);

/* It has something in hand: neither of the two below would begin. */
bool loader_is_busy(const struct loader *loader);

/* Begin to open the catalogue that is there now. */
void loader_open(struct loader *loader);

/* Open the catalogue here and now, before there is a loop to wait in. NULL when it can't (logged; of the same
 * failure again and again only the first). */
struct catalogue *loader_open_here(struct loader *loader);

/* Take *CATALOGUE and begin to close it. */
void loader_close(struct loader *loader, struct catalogue **catalogue);

#endif
