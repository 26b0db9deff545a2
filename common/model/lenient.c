#include "common/model/lenient.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/buffer.h"
#include "common/json_quick.h"

/* The value of \uXXXX at P, or -1. */
static long
escape(const char *p, const char *end)
{
    char digits[5] = { 0 };

    if (end - p < 6 || p[0] != '\\' || p[1] != 'u')
        return -1;
    for (int i = 0; i < 4; i++) {
        if (!isxdigit((unsigned char)p[2 + i]))
            return -1;
        digits[i] = p[2 + i];
    }
    return strtol(digits, NULL, 16);
}

/* A copy of the text in which lone surrogates are \uFFFD. It has the same size. NULL when there are none. */
static char *
mend_surrogates(const char *bytes, size_t size)
{
    char *copy = malloc(size + 1), *end;
    bool mended = false;

    if (copy == NULL)
        return NULL;
    end = copy + size;
    memcpy(copy, bytes, size);
    copy[size] = '\0';
    for (char *p = copy; p < end; p++) {
        long unit;

        if (*p != '\\')
            continue;
        unit = escape(p, end);
        if (unit >= 0xD800 && unit <= 0xDBFF) {
            long low = escape(p + 6, end);
            if (low >= 0xDC00 && low <= 0xDFFF) {
                p += 11;
                continue;
            }
        }
        if (unit >= 0xD800 && unit <= 0xDFFF) {
            memcpy(p, "\\uFFFD", 6);
            mended = true;
        }
        p++; /* the escaped character, so that \\u is no escape */
    }
    if (mended)
        return copy;
    free(copy);
    return NULL;
}

json_t *
lenient_read(const char *bytes, size_t size)
{
    json_error_t error;
    json_t *value = json_quick_read(bytes, size, true);
    char *mended;

    if (json_is_object(value) || json_is_array(value))
        return value;
    json_decref(value);
    value = json_loadb(bytes, size, JSON_ALLOW_NUL, &error);
    if (value != NULL || json_error_code(&error) != json_error_invalid_syntax ||
        memmem(bytes, size, "\\u", 2) == NULL)
        return value;
    if ((mended = mend_surrogates(bytes, size)) == NULL)
        return NULL;
    value = json_loadb(mended, size, JSON_ALLOW_NUL, &error);
    free(mended);
    return value;
}

char *
lenient_string(const char *text, size_t size)
{
    struct buffer out = { 0 };
    const char *nul;

    while ((nul = memchr(text, '\0', size)) != NULL) {
        size_t before = (size_t)(nul - text);
        buffer_append(&out, text, before);
        buffer_text(&out, "\xEF\xBF\xBD");
        text += before + 1, size -= before + 1;
    }
    buffer_append(&out, text, size);
    return buffer_take(&out);
}

char *
lenient_cut(const char *text, size_t size, size_t limit)
{
    char *cut;

    if (size > limit) {
        size = limit;
        while (size > 0 && ((unsigned char)text[size] & 0xC0) == 0x80)
            size--;
    }
    if ((cut = malloc(size + 1)) == NULL)
        return NULL;
    for (size_t i = 0; i < size; i++)
        cut[i] = (unsigned char)text[i] < 0x20 || text[i] == 0x7F ? ' ' : text[i];
    cut[size] = '\0';
    return cut;
}
