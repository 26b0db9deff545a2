#ifndef COMMON_MODEL_EXCHANGE_H
#define COMMON_MODEL_EXCHANGE_H

#include <stddef.h>

#include "common/buffer.h"
#include "common/model/answer.h"
#include "common/model/profile.h"
#include "common/model/sse.h"

/* One HTTP answer, from its bytes to an answer: events, one JSON object or an error's body, whatever was
 * asked for and whatever the headers say; what it is, is seen in its first byte. Does no I/O. */

enum exchange_form { FORM_UNKNOWN, FORM_EVENTS, FORM_WHOLE, FORM_ERROR };

struct exchange {
    enum dialect dialect;
    int http;
    enum exchange_form form;
    struct sse sse;
    struct buffer body; /* of a whole object or an error */
    struct answer answer;
    bool over; /* told so, or ended */
};

enum exchange_state {
    EXCHANGE_MORE,
    EXCHANGE_SOON, /* the end is known; a last word (usage) may follow within a second or two */
    EXCHANGE_OVER  /* nothing that follows matters */
};

/* An exchange in DIALECT, its text handed to HAND(OWNER, ...), which may be NULL. */
void exchange_begin(struct exchange *exchange, enum dialect dialect,
                    void (*hand)(void *owner, const char *delta, size_t size), void *owner);
void exchange_clear(struct exchange *exchange);

/* SIZE bytes came in an answer of status HTTP. */
enum exchange_state exchange_bytes(struct exchange *exchange, int http, const char *bytes, size_t size);

/* The body came to its end; HTTP as above. To be called once, also after EXCHANGE_OVER. */
void exchange_end(struct exchange *exchange, int http);

#endif
