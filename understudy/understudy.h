#ifndef UNDERSTUDY_UNDERSTUDY_H
#define UNDERSTUDY_UNDERSTUDY_H

#include "common/daemon.h"
#include "common/metrics.h"
#include "common/web.h"
#include "understudy/answer.h"
#include "understudy/faults.h"
#include "understudy/mind.h"
#include "understudy/pace.h"
#include "understudy/replay.h"

/* The daemon. */
struct understudy {
    struct daemon daemon;
    struct web *web;
    struct mind mind;
    struct faults faults;
    struct pace pace;
    const char *replay, *pieces;    /* a file for every request, or a folder for X-Understudy-Replay; "" */
    struct loop_timer *tick;        /* one for all answers that are being told */
    struct exchange *telling;       /* those answers */
    int64_t exchanges;              /* under way */
    struct buffer spare;            /* memory of the last answer, for the next */
    uint64_t asked;                 /* requests so far: ids and dice */
    struct metric *requests[ROLES]; /* calls by kind */
    struct metric *tokens_in, *tokens_out, *refused, *faulty;
};

/* Listen. 0, or -1 (logged). */
int http_open(struct understudy *understudy);
void http_close(struct understudy *understudy);

#endif
