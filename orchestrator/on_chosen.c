/* CHOSEN: the wardrobe's choice by number. */
#include "orchestrator/walk.h"

int
on_chosen(void *owner, struct peer *from, const struct message *message)
{
    struct walk *walk;
    int step = requests_answered(owner, from, message, &walk);

    if (step < 0)
        return 0;
    walk_add_usage(walk, message->chosen.usage);
    cards_chosen(walk, step, message->chosen.order, message->chosen.why);
    walk_lead(walk, (struct lead_event) { .kind = LEAD_CHOSEN, .step = step });
    return 0;
}
