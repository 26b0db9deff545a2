#ifndef EXTRACTOR_WISHES_H
#define EXTRACTOR_WISHES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/model/model.h"

/* The model's function calls, checked, as what EXTRACTED carries. No I/O. */

#define WISHES_LIMIT 12 /* in one paragraph */
#define WISH_BYTES 120  /* of one argument */

/* Is there anything in PARAGRAPH that could name a product? Not in an empty one, one without letters, or
 * a heading (a line that begins with #): the model need not be asked. */
bool paragraph_has_words(const char *paragraph);

/* The wish that the arguments of a `find_product` call make: {slot, category, colour, material, style,
 * gender, description, max_price}, texts or null, max_price a number or null. Slots and genders in the
 * catalogue's words; what is too long or odd is null. New reference; NULL when neither a slot nor a garment
 * is left. */
json_t *wish_read(const json_t *arguments);

/* The wishes of COUNT calls: [{id, wish}], in their order, one for each piece, at most WISHES_LIMIT. Ids
 * are made of RUN and STEP, so that they are no other's in the run. *DROPPED is how many calls nothing could
 * be made of (those that come twice are not counted). New reference. */
json_t *wishes_read(const struct model_tool_call *calls, size_t count, const char *run, const char *step,
                    size_t *dropped);

#endif
