#ifndef COMMON_BUS_NAMES_H
#define COMMON_BUS_NAMES_H

#include <stdbool.h>

#include "common/bus_link.h"

/* Endpoints whose host is a name, tcp://tasks.orchestrator:9000: a link to each address that the name has,
 * asked again as time passes and when an orchestrator is gone. What is to be done is bus_places.h's to say.
 */

/* Ask for the addresses of ENDPOINT's HOST (see bus_address_host()), and connect to each that is found.
 * Aborts without memory. */
void bus_names_add(struct bus *bus, const char *endpoint, const char *host);

/* The peer of LINK is gone: ask anew where orchestrators are. LINK may be leaving then. */
void bus_names_lost(struct bus *bus, struct link *link);

/* Whether the orchestrator NAME, which says HELLO over LINK, has been reached over another link already: a
 * host has several addresses. LINK is let go of then, and its place remembers why. */
bool bus_names_have_twin(struct bus *bus, struct link *link, const char *name);

void bus_names_close(struct bus *bus);

#endif
