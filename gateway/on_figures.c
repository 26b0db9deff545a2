/* FIGURES -> kept for /metrics. */
#include "common/clock.h"
#include "gateway/gateway.h"

int
on_figures(void *self, struct peer *from, const struct message *message)
{
    struct gateway *gateway = self;

    (void)from;
    figures_set(&gateway->figures, message->figures.name, message->figures.figures, clock_now_ms());
    return 0;
}
