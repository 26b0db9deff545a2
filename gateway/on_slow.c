/* Who sends a frame or takes an answer too slowly -> their connection ends. */
#include "common/clock.h"
#include "gateway/connection.h"

#define LOOK_MS 1000

void
on_slow(void *self)
{
    struct gateway *gateway = self;
    int64_t before_ms = clock_now_ms() - gateway->daemon.options.frame_ms;

    for (const struct arrival *one = gateway->arrivals.first; one != NULL; one = one->next) {
        if (one->began_ms < before_ms)
            front_cut(one->connection);
    }
    http_cut_slow(gateway, before_ms);
    loop_timer_start(gateway->slow_timer, LOOK_MS);
}
