#ifndef COMMON_LOG_H
#define COMMON_LOG_H

#include <stdint.h>

/* One line on standard error for each thing worth saying: time, level, daemon, then a sentence
 * with key=value. No secrets, no shopper's words. A call site that repeats itself more than
 * 20 times a second is quiet for the rest of it and then says how many lines it left out. */

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

/* Name the daemon, for all lines to come. NAME is kept, not copied. */
void log_start(const char *name);

/* Say lines of LEVEL ("error", "warning", "info", "debug") and graver ones only.
 * Returns -1 for another word. */
int log_set_level(const char *level);

/* What an attempt that is made again and again has said, so that it says the same only once. */
struct log_memory {
    uint64_t before[8], now[8]; /* lines of the last attempt, and of this one, as numbers */
    int before_count, now_count;
};

/* An attempt begins: this thread's lines that the last one with MEMORY had are left out until log_forget().
 */
void log_remember(struct log_memory *memory);
void log_forget(void);

struct log_site; /* what is known of one call site; see the macro */

void log_line(struct log_site *site, enum log_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

struct log_site {
    long second; /* the second that is counted */
    int count;   /* lines in it */
};

#define LOG_AT(level, ...)                                                                                   \
    do {                                                                                                     \
        static struct log_site log_site_here;                                                                \
        log_line(&log_site_here, level, __VA_ARGS__);                                                        \
    } while (0)

#define log_error(...) LOG_AT(LOG_ERROR, __VA_ARGS__)
#define log_warning(...) LOG_AT(LOG_WARNING, __VA_ARGS__)
#define log_info(...) LOG_AT(LOG_INFO, __VA_ARGS__)
#define log_debug(...) LOG_AT(LOG_DEBUG, __VA_ARGS__)

#endif
