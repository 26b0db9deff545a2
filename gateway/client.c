#include "gateway/client.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"

#define UNCHOKED 4 /* times the cap may lie in the queue before the connection was tried */

struct client *
client_new(struct clients *clients, struct lws *connection, const struct wire *wire, const char *owner,
           uint64_t address)
{
    struct client *client = calloc(1, sizeof *client);

    if (client == NULL || (client->owner = strdup(owner)) == NULL) {
        log_error("client: no memory");
        free(client);
        return NULL;
    }
    client->connection = connection;
    client->wire = wire;
    client->address = address;
    client->next = clients->first;
    if (client->next != NULL)
        client->next->previous = client;
    clients->first = client;
    clients->count++;
    return client;
}

void
client_destroy(struct clients *clients, struct client **client)
{
    struct client *c = *client;

    if (c == NULL)
        return;
    assert(c->streams == NULL && c->received.connection == NULL);
    if (c->previous != NULL)
        c->previous->next = c->next;
    else
        clients->first = c->next;
    if (c->next != NULL)
        c->next->previous = c->previous;
    clients->count--;
    client_drop_unsent(c);
    if (c->wire->forget != NULL)
        c->wire->forget(&c->state);
    free(c->owner);
    free(c);
    *client = NULL;
}

int
client_send(struct client *client, const char *bytes, size_t size, size_t cap)
{
    struct unsent *piece;

    if (client->close_code != 0)
        return -1;
    if (client->unsent_size + size > (client->choked ? cap : UNCHOKED * cap)) {
        client_drop_unsent(client);
        client_leave(client, 1013, "read too slowly; resume");
        return -1;
    }
    if ((piece = malloc(sizeof *piece + CLIENT_HEADROOM + size)) == NULL)
        return -1;
    piece->next = NULL;
    piece->size = size;
    memcpy(piece->bytes + CLIENT_HEADROOM, bytes, size);
    if (client->last != NULL)
        client->last->next = piece;
    else
        client->first = piece;
    client->last = piece;
    client->unsent_size += size;
    return 0;
}

struct unsent *
client_take(struct client *client)
{
    struct unsent *piece = client->first;

    if (piece == NULL)
        return NULL;
    client->first = piece->next;
    if (client->first == NULL)
        client->last = NULL;
    client->unsent_size -= piece->size;
    return piece;
}

void
client_leave(struct client *client, int code, const char *reason)
{
    if (client->close_code != 0)
        return;
    client->close_code = code;
    client->close_reason = reason;
}

void
client_drop_unsent(struct client *client)
{
    struct unsent *piece;

    while ((piece = client_take(client)) != NULL)
        free(piece);
}
