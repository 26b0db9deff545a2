#include "common/model/thoughts.h"

#include <stdbool.h>
#include <string.h>

#define OPEN "<think>"
#define CLOSE "</think>"

void
thoughts_hide(struct thoughts *thoughts)
{
    *thoughts = (struct thoughts) { .state = THOUGHTS_NOT_YET };
}

static bool
is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* Before the answer: blanks are held as far as there is room for them, then the tag's bytes one by one. False
 * when C makes it an answer. */
static bool
hold(struct thoughts *thoughts, char c)
{
    const char *tag = memchr(thoughts->held, '<', thoughts->size);
    size_t matched = tag ? (size_t)(thoughts->held + thoughts->size - tag) : 0;

    if (matched == 0 && is_blank(c)) {
        if (thoughts->size < sizeof thoughts->held - strlen(OPEN))
            thoughts->held[thoughts->size++] = c;
        return true;
    }
    if (c != OPEN[matched])
        return false;
    thoughts->held[thoughts->size++] = c;
    if (matched + 1 == strlen(OPEN)) {
        thoughts->state = THOUGHTS_INSIDE;
        thoughts->size = 0;
    }
    return true;
}

/* Inside, `size` is how much of the closing tag was there last. */
static void
look_for_end(struct thoughts *thoughts, char c)
{
    if (c == CLOSE[thoughts->size])
        thoughts->size++;
    else
        thoughts->size = c == CLOSE[0];
    if (thoughts->size == strlen(CLOSE)) {
        thoughts->state = THOUGHTS_BEHIND;
        thoughts->size = 0;
    }
}

size_t
thoughts_read(struct thoughts *thoughts, const char *text, size_t size,
              void (*show)(void *owner, const char *text, size_t size), void *owner)
{
    size_t at = 0;

    for (; at < size && thoughts->state != THOUGHTS_SHOWN; at++) {
        if (thoughts->state == THOUGHTS_INSIDE) {
            look_for_end(thoughts, text[at]);
        } else if (thoughts->state == THOUGHTS_BEHIND) {
            if (!is_blank(text[at]))
                break;
        } else if (!hold(thoughts, text[at])) {
            break;
        }
    }
    if (at == size)
        return at;
    thoughts_end(thoughts, show, owner);
    thoughts->state = THOUGHTS_SHOWN;
    show(owner, text + at, size - at);
    return at;
}

void
thoughts_end(struct thoughts *thoughts, void (*show)(void *owner, const char *text, size_t size), void *owner)
{
    if (thoughts->state == THOUGHTS_NOT_YET && thoughts->size > 0)
        show(owner, thoughts->held, thoughts->size);
    thoughts->size = 0;
}
