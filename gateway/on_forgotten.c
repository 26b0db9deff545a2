/* FORGOTTEN -> done, to who wanted a thread forgotten. */
#include "gateway/gateway.h"

int
on_forgotten(void *self, struct peer *from, const struct message *message)
{
    static const char done[] = "{\"forgotten\":true}";
    static const char unknown[] = "{\"code\":\"unknown_thread\",\"message\":\"there is no such thread\"}";
    struct gateway *gateway = self;
    struct ask *ask = ask_find(&gateway->asks, MESSAGE_FORGET, message->forgotten.request);

    (void)from;
    if (ask == NULL)
        return 0;
    if (message->forgotten.found != 0)
        ask_answer(gateway, ask, 200, done, sizeof done - 1);
    else if (message->forgotten.later != 0)
        ask_again(gateway, ask, message->forgotten.where);
    else
        ask_answer(gateway, ask, 404, unknown, sizeof unknown - 1);
    return 0;
}
