/* FACETS: what the shop sells, from a wardrobe that has come or whose catalogue has changed. */
#include <stdlib.h>

#include "common/json.h"
#include "common/log.h"
#include "orchestrator/orchestrator.h"

int
on_facets(void *owner, struct peer *from, const struct message *message)
{
    struct orchestrator *self = owner;

    if (!json_is_object(message->facets.facets)) {
        log_warning("facets of %s are none", peer_name(from));
        return 0;
    }
    json_decref(self->facets);
    free(self->facets_text);
    self->facets = json_incref(message->facets.facets);
    self->facets_text = json_string_of(self->facets);
    log_info("facets of %s: catalogue version=%s count=%lld", peer_name(from), message->facets.version,
             (long long)json_number(self->facets, "count", 0));
    return 0;
}
