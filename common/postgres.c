/* postgres -- what is asked of a PostgreSQL server; see postgres.h. */

#include "common/postgres_connection.h"

#include <poll.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"

/* -- asking -------------------------------------------------------------------------------------- */

PGresult *
postgres_query(struct postgres *postgres, const char *sql, const struct postgres_value *values, int count,
               bool binary)
{
    const char *texts[16] = { NULL };
    int sizes[16] = { 0 }, forms[16] = { 0 };
    int64_t started = clock_now_ms();

    if (postgres_connect(postgres) < 0)
        return NULL;
    for (int i = 0; i < count && i < 16; i++) {
        texts[i] = values[i].bytes != NULL ? values[i].bytes : values[i].text;
        sizes[i] = values[i].size;
        forms[i] = values[i].bytes != NULL;
    }
    if (PQsendQueryParams(postgres->connection, sql, count, NULL, texts, sizes, forms, binary))
        return postgres_finish(postgres, started);
    postgres_lose(postgres, started);
    return NULL;
}

/* Send SQL, which may be several statements, and read what comes. */
static PGresult *
send_alone(struct postgres *postgres, const char *sql)
{
    int64_t started = clock_now_ms();

    if (postgres_connect(postgres) < 0)
        return NULL;
    if (PQsendQuery(postgres->connection, sql))
        return postgres_finish(postgres, started);
    postgres_lose(postgres, started);
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

    if (postgres_connect(postgres) < 0)
        return NULL;
    if (!is_prepared(postgres, name)) {
        if (!PQsendPrepare(postgres->connection, name, sql, count, NULL)) {
            postgres_lose(postgres, started);
            return NULL;
        }
        if ((done = postgres_finish(postgres, started)) == NULL)
            return NULL;
        PQclear(done);
        if (postgres->prepared_count < POSTGRES_STATEMENTS)
            postgres->prepared[postgres->prepared_count++] = name;
    }
    if (PQsendQueryPrepared(postgres->connection, name, count, values, NULL, NULL, 0))
        return postgres_finish(postgres, started);
    postgres_lose(postgres, started);
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
    if (result != NULL || !idle || postgres->connection != NULL ||
        clock_now_ms() - started > POSTGRES_REST_MS)
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
        if (!postgres_await(postgres, POLLIN | POLLOUT))
            break;
    while (sent > 0 && (sent = PQputCopyEnd(postgres->connection, NULL)) == 0)
        if (!postgres_await(postgres, POLLIN | POLLOUT))
            break;
    if (sent <= 0) {
        postgres_lose(postgres, started);
        return -1;
    }
    result = postgres_finish(postgres, started);
    PQclear(result);
    return result == NULL ? -1 : 0;
}

/* -- pipelines ----------------------------------------------------------------------------------- */

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
    postgres_lose(postgres, clock_now_ms());
    return -1;
}

/* SENT is what libpq has said of something that was sent. */
static int
check_sent(struct postgres *postgres, int sent)
{
    if (sent)
        return 0;
    postgres_lose(postgres, clock_now_ms());
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
        PGresult *result = postgres_next_result(postgres, &ok);
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
            postgres_refused(postgres, result);
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
    postgres_lose(postgres, started);
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
