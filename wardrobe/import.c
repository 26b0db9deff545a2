/* import -- a merchant's file becomes the catalogue; see import.h.
 *
 *     source -> feed reader -> row -> record (catalogue_add) and index (index_builder_add) -> catalogue_finish */

#include "wardrobe/import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/id.h"
#include "common/log.h"
#include "common/options.h"
#include "wardrobe/catalogue.h"
#include "wardrobe/feed.h"
#include "wardrobe/index.h"
#include "wardrobe/row.h"

#define REFUSALS_SAID 200
#define NOTES_SAID 5

struct import {
    const struct import_settings *settings;
    struct import_counts *counts;
    struct source *source;
    struct catalogue_writer *writer;
    struct index_builder *builder;
    struct item item;
    int64_t shown_ms; /* when the bar was drawn last */
    bool failed;
};

/* -- what is said on the way --------------------------------------------------------------------- */

static void
clear_bar(const struct import *import)
{
    if (import->shown_ms != 0)
        fprintf(stderr, "\r\033[K");
}

static void
draw_bar(struct import *import)
{
    int64_t now = clock_now_ms(), size = source_size(import->source);
    int done = size > 0 ? (int)(source_done(import->source) * 40 / size) : 0;

    if (import->settings->quiet || now - import->shown_ms < 100)
        return;
    import->shown_ms = now;
    fprintf(stderr, "\r[%.*s%.*s] %3d%% %lld rows", done, "########################################", 40 - done,
            "........................................", done * 100 / 40, (long long)import->counts->rows);
}

static void
refused(void *owner, long line, const char *field, const char *reason)
{
    struct import *import = owner;

    import->counts->rows++;
    if (import->counts->refused++ >= REFUSALS_SAID)
        return;
    clear_bar(import);
    fprintf(stderr, "line %ld: refused: %s%s%s\n", line, field, field[0] != '\0' ? ": " : "", reason);
}

static void
noted(void *owner, long line, const char *field, const char *reason)
{
    struct import *import = owner;

    if (import->counts->noted++ >= NOTES_SAID)
        return;
    clear_bar(import);
    fprintf(stderr, "line %ld: note: %s: %s\n", line, field, reason);
}

/* -- rows ---------------------------------------------------------------------------------------- */

static void
take_row(void *owner, const struct feed_row *row)
{
    struct import *import = owner;
    struct row_problem problem;
    uint32_t product;
    bool is_new;
    int added;

    if (import->failed)
        return;
    if (row_read(row, import->settings->currency, import->settings->strict, &import->item, &problem) < 0) {
        refused(import, row->line, problem.field, problem.reason);
        return;
    }
    if ((added = index_builder_add(import->builder, &import->item, &product, &is_new)) > 0) {
        refused(import, row->line, "id", "there was a row with this id before");
        return;
    }
    if (added < 0 || catalogue_add(import->writer, &import->item, product, is_new) < 0) {
        if (added < 0)
            log_error("import: no memory");
        import->failed = true;
        return;
    }
    if (problem.field[0] != '\0')
        noted(import, row->line, problem.field, problem.reason);
    import->counts->rows++;
    import->counts->variants++;
    if (import->counts->rows % 512 == 0)
        draw_bar(import);
}

/* -- the whole ----------------------------------------------------------------------------------- */

static int
read_feed(struct import *import)
{
    const struct feed_sink sink = { take_row, refused, noted, import };
    feed_reader *reader = feed_detect(import->source);

    if (reader == NULL || reader(import->source, import->settings->currency, &sink) < 0 || import->failed)
        return -1;
    clear_bar(import);
    if (import->counts->variants > 0)
        return 0;
    log_error("%s: not one row can be read: the catalogue stays as it was", import->settings->feed);
    return -1;
}

static int
keep(struct import *import)
{
    char version[ID_SIZE];

    id_random(version);
    version[16] = '\0';
    import->counts->products = index_builder_products(import->builder);
    if (index_builder_save(import->builder, catalogue_save_section, import->writer) < 0 ||
        catalogue_set(import->writer, "version", version) < 0)
        return -1;
    return catalogue_finish(&import->writer);
}

int
import_run(const struct import_settings *settings, struct import_counts *counts)
{
    struct import *import = calloc(1, sizeof *import);
    struct stemmer *stemmer = stemmer_new(settings->language);
    struct lexicon *lexicon = stemmer == NULL ? NULL : lexicon_new(stemmer);
    int status = -1;

    *counts = (struct import_counts){ 0 };
    if (import == NULL || stemmer == NULL || lexicon == NULL) {
        log_error(stemmer == NULL ? "import: no stemmer for the language %s" : "import: no memory (%s)", settings->language);
        goto done;
    }
    import->settings = settings;
    import->counts = counts;
    if ((import->source = source_open(settings->feed)) == NULL ||
        (import->writer = catalogue_begin(settings->catalogue, settings->language)) == NULL)
        goto done;
    if ((import->builder = index_builder_new(lexicon)) == NULL) {
        log_error("import: no memory");
        goto done;
    }
    if (read_feed(import) == 0)
        status = keep(import);
done:
    if (import != NULL) {
        index_builder_destroy(&import->builder);
        catalogue_abandon(&import->writer);
        source_close(&import->source);
    }
    lexicon_destroy(&lexicon);
    stemmer_destroy(&stemmer);
    free(import);
    return status;
}

/* -- the subcommand ------------------------------------------------------------------------------ */

static const char usage[] =
    "wardrobe import FEED [--state-dir DIR] [--catalogue FILE] [--currency USD] [--catalogue-language english] [--strict]\n"
    "  FEED       a product feed, plain or .gz; Google Merchant Center's, separated by tabs or commas\n"
    "  --currency of prices that name none\n"
    "  --strict   refuse rows without price or availability\n";

/* Take import's own words out of ARGV; what is left is for options_read(). Returns how many are left, -1 for
 * a mistake (said). */
static int
take_own(int argc, char *argv[], struct import_settings *settings)
{
    int left = 0;

    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--strict") == 0)
            settings->strict = true;
        else if (strcmp(argv[i], "--quiet") == 0)
            settings->quiet = true;
        else if (strncmp(argv[i], "--currency=", 11) == 0)
            settings->currency = argv[i] + 11;
        else if (strcmp(argv[i], "--currency") == 0 && i + 1 < argc)
            settings->currency = argv[++i];
        else if (strncmp(argv[i], "--", 2) == 0 && strchr(argv[i], '=') == NULL && strcmp(argv[i], "--help") != 0 && i + 1 < argc) {
            argv[left++] = argv[i];
            argv[left++] = argv[++i];
        } else if (argv[i][0] == '-' || left == 0)
            argv[left++] = argv[i];
        else if (settings->feed == NULL)
            settings->feed = argv[i];
        else
            return -1;
    }
    return left;
}

int
import_main(int argc, char *argv[])
{
    struct import_settings settings = { .currency = "", .quiet = !isatty(STDERR_FILENO) };
    struct import_counts counts;
    struct options options;
    int64_t started = clock_now_ms();
    int status = EXIT_FAILURE;
    char *path;

    argc = take_own(argc, argv, &settings);
    if (argc < 0 || settings.feed == NULL || (settings.currency[0] != '\0' && strlen(settings.currency) != 3)) {
        fputs(usage, stderr);
        return 2;
    }
    switch (options_read(&options, "wardrobe", argc, argv)) {
    case OPTIONS_BAD:
        return 2;
    case OPTIONS_HELP:
        return EXIT_SUCCESS;
    case OPTIONS_OK:
        break;
    }
    if ((path = options_path(&options, options.catalogue)) != NULL) {
        settings.catalogue = path;
        settings.language = options.catalogue_language;
        status = import_run(&settings, &counts) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
        if (counts.refused > REFUSALS_SAID)
            fprintf(stderr, "... and %lld rows more were refused\n", (long long)(counts.refused - REFUSALS_SAID));
        if (counts.noted > NOTES_SAID)
            fprintf(stderr, "... and %lld rows more have such a note\n", (long long)(counts.noted - NOTES_SAID));
        fprintf(stderr, "%s: %lld products in %lld variants of %lld rows, %lld refused, in %.1f s%s\n", settings.feed,
                (long long)counts.products, (long long)counts.variants, (long long)counts.rows, (long long)counts.refused,
                (double)(clock_now_ms() - started) / 1000, status == EXIT_SUCCESS ? "" : "; nothing was changed");
    }
    free(path);
    options_clear(&options);
    return status;
}
