#ifndef WARDROBE_CATALOGUE_POSTGRES_H
#define WARDROBE_CATALOGUE_POSTGRES_H

#include "common/postgres.h"
#include "wardrobe/catalogue_home.h"

/* The parts of the home that is a PostgreSQL server (catalogue_postgres.c, _write.c, _patch.c).
 *
 * A catalogue is a row of catalogue_versions, its settings, and a partition of catalogue_products,
 * catalogue_variants and catalogue_sections each, and of catalogue_words and catalogue_vectors where it was
 * imported so:
 * `catalogue_products_17` comes with the import that makes catalogue 17, in one transaction, and is dropped
 * as a whole. The newest is the one with the highest number.
 */

#define POSTGRES_PART (1u << 20) /* bytes of an index's section in one row */
#define POSTGRES_KEPT "60 s"     /* how long a catalogue stays that another has replaced; CATALOGUE_KEPT_MS */

/* A section of the index of CATALOGUE (its number as text), joined from its parts, malloced; NULL when there
 * is none, or it can't be read (logged). */
void *catalogue_postgres_section(struct postgres *postgres, const char *catalogue, const char *section,
                                 size_t *size);

/* Append WORD as the server's text search takes it in a vector or a query. */
void catalogue_postgres_lexeme(struct buffer *text, const char *word);

/* The setting NAME of CATALOGUE, malloced; NULL for none. */
char *catalogue_postgres_setting(struct postgres *postgres, const char *catalogue, const char *name);

/* Give CATALOGUE's setting NAME another VALUE. Returns 0, or -1 (logged). */
int catalogue_postgres_set_value(struct postgres *postgres, const char *catalogue, const char *name,
                                 const char *value);

/* A connection for imports, which may take their time; NULL when there is none (logged). */
struct postgres *catalogue_postgres_connect(const char *path);

/* Do SQL, a printf() format in which %s is CATALOGUE, wherever it stands. Returns 0, or -1 (logged). */
int catalogue_postgres_do(struct postgres *postgres, const char *catalogue, const char *sql);

/* -- vectors (catalogue_postgres_vectors.c) ------------------------------------------------------ */

/* Of each connection: pgvector's types and operators are found wherever in the database it was set up. */
#define POSTGRES_FIND_VECTORS                                                                                \
    "SELECT set_config('search_path', concat_ws(', ', nullif(current_setting('search_path'), ''),"           \
    " quote_ident(n.nspname)), false) FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace"     \
    " WHERE e.extname = 'vector';"

/* Those that an import makes. */
struct postgres_vectors {
    struct buffer rows; /* not yet sent */
    uint32_t dimensions, count;
};

/* Whether the server has pgvector, set up now where it can be; says what to do when not. In a transaction.
 */
bool catalogue_postgres_has_pgvector(struct postgres *postgres);

/* Add one of CATALOGUE. Returns 0, or -1 (logged). */
int catalogue_postgres_put_vector(struct postgres *postgres, const char *catalogue,
                                  struct postgres_vectors *vectors, uint32_t product,
                                  const struct vector *vector, uint32_t dimensions);

/* All are there. Returns 0, or -1 (logged). */
int catalogue_postgres_keep_vectors(struct postgres *postgres, const char *catalogue,
                                    struct postgres_vectors *vectors);

/* What is asked for the nearest: its name, the same for the same sort of question, and *SQL, malloced. Its
 * values are the number, the token, the question, who may be found (or nothing), how many. It gives one row
 * at least where the catalogue is there: product, and what times the question's scale is minus the cosine.
 * NULL without memory. */
const char *catalogue_postgres_near_sql(const struct catalogue_near *near, const char *catalogue, char **sql);

/* The question, and who may be found, as that takes them; appended. */
void catalogue_postgres_near_values(const struct catalogue_near *near, struct buffer *question,
                                    struct buffer *marked);

/* Of catalogue_home.h. */
void *catalogue_postgres_lock(const char *path);
void catalogue_postgres_unlock(void *lock);

void *catalogue_postgres_begin(const char *path);
int catalogue_postgres_add(void *writer, const struct item *item, uint32_t product, bool new_product);
int catalogue_postgres_add_words(void *writer, const struct index_builder *builder, uint32_t product);
bool catalogue_postgres_takes_vectors(void *writer);
int catalogue_postgres_add_vector(void *writer, uint32_t product, const struct vector *vector,
                                  uint32_t dimensions);
int catalogue_postgres_save_section(void *writer, const char *section, const void *bytes, size_t size);
void *catalogue_postgres_saved_section(void *writer, const char *section, size_t *size);
int catalogue_postgres_set(void *writer, const char *name, const char *value);
int catalogue_postgres_finish(void *writer);
void catalogue_postgres_abandon(void *writer);

void *catalogue_postgres_patch_begin(const char *path);
int catalogue_postgres_patch_find(void *patch, const char *id, struct item *item);
int catalogue_postgres_patch_next(void *patch, struct item *item);
int catalogue_postgres_patch_set(void *patch, const struct item *item);
int catalogue_postgres_patch_say(void *patch, const char *name, const char *value);
void *catalogue_postgres_patch_section(void *patch, const char *section, size_t *size);
int catalogue_postgres_patch_finish(void *patch);
void catalogue_postgres_patch_abandon(void *patch);

#endif
