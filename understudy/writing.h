#ifndef UNDERSTUDY_WRITING_H
#define UNDERSTUDY_WRITING_H

#include "common/buffer.h"
#include "understudy/compose.h"

#include <stdint.h>

/* A suggestion in words, as models write: now with a greeting, now as a list, now with headings, two
 * things in a paragraph or none. No I/O. */

struct manner {
    const char *language; /* en, de, fr, es */
    const char *mood;     /* "" */
    bool first;           /* nothing was suggested before in this thread */
    bool cheaper, dearer, recoloured, excluded, sized, items, with_it;
    bool asked;                  /* something was asked for by name */
    bool brand;                  /* one of the shop's was named */
    bool warmer, without, freed; /* another season; something ruled out; the budget taken back */
    bool size_known;             /* a size was said, now or before */
    int64_t count;               /* "how many": so many; 0: not asked, or not known */
    bool narrowed;               /* it is not all that there are: criteria hold */
    const char *many;            /* what was asked for, when it is one thing: "dresses"; "" */
    const char *missing;         /* a thing that was asked for and that this shop has none of; "" */
    bool question, bride;        /* whether something may be worn; and it is white, to a wedding */
    const char *colour;          /* id, with recoloured */
    const char *size;            /* with sized */
    bool budget;                 /* there is one */
    bool one_slot;               /* all picks are for the same place */
    unsigned dice;
};

/* Append the suggestion of COUNT picks. */
void writing_suggestion(struct buffer *out, const struct order *order, const struct manner *manner,
                        const struct pick *picks, size_t count);

/* The language to write in: English where we speak none of LANGUAGE. */
enum tongue writing_tongue(const char *language);

/* Append what is said where no product helps. WHAT: crisis, service, photo, identity, thanks, bye, total (as
 * lexicon.def has them), fresh, which, pair, lost, unknown, strange. */
void writing_reply(struct buffer *out, const char *what, const char *language);

/* Append how two cards differ: their colours, and which costs less. */
void writing_comparison(struct buffer *out, const char *colour, const char *other, double price,
                        double other_price);

/* Append an answer to what is not about clothes, says nothing yet, or is rude. */
void writing_elsewhere(struct buffer *out, const char *language, unsigned dice);
void writing_unclear(struct buffer *out, const char *language, bool greeted, unsigned dice);
void writing_calm(struct buffer *out, const char *language);

#endif
