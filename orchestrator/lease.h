#ifndef ORCHESTRATOR_LEASE_H
#define ORCHESTRATOR_LEASE_H

#include <stdint.h>

#include "orchestrator/store.h"

/* What an orchestrator that shares its store does about leases. No I/O: on_lease.c carries it out. */

enum lease_step {
    LEASE_GOES_ON,
    LEASE_TAKE_OVER, /* there are runs that nobody leads any more */
    LEASE_LOST,      /* others have taken the runs over: begin afresh */
};

/* What is to be done after a renewal that has SEEN this. *AGAIN_MS: when to renew again. A lease is renewed
 * at a third of LEASE_MS, so that two may fail; and no later than another's end, so that nobody waits for
 * long. */
enum lease_step lease_step(const struct lease_seen *seen, int64_t lease_ms, int64_t *again_ms);

#endif
