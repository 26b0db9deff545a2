/* REFUSED: a worker can't do what it was asked; another may. */
#include "common/log.h"
#include "orchestrator/walk.h"

int
on_refused(void *owner, struct peer *from, const struct message *message)
{
    const struct refused *refused = &message->refused;
    struct walk *walk;
    int step = requests_answered(owner, from, message, &walk);

    if (step < 0)
        return 0;
    log_warning("run=%s step=%s attempt=%d refused by %s: %s: %s", message->run, message->step,
                (int)message->attempt, peer_name(from), refused->code, refused->message);
    walk_add_usage(walk, refused->usage);
    walk_lead(walk, (struct lead_event) { .kind = LEAD_REFUSED,
                                          .step = step,
                                          .attempt = (int)message->attempt,
                                          .retry = refused->retry != 0 });
    return 0;
}
