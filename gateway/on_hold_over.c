/* A hold is over -> who waited is told so. */
#include <stdlib.h>

#include "common/clock.h"
#include "gateway/deliver.h"
#include "gateway/gateway.h"

/* A question that nobody took is refused. A run that was accepted, or an earlier one that is resumed, goes on
 * without us: to say RUN_ERROR would be a second end, so the client is sent away to come back. */
static void
give_up(struct gateway *gateway, struct stream *stream)
{
    struct client *client = stream->client;

    if (stream->said != NULL) {
        deliver_refusal(gateway, &stream, "unavailable", "no orchestrator is there; try again");
        return;
    }
    stream_destroy(&gateway->streams, &stream);
    if (client->ends && !client->started)
        deliver_error(gateway, client, "unavailable", "no orchestrator is there; try again");
    deliver_close(client, 1013, "no orchestrator is there; resume later");
}

void
gateway_look_at(struct gateway *gateway, int64_t at_ms)
{
    int64_t now_ms = clock_now_ms();

    if (loop_timer_is_running(gateway->hold_timer) && gateway->hold_due_ms <= at_ms)
        return;
    gateway->hold_due_ms = at_ms;
    loop_timer_start(gateway->hold_timer, at_ms > now_ms ? at_ms - now_ms : 1);
}

void
on_hold_over(void *self)
{
    struct gateway *gateway = self;
    int64_t now_ms = clock_now_ms();
    size_t count;
    struct stream **list = stream_list(&gateway->streams, &count);

    for (size_t i = 0; list != NULL && i < count; i++) {
        if (list[i]->at == NULL && list[i]->hold_until_ms <= now_ms)
            give_up(gateway, list[i]);
        else if (list[i]->at == NULL)
            gateway_look_at(gateway, list[i]->hold_until_ms);
    }
    free(list);
    asks_look(gateway, now_ms);
}
