/* catalogue_postgres_write -- a new catalogue on a PostgreSQL server; see catalogue_postgres.h. All of it is
 * one transaction: an import that dies leaves nothing. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/url.h"
#include "wardrobe/catalogue_postgres.h"

#define COPY_BYTES (1u << 20) /* of rows that are gathered before they are sent */

struct writer {
    struct postgres *postgres;
    char number[24];                  /* of the catalogue */
    struct buffer products, variants; /* rows not yet sent */
    struct buffer words, item_words;  /* the same; and those of one item */
    bool has_words;
    struct postgres_vectors vectors;
    uint16_t *counts; /* variants so far, by product */
    size_t room;      /* products that fit in there */
};

/* A product's words as its index has them, stemmed and joined as there, with places that say in which field
 * (add_word()): the server's own parser is not asked. */
#define WORDS_TABLE                                                                                          \
    "CREATE TABLE IF NOT EXISTS catalogue_words ("                                                           \
    " catalogue bigint NOT NULL, product int NOT NULL, words tsvector NOT NULL)"                             \
    " PARTITION BY LIST (catalogue);"

/* Money is in minor units and times are seconds since 1970, as in wardrobe/row.h; NULL: not said. */
static const char tables[] =
    "BEGIN;"
    "CREATE TABLE catalogue_versions ("
    " number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, token uuid NOT NULL DEFAULT gen_random_uuid(),"
    " made timestamptz NOT NULL DEFAULT clock_timestamp(), replaced timestamptz);"
    "CREATE TABLE catalogue_settings ("
    " catalogue bigint NOT NULL REFERENCES catalogue_versions ON DELETE CASCADE, name text NOT NULL,"
    " value text NOT NULL, PRIMARY KEY (catalogue, name));"
    "CREATE TABLE catalogue_products ("
    " catalogue bigint NOT NULL, number int NOT NULL, id text NOT NULL, title text NOT NULL, brand text,"
    " description text, bullets text, type text, rating double precision, rating_count bigint,"
    " PRIMARY KEY (catalogue, number)) PARTITION BY LIST (catalogue);"
    "CREATE INDEX catalogue_products_id ON catalogue_products (id);"
    "CREATE TABLE catalogue_variants ("
    " catalogue bigint NOT NULL, product int NOT NULL, nth int NOT NULL, id text NOT NULL, colour text,"
    " size text, size_system text, size_type text, material text, pattern text, gender smallint NOT NULL,"
    " age smallint NOT NULL, availability smallint NOT NULL, price bigint, sale bigint, sale_from bigint,"
    " sale_to bigint, currency text, link text, image text,"
    " PRIMARY KEY (catalogue, product, nth)) PARTITION BY LIST (catalogue);"
    "CREATE INDEX catalogue_variants_id ON catalogue_variants (id);"
    "CREATE TABLE catalogue_sections ("
    " catalogue bigint NOT NULL, name text NOT NULL, part int NOT NULL, bytes bytea NOT NULL,"
    " PRIMARY KEY (catalogue, name, part)) PARTITION BY LIST (catalogue);"
    "ALTER TABLE catalogue_sections ALTER bytes SET STORAGE EXTERNAL;" WORDS_TABLE "COMMIT";

int
catalogue_postgres_do(struct postgres *postgres, const char *number, const char *sql)
{
    struct buffer text = { 0 };
    int status;

    for (const char *place; (place = strstr(sql, "%s")) != NULL; sql = place + 2) {
        buffer_append(&text, sql, (size_t)(place - sql));
        buffer_text(&text, number);
    }
    buffer_text(&text, sql);
    status = text.failed ? -1 : postgres_do(postgres, buffer_string(&text));
    buffer_clear(&text);
    return status;
}

/* -- the connection, and one import at a time ---------------------------------------------------- */

struct postgres *
catalogue_postgres_connect(const char *path)
{
    return postgres_open(
        path, 0,
        POSTGRES_FIND_VECTORS
        "SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0");
}

void *
catalogue_postgres_lock(const char *path)
{
    struct postgres *postgres = catalogue_postgres_connect(path);
    PGresult *rows = postgres == NULL
                         ? NULL
                         : postgres_query(postgres,
                                          "SELECT pg_advisory_lock(hashtext('ensemble catalogue'),"
                                          " hashtext(current_schema()))",
                                          NULL, 0, false);

    if (rows == NULL)
        postgres_close(&postgres);
    PQclear(rows);
    return postgres;
}

/* Drop the catalogues that others replaced long enough ago for no lookup to need them. */
static void
forget_old(struct postgres *postgres)
{
    PGresult *rows = postgres_query(postgres,
                                    "SELECT number FROM catalogue_versions"
                                    " WHERE replaced < clock_timestamp() - interval '" POSTGRES_KEPT "'",
                                    NULL, 0, false);

    for (int i = 0; rows != NULL && i < PQntuples(rows); i++)
        /* its parents are locked for a moment: not behind somebody who reads for long */
        if (catalogue_postgres_do(
                postgres, PQgetvalue(rows, i, 0),
                "BEGIN; SET LOCAL lock_timeout = '2s';"
                "DROP TABLE catalogue_products_%s, catalogue_variants_%s, catalogue_sections_%s;"
                "DROP TABLE IF EXISTS catalogue_words_%s, catalogue_vectors_%s;"
                "DELETE FROM catalogue_versions WHERE number = %s; COMMIT") < 0)
            postgres_do(postgres, "ROLLBACK"); /* the next import tries again */
    PQclear(rows);
}

void
catalogue_postgres_unlock(void *lock)
{
    struct postgres *postgres = lock;

    forget_old(postgres);
    postgres_close(&postgres);
}

/* -- beginning ----------------------------------------------------------------------------------- */

static int
make_tables(struct writer *writer)
{
    PGresult *rows =
        postgres_query(writer->postgres,
                       "SELECT to_regclass('catalogue_versions') IS NULL, current_setting('server_encoding')",
                       NULL, 0, false);
    int status = rows == NULL ? -1 : 0;

    if (rows != NULL && strcmp(PQgetvalue(rows, 0, 1), "UTF8") != 0) {
        log_error("%s: the database is in %s: make one with ENCODING 'UTF8'", postgres_name(writer->postgres),
                  PQgetvalue(rows, 0, 1));
        status = -1;
    } else if (rows != NULL && PQgetvalue(rows, 0, 0)[0] == 't') {
        status = postgres_do(writer->postgres, tables);
    }
    PQclear(rows);
    return status;
}

static int
begin(struct writer *writer)
{
    PGresult *rows;

    if (make_tables(writer) < 0 || postgres_do(writer->postgres, "BEGIN") < 0 ||
        (rows = postgres_query(writer->postgres,
                               "INSERT INTO catalogue_versions DEFAULT VALUES RETURNING number", NULL, 0,
                               false)) == NULL)
        return -1;
    snprintf(writer->number, sizeof writer->number, "%s", PQgetvalue(rows, 0, 0));
    PQclear(rows);
    return catalogue_postgres_do(
        writer->postgres, writer->number,
        "CREATE TABLE catalogue_products_%s (LIKE catalogue_products);"
        "CREATE TABLE catalogue_variants_%s (LIKE catalogue_variants);"
        "CREATE TABLE catalogue_sections_%s (LIKE catalogue_sections INCLUDING STORAGE,"
        " PRIMARY KEY (catalogue, name, part), CHECK (catalogue = %s));"
        "ALTER TABLE catalogue_sections ATTACH PARTITION catalogue_sections_%s FOR VALUES IN (%s)");
}

void *
catalogue_postgres_begin(const char *path)
{
    struct writer *writer = calloc(1, sizeof *writer);

    if (writer == NULL) {
        log_error("%s: no memory", url_shown(path).text);
        return NULL;
    }
    if ((writer->postgres = catalogue_postgres_connect(path)) != NULL && begin(writer) == 0)
        return writer;
    catalogue_postgres_abandon(writer);
    return NULL;
}

/* -- rows ---------------------------------------------------------------------------------------- */

/* Append TEXT as the next field; "" is null. */
static void
add_text(struct buffer *rows, const char *text)
{
    buffer_text(rows, "\t");
    postgres_field(rows, text[0] == '\0' ? NULL : text);
}

static void
add_number(struct buffer *rows, int64_t number)
{
    buffer_printf(rows, "\t%" PRId64, number);
}

static void
add_price(struct buffer *rows, int64_t price)
{
    if (price == PRICE_NONE)
        buffer_text(rows, "\t\\N");
    else
        add_number(rows, price);
}

static void
add_product(struct writer *writer, const struct item *item, uint32_t product)
{
    struct buffer *rows = &writer->products;

    buffer_text(rows, writer->number);
    add_number(rows, product);
    buffer_text(rows, "\t");
    postgres_field(rows, item->group);
    buffer_text(rows, "\t");
    postgres_field(rows, item->title);
    add_text(rows, item->brand);
    add_text(rows, item->description);
    add_text(rows, item->bullets);
    add_text(rows, item->type);
    buffer_printf(rows, "\t%.17g", item->rating);
    add_number(rows, item->rating_count);
    buffer_text(rows, "\n");
}

static void
add_variant(struct writer *writer, const struct item *item, uint32_t product, uint32_t nth)
{
    struct buffer *rows = &writer->variants;

    buffer_text(rows, writer->number);
    add_number(rows, product);
    add_number(rows, nth);
    buffer_text(rows, "\t");
    postgres_field(rows, item->id);
    add_text(rows, item->colour);
    add_text(rows, item->size);
    add_text(rows, item->size_system);
    add_text(rows, item->size_type);
    add_text(rows, item->material);
    add_text(rows, item->pattern);
    add_number(rows, item->gender);
    add_number(rows, item->age);
    add_number(rows, (int)item->availability);
    add_price(rows, item->price);
    add_price(rows, item->sale);
    add_number(rows, item->sale_from);
    add_number(rows, item->sale_to);
    add_text(rows, item->currency);
    add_text(rows, item->link);
    add_text(rows, item->image);
    buffer_text(rows, "\n");
}

/* Send what was gathered for the table whose name is TABLE and NUMBER. */
static int
send_rows(struct writer *writer, const char *table, const char *number, struct buffer *rows)
{
    struct buffer sql = { 0 };
    int status = -1;

    buffer_printf(&sql, "COPY %s%s FROM STDIN", table, number);
    if (rows->failed || sql.failed)
        log_error("%s: no memory", postgres_name(writer->postgres));
    else
        status = rows->size == 0 ? 0 : postgres_copy(writer->postgres, buffer_string(&sql), rows);
    buffer_clear(&sql);
    buffer_reset(rows);
    return status;
}

/* Which of its product's variants the next one is. Returns -1 without memory (logged). */
static int64_t
next_of(struct writer *writer, uint32_t product)
{
    if (product >= writer->room) {
        size_t room = (size_t)product * 2 + 1024;
        uint16_t *counts = realloc(writer->counts, room * sizeof *counts);

        if (counts == NULL) {
            log_error("%s: no memory", postgres_name(writer->postgres));
            return -1;
        }
        memset(counts + writer->room, 0, (room - writer->room) * sizeof *counts);
        writer->counts = counts;
        writer->room = room;
    }
    return writer->counts[product]++;
}

int
catalogue_postgres_add(void *owner, const struct item *item, uint32_t product, bool new_product)
{
    struct writer *writer = owner;
    int64_t nth = next_of(writer, product);

    if (nth < 0)
        return -1;
    if (new_product)
        add_product(writer, item, product);
    add_variant(writer, item, product, (uint32_t)nth);
    if (writer->products.size > COPY_BYTES &&
        send_rows(writer, "catalogue_products_", writer->number, &writer->products) < 0)
        return -1;
    return writer->variants.size > COPY_BYTES
               ? send_rows(writer, "catalogue_variants_", writer->number, &writer->variants)
               : 0;
}

/* -- words --------------------------------------------------------------------------------------- */

/* Append WORD, seen COUNTS times by field, as an element of a vector. A place in it stands for a field and
 * how often, so that what several variants say counts once, and carries the field's letter. */
static void
add_word(struct buffer *vector, const char *word, uint32_t counts)
{
    static const char letters[] = {
        [FIELD_TITLE] = 'A',    [FIELD_CATEGORY] = 'B', [FIELD_BRAND] = 'B',       [FIELD_COLOUR] = 'B',
        [FIELD_MATERIAL] = 'C', [FIELD_BULLETS] = 'C',  [FIELD_DESCRIPTION] = 'D', [FIELDS] = 'A'
    };
    char before = ':';

    if (vector->size > 0)
        buffer_text(vector, " ");
    catalogue_postgres_lexeme(vector, word);
    for (unsigned field = 0; counts != 0; field++, counts >>= 4)
        for (unsigned i = 0; i < (counts & 15); i++, before = ',')
            buffer_printf(vector, "%c%u%c", before, field * 16 + i + 1, letters[field]);
}

int
catalogue_postgres_add_words(void *owner, const struct index_builder *builder, uint32_t product)
{
    struct writer *writer = owner;
    struct buffer *vector = &writer->item_words;
    uint32_t count;
    const struct occurrence *seen = index_builder_last(builder, &count);

    if (!writer->has_words &&
        postgres_do(writer->postgres,
                    "CREATE TEMP TABLE catalogue_seen_words (product int, words text) ON COMMIT DROP") < 0)
        return -1;
    writer->has_words = true;
    buffer_reset(vector);
    for (uint32_t i = 0; i < count; i++) {
        const char *word = index_builder_term(builder, seen[i].term);

        if (index_is_word(word))
            add_word(vector, word, seen[i].counts);
    }
    buffer_printf(&writer->words, "%" PRIu32 "\t", product);
    postgres_field(&writer->words, buffer_string(vector));
    buffer_text(&writer->words, "\n");
    writer->words.failed = writer->words.failed || vector->failed;
    return writer->words.size > COPY_BYTES ? send_rows(writer, "catalogue_seen_words", "", &writer->words)
                                           : 0;
}

/* All that its items said, as one vector for each product. */
static int
keep_words(struct writer *writer)
{
    if (!writer->has_words)
        return 0;
    if (send_rows(writer, "catalogue_seen_words", "", &writer->words) < 0)
        return -1;
    return catalogue_postgres_do(
        writer->postgres, writer->number,
        WORDS_TABLE "CREATE TABLE catalogue_words_%s (LIKE catalogue_words);"
                    "INSERT INTO catalogue_words_%s SELECT %s, product, string_agg(words, ' ')::tsvector"
                    " FROM catalogue_seen_words GROUP BY product ORDER BY product;"
                    "CREATE INDEX ON catalogue_words_%s USING gin (words) WITH (fastupdate = off);"
                    "ALTER TABLE catalogue_words_%s ADD CHECK (catalogue = %s); ANALYZE catalogue_words_%s;"
                    "ALTER TABLE catalogue_words ATTACH PARTITION catalogue_words_%s FOR VALUES IN (%s)");
}

/* -- vectors ------------------------------------------------------------------------------------- */

bool
catalogue_postgres_takes_vectors(void *owner)
{
    struct writer *writer = owner;

    return catalogue_postgres_has_pgvector(writer->postgres);
}

int
catalogue_postgres_add_vector(void *owner, uint32_t product, const struct vector *vector, uint32_t dimensions)
{
    struct writer *writer = owner;

    return catalogue_postgres_put_vector(writer->postgres, writer->number, &writer->vectors, product, vector,
                                         dimensions);
}

/* -- sections and settings ----------------------------------------------------------------------- */

int
catalogue_postgres_save_section(void *owner, const char *section, const void *bytes, size_t size)
{
    struct writer *writer = owner;
    size_t at = 0;

    for (int part = 0; part == 0 || at < size; part++) {
        size_t piece = size - at < POSTGRES_PART ? size - at : POSTGRES_PART;
        char number[16];
        const struct postgres_value values[] = { { .text = writer->number },
                                                 { .text = section },
                                                 { .text = number },
                                                 { .bytes = piece == 0 ? "" : (const char *)bytes + at,
                                                   .size = (int)piece } };
        PGresult *done;

        snprintf(number, sizeof number, "%d", part);
        done = postgres_query(writer->postgres,
                              "INSERT INTO catalogue_sections VALUES ($1::bigint, $2, $3::int, $4::bytea)",
                              values, 4, false);
        PQclear(done);
        if (done == NULL)
            return -1;
        at += piece;
    }
    return 0;
}

void *
catalogue_postgres_saved_section(void *owner, const char *section, size_t *size)
{
    struct writer *writer = owner;

    return catalogue_postgres_section(writer->postgres, writer->number, section, size);
}

int
catalogue_postgres_set_value(struct postgres *postgres, const char *catalogue, const char *name,
                             const char *value)
{
    const struct postgres_value values[] = { { .text = catalogue }, { .text = name }, { .text = value } };
    PGresult *done = postgres_query(postgres,
                                    "INSERT INTO catalogue_settings VALUES ($1::bigint, $2, $3)"
                                    " ON CONFLICT (catalogue, name) DO UPDATE SET value = excluded.value",
                                    values, 3, false);

    PQclear(done);
    return done == NULL ? -1 : 0;
}

int
catalogue_postgres_set(void *owner, const char *name, const char *value)
{
    struct writer *writer = owner;

    return catalogue_postgres_set_value(writer->postgres, writer->number, name, value);
}

/* -- the end ------------------------------------------------------------------------------------- */

/* The keys, once all rows are there; counts for the planner; and then the new partitions in their places. */
static const char last[] =
    "ALTER TABLE catalogue_products_%s ADD PRIMARY KEY (catalogue, number), ADD CHECK (catalogue = %s);"
    "CREATE INDEX ON catalogue_products_%s (id);"
    "ALTER TABLE catalogue_variants_%s ADD PRIMARY KEY (catalogue, product, nth),"
    " ADD CHECK (catalogue = %s);"
    "CREATE INDEX ON catalogue_variants_%s (id);"
    "ANALYZE catalogue_products_%s; ANALYZE catalogue_variants_%s; ANALYZE catalogue_sections_%s;"
    "ALTER TABLE catalogue_products ATTACH PARTITION catalogue_products_%s FOR VALUES IN (%s);"
    "ALTER TABLE catalogue_variants ATTACH PARTITION catalogue_variants_%s FOR VALUES IN (%s);"
    "UPDATE catalogue_versions SET replaced = clock_timestamp() WHERE number < %s AND replaced IS NULL;"
    "COMMIT";

int
catalogue_postgres_finish(void *owner)
{
    struct writer *writer = owner;

    if (send_rows(writer, "catalogue_products_", writer->number, &writer->products) < 0 ||
        send_rows(writer, "catalogue_variants_", writer->number, &writer->variants) < 0 ||
        keep_words(writer) < 0 ||
        catalogue_postgres_keep_vectors(writer->postgres, writer->number, &writer->vectors) < 0)
        return -1;
    return catalogue_postgres_do(writer->postgres, writer->number, last);
}

void
catalogue_postgres_abandon(void *owner)
{
    struct writer *writer = owner;

    postgres_close(&writer->postgres); /* what was not committed is gone with it */
    buffer_clear(&writer->products);
    buffer_clear(&writer->variants);
    buffer_clear(&writer->words);
    buffer_clear(&writer->item_words);
    buffer_clear(&writer->vectors.rows);
    free(writer->counts);
    free(writer);
}
