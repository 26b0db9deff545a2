#include "gateway/route.h"

#include <string.h>

#include "gateway/asset.h"

/* clang-format off */
static const struct {
    const char *before, *after; /* of an id; after NULL: no id */
    enum route route;
} routes[] = {
    { "/healthz", NULL, ROUTE_HEALTH },
    { "/readyz", NULL, ROUTE_READY },
    { "/metrics", NULL, ROUTE_METRICS },
    { "/ws", NULL, ROUTE_SOCKET },
    { "/agui", NULL, ROUTE_AGUI },
    { "/api/chat", NULL, ROUTE_CHAT },
    { "/api/chat/", "/stream", ROUTE_CHAT_TAIL },
    { "/threads/", "", ROUTE_THREAD },
    { "/runs/", "/abort", ROUTE_ABORT },
};

static const int methods[ROUTE_COUNT] = {
    [ROUTE_FILE] = METHOD_GET | METHOD_HEAD,
    [ROUTE_PICTURE] = METHOD_GET | METHOD_HEAD,
    [ROUTE_THREAD] = METHOD_GET | METHOD_HEAD | METHOD_DELETE,
    [ROUTE_ABORT] = METHOD_POST,
    [ROUTE_AGUI] = METHOD_POST,
    [ROUTE_CHAT] = METHOD_POST,
    [ROUTE_CHAT_TAIL] = METHOD_GET,
    [ROUTE_HEALTH] = METHOD_GET | METHOD_HEAD,
    [ROUTE_READY] = METHOD_GET | METHOD_HEAD,
    [ROUTE_METRICS] = METHOD_GET,
    [ROUTE_SOCKET] = METHOD_GET,
    [ROUTE_BAD_ID] = METHOD_GET | METHOD_HEAD | METHOD_POST | METHOD_DELETE,
};
/* clang-format on */

/* Whether PATH is BEFORE, an id, AFTER; the id goes to ID. */
static enum route
with_id(const char *path, size_t i, char id[RUN_ID_SIZE])
{
    size_t before = strlen(routes[i].before), after = strlen(routes[i].after),
           size = strlen(path) - before - after;

    if (size >= RUN_ID_SIZE)
        return ROUTE_BAD_ID;
    memcpy(id, path + before, size);
    id[size] = '\0';
    return run_input_is_id(id) && strchr(id, '/') == NULL ? routes[i].route : ROUTE_BAD_ID;
}

static bool
fits(const char *path, size_t i)
{
    size_t before = strlen(routes[i].before), size = strlen(path), after;

    if (routes[i].after == NULL)
        return strcmp(path, routes[i].before) == 0;
    after = strlen(routes[i].after);
    return size > before + after && strncmp(path, routes[i].before, before) == 0 &&
           strcmp(path + size - after, routes[i].after) == 0;
}

/* A file of the page or a picture; "" for a path that can be none. */
static enum route
file(const char *path, char id[RUN_ID_SIZE])
{
    enum route route = ROUTE_FILE;

    if (strncmp(path, "/pictures/", 10) == 0) {
        route = ROUTE_PICTURE;
        path += 9;
    }
    path = strcmp(path, "/") == 0 ? "index.html" : path + 1;
    id[0] = '\0';
    if (strlen(path) < RUN_ID_SIZE &&
        (route == ROUTE_PICTURE ? asset_is_picture(path) : asset_is_plain(path)))
        strcpy(id, path);
    return route;
}

enum route
route_find(const char *path, char id[RUN_ID_SIZE])
{
    id[0] = '\0';
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        if (fits(path, i))
            return routes[i].after == NULL ? routes[i].route : with_id(path, i, id);
    }
    return file(path, id);
}

int
route_methods(enum route route)
{
    return methods[route];
}

bool
route_is_api(enum route route)
{
    return route == ROUTE_THREAD || route == ROUTE_ABORT || route == ROUTE_AGUI || route == ROUTE_CHAT ||
           route == ROUTE_CHAT_TAIL || route == ROUTE_BAD_ID;
}

const char *
route_allow(int set)
{
    switch (set) {
    case METHOD_GET:
        return "GET, OPTIONS";
    case METHOD_POST:
        return "POST, OPTIONS";
    case METHOD_GET | METHOD_HEAD:
        return "GET, HEAD, OPTIONS";
    case METHOD_GET | METHOD_HEAD | METHOD_DELETE:
        return "GET, HEAD, DELETE, OPTIONS";
    default:
        return "GET, HEAD, POST, DELETE, OPTIONS";
    }
}
