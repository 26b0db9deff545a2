#ifndef COMMON_OPTIONS_H
#define COMMON_OPTIONS_H

#include <stdint.h>

/* struct options: a member for each line of options.def; texts are never NULL. */
struct options {
#define TEXT const char *
#define SECRET const char *
#define NUMBER int64_t
#define YES int64_t
#define OPTION(name, flag, environment, type, fallback, unit, who, reload, help) type name;
#include "common/options.def"
#undef TEXT
#undef SECRET
#undef NUMBER
#undef YES
    void *owned; /* the texts; options_clear() frees them */
};

/* What options_read() found. */
enum options_outcome { OPTIONS_OK, OPTIONS_BAD, OPTIONS_HELP };

/* Fill OPTIONS for DAEMON (its name; its first letter in capitals is its letter in options.def) from
 * the defaults, then the environment (and ENVIRONMENT_FILE for secrets), then the flags in ARGV.
 *
 * OPTIONS_BAD: one line on standard error says which option and what it wants.
 * OPTIONS_HELP: the help was printed on standard output. In both cases OPTIONS needs no clearing. */
enum options_outcome options_read(struct options *options, const char *daemon, int argc, char *argv[]);

/* Read again what options.def marks so, for SIGHUP: from environment files and flags as at the start.
 * A bad value keeps the old one (logged). */
void options_reload(struct options *options, const char *daemon, int argc, char *argv[]);

void options_clear(struct options *options);

/* PATH as it is when absolute or a URL, else below OPTIONS->state_dir; the caller frees it. */
char *options_path(const struct options *options, const char *path);

#endif
