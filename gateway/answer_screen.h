#ifndef GATEWAY_ANSWER_SCREEN_H
#define GATEWAY_ANSWER_SCREEN_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* A run's events on a terminal: the words as they come, then the products found, in a table. */
struct answer_screen;

/* Write to OUT (NULL: nowhere, only remember how the run ended); COLOURS for a terminal that has them. */
struct answer_screen *answer_screen_new(FILE *out, bool colours);
void answer_screen_destroy(struct answer_screen **screen);

/* One AG-UI event of the run; lent. */
void answer_screen_event(struct answer_screen *screen, json_t *event);

/* No more events: print the table and how to go on in THREAD. Returns whether the run ended well. */
bool answer_screen_end(struct answer_screen *screen, const char *thread);

#endif
