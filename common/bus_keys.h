#ifndef COMMON_BUS_KEYS_H
#define COMMON_BUS_KEYS_H

#include <stdbool.h>

#include "common/bus.h"

/* CURVE for the bus between machines: who has which key, and who may come in. A ROUTER with keys asks
 * bus_keys_answer() (ZAP, RFC 27) for each connection: without a known key nobody gets in. */
struct bus_keys;

/* *KEYS from SETTINGS, NULL when there is no secret key (then nothing is encrypted).
 * 0, or -1 (logged): a key that is none, a folder that can't be read. */
int bus_keys_open(struct bus_keys **keys, void *context, const struct bus_settings *settings);
void bus_keys_close(struct bus_keys **keys);

/* Give SOCKET its keys, before it binds or connects. 0 or -1 (logged). */
int bus_keys_use(struct bus_keys *keys, void *socket, bool binds);

/* The folder of known keys is read again; a broken one keeps the old (logged). */
void bus_keys_reload(struct bus_keys *keys);

/* Whether a connection waits for an answer; and answer all that wait. */
bool bus_keys_have_input(struct bus_keys *keys);
void bus_keys_answer(struct bus_keys *keys);

#endif
