#ifndef COMMON_POSTGRES_CONNECTION_H
#define COMMON_POSTGRES_CONNECTION_H

#include "common/postgres.h"
#include "common/url.h"

/* The connection below postgres.c: made, waited for, lost. postgres.h is for all others. */

#define POSTGRES_STATEMENTS 8 /* prepared ones */
#define POSTGRES_REST_MS 250  /* for so long at least a server that was away is left alone */

struct postgres {
    char *url, *setup;
    struct url_shown name;
    PGconn *connection; /* NULL while there is none */
    int wait_ms;
    const char *prepared[POSTGRES_STATEMENTS]; /* on this connection; the callers' names */
    int prepared_count;
    int64_t not_before_ms; /* when to try to connect again */
    int64_t lost_ms;       /* when the connection was lost; 0: it was not */
    bool away, missing;
    char code[6]; /* of what the server refused last; "" */
};

/* Wait for EVENTS of poll(), and read what the server has said meanwhile. Returns whether they came in time.
 */
bool postgres_await(struct postgres *postgres, short events);

/* Send all that libpq holds. Returns whether the connection has held. */
bool postgres_flush(struct postgres *postgres);

/* The next result, or NULL at their end; *OK is false when the connection failed instead. */
PGresult *postgres_next_result(struct postgres *postgres, bool *ok);

/* Read all results of what was sent at STARTED_MS. Returns the last one, or NULL (logged). */
PGresult *postgres_finish(struct postgres *postgres, int64_t started_ms);

/* Say what the server refused. Returns -1. */
int postgres_refused(struct postgres *postgres, const PGresult *result);

/* The connection is of no use any more, after a call that began at STARTED_MS. */
void postgres_lose(struct postgres *postgres, int64_t started_ms);

#endif
