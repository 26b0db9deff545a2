#include "gateway/proxy.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ADDRESS_SIZE 64

/* TEXT as 16 bytes, an IPv4 address as the IPv6 one that stands for it. */
static bool
read_address(const char *text, unsigned char address[16])
{
    static const unsigned char mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

    if (inet_pton(AF_INET6, text, address) == 1)
        return true;
    memcpy(address, mapped, sizeof mapped);
    return inet_pton(AF_INET, text, address + 12) == 1;
}

static bool
same_bits(const unsigned char *a, const unsigned char *b, int bits)
{
    int bytes = bits / 8, rest = bits % 8;

    return memcmp(a, b, (size_t)bytes) == 0 &&
           (rest == 0 || ((a[bytes] ^ b[bytes]) & (0xff00 >> rest) & 0xff) == 0);
}

/* Whether ADDRESS is in ITEM: an address, or address/bits. */
static bool
is_in(const unsigned char address[16], char *item)
{
    unsigned char net[16];
    char *slash = strchr(item, '/');
    int bits = 128;

    if (slash != NULL)
        *slash = '\0';
    if (!read_address(item, net))
        return false;
    if (slash != NULL)
        bits = atoi(slash + 1) + (strchr(item, ':') == NULL ? 96 : 0);
    return bits >= 0 && bits <= 128 && same_bits(address, net, bits);
}

static bool
is_trusted(const char *text, const char *trusted)
{
    unsigned char address[16];
    char item[ADDRESS_SIZE];

    if (!read_address(text, address))
        return false;
    while (*trusted != '\0') {
        size_t size;

        trusted += strspn(trusted, ", ");
        size = strcspn(trusted, ", ");
        if (size > 0 && size < sizeof item) {
            snprintf(item, sizeof item, "%.*s", (int)size, trusted);
            if (is_in(address, item))
                return true;
        }
        trusted += size;
    }
    return false;
}

/* The last item of FORWARDED's first SIZE bytes into ITEM; returns how many bytes are before it. */
static size_t
last_item(const char *forwarded, size_t size, char item[ADDRESS_SIZE])
{
    size_t begin, end = size;

    while (end > 0 && strchr(", \t", forwarded[end - 1]) != NULL)
        end--;
    begin = end;
    while (begin > 0 && strchr(", \t", forwarded[begin - 1]) == NULL)
        begin--;
    snprintf(item, ADDRESS_SIZE, "%.*s", end - begin < ADDRESS_SIZE ? (int)(end - begin) : 0,
             forwarded + begin);
    return begin;
}

void
proxy_client(const char *peer, const char *forwarded, const char *trusted, char *client, size_t size)
{
    size_t left = strlen(forwarded);
    char item[ADDRESS_SIZE];
    unsigned char address[16];

    snprintf(client, size, "%s", peer);
    while (left > 0 && is_trusted(client, trusted)) {
        left = last_item(forwarded, left, item);
        if (!read_address(item, address))
            return;
        snprintf(client, size, "%s", item);
    }
}
