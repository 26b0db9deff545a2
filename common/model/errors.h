#ifndef COMMON_MODEL_ERRORS_H
#define COMMON_MODEL_ERRORS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/model/model.h"

/* What a server said when it could not answer: read from any of the shapes that servers use, and put
 * into a class that decides what is done next. Does no I/O. */
struct server_error {
    enum model_error_class class; /* MODEL_ERROR_NONE: there is none */
    int http;                     /* status, of the answer or from inside the body; 0 unknown */
    bool slow_down;               /* wait longer and ask less */
    bool no_model;                /* it is the model that is unknown, not the route */
    bool resample;                /* the model's own slip: one more try is reasonable */
    int64_t hint_ms;              /* wait that the message itself names; -1 none */
    char *type, *code, *param;    /* NULL where the server said none */
    char *message;                /* cut at 400 bytes; NULL where there was none */
};

/* Fill ERROR from the SIZE bytes of a body that came with status HTTP. What is no JSON becomes the message.
 */
void errors_read(struct server_error *error, int http, const char *body, size_t size);

/* The same from BODY: {error: {...}}, {error: "text"}, {detail}, {message}, or [those]. */
void errors_of(struct server_error *error, int http, const json_t *body);

/* An error of our own finding. MESSAGE is copied. */
void errors_set(struct server_error *error, enum model_error_class class, const char *message);

/* Replace KEY and what a server quotes of a refused key in the message. */
void errors_hide(struct server_error *error, const char *key);

void errors_clear(struct server_error *error);

/* Whether BODY is an error rather than an answer: a non-null `error`, or a message without any of what
 * answers and events have. */
bool errors_is_error(const json_t *body);

#endif
