#include "common/bus_places.h"

#include <stdio.h>
#include <string.h>

#define SOON_MS 1000 /* between two questions while nobody is there to be asked anything */

void
bus_places_begin(struct bus_places *places)
{
    for (size_t i = 0; i < places->count; i++)
        places->at[i].named = false;
}

void
bus_places_name(struct bus_places *places, const char *endpoint)
{
    struct bus_place *place = NULL;

    for (size_t i = 0; i < places->count && place == NULL; i++)
        if (strcmp(places->at[i].endpoint, endpoint) == 0)
            place = &places->at[i];
    if (place == NULL) {
        if (places->count == BUS_PLACES)
            return;
        place = &places->at[places->count++];
        *place = (struct bus_place) { 0 };
        snprintf(place->endpoint, sizeof place->endpoint, "%s", endpoint);
    }
    place->named = true;
}

enum bus_step
bus_places_step(const struct bus_place *place, bool answers, bool twin_is_there)
{
    if (place->link != NULL)
        return place->named || answers ? BUS_STEP_KEEP : BUS_STEP_LET_GO;
    if (!place->named)
        return BUS_STEP_FORGET;
    return twin_is_there ? BUS_STEP_KEEP : BUS_STEP_CONNECT;
}

void
bus_places_forget(struct bus_places *places, size_t index)
{
    places->count--;
    memmove(&places->at[index], &places->at[index + 1], (places->count - index) * sizeof *places->at);
}

struct bus_place *
bus_places_find(struct bus_places *places, const struct link *link)
{
    for (size_t i = 0; i < places->count; i++)
        if (places->at[i].link == link)
            return &places->at[i];
    return NULL;
}

int64_t
bus_places_wait_ms(int64_t resolve_ms, bool nobody)
{
    return nobody && resolve_ms > SOON_MS ? SOON_MS : resolve_ms;
}
