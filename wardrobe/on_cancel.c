/* on_cancel -- CANCEL: nobody waits for a choice any more. Lookups are answered at once, and have nothing to
 * stop. */

#include "wardrobe/wardrobe.h"

int
on_cancel(void *owner, struct peer *from, const struct message *message)
{
    struct wardrobe *self = owner;

    if (self->tasks != NULL)
        tasks_cancel(self->tasks, from, message);
    return 0;
}
