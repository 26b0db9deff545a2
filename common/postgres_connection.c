/* postgres_connection -- a connection to PostgreSQL with bounded waiting; see postgres.h. libpq is used in
 * its form that never waits, and the waiting is done here. */

#include "common/postgres_connection.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"

#define CONNECT_MS 5000 /* to connect, where the server may be silent for as long as it likes */
#define REST 4          /* a server that cost a time is left alone for so many times as long */
#define REASON 240      /* bytes of what libpq says */

/* The first line of what libpq says of CONNECTION, without its newline. */
static const char *
reason(const PGconn *connection, char text[REASON])
{
    const char *said = PQerrorMessage(connection);

    size_t size = strcspn(said, "\n");
    bool silent = size == 0 || (size > 2 && memcmp(said + size - 2, ": ", 2) == 0);

    snprintf(text, REASON, "%.*s%s", (int)(size < REASON / 2 ? size : REASON / 2), said,
             silent ? "no answer in time" : "");
    return text;
}

static void
drop(struct postgres *postgres)
{
    PQfinish(postgres->connection);
    postgres->connection = NULL;
    postgres->prepared_count = 0;
}

void
postgres_lose(struct postgres *postgres, int64_t started_ms)
{
    int64_t now = clock_now_ms(), rest = (now - started_ms) * REST;
    char text[REASON];

    if (postgres->lost_ms == 0) {
        log_warning("%s: the connection is lost: %s", postgres->name.text,
                    reason(postgres->connection, text));
        postgres->lost_ms = now;
    }
    drop(postgres);
    postgres->away = true;
    postgres->not_before_ms = now + (rest < POSTGRES_REST_MS ? POSTGRES_REST_MS : rest);
}

/* -- waiting ------------------------------------------------------------------------------------- */

/* Wait for EVENTS, until DEADLINE_MS (0: as long as it takes). Returns whether they came. */
static bool
await(const PGconn *connection, short events, int64_t deadline_ms)
{
    struct pollfd seen = { .fd = PQsocket(connection), .events = events };

    for (;;) {
        int64_t left = deadline_ms == 0 ? -1 : deadline_ms - clock_now_ms();
        int ready;

        if (deadline_ms != 0 && left < 0)
            left = 0;
        ready = poll(&seen, 1, (int)left);
        if (ready > 0)
            return true;
        if (ready < 0 && errno == EINTR)
            continue;
        return false;
    }
}

static int64_t
deadline(const struct postgres *postgres)
{
    return postgres->wait_ms == 0 ? 0 : clock_now_ms() + postgres->wait_ms;
}

bool
postgres_await(struct postgres *postgres, short events)
{
    return await(postgres->connection, events, deadline(postgres)) && PQconsumeInput(postgres->connection);
}

bool
postgres_flush(struct postgres *postgres)
{
    int left;

    while ((left = PQflush(postgres->connection)) > 0)
        if (!postgres_await(postgres, POLLIN | POLLOUT))
            return false;
    return left == 0;
}

PGresult *
postgres_next_result(struct postgres *postgres, bool *ok)
{
    *ok = postgres_flush(postgres);
    while (*ok && PQisBusy(postgres->connection))
        *ok = postgres_await(postgres, POLLIN);
    return *ok ? PQgetResult(postgres->connection) : NULL;
}

int
postgres_refused(struct postgres *postgres, const PGresult *result)
{
    const char *code = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *said = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

    code = code == NULL ? "" : code;
    snprintf(postgres->code, sizeof postgres->code, "%s", code);
    postgres->missing = strcmp(code, "42P01") == 0;
    /* 08 connection, 53 resources, 57 the operator or a timeout, 40 a lock that others hold */
    postgres->away =
        strncmp(code, "08", 2) == 0 || strncmp(code, "53", 2) == 0 || strncmp(code, "57", 2) == 0;
    if (!postgres->missing && strncmp(code, "EN", 2) != 0)
        log_error("%s: the server says %s: %s", postgres->name.text, code, said == NULL ? "nothing" : said);
    return -1;
}

PGresult *
postgres_finish(struct postgres *postgres, int64_t started_ms)
{
    PGresult *result, *last = NULL;
    bool ok;

    while ((result = postgres_next_result(postgres, &ok)) != NULL) {
        ExecStatusType status = PQresultStatus(result);

        PQclear(last);
        last = result;
        if (status == PGRES_COPY_IN) /* its rows are wanted now */
            return last;
        if (PQstatus(postgres->connection) == CONNECTION_BAD)
            break;
    }
    if (!ok || last == NULL || PQstatus(postgres->connection) == CONNECTION_BAD) {
        PQclear(last);
        postgres_lose(postgres, started_ms);
        return NULL;
    }
    if (PQresultStatus(last) == PGRES_COMMAND_OK || PQresultStatus(last) == PGRES_TUPLES_OK)
        return last;
    postgres_refused(postgres, last);
    PQclear(last);
    return NULL;
}

/* -- connecting ---------------------------------------------------------------------------------- */

static void
on_notice(void *owner, const PGresult *result)
{
    const char *said = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

    log_debug("%s: %s", ((struct postgres *)owner)->name.text, said == NULL ? "" : said);
}

/* Go through libpq's steps of connecting, until DEADLINE_MS. */
static bool
step(PGconn *connection, int64_t deadline_ms)
{
    PostgresPollingStatusType wanted = PGRES_POLLING_WRITING;

    while (wanted == PGRES_POLLING_READING || wanted == PGRES_POLLING_WRITING) {
        if (!await(connection, wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline_ms))
            return false;
        wanted = PQconnectPoll(connection);
    }
    return wanted == PGRES_POLLING_OK;
}

/* What the URL does not say: the last of a name holds. */
static PGconn *
start(const char *url)
{
    static const char *const names[] = { "keepalives_idle",
                                         "keepalives_interval",
                                         "keepalives_count",
                                         "tcp_user_timeout",
                                         "fallback_application_name",
                                         "dbname",
                                         NULL };
    const char *const values[] = { "30", "10", "3", "30000", "ensemble", url, NULL };

    return PQconnectStartParams(names, values, 1);
}

static int
connect_now(struct postgres *postgres)
{
    int64_t started = clock_now_ms();
    PGresult *done = NULL;
    char text[REASON];

    postgres->connection = start(postgres->url);
    if (postgres->connection == NULL || PQstatus(postgres->connection) == CONNECTION_BAD ||
        !step(postgres->connection, started + (postgres->wait_ms == 0 ? CONNECT_MS : postgres->wait_ms)))
        goto fail;
    PQsetnonblocking(postgres->connection, 1);
    PQsetNoticeReceiver(postgres->connection, on_notice, postgres);
    if (PQsetClientEncoding(postgres->connection, "UTF8") != 0)
        goto fail;
    if (postgres->setup != NULL && (!PQsendQuery(postgres->connection, postgres->setup) ||
                                    (done = postgres_finish(postgres, started)) == NULL)) {
        if (postgres->connection != NULL)
            goto fail;
        return -1;
    }
    PQclear(done);
    if (postgres->lost_ms != 0)
        log_info("%s: connected again after %lld ms", postgres->name.text,
                 (long long)(clock_now_ms() - postgres->lost_ms));
    postgres->lost_ms = 0;
    return 0;

fail:
    if (postgres->lost_ms == 0)
        log_error("%s: no connection: %s", postgres->name.text, reason(postgres->connection, text));
    postgres->lost_ms = postgres->lost_ms == 0 ? started : postgres->lost_ms;
    postgres_lose(postgres, started);
    return -1;
}

int
postgres_connect(struct postgres *postgres)
{
    postgres->away = postgres->missing = false;
    postgres->code[0] = '\0';
    if (postgres->connection != NULL)
        return 0;
    if (clock_now_ms() < postgres->not_before_ms) {
        postgres->away = true;
        return -1;
    }
    return connect_now(postgres);
}

/* Whether libpq reads URL as it is meant. Its own words about one that it can't would hold a piece of the
 * password, where that has a character in it that should be written as %XX. */
static bool
is_url(const char *url)
{
    PQconninfoOption *options = PQconninfoParse(url, NULL);
    bool good = options != NULL;

    for (const PQconninfoOption *option = options; good && option->keyword != NULL; option++) {
        const char *value = option->val == NULL ? "" : option->val;

        if (strcmp(option->keyword, "port") == 0)
            good = value[strspn(value, "0123456789,")] == '\0';
        else if (strcmp(option->keyword, "host") == 0 || strcmp(option->keyword, "dbname") == 0)
            good = strchr(value, '@') == NULL;
    }
    PQconninfoFree(options);
    return good;
}

bool
postgres_is_url(const char *path)
{
    return strncmp(path, "postgres://", 11) == 0 || strncmp(path, "postgresql://", 13) == 0;
}

struct postgres *
postgres_open(const char *url, int wait_ms, const char *setup)
{
    struct postgres *postgres = calloc(1, sizeof *postgres);

    if (postgres == NULL || (postgres->url = strdup(url)) == NULL ||
        (setup != NULL && (postgres->setup = strdup(setup)) == NULL))
        log_error("%s: no memory", url_shown(url).text);
    else if (!is_url(url))
        log_error("%s: can't be read as a PostgreSQL URL: in a password, @ is written %%40 and / is %%2F",
                  url_shown(url).text);
    else {
        postgres->name = url_shown(url);
        postgres->wait_ms = wait_ms;
        if (postgres_connect(postgres) == 0)
            return postgres;
    }
    postgres_close(&postgres);
    return NULL;
}

void
postgres_close(struct postgres **postgres)
{
    if (*postgres == NULL)
        return;
    drop(*postgres);
    free((*postgres)->url);
    free((*postgres)->setup);
    free(*postgres);
    *postgres = NULL;
}

const char *
postgres_name(const struct postgres *postgres)
{
    return postgres->name.text;
}

bool
postgres_is_away(const struct postgres *postgres)
{
    return postgres->away;
}

bool
postgres_is_missing(const struct postgres *postgres)
{
    return postgres->missing;
}

bool
postgres_is_connected(const struct postgres *postgres)
{
    return postgres->connection != NULL;
}

void
postgres_disconnect(struct postgres *postgres)
{
    drop(postgres);
}

bool
postgres_is_in_transaction(const struct postgres *postgres)
{
    return postgres->connection != NULL && PQtransactionStatus(postgres->connection) != PQTRANS_IDLE;
}

bool
postgres_has_failed_as(const struct postgres *postgres, const char *code)
{
    return strcmp(postgres->code, code) == 0;
}
