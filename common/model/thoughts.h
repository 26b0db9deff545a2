#ifndef COMMON_MODEL_THOUGHTS_H
#define COMMON_MODEL_THOUGHTS_H

#include <stddef.h>

/* Local models think aloud where their server does not take it out: <think>...</think>, and then the answer.
 * What a shopper reads begins behind it. Only at the very beginning: later it is a word like others. */

enum thoughts_state {
    THOUGHTS_SHOWN,   /* text passes as it is */
    THOUGHTS_NOT_YET, /* nothing but blanks and perhaps a part of <think> so far */
    THOUGHTS_INSIDE,
    THOUGHTS_BEHIND /* blanks before the answer */
};

struct thoughts {
    enum thoughts_state state;
    char held[16]; /* what may be a tag's beginning, or blanks before one */
    size_t size;
};

/* Hide a thought at the beginning of the text that follows. */
void thoughts_hide(struct thoughts *thoughts);

/* The next SIZE bytes of TEXT; what is to be shown of them, and of those held back, goes to SHOW(OWNER, ...).
 * Returns how many bytes were thought. */
size_t thoughts_read(struct thoughts *thoughts, const char *text, size_t size,
                     void (*show)(void *owner, const char *text, size_t size), void *owner);

/* The text is over: what was held back and is no tag is shown. */
void thoughts_end(struct thoughts *thoughts, void (*show)(void *owner, const char *text, size_t size),
                  void *owner);

#endif
