/* Stands where front.c and http.c are: what would be done to a connection is counted. */
#include "tests/gateway/fake_front.h"

#include <stdio.h>
#include <string.h>

struct fake_front fake_front;

void
front_wake(struct client *client)
{
    (void)client;
    fake_front.wakes++;
}

void
http_answer(struct request *request, int status, const char *json, size_t size)
{
    fake_front.answered = request;
    fake_front.status = status;
    fake_front.answers++;
    snprintf(fake_front.json, sizeof fake_front.json, "%.*s", (int)size, json);
}
