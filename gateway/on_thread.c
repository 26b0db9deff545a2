/* THREAD -> the messages to who asked for them. */
#include "gateway/gateway.h"

int
on_thread(void *self, struct peer *from, const struct message *message)
{
    static const char unknown[] = "{\"code\":\"unknown_thread\",\"message\":\"there is no such thread\"}";
    struct gateway *gateway = self;
    const struct thread *thread = &message->thread;
    struct ask *ask = ask_find(&gateway->asks, MESSAGE_HISTORY, thread->request);

    (void)from;
    if (ask == NULL)
        return 0;
    if (thread->found != 0)
        ask_answer(gateway, ask, 200, thread->messages.bytes, thread->messages.size);
    else if (thread->later != 0)
        ask_again(gateway, ask, "");
    else
        ask_answer(gateway, ask, 404, unknown, sizeof unknown - 1);
    return 0;
}
