/* The home that is a PostgreSQL server, which several orchestrators may share; see store_home.h.
 *
 * What a turn of the loop writes is sent without waiting, as one pipeline, and is done with one way there and
 * back at store_commit(); a question in between takes what was written along, and sees it. So a turn that
 * only writes costs one way, and each question one more.
 *
 * A failure of any kind is a loss of the store until store_join(): what the runs have in memory is then ahead
 * of it, and what has become of a commit that had no answer is known only there. */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/id.h"
#include "common/json.h"
#include "common/log.h"
#include "common/postgres.h"
#include "orchestrator/store_home.h"
#include "orchestrator/store_postgres_schema.h"

#define WAIT_MS 2500 /* how long the loop may stand still for a server that says nothing */
#define VALUES 8     /* of one statement, at most */

static const char setup[] =
    "SET statement_timeout = '2s'; SET lock_timeout = '1500ms';"
    /* one that was frozen amid a transaction does not hold the others up for ever */
    "SET idle_in_transaction_session_timeout = '2s';"
    /* an acceptance says otherwise; what the server's crash takes, store_was_unclean() makes up for */
    "SET synchronous_commit = off; SET default_transaction_isolation = 'read committed';"
    /* few rows by their keys, always */
    "SET jit = off; SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off";

struct store_server {
    struct store store;
    struct postgres *postgres;
    char *salt;
    int64_t lease; /* its number; 0 before the first */
    int64_t lease_ms;
    bool in_transaction; /* something was sent since the last commit */
    bool lost;
};

/* An answer, and the row that was gone to. */
struct rows {
    PGresult *result;
    int row;
};

static const char *const sql[STORE_STATEMENTS] = {
#define STATEMENT(NAME, text) [STORE_##NAME] = text,
#define DIFFERS(NAME, file, server) [STORE_##NAME] = server,
#include "orchestrator/store_statements.def"
};

static struct store_server *
server_of(struct store *store)
{
    return (struct store_server *)store;
}

/* -- statements: sent, not waited for ------------------------------------------------------------- */

static void
name_of(enum store_statement which, char name[16])
{
    snprintf(name, 16, "s%d", (int)which);
}

static int
lose(struct store_server *server)
{
    if (!server->lost && postgres_has_failed_as(server->postgres, "ENS01"))
        log_warning("store: this orchestrator's lease has ended, and another has taken its runs over");
    server->lost = true;
    return -1;
}

/* The arguments of a statement as the server takes them. */
struct values {
    struct postgres_value list[VALUES];
    char numbers[VALUES][24];
    char *dumped[VALUES]; /* freed afterwards */
    int count;
};

static void
put_value(struct values *values, char type, va_list *arguments)
{
    int n = values->count++;
    struct postgres_value *value = &values->list[n];

    assert(n < VALUES);
    if (type == 'i') {
        snprintf(values->numbers[n], sizeof values->numbers[n], "%" PRId64, va_arg(*arguments, int64_t));
        value->text = values->numbers[n];
    } else if (type == 't') {
        value->text = va_arg(*arguments, const char *);
    } else if (type == 'j') {
        const json_t *json = va_arg(*arguments, const json_t *);

        if (json != NULL && (values->dumped[n] = json_string_of(json)) == NULL)
            abort();
        value->text = values->dumped[n];
    } else {
        struct bytes bytes = va_arg(*arguments, struct bytes);

        assert(type == 's' || type == 'b');
        value->bytes = bytes.bytes == NULL ? "" : bytes.bytes;
        value->size = (int)bytes.size;
    }
}

static int
send_with(struct store_server *server, enum store_statement which, const char *types, va_list *arguments)
{
    struct values values = { .count = 0 };
    char name[16];
    int status;

    for (; *types != '\0'; types++)
        put_value(&values, *types, arguments);
    name_of(which, name);
    status = postgres_send(server->postgres, name, values.list, values.count);
    for (int n = 0; n < values.count; n++)
        free(values.dumped[n]);
    return status == 0 ? 0 : lose(server);
}

static int
send(struct store_server *server, enum store_statement which, const char *types, ...)
{
    va_list arguments;
    int status;

    va_start(arguments, types);
    status = send_with(server, which, types, &arguments);
    va_end(arguments);
    return status;
}

/* Wait for all that was sent; the last one's answer, or NULL. */
static PGresult *
sync_all(struct store_server *server)
{
    PGresult *last = postgres_sync(server->postgres);

    if (last == NULL)
        lose(server);
    return last;
}

/* Begin the turn's transaction, if it is not begun: nobody can take this orchestrator's runs until it ends.
 */
static int
begin(struct store_server *server)
{
    if (server->in_transaction)
        return 0;
    server->in_transaction = true;
    return send(server, STORE_BEGIN, "") || send(server, STORE_FENCE, "") ? -1 : 0;
}

static int
write_one(struct store *store, enum store_statement which, const char *types, va_list arguments)
{
    struct store_server *server = server_of(store);
    va_list copy;
    int status;

    if (server->lost || begin(server))
        return -1;
    va_copy(copy, arguments);
    status = send_with(server, which, types, &copy);
    va_end(copy);
    return status;
}

static struct store_rows *
ask(struct store *store, enum store_statement which, bool writes, const char *types, va_list arguments)
{
    struct store_server *server = server_of(store);
    struct rows *rows;
    PGresult *result;
    va_list copy;
    int status;

    if (server->lost || (writes && begin(server)))
        return NULL;
    va_copy(copy, arguments);
    status = send_with(server, which, types, &copy);
    va_end(copy);
    if (status != 0 || (result = sync_all(server)) == NULL)
        return NULL;
    if ((rows = malloc(sizeof *rows)) == NULL)
        abort();
    *rows = (struct rows) { result, -1 };
    return (struct store_rows *)rows;
}

static void
end(struct store_rows *rows)
{
    PQclear(((struct rows *)rows)->result);
    free(rows);
}

static int
next(struct store *store, struct store_rows *asked)
{
    struct rows *rows = (struct rows *)asked;

    (void)store;
    if (++rows->row < PQntuples(rows->result))
        return 1;
    end(asked);
    return 0;
}

static const char *
text(const struct store_rows *asked, int column, size_t *size)
{
    const struct rows *rows = (const struct rows *)asked;

    *size = (size_t)PQgetlength(rows->result, rows->row, column);
    return PQgetvalue(rows->result, rows->row, column);
}

static int64_t
number(const struct store_rows *asked, int column)
{
    const struct rows *rows = (const struct rows *)asked;

    return strtoll(PQgetvalue(rows->result, rows->row, column), NULL, 10);
}

/* -- the transaction's end ------------------------------------------------------------------------ */

static int
commit(struct store *store, bool sync)
{
    struct store_server *server = server_of(store);
    PGresult *done;

    if (server->lost)
        return -1;
    if (!server->in_transaction)
        return 0;
    if ((sync && send(server, STORE_SYNCED, "")) || send(server, STORE_COMMIT, "") ||
        (done = sync_all(server)) == NULL)
        return -1;
    PQclear(done);
    server->in_transaction = false;
    return 0;
}

static void
rollback(struct store *store)
{
    struct store_server *server = server_of(store);

    if (server->in_transaction && postgres_is_connected(server->postgres)) {
        PQclear(postgres_sync(server->postgres)); /* what has failed has failed */
        if (postgres_is_in_transaction(server->postgres) && send(server, STORE_ROLLBACK, "") == 0)
            PQclear(sync_all(server));
    }
    server->in_transaction = false;
}

/* -- the lease ------------------------------------------------------------------------------------ */

/* Prepare all statements, on a new connection. */
static int
prepare(struct store_server *server)
{
    PGresult *done;

    for (int which = 0; which < STORE_STATEMENTS; which++) {
        char name[16], *text_of = sql[which] == NULL ? NULL : strdup(sql[which]);
        int status = 0;

        if (text_of == NULL)
            continue;
        for (char *c = text_of; *c != '\0'; c++)
            if (*c == '?')
                *c = '$';
        name_of((enum store_statement)which, name);
        status = postgres_send_prepare(server->postgres, name, text_of);
        free(text_of);
        if (status != 0)
            return -1;
    }
    done = postgres_sync(server->postgres);
    PQclear(done);
    return done == NULL ? -1 : 0;
}

static int
connect_again(struct store_server *server)
{
    if (postgres_is_connected(server->postgres))
        return 0;
    if (postgres_connect(server->postgres) != 0)
        return -1;
    if (prepare(server) == 0)
        return 0;
    postgres_disconnect(server->postgres); /* half of them would be no use */
    return -1;
}

/* A lease that was there is given up with the new one's begin: so a commit whose answer was never heard is
 * waited for, or is none. */
static int
join(struct store *store, const char *name, int64_t lease_ms, int64_t *id)
{
    struct store_server *server = server_of(store);
    PGresult *made;

    server->lease_ms = lease_ms;
    rollback(store);
    if (connect_again(server) != 0 || send(server, STORE_ME, "i", *id) ||
        send(server, STORE_LEASE_GIVE, "") || send(server, STORE_LEASE, "ti", name, lease_ms) ||
        (made = sync_all(server)) == NULL)
        return -1;
    *id = server->lease = strtoll(PQgetvalue(made, 0, 0), NULL, 10);
    PQclear(made);
    server->lost = false;
    return 0;
}

static int
renew(struct store *store, struct lease_seen *seen)
{
    struct store_rows *rows = store_ask(store, STORE_RENEW, "i", server_of(store)->lease_ms);

    memset(seen, 0, sizeof *seen);
    if (store_next(store, rows) != 1)
        return -1;
    seen->held = store_number(store, rows, 0) == 1;
    seen->ended = store_number(store, rows, 1) + store_number(store, rows, 2);
    seen->next_ms = store_number(store, rows, 3);
    store_end(store, rows);
    return 0;
}

static int
take_over(struct store *store)
{
    return store_write(store, STORE_TAKER, "") || store_write(store, STORE_LEASES_END, "") ||
                   store_write(store, STORE_RUNS_TAKE, "")
               ? -1
               : 0;
}

/* -- opening -------------------------------------------------------------------------------------- */

static void
close_server(struct store *store, bool clean)
{
    struct store_server *server = server_of(store);

    (void)clean;
    if (server->postgres != NULL) {
        rollback(store);
        if (server->lease != 0 && postgres_is_connected(server->postgres) &&
            send(server, STORE_LEASE_GIVE, "") == 0)
            PQclear(postgres_sync(server->postgres));
    }
    postgres_close(&server->postgres);
    free(server->salt);
    free(server);
}

/* The salt is that of whoever came first. */
static int
read_salt(struct store_server *server)
{
    char made[ID_SIZE];
    PGresult *rows;

    id_random(made);
    if (send(server, STORE_SALT, "t", made) || send(server, STORE_META_GET, "t", "salt") ||
        (rows = sync_all(server)) == NULL)
        return -1;
    server->salt = PQntuples(rows) == 1 ? strdup(PQgetvalue(rows, 0, 0)) : NULL;
    PQclear(rows);
    return server->salt == NULL ? -1 : 0;
}

static struct store *
open_server(const char *url)
{
    struct store_server *server = calloc(1, sizeof *server);
    struct store *store;

    if (server == NULL) {
        log_error("store: no memory");
        return NULL;
    }
    store = &server->store;
    store->home = &store_postgres;
    if (store_postgres_migrate(url) != 0 || (server->postgres = postgres_open(url, WAIT_MS, setup)) == NULL ||
        prepare(server) != 0 || read_salt(server) != 0) {
        store_close(&store, false);
        return NULL;
    }
    server->lost = true; /* until store_join() */
    return store;
}

static bool
was_unclean(const struct store *store)
{
    (void)store;
    return true; /* a server may lose the last half second, and this process would not know */
}

static const char *
salt(const struct store *store)
{
    return ((const struct store_server *)store)->salt;
}

static bool
is_lost(const struct store *store)
{
    return ((const struct store_server *)store)->lost;
}

const struct store_home store_postgres = {
    .is_at = postgres_is_url,
    .open = open_server,
    .close = close_server,
    .was_unclean = was_unclean,
    .salt = salt,
    .commit = commit,
    .rollback = rollback,
    .is_lost = is_lost,
    .write = write_one,
    .ask = ask,
    .next = next,
    .text = text,
    .number = number,
    .end = end,
    .is_shared = true,
    .join = join,
    .renew = renew,
    .take_over = take_over,
};
