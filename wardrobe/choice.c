/* choice -- the model's choice among numbered lines; see choice.h. */

#include "wardrobe/choice.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/buffer.h"
#include "common/json.h"

json_t *
choice_numbered(const json_t *lines)
{
    json_t *numbered = json_array(), *line;
    size_t i;

    json_array_foreach(lines, i, line)
    {
        struct buffer text = { 0 };

        if (i == CHOICE_LINES)
            break;
        buffer_printf(&text, "%zu. %s", i + 1, json_is_string(line) ? json_string_value(line) : "");
        json_array_append_new(numbered, json_string(buffer_string(&text)));
        buffer_clear(&text);
    }
    return numbered;
}

/* NUMBER as a line's, 0 when it stands before none. */
static size_t
line_of(const json_t *number, size_t count)
{
    json_int_t value = json_is_integer(number) ? json_integer_value(number) : 0;

    return value < 1 || (uint64_t)value > count || value > CHOICE_LINES ? 0 : (size_t)value;
}

static json_t *
read_order(const json_t *list, size_t count)
{
    bool seen[CHOICE_LINES + 1] = { false };
    json_t *order = json_array(), *number;
    size_t i;

    json_array_foreach(list, i, number)
    {
        size_t line = line_of(number, count);

        if (line == 0 || seen[line])
            continue;
        seen[line] = true;
        json_array_append_new(order, json_integer((json_int_t)line));
    }
    return order;
}

/* Prices come from the catalogue and from nowhere else. */
static bool
names_a_price(const char *words)
{
    static const char *const signs[] = { "$", "€", "£", "¥", "₹", "USD", "EUR", "GBP" };

    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (strstr(words, signs[i]) != NULL && strpbrk(words, "0123456789") != NULL)
            return true;
    return false;
}

/* A sentence without line breaks, without a price and not too long; NULL for none. */
static json_t *
sentence_of(const json_t *text)
{
    const char *words = json_string_value(text);
    size_t size = words == NULL ? 0 : strlen(words);
    char plain[CHOICE_SENTENCE + 1];

    if (size == 0 || size > CHOICE_SENTENCE || names_a_price(words))
        return NULL;
    for (size_t i = 0; i <= size; i++)
        plain[i] = words[i] > 0 && words[i] < ' ' ? ' ' : words[i];
    return json_string(plain);
}

static json_t *
read_why(const json_t *list, size_t count)
{
    json_t *why = json_object(), *entry;
    size_t i;

    json_array_foreach(list, i, entry)
    {
        size_t line = line_of(json_object_get(entry, "line"), count);
        json_t *sentence = line == 0 ? NULL : sentence_of(json_object_get(entry, "sentence"));
        char name[24];

        snprintf(name, sizeof name, "%zu", line);
        if (sentence != NULL)
            json_object_set_new(why, name, sentence);
    }
    return why;
}

int
choice_read(const char *answer, size_t count, json_t **order, json_t **why)
{
    const char *begin = strchr(answer, '{'), *end = strrchr(answer, '}'); /* a fence may stand around it */
    json_t *object = begin == NULL || end < begin ? NULL : json_read(begin, (size_t)(end - begin) + 1, NULL);

    *order = read_order(json_object_get(object, "order"), count);
    *why = read_why(json_object_get(object, "why"), count);
    json_decref(object);
    if (json_array_size(*order) > 0)
        return 0;
    json_decref(*order);
    json_decref(*why);
    *order = *why = NULL;
    return -1;
}
