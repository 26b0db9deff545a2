#include "common/options.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"

enum option_type { OPTION_TEXT, OPTION_NUMBER, OPTION_YES, OPTION_SECRET };

struct option_line {
    const char *flag, *environment;
    enum option_type type;
    const char *fallback, *unit, *who;
    bool reload;
    const char *help;
    size_t place; /* of the member in struct options */
};

#define TEXT OPTION_TEXT
#define NUMBER OPTION_NUMBER
#define YES OPTION_YES
#define SECRET OPTION_SECRET
static const struct option_line lines[] = {
#define OPTION(name, flag, environment, type, fallback, unit, who, reload, help)                             \
    { flag, environment, type, fallback, unit, who, reload, help, offsetof(struct options, name) },
#include "common/options.def"
};
#undef TEXT
#undef NUMBER
#undef YES
#undef SECRET
#define LINES (sizeof lines / sizeof *lines)

/* The texts of one struct options, freed together. */
struct owned_text {
    struct owned_text *next;
    char text[];
};

static bool
is_for(const struct option_line *line, const char *daemon)
{
    char letter = (char)(daemon[0] - 'a' + 'A');

    return line->who[0] == '*' || strchr(line->who, letter) != NULL;
}

static const char *
keep(struct options *options, const char *value)
{
    size_t size = strlen(value) + 1;
    struct owned_text *owned = malloc(sizeof *owned + size);

    if (owned == NULL)
        abort();
    memcpy(owned->text, value, size);
    owned->next = options->owned;
    options->owned = owned;
    return owned->text;
}

/* Set LINE's member from VALUE, which came from SOURCE (its flag or its environment name). */
static int
set(struct options *options, const struct option_line *line, const char *value, const char *source)
{
    bool is_port = strcmp(line->unit, "port") == 0;
    void *member = (char *)options + line->place;
    char *end;
    int64_t amount;

    if (line->type == OPTION_TEXT || line->type == OPTION_SECRET) {
        const char *kept = keep(options, value);

        memcpy(member, &kept, sizeof kept);
        return 0;
    }
    errno = 0;
    amount = strtoll(value, &end, 10);
    if (end == value || *end != '\0' || errno != 0 || amount < 0 ||
        (line->type == OPTION_YES && amount > 1) || (is_port && amount > 65535)) {
        log_error("option %s=%s: wants %s", source, value,
                  line->type == OPTION_YES ? "0 or 1"
                  : is_port                ? "a port, 0 to 65535"
                                           : "a whole number, 0 or more");
        return -1;
    }
    memcpy(member, &amount, sizeof amount);
    return 0;
}

/* The first line of the file that ENVIRONMENT_FILE names, as the value of a secret. */
static int
set_from_file(struct options *options, const struct option_line *line)
{
    char name[80], secret[4096];
    const char *path;
    FILE *file;

    snprintf(name, sizeof name, "%s_FILE", line->environment);
    if ((path = getenv(name)) == NULL || path[0] == '\0')
        return 0;
    if ((file = fopen(path, "r")) == NULL) {
        log_error("option %s=%s: %s", name, path, strerror(errno));
        return -1;
    }
    if (fgets(secret, sizeof secret, file) == NULL)
        secret[0] = '\0';
    fclose(file);
    secret[strcspn(secret, "\r\n")] = '\0';
    return set(options, line, secret, name);
}

static int
read_environment(struct options *options, const char *daemon, bool only_reload)
{
    for (size_t i = 0; i < LINES; i++) {
        const char *value = getenv(lines[i].environment);

        if (!is_for(&lines[i], daemon) || (only_reload && !lines[i].reload))
            continue;
        if (value != NULL && value[0] != '\0' && set(options, &lines[i], value, lines[i].environment) != 0)
            return -1;
        if (lines[i].type == OPTION_SECRET && set_from_file(options, &lines[i]) != 0)
            return -1;
    }
    return 0;
}

static const struct option_line *
line_of(const char *flag, size_t size, const char *daemon)
{
    for (size_t i = 0; i < LINES; i++)
        if (strlen(lines[i].flag) == size && memcmp(lines[i].flag, flag, size) == 0 &&
            is_for(&lines[i], daemon))
            return &lines[i];
    return NULL;
}

static int
read_flags(struct options *options, const char *daemon, int argc, char *argv[], bool only_reload)
{
    for (int i = 1; i < argc; i++) {
        const char *flag = argv[i], *value;
        const struct option_line *line;
        size_t size;

        if (strncmp(flag, "--", 2) != 0) {
            log_error("option %s: flags begin with --; see --help", flag);
            return -1;
        }
        flag += 2;
        size = strcspn(flag, "=");
        if ((line = line_of(flag, size, daemon)) == NULL) {
            log_error("option --%.*s is not one of %s's; see --help", (int)size, flag, daemon);
            return -1;
        }
        if (flag[size] == '=')
            value = flag + size + 1;
        else if (line->type == OPTION_YES)
            value = "1";
        else if (i + 1 < argc)
            value = argv[++i];
        else {
            log_error("option --%s wants a value: %s", line->flag, line->help);
            return -1;
        }
        if ((!only_reload || line->reload) && set(options, line, value, line->flag) != 0)
            return -1;
    }
    return 0;
}

static void
print_help(const char *daemon)
{
    printf("usage: %s [--OPTION VALUE]...\n\n", daemon);
    for (size_t i = 0; i < LINES; i++) {
        if (!is_for(&lines[i], daemon))
            continue;
        printf("  --%s %s\n      %s", lines[i].flag, lines[i].unit, lines[i].help);
        if (lines[i].fallback[0] != '\0')
            printf(" (%s)", lines[i].fallback);
        printf("; %s%s\n", lines[i].environment,
               lines[i].type == OPTION_SECRET ? " or its _FILE"
               : lines[i].reload              ? ", read again on SIGHUP"
                                              : "");
    }
}

enum options_outcome
options_read(struct options *options, const char *daemon, int argc, char *argv[])
{
    memset(options, 0, sizeof *options);
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0) {
            print_help(daemon);
            return OPTIONS_HELP;
        }
    for (size_t i = 0; i < LINES; i++)
        if (set(options, &lines[i], lines[i].fallback, lines[i].flag) != 0)
            abort(); /* options.def is wrong */
    if (read_environment(options, daemon, false) != 0 ||
        read_flags(options, daemon, argc, argv, false) != 0) {
        options_clear(options);
        return OPTIONS_BAD;
    }
    return OPTIONS_OK;
}

void
options_reload(struct options *options, const char *daemon, int argc, char *argv[])
{
    if (read_environment(options, daemon, true) != 0 || read_flags(options, daemon, argc, argv, true) != 0)
        log_warning("options: a value that can't be read keeps the old one");
}

void
options_clear(struct options *options)
{
    for (struct owned_text *owned = options->owned, *next; owned != NULL; owned = next) {
        next = owned->next;
        free(owned);
    }
    memset(options, 0, sizeof *options);
}

char *
options_path(const struct options *options, const char *path)
{
    char *joined;

    if (path[0] == '/' || strstr(path, "://") != NULL)
        joined = strdup(path);
    else if (asprintf(&joined, "%s/%s", options->state_dir, path) < 0)
        joined = NULL;
    if (joined == NULL)
        abort();
    return joined;
}
