/* catalogue_postgres -- the catalogue on a PostgreSQL server: reading it; see catalogue_postgres.h. The index
 * is in memory; the server is asked for the texts of what was found, once for all products of an answer,
 * which takes a server nearby about 0.2 ms, and, where the words are left there, for the products that have a
 * question's. The loop stands still for that time, and never longer than
 * READ_MS. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/url.h"
#include "wardrobe/catalogue_postgres.h"

#define READ_MS 1000 /* how long the server may be silent under a lookup */

struct reader {
    struct postgres *postgres;
    char number[24]; /* of the catalogue */
    char token[40];  /* what tells it from one of that number elsewhere, after a server was set up anew */
    char version[40];
    PGresult *records; /* lent last */
    bool away;
    bool compares_none; /* it has refused to compare vectors */
};

static const char setup[] = POSTGRES_FIND_VECTORS
    "SET statement_timeout = '1s'; SET default_transaction_read_only = on; SET jit = off;"
    /* few rows by their keys, always: no plan for many because nobody has counted yet */
    "SET enable_hashjoin = off; SET enable_mergejoin = off;"
    /* planning takes four times as long as doing it */
    "SET plan_cache_mode = force_generic_plan;"
    /* the vectors of words that are sorted */
    "SET work_mem = '32MB';"
    /* those who may be found are looked for until there are enough; all that is asked has its index */
    "SET hnsw.iterative_scan = strict_order; SET hnsw.ef_search = 300; SET enable_seqscan = off";

/* -- what all three files read ------------------------------------------------------------------- */

char *
catalogue_postgres_setting(struct postgres *postgres, const char *catalogue, const char *name)
{
    const struct postgres_value values[] = { { .text = catalogue }, { .text = name } };
    PGresult *rows =
        postgres_query(postgres, "SELECT value FROM catalogue_settings WHERE catalogue = $1 AND name = $2",
                       values, 2, false);
    char *value = rows == NULL || PQntuples(rows) == 0 ? NULL : strdup(PQgetvalue(rows, 0, 0));

    PQclear(rows);
    return value;
}

/* How many bytes the section has; -1 when there is none. */
static int64_t
section_size(struct postgres *postgres, const struct postgres_value values[2])
{
    PGresult *rows = postgres_query(
        postgres,
        "SELECT sum(octet_length(bytes)) FROM catalogue_sections WHERE catalogue = $1 AND name = $2", values,
        2, false);
    int64_t size = rows == NULL || PQgetisnull(rows, 0, 0) ? -1 : strtoll(PQgetvalue(rows, 0, 0), NULL, 10);

    PQclear(rows);
    return size;
}

void *
catalogue_postgres_section(struct postgres *postgres, const char *catalogue, const char *section,
                           size_t *size)
{
    static const char sql[] = "SELECT bytes FROM catalogue_sections WHERE catalogue = $1 AND name = $2"
                              " AND part >= $3 ORDER BY part LIMIT 16";
    char from[24];
    struct postgres_value values[] = { { .text = catalogue }, { .text = section }, { .text = from } };
    int64_t total = section_size(postgres, values);
    char *bytes = total < 0 ? NULL : malloc((size_t)total + 1);
    size_t used = 0;

    *size = 0;
    for (int part = 0; bytes != NULL && (used < (size_t)total || part == 0); part += 16) {
        PGresult *rows;
        int count;

        snprintf(from, sizeof from, "%d", part);
        rows = postgres_query(postgres, sql, values, 3, true);
        count = rows == NULL ? 0 : PQntuples(rows);
        for (int i = 0; i < count && used + (size_t)PQgetlength(rows, i, 0) <= (size_t)total; i++) {
            memcpy(bytes + used, PQgetvalue(rows, i, 0), (size_t)PQgetlength(rows, i, 0));
            used += (size_t)PQgetlength(rows, i, 0);
        }
        PQclear(rows);
        if (count == 0) {
            free(bytes);
            return NULL;
        }
    }
    *size = used;
    return bytes;
}

/* -- opening ------------------------------------------------------------------------------------- */

static void
close_reader(void *owner)
{
    struct reader *reader = owner;

    PQclear(reader->records);
    postgres_close(&reader->postgres);
    free(reader);
}

/* Find the newest catalogue. Returns 0, 1 when there is none, or -1. */
static int
find_newest(struct reader *reader)
{
    PGresult *rows = postgres_query(
        reader->postgres, "SELECT number, token FROM catalogue_versions ORDER BY number DESC LIMIT 1", NULL,
        0, false);
    bool none = rows == NULL ? postgres_is_missing(reader->postgres) : PQntuples(rows) == 0;

    if (rows != NULL && !none) {
        snprintf(reader->number, sizeof reader->number, "%s", PQgetvalue(rows, 0, 0));
        snprintf(reader->token, sizeof reader->token, "%s", PQgetvalue(rows, 0, 1));
    }
    PQclear(rows);
    return none ? 1 : rows == NULL ? -1 : 0;
}

/* All that is loaded is of one moment: a patch may end meanwhile. */
static void *
open_reader(const char *path, bool *missing)
{
    struct reader *reader = calloc(1, sizeof *reader);
    int found = -1;

    if (reader == NULL) {
        log_error("%s: no memory", url_shown(path).text);
        return NULL;
    }
    if ((reader->postgres = postgres_open(path, READ_MS, setup)) != NULL &&
        postgres_do(reader->postgres, "BEGIN ISOLATION LEVEL REPEATABLE READ") == 0)
        found = find_newest(reader);
    *missing = found > 0;
    if (found == 0)
        return reader;
    close_reader(reader);
    return NULL;
}

static char *
setting(void *owner, const char *name)
{
    struct reader *reader = owner;
    char *value = catalogue_postgres_setting(reader->postgres, reader->number, name);

    if (value != NULL && strcmp(name, "version") == 0)
        snprintf(reader->version, sizeof reader->version, "%s", value);
    return value;
}

static void *
section(void *owner, const char *name, size_t *size)
{
    struct reader *reader = owner;
    void *bytes = catalogue_postgres_section(reader->postgres, reader->number, name, size);

    /* what would come by another connection would be of another moment */
    reader->away = reader->away || (bytes == NULL && postgres_is_away(reader->postgres));
    return bytes;
}

static int
loaded(void *owner)
{
    struct reader *reader = owner;

    return reader->away ? -1 : postgres_do(reader->postgres, "COMMIT");
}

static bool
is_replaced(void *owner)
{
    struct reader *reader = owner;
    PGresult *rows =
        postgres_ask(reader->postgres, "newest",
                     "SELECT c.token, s.value FROM catalogue_versions c JOIN catalogue_settings s"
                     " ON s.catalogue = c.number AND s.name = 'version'"
                     " ORDER BY c.number DESC LIMIT 1",
                     NULL, 0);
    bool other = rows != NULL && PQntuples(rows) > 0 &&
                 (strcmp(PQgetvalue(rows, 0, 0), reader->token) != 0 ||
                  strcmp(PQgetvalue(rows, 0, 1), reader->version) != 0);

    PQclear(rows);
    return other;
}

static bool
is_away(const void *owner)
{
    return ((const struct reader *)owner)->away;
}

/* -- asking -------------------------------------------------------------------------------------- */

/* Ask for COUNT rows, one for each of what was named, or one at least where that is 0. Returns them, or NULL
 * (logged). */
static PGresult *
ask(struct reader *reader, const char *name, const char *sql, const char *const *values, int parameters,
    size_t count)
{
    PGresult *rows = postgres_ask(reader->postgres, name, sql, values, parameters);

    reader->away = rows == NULL; /* it has said why; another copy of the wardrobe may do better */
    if (rows == NULL || (count == 0 ? PQntuples(rows) > 0 : (size_t)PQntuples(rows) == count))
        return rows;
    log_error("%s: catalogue %s is not there any more", postgres_name(reader->postgres), reader->number);
    reader->away = true;
    PQclear(rows);
    return NULL;
}

static void
append_number(struct buffer *array, uint32_t number)
{
    buffer_printf(array, "%s%" PRIu32, array->size == 0 ? "{" : ",", number);
}

static int
records(void *owner, const struct place *places, size_t count, struct record *found)
{
    static const char sql[] =
        "SELECT p.id, p.title, p.brand, v.id, v.colour, v.size, v.material, v.link, v.image"
        " FROM unnest($3::int[], $4::int[]) WITH ORDINALITY AS w (product, nth, place)"
        " JOIN catalogue_versions c ON c.number = $1::bigint AND c.token = $2::uuid"
        " JOIN catalogue_products p ON p.catalogue = $1::bigint AND p.number = w.product"
        " JOIN catalogue_variants v ON v.catalogue = $1::bigint AND v.product = w.product AND v.nth = w.nth"
        " ORDER BY w.place";
    struct reader *reader = owner;
    struct buffer products = { 0 }, nths = { 0 };

    for (size_t i = 0; i < count; i++) {
        append_number(&products, places[i].product);
        append_number(&nths, places[i].nth);
    }
    buffer_text(&products, "}");
    buffer_text(&nths, "}");
    PQclear(reader->records);
    reader->records = ask(reader, "records", sql,
                          (const char *const[]) { reader->number, reader->token, buffer_string(&products),
                                                  buffer_string(&nths) },
                          4, count);
    buffer_clear(&products);
    buffer_clear(&nths);
    for (size_t i = 0; reader->records != NULL && i < count; i++) {
        const char *texts[9];

        for (int k = 0; k < 9; k++)
            texts[k] = PQgetvalue(reader->records, (int)i, k);
        found[i] = (struct record) { texts[0], texts[1], texts[2], texts[3], texts[4],
                                     texts[5], texts[6], texts[7], texts[8] };
    }
    return reader->records == NULL ? -1 : 0;
}

static int
find(void *owner, const char *const *ids, size_t count, uint32_t *products)
{
    static const char sql[] =
        "SELECT coalesce((SELECT p.number FROM catalogue_products p"
        " WHERE p.catalogue = c.number AND p.id = w.id LIMIT 1),"
        " (SELECT v.product FROM catalogue_variants v WHERE v.catalogue = c.number AND v.id = w.id LIMIT 1))"
        " FROM catalogue_versions c, unnest($3::text[]) WITH ORDINALITY AS w (id, place)"
        " WHERE c.number = $1::bigint AND c.token = $2::uuid ORDER BY w.place";
    struct reader *reader = owner;
    struct buffer array = { 0 };
    PGresult *rows;

    for (size_t i = 0; i < count; i++) {
        buffer_text(&array, i == 0 ? "{" : ",");
        postgres_element(&array, ids[i]);
    }
    buffer_text(&array, "}");
    rows = ask(reader, "find", sql,
               (const char *const[]) { reader->number, reader->token, buffer_string(&array) }, 3, count);
    buffer_clear(&array);
    for (size_t i = 0; rows != NULL && i < count; i++)
        products[i] = PQgetisnull(rows, (int)i, 0) ? UINT32_MAX
                                                   : (uint32_t)strtoul(PQgetvalue(rows, (int)i, 0), NULL, 10);
    PQclear(rows);
    return rows == NULL ? -1 : 0;
}

/* -- words --------------------------------------------------------------------------------------- */

void
catalogue_postgres_lexeme(struct buffer *text, const char *word)
{
    buffer_text(text, "'");
    for (; *word != '\0'; word++) {
        if (*word == '\'' || *word == '\\')
            buffer_append(text, word, 1);
        buffer_append(text, word, 1);
    }
    buffer_text(text, "'");
}

/* The query for products with any of COUNT WORDS. */
static void
any_of(struct buffer *query, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        buffer_text(query, i == 0 ? "" : "|");
        catalogue_postgres_lexeme(query, words[i]);
    }
}

/* The queries for each of WORDS, as an array. */
static void
each_of(struct buffer *array, const char *const *words, size_t count)
{
    struct buffer query = { 0 };

    for (size_t i = 0; i < count; i++) {
        buffer_text(array, i == 0 ? "{" : ",");
        buffer_reset(&query);
        catalogue_postgres_lexeme(&query, words[i]);
        postgres_element(array, buffer_string(&query));
    }
    buffer_text(array, "}");
    array->failed = array->failed || query.failed;
    buffer_clear(&query);
}

/* Give RANKED what ROWS say: a product, and an array of COUNT numbers. */
static void
read_ranks(const PGresult *rows, size_t count, catalogue_ranked *ranked, void *who)
{
    float ranks[CATALOGUE_RANK_WORDS];

    for (int i = 0; i < PQntuples(rows); i++) {
        const char *number = PQgetvalue(rows, i, 1);

        if (PQgetisnull(rows, i, 0)) /* no product has one of the words */
            continue;
        for (size_t k = 0; k < count; k++) {
            char *end;

            number += strcspn(number, "-0123456789");
            ranks[k] = strtof(number, &end);
            number = end;
        }
        ranked(who, (uint32_t)strtoul(PQgetvalue(rows, i, 0), NULL, 10), ranks);
    }
}

/* The words that lead are rare together (borrow.c); the first limit holds where one alone is not. A vector
 * that is added to is whole in memory: each rank would fetch it anew. */
static int
rank(void *owner, const struct catalogue_ranks *asked, catalogue_ranked *ranked, void *who)
{
    static const char sql[] =
        "SELECT b.product, ARRAY(SELECT ts_rank($6::real[], b.words, u.word)"
        " FROM unnest($5::tsquery[]) WITH ORDINALITY AS u (word, place) ORDER BY u.place)"
        " FROM catalogue_versions c LEFT JOIN LATERAL"
        " (SELECT f.product, f.words || '' AS words FROM"
        " (SELECT w.product, w.words FROM catalogue_words w"
        " WHERE w.catalogue = $1::bigint AND w.words @@ $3::tsquery LIMIT $8::int) f"
        " ORDER BY ts_rank($6::real[], f.words, $4::tsquery) DESC, f.product LIMIT $7::int) b ON true"
        " WHERE c.number = $1::bigint AND c.token = $2::uuid ORDER BY b.product";
    struct reader *reader = owner;
    struct buffer leading = { 0 }, all = { 0 }, each = { 0 }, worth = { 0 };
    char most[16], looked_at[16];
    PGresult *rows;

    any_of(&leading, asked->words, asked->leading);
    any_of(&all, asked->words, asked->count);
    each_of(&each, asked->words, asked->count);
    for (int i = 0; i < 4; i++)
        buffer_printf(&worth, "%s%.4f", i == 0 ? "{" : ",", (double)asked->worth[i]);
    buffer_text(&worth, "}");
    snprintf(most, sizeof most, "%d", CATALOGUE_RANKED);
    snprintf(looked_at, sizeof looked_at, "%d", CATALOGUE_LEADING);
    rows = ask(reader, "rank", sql,
               (const char *const[]) { reader->number, reader->token, buffer_string(&leading),
                                       buffer_string(&all), buffer_string(&each), buffer_string(&worth), most,
                                       looked_at },
               8, 0);
    if (rows != NULL)
        read_ranks(rows, asked->count, ranked, who);
    buffer_clear(&leading);
    buffer_clear(&all);
    buffer_clear(&each);
    buffer_clear(&worth);
    PQclear(rows);
    return rows == NULL ? -1 : 0;
}

static int
having(void *owner, const char *word, uint32_t *products, uint32_t count)
{
    static const char sql[] =
        "SELECT w.product FROM catalogue_versions c JOIN catalogue_words w ON w.catalogue = $1::bigint"
        " AND w.words @@ $3::tsquery WHERE c.number = $1::bigint AND c.token = $2::uuid ORDER BY w.product";
    struct reader *reader = owner;
    struct buffer query = { 0 };
    PGresult *rows;

    catalogue_postgres_lexeme(&query, word);
    rows = ask(reader, "having", sql,
               (const char *const[]) { reader->number, reader->token, buffer_string(&query) }, 3, count);
    buffer_clear(&query);
    for (uint32_t i = 0; rows != NULL && i < count; i++)
        products[i] = (uint32_t)strtoul(PQgetvalue(rows, (int)i, 0), NULL, 10);
    PQclear(rows);
    return rows == NULL ? -1 : 0;
}

/* -- vectors ------------------------------------------------------------------------------------- */

/* Take what ROWS say to HITS. Whoever may not be found is not, whatever the server says. */
static int
read_hits(const PGresult *rows, const struct catalogue_near *near, struct vector_hit *hits)
{
    int count = 0;

    for (int i = 0; i < PQntuples(rows) && count < near->most; i++) {
        uint32_t product = (uint32_t)strtoul(PQgetvalue(rows, i, 0), NULL, 10);

        if (!PQgetisnull(rows, i, 0) && product < near->products &&
            near->marks[product >> 6] >> (product & 63) & 1)
            hits[count++] = (struct vector_hit) { product, -strtof(PQgetvalue(rows, i, 1), NULL) *
                                                               near->question->scale };
    }
    return count;
}

static int
nearest(void *owner, const struct catalogue_near *near, struct vector_hit *hits)
{
    struct reader *reader = owner;
    struct buffer question = { 0 }, marked = { 0 };
    char most[16], *sql = NULL;
    const char *name = catalogue_postgres_near_sql(near, reader->number, &sql);
    PGresult *rows = NULL;
    int count = -1;

    reader->away = false;
    catalogue_postgres_near_values(near, &question, &marked);
    snprintf(most, sizeof most, "%d", near->most);
    if (reader->compares_none) {
        count = 0;
    } else if (name == NULL || question.failed || marked.failed) {
        log_error("%s: no memory", postgres_name(reader->postgres));
    } else if ((rows = ask(reader, name, sql,
                           (const char *const[]) { reader->number, reader->token, buffer_string(&question),
                                                   buffer_string(&marked), most },
                           5, 0)) != NULL) {
        count = read_hits(rows, near, hits);
    } else if (!postgres_is_away(reader->postgres)) { /* nor will it the next time */
        log_warning(
            "%s: the server compares no vectors: lookups go by words alone; see that it has pgvector, "
            "and import the shop's feed again",
            postgres_name(reader->postgres));
        reader->compares_none = true;
        reader->away = false;
        count = 0;
    }
    PQclear(rows);
    buffer_clear(&question);
    buffer_clear(&marked);
    free(sql);
    return count;
}

/* -- the home ------------------------------------------------------------------------------------ */

const struct catalogue_home catalogue_postgres = {
    .is_at = postgres_is_url,
    .open = open_reader,
    .close = close_reader,
    .setting = setting,
    .section = section,
    .loaded = loaded,
    .is_replaced = is_replaced,
    .is_away = is_away,
    .records = records,
    .find = find,
    .rank = rank,
    .having = having,
    .nearest = nearest,
    .lock = catalogue_postgres_lock,
    .unlock = catalogue_postgres_unlock,
    .begin = catalogue_postgres_begin,
    .add = catalogue_postgres_add,
    .add_words = catalogue_postgres_add_words,
    .takes_vectors = catalogue_postgres_takes_vectors,
    .add_vector = catalogue_postgres_add_vector,
    .save_section = catalogue_postgres_save_section,
    .saved_section = catalogue_postgres_saved_section,
    .set = catalogue_postgres_set,
    .finish = catalogue_postgres_finish,
    .abandon = catalogue_postgres_abandon,
    .patch_begin = catalogue_postgres_patch_begin,
    .patch_find = catalogue_postgres_patch_find,
    .patch_next = catalogue_postgres_patch_next,
    .patch_set = catalogue_postgres_patch_set,
    .patch_say = catalogue_postgres_patch_say,
    .patch_section = catalogue_postgres_patch_section,
    .patch_finish = catalogue_postgres_patch_finish,
    .patch_abandon = catalogue_postgres_patch_abandon,
};
