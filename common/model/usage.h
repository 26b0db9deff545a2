#ifndef COMMON_MODEL_USAGE_H
#define COMMON_MODEL_USAGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/model/model.h"

/* Tokens as servers count them, and what they cost by the operator's price list. Does no I/O but
 * usage_prices(). */

/* Fill the tokens of USAGE from WIRE, the `usage` object of either dialect. Anything else leaves it as it is.
 */
void usage_read(struct model_usage *usage, const json_t *wire);

/* Dollars for USAGE at MODEL's price in PRICES ({"models": {name: {input, cached, cache_write, output}}},
 * dollars for a million tokens), by the tier that served it (NULL: the standard one). Negative when the
 * model has no price. A dated name (`x-2026-01-31`) and a provider's prefix (`openai/x`) find `x`. */
double usage_cost(const json_t *prices, const struct model_usage *usage, const char *model, const char *tier);

/* Read the price list at PATH, checked. A new reference, or NULL (logged). */
json_t *usage_prices(const char *path);

#endif
