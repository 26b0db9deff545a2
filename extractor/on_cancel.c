#include "extractor/extractor.h"

int
on_cancel(void *self, struct peer *from, const struct message *message)
{
    struct assistant *assistant = self;

    tasks_cancel(assistant->tasks, from, message);
    return 0;
}
