/* The lease's time has come -> it is renewed, and runs that nobody leads any more are taken over; or, where
 * the store was lost (the server was away, or this process stood still until others had taken its runs), it
 * is won again, and the runs are taken up from the store. */
#include "common/log.h"
#include "orchestrator/lease.h"
#include "orchestrator/lease_file.h"
#include "orchestrator/walk.h"

#define AGAIN_MS 250 /* until a server that is away is asked again */

int
lease_win(struct orchestrator *self)
{
    if (store_join(self->store, bus_name(self->daemon.bus), self->daemon.options.lease_ms, &self->lease) != 0)
        return -1;
    lease_file_write(self->lease_file, store_salt(self->store), self->lease);
    return 0;
}

static int
win_again(struct orchestrator *self)
{
    if (lease_win(self) != 0)
        return -1;
    self->afresh = false;
    log_info("store: here again; its runs are taken up");
    return walks_take_up(self);
}

void
on_lease(void *owner)
{
    struct orchestrator *self = owner;
    int64_t again_ms = self->daemon.options.lease_ms / 3;
    struct lease_seen seen;

    if (self->daemon.draining && self->afresh)
        return; /* others take up what was led here */
    if (self->afresh) {
        if (win_again(self) != 0)
            again_ms = AGAIN_MS;
    } else if (store_renew(self->store, &seen) == 0) {
        switch (lease_step(&seen, self->daemon.options.lease_ms, &again_ms)) {
        case LEASE_GOES_ON:
            break;
        case LEASE_TAKE_OVER:
            if (!self->daemon.draining)
                walks_take_up(self);
            break;
        case LEASE_LOST:
            log_warning("store: this orchestrator's lease has ended, and another has taken its runs over");
            walks_begin_afresh(self);
            break;
        }
    }
    loop_timer_start(self->lease_timer, again_ms);
}
