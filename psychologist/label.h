#ifndef PSYCHOLOGIST_LABEL_H
#define PSYCHOLOGIST_LABEL_H

#include <jansson.h>

/* What a criterion's chip says: "under $200 for the outfit", "size M", "top in black", "no wool". No I/O. */

#define LABEL_BYTES 160

/* The label of CRITERION, as it is on the bus, into LABEL. */
void label_criterion(const json_t *criterion, char label[LABEL_BYTES]);

/* The label of the products that are ruled out: "not the Linen Camp Shirt", "not 3 of those shown".
 * TITLES are those that are known, perhaps fewer than COUNT. */
void label_products(const json_t *titles, size_t count, char label[LABEL_BYTES]);

#endif
