#include "common/model/pattern.h"

#include <string.h>

#include "common/json_quick.h"
#include "common/model/lenient.h"

#define MISSES 8    /* then the envelope changes with each event, and is read each time */
#define PROBE "\t?" /* no words of a model */

static void
forget(struct pattern *pattern)
{
    json_decref(pattern->value);
    pattern->value = pattern->words = NULL;
}

void
pattern_clear(struct pattern *pattern)
{
    forget(pattern);
    buffer_clear(&pattern->text);
    buffer_clear(&pattern->plain);
    *pattern = (struct pattern) { 0 };
}

bool
pattern_reads(struct pattern *pattern, const char *bytes, size_t size)
{
    size_t tail = pattern->text.size - pattern->end, text_size;
    const char *text;

    if (pattern->value == NULL || size < pattern->begin + tail ||
        memcmp(bytes, pattern->text.bytes, pattern->begin) != 0 ||
        memcmp(bytes + size - tail, pattern->text.bytes + pattern->end, tail) != 0 ||
        !json_quick_string(bytes + pattern->begin, size - pattern->begin - tail, &pattern->plain, &text,
                           &text_size))
        return false;
    pattern->misses = 0;
    return json_string_setn_nocheck(pattern->words, text, text_size) == 0;
}

/* The string in VALUE that changes from event to event, and its key: the words, or a call's arguments. */
static json_t *
words_of(const json_t *value, const char **key)
{
    json_t *delta = json_object_get(json_array_get(json_object_get(value, "choices"), 0), "delta");
    json_t *call = json_array_get(json_object_get(delta, "tool_calls"), 0);
    json_t *words = json_object_get(json_object_get(call, "function"), "arguments");

    *key = call != NULL ? "\"arguments\":" : "\"content\":";
    if (call == NULL)
        words = json_object_get(delta, "content");
    return json_is_string(words) ? words : NULL;
}

/* Where the string after the last KEY of BYTES begins and ends. */
static bool
find_words(const char *bytes, size_t size, const char *key, size_t *begin, size_t *end)
{
    const char *at = NULL, *next = bytes, *close;

    while ((next = memmem(next, size - (size_t)(next - bytes), key, strlen(key))) != NULL)
        at = next += strlen(key);
    if (at == NULL)
        return false;
    while (at < bytes + size && *at == ' ')
        at++;
    if (at == bytes + size || *at != '"' || (close = json_quick_string_end(at + 1, bytes + size)) == NULL)
        return false;
    *begin = (size_t)(at + 1 - bytes);
    *end = (size_t)(close - bytes);
    return true;
}

/* Is the place found the place meant? The same bytes with other words there must be the same value with other
 * words. Whatever else a string may hold there then, it changes nothing outside of it. */
static bool
is_proved(const struct pattern *pattern, const json_t *value, const json_t *words)
{
    struct buffer probe = { 0 };
    const char *key;
    json_t *other, *changed;
    bool proved = false;

    buffer_append(&probe, pattern->text.bytes, pattern->begin);
    buffer_append(&probe, "\\t?", 3);
    buffer_append(&probe, pattern->text.bytes + pattern->end, pattern->text.size - pattern->end);
    other = probe.failed ? NULL : lenient_read(probe.bytes, probe.size);
    changed = words_of(other, &key);
    if (changed != NULL && strcmp(json_string_value(changed), PROBE) == 0 &&
        json_string_setn_nocheck(changed, json_string_value(words), json_string_length(words)) == 0)
        proved = json_equal(other, value);
    json_decref(other);
    buffer_clear(&probe);
    return proved;
}

void
pattern_learn(struct pattern *pattern, json_t *value, const char *bytes, size_t size)
{
    const char *key;
    json_t *words = words_of(value, &key);

    forget(pattern);
    if (words == NULL || pattern->misses >= MISSES ||
        !find_words(bytes, size, key, &pattern->begin, &pattern->end))
        return;
    pattern->misses++;
    buffer_reset(&pattern->text);
    buffer_append(&pattern->text, bytes, size);
    if (pattern->text.failed || !is_proved(pattern, value, words))
        return;
    pattern->value = json_incref(value);
    pattern->words = words;
}
