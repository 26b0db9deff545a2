#include "common/model/embeddings.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/model/chat.h"
#include "common/model/usage.h"

enum { DIMENSIONS_MOST = 16384 };

void
embeddings_body(struct buffer *out, const char *model, const char *const *texts, size_t count,
                int64_t dimensions, const struct profile *profile)
{
    buffer_text(out, "{\"model\":");
    buffer_json_string(out, model, strlen(model));
    if (dimensions > 0 && (profile->fields & FIELD_DIMENSIONS))
        buffer_printf(out, ",\"dimensions\":%lld", (long long)dimensions);
    if (profile->fields & FIELD_ENCODING)
        buffer_text(out, ",\"encoding_format\":\"base64\"");
    buffer_text(out, ",\"input\":[");
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buffer_text(out, ",");
        buffer_json_string(out, texts[i], strlen(texts[i]));
    }
    buffer_text(out, "]}");
}

static int
digit(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

/* Little-endian floats out of base64. Returns how many went into OUT (room for LIMIT), or 0 when it is none.
 */
static size_t
decode(const char *text, size_t size, float *out, size_t limit)
{
    uint32_t bits = 0, word = 0;
    size_t count = 0;
    int have = 0, bytes = 0;

    while (size > 0 && text[size - 1] == '=')
        size--;
    for (size_t i = 0; i < size; i++) {
        int value = digit(text[i]);
        if (value < 0)
            return 0;
        bits = bits << 6 | (uint32_t)value;
        if ((have += 6) < 8)
            continue;
        have -= 8;
        word |= (bits >> have & 0xFF) << (8 * bytes);
        if (++bytes < 4)
            continue;
        if (count == limit)
            return 0;
        memcpy(&out[count], &word, 4);
        if (!isfinite(out[count++]))
            return 0;
        word = 0, bytes = 0;
    }
    return bytes == 0 ? count : 0;
}

static size_t
read_vector(const json_t *embedding, float *out, size_t limit)
{
    const json_t *number;
    size_t i;

    if (json_is_string(embedding))
        return decode(json_string_value(embedding), json_string_length(embedding), out, limit);
    if (!json_is_array(embedding) || json_array_size(embedding) > limit)
        return 0;
    json_array_foreach(embedding, i, number)
    {
        if (!json_is_number(number) || fabs(json_number_value(number)) > FLT_MAX)
            return 0;
        out[i] = (float)json_number_value(number);
    }
    return json_array_size(embedding);
}

static size_t
size_of(const json_t *embedding)
{
    size_t size =
        json_is_array(embedding) ? json_array_size(embedding) : json_string_length(embedding) * 3 / 16;

    return size <= DIMENSIONS_MOST ? size : 0;
}

static int
fail(struct server_error *error, float *vectors, bool *filled, const char *why)
{
    free(vectors);
    free(filled);
    errors_set(error, MODEL_ERROR_PROTOCOL, why);
    return -1;
}

int
embeddings_read(const json_t *body, size_t count, float **vectors, size_t *dimensions,
                struct model_usage *usage, struct server_error *error)
{
    const json_t *entries = json_object_get(body, "data");
    size_t wide = size_of(json_object_get(json_array_get(entries, 0), "embedding"));
    float *all = NULL;
    bool *filled = NULL;
    const json_t *entry;
    size_t i;

    if (errors_is_error(body)) {
        errors_of(error, 0, body);
        return -1;
    }
    if (count == 0 || json_array_size(entries) != count || wide == 0)
        return fail(error, NULL, NULL, "not as many vectors as texts");
    if ((all = calloc(count, wide * sizeof *all)) == NULL || (filled = calloc(count, sizeof *filled)) == NULL)
        return fail(error, all, filled, "no memory for the vectors");
    json_array_foreach(entries, i, entry)
    {
        int64_t index = json_number(entry, "index", (int64_t)i);
        if (index < 0 || (size_t)index >= count || filled[index])
            return fail(error, all, filled, "the vectors' numbers are wrong");
        if (read_vector(json_object_get(entry, "embedding"), all + (size_t)index * wide, wide) != wide)
            return fail(error, all, filled, "the vectors are not of one size, or no numbers");
        filled[index] = true;
    }
    free(filled);
    usage_read(usage, json_object_get(body, "usage"));
    *vectors = all;
    *dimensions = wide;
    return 0;
}
