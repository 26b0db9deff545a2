#ifndef GATEWAY_ROUTE_H
#define GATEWAY_ROUTE_H

#include <stdbool.h>

#include "gateway/run_input.h"

/* What an HTTP request wants, by its path. */
enum route {
    ROUTE_FILE,      /* GET /… of the page; id is the path below the folder */
    ROUTE_PICTURE,   /* GET /pictures/<id> */
    ROUTE_THREAD,    /* GET, DELETE /threads/<id> */
    ROUTE_ABORT,     /* POST /runs/<id>/abort */
    ROUTE_AGUI,      /* POST /agui */
    ROUTE_CHAT,      /* POST /api/chat */
    ROUTE_CHAT_TAIL, /* GET /api/chat/<id>/stream */
    ROUTE_HEALTH,    /* GET /healthz */
    ROUTE_READY,     /* GET /readyz */
    ROUTE_METRICS,   /* GET /metrics */
    ROUTE_SOCKET,    /* /ws without an upgrade */
    ROUTE_BAD_ID,    /* one of those with an id, and the id is none */
    ROUTE_COUNT
};

/* Methods, as bits of a set. */
enum {
    METHOD_GET = 1,
    METHOD_HEAD = 2,
    METHOD_POST = 4,
    METHOD_DELETE = 8,
    METHOD_OPTIONS = 16,
    METHOD_OTHER = 32
};

/* The route of PATH (percent-decoded, no query), its id into ID. Never fails: what is nothing else is
 * a file that may not be there. */
enum route route_find(const char *path, char id[RUN_ID_SIZE]);

/* The methods that ROUTE has; OPTIONS is answered everywhere. */
int route_methods(enum route route);

/* Whether pages on other sites may ask it, if the origins say so. */
bool route_is_api(enum route route);

/* "GET, HEAD" of a set of methods, for the header Allow. */
const char *route_allow(int methods);

#endif
