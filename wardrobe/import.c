/* import -- a merchant's file becomes the catalogue, or changes it; see import.h.
 *
 *     source -> feed reader -> row -> record (catalogue_add) and index (index_builder_add) ->
 * catalogue_finish
 *
 * A patch is read twice at most: first it changes prices and stock in a copy of the catalogue, whose index
 * stays as it is; where it brings more than that, the catalogue is made anew of the patch and of all that it
 * leaves alone. */

#include "wardrobe/import.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/id.h"
#include "common/log.h"
#include "wardrobe/catalogue.h"
#include "wardrobe/embedding.h"
#include "wardrobe/facets.h"
#include "wardrobe/feed.h"
#include "wardrobe/folder.h"
#include "wardrobe/index.h"
#include "wardrobe/keys.h"
#include "wardrobe/patch.h"
#include "wardrobe/report.h"
#include "wardrobe/row.h"

#define VERSION_DIGITS 16
#define VALUE_SHOWN 60            /* bytes of a value that was refused */
#define IMPORT_MEMORY (64u << 20) /* bytes for words on their way to the index; more are put aside */

struct import {
    const struct import_settings *settings;
    struct import_counts *counts;
    struct folder folder;
    struct report report;
    struct source *source;
    struct stemmer *stemmer;
    struct lexicon *lexicon;
    struct catalogue_writer *writer;
    struct index_builder *builder;
    struct catalogue_patch *patch;
    struct embedding *embedding; /* NULL: no vectors are made */
    struct item item, old;       /* the row in hand; what it was before a patch */
    struct patch_row merged;
    char currency[4]; /* of prices that name none, or "" */
    struct keys *ids; /* of a patch's rows that were taken */
    long *lines;      /* by their numbers: on which the last of them stands */
    size_t line_room;
    char first[4]; /* currency of the catalogue, its first price's; "" without one */
    bool unpriced; /* the catalogue that is patched has no price */
    bool silent;   /* the feed is read a second time: all has been said */
    bool rebuild;  /* the patch brings more than prices and stock */
    bool failed;
};

/* The currency of prices that name none: as it was said, or as the feed's folder says; "" for none. */
static void
take_currency(struct import *import)
{
    const char *said =
        import->settings->currency[0] != '\0' ? import->settings->currency : import->folder.currency;

    for (int i = 0; i < 3 && isalpha((unsigned char)said[i]); i++)
        import->currency[i] = (char)toupper((unsigned char)said[i]);
    if (strlen(said) != 3 || strlen(import->currency) != 3)
        import->currency[0] = '\0';
}

static bool
is_patch(const struct import *import)
{
    return import->settings->patch || import->folder.patch;
}

/* -- rows ---------------------------------------------------------------------------------------- */

static void
refused(void *owner, long line, const char *field, const char *reason)
{
    struct import *import = owner;

    if (import->silent)
        return;
    import->counts->rows++;
    import->counts->refused++;
    report_refused(&import->report, line, field, reason);
}

/* ROW is refused for its FIELD, whose value is shown: as much of it as a line of the report has room for. */
static void
refused_value(struct import *import, const struct feed_row *row, const char *field, const char *reason)
{
    const char *value = feed_value(row, field);
    char said[200];
    size_t size = 0;

    for (; *value != '\0' && size < VALUE_SHOWN; value++) /* whatever is no letter of ASCII may be broken */
        said[size++] = (unsigned char)*value < ' ' || (unsigned char)*value > '~' ? '?' : *value;
    if (size == 0) {
        refused(import, row->line, field, reason);
        return;
    }
    memmove(said + 1, said, size);
    said[0] = '"';
    snprintf(said + size + 1, sizeof said - size - 1, "%s: %s", *value != '\0' ? "...\"" : "\"", reason);
    refused(import, row->line, field, said);
}

static void
noted(void *owner, long line, const char *field, const char *reason)
{
    struct import *import = owner;

    if (import->silent)
        return;
    import->counts->noted++;
    report_noted(&import->report, line, field, reason);
}

/* What costs another currency than the catalogue's is found without a price: that is worth a note. */
static void
see_currency(struct import *import, struct row_problem *problem)
{
    const struct item *item = &import->item;

    if (item->price == PRICE_NONE)
        return;
    if (import->first[0] == '\0')
        memcpy(import->first, item->currency, sizeof import->first);
    else if (strcmp(import->first, item->currency) != 0)
        *problem =
            (struct row_problem) { "price",
                                   "in another currency than the catalogue's, its first: counts as unknown" };
}

/* A row was taken; PROBLEM may hold a note. */
static void
taken(struct import *import, const struct feed_row *row, const struct row_problem *problem)
{
    if (import->silent)
        return;
    if (problem->field[0] != '\0')
        noted(import, row->line, problem->field, problem->reason);
    import->counts->rows++;
    import->counts->variants++;
    if (import->counts->rows % 512 == 0)
        report_progress(&import->report, source_done(import->source), source_size(import->source),
                        import->counts->rows);
}

/* Add ITEM to the record and to the index. Returns 0, 1 when there is a variant of that id already, or -1
 * (logged; the import has failed). */
static int
add(struct import *import, const struct item *item)
{
    uint32_t product;
    bool is_new;
    int added = index_builder_add(import->builder, item, &product, &is_new);

    if (added < 0 && !index_builder_lacks_room(import->builder))
        log_error("import: no memory");
    else if (added == 0)
        added = catalogue_add(import->writer, item, product, is_new) < 0 ||
                        catalogue_add_words(import->writer, import->builder, product) < 0
                    ? -1
                    : 0;
    if (added == 0 && import->embedding != NULL)
        embedding_take(import->embedding, item, product, is_new);
    import->failed = import->failed || added < 0;
    return added;
}

static void
take_row(void *owner, const struct feed_row *row)
{
    struct import *import = owner;
    struct row_problem problem;
    int added;

    if (import->failed)
        return;
    if (row_read(row, import->currency, import->settings->strict, &import->item, &problem) < 0) {
        refused_value(import, row, problem.field, problem.reason);
        return;
    }
    if ((added = add(import, &import->item)) > 0)
        refused_value(import, row, "id", "there was a row with this id before");
    else if (added == 0) {
        see_currency(import, &problem);
        taken(import, row, &problem);
    }
}

/* -- rows of a patch ----------------------------------------------------------------------------- */

/* Read ROW into the item: over the variant of that id, where there is one (*KNOWN). *CHANGED: it has other
 * texts than that. Returns 0, or -1 when it was refused. */
static int
read_patch_row(struct import *import, const struct feed_row *row, bool *known, bool *changed,
               struct row_problem *problem)
{
    const char *id = row_id(row, &import->item), *money = import->currency;
    int found = id == NULL ? 0 : catalogue_patch_find(import->patch, id, &import->old);

    *known = found > 0;
    *changed = false;
    import->failed = import->failed || found < 0;
    if (found < 0)
        return -1;
    if (*known) {
        patch_overlay(&import->old, row, &import->merged);
        import->merged.row.texts[FEED_ID] = import->old.id;
        if (money[0] == '\0')
            money = import->old.currency;
    }
    if (row_read(*known ? &import->merged.row : row, money, import->settings->strict, &import->item,
                 problem) < 0) {
        if (!*known && problem->field != NULL && strcmp(problem->field, feed_name(FEED_TITLE)) == 0)
            problem->reason = "missing, and the catalogue has no variant of this id";
        refused_value(import, row, problem->field, problem->reason);
        return -1;
    }
    if (*known)
        *changed = patch_keep(&import->old, row, &import->item);
    return 0;
}

/* The item stands on LINE of the patch, perhaps not for the first time. Returns 0, or -1 without memory. */
static int
note_line(struct import *import, long line)
{
    bool is_new;
    uint32_t number = keys_add(import->ids, import->item.id, &is_new);
    size_t room = import->line_room + import->line_room / 2 + 1024;
    long *lines;

    if (number == KEY_NONE)
        return -1;
    if (number >= import->line_room) {
        if ((lines = realloc(import->lines, room * sizeof *lines)) == NULL)
            return -1;
        import->lines = lines;
        import->line_room = room;
    }
    import->lines[number] = line;
    return 0;
}

/* Whether no row behind LINE is of the item's id. */
static bool
is_last(struct import *import, long line)
{
    bool is_new;
    uint32_t number = keys_add(import->ids, import->item.id, &is_new);

    return number == KEY_NONE || is_new || import->lines[number] == line;
}

/* The first time: prices and stock go to the copy, of several rows of one id the last ones. */
static void
patch_row(void *owner, const struct feed_row *row)
{
    struct import *import = owner;
    struct row_problem problem;
    bool known, changed;

    if (import->failed || read_patch_row(import, row, &known, &changed, &problem) < 0)
        return;
    import->rebuild =
        import->rebuild || !known || changed || (import->unpriced && import->item.price != PRICE_NONE);
    if (known && catalogue_patch_set(import->patch, &import->item) < 0)
        import->failed = true;
    if (note_line(import, row->line) < 0) {
        log_error("import: no memory");
        import->failed = true;
    }
    see_currency(import, &problem);
    taken(import, row, &problem);
}

/* The second time: all that the patch brings goes to a catalogue made anew. */
static void
rebuild_row(void *owner, const struct feed_row *row)
{
    struct import *import = owner;
    struct row_problem problem;
    bool known, changed;

    if (import->failed || read_patch_row(import, row, &known, &changed, &problem) < 0)
        return;
    if (is_last(import, row->line))
        add(import, &import->item);
    else if (changed) /* its prices are in the copy, and its texts nowhere */
        report_noted(&import->report, row->line, "id", "a later row has this id too: its texts count");
}

/* -- the whole ----------------------------------------------------------------------------------- */

/* Read the feed from its beginning, its rows to ROW. */
static int
read_feed(struct import *import, void (*row)(void *owner, const struct feed_row *row))
{
    const struct feed_sink sink = { row, refused, noted, import };
    feed_reader *reader;

    source_close(&import->source);
    if ((import->source = source_open(import->folder.feed)) == NULL ||
        (reader = feed_detect(import->source)) == NULL ||
        reader(import->source, import->currency, &sink) < 0 || import->failed)
        return -1;
    if (import->counts->variants > 0)
        return 0;
    log_error("%s: not one row can be read: the catalogue stays as it was", import->settings->feed);
    return -1;
}

/* Begin a catalogue made anew. */
static int
open_language(struct import *import)
{
    if ((import->stemmer = stemmer_new(import->settings->language)) == NULL) {
        log_error("import: no stemmer for the language %s", import->settings->language);
        return -1;
    }
    if ((import->lexicon = lexicon_new(import->stemmer)) == NULL) {
        log_error("import: no memory");
        return -1;
    }
    return 0;
}

/* Where a large import puts aside what does not fit into its memory: beside the catalogue. */
static char *
spill_folder(const char *catalogue)
{
    const char *slash = strrchr(catalogue, '/'), *folder = getenv("TMPDIR");

    if (strstr(catalogue, "://") != NULL)
        return strdup(folder != NULL ? folder : "/tmp");
    return slash == NULL ? strdup(".") : strndup(catalogue, (size_t)(slash - catalogue) + 1);
}

static int
new_builder(struct import *import)
{
    char *folder = spill_folder(import->settings->catalogue);

    if (folder == NULL)
        log_error("import: no memory");
    else
        import->builder = index_builder_new(import->lexicon, folder, IMPORT_MEMORY);
    free(folder);
    return import->builder == NULL ? -1 : 0;
}

static int
begin(struct import *import)
{
    const struct import_settings *settings = import->settings;
    struct catalogue_away away = settings->away;

    if (new_builder(import) < 0)
        return -1;
    if (settings->options != NULL && settings->options->embedding_url[0] != '\0')
        import->embedding = embedding_begin(settings->options, settings->vectors); /* or it goes without */
    away.vectors = away.vectors && import->embedding != NULL;
    import->writer = catalogue_begin(settings->catalogue, settings->language, away);
    return import->writer == NULL ? -1 : 0;
}

static void
show_vectors(void *owner, int64_t done, int64_t of)
{
    report_step(&((struct import *)owner)->report, "vectors", done, of);
}

/* The vectors, as far as the server gives them. Returns -1 when they can't be written (logged). */
static int
keep_vectors(struct import *import)
{
    const struct embedding_sink sink = { catalogue_save_section, catalogue_add_vector, import->writer };
    uint32_t products = (uint32_t)import->counts->products;

    if (import->embedding == NULL)
        return 0;
    embedding_wait(import->embedding, show_vectors, import);
    if (embedding_save(import->embedding, products, &sink) < 0)
        return -1;
    import->counts->unembedded = embedding_counts(import->embedding)->missing;
    return 0;
}

/* What a catalogue says of itself, where SAY keeps it: its digest, made of the sections that LOAD gives, and
 * a version of its own. */
static int
describe(struct import *import, void *(*load)(void *catalogue, const char *section, size_t *size),
         int (*say)(void *catalogue, const char *name, const char *value), void *catalogue)
{
    char version[ID_SIZE], *facets = facets_text(import->lexicon, import->settings->language,
                                                 clock_wall_ms() / 1000, load, catalogue);
    int status;

    id_random(version);
    version[VERSION_DIGITS] = '\0';
    status = facets == NULL || say(catalogue, "facets", facets) < 0 || say(catalogue, "version", version) < 0
                 ? -1
                 : 0;
    free(facets);
    return status;
}

/* Put the catalogue made anew in its place. */
static int
keep(struct import *import)
{
    import->counts->products = index_builder_products(import->builder);
    if (index_builder_save(import->builder, catalogue_save_section, import->writer) < 0)
        return -1;
    index_builder_destroy(&import->builder);
    if (describe(import, catalogue_saved_section, catalogue_set, import->writer) < 0 ||
        keep_vectors(import) < 0)
        return -1;
    return catalogue_finish(&import->writer);
}

/* Put the patched one in its place; other prices have another digest. */
static int
keep_patched(struct import *import)
{
    if (describe(import, catalogue_patch_section, catalogue_patch_say, import->patch) < 0)
        return -1;
    return catalogue_patch_finish(&import->patch);
}

static int
run_snapshot(struct import *import)
{
    return begin(import) < 0 || read_feed(import, take_row) < 0 ? -1 : keep(import);
}

/* Add all variants that the patch leaves alone. */
static int
add_others(struct import *import)
{
    int status;

    while ((status = catalogue_patch_next(import->patch, &import->old)) > 0)
        if (add(import, &import->old) < 0)
            return -1;
    return status;
}

/* The currency of the catalogue that is patched. */
static void
read_currency(struct import *import)
{
    size_t size;
    char *currency = catalogue_patch_section(import->patch, "currency", &size);

    if (currency != NULL && size >= sizeof import->first)
        memcpy(import->first, currency, sizeof import->first - 1);
    import->unpriced = import->first[0] == '\0';
    free(currency);
}

static int
begin_patch(struct import *import)
{
    if ((import->patch = catalogue_patch_begin(import->settings->catalogue)) == NULL)
        return -1;
    read_currency(import);
    if ((import->ids = keys_new()) != NULL)
        return 0;
    log_error("import: no memory");
    return -1;
}

static int
run_patch(struct import *import)
{
    if (begin_patch(import) < 0 || read_feed(import, patch_row) < 0)
        return -1;
    if (!import->rebuild)
        return keep_patched(import);
    import->silent = true;
    if (begin(import) < 0 || read_feed(import, rebuild_row) < 0 || add_others(import) < 0)
        return -1;
    return keep(import);
}

/* What came of the vectors, to OUT. */
static void
say_vectors(const struct import *import, char *out, size_t size)
{
    const struct embedding_counts *counts = embedding_counts(import->embedding);
    int used = snprintf(out, size, "; vectors: %lld texts asked for, %lld products known",
                        (long long)counts->asked, (long long)counts->known);

    if (counts->missing > 0)
        snprintf(out + used, size - (size_t)used,
                 ", %lld products without one: found by their words, import again to complete them",
                 (long long)counts->missing);
}

static void
summarise(struct import *import, int status, int64_t ms)
{
    const struct import_counts *counts = import->counts;
    char summary[512], products[48] = "";
    int size;

    if (counts->products > 0)
        snprintf(products, sizeof products, "%lld products in ", (long long)counts->products);
    size = snprintf(summary, sizeof summary, "%.200s: %s%lld variants of %lld rows, %lld refused, in %.1f s",
                    import->settings->feed, products, (long long)counts->variants, (long long)counts->rows,
                    (long long)counts->refused, (double)ms / 1000);
    if (status < 0)
        snprintf(summary + size, sizeof summary - (size_t)size, "; nothing was changed");
    else if (is_patch(import))
        snprintf(summary + size, sizeof summary - (size_t)size, "; %s",
                 import->rebuild ? "what the patch leaves out stays"
                                 : "prices and stock only, the index stays");
    if (status == 0 && import->embedding != NULL)
        say_vectors(import, summary + strlen(summary), sizeof summary - strlen(summary));
    report_close(&import->report, summary);
}

int
import_run(const struct import_settings *settings, struct import_counts *counts)
{
    struct import *import = calloc(1, sizeof *import);
    int64_t started = clock_now_ms();
    struct catalogue_lock *lock = NULL;
    int status = -1;

    *counts = (struct import_counts) { 0 };
    if (import == NULL) {
        log_error("import: no memory");
        return -1;
    }
    import->settings = settings;
    import->counts = counts;
    if (report_open(&import->report, settings->report, settings->feed, settings->quiet) < 0) {
        free(import);
        return -1;
    }
    if (folder_open(&import->folder, settings->feed) == 0 &&
        (lock = catalogue_lock(settings->catalogue)) != NULL && open_language(import) == 0) {
        take_currency(import);
        status = is_patch(import) ? run_patch(import) : run_snapshot(import);
    }
    keys_destroy(&import->ids);
    free(import->lines);
    index_builder_destroy(&import->builder);
    catalogue_abandon(&import->writer);
    catalogue_patch_abandon(&import->patch);
    source_close(&import->source);
    lexicon_destroy(&import->lexicon);
    stemmer_destroy(&import->stemmer);
    summarise(import, status, clock_now_ms() - started);
    embedding_end(&import->embedding, status == 0);
    catalogue_unlock(&lock);
    folder_close(&import->folder);
    free(import);
    return status;
}
