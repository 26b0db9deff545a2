/* report -- what is said of an import; see report.h. */

#include "wardrobe/report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"

#define REFUSALS_SAID 200 /* on standard error */
#define NOTES_SAID 5

int
report_open(struct report *report, const char *path, const char *feed, bool quiet)
{
    *report = (struct report) { .quiet = quiet };
    if (path == NULL)
        return 0;
    if ((report->file = fopen(path, "we")) == NULL) {
        log_error("%s: the report can't be written: %s", path, strerror(errno));
        return -1;
    }
    fprintf(report->file, "%s\n", feed);
    return 0;
}

static void
clear_bar(struct report *report)
{
    if (report->shown_ms != 0)
        fprintf(stderr, "\r\033[K");
    report->shown_ms = 0;
}

static void
say(struct report *report, bool aloud, const char *what, long line, const char *field, const char *reason)
{
    const char *colon = field[0] != '\0' ? ": " : "";

    if (report->file != NULL)
        fprintf(report->file, "line %ld: %s: %s%s%s\n", line, what, field, colon, reason);
    if (!aloud)
        return;
    clear_bar(report);
    fprintf(stderr, "line %ld: %s: %s%s%s\n", line, what, field, colon, reason);
}

void
report_refused(struct report *report, long line, const char *field, const char *reason)
{
    say(report, report->refused++ < REFUSALS_SAID, "refused", line, field, reason);
}

void
report_noted(struct report *report, long line, const char *field, const char *reason)
{
    say(report, report->noted++ < NOTES_SAID, "note", line, field, reason);
}

void
report_progress(struct report *report, int64_t done, int64_t size, int64_t rows)
{
    int64_t now = clock_now_ms();
    int filled = size > 0 ? (int)(done * 40 / size) : 0;

    if (report->quiet || now - report->shown_ms < 100)
        return;
    report->shown_ms = now;
    fprintf(stderr, "\r[%.*s%.*s] %3d%% %lld rows", filled, "########################################",
            40 - filled, "........................................", filled * 100 / 40, (long long)rows);
}

void
report_step(struct report *report, const char *things, int64_t done, int64_t of)
{
    int64_t now = clock_now_ms();
    int filled = of > 0 ? (int)(done * 40 / of) : 0;

    if (report->quiet || now - report->shown_ms < 100)
        return;
    report->shown_ms = now;
    fprintf(stderr, "\r[%.*s%.*s] %3d%% %lld of %lld %s   ", filled,
            "########################################", 40 - filled,
            "........................................", filled * 100 / 40, (long long)done, (long long)of,
            things);
}

void
report_close(struct report *report, const char *summary)
{
    clear_bar(report);
    if (report->refused > REFUSALS_SAID)
        fprintf(stderr, "... and %lld rows more were refused%s\n",
                (long long)(report->refused - REFUSALS_SAID),
                report->file == NULL ? " (--report FILE names them all)" : "");
    if (report->noted > NOTES_SAID)
        fprintf(stderr, "... and %lld rows more have such a note\n", (long long)(report->noted - NOTES_SAID));
    fprintf(stderr, "%s\n", summary);
    if (report->file != NULL) {
        fprintf(report->file, "%s\n", summary);
        fclose(report->file);
    }
    report->file = NULL;
}
