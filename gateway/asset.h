#ifndef GATEWAY_ASSET_H
#define GATEWAY_ASSET_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buffer.h"

/* The page's files and the shop's pictures. */

/* The MIME type of PATH by its ending, or NULL for one that we do not serve. */
const char *asset_type(const char *path);

/* Whether PATH (below the folder, without a leading slash) is plain: no empty, hidden or upward part,
 * only [A-Za-z0-9._-] and slashes. */
bool asset_is_plain(const char *path);

/* Whether NAME is a picture's: [a-z0-9-]+ and ".svg". */
bool asset_is_picture(const char *name);

/* Whether COLOUR is six hexadecimal digits. */
bool asset_is_colour(const char *colour);

/* Read FOLDER/PATH into OUT. Returns 0; -1 where there is no such regular file, or it lies outside of
 * FOLDER by a link, or is larger than 4 MiB (not logged). */
int asset_read(const char *folder, const char *path, struct buffer *out);

/* Append PICTURE (SIZE bytes) to OUT with each `#c0ffee` replaced by `#` and COLOUR. */
void asset_tint(const char *picture, size_t size, const char *colour, struct buffer *out);

/* An ETag of SIZE bytes, with its quotes. */
void asset_tag(const char *bytes, size_t size, char tag[20]);

#endif
