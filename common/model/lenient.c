#include "common/model/lenient.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buffer.h"
#include "common/utf8.h"

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

/* Copy the escape at P, a lone surrogate as \uFFFD. Returns how many bytes of the text it was. */
static size_t
mend_escape(struct buffer *out, const char *p, const char *end)
{
    long unit = escape(p, end);
    long low = unit >= 0xD800 && unit <= 0xDBFF ? escape(p + 6, end) : -1;
    size_t size = unit < 0 ? 2 : low >= 0xDC00 && low <= 0xDFFF ? 12 : 6;

    if (size > (size_t)(end - p))
        size = (size_t)(end - p);
    if (size == 6 && unit >= 0xD800 && unit <= 0xDFFF)
        buffer_append(out, "\\uFFFD", 6);
    else
        buffer_append(out, p, size);
    return size;
}

/* Copy a character of a string. */
static size_t
mend_character(struct buffer *out, const char *p, const char *end)
{
    size_t size = utf8_sequence(p, (size_t)(end - p));

    if ((unsigned char)*p < 0x20)
        buffer_append(out, " ", 1);
    else if (size == 0)
        buffer_text(out, "\xEF\xBF\xBD");
    else
        buffer_append(out, p, size);
    return size ? size : 1;
}

/* Copy the number at P, or 0 in its place where Jansson could not hold it. */
static size_t
mend_number(struct buffer *out, const char *p, const char *end)
{
    size_t size = 1, digits;
    char number[32];
    bool is_fine;

    while (p + size < end && (isalnum((unsigned char)p[size]) || strchr("+-.", p[size]) != NULL) &&
           p[size] != '\0')
        size++;
    digits = size - (*p == '-');
    if (strspn(p + (*p == '-'), "0123456789") >= digits)
        is_fine = digits <= 18;
    else
        is_fine = snprintf(number, sizeof number, "%.*s", (int)(size < 31 ? size : 31), p) > 0 && size < 31 &&
                  isfinite(strtod(number, NULL));
    buffer_append(out, is_fine ? p : "0", is_fine ? size : 1);
    return size;
}

/* The text with what Jansson refuses mended, as the callers say: ALL of it or lone surrogates only. */
static void
mend(struct buffer *out, const char *bytes, size_t size, bool all)
{
    const char *end = bytes + size;
    bool inside = false; /* a string */

    for (const char *p = bytes; p < end;) {
        if (inside && *p == '\\') {
            p += mend_escape(out, p, end);
        } else if (inside && all && *p != '"') {
            p += mend_character(out, p, end);
        } else if (!inside && all && (isdigit((unsigned char)*p) || *p == '-' || *p == 'N' || *p == 'I')) {
            p += mend_number(out, p, end);
        } else {
            inside ^= *p == '"';
            buffer_append(out, p++, 1);
        }
    }
}

static json_t *
read_mended(const char *bytes, size_t size, bool all)
{
    struct buffer copy = { 0 };
    json_t *value = NULL;

    mend(&copy, bytes, size, all);
    if (!copy.failed && copy.size > 0)
        value = json_loadb(copy.bytes, copy.size, JSON_ALLOW_NUL, NULL);
    buffer_clear(&copy);
    return value;
}

/* The value of ordinary JSON, or NULL and what is wrong. */
static json_t *
read_plain(const char *bytes, size_t size, enum json_error_code *wrong)
{
    json_error_t error;
    json_t *value = json_loadb(bytes, size, JSON_ALLOW_NUL, &error);

    *wrong = value ? json_error_unknown : json_error_code(&error);
    return value;
}

json_t *
lenient_read(const char *bytes, size_t size)
{
    enum json_error_code wrong;
    json_t *value = read_plain(bytes, size, &wrong);

    if (value != NULL || wrong != json_error_invalid_syntax || memmem(bytes, size, "\\u", 2) == NULL)
        return value;
    return read_mended(bytes, size, false);
}

json_t *
lenient_event(const char *bytes, size_t size)
{
    enum json_error_code wrong;
    json_t *value = read_plain(bytes, size, &wrong);

    if (value != NULL || size == 0 || (*bytes != '{' && *bytes != '['))
        return value;
    switch (wrong) {
    case json_error_invalid_syntax:
    case json_error_invalid_utf8:
    case json_error_numeric_overflow:
        return read_mended(bytes, size, true);
    default:
        return NULL; /* cut, too deep, ... */
    }
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

    if (size > limit)
        size = utf8_cut(text, limit);
    if ((cut = malloc(size + 1)) == NULL)
        return NULL;
    for (size_t i = 0, length; i < size; i += length ? length : 1) {
        length = utf8_sequence(text + i, size - i);
        memcpy(cut + i, text + i, length ? length : 1);
        if (length == 0)
            cut[i] = '?';
        else if ((unsigned char)text[i] < 0x20 || text[i] == 0x7F)
            cut[i] = ' ';
    }
    cut[size] = '\0';
    return cut;
}
