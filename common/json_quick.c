#include "common/json_quick.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/utf8.h"

#define READ_DEPTH 200
#define WRITE_DEPTH 2100
#define DIGITS 18 /* of a whole number that fits for sure */

/* -- reading ------------------------------------------------------------------------------------- */

struct reader {
    const char *at, *end;
    bool last_wins;
    int depth;
    struct buffer plain; /* a string without its escapes */
};

static json_t *read_value(struct reader *reader);

static void
skip_blanks(struct reader *reader)
{
    while (reader->at < reader->end &&
           (*reader->at == ' ' || *reader->at == '\n' || *reader->at == '\t' || *reader->at == '\r'))
        reader->at++;
}

/* Skip blanks; is the next byte C? Then it is taken. */
static bool
take(struct reader *reader, char c)
{
    skip_blanks(reader);
    if (reader->at == reader->end || *reader->at != c)
        return false;
    reader->at++;
    return true;
}

/* The value of the four digits at AT, or -1. */
static long
hexadecimal(const struct reader *reader, const char *at)
{
    long value = 0;

    if (reader->end - at < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        char c = at[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;

        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

static void
append_utf8(struct buffer *out, long c)
{
    char bytes[4];
    size_t size = 0;

    if (c < 0x80) {
        bytes[size++] = (char)c;
    } else if (c < 0x800) {
        bytes[size++] = (char)(0xC0 | c >> 6);
        bytes[size++] = (char)(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        bytes[size++] = (char)(0xE0 | c >> 12);
        bytes[size++] = (char)(0x80 | (c >> 6 & 0x3F));
        bytes[size++] = (char)(0x80 | (c & 0x3F));
    } else {
        bytes[size++] = (char)(0xF0 | c >> 18);
        bytes[size++] = (char)(0x80 | (c >> 12 & 0x3F));
        bytes[size++] = (char)(0x80 | (c >> 6 & 0x3F));
        bytes[size++] = (char)(0x80 | (c & 0x3F));
    }
    buffer_append(out, bytes, size);
}

/* \uXXXX, of which the \u was taken. False for NUL, a lone surrogate, and what is none. */
static bool
read_unicode(struct reader *reader)
{
    long c = hexadecimal(reader, reader->at), low;

    if (c <= 0 || (c >= 0xDC00 && c <= 0xDFFF))
        return false;
    reader->at += 4;
    if (c >= 0xD800 && c <= 0xDBFF) {
        if (reader->end - reader->at < 6 || reader->at[0] != '\\' || reader->at[1] != 'u')
            return false;
        low = hexadecimal(reader, reader->at + 2);
        if (low < 0xDC00 || low > 0xDFFF)
            return false;
        reader->at += 6;
        c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
    }
    append_utf8(&reader->plain, c);
    return true;
}

/* The escape at AT, a backslash, goes into `plain`. */
static bool
read_escape(struct reader *reader)
{
    static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    const char *letter;

    if (reader->end - reader->at < 2)
        return false;
    reader->at += 2;
    if (reader->at[-1] == 'u')
        return read_unicode(reader);
    if (reader->at[-1] == '\0' || (letter = strchr(letters, reader->at[-1])) == NULL)
        return false;
    buffer_append(&reader->plain, &meant[letter - letters], 1);
    return true;
}

/* Skip what stands in a string for itself. False when there is a byte that may not be there. */
static bool
skip_plain(struct reader *reader)
{
    const char *at = reader->at;

    for (;;) {
        size_t size;

        at += utf8_plain(at, (size_t)(reader->end - at));
        reader->at = at;
        if (at == reader->end || (unsigned char)*at < 0x20)
            return false;
        if (*at == '"' || *at == '\\')
            return true;
        if ((size = utf8_sequence(at, (size_t)(reader->end - at))) == 0)
            return false;
        at += size;
    }
}

/* A string, of which the quote was taken. *TEXT is good until the next one is read. */
static bool
read_string(struct reader *reader, const char **text, size_t *size)
{
    const char *from = reader->at;

    if (!skip_plain(reader))
        return false;
    if (*reader->at == '"') { /* as it stands */
        *text = from;
        *size = (size_t)(reader->at++ - from);
        return true;
    }
    buffer_reset(&reader->plain);
    buffer_append(&reader->plain, from, (size_t)(reader->at - from));
    while (*reader->at == '\\') {
        if (!read_escape(reader))
            return false;
        from = reader->at;
        if (!skip_plain(reader))
            return false;
        buffer_append(&reader->plain, from, (size_t)(reader->at - from));
    }
    reader->at++;
    *text = buffer_string(&reader->plain);
    *size = reader->plain.size;
    return !reader->plain.failed;
}

static size_t
skip_digits(struct reader *reader)
{
    const char *from = reader->at;

    while (reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9')
        reader->at++;
    return (size_t)(reader->at - from);
}

/* The fraction and the exponent of the number that begins at FROM. */
static json_t *
read_real(struct reader *reader, const char *from)
{
    char digits[64];
    double value;

    if (*reader->at == '.') {
        reader->at++;
        if (skip_digits(reader) == 0)
            return NULL;
    }
    if (reader->at < reader->end && (*reader->at == 'e' || *reader->at == 'E')) {
        reader->at++;
        if (reader->at < reader->end && (*reader->at == '+' || *reader->at == '-'))
            reader->at++;
        if (skip_digits(reader) == 0)
            return NULL;
    }
    if ((size_t)(reader->at - from) >= sizeof digits)
        return NULL;
    memcpy(digits, from, (size_t)(reader->at - from));
    digits[reader->at - from] = '\0';
    value = strtod(digits, NULL);
    return isfinite(value) ? json_real(value) : NULL;
}

static json_t *
read_number(struct reader *reader)
{
    const char *from = reader->at, *digits;
    json_int_t value = 0;
    size_t count;

    reader->at += *from == '-';
    digits = reader->at;
    count = skip_digits(reader);
    if (count == 0 || count > DIGITS || (count > 1 && *digits == '0'))
        return NULL;
    if (reader->at < reader->end && (*reader->at == '.' || *reader->at == 'e' || *reader->at == 'E'))
        return read_real(reader, from);
    for (size_t i = 0; i < count; i++)
        value = value * 10 + (digits[i] - '0');
    return json_integer(*from == '-' ? -value : value);
}

static json_t *
read_word(struct reader *reader, const char *word, json_t *value)
{
    size_t size = strlen(word);

    if ((size_t)(reader->end - reader->at) < size || memcmp(reader->at, word, size) != 0)
        return NULL;
    reader->at += size;
    return value;
}

/* "key": value, of which the first quote was taken, goes into OBJECT. */
static bool
read_member(struct reader *reader, json_t *object)
{
    const char *text;
    char kept[64], *copy = NULL;
    size_t size;
    json_t *value;
    bool done;

    if (!read_string(reader, &text, &size))
        return false;
    if (text == buffer_string(&reader->plain)) { /* the value may have escapes of its own */
        if (size >= sizeof kept && (copy = malloc(size + 1)) == NULL)
            return false;
        text = memcpy(copy != NULL ? copy : kept, text, size);
    }
    value = take(reader, ':') ? read_value(reader) : NULL;
    done = value != NULL && json_object_setn_new_nocheck(object, text, size, value) == 0;
    free(copy);
    return done;
}

static json_t *
read_object(struct reader *reader)
{
    json_t *object = json_object();
    size_t count = 0;

    if (object == NULL || take(reader, '}'))
        return object;
    while (take(reader, '"') && read_member(reader, object)) {
        count++;
        if (take(reader, ','))
            continue;
        if (!take(reader, '}') || (!reader->last_wins && json_object_size(object) != count))
            break;
        return object;
    }
    json_decref(object);
    return NULL;
}

static json_t *
read_array(struct reader *reader)
{
    json_t *array = json_array(), *value;

    if (array == NULL || take(reader, ']'))
        return array;
    while ((value = read_value(reader)) != NULL && json_array_append_new(array, value) == 0) {
        if (take(reader, ','))
            continue;
        if (!take(reader, ']'))
            break;
        return array;
    }
    json_decref(array);
    return NULL;
}

static json_t *
read_nested(struct reader *reader)
{
    json_t *value = NULL;

    if (reader->depth == READ_DEPTH)
        return NULL;
    reader->depth++;
    value = *reader->at++ == '{' ? read_object(reader) : read_array(reader);
    reader->depth--;
    return value;
}

static json_t *
read_value(struct reader *reader)
{
    const char *text;
    size_t size;

    skip_blanks(reader);
    if (reader->at == reader->end)
        return NULL;
    switch (*reader->at) {
    case '{':
    case '[':
        return read_nested(reader);
    case '"':
        reader->at++;
        return read_string(reader, &text, &size) ? json_stringn_nocheck(text, size) : NULL;
    case 't':
        return read_word(reader, "true", json_true());
    case 'f':
        return read_word(reader, "false", json_false());
    case 'n':
        return read_word(reader, "null", json_null());
    default:
        return read_number(reader);
    }
}

json_t *
json_quick_read(const char *bytes, size_t size, bool last_wins)
{
    struct reader reader = { .at = bytes, .end = bytes + size, .last_wins = last_wins };
    json_t *value = read_value(&reader);

    skip_blanks(&reader);
    if (value != NULL && reader.at != reader.end) {
        json_decref(value);
        value = NULL;
    }
    buffer_clear(&reader.plain);
    return value;
}

const char *
json_quick_string_end(const char *at, const char *end)
{
    struct reader reader = { .at = at, .end = end };
    const char *text;
    size_t size;
    bool whole = read_string(&reader, &text, &size);

    buffer_clear(&reader.plain);
    return whole ? reader.at - 1 : NULL;
}

bool
json_quick_string(const char *bytes, size_t size, struct buffer *plain, const char **text, size_t *text_size)
{
    /* the quote behind it is there: it ends the string, or it would end in the middle of an escape */
    struct reader reader = { .at = bytes, .end = bytes + size + 1, .plain = *plain };
    bool whole = read_string(&reader, text, text_size) && reader.at == reader.end;

    *plain = reader.plain;
    return whole;
}

/* -- writing ------------------------------------------------------------------------------------- */

struct writer {
    struct buffer *out;
    bool sorted;
    int depth;
};

static void write_value(struct writer *writer, const json_t *value);

static int
by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
write_member(struct writer *writer, const char *key, const json_t *value, bool first)
{
    if (!first)
        buffer_append(writer->out, ",", 1);
    buffer_json_string(writer->out, key, strlen(key));
    buffer_append(writer->out, ":", 1);
    write_value(writer, value);
}

static void
write_sorted(struct writer *writer, json_t *object)
{
    size_t count = json_object_size(object), at = 0;
    const char **keys = calloc(count + 1, sizeof *keys), *key;
    json_t *value;

    if (keys == NULL) {
        writer->out->failed = true;
        return;
    }
    json_object_foreach(object, key, value) keys[at++] = key;
    qsort(keys, count, sizeof *keys, by_name);
    for (at = 0; at < count; at++)
        write_member(writer, keys[at], json_object_get(object, keys[at]), at == 0);
    free(keys);
}

static void
write_object(struct writer *writer, json_t *object)
{
    const char *key;
    json_t *value;
    bool first = true;

    buffer_append(writer->out, "{", 1);
    if (writer->sorted) {
        write_sorted(writer, object);
    } else {
        json_object_foreach(object, key, value)
        {
            write_member(writer, key, value, first);
            first = false;
        }
    }
    buffer_append(writer->out, "}", 1);
}

static void
write_array(struct writer *writer, const json_t *array)
{
    const json_t *value;
    size_t i;

    buffer_append(writer->out, "[", 1);
    json_array_foreach(array, i, value)
    {
        if (i > 0)
            buffer_append(writer->out, ",", 1);
        write_value(writer, value);
    }
    buffer_append(writer->out, "]", 1);
}

/* Jansson knows how: ".0" where nothing says that it is no whole number, never a comma. */
static void
write_real(struct writer *writer, const json_t *value)
{
    char digits[64];
    size_t size =
        json_dumpb(value, digits, sizeof digits, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));

    buffer_append(writer->out, digits, size <= sizeof digits ? size : 0);
}

static void
write_value(struct writer *writer, const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
    case JSON_ARRAY:
        if (writer->depth == WRITE_DEPTH) {
            writer->out->failed = true;
            return;
        }
        writer->depth++;
        if (json_is_object(value))
            write_object(writer, (json_t *)value);
        else
            write_array(writer, value);
        writer->depth--;
        break;
    case JSON_STRING:
        buffer_json_string(writer->out, json_string_value(value), json_string_length(value));
        break;
    case JSON_INTEGER:
        buffer_number(writer->out, json_integer_value(value));
        break;
    case JSON_REAL:
        write_real(writer, value);
        break;
    case JSON_TRUE:
        buffer_append(writer->out, "true", 4);
        break;
    case JSON_FALSE:
        buffer_append(writer->out, "false", 5);
        break;
    case JSON_NULL:
        buffer_append(writer->out, "null", 4);
        break;
    }
}

void
json_quick_write(struct buffer *out, const json_t *value, bool sorted)
{
    struct writer writer = { .out = out, .sorted = sorted };

    write_value(&writer, value);
}
