#ifndef WARDROBE_NEAREST_H
#define WARDROBE_NEAREST_H

#include "wardrobe/search.h"

/* The products nearest to a question in meaning, of those that keep its criteria and have none of the words
 * that it excludes: compared here, or asked of the catalogue's server, which is told who may be found. */

/* Whether SEARCH goes by meaning too, once WORK has its plan. */
bool nearest_is_wanted(const struct search_work *work, const struct index *index,
                       const struct search *search);

/* Find them, and put them into WORK's ranking (fusion.h). A server that refuses to compare costs the meaning
 * alone (logged). Returns 0, or -1 when it is away or without memory (logged). */
int nearest_fuse(struct search_work *work, struct catalogue *catalogue, const struct search *search);

#endif
