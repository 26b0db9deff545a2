#include "common/bus_link.h"

#include <stdlib.h>
#include <string.h>

#include "common/log.h"

static int
connect_it(struct link *link)
{
    struct bus *bus = link->bus;

    return bus_socket_open(&link->socket, bus->loop, bus->context, bus->keys, link->endpoint, bus->binds);
}

static void
close_it(struct link *link)
{
    bus_socket_close(&link->socket);
    free(link->endpoint);
    free(link);
}

struct link *
link_open(struct bus *bus, const char *endpoint)
{
    struct link *link = calloc(1, sizeof *link);

    if (link == NULL || (link->endpoint = strdup(endpoint)) == NULL) {
        log_error("bus: no memory");
        free(link);
        return NULL;
    }
    link->bus = bus;
    if (connect_it(link) != 0) {
        close_it(link);
        return NULL;
    }
    link->next = bus->links;
    bus->links = link;
    return link;
}

void
link_lose_peers(struct link *link)
{
    for (struct peer *peer = link->bus->peers; peer != NULL; peer = peer->next)
        if (peer->link == link)
            peer->lost = true;
}

bool
link_has_peer(const struct link *link)
{
    for (const struct peer *peer = link->bus->peers; peer != NULL; peer = peer->next)
        if (peer->link == link)
            return true;
    return false;
}

void
link_renew(struct link *link)
{
    log_info("bus: %s closed in the middle of a message; connecting anew", link->endpoint);
    link->cut = false;
    link_lose_peers(link);
    bus_socket_close(&link->socket);
    connect_it(link); /* what failed has said so: nothing comes over this link any more */
}

void
links_knock(struct bus *bus)
{
    for (struct link *link = bus->links; link != NULL; link = link->next)
        if (link->refused) {
            link->refused = false;
            bus_socket_knock(&link->socket, link->endpoint);
        }
}

void
links_close(struct bus *bus, bool all)
{
    for (struct link **place = &bus->links, *link; (link = *place) != NULL;) {
        if (!all && !link->leaving) {
            place = &link->next;
            continue;
        }
        *place = link->next;
        close_it(link);
    }
}
