/* SIGTERM -> no more connections; clients that wait for nothing leave at once, the others as their runs
 * end, at the latest when 4/5 of drain-ms are over. All get 1012 and come back through another gateway. */
#include "gateway/deliver.h"
#include "gateway/gateway.h"

static void
send_away(struct gateway *gateway, bool all)
{
    for (struct client *client = gateway->clients.first, *next; client != NULL; client = next) {
        next = client->next;
        if (all || client->streams == NULL)
            deliver_close(client, 1012, "the gateway is being stopped; connect again");
    }
}

static void
time_is_up(void *owner)
{
    send_away(owner, true);
}

void
on_drain(void *self)
{
    struct gateway *gateway = self;

    gateway->draining = true;
    web_stop_listening(gateway->web);
    send_away(gateway, false);
    gateway->drain_timer = loop_timer_new(gateway->daemon.loop, time_is_up, gateway);
    loop_timer_start(gateway->drain_timer, gateway->daemon.options.drain_ms * 4 / 5);
}

bool
gateway_is_idle(void *self)
{
    struct gateway *gateway = self;

    return gateway->clients.count == 0 && gateway->asks.first == NULL;
}
