/* on_cancel -- CANCEL: nobody waits any more for a choice, or for a lookup that waits for a vector. Others
 * are answered at once, and have nothing to stop. */

#include "wardrobe/wardrobe.h"

int
on_cancel(void *owner, struct peer *from, const struct message *message)
{
    struct wardrobe *self = owner;

    if (self->tasks != NULL)
        tasks_cancel(self->tasks, from, message);
    waiting_cancel(self->waiting, from, message->run, message->step);
    return 0;
}
