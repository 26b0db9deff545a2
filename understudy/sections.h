#ifndef UNDERSTUDY_SECTIONS_H
#define UNDERSTUDY_SECTIONS_H

#include <jansson.h>
#include <stddef.h>

/* The labelled parts of an assistant's request: each label on its own line, what belongs to it after
 * it on the same line, plain text also on the lines below until the next label. No I/O. */

enum section {
    SECTION_SHOPPER,
    SECTION_CRITERIA,
    SECTION_PROFILE,
    SECTION_FACETS,
    SECTION_SHOWN,
    SECTION_PARAGRAPH,
    SECTION_BEFORE,
    SECTION_LANGUAGE,
    SECTION_WANTED,
    SECTION_LINES,
    SECTION_LOOK,
    SECTION_COUNT,
    SECTIONS
};

struct sections {
    struct {
        const char *text; /* lent by the message; "" where there is no such part */
        size_t size;
    } part[SECTIONS];
    json_t *json[SECTIONS]; /* of the parts that are JSON, else NULL; the facets are read by shop.c */
};

/* Cut MESSAGE, which must outlive SECTIONS. A message without labels is all SHOPPER. */
void sections_read(struct sections *sections, const char *message);
void sections_clear(struct sections *sections);

#endif
