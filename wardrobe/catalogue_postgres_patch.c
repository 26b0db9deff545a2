/* catalogue_postgres_patch -- other prices and stock for the catalogue on a PostgreSQL server; see
 * catalogue_postgres.h. One transaction changes the rows of the variants, the parts of the index that hold
 * their columns, and the version; texts stay, so that a wardrobe with the version before reads the same ones.
 */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "common/log.h"
#include "common/url.h"
#include "wardrobe/catalogue_postgres.h"

#define MOST_PENDING 2000 /* changes that are gathered before they are sent */

/* The columns that change, as arrays in their text form. */
enum { PRODUCT, NTH, PRICE, SALE, SALE_FROM, SALE_TO, CURRENCY, AVAILABILITY, COLUMNS };

struct patch {
    struct postgres *postgres;
    char number[24]; /* of the catalogue */
    char currency[4];
    struct variant *variants; /* the index's section, changed as we go */
    size_t variant_count;
    uint8_t *touched;       /* of each part of it */
    struct buffer *pending; /* COLUMNS of them */
    int pending_count;
    uint64_t *is_pending; /* by variant, as bits */
    PGresult *found;      /* lends the item found last */
    uint32_t place;       /* its variant in the index; UINT32_MAX: none */
    PGresult *all;        /* some of all variants, from catalogue_postgres_patch_next() */
    int all_at;
    bool walks;
};

#define ITEM                                                                                                 \
    "SELECT v.product, v.nth, v.id, p.id, p.title, p.description, p.bullets, p.brand, v.link, v.image,"      \
    " p.type, v.colour, v.size, v.size_system, v.size_type, v.material, v.pattern, v.gender, v.age,"         \
    " v.availability, v.price, v.sale, v.sale_from, v.sale_to, v.currency, p.rating, p.rating_count"         \
    " FROM catalogue_variants v JOIN catalogue_products p ON p.catalogue = v.catalogue AND p.number = "      \
    "v.product"

/* -- beginning ----------------------------------------------------------------------------------- */

/* Find the newest catalogue. Returns -1 (logged) where there is none of this version. */
static int
find_catalogue(struct patch *patch)
{
    PGresult *rows =
        postgres_query(patch->postgres, "SELECT number FROM catalogue_versions ORDER BY number DESC LIMIT 1",
                       NULL, 0, false);
    char *schema = NULL;
    bool ours = false;

    if (rows == NULL ? postgres_is_missing(patch->postgres) : PQntuples(rows) == 0) {
        log_error("%s: no catalogue there to patch: import the shop's feed first, without --patch",
                  postgres_name(patch->postgres));
    } else if (rows != NULL) {
        snprintf(patch->number, sizeof patch->number, "%s", PQgetvalue(rows, 0, 0));
        schema = catalogue_postgres_setting(patch->postgres, patch->number, "schema");
        if (!(ours = schema != NULL && strcmp(schema, CATALOGUE_SCHEMA) == 0))
            log_error("%s: no catalogue of this version: import the shop's feed first, without --patch",
                      postgres_name(patch->postgres));
    }
    PQclear(rows);
    free(schema);
    return ours ? 0 : -1;
}

/* Load the columns of the index that change. */
static int
load_columns(struct patch *patch)
{
    size_t size, parts;
    char *currency = catalogue_postgres_section(patch->postgres, patch->number, "currency", &size);

    if (currency != NULL && size == 4)
        memcpy(patch->currency, currency, 3);
    free(currency);
    patch->variants = catalogue_postgres_section(patch->postgres, patch->number, "variants", &size);
    if (currency == NULL || patch->variants == NULL || size % sizeof *patch->variants != 0) {
        log_error("%s: its index is broken: import the shop's feed again", postgres_name(patch->postgres));
        return -1;
    }
    patch->variant_count = size / sizeof *patch->variants;
    parts = size / POSTGRES_PART + 1;
    patch->touched = calloc(parts, 1);
    patch->is_pending = calloc(patch->variant_count / 64 + 1, sizeof *patch->is_pending);
    patch->pending = calloc(COLUMNS, sizeof *patch->pending);
    if (patch->touched != NULL && patch->is_pending != NULL && patch->pending != NULL)
        return 0;
    log_error("%s: no memory", postgres_name(patch->postgres));
    return -1;
}

void *
catalogue_postgres_patch_begin(const char *path)
{
    struct patch *patch = calloc(1, sizeof *patch);

    if (patch == NULL) {
        log_error("%s: no memory", url_shown(path).text);
        return NULL;
    }
    patch->place = UINT32_MAX;
    if ((patch->postgres = catalogue_postgres_connect(path)) != NULL &&
        postgres_do(patch->postgres, "BEGIN") == 0 && find_catalogue(patch) == 0 && load_columns(patch) == 0)
        return patch;
    catalogue_postgres_patch_abandon(patch);
    return NULL;
}

/* -- changing ------------------------------------------------------------------------------------ */

/* Send the changes that were gathered. */
static int
send_pending(struct patch *patch)
{
    static const char sql[] =
        "UPDATE catalogue_variants v SET price = c.price, sale = c.sale, sale_from = c.sale_from,"
        " sale_to = c.sale_to, currency = c.currency, availability = c.availability"
        " FROM unnest($2::int[], $3::int[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],"
        " $8::text[], $9::smallint[])"
        " AS c (product, nth, price, sale, sale_from, sale_to, currency, availability)"
        " WHERE v.catalogue = $1::bigint AND v.product = c.product AND v.nth = c.nth";
    struct postgres_value values[1 + COLUMNS] = { { .text = patch->number } };
    PGresult *done = NULL;
    bool failed = false;

    if (patch->pending_count == 0)
        return 0;
    for (int i = 0; i < COLUMNS; i++) {
        buffer_text(&patch->pending[i], "}");
        values[1 + i].text = buffer_string(&patch->pending[i]);
        failed = failed || patch->pending[i].failed;
    }
    if (failed)
        log_error("%s: no memory", postgres_name(patch->postgres));
    else
        done = postgres_query(patch->postgres, sql, values, 1 + COLUMNS, false);
    PQclear(done);
    for (int i = 0; i < COLUMNS; i++)
        buffer_reset(&patch->pending[i]);
    memset(patch->is_pending, 0, (patch->variant_count / 64 + 1) * sizeof *patch->is_pending);
    patch->pending_count = 0;
    return done == NULL ? -1 : 0;
}

/* Append to one of the arrays; PRICE_NONE is null. */
static void
add_number(struct buffer *array, int64_t number)
{
    buffer_text(array, array->size == 0 ? "{" : ",");
    if (number == PRICE_NONE)
        buffer_text(array, "NULL");
    else
        buffer_printf(array, "%" PRId64, number);
}

int
catalogue_postgres_patch_set(void *owner, const struct item *item)
{
    struct patch *patch = owner;
    const int64_t numbers[COLUMNS] = {
        [PRODUCT] = patch->variants[patch->place].product,
        [NTH] = strtoll(PQgetvalue(patch->found, 0, 1), NULL, 10),
        [PRICE] = item->price,
        [SALE] = item->sale,
        [SALE_FROM] = item->sale_from,
        [SALE_TO] = item->sale_to,
        [AVAILABILITY] = (int64_t)item->availability,
    };

    for (int i = 0; i < COLUMNS; i++)
        if (i != CURRENCY)
            add_number(&patch->pending[i], numbers[i]);
    buffer_text(&patch->pending[CURRENCY], patch->pending[CURRENCY].size == 0 ? "{" : ",");
    postgres_element(&patch->pending[CURRENCY], item->currency);
    patch->is_pending[patch->place / 64] |= UINT64_C(1) << patch->place % 64;
    catalogue_patch_variant(&patch->variants[patch->place], item, patch->currency);
    patch->touched[patch->place * sizeof *patch->variants / POSTGRES_PART] = 1;
    patch->touched[((patch->place + 1) * sizeof *patch->variants - 1) / POSTGRES_PART] = 1;
    return ++patch->pending_count < MOST_PENDING ? 0 : send_pending(patch);
}

/* -- reading ------------------------------------------------------------------------------------- */

static int64_t
number(const PGresult *rows, int row, int column)
{
    return PQgetisnull(rows, row, column) ? PRICE_NONE : strtoll(PQgetvalue(rows, row, column), NULL, 10);
}

/* ROW as an item, whose texts ROWS lends. */
static void
read_item(const PGresult *rows, int row, struct item *item)
{
    const char **texts[] = { &item->id,        &item->group,    &item->title,  &item->description,
                             &item->bullets,   &item->brand,    &item->link,   &item->image,
                             &item->type,      &item->colour,   &item->size,   &item->size_system,
                             &item->size_type, &item->material, &item->pattern };
    int column = 2;

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        *texts[i] = PQgetvalue(rows, row, column++);
    item->gender = (uint8_t)number(rows, row, column++);
    item->age = (uint8_t)number(rows, row, column++);
    item->availability = (enum availability)number(rows, row, column++);
    item->price = number(rows, row, column++);
    item->sale = number(rows, row, column++);
    item->sale_from = number(rows, row, column++);
    item->sale_to = number(rows, row, column++);
    snprintf(item->currency, sizeof item->currency, "%s", PQgetvalue(rows, row, column++));
    item->rating = strtod(PQgetvalue(rows, row, column++), NULL);
    item->rating_count = number(rows, row, column);
}

/* Where the variant in row 0 of ROWS is in the index: its product's variants stand together. */
static uint32_t
place_of(const struct patch *patch, const PGresult *rows)
{
    uint32_t product = (uint32_t)number(rows, 0, 0);
    size_t low = 0, high = patch->variant_count;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (patch->variants[middle].product < product)
            low = middle + 1;
        else
            high = middle;
    }
    low += (size_t)number(rows, 0, 1);
    return low < patch->variant_count && patch->variants[low].product == product ? (uint32_t)low : UINT32_MAX;
}

/* Whether ID can be one at all: the server takes UTF-8 only. */
static bool
is_text(const char *id)
{
    json_t *text = json_string(id);
    bool valid = text != NULL;

    json_decref(text);
    return valid;
}

int
catalogue_postgres_patch_find(void *owner, const char *id, struct item *item)
{
    struct patch *patch = owner;

    patch->place = UINT32_MAX;
    for (int round = 0; round < 2; round++) {
        PQclear(patch->found);
        patch->found = NULL;
        if (!is_text(id))
            return 0;
        patch->found = postgres_ask(patch->postgres, "variant",
                                    ITEM " WHERE v.catalogue = $1::bigint AND v.id = $2 LIMIT 1",
                                    (const char *const[]) { patch->number, id }, 2);
        if (patch->found == NULL)
            return -1;
        if (PQntuples(patch->found) == 0)
            return 0;
        if ((patch->place = place_of(patch, patch->found)) == UINT32_MAX) {
            log_error("%s: its index is broken: import the shop's feed again",
                      postgres_name(patch->postgres));
            return -1;
        }
        if (!(patch->is_pending[patch->place / 64] >> patch->place % 64 & 1))
            break;
        if (send_pending(patch) < 0) /* it was changed a moment ago: read it as it is now */
            return -1;
    }
    read_item(patch->found, 0, item);
    return 1;
}

/* Begin to go through all variants. */
static int
walk(struct patch *patch)
{
    const struct postgres_value values[] = { { .text = patch->number } };
    PGresult *done;

    if (send_pending(patch) < 0)
        return -1;
    done = postgres_query(patch->postgres,
                          "DECLARE variants NO SCROLL CURSOR FOR " ITEM
                          " WHERE v.catalogue = $1::bigint ORDER BY v.product, v.nth",
                          values, 1, false);
    PQclear(done);
    patch->walks = true;
    return done == NULL ? -1 : 0;
}

int
catalogue_postgres_patch_next(void *owner, struct item *item)
{
    struct patch *patch = owner;

    if (!patch->walks && walk(patch) < 0)
        return -1;
    if (patch->all == NULL || patch->all_at == PQntuples(patch->all)) {
        PQclear(patch->all);
        patch->all_at = 0;
        if ((patch->all = postgres_query(patch->postgres, "FETCH 500 FROM variants", NULL, 0, false)) == NULL)
            return -1;
        if (PQntuples(patch->all) == 0)
            return 0;
    }
    read_item(patch->all, patch->all_at++, item);
    return 1;
}

/* -- the end ------------------------------------------------------------------------------------- */

int
catalogue_postgres_patch_say(void *owner, const char *name, const char *value)
{
    struct patch *patch = owner;

    return catalogue_postgres_set_value(patch->postgres, patch->number, name, value);
}

void *
catalogue_postgres_patch_section(void *owner, const char *section, size_t *size)
{
    struct patch *patch = owner;
    char *bytes;

    if (strcmp(section, "variants") != 0)
        return catalogue_postgres_section(patch->postgres, patch->number, section, size);
    *size = patch->variant_count * sizeof *patch->variants;
    if ((bytes = malloc(*size + 1)) != NULL)
        memcpy(bytes, patch->variants, *size);
    return bytes;
}

/* Write the parts of the variants' section that were changed. */
static int
send_columns(struct patch *patch)
{
    size_t size = patch->variant_count * sizeof *patch->variants;

    for (size_t at = 0, part = 0; at < size; at += POSTGRES_PART, part++) {
        char place[24];
        const struct postgres_value values[] = {
            { .text = patch->number },
            { .text = place },
            { .bytes = (const char *)patch->variants + at,
              .size = (int)(size - at < POSTGRES_PART ? size - at : POSTGRES_PART) }
        };
        PGresult *done;

        if (!patch->touched[part])
            continue;
        snprintf(place, sizeof place, "%zu", part);
        done = postgres_query(patch->postgres,
                              "UPDATE catalogue_sections SET bytes = $3::bytea WHERE catalogue = $1::bigint"
                              " AND name = 'variants' AND part = $2::int",
                              values, 3, false);
        PQclear(done);
        if (done == NULL)
            return -1;
    }
    return 0;
}

/* Make sure that no other import has come between, as one may whose connection with the lock was lost. */
static int
check_newest(struct patch *patch)
{
    const struct postgres_value values[] = { { .text = patch->number } };
    PGresult *rows = postgres_query(patch->postgres,
                                    "SELECT 1 FROM catalogue_versions WHERE number = $1::bigint"
                                    " AND number = (SELECT max(number) FROM catalogue_versions) FOR UPDATE",
                                    values, 1, false);
    bool newest = rows != NULL && PQntuples(rows) == 1;

    if (rows != NULL && !newest)
        log_error("%s: another import came between: patch that one", postgres_name(patch->postgres));
    PQclear(rows);
    return newest ? 0 : -1;
}

int
catalogue_postgres_patch_finish(void *owner)
{
    struct patch *patch = owner;

    if (check_newest(patch) < 0 || send_pending(patch) < 0 || send_columns(patch) < 0)
        return -1;
    return postgres_do(patch->postgres, "COMMIT");
}

void
catalogue_postgres_patch_abandon(void *owner)
{
    struct patch *patch = owner;

    postgres_close(&patch->postgres);
    PQclear(patch->found);
    PQclear(patch->all);
    for (int i = 0; patch->pending != NULL && i < COLUMNS; i++)
        buffer_clear(&patch->pending[i]);
    free(patch->pending);
    free(patch->is_pending);
    free(patch->touched);
    free(patch->variants);
    free(patch);
}
