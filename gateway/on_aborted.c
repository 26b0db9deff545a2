/* ABORTED -> done, to who wanted a run stopped; or unknown, when all orchestrators have said so. */
#include "gateway/gateway.h"

int
on_aborted(void *self, struct peer *from, const struct message *message)
{
    static const char done[] = "{\"aborted\":true}";
    static const char unknown[] = "{\"code\":\"unknown_run\",\"message\":\"there is no such run\"}";
    struct gateway *gateway = self;
    struct ask *ask = ask_find(&gateway->asks, MESSAGE_ABORT, message->aborted.request);

    (void)from;
    if (ask == NULL)
        return 0;
    ask->waiting--;
    ask->later = ask->later || message->aborted.later != 0;
    if (message->aborted.found != 0)
        ask_answer(gateway, ask, 200, done, sizeof done - 1);
    else if (ask->waiting <= 0 && ask->later)
        ask_again(gateway, ask, "");
    else if (ask->waiting <= 0)
        ask_answer(gateway, ask, 404, unknown, sizeof unknown - 1);
    return 0;
}
