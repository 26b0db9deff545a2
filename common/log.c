#include "common/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define LINES_A_SECOND 20 /* from one call site */

static const char *daemon_name = "ensemble";
static enum log_level least = LOG_INFO;
static _Thread_local struct log_memory *remembered;

static const char *const level_names[] = { "error", "warning", "info", "debug" };

void
log_start(const char *name)
{
    daemon_name = name;
}

int
log_set_level(const char *level)
{
    for (size_t i = 0; i < sizeof level_names / sizeof *level_names; i++)
        if (strcmp(level, level_names[i]) == 0) {
            least = (enum log_level)i;
            return 0;
        }
    return -1;
}

/* Control characters in a line would let a peer forge another, or command the terminal that shows it (U+0080
 * to U+009F too): they become blanks. */
static void
make_printable(char *line)
{
    for (unsigned char *c = (unsigned char *)line; *c != '\0'; c++) {
        if (*c < 0x20 || *c == 0x7F)
            *c = ' ';
        else if (c[0] == 0xC2 && c[1] >= 0x80 && c[1] < 0xA0)
            c[0] = c[1] = ' ';
    }
}

static void
write_line(enum log_level level, const struct timespec *now, const char *line)
{
    struct tm calendar;
    char when[32];

    gmtime_r(&now->tv_sec, &calendar);
    strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%S", &calendar);
    fprintf(stderr, "%s.%03ldZ %-7s %s: %s\n", when, now->tv_nsec / 1000000, level_names[level], daemon_name,
            line);
}

void
log_remember(struct log_memory *memory)
{
    memcpy(memory->before, memory->now, sizeof memory->before);
    memory->before_count = memory->now_count;
    memory->now_count = 0;
    remembered = memory;
}

void
log_forget(void)
{
    remembered = NULL;
}

/* Whether the last attempt has said LINE too. */
static bool
was_said(const char *line)
{
    uint64_t number = UINT64_C(14695981039346656037);

    if (remembered == NULL)
        return false;
    for (; *line != '\0'; line++)
        number = (number ^ (unsigned char)*line) * UINT64_C(1099511628211);
    if (remembered->now_count < (int)(sizeof remembered->now / sizeof *remembered->now))
        remembered->now[remembered->now_count++] = number;
    for (int i = 0; i < remembered->before_count; i++)
        if (remembered->before[i] == number)
            return true;
    return false;
}

void
log_line(struct log_site *site, enum log_level level, const char *format, ...)
{
    struct timespec now;
    va_list arguments;
    char line[1024];

    if (level > least)
        return;
    clock_gettime(CLOCK_REALTIME, &now);
    if (site->second != now.tv_sec) {
        if (site->count > LINES_A_SECOND) {
            snprintf(line, sizeof line, "%d lines like the next were left out", site->count - LINES_A_SECOND);
            write_line(level, &now, line);
        }
        site->second = now.tv_sec;
        site->count = 0;
    }
    if (++site->count > LINES_A_SECOND)
        return;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    make_printable(line);
    if (was_said(line))
        return;
    write_line(level, &now, line);
}
