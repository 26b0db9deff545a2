#ifndef COMMON_VISITORS_H
#define COMMON_VISITORS_H

#include <stdint.h>

struct sockaddr;

/* How many connections each address has. An IPv6 one counts by its first 64 bits, for who has one has all
 * that begin so; an IPv4 one that came through an IPv6 socket is the IPv4 one. No I/O. */
struct visitors;
struct visitor;

struct visitors *visitors_new(void); /* NULL without memory */
void visitors_destroy(struct visitors **visitors);

/* One more connection from ADDRESS. NULL without memory, or for an address that is of neither kind. */
struct visitor *visitors_come(struct visitors *visitors, const struct sockaddr *address);

/* The connections that VISITOR has now. */
int64_t visitor_count(const struct visitor *visitor);

/* One connection less; VISITOR may be NULL, and is gone with the last. */
void visitors_leave(struct visitors *visitors, struct visitor *visitor);

#endif
