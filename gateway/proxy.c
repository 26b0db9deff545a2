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

/* ITEM, an address or address/bits, as a net of so many BITS (of 128). False when it is neither. */
static bool
read_net(char *item, unsigned char net[16], int *bits)
{
    bool v4 = strchr(item, ':') == NULL;
    char *slash = strchr(item, '/'), *end;
    long count;

    *bits = 128;
    if (slash != NULL)
        *slash = '\0';
    if (!read_address(item, net))
        return false;
    if (slash == NULL)
        return true;
    count = strtol(slash + 1, &end, 10);
    if (slash[1] < '0' || slash[1] > '9' || *end != '\0' || count > (v4 ? 32 : 128))
        return false;
    *bits = (int)count + (v4 ? 96 : 0);
    return true;
}

/* The next item of *LIST, which goes on behind it. False at its end. One that is too long becomes "". */
static bool
next_item(const char **list, char item[ADDRESS_SIZE])
{
    size_t size;

    *list += strspn(*list, ", ");
    size = strcspn(*list, ", ");
    snprintf(item, ADDRESS_SIZE, "%.*s", size < ADDRESS_SIZE ? (int)size : 0, *list);
    *list += size;
    return size > 0;
}

bool
proxy_is_trusted(const char *text, const char *trusted)
{
    unsigned char address[16], net[16];
    char item[ADDRESS_SIZE];
    int bits;

    if (!read_address(text, address))
        return false;
    while (next_item(&trusted, item))
        if (read_net(item, net, &bits) && same_bits(address, net, bits))
            return true;
    return false;
}

bool
proxy_is_readable(const char *trusted)
{
    unsigned char net[16];
    char item[ADDRESS_SIZE];
    int bits;

    while (next_item(&trusted, item))
        if (!read_net(item, net, &bits))
            return false;
    return true;
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
    while (left > 0 && proxy_is_trusted(client, trusted)) {
        left = last_item(forwarded, left, item);
        if (!read_address(item, address))
            return;
        snprintf(client, size, "%s", item);
    }
}
