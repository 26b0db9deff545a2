#include "psychologist/words.h"

#include <ctype.h>
#include <string.h>

#include "common/utf8.h"

/* TEXT without the blanks around it; *SIZE is what is left. */
static const char *
trim(const char *text, size_t *size)
{
    text += strspn(text, " \t\r\n");
    *size = strlen(text);
    while (*size > 0 && strchr(" \t\r\n", text[*size - 1]) != NULL)
        --*size;
    return text;
}

static bool
has_control(const char *text, size_t size)
{
    for (size_t n = 0; n < size; n++)
        if ((unsigned char)text[n] < 0x20 || text[n] == 0x7f)
            return true;
    return false;
}

bool
words_have(const json_t *words, const char *word)
{
    json_t *each;
    size_t n;

    json_array_foreach(words, n, each)
    {
        if (json_is_string(each) && strcmp(json_string_value(each), word) == 0)
            return true;
    }
    return false;
}

json_t *
words_clean(const json_t *list, size_t limit, size_t bytes, bool upper)
{
    json_t *words = json_array(), *each;
    size_t n;

    json_array_foreach(list, n, each)
    {
        size_t size = 0;
        const char *word = json_is_string(each) ? trim(json_string_value(each), &size) : NULL;
        char clean[256];

        if (size == 0 || size > bytes || size >= sizeof clean || has_control(word, size) ||
            json_array_size(words) == limit)
            continue;
        for (size_t c = 0; c < size; c++)
            clean[c] = (char)(upper ? toupper((unsigned char)word[c]) : tolower((unsigned char)word[c]));
        clean[size] = '\0';
        if (!words_have(words, clean))
            json_array_append_new(words, json_string(clean));
    }
    return words;
}

json_t *
words_union(const json_t *one, const json_t *other)
{
    json_t *words = json_array(), *each;
    size_t n;

    json_array_foreach(one, n, each)
    {
        if (json_is_string(each))
            json_array_append(words, each);
    }
    json_array_foreach(other, n, each)
    {
        if (json_is_string(each) && !words_have(words, json_string_value(each)))
            json_array_append(words, each);
    }
    return words;
}

json_t *
words_without(const json_t *one, const json_t *other)
{
    json_t *words = json_array(), *each;
    size_t n;

    json_array_foreach(one, n, each)
    {
        if (json_is_string(each) && !words_have(other, json_string_value(each)))
            json_array_append(words, each);
    }
    return words;
}

json_t *
words_text(const json_t *text, size_t bytes)
{
    size_t size = 0;
    const char *trimmed = json_is_string(text) ? trim(json_string_value(text), &size) : NULL;

    if (size > bytes)
        size = utf8_cut(trimmed, bytes);
    if (size == 0 || has_control(trimmed, size))
        return NULL;
    return json_stringn(trimmed, size);
}
