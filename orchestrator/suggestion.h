#ifndef ORCHESTRATOR_SUGGESTION_H
#define ORCHESTRATOR_SUGGESTION_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buffer.h"

/* Paragraphs out of tokens: the suggestion's words as they stream in, cut where a paragraph ends.
 * No I/O. However the bytes are cut on their way, the paragraphs are the same.
 *
 * A blank line, a new list item, a heading's line end and, past SUGGESTION_LONG characters, the end of
 * a sentence end a paragraph. */

#define SUGGESTION_LONG 1200     /* characters, after which the end of a sentence ends a paragraph */
#define SUGGESTION_TOO_LONG 4000 /* after which the end of a word does */

enum suggestion_kind {
    SUGGESTION_BEGIN, /* a paragraph begins */
    SUGGESTION_TEXT,  /* more of it: `text`, `size`; whole UTF-8 characters */
    SUGGESTION_END    /* it is finished: `text` is all of it, `named` whether it may name products */
};

/* Called in order from inside suggestion_feed() and _finish(). TEXT is lent, and followed by a NUL in END. */
typedef void suggestion_call(void *owner, enum suggestion_kind kind, const char *text, size_t size,
                             bool named);

struct suggestion {
    suggestion_call *call;
    void *owner;
    struct buffer paragraph; /* what was handed on of the paragraph that is open */
    struct buffer held;      /* bytes whose meaning is open: a line's end and what may be a list's mark,
                              * or the first bytes of a character */
    size_t characters;       /* in `paragraph` */
    int count;               /* paragraphs begun */
    bool open, at_line_start, heading;
};

void suggestion_init(struct suggestion *suggestion, suggestion_call *call, void *owner);
void suggestion_clear(struct suggestion *suggestion);

/* SIZE further bytes. */
void suggestion_feed(struct suggestion *suggestion, const char *bytes, size_t size);

/* No more is coming: the open paragraph ends. */
void suggestion_finish(struct suggestion *suggestion);

/* Forget the paragraph that is open (it is broken off). */
void suggestion_break(struct suggestion *suggestion);

/* May PARAGRAPH name products? False for a heading, a rule and a greeting. */
bool suggestion_may_name(const char *paragraph);

#endif
