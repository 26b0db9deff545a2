#include "gateway/ask.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "gateway/gateway.h"

#define ANSWER_MS 10000 /* that an orchestrator may take */
#define AGAIN_MS 250    /* between two questions about what nobody can say at this moment */
#define PATIENCE 10     /* times hold-ms, for those */

static const char unavailable[] =
    "{\"code\":\"unavailable\",\"message\":\"no orchestrator is there; try again\"}";

static void
ask_free(struct gateway *gateway, struct ask *ask)
{
    struct ask **place = &gateway->asks.first;

    while (*place != ask)
        place = &(*place)->next;
    *place = ask->next;
    free(ask->owner);
    free(ask);
}

void
ask_answer(struct gateway *gateway, struct ask *ask, int status, const char *json, size_t size)
{
    struct request *request = ask->request;

    ask_free(gateway, ask);
    if (request != NULL)
        http_answer(request, status, json, size);
}

static int
ask_one(struct gateway *gateway, struct ask *ask, struct peer *peer)
{
    struct message message = { .kind = ask->kind, .run = "", .step = "" };

    if (ask->kind == MESSAGE_HISTORY)
        message.history = (struct history) { .owner = ask->owner, .thread = ask->id, .request = ask->number };
    else if (ask->kind == MESSAGE_FORGET)
        message.forget = (struct forget) { .owner = ask->owner, .thread = ask->id, .request = ask->number };
    else
        message.abort = (struct abort) { .owner = ask->owner, .run_id = ask->id, .request = ask->number };
    return bus_send(gateway->daemon.bus, peer, &message);
}

/* Send ASK to whom it concerns; it stays held where nobody is. */
static void
ask_place(struct gateway *gateway, struct ask *ask)
{
    struct peer *peer = NULL;
    int n = 0;

    ask->again_ms = 0;
    while ((peer = bus_next_peer(gateway->daemon.bus, "orchestrator", peer)) != NULL) {
        if (ask->kind == MESSAGE_ABORT && ask_one(gateway, ask, peer) == 0) {
            ask->until_ms = clock_now_ms() + ANSWER_MS;
            ask->waiting++;
        }
        n++;
    }
    if (ask->kind == MESSAGE_ABORT || n == 0)
        return;
    n = ask->turn++ % n;
    while ((peer = bus_next_peer(gateway->daemon.bus, "orchestrator", peer)) != NULL) {
        if (n-- > 0 || ask_one(gateway, ask, peer))
            continue;
        ask->until_ms = clock_now_ms() + ANSWER_MS;
        ask->at = peer;
        return;
    }
}

/* Ask the orchestrator NAME. Returns false when it is not here. */
static bool
ask_there(struct gateway *gateway, struct ask *ask, const char *name)
{
    struct peer *peer = NULL;

    while ((peer = bus_next_peer(gateway->daemon.bus, "orchestrator", peer)) != NULL) {
        if (strcmp(peer_name(peer), name) != 0 || peer == ask->at || ask_one(gateway, ask, peer))
            continue;
        ask->until_ms = clock_now_ms() + ANSWER_MS;
        ask->at = peer;
        return true;
    }
    return false;
}

void
ask_again(struct gateway *gateway, struct ask *ask, const char *where)
{
    int64_t now_ms = clock_now_ms();

    ask->later = false;
    if (ask->patience_ms == 0)
        ask->patience_ms = now_ms + gateway->daemon.options.hold_ms * PATIENCE;
    if (now_ms >= ask->patience_ms) {
        ask_answer(gateway, ask, 503, unavailable, sizeof unavailable - 1);
        return;
    }
    if (where[0] != '\0' && ask_there(gateway, ask, where))
        return;
    ask->at = NULL;
    ask->again_ms = now_ms + AGAIN_MS;
    ask->until_ms = ask->patience_ms;
    gateway_look_at(gateway, ask->again_ms);
}

struct ask *
ask_new(struct gateway *gateway, struct request *request, enum message_kind kind, const char *owner,
        const char *id)
{
    struct ask *ask = calloc(1, sizeof *ask);

    if (ask == NULL || (ask->owner = strdup(owner)) == NULL) {
        log_error("ask: no memory");
        free(ask);
        http_answer(request, 503, unavailable, sizeof unavailable - 1);
        return NULL;
    }
    ask->kind = kind;
    ask->request = request;
    ask->number = ++gateway->asks.last_number;
    strncpy(ask->id, id, sizeof ask->id - 1);
    ask->until_ms = clock_now_ms() + gateway->daemon.options.hold_ms;
    ask->next = gateway->asks.first;
    gateway->asks.first = ask;
    ask_place(gateway, ask);
    gateway_look_at(gateway, ask->until_ms);
    return ask;
}

struct ask *
ask_find(const struct asks *asks, enum message_kind kind, int64_t number)
{
    struct ask *ask = asks->first;

    while (ask != NULL && (ask->number != number || ask->kind != kind))
        ask = ask->next;
    return ask;
}

void
ask_drop(struct gateway *gateway, struct request *request)
{
    for (struct ask *ask = gateway->asks.first, *next; ask != NULL; ask = next) {
        next = ask->next;
        if (ask->request == request)
            ask_free(gateway, ask);
    }
}

void
asks_joined(struct gateway *gateway)
{
    for (struct ask *ask = gateway->asks.first; ask != NULL; ask = ask->next) {
        if (ask->at == NULL && ask->waiting == 0)
            ask_place(gateway, ask);
    }
}

void
asks_lost(struct gateway *gateway, struct peer *peer)
{
    for (struct ask *ask = gateway->asks.first; ask != NULL; ask = ask->next) {
        if (ask->kind == MESSAGE_ABORT ? ask->waiting == 0 || --ask->waiting > 0 : ask->at != peer)
            continue;
        ask->at = NULL;
        ask->until_ms = clock_now_ms() + gateway->daemon.options.hold_ms;
        ask_place(gateway, ask);
        gateway_look_at(gateway, ask->until_ms);
    }
}

void
asks_look(struct gateway *gateway, int64_t now_ms)
{
    for (struct ask *ask = gateway->asks.first, *next; ask != NULL; ask = next) {
        next = ask->next;
        if (ask->again_ms != 0 && ask->again_ms <= now_ms)
            ask_place(gateway, ask);
        if (ask->again_ms != 0)
            gateway_look_at(gateway, ask->again_ms);
        if (ask->at == NULL && ask->waiting == 0 && ask->until_ms <= now_ms && gateway_awaits_next(gateway))
            ask->until_ms = now_ms + gateway->daemon.options.hold_ms;
        if (ask->until_ms <= now_ms)
            ask_answer(gateway, ask, 503, unavailable, sizeof unavailable - 1);
        else
            gateway_look_at(gateway, ask->until_ms);
    }
}
