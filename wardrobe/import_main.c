/* import_main -- `wardrobe import`: the words on its command line; see import.h. */

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/log.h"
#include "common/options.h"
#include "wardrobe/catalogue.h"
#include "wardrobe/import.h"
#include "wardrobe/watch.h"

static const char usage[] =
    "wardrobe import [FEED] [--patch] [--currency USD] [--strict] [--report FILE] [--quiet] [--watch DIR]\n"
    "                [--state-dir DIR] [--catalogue FILE] [--catalogue-language english]\n"
    "  FEED        a product feed, plain or .gz, seen by its content: Google Merchant Center (tabs, commas, "
    "RSS, Atom),\n"
    "              OpenAI (JSON Lines, CSV), Agentic Commerce Protocol (products.jsonl, or the folder that "
    "has it),\n"
    "              Shopify's product CSV\n"
    "  --patch     change what the feed names, delete nothing; prices and stock alone leave the index as it "
    "is\n"
    "  --currency  of prices that name none (Shopify's)\n"
    "  --strict    refuse rows without price or availability\n"
    "  --report    write every row that was refused to FILE, with its line, field and reason\n"
    "  --watch     stay, and import what is put into DIR; SIGHUP imports the last whole feed again. A name "
    "with\n"
    "              \".patch.\" in it is a patch. Beside each feed a .report is written\n";

/* The value of the option NAME ("--currency") at ARGV[*I], in its own word or behind '='; NULL when it is
 * another. */
static const char *
value_of(const char *name, char *argv[], int *i)
{
    size_t size = strlen(name);

    if (strncmp(argv[*i], name, size) != 0)
        return NULL;
    if (argv[*i][size] == '=')
        return argv[*i] + size + 1;
    return argv[*i][size] == '\0' && argv[*i + 1] != NULL ? argv[++*i] : NULL;
}

/* Take import's own words out of ARGV; what is left is for options_read(). Returns how many are left, -1 for
 * a mistake. */
static int
take_own(int argc, char *argv[], struct import_settings *settings, const char **watched)
{
    const char *value;
    int left = 0;

    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--strict") == 0)
            settings->strict = true;
        else if (strcmp(argv[i], "--quiet") == 0)
            settings->quiet = true;
        else if (strcmp(argv[i], "--patch") == 0)
            settings->patch = true;
        else if ((value = value_of("--currency", argv, &i)) != NULL)
            settings->currency = value;
        else if ((value = value_of("--report", argv, &i)) != NULL)
            settings->report = value;
        else if ((value = value_of("--watch", argv, &i)) != NULL)
            *watched = value;
        else if (strncmp(argv[i], "--", 2) == 0 && strchr(argv[i], '=') == NULL &&
                 strcmp(argv[i], "--help") != 0 && i + 1 < argc) {
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

static bool
is_currency(const char *code)
{
    return strlen(code) == 3 && isalpha((unsigned char)code[0]) && isalpha((unsigned char)code[1]) &&
           isalpha((unsigned char)code[2]);
}

/* Where vectors are kept for later imports of CATALOGUE: beside it. The caller frees it. */
static char *
vectors_path(const struct options *options, const char *catalogue)
{
    char *path = NULL;

    if (strstr(catalogue, "://") != NULL)
        return options_path(options, "catalogue.vectors");
    return asprintf(&path, "%s.vectors", catalogue) < 0 ? NULL : path;
}

int
import_main(int argc, char *argv[])
{
    struct import_settings settings = { .currency = "", .quiet = !isatty(STDERR_FILENO) };
    struct import_counts counts;
    struct options options;
    const char *watched = NULL;
    int status = EXIT_FAILURE;
    char *path = NULL, *vectors = NULL;

    argc = take_own(argc, argv, &settings, &watched);
    if (argc < 0 ||
        (settings.feed == NULL && watched == NULL && (argc < 2 || strcmp(argv[1], "--help") != 0)) ||
        (settings.currency[0] != '\0' && !is_currency(settings.currency))) {
        fputs(usage, stderr);
        return 2;
    }
    switch (options_read(&options, "wardrobe", argc, argv)) {
    case OPTIONS_BAD:
        return 2;
    case OPTIONS_HELP:
        fputs(usage, stdout);
        return EXIT_SUCCESS;
    case OPTIONS_OK:
        break;
    }
    if (mkdir(options.state_dir, 0750) < 0 && errno != EEXIST)
        log_error("folder %s can't be made: %s", options.state_dir, strerror(errno));
    else if ((path = options_path(&options, options.catalogue)) != NULL &&
             catalogue_away(options.catalogue_words, options.catalogue_vectors, path, &settings.away) < 0)
        status = 2;
    else if (path != NULL) {
        settings.catalogue = path;
        settings.language = options.catalogue_language;
        settings.options = &options;
        settings.vectors = vectors = vectors_path(&options, path);
        if (watched != NULL)
            status = watch_run(watched, &settings) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
        else
            status = import_run(&settings, &counts) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
    }
    free(vectors);
    free(path);
    options_clear(&options);
    return status;
}
