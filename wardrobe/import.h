#ifndef WARDROBE_IMPORT_H
#define WARDROBE_IMPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/options.h"
#include "wardrobe/catalogue.h"

/* `wardrobe import FEED`: a merchant's file becomes the catalogue. */

struct import_settings {
    const char *feed;              /* the file, or a folder of the Agentic Commerce Protocol */
    const char *catalogue;         /* where the catalogue is to be */
    const char *currency;          /* of prices that name none, or "" */
    const char *language;          /* of the texts, as libstemmer names it */
    const char *report;            /* a file for all that is said of it, or NULL */
    const struct options *options; /* those about embeddings; NULL: none are made */
    const char *vectors;           /* the file of those that were paid for */
    bool strict;                   /* rows without price or availability are refused */
    bool quiet;                    /* no progress bar */
    struct catalogue_away away;    /* the server is to look words up */
    bool patch;                    /* rows change what is there, and delete nothing */
};

struct import_counts {
    int64_t rows, refused, noted; /* read in all, of which refused, and taken with a note */
    int64_t unembedded;           /* products that have no vector, where they should */
    int64_t products, variants;   /* products: 0 after a patch that left the index as it was */
};

/* Import; what is refused, and how it ended, is said on standard error and in the report. Waits while another
 * import of the same catalogue is under way. Returns 0, or -1 when nothing was changed (logged). */
int import_run(const struct import_settings *settings, struct import_counts *counts);

/* The subcommand: ARGV without the program's own name. Returns what main() is to return. */
int import_main(int argc, char *argv[]);

#endif
