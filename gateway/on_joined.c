/* An orchestrator is there -> what was held goes to it. */
#include <stdlib.h>
#include <string.h>

#include "gateway/gateway.h"

void
on_joined(void *self, struct peer *peer)
{
    struct gateway *gateway = self;
    struct stream **list;
    size_t count;

    if (strcmp(peer_role(peer), "orchestrator") != 0 || peer_capacity(peer) == 0)
        return;
    list = stream_list(&gateway->streams, &count);
    for (size_t i = 0; list != NULL && i < count; i++) {
        if (list[i]->at == NULL)
            stream_place(gateway, list[i]);
    }
    free(list);
    asks_joined(gateway);
}
