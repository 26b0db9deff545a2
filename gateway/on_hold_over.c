/* A hold is over -> who waited is told so. */
#include <stdlib.h>

#include "common/clock.h"
#include "gateway/deliver.h"
#include "gateway/gateway.h"

void
gateway_look_at(struct gateway *gateway, int64_t at_ms)
{
    int64_t now_ms = clock_now_ms();

    if (loop_timer_is_running(gateway->hold_timer) && gateway->hold_due_ms <= at_ms)
        return;
    gateway->hold_due_ms = at_ms;
    loop_timer_start(gateway->hold_timer, at_ms > now_ms ? at_ms - now_ms : 1);
}

bool
gateway_awaits_next(const struct gateway *gateway)
{
    return bus_next_peer(gateway->daemon.bus, "orchestrator", NULL) != NULL;
}

void
on_hold_over(void *self)
{
    struct gateway *gateway = self;
    int64_t now_ms = clock_now_ms();
    bool waits = gateway_awaits_next(gateway);
    size_t count;
    struct stream **list = stream_list(&gateway->streams, &count);

    for (size_t i = 0; list != NULL && i < count; i++) {
        if (list[i]->at == NULL && list[i]->again_ms != 0) {
            if (list[i]->again_ms <= now_ms)
                stream_place(gateway, list[i]);
            else
                gateway_look_at(gateway, list[i]->again_ms);
            continue;
        }
        if (waits && list[i]->at == NULL && list[i]->hold_until_ms <= now_ms)
            list[i]->hold_until_ms = now_ms + gateway->daemon.options.hold_ms;
        if (list[i]->at == NULL && list[i]->hold_until_ms <= now_ms)
            deliver_refusal(gateway, &list[i], "unavailable", "no orchestrator is there; try again");
        else if (list[i]->at == NULL)
            gateway_look_at(gateway, list[i]->hold_until_ms);
    }
    free(list);
    asks_look(gateway, now_ms);
}
