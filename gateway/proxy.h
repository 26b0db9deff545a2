#ifndef GATEWAY_PROXY_H
#define GATEWAY_PROXY_H

#include <stdbool.h>
#include <stddef.h>

/* Who a request is from when it came through reverse proxies of ours.
 *
 * peer       the address at the other end of the connection, as text
 * forwarded  the header X-Forwarded-For, or ""
 * trusted    the option proxies: addresses or address/bits, with commas
 *
 * What a trusted proxy wrote is believed, from the right to the left, up to the first address that is not one
 * of ours. CLIENT (room for SIZE bytes) gets the address; PEER where nothing can be believed. */
void proxy_client(const char *peer, const char *forwarded, const char *trusted, char *client, size_t size);

/* Whether TEXT is the address of one of TRUSTED. */
bool proxy_is_trusted(const char *text, const char *trusted);

/* Whether every item of TRUSTED is an address or address/bits; proxy_client() believes no other. */
bool proxy_is_readable(const char *trusted);

#endif
