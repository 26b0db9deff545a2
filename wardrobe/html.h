#ifndef WARDROBE_HTML_H
#define WARDROBE_HTML_H

#include <stddef.h>
#include <stdint.h>

/* What a person would read of the HTML in a merchant's texts. No I/O. */

/* Turn SIZE bytes of HTML into text at OUT, which has room for SIZE + 1 and may be HTML itself (text is never
 * longer). Tags, comments, scripts and styles go; blocks and <br> become "\n", cells of a table a space;
 * entities become their characters, once. Blanks are kept as they are. What is no tag ("a < b") or no entity
 * ("Harrow & Pike") is text. OUT ends with a NUL. Returns the text's size. */
size_t html_text(const char *html, size_t size, char *out);

/* The code point of the entity NAME of SIZE bytes ("amp"), or 0. */
uint32_t html_entity(const char *name, size_t size);

/* Write POINT to OUT (room for 4) as UTF-8; U+FFFD for what is no character. Returns its bytes. */
size_t html_put_point(uint32_t point, char *out);

#endif
