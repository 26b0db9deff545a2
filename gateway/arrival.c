#include "gateway/arrival.h"

#include <stddef.h>

void
arrival_take(struct arrivals *arrivals, struct arrival *arrival, struct lws *connection, const char *bytes,
             size_t size, int64_t now_ms)
{
    size_t before = arrival->bytes.size;

    if (arrival->connection == NULL) {
        arrival->connection = connection;
        arrival->began_ms = now_ms;
        arrival->previous = NULL;
        arrival->next = arrivals->first;
        if (arrival->next != NULL)
            arrival->next->previous = arrival;
        arrivals->first = arrival;
    }
    buffer_append(&arrival->bytes, bytes, size);
    arrivals->size += arrival->bytes.size - before;
}

void
arrival_end(struct arrivals *arrivals, struct arrival *arrival)
{
    if (arrival->connection != NULL) {
        if (arrival->previous != NULL)
            arrival->previous->next = arrival->next;
        else
            arrivals->first = arrival->next;
        if (arrival->next != NULL)
            arrival->next->previous = arrival->previous;
    }
    arrivals->size -= arrival->bytes.size;
    buffer_clear(&arrival->bytes);
    arrival->connection = NULL;
    arrival->previous = arrival->next = NULL;
}

struct arrival *
arrivals_too_many(const struct arrivals *arrivals, size_t size, size_t most)
{
    struct arrival *largest = arrivals->first;

    if (arrivals->size + size <= most)
        return NULL;
    for (struct arrival *one = arrivals->first; one != NULL; one = one->next)
        if (one->bytes.size > largest->bytes.size)
            largest = one;
    return largest;
}
