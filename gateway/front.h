#ifndef GATEWAY_FRONT_H
#define GATEWAY_FRONT_H

#include <stddef.h>

struct client;
struct request;

/* What everything else may do to a connection, so that only front.c, websocket.c, http.c and sse.c know
 * libwebsockets. */

/* There is something to send to CLIENT, or it is to leave: its connection is asked to be written to. */
void front_wake(struct client *client);

/* A request that waited has its answer: STATUS and SIZE bytes of JSON (copied). */
void http_answer(struct request *request, int status, const char *json, size_t size);

#endif
