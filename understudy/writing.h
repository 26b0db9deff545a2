#ifndef UNDERSTUDY_WRITING_H
#define UNDERSTUDY_WRITING_H

#include "common/buffer.h"
#include "understudy/compose.h"

/* A suggestion in words, as models write: now with a greeting, now as a list, now with headings, two
 * things in a paragraph or none. No I/O. */

struct manner {
    const char *language; /* en, de, fr, es */
    const char *mood;     /* "" */
    bool first;           /* nothing was suggested before in this thread */
    bool cheaper, dearer, recoloured, excluded, sized, items, with_it;
    bool question, bride; /* whether something may be worn; and it is white, to a wedding */
    const char *colour;   /* id, with recoloured */
    const char *size;     /* with sized */
    bool budget;          /* there is one */
    bool one_slot;        /* all picks are for the same place */
    unsigned dice;
};

/* Append the suggestion of COUNT picks. */
void writing_suggestion(struct buffer *out, const struct order *order, const struct manner *manner,
                        const struct pick *picks, size_t count);

/* Append an answer to what is not about clothes, says nothing yet, or is rude. */
void writing_elsewhere(struct buffer *out, const char *language, unsigned dice);
void writing_unclear(struct buffer *out, const char *language, bool greeted, unsigned dice);
void writing_calm(struct buffer *out, const char *language);

#endif
