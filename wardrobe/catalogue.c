/* catalogue -- one interface, two homes; see catalogue.h. */

#include "wardrobe/catalogue.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/url.h"
#include "wardrobe/catalogue_home.h"

struct catalogue {
    const struct catalogue_home *home;
    void *reader;
    struct index *index;
    struct catalogue_away away;
    char *facets;
    char version[40];
};

struct catalogue_lock {
    const struct catalogue_home *home;
    void *kept;
};

struct catalogue_writer {
    const struct catalogue_home *home;
    struct catalogue_away away;
    void *kept;
};

struct catalogue_patch {
    const struct catalogue_home *home;
    void *kept;
};

static const struct catalogue_home *const homes[] = { &catalogue_postgres, &catalogue_sqlite };

/* The last takes all that the others do not. */
static const struct catalogue_home *
home_of(const char *path)
{
    size_t i = 0;

    while (i + 1 < sizeof homes / sizeof *homes && !homes[i]->is_at(path))
        i++;
    return homes[i];
}

/* Read the option catalogue-WHAT, whose VALUE says where something is; CAN: a server at PATH can have it. */
static int
read_place(const char *what, const char *value, const char *path, bool can, bool *away)
{
    *away = strcmp(value, "server") == 0;
    if (!*away && strcmp(value, "memory") != 0)
        log_error("option catalogue-%s=%s: memory or server", what, value);
    else if (*away && !can)
        log_error("option catalogue-%s=server: %s is no server: only postgresql:// has its %s there", what,
                  url_shown(path).text, what);
    else
        return 0;
    return -1;
}

int
catalogue_away(const char *words, const char *vectors, const char *path, struct catalogue_away *away)
{
    const struct catalogue_home *home = home_of(path);

    return read_place("words", words, path, home->rank != NULL, &away->words) < 0 ||
                   read_place("vectors", vectors, path, home->nearest != NULL, &away->vectors) < 0
               ? -1
               : 0;
}

/* -- reading ------------------------------------------------------------------------------------- */

/* Whether it is a catalogue of this program; says what to do when not. */
static bool
is_ours(const struct catalogue *catalogue, const char *path)
{
    char *schema = catalogue->home->setting(catalogue->reader, "schema");
    bool ours = schema != NULL && strcmp(schema, CATALOGUE_SCHEMA) == 0;

    if (schema == NULL)
        log_error("%s: no catalogue, or a broken one: import the shop's feed again", url_shown(path).text);
    else if (!ours)
        log_error("%s: made by another version (%s): import the shop's feed again", url_shown(path).text,
                  schema);
    free(schema);
    return ours;
}

/* Whether the import left WHAT on the server. */
static bool
is_there(const struct catalogue *catalogue, const char *what)
{
    char *where = catalogue->home->setting(catalogue->reader, what);
    bool there = where != NULL && strcmp(where, "server") == 0;

    free(where);
    return there;
}

/* Whether the server has what CATALOGUE needs of it; says what to do when not. */
static bool
has_words(const struct catalogue *catalogue, const char *path)
{
    if (!catalogue->away.words || is_there(catalogue, "words"))
        return true;
    log_error("%s: imported without catalogue-words=server: import the shop's feed again with it",
              url_shown(path).text);
    return false;
}

/* Its vectors, or what is known of them where they are away. */
static void
load_vectors(struct catalogue *catalogue, const char *path)
{
    struct index *index = catalogue->index;
    bool away = catalogue->away.vectors && is_there(catalogue, "vectors");

    index->vectors = vectors_load(away, catalogue->home->section, catalogue->reader, index->product_count);
    if (catalogue->away.vectors && !away && index->vectors != NULL)
        log_warning("%s: imported without its vectors on the server: they are in memory; import the shop's "
                    "feed again with catalogue-vectors=server, on a server that has pgvector",
                    url_shown(path).text);
}

static int
load(struct catalogue *catalogue, const char *path, const struct lexicon *lexicon)
{
    char *version;

    if (!is_ours(catalogue, path) || !has_words(catalogue, path))
        return -1;
    catalogue->facets = catalogue->home->setting(catalogue->reader, "facets");
    if ((version = catalogue->home->setting(catalogue->reader, "version")) != NULL)
        snprintf(catalogue->version, sizeof catalogue->version, "%s", version);
    free(version);
    catalogue->index =
        index_load(lexicon, catalogue->away.words, catalogue->home->section, catalogue->reader);
    if (catalogue->index != NULL) {
        load_vectors(catalogue, path);
        return catalogue->home->loaded(catalogue->reader);
    }
    if (!catalogue->home->is_away(catalogue->reader)) /* else it has said so */
        log_error("%s: its index is broken: import the shop's feed again", url_shown(path).text);
    return -1;
}

struct catalogue *
catalogue_open(const char *path, struct catalogue_away away, const struct lexicon *lexicon, bool *missing)
{
    struct catalogue *catalogue = calloc(1, sizeof *catalogue);
    bool none = false;

    if (catalogue == NULL) {
        log_error("%s: no memory", url_shown(path).text);
        return NULL;
    }
    catalogue->home = home_of(path);
    catalogue->away = away;
    catalogue->reader = catalogue->home->open(path, &none);
    if (missing != NULL)
        *missing = none;
    if (none)
        log_error("%s: no catalogue there: `./ensemble import FEED` makes one", url_shown(path).text);
    if (catalogue->reader == NULL || load(catalogue, path, lexicon) < 0)
        catalogue_close(&catalogue);
    return catalogue;
}

void
catalogue_close(struct catalogue **catalogue)
{
    if (*catalogue == NULL)
        return;
    if ((*catalogue)->reader != NULL)
        (*catalogue)->home->close((*catalogue)->reader);
    index_destroy(&(*catalogue)->index);
    free((*catalogue)->facets);
    free(*catalogue);
    *catalogue = NULL;
}

void
catalogue_settle(struct catalogue *catalogue, const struct lexicon *lexicon)
{
    index_settle(catalogue->index, lexicon);
}

const struct index *
catalogue_index(const struct catalogue *catalogue)
{
    return catalogue->index;
}

struct index *
catalogue_index_to_weigh(struct catalogue *catalogue)
{
    return catalogue->index;
}

const char *
catalogue_version(const struct catalogue *catalogue)
{
    return catalogue->version;
}

const char *
catalogue_facets(const struct catalogue *catalogue)
{
    return catalogue->facets == NULL ? "" : catalogue->facets;
}

bool
catalogue_is_replaced(struct catalogue *catalogue)
{
    return catalogue->home->is_replaced(catalogue->reader);
}

bool
catalogue_is_away(const struct catalogue *catalogue)
{
    return catalogue->home->is_away(catalogue->reader);
}

int
catalogue_records(struct catalogue *catalogue, const uint32_t *variants, size_t count, struct record *records)
{
    struct place places[CATALOGUE_RECORDS];

    assert(count <= CATALOGUE_RECORDS);
    for (size_t i = 0; i < count; i++) {
        uint32_t product = catalogue->index->variants[variants[i]].product;

        places[i] =
            (struct place) { variants[i], product, variants[i] - catalogue->index->products[product].first };
    }
    return count == 0 ? 0 : catalogue->home->records(catalogue->reader, places, count, records);
}

int
catalogue_find(struct catalogue *catalogue, const char *const *ids, size_t count, uint32_t *products)
{
    return count == 0 ? 0 : catalogue->home->find(catalogue->reader, ids, count, products);
}

int
catalogue_rank(struct catalogue *catalogue, const struct catalogue_ranks *ranks, catalogue_ranked *ranked,
               void *owner)
{
    return ranks->leading == 0 ? 0 : catalogue->home->rank(catalogue->reader, ranks, ranked, owner);
}

int
catalogue_having(struct catalogue *catalogue, const char *word, uint32_t *products, uint32_t count)
{
    return catalogue->home->having(catalogue->reader, word, products, count);
}

int
catalogue_nearest(struct catalogue *catalogue, const struct catalogue_near *near, struct vector_hit *hits)
{
    return near->marked == 0 ? 0 : catalogue->home->nearest(catalogue->reader, near, hits);
}

/* -- writing ------------------------------------------------------------------------------------- */

struct catalogue_lock *
catalogue_lock(const char *path)
{
    const struct catalogue_home *home = home_of(path);
    void *kept = home->lock(path);
    struct catalogue_lock *lock = kept == NULL ? NULL : malloc(sizeof *lock);

    if (lock != NULL)
        *lock = (struct catalogue_lock) { home, kept };
    else if (kept != NULL) {
        log_error("%s: no memory", url_shown(path).text);
        home->unlock(kept);
    }
    return lock;
}

void
catalogue_unlock(struct catalogue_lock **lock)
{
    if (*lock == NULL)
        return;
    (*lock)->home->unlock((*lock)->kept);
    free(*lock);
    *lock = NULL;
}

struct catalogue_writer *
catalogue_begin(const char *path, const char *language, struct catalogue_away away)
{
    struct catalogue_writer *writer = calloc(1, sizeof *writer);

    if (writer == NULL) {
        log_error("%s: no memory", url_shown(path).text);
        return NULL;
    }
    writer->home = home_of(path);
    writer->away.words = away.words && writer->home->add_words != NULL;
    if ((writer->kept = writer->home->begin(path)) == NULL ||
        catalogue_set(writer, "schema", CATALOGUE_SCHEMA) < 0 ||
        catalogue_set(writer, "language", language) < 0 ||
        catalogue_set(writer, "words", writer->away.words ? "server" : "memory") < 0) {
        catalogue_abandon(&writer);
        return NULL;
    }
    writer->away.vectors =
        away.vectors && writer->home->takes_vectors != NULL && writer->home->takes_vectors(writer->kept);
    if (catalogue_set(writer, "vectors", writer->away.vectors ? "server" : "memory") < 0)
        catalogue_abandon(&writer);
    return writer;
}

int
catalogue_add(struct catalogue_writer *writer, const struct item *item, uint32_t product, bool new_product)
{
    return writer->home->add(writer->kept, item, product, new_product);
}

int
catalogue_add_words(struct catalogue_writer *writer, const struct index_builder *builder, uint32_t product)
{
    return writer->away.words ? writer->home->add_words(writer->kept, builder, product) : 0;
}

int
catalogue_add_vector(void *owner, uint32_t product, const struct vector *vector, uint32_t dimensions)
{
    struct catalogue_writer *writer = owner;

    return writer->away.vectors ? writer->home->add_vector(writer->kept, product, vector, dimensions) : 0;
}

int
catalogue_save_section(void *owner, const char *section, const void *bytes, size_t size)
{
    struct catalogue_writer *writer = owner;

    return writer->home->save_section(writer->kept, section, bytes, size);
}

void *
catalogue_saved_section(void *owner, const char *section, size_t *size)
{
    struct catalogue_writer *writer = owner;

    return writer->home->saved_section(writer->kept, section, size);
}

int
catalogue_set(void *owner, const char *name, const char *value)
{
    struct catalogue_writer *writer = owner;

    return writer->home->set(writer->kept, name, value);
}

int
catalogue_finish(struct catalogue_writer **writer)
{
    int status = (*writer)->home->finish((*writer)->kept);

    catalogue_abandon(writer);
    return status;
}

void
catalogue_abandon(struct catalogue_writer **writer)
{
    if (*writer == NULL)
        return;
    if ((*writer)->kept != NULL)
        (*writer)->home->abandon((*writer)->kept);
    free(*writer);
    *writer = NULL;
}

/* -- patching ------------------------------------------------------------------------------------ */

struct catalogue_patch *
catalogue_patch_begin(const char *path)
{
    struct catalogue_patch *patch = calloc(1, sizeof *patch);

    if (patch == NULL) {
        log_error("%s: no memory", url_shown(path).text);
        return NULL;
    }
    patch->home = home_of(path);
    if ((patch->kept = patch->home->patch_begin(path)) == NULL)
        catalogue_patch_abandon(&patch);
    return patch;
}

int
catalogue_patch_find(struct catalogue_patch *patch, const char *id, struct item *item)
{
    return patch->home->patch_find(patch->kept, id, item);
}

int
catalogue_patch_next(struct catalogue_patch *patch, struct item *item)
{
    return patch->home->patch_next(patch->kept, item);
}

int
catalogue_patch_set(struct catalogue_patch *patch, const struct item *item)
{
    return patch->home->patch_set(patch->kept, item);
}

int
catalogue_patch_say(void *owner, const char *name, const char *value)
{
    struct catalogue_patch *patch = owner;

    return patch->home->patch_say(patch->kept, name, value);
}

void *
catalogue_patch_section(void *owner, const char *section, size_t *size)
{
    struct catalogue_patch *patch = owner;

    return patch->home->patch_section(patch->kept, section, size);
}

int
catalogue_patch_finish(struct catalogue_patch **patch)
{
    int status = (*patch)->home->patch_finish((*patch)->kept);

    catalogue_patch_abandon(patch);
    return status;
}

void
catalogue_patch_abandon(struct catalogue_patch **patch)
{
    if (*patch == NULL)
        return;
    if ((*patch)->kept != NULL)
        (*patch)->home->patch_abandon((*patch)->kept);
    free(*patch);
    *patch = NULL;
}

void
catalogue_patch_variant(struct variant *variant, const struct item *item, const char *currency)
{
    variant->price = item->price;
    variant->sale = item->sale;
    variant->sale_from = item->sale_from;
    variant->sale_to = item->sale_to;
    variant->availability = (uint8_t)item->availability;
    variant->currency = strcmp(item->currency, currency) == 0;
}
