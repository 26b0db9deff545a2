#ifndef COMMON_UTF8_H
#define COMMON_UTF8_H

#include <stddef.h>

/* How many bytes the UTF-8 sequence at TEXT has, of SIZE (1 or more) there; 0 when it is none (overlong,
 * surrogate, cut). */
size_t utf8_sequence(const char *text, size_t size);

/* How many of the first bytes of TEXT are ASCII that stands in a JSON string for itself: no control
 * character, quote or backslash. */
size_t utf8_plain(const char *text, size_t size);

/* How many of the first LIMIT bytes of TEXT are whole characters, where it is to be cut: the byte behind them
 * (of the rest, or the 0) is read. */
size_t utf8_cut(const char *text, size_t limit);

#endif
