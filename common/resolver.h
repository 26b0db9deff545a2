#ifndef COMMON_RESOLVER_H
#define COMMON_RESOLVER_H

#include <stddef.h>

#include "common/loop.h"

#define RESOLVER_MOST 64    /* addresses of one name that are taken; a DNS server may say thousands */
#define RESOLVER_ADDRESS 64 /* an IPv6 address with the name of its interface, and a NUL */

/* The addresses of one host name, as the system resolves it (/etc/hosts, DNS, whatever nsswitch.conf says).
 * getaddrinfo() may take its time, 5 s and more where a DNS server is silent, so each question has a thread
 * of its own, and the loop goes on meanwhile. */
struct resolver;

/* COUNT numeric addresses; or 0 and WHY there is none. Lent. Called from the loop. */
typedef void resolver_answer(void *owner, char addresses[][RESOLVER_ADDRESS], size_t count, const char *why);

/* Make a resolver of HOST (copied), which asks nothing yet. Aborts without memory. */
struct resolver *resolver_new(struct loop *loop, const char *host, resolver_answer *answer, void *owner);

/* Ask. ANSWER follows once; a question that is under way already is asked anew after its answer, since that
 * may be older than what the caller knows. 0, or -1 (logged): no thread, no descriptor, no memory. */
int resolver_ask(struct resolver *resolver);

/* No answer comes any more. A question that is under way ends by itself. */
void resolver_destroy(struct resolver **resolver);

#endif
