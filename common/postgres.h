#ifndef COMMON_POSTGRES_H
#define COMMON_POSTGRES_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/buffer.h"

/* A connection to a PostgreSQL server that nobody waits for long: every call ends when the server has been
 * silent for the time that was given at the start. The only file that waits for libpq.
 *
 * What fails is logged here, once, with the connection's URL, without its password. */
struct postgres;

/* One value of a statement: a text, or SIZE BYTES; both NULL is null. */
struct postgres_value {
    const char *text;
    const void *bytes;
    int size;
};

/* Is PATH a server's URL, and no file? */
bool postgres_is_url(const char *path);

/* Connect to URL (postgresql://…, as libpq reads it). WAIT_MS is how long the server may be silent, 0 for as
 * long as it likes (to connect, 5 s at most). NULL when it can't (logged).
 *
 * Each new connection first does SETUP (may be NULL): statements without an answer. */
struct postgres *postgres_open(const char *url, int wait_ms, const char *setup);
void postgres_close(struct postgres **postgres);

/* Its URL as a log may say it; lent. */
const char *postgres_name(const struct postgres *postgres);

/* Do SQL, one statement or several without values, which give no rows. Returns 0, or -1. */
int postgres_do(struct postgres *postgres, const char *sql);

/* Do SQL with COUNT VALUES for $1, $2, … Returns the rows, which the caller clears; NULL when it failed.
 * BINARY: the rows' values as bytes, not as texts. */
PGresult *postgres_query(struct postgres *postgres, const char *sql, const struct postgres_value *values,
                         int count, bool binary);

/* The same with texts, for a statement that only reads, and is asked again and again: it is prepared once for
 * each connection, under a NAME of its own. Outside of a transaction a connection that was lost is made
 * again, and asked once more. */
PGresult *postgres_ask(struct postgres *postgres, const char *name, const char *sql,
                       const char *const *values, int count);

/* -- pipelines: what is sent waits for nothing, and all of it is one way there and back
 * ---------------------- */

/* Send: prepare SQL as NAME, for as long as this connection lasts. Returns 0; -1: the connection is lost
 * (logged). */
int postgres_send_prepare(struct postgres *postgres, const char *name, const char *sql);

/* Send: do the statement prepared as NAME with COUNT VALUES, which are lent. As postgres_send_prepare(). */
int postgres_send(struct postgres *postgres, const char *name, const struct postgres_value *values,
                  int count);

/* Wait until all that was sent is done. Returns the last one's answer, as texts, which the caller clears;
 * NULL when one of them failed (logged): those after it were not done. */
PGresult *postgres_sync(struct postgres *postgres);

/* Is there a connection? What was sent by pipeline is lost with it: it is not made again by itself, but by
 * postgres_connect(), which returns 0, or -1 (logged; a server that was away a moment ago is left alone). */
bool postgres_is_connected(const struct postgres *postgres);
int postgres_connect(struct postgres *postgres);
void postgres_disconnect(struct postgres *postgres);

/* What was sent and synced has left a transaction open. */
bool postgres_is_in_transaction(const struct postgres *postgres);

/* The last call failed with this code (SQLSTATE). Those that begin with EN are our own, and not logged. */
bool postgres_has_failed_as(const struct postgres *postgres, const char *code);

/* Do SQL, a COPY … FROM STDIN, with ROWS as its text. Returns 0, or -1. */
int postgres_copy(struct postgres *postgres, const char *sql, const struct buffer *rows);

/* The last call failed because the server is away, overloaded or going down; not for what was asked of it. */
bool postgres_is_away(const struct postgres *postgres);

/* The last call failed because there is no such table. */
bool postgres_is_missing(const struct postgres *postgres);

/* Append TEXT as a field of COPY's text form, without what parts it from the next; NULL is null. */
void postgres_field(struct buffer *rows, const char *text);

/* Append TEXT as an element of an array's text form. */
void postgres_element(struct buffer *array, const char *text);

#endif
