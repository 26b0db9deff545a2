#ifndef COMMON_BUFFER_H
#define COMMON_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Bytes that grow. {0} is an empty one. What is appended to many times remembers a failure
 * (no memory) in `failed`, and is asked once at the end. The bytes are followed by a NUL that is
 * not counted, so that they can be used as a string. */
struct buffer {
    char *bytes;     /* NULL while nothing was ever appended */
    size_t size;     /* bytes used, the NUL left out */
    size_t capacity; /* bytes there */
    bool failed;     /* an append had no memory; the buffer holds what came before it */
};

/* Free BUFFER's bytes and make it empty, with no failure. */
void buffer_clear(struct buffer *buffer);

/* Forget what BUFFER holds, keep its memory. */
void buffer_reset(struct buffer *buffer);

/* What buffer_append() does where there may be no room. */
void buffer_append_slowly(struct buffer *buffer, const void *bytes, size_t size);

/* Append SIZE bytes. Here, since JSON is written in pieces of a few bytes each. */
static inline void
buffer_append(struct buffer *buffer, const void *bytes, size_t size)
{
    if (size == 0 || size >= buffer->capacity - buffer->size || buffer->failed) {
        buffer_append_slowly(buffer, bytes, size);
        return;
    }
    memcpy(buffer->bytes + buffer->size, bytes, size);
    buffer->size += size;
    buffer->bytes[buffer->size] = '\0';
}

/* Append the string TEXT. */
static inline void
buffer_text(struct buffer *buffer, const char *text)
{
    buffer_append(buffer, text, strlen(text));
}

/* Append NUMBER in decimal. */
void buffer_number(struct buffer *buffer, int64_t number);

/* Append as printf does. */
void buffer_printf(struct buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Append SIZE bytes of UTF-8 as a JSON string with its quotes. Invalid UTF-8 becomes U+FFFD. */
void buffer_json_string(struct buffer *buffer, const char *text, size_t size);

/* Drop the first SIZE bytes (at most all of them). */
void buffer_drop(struct buffer *buffer, size_t size);

/* Make room for SIZE further bytes; returns where they go, or NULL (and `failed`). */
char *buffer_room(struct buffer *buffer, size_t size);

/* BUFFER's string, "" where it never held anything. Good until the next append. */
const char *buffer_string(const struct buffer *buffer);

/* Take the bytes out, as a string that the caller frees; BUFFER is empty then. NULL when it failed. */
char *buffer_take(struct buffer *buffer);

#endif
