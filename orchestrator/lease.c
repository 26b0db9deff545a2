#include "orchestrator/lease.h"

#define AFTER_MS 20 /* after another's end, by the server's clock */

enum lease_step
lease_step(const struct lease_seen *seen, int64_t lease_ms, int64_t *again_ms)
{
    *again_ms = lease_ms / 3;
    if (!seen->held) {
        *again_ms = 0;
        return LEASE_LOST;
    }
    if (seen->next_ms >= 0 && seen->next_ms + AFTER_MS < *again_ms)
        *again_ms = seen->next_ms + AFTER_MS;
    return seen->ended > 0 ? LEASE_TAKE_OVER : LEASE_GOES_ON;
}
