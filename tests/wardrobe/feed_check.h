#ifndef TESTS_WARDROBE_FEED_CHECK_H
#define TESTS_WARDROBE_FEED_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/buffer.h"
#include "wardrobe/feed.h"

/* What a reader says of a file, as text: "2 id=A title=Shirt\n" for a row on line 2, fields in their own
 * order, and "3 refused price: why\n", "4 note status: why\n". */

static void
feed_check_row(void *owner, const struct feed_row *row)
{
    buffer_printf(owner, "%ld", row->line);
    for (int i = 0; i < FEED_FIELDS; i++)
        if (row->texts[i] != NULL && row->texts[i][0] != '\0')
            buffer_printf(owner, " %s=%s", feed_name((enum feed_field)i), row->texts[i]);
    buffer_text(owner, "\n");
}

static void
feed_check_refuse(void *owner, long line, const char *field, const char *reason)
{
    buffer_printf(owner, "%ld refused %s: %s\n", line, field, reason);
}

static void
feed_check_note(void *owner, long line, const char *field, const char *reason)
{
    buffer_printf(owner, "%ld note %s: %s\n", line, field, reason);
}

/* Read SIZE bytes with READER, or, where it is NULL, with the one that is detected. Returns the reader's
 * answer, -2 when none is detected. */
static int
feed_check_bytes(feed_reader *reader, const char *bytes, size_t size, struct buffer *said)
{
    const struct feed_sink sink = { feed_check_row, feed_check_refuse, feed_check_note, said };
    int fd = memfd_create("feed", MFD_CLOEXEC), status = -2;
    struct source *source;
    char path[40];

    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, size), size);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    source = source_open(path);
    assert_non_null(source);
    if (reader == NULL)
        reader = feed_detect(source);
    if (reader != NULL)
        status = reader(source, "USD", &sink);
    source_close(&source);
    close(fd);
    return status;
}

/* FEED, whatever it is, is read to its end, and SAID comes of it. */
static inline void
feed_check(const char *feed, const char *said)
{
    struct buffer got = { 0 };

    assert_int_equal(feed_check_bytes(NULL, feed, strlen(feed), &got), 0);
    assert_string_equal(buffer_string(&got), said);
    buffer_clear(&got);
}

/* FEED can't be read on: SAID comes of it before that. */
static inline void
feed_check_fails(const char *feed, const char *said)
{
    struct buffer got = { 0 };

    assert_int_equal(feed_check_bytes(NULL, feed, strlen(feed), &got), -1);
    assert_string_equal(buffer_string(&got), said);
    buffer_clear(&got);
}

#endif
