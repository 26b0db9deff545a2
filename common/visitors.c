#include "common/visitors.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define CHAINS 4096

struct visitor {
    uint64_t address;
    int64_t count;
    struct visitor *next;
};

struct visitors {
    struct visitor *chains[CHAINS];
};

struct visitors *
visitors_new(void)
{
    return calloc(1, sizeof(struct visitors));
}

void
visitors_destroy(struct visitors **visitors)
{
    for (size_t i = 0; *visitors != NULL && i < CHAINS; i++) {
        for (struct visitor *one = (*visitors)->chains[i], *next; one != NULL; one = next) {
            next = one->next;
            free(one);
        }
    }
    free(*visitors);
    *visitors = NULL;
}

/* ADDRESS as a number, 0 for one of neither kind. IPv6 has none that begins as our IPv4's do. */
static uint64_t
number_of(const struct sockaddr *address)
{
    uint64_t number = 0;
    const unsigned char *bytes;

    if (address->sa_family == AF_INET)
        return UINT64_C(0xffff000000000000) |
               ntohl(((const struct sockaddr_in *)(const void *)address)->sin_addr.s_addr);
    if (address->sa_family != AF_INET6)
        return 0;
    bytes = ((const struct sockaddr_in6 *)(const void *)address)->sin6_addr.s6_addr;
    for (int i = 0; i < 8; i++)
        number = number << 8 | bytes[i];
    if (number != 0 || bytes[8] != 0 || bytes[9] != 0 || bytes[10] != 0xff || bytes[11] != 0xff)
        return number == 0 ? 1 : number;
    for (int i = 12; i < 16; i++)
        number = number << 8 | bytes[i];
    return UINT64_C(0xffff000000000000) | number;
}

static struct visitor **
place_of(struct visitors *visitors, uint64_t address)
{
    struct visitor **place = &visitors->chains[(address * UINT64_C(0x9e3779b97f4a7c15)) >> 52];

    while (*place != NULL && (*place)->address != address)
        place = &(*place)->next;
    return place;
}

struct visitor *
visitors_come(struct visitors *visitors, const struct sockaddr *address)
{
    uint64_t number = number_of(address);
    struct visitor **place;

    if (number == 0)
        return NULL;
    place = place_of(visitors, number);
    if (*place == NULL) {
        if ((*place = calloc(1, sizeof **place)) == NULL)
            return NULL;
        (*place)->address = number;
    }
    (*place)->count++;
    return *place;
}

int64_t
visitor_count(const struct visitor *visitor)
{
    return visitor->count;
}

void
visitors_leave(struct visitors *visitors, struct visitor *visitor)
{
    struct visitor **place;

    if (visitor == NULL || --visitor->count > 0)
        return;
    place = place_of(visitors, visitor->address);
    *place = visitor->next;
    free(visitor);
}
