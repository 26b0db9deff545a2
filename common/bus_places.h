#ifndef COMMON_BUS_PLACES_H
#define COMMON_BUS_PLACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/id.h"

#define BUS_PLACES 128    /* addresses of one name that are known at once */
#define BUS_PLACE_SIZE 96 /* of an endpoint, tcp://[address]:port */

struct link;

/* The addresses of the orchestrators behind one name: which are connected to, which are let go of. No I/O.
 *
 *     the resolver names it          -> connected, for as long as it is named
 *     no answer names it any more    -> let go of, but never while somebody answers there
 *     the resolver fails             -> nothing changes
 *     it leads to an orchestrator that another address has reached -> not connected while that one is there
 */
struct bus_place {
    char endpoint[BUS_PLACE_SIZE];
    bool named;         /* in the resolver's last answer */
    struct link *link;  /* NULL: not connected */
    char twin[ID_SIZE]; /* name of the orchestrator that another address has reached; "" */
};

struct bus_places {
    struct bus_place at[BUS_PLACES];
    size_t count;
};

/* What is to be done about a place. */
enum bus_step {
    BUS_STEP_KEEP,    /* nothing */
    BUS_STEP_CONNECT, /* a link is wanted */
    BUS_STEP_LET_GO,  /* its link is to be closed, and the place forgotten */
    BUS_STEP_FORGET   /* it has no link and needs none */
};

/* The resolver's answer: ENDPOINT is named from now on, by COUNT calls after one of bus_places_begin(), which
 * says that none is. Where no room is left it is not taken; a later answer may find some. */
void bus_places_begin(struct bus_places *places);
void bus_places_name(struct bus_places *places, const char *endpoint);

/* What to do about PLACE. ANSWERS: somebody at its link has said HELLO and is not gone. TWIN_IS_THERE: the
 * orchestrator of its `twin` is a peer. */
enum bus_step bus_places_step(const struct bus_place *place, bool answers, bool twin_is_there);

/* Forget the place at INDEX; those after it move up. */
void bus_places_forget(struct bus_places *places, size_t index);

/* The place whose link is LINK, or NULL. */
struct bus_place *bus_places_find(struct bus_places *places, const struct link *link);

/* When to ask again, in ms: after RESOLVE_MS; sooner while NOBODY answers at any of the places. */
int64_t bus_places_wait_ms(int64_t resolve_ms, bool nobody);

#endif
