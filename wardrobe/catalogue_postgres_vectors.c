/* catalogue_postgres_vectors -- products' vectors on a PostgreSQL server with pgvector; see
 * catalogue_postgres.h.
 *
 * A vector is there as its codes, which half precision holds exactly, and its scale: the cosine is the one
 * that a wardrobe works out (vectors.h), but for the last bits of a float. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "wardrobe/catalogue_postgres.h"

#define COPY_BYTES (1u << 20)
#define INDEXED_FROM 20000      /* products; fewer are compared one by one in a few milliseconds */
#define INDEXED_DIMENSIONS 4000 /* at most: what an index, and a page of the server, has room for */

static const char table[] = "CREATE TABLE IF NOT EXISTS catalogue_vectors ("
                            " catalogue bigint NOT NULL, product int NOT NULL, scale real NOT NULL,"
                            " codes halfvec NOT NULL) PARTITION BY LIST (catalogue);"
                            "CREATE TABLE catalogue_vectors_%s (LIKE catalogue_vectors)";

static bool
is_indexed(uint32_t vectors, uint32_t dimensions)
{
    return vectors >= INDEXED_FROM && dimensions <= INDEXED_DIMENSIONS;
}

/* -- an import's --------------------------------------------------------------------------------- */

/* 'y' set up, 'n' it could be, 'o' too old, '-' not on this machine. */
static char
state_of(struct postgres *postgres)
{
    PGresult *rows = postgres_query(
        postgres,
        "SELECT CASE WHEN to_regtype('halfvec') IS NOT NULL THEN 'y'"
        " WHEN EXISTS (SELECT FROM pg_extension WHERE extname = 'vector') THEN 'o'"
        " WHEN EXISTS (SELECT FROM pg_available_extensions WHERE name = 'vector') THEN 'n' ELSE '-' END",
        NULL, 0, false);
    char state = rows == NULL ? '-' : PQgetvalue(rows, 0, 0)[0];

    PQclear(rows);
    return state;
}

bool
catalogue_postgres_has_pgvector(struct postgres *postgres)
{
    char state = state_of(postgres);

    if (state == 'n') { /* where this user may */
        if (postgres_do(postgres, "SAVEPOINT vectors") == 0 &&
            postgres_do(postgres, "CREATE EXTENSION vector SCHEMA public") == 0 &&
            postgres_do(postgres, POSTGRES_FIND_VECTORS "RELEASE vectors") == 0)
            state = state_of(postgres);
        else if (postgres_do(postgres, "ROLLBACK TO vectors") < 0)
            return false;
    }
    if (state == 'n')
        log_warning("%s: pgvector is there, but this user can't set it up: vectors are for memory alone; let "
                    "an administrator do CREATE EXTENSION vector, and import again",
                    postgres_name(postgres));
    else if (state != 'y')
        log_warning(
            "%s: the server has no pgvector of 0.7 or newer: vectors are for memory alone; install it "
            "there (Debian: postgresql-17-pgvector), do CREATE EXTENSION vector, and import again",
            postgres_name(postgres));
    return state == 'y';
}

/* Append COUNT codes as the server reads a vector. */
static void
add_codes(struct buffer *text, const int8_t *codes, uint32_t count)
{
    char piece[64 * 5];

    buffer_text(text, "[");
    for (uint32_t from = 0; from < count; from += 64) {
        size_t used = 0;

        for (uint32_t i = from; i < count && i < from + 64; i++) {
            int size = abs(codes[i]);

            if (i > 0)
                piece[used++] = ',';
            if (codes[i] < 0)
                piece[used++] = '-';
            if (size >= 100)
                piece[used++] = '1';
            if (size >= 10)
                piece[used++] = (char)('0' + size / 10 % 10);
            piece[used++] = (char)('0' + size % 10);
        }
        buffer_append(text, piece, used);
    }
    buffer_text(text, "]");
}

static int
send_rows(struct postgres *postgres, const char *catalogue, struct postgres_vectors *vectors)
{
    char sql[80];
    int status;

    if (vectors->rows.size == 0)
        return 0;
    if (vectors->rows.failed) {
        log_error("import: no memory");
        return -1;
    }
    snprintf(sql, sizeof sql, "COPY catalogue_vectors_%s FROM STDIN", catalogue);
    status = postgres_copy(postgres, sql, &vectors->rows);
    buffer_reset(&vectors->rows);
    return status;
}

int
catalogue_postgres_put_vector(struct postgres *postgres, const char *catalogue,
                              struct postgres_vectors *vectors, uint32_t product, const struct vector *vector,
                              uint32_t dimensions)
{
    if (vectors->count++ == 0) {
        vectors->dimensions = dimensions;
        if (catalogue_postgres_do(postgres, catalogue, table) < 0 ||
            (dimensions <= INDEXED_DIMENSIONS && /* beside its number, and not in pieces elsewhere */
             catalogue_postgres_do(postgres, catalogue,
                                   "ALTER TABLE catalogue_vectors_%s ALTER codes SET STORAGE PLAIN") < 0))
            return -1;
    }
    buffer_printf(&vectors->rows, "%s\t%" PRIu32 "\t%.9g\t", catalogue, product, (double)vector->scale);
    add_codes(&vectors->rows, vector->codes, dimensions);
    buffer_text(&vectors->rows, "\n");
    return vectors->rows.size > COPY_BYTES ? send_rows(postgres, catalogue, vectors) : 0;
}

int
catalogue_postgres_keep_vectors(struct postgres *postgres, const char *catalogue,
                                struct postgres_vectors *vectors)
{
    char index[128];

    if (vectors->count == 0)
        return 0;
    if (send_rows(postgres, catalogue, vectors) < 0)
        return -1;
    snprintf(index, sizeof index,
             "CREATE INDEX ON catalogue_vectors_%%s USING hnsw ((codes::halfvec(%" PRIu32
             ")) halfvec_cosine_ops)",
             vectors->dimensions);
    if (is_indexed(vectors->count, vectors->dimensions) &&
        catalogue_postgres_do(postgres, catalogue, index) < 0)
        return -1;
    return catalogue_postgres_do(
        postgres, catalogue,
        "CREATE UNIQUE INDEX ON catalogue_vectors_%s (product);"
        "ALTER TABLE catalogue_vectors_%s ADD CHECK (catalogue = %s); ANALYZE catalogue_vectors_%s;"
        "ALTER TABLE catalogue_vectors ATTACH PARTITION catalogue_vectors_%s FOR VALUES IN (%s)");
}

/* -- a lookup's ---------------------------------------------------------------------------------- */

static bool
is_few(const struct catalogue_near *near)
{
    return near->marked <= CATALOGUE_NEAR_EXACT;
}

/* What is asked is worth -dot * scale, which an index can't order by: each is compared. The index knows the
 * cosine of the codes alone, which is nearly that, and gives those who may be found one after another. */
const char *
catalogue_postgres_near_sql(const struct catalogue_near *near, const char *catalogue, char **sql)
{
    bool few = is_few(near), indexed = !few && is_indexed(near->vectors, near->dimensions);
    const char *who = few ? "w.product = ANY ($4::int[])" : "get_bit($4::bytea, w.product) = 1";
    struct buffer text = { 0 };

    buffer_text(&text, "SELECT v.product, v.distance FROM catalogue_versions c LEFT JOIN LATERAL (");
    buffer_printf(&text,
                  "SELECT w.product, (w.codes <#> $3::halfvec) * w.scale AS distance FROM catalogue_vectors w"
                  " WHERE w.catalogue = %s AND %s ORDER BY ",
                  catalogue, who);
    if (indexed)
        buffer_printf(&text, "w.codes::halfvec(%" PRIu32 ") <=> $3::halfvec(%" PRIu32 ")", near->dimensions,
                      near->dimensions);
    else
        buffer_text(&text, "2, 1");
    buffer_text(&text, " LIMIT $5::int) v ON true WHERE c.number = $1::bigint AND c.token = $2::uuid"
                       " ORDER BY v.distance, v.product");
    *sql = text.failed ? NULL : strdup(buffer_string(&text));
    buffer_clear(&text);
    return *sql == NULL ? NULL : few ? "near_few" : "near_many";
}

/* Who may be found, by number. */
static void
add_numbers(struct buffer *text, const struct catalogue_near *near)
{
    const char *comma = "";

    buffer_text(text, "{");
    for (uint32_t block = 0; block <= near->products / 64; block++)
        for (uint64_t bits = near->marks[block]; bits != 0; bits &= bits - 1) {
            buffer_printf(text, "%s%" PRIu32, comma, block * 64 + (uint32_t)__builtin_ctzll(bits));
            comma = ",";
        }
    buffer_text(text, "}");
}

/* The same as bits: the server's bit N is bit N % 8 of byte N / 8. */
static void
add_bits(struct buffer *text, const struct catalogue_near *near)
{
    static const char digits[] = "0123456789abcdef";

    buffer_text(text, "\\x");
    for (uint32_t block = 0; block <= near->products / 64; block++) {
        char hex[16];

        for (int i = 0; i < 8; i++) {
            unsigned byte = near->marks[block] >> 8 * i & 255;

            hex[2 * i] = digits[byte >> 4];
            hex[2 * i + 1] = digits[byte & 15];
        }
        buffer_append(text, hex, sizeof hex);
    }
}

void
catalogue_postgres_near_values(const struct catalogue_near *near, struct buffer *question,
                               struct buffer *marked)
{
    add_codes(question, near->question->codes, near->dimensions);
    if (is_few(near))
        add_numbers(marked, near);
    else
        add_bits(marked, near);
}
