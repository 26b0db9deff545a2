#include "common/bus_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/bus_places.h"
#include "common/log.h"
#include "common/resolver.h"

struct bus_name {
    struct bus_name *next;
    struct bus *bus;
    char *endpoint; /* as it was given */
    struct resolver *resolver;
    struct loop_timer *timer; /* to the next question */
    struct bus_places places;
    bool fails; /* the resolver's last answer was none; said once */
};

/* Whether an orchestrator NAME is a peer, over another link than LINK. */
static bool
is_peer(const struct bus *bus, const char *name, const struct link *link)
{
    for (const struct peer *peer = bus->peers; peer != NULL; peer = peer->next)
        if (peer->link != link && !peer->lost && strcmp(peer->name, name) == 0)
            return true;
    return false;
}

static void
let_go(struct bus_place *place)
{
    place->link->leaving = true;
    place->link->of = NULL;
    place->link = NULL;
}

static void
connect_to(struct bus_name *name, struct bus_place *place)
{
    if ((place->link = link_open(name->bus, place->endpoint)) == NULL)
        return; /* logged; the next answer tries again */
    place->link->of = name;
    place->twin[0] = '\0';
    log_info("bus: %s is at %s", name->endpoint, place->endpoint);
}

/* Do what is to be done about each place. */
static void
look_around(struct bus_name *name)
{
    for (size_t i = 0; i < name->places.count;) {
        struct bus_place *place = &name->places.at[i];
        bool answers = place->link != NULL && link_has_peer(place->link);

        switch (bus_places_step(place, answers, is_peer(name->bus, place->twin, NULL))) {
        case BUS_STEP_KEEP:
            i++;
            break;
        case BUS_STEP_CONNECT:
            connect_to(name, place);
            i++;
            break;
        case BUS_STEP_LET_GO:
            log_info("bus: %s is at %s no more", name->endpoint, place->endpoint);
            let_go(place);
            bus_places_forget(&name->places, i);
            break;
        case BUS_STEP_FORGET:
            bus_places_forget(&name->places, i);
            break;
        }
    }
}

static bool
nobody_answers(const struct bus_name *name)
{
    for (size_t i = 0; i < name->places.count; i++)
        if (name->places.at[i].link != NULL && link_has_peer(name->places.at[i].link))
            return false;
    return true;
}

static void
ask(void *owner)
{
    struct bus_name *name = owner;

    if (resolver_ask(name->resolver) != 0)
        loop_timer_start(name->timer, name->bus->resolve_ms);
}

static void
answered(void *owner, char addresses[][RESOLVER_ADDRESS], size_t count, const char *why)
{
    struct bus_name *name = owner;
    char endpoint[BUS_PLACE_SIZE];

    if (count == 0 && !name->fails)
        log_warning("bus: %s can't be resolved: %s; what is connected stays so", name->endpoint, why);
    else if (count > 0 && name->fails)
        log_info("bus: %s is resolved", name->endpoint);
    name->fails = count == 0;
    if (count > 0) {
        bus_places_begin(&name->places);
        for (size_t i = 0; i < count; i++) {
            bool v6 = strchr(addresses[i], ':') != NULL;

            snprintf(endpoint, sizeof endpoint, "tcp://%s%s%s%s", v6 ? "[" : "", addresses[i], v6 ? "]" : "",
                     strrchr(name->endpoint, ':'));
            bus_places_name(&name->places, endpoint);
        }
        look_around(name);
    }
    loop_timer_start(name->timer, bus_places_wait_ms(name->bus->resolve_ms, nobody_answers(name)));
}

void
bus_names_add(struct bus *bus, const char *endpoint, const char *host)
{
    struct bus_name *name = calloc(1, sizeof *name);

    if (name == NULL || (name->endpoint = strdup(endpoint)) == NULL)
        abort();
    name->bus = bus;
    name->resolver = resolver_new(bus->loop, host, answered, name);
    name->timer = loop_timer_new(bus->loop, ask, name);
    name->next = bus->names;
    bus->names = name;
    ask(name);
}

void
bus_names_lost(struct bus *bus, struct link *link)
{
    for (struct bus_name *name = bus->names; name != NULL; name = name->next)
        look_around(name); /* any of them may know another way to it */
    if (link->of != NULL)
        loop_timer_start(link->of->timer, 0);
}

bool
bus_names_have_twin(struct bus *bus, struct link *link, const char *name)
{
    struct bus_place *place;

    if (link->of == NULL || !is_peer(bus, name, link))
        return false;
    place = bus_places_find(&link->of->places, link);
    log_info("bus: %s leads to orchestrator %s, which is reached already", place->endpoint, name);
    snprintf(place->twin, sizeof place->twin, "%s", name);
    let_go(place);
    return true;
}

void
bus_names_close(struct bus *bus)
{
    for (struct bus_name *name = bus->names, *next; name != NULL; name = next) {
        next = name->next;
        resolver_destroy(&name->resolver);
        loop_timer_destroy(&name->timer);
        free(name->endpoint);
        free(name);
    }
    bus->names = NULL;
}
