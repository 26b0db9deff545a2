#ifndef WARDROBE_REPORT_H
#define WARDROBE_REPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* What is said of an import: a progress bar, each row that was refused and why, and how it ended. On standard
 * error as much as a person reads; in a file, where one is wanted, all of it. */

struct report {
    FILE *file;       /* or NULL for none */
    bool quiet;       /* no progress bar */
    int64_t shown_ms; /* when the bar was drawn last; 0 when there is none */
    int64_t refused, noted;
};

/* Begin a report of the import of FEED. PATH: the file, or NULL for none. Returns 0, or -1 when it can't be
 * written (logged). */
int report_open(struct report *report, const char *path, const char *feed, bool quiet);

/* A row was refused; FIELD "" when it is the whole row. */
void report_refused(struct report *report, long line, const char *field, const char *reason);

/* A row was taken with something left out, or left out though it is no mistake. */
void report_noted(struct report *report, long line, const char *field, const char *reason);

/* Draw the bar, at most ten times a second: DONE of SIZE bytes, ROWS read. */
void report_progress(struct report *report, int64_t done, int64_t size, int64_t rows);

/* Draw the bar of what follows the rows: DONE of so many THINGS. */
void report_step(struct report *report, const char *things, int64_t done, int64_t of);

/* The end: SUMMARY is one line. */
void report_close(struct report *report, const char *summary);

#endif
