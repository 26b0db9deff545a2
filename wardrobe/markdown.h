#ifndef WARDROBE_MARKDOWN_H
#define WARDROBE_MARKDOWN_H

#include <stddef.h>

/* Turn SIZE bytes of Markdown into text at OUT, which has room for SIZE + 1 and may be MARKDOWN itself: marks
 * of headings, lists, quotes and emphasis go, of links and pictures the words stay. HTML in it stays as it
 * is. OUT ends with a NUL. Returns the text's size. No I/O. */
size_t markdown_text(const char *markdown, size_t size, char *out);

#endif
