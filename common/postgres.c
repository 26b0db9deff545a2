/* postgres -- a connection to PostgreSQL with bounded waiting; see postgres.h. libpq is used in its form that
 * never waits, and the waiting is done here. */

#include "common/postgres.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/url.h"

#define CONNECT_MS 5000 /* to connect, where the server may be silent for as long as it likes */
#define REST 4          /* a server that cost a time is left alone for so many times as long ... */
#define REST_MIN_MS 250 /* ... and for this at least */
#define STATEMENTS 8    /* prepared ones */
#define REASON 240      /* bytes of what libpq says */

struct postgres {
    char *url, *setup;
    struct url_shown name;
    PGconn *connection; /* NULL while there is none */
    int wait_ms;
    const char *prepared[STATEMENTS]; /* on this connection; the callers' names */
    int prepared_count;
    int64_t not_before_ms; /* when to try to connect again */
    int64_t lost_ms;       /* when the connection was lost; 0: it was not */
    bool away, missing;
    char code[6]; /* of what the server refused last; "" */
};

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

/* The connection is of no use any more, after a call that began at STARTED_MS. */
static void
lose(struct postgres *postgres, int64_t started_ms)
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
    postgres->not_before_ms = now + (rest < REST_MIN_MS ? REST_MIN_MS : rest);
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

/* Send all that libpq holds. */
static bool
flush(struct postgres *postgres)
{
    int left;

    while ((left = PQflush(postgres->connection)) > 0) {
        if (!await(postgres->connection, POLLIN | POLLOUT, deadline(postgres)) ||
            !PQconsumeInput(postgres->connection))
            return false;
    }
    return left == 0;
}

/* The next result, or NULL at their end; *OK is false when the connection failed instead. */
static PGresult *
next_result(struct postgres *postgres, bool *ok)
{
    *ok = flush(postgres);
    while (*ok && PQisBusy(postgres->connection))
        *ok = await(postgres->connection, POLLIN, deadline(postgres)) && PQconsumeInput(postgres->connection);
    return *ok ? PQgetResult(postgres->connection) : NULL;
}

/* Say what the server refused. Returns -1. */
static int
refused(struct postgres *postgres, const PGresult *result)
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

/* Read all results of what was sent at STARTED_MS. Returns the last one, or NULL (logged). */
static PGresult *
finish(struct postgres *postgres, int64_t started_ms)
{
    PGresult *result, *last = NULL;
    bool ok;

    while ((result = next_result(postgres, &ok)) != NULL) {
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
        lose(postgres, started_ms);
        return NULL;
    }
    if (PQresultStatus(last) == PGRES_COMMAND_OK || PQresultStatus(last) == PGRES_TUPLES_OK)
        return last;
    refused(postgres, last);
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
    if (postgres->setup != NULL &&
        (!PQsendQuery(postgres->connection, postgres->setup) || (done = finish(postgres, started)) == NULL)) {
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
    lose(postgres, started);
    return -1;
}

/* Make sure that there is a connection; a server that was away a moment ago is left alone. */
static int
connected(struct postgres *postgres)
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
        if (connected(postgres) == 0)
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

/* -- asking -------------------------------------------------------------------------------------- */

PGresult *
postgres_query(struct postgres *postgres, const char *sql, const struct postgres_value *values, int count,
               bool binary)
{
    const char *texts[16] = { NULL };
    int sizes[16] = { 0 }, forms[16] = { 0 };
    int64_t started = clock_now_ms();

    if (connected(postgres) < 0)
        return NULL;
    for (int i = 0; i < count && i < 16; i++) {
        texts[i] = values[i].bytes != NULL ? values[i].bytes : values[i].text;
        sizes[i] = values[i].size;
        forms[i] = values[i].bytes != NULL;
    }
    if (PQsendQueryParams(postgres->connection, sql, count, NULL, texts, sizes, forms, binary))
        return finish(postgres, started);
    lose(postgres, started);
    return NULL;
}

/* Send SQL, which may be several statements, and read what comes. */
static PGresult *
send_alone(struct postgres *postgres, const char *sql)
{
    int64_t started = clock_now_ms();

    if (connected(postgres) < 0)
        return NULL;
    if (PQsendQuery(postgres->connection, sql))
        return finish(postgres, started);
    lose(postgres, started);
    return NULL;
}

int
postgres_do(struct postgres *postgres, const char *sql)
{
    PGresult *result = send_alone(postgres, sql);

    PQclear(result);
    return result == NULL ? -1 : 0;
}

static bool
is_prepared(const struct postgres *postgres, const char *name)
{
    for (int i = 0; i < postgres->prepared_count; i++)
        if (strcmp(postgres->prepared[i], name) == 0)
            return true;
    return false;
}

static PGresult *
ask_once(struct postgres *postgres, const char *name, const char *sql, const char *const *values, int count)
{
    int64_t started = clock_now_ms();
    PGresult *done;

    if (connected(postgres) < 0)
        return NULL;
    if (!is_prepared(postgres, name)) {
        if (!PQsendPrepare(postgres->connection, name, sql, count, NULL)) {
            lose(postgres, started);
            return NULL;
        }
        if ((done = finish(postgres, started)) == NULL)
            return NULL;
        PQclear(done);
        if (postgres->prepared_count < STATEMENTS)
            postgres->prepared[postgres->prepared_count++] = name;
    }
    if (PQsendQueryPrepared(postgres->connection, name, count, values, NULL, NULL, 0))
        return finish(postgres, started);
    lose(postgres, started);
    return NULL;
}

PGresult *
postgres_ask(struct postgres *postgres, const char *name, const char *sql, const char *const *values,
             int count)
{
    bool idle = postgres->connection != NULL && PQtransactionStatus(postgres->connection) == PQTRANS_IDLE;
    int64_t started = clock_now_ms();
    PGresult *result = ask_once(postgres, name, sql, values, count);

    /* a server that was started anew has closed its end, and says so at once; one that is silent is not asked
     * a second time */
    if (result != NULL || !idle || postgres->connection != NULL || clock_now_ms() - started > REST_MIN_MS)
        return result;
    postgres->not_before_ms = 0;
    return ask_once(postgres, name, sql, values, count);
}

int
postgres_copy(struct postgres *postgres, const char *sql, const struct buffer *rows)
{
    int64_t started = clock_now_ms();
    PGresult *result = send_alone(postgres, sql);
    int sent = 0;

    if (result == NULL)
        return -1;
    PQclear(result);
    while ((sent = PQputCopyData(postgres->connection, rows->bytes, (int)rows->size)) == 0)
        if (!await(postgres->connection, POLLIN | POLLOUT, deadline(postgres)) ||
            !PQconsumeInput(postgres->connection))
            break;
    while (sent > 0 && (sent = PQputCopyEnd(postgres->connection, NULL)) == 0)
        if (!await(postgres->connection, POLLIN | POLLOUT, deadline(postgres)) ||
            !PQconsumeInput(postgres->connection))
            break;
    if (sent <= 0) {
        lose(postgres, started);
        return -1;
    }
    result = finish(postgres, started);
    PQclear(result);
    return result == NULL ? -1 : 0;
}

/* -- pipelines ----------------------------------------------------------------------------------- */

bool
postgres_is_connected(const struct postgres *postgres)
{
    return postgres->connection != NULL;
}

int
postgres_connect(struct postgres *postgres)
{
    return connected(postgres);
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

/* From now on what is sent waits for nothing. */
static int
begin_pipeline(struct postgres *postgres)
{
    postgres->away = postgres->missing = false;
    postgres->code[0] = '\0';
    if (postgres->connection == NULL) {
        postgres->away = true;
        return -1;
    }
    if (PQpipelineStatus(postgres->connection) == PQ_PIPELINE_ON || PQenterPipelineMode(postgres->connection))
        return 0;
    lose(postgres, clock_now_ms());
    return -1;
}

/* SENT is what libpq has said of something that was sent. */
static int
check_sent(struct postgres *postgres, int sent)
{
    if (sent)
        return 0;
    lose(postgres, clock_now_ms());
    return -1;
}

int
postgres_send_prepare(struct postgres *postgres, const char *name, const char *sql)
{
    if (begin_pipeline(postgres) < 0)
        return -1;
    return check_sent(postgres, PQsendPrepare(postgres->connection, name, sql, 0, NULL));
}

int
postgres_send(struct postgres *postgres, const char *name, const struct postgres_value *values, int count)
{
    const char *texts[16] = { NULL };
    int sizes[16] = { 0 }, forms[16] = { 0 };

    if (begin_pipeline(postgres) < 0)
        return -1;
    for (int i = 0; i < count && i < 16; i++) {
        texts[i] = values[i].bytes != NULL ? values[i].bytes : values[i].text;
        sizes[i] = values[i].size;
        forms[i] = values[i].bytes != NULL;
    }
    return check_sent(postgres,
                      PQsendQueryPrepared(postgres->connection, name, count, texts, sizes, forms, 0));
}

/* Read the answers up to the sync. *LAST is the last statement's, or NULL where one has failed. Returns
 * whether the connection has held. */
static bool
read_answers(struct postgres *postgres, PGresult **last)
{
    bool ok = true, failed = false, between = false;

    while (ok) {
        PGresult *result = next_result(postgres, &ok);
        ExecStatusType status = PQresultStatus(result);

        if (!ok ||
            (result == NULL && between)) /* two ends without an answer between them: there is no more */
            return false;
        between = result == NULL;
        if (result == NULL)
            continue;
        if (status == PGRES_PIPELINE_SYNC) {
            PQclear(result);
            break;
        }
        if (PQstatus(postgres->connection) == CONNECTION_BAD) {
            PQclear(result);
            return false;
        }
        if (status == PGRES_FATAL_ERROR && !failed)
            refused(postgres, result);
        failed = failed || (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK);
        PQclear(*last);
        *last = result;
    }
    if (failed) {
        PQclear(*last);
        *last = NULL;
    }
    return ok;
}

PGresult *
postgres_sync(struct postgres *postgres)
{
    int64_t started = clock_now_ms();
    PGresult *last = NULL;

    if (begin_pipeline(postgres) < 0)
        return NULL;
    if (PQpipelineSync(postgres->connection) && read_answers(postgres, &last) &&
        PQexitPipelineMode(postgres->connection))
        return last;
    PQclear(last);
    lose(postgres, started);
    return NULL;
}

/* -- text forms ---------------------------------------------------------------------------------- */

void
postgres_field(struct buffer *rows, const char *text)
{
    static const char special[] = "\\\n\r\t\b\f\v", escaped[] = "\\nrtbfv";

    if (text == NULL) {
        buffer_text(rows, "\\N");
        return;
    }
    while (*text != '\0') {
        size_t plain = strcspn(text, special);

        buffer_append(rows, text, plain);
        text += plain;
        if (*text == '\0')
            return;
        buffer_append(rows, (char[]) { '\\', escaped[strchr(special, *text) - special] }, 2);
        text++;
    }
}

void
postgres_element(struct buffer *array, const char *text)
{
    buffer_text(array, "\"");
    while (*text != '\0') {
        size_t plain = strcspn(text, "\\\"");

        buffer_append(array, text, plain);
        text += plain;
        if (*text == '\0')
            break;
        buffer_append(array, (char[]) { '\\', *text++ }, 2);
    }
    buffer_text(array, "\"");
}
