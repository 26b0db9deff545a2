#ifndef UNDERSTUDY_EXCHANGE_H
#define UNDERSTUDY_EXCHANGE_H

#include <libwebsockets.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/buffer.h"
#include "understudy/understudy.h"

/* One request and its answer on a connection.
 *
 *     reading    the body comes                          in no list
 *     telling    tokens become due with the clock        in understudy->telling
 *     sending    all that will be said is in `out`       in no list
 *     stalled    nothing more will ever come             in no list
 */
struct exchange {
    struct understudy *understudy;
    struct lws *wsi;
    struct exchange *next, *before; /* in understudy->telling */
    bool listed;
    char path[64];
    struct buffer body; /* of the request */
    bool too_large;

    /* what was asked for with this request alone */
    struct pace pace;
    enum fault fault;
    char pieces[16];
    char problem[128]; /* of its X-Understudy headers; "" when they are fine */

    struct telling telling;
    bool stream;
    int64_t since_ms; /* when the request was whole */
    int64_t told, tokens;

    struct replay replay;
    size_t replay_at;
    bool replaying;

    struct buffer out; /* unsent bytes, head and chunks */
    bool head_put, whole, cut, stalled;
};

struct exchange *exchange_new(struct understudy *understudy, struct lws *wsi, const char *path);
void exchange_destroy(struct exchange **exchange);

/* The request's body is whole: answer it. */
void exchange_answer(struct exchange *exchange);

/* Put what is due by NOW_MS into `out`. Returns whether there is something to send or to end. */
bool exchange_tell(struct exchange *exchange, int64_t now_ms);

/* Put the next piece of a replay into `out`. */
void exchange_replay(struct exchange *exchange);

/* Answer with TEXT of TYPE, or with an error, at once. */
void exchange_say(struct exchange *exchange, int status, const char *type, const char *text, size_t size);
void exchange_refuse(struct exchange *exchange, const struct problem *problem);

#endif
