#ifndef WARDROBE_AUDIENCE_H
#define WARDROBE_AUDIENCE_H

#include <stdbool.h>

#include "wardrobe/ranking.h"

/* For whom a lookup is, where nobody has said so: a grown-up who is not expecting. Clothes for children and
 * for the time of a pregnancy are found by who asks for them, and else only where there is nothing else. No
 * I/O. */

/* Drop from RANKING what is made for those that neither QUERY, SOFT (what the criteria wish), SAID (what was
 * just said, or NULL) nor FILTER speak of, unless nothing would be left. FOR_CHILD: somebody spoke of a child
 * in another way. Who is expecting gets what is made for that where there is some, and who asks for vegan
 * things nothing of animals. */
void audience_keep(struct ranking *ranking, const struct index *index, const struct question *query,
                   const struct question *soft, const struct question *said, const struct filter *filter,
                   bool for_child);

#endif
