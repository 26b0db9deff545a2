#include "psychologist/psychologist.h"

int
on_cancel(void *self, struct peer *from, const struct message *message)
{
    struct psychologist *psychologist = self;

    tasks_cancel(psychologist->tasks, from, message);
    return 0;
}
