/* FACETS: what the shop sells, from a wardrobe that has come or whose catalogue has changed. */
#include <stdlib.h>

#include "common/json.h"
#include "common/log.h"
#include "orchestrator/orchestrator.h"

/* As prompt_json() would write them, so that a prompt is the same byte by byte whoever makes it. */
static char *
sorted_text(const json_t *facets)
{
    struct buffer text = { 0 };

    json_write(&text, facets, JSON_SORT_KEYS);
    return buffer_take(&text);
}

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
    self->facets_text = sorted_text(self->facets);
    log_info("facets of %s: catalogue version=%s count=%lld", peer_name(from), message->facets.version,
             (long long)json_number(self->facets, "count", 0));
    return 0;
}
