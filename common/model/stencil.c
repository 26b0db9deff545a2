/* stencil -- read an event by what differs from the one before; see stencil.h. */

#include "common/model/stencil.h"

#include <stdbool.h>
#include <string.h>

#include "common/model/lenient.h"

#define CUT_BYTES 4096 /* of an event that a stencil is made of, at most */
#define MISSES 32      /* so often in a row: this server's events are not alike, no more stencils are made */
#define DIGITS 15      /* of a number: any of so many fits its type */

/* What differs from event to event, in either dialect. */
static const char *const keys[] = { "content", "delta", "sequence_number", "obfuscation", "created" };

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A byte that means itself within a text. */
static bool
is_plain(char c)
{
    return (unsigned char)c >= ' ' && c != '"' && c != '\\';
}

/* How many bytes from FROM on, before END, are a text's insides or a number. */
static size_t
value_size(const char *from, const char *end, bool number)
{
    const char *at = from;

    while (at < end && (number ? is_digit(*at) : is_plain(*at)))
        at++;
    return (size_t)(at - from);
}

/* A value of an event, as it stands there. */
struct piece {
    const char *at;
    size_t size;
};

/* -- the next event --------------------------------------------------------------------------------- */

/* A number as JSON has it, which its type holds. */
static bool
is_number(const char *digits, size_t size)
{
    return size == 1 || (size > 1 && size <= DIGITS && *digits != '0');
}

static json_int_t
number_of(const char *digits, size_t size)
{
    json_int_t number = 0;

    for (size_t i = 0; i < size; i++)
        number = number * 10 + (digits[i] - '0');
    return number;
}

/* Whether DATA is the stencil's event but for the values in its holes, which go to VALUES. */
static bool
fits(const struct stencil *stencil, const char *data, size_t size, struct piece values[STENCIL_HOLES])
{
    const char *at = data, *end = data + size, *fixed = stencil->bytes.bytes;
    const char *last = fixed + stencil->bytes.size;

    for (int i = 0; i < stencil->count; i++) {
        const struct stencil_hole *hole = &stencil->holes[i];
        size_t before = (size_t)(stencil->bytes.bytes + hole->from - fixed), room;
        bool number = json_is_integer(hole->value);

        if ((size_t)(end - at) < before || memcmp(at, fixed, before) != 0)
            return false;
        at += before;
        room = value_size(at, end, number);
        if (number && !is_number(at, room))
            return false;
        values[i] = (struct piece) { at, room };
        at += room;
        fixed = stencil->bytes.bytes + hole->to;
    }
    return end - at == last - fixed && memcmp(at, fixed, (size_t)(last - fixed)) == 0;
}

/* Write VALUES into the event. False where one is no UTF-8, or without memory: some may be written then. */
static bool
fill(const struct stencil *stencil, const struct piece values[STENCIL_HOLES])
{
    for (int i = 0; i < stencil->count; i++) {
        json_t *value = stencil->holes[i].value;

        if (json_is_integer(value))
            json_integer_set(value, number_of(values[i].at, values[i].size));
        else if (json_string_setn(value, values[i].at, values[i].size) < 0)
            return false;
    }
    return true;
}

/* -- a stencil of an event ------------------------------------------------------------------------- */

/* The value of KEY in JSON, wherever it is; NULL when it is not there exactly once: *COUNT, of those so far.
 */
static json_t *
value_of(json_t *json, const char *key, int *count)
{
    json_t *found = NULL, *each, *within;
    const char *name;
    size_t i;

    json_object_foreach(json, name, each)
    {
        if (strcmp(name, key) == 0) {
            found = each;
            (*count)++;
        }
        if ((within = value_of(each, key, count)) != NULL)
            found = within;
    }
    json_array_foreach(json, i, each)
    {
        if ((within = value_of(each, key, count)) != NULL)
            found = within;
    }
    return *count == 1 ? found : NULL;
}

/* Where the value of KEY begins in TEXT, which ends in a NUL; NULL when the key is not there exactly once.
 * What looks like it in a text of the event has its quotes escaped. */
static const char *
place_of(const char *text, const char *key)
{
    const char *found = NULL;
    size_t size = strlen(key);

    for (const char *at = text; (at = strstr(at, key)) != NULL; at += size) {
        const char *behind = at + size + 1;

        if (at == text || at[-1] != '"' || at[size] != '"')
            continue;
        while (is_blank(*behind))
            behind++;
        if (*behind != ':')
            continue;
        if (found != NULL)
            return NULL;
        do
            behind++;
        while (is_blank(*behind));
        found = behind;
    }
    return found;
}

/* Cut a hole for KEY's value, if that is a text without escapes, or a number. */
static void
cut_hole(struct stencil *stencil, const char *key)
{
    const char *text = stencil->bytes.bytes, *end = text + stencil->bytes.size;
    const char *at = place_of(text, key);
    int count = 0, place = stencil->count;
    json_t *value = at == NULL ? NULL : value_of(stencil->event, key, &count);
    struct stencil_hole hole = { .value = value };

    if (!json_is_integer(value) && !json_is_string(value))
        return;
    hole.from = (size_t)(at - text) + (json_is_string(value) ? 1 : 0);
    hole.to = hole.from + value_size(text + hole.from, end, json_is_integer(value));
    if (json_is_string(value)
            ? text[hole.to] != '"' || json_string_length(value) != hole.to - hole.from
            : hole.to == hole.from || is_digit(text[hole.to]) || strchr(",}] \t\r\n", text[hole.to]) == NULL)
        return;
    for (; place > 0 && stencil->holes[place - 1].from > hole.from; place--)
        stencil->holes[place] = stencil->holes[place - 1];
    stencil->holes[place] = hole;
    stencil->count++;
}

/* Make a stencil of EVENT, which was read from DATA. */
static void
cut(struct stencil *stencil, json_t *event, const char *data, size_t size)
{
    buffer_reset(&stencil->bytes);
    buffer_append(&stencil->bytes, data, size);
    json_decref(stencil->event);
    stencil->event = NULL;
    stencil->count = 0;
    /* a key may be written as \u0064elta, and then be there twice */
    if (stencil->bytes.failed || memchr(data, '\0', size) != NULL || strstr(data, "\\u") != NULL)
        return;
    stencil->event = json_incref(event);
    for (size_t i = 0; i < sizeof keys / sizeof *keys && stencil->count < STENCIL_HOLES; i++)
        cut_hole(stencil, keys[i]);
}

json_t *
stencil_read(struct stencil *stencil, const char *data, size_t size)
{
    struct piece values[STENCIL_HOLES];
    json_t *event;

    if (stencil->event != NULL && fits(stencil, data, size, values) && fill(stencil, values)) {
        stencil->misses = 0;
        return json_incref(stencil->event);
    }
    event = lenient_event(data, size);
    if (event != NULL && size <= CUT_BYTES && stencil->misses++ < MISSES)
        cut(stencil, event, data, size);
    return event;
}

void
stencil_clear(struct stencil *stencil)
{
    buffer_clear(&stencil->bytes);
    json_decref(stencil->event);
    *stencil = (struct stencil) { 0 };
}
