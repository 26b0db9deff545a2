#include "gateway/origin.h"

#include <string.h>
#include <strings.h>

/* Our own page: the origin's host and port are those it asked for. */
static bool
is_same(const char *origin, const char *host)
{
    const char *rest = strstr(origin, "://");

    return rest != NULL && host[0] != '\0' && strcasecmp(rest + 3, host) == 0;
}

static bool
is_listed(const char *origin, const char *list)
{
    size_t size = strlen(origin);

    while (*list != '\0') {
        size_t n;

        list += strspn(list, ", ");
        n = strcspn(list, ", ");
        if (n > 0 && list[n - 1] == '/') { /* https://shop.example/ is meant well */
            if (n - 1 == size && strncasecmp(list, origin, size) == 0)
                return true;
        } else if (n == size && n > 0 && strncasecmp(list, origin, size) == 0) {
            return true;
        }
        list += n;
    }
    return false;
}

bool
origin_is_allowed(const char *origin, const char *allowed, const char *host)
{
    if (origin[0] == '\0' || strcmp(allowed, "*") == 0)
        return true;
    return is_same(origin, host) || is_listed(origin, allowed);
}

bool
origin_is_foreign(const char *origin, const char *allowed, const char *host)
{
    return origin[0] != '\0' && !is_same(origin, host) && origin_is_allowed(origin, allowed, host);
}

bool
origin_is_this_machine(const char *host)
{
    size_t size = strcspn(host, ":");

    if (host[0] == '[')
        return strncmp(host, "[::1]", 5) == 0 && (host[5] == '\0' || host[5] == ':');
    if (size == 9 && strncasecmp(host, "localhost", size) == 0)
        return true;
    return size < 16 && strncmp(host, "127.", 4) == 0 && strspn(host, "0123456789.") == size;
}
