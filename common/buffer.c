#include "common/buffer.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/utf8.h"

void
buffer_clear(struct buffer *buffer)
{
    free(buffer->bytes);
    *buffer = (struct buffer) { 0 };
}

void
buffer_reset(struct buffer *buffer)
{
    buffer->size = 0;
    if (buffer->bytes != NULL)
        buffer->bytes[0] = '\0';
}

char *
buffer_room(struct buffer *buffer, size_t size)
{
    size_t wanted, capacity = buffer->capacity ? buffer->capacity : 64;
    char *bytes;

    if (buffer->failed)
        return NULL;
    if (size > SIZE_MAX / 4 || buffer->size > SIZE_MAX / 4) {
        buffer->failed = true;
        return NULL;
    }
    wanted = buffer->size + size + 1;
    if (wanted > buffer->capacity) {
        while (capacity < wanted)
            capacity *= 2;
        if ((bytes = realloc(buffer->bytes, capacity)) == NULL) {
            buffer->failed = true;
            return NULL;
        }
        buffer->bytes = bytes;
        buffer->capacity = capacity;
    }
    return buffer->bytes + buffer->size;
}

void
buffer_append_slowly(struct buffer *buffer, const void *bytes, size_t size)
{
    char *room = buffer_room(buffer, size);

    if (room == NULL)
        return;
    if (size > 0)
        memcpy(room, bytes, size);
    buffer->size += size;
    buffer->bytes[buffer->size] = '\0';
}

void
buffer_number(struct buffer *buffer, int64_t number)
{
    char digits[20], *first = digits + sizeof digits;
    uint64_t left = number < 0 ? -(uint64_t)number : (uint64_t)number;

    do
        *--first = (char)('0' + left % 10);
    while ((left /= 10) > 0);
    if (number < 0)
        buffer_append(buffer, "-", 1);
    buffer_append(buffer, first, (size_t)(digits + sizeof digits - first));
}

void
buffer_printf(struct buffer *buffer, const char *format, ...)
{
    va_list arguments;
    char *room;
    int size;

    va_start(arguments, format);
    size = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (size < 0 || (room = buffer_room(buffer, (size_t)size)) == NULL) {
        buffer->failed = true;
        return;
    }
    va_start(arguments, format);
    vsnprintf(room, (size_t)size + 1, format, arguments);
    va_end(arguments);
    buffer->size += (size_t)size;
}

static void
append_escaped(struct buffer *buffer, unsigned char c)
{
    static const char letters[] = "btn.fr"; /* \b is 8; 11 has no letter */

    if (c == '"' || c == '\\')
        buffer_append(buffer, (char[]) { '\\', (char)c }, 2);
    else if (c >= 8 && c <= 13 && c != 11)
        buffer_append(buffer, (char[]) { '\\', letters[c - 8] }, 2);
    else
        buffer_printf(buffer, "\\u%04x", c);
}

void
buffer_json_string(struct buffer *buffer, const char *text, size_t size)
{
    size_t plain = 0; /* start of what needs no change */

    buffer_append(buffer, "\"", 1);
    for (size_t i = utf8_plain(text, size); i < size; i += utf8_plain(text + i, size - i)) {
        size_t length = utf8_sequence(text + i, size - i);

        if (length > 1) {
            i += length;
            continue;
        }
        buffer_append(buffer, text + plain, i - plain);
        if (length == 0)
            buffer_text(buffer, "\xEF\xBF\xBD");
        else
            append_escaped(buffer, (unsigned char)text[i]);
        plain = ++i;
    }
    buffer_append(buffer, text + plain, size - plain);
    buffer_append(buffer, "\"", 1);
}

void
buffer_drop(struct buffer *buffer, size_t size)
{
    if (buffer->bytes == NULL)
        return;
    if (size > buffer->size)
        size = buffer->size;
    memmove(buffer->bytes, buffer->bytes + size, buffer->size - size + 1);
    buffer->size -= size;
}

const char *
buffer_string(const struct buffer *buffer)
{
    return buffer->bytes != NULL ? buffer->bytes : "";
}

char *
buffer_take(struct buffer *buffer)
{
    char *bytes = buffer->bytes;

    if (buffer->failed) {
        buffer_clear(buffer);
        return NULL;
    }
    *buffer = (struct buffer) { 0 };
    return bytes != NULL ? bytes : calloc(1, 1);
}
