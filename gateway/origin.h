#ifndef GATEWAY_ORIGIN_H
#define GATEWAY_ORIGIN_H

#include <stdbool.h>

/* Whether a page of ORIGIN ("" for a client that is no browser) may speak with us.
 *
 * allowed  the option: same, *, or https://a.example,https://b.example
 * host     the request's Host */
bool origin_is_allowed(const char *origin, const char *allowed, const char *host);

/* Whether ORIGIN's scripts on other sites may read our answers: allowed, and not only as the same site. */
bool origin_is_foreign(const char *origin, const char *allowed, const char *host);

/* Whether HOST, as a request names it, is this machine: localhost, 127.x.y.z or [::1], with a port or
 * without. */
bool origin_is_this_machine(const char *host);

#endif
