#ifndef GATEWAY_DELIVER_H
#define GATEWAY_DELIVER_H

#include <stdbool.h>
#include <stddef.h>

struct client;
struct gateway;
struct stream;

/* Give a client what it is to hear, in its wire's form. */

/* The event at STREAM's offset. LAST: STREAM ends with it and is freed; *STREAM is NULL then. */
void deliver_event(struct gateway *gateway, struct stream **stream, const char *event, size_t size,
                   bool last);

/* A RUN_ERROR that is no event of a run; the connection stays. A streaming answer that has not begun
 * becomes an HTTP error instead. */
void deliver_error(struct gateway *gateway, struct client *client, const char *code, const char *message);

/* STREAM will not go on: its client hears why, and STREAM is freed. */
void deliver_refusal(struct gateway *gateway, struct stream **stream, const char *code, const char *message);

/* CLIENT is to leave, after what is queued; REASON is a literal. */
void deliver_close(struct client *client, int code, const char *reason);

#endif
