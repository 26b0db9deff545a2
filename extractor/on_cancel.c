#include "extractor/extractor.h"

int
on_cancel(void *self, struct peer *from, const struct message *message)
{
    struct extractor *extractor = self;

    tasks_cancel(extractor->tasks, from, message);
    return 0;
}
