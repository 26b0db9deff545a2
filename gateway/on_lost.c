/* An orchestrator is gone -> a query that it had not accepted is sent to another; a run that it had is
 * attached again, from the last offset the client has seen, at whoever owns it now. Where nobody is, both are
 * held. */
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "gateway/gateway.h"

void
on_lost(void *self, struct peer *peer)
{
    struct gateway *gateway = self;
    size_t count, lost = 0;
    struct stream **list = stream_list(&gateway->streams, &count);

    for (size_t i = 0; list != NULL && i < count; i++) {
        if (list[i]->at == NULL && strcmp(peer_role(peer), "orchestrator") == 0) {
            list[i]->hold_until_ms = 0; /* it has drained: hold-ms is the next one's, to start in */
            stream_place(gateway, list[i]);
        }
        if (list[i]->at != peer)
            continue;
        lost++;
        if (strcmp(list[i]->where, peer_name(peer)) == 0)
            list[i]->where[0] = '\0';
        stream_unplace(gateway, list[i], false);
        stream_place(gateway, list[i]);
    }
    if (lost > 0)
        log_info("orchestrator %s gone with %zu runs: placed anew or held", peer_name(peer), lost);
    free(list);
    asks_lost(gateway, peer);
}
