#include "common/prompt.h"

#include <math.h>
#include <string.h>

#include "common/json.h"
#include "common/money.h"
#include "common/utf8.h"

/* How many bytes of TEXT, at most LIMIT, end with a whole character. */
static size_t
whole_characters(const char *text, size_t limit)
{
    size_t size = strlen(text);

    if (limit == 0 || size <= limit)
        return size;
    return utf8_cut(text, limit);
}

/* How many bytes at C are a line break or a control character: C0, DEL, U+0085, U+2028, U+2029. */
static size_t
control_size(const char *c)
{
    const unsigned char *u = (const unsigned char *)c;

    if (u[0] < 0x20 || u[0] == 0x7f)
        return 1;
    if (u[0] == 0xc2 && u[1] >= 0x80 && u[1] < 0xa0)
        return 2;
    return u[0] == 0xe2 && u[1] == 0x80 && (u[2] == 0xa8 || u[2] == 0xa9) ? 3 : 0;
}

void
prompt_text(struct buffer *out, const char *label, const char *text, size_t limit)
{
    size_t size = whole_characters(text, limit), plain = 0; /* start of what needs no change */

    buffer_printf(out, "%s: ", label);
    for (size_t n = 0; n < size; n++) {
        size_t control = control_size(text + n);

        if (control == 0)
            continue;
        buffer_append(out, text + plain, n - plain);
        buffer_text(out, " ");
        n += control - 1;
        plain = n + 1;
    }
    buffer_append(out, text + plain, plain < size ? size - plain : 0);
    buffer_text(out, "\n");
}

void
prompt_json(struct buffer *out, const char *label, const json_t *value)
{
    buffer_printf(out, "%s: ", label);
    if (value == NULL || json_is_null(value))
        buffer_text(out, "{}");
    else
        json_write(out, value, JSON_SORT_KEYS);
    buffer_text(out, "\n");
}

static void
show_major(json_t *criterion, const char *key, const char *currency)
{
    double major;

    if (!json_is_integer(json_object_get(criterion, key)))
        return;
    major = (double)json_number(criterion, key, 0) / pow(10, money_digits(currency));
    json_object_set_new(criterion, key,
                        major == floor(major) ? json_integer((json_int_t)major) : json_real(major));
}

json_t *
prompt_criteria(const json_t *criteria)
{
    json_t *seen = json_object(), *value, *copy;
    const char *key;

    json_object_foreach((json_t *)criteria, key, value)
    {
        if ((copy = json_copy(value)) == NULL)
            continue;
        if (strcmp(json_text(copy, "field", ""), "product") == 0) {
            json_object_del(copy, "any");
            json_object_del(copy, "none");
        }
        show_major(copy, "min", json_text(copy, "currency", ""));
        show_major(copy, "max", json_text(copy, "currency", ""));
        json_object_set_new(seen, key, copy);
    }
    return seen;
}

json_t *
prompt_shown(const json_t *shown)
{
    json_t *seen = json_array(), *card;
    size_t n;

    json_array_foreach(shown, n, card)
    {
        const json_t *price = json_object_get(card, "price");
        json_t *line = json_pack("{s:I, s:s, s:s}", "n", (json_int_t)n + 1, "title",
                                 json_text(card, "title", "?"), "slot", json_text(card, "slot", ""));
        char amount[48];

        if (json_is_string(price)) {
            json_object_set(line, "price", (json_t *)price);
        } else if (json_is_object(price)) {
            money_text(json_number(price, "amount", 0), json_text(price, "currency", ""), amount,
                       sizeof amount);
            json_object_set_new(line, "price", json_string(amount));
        }
        if (json_is_string(json_object_get(card, "colour")))
            json_object_set(line, "colour", json_object_get(card, "colour"));
        if (json_is_true(json_object_get(card, "look")))
            json_object_set_new(line, "look", json_true());
        json_array_append_new(seen, line);
    }
    return seen;
}

json_t *
prompt_messages(const json_t *history, struct buffer *out)
{
    json_t *messages = json_array(), *message;
    size_t n;

    json_array_foreach(history, n, message)
    {
        const char *role = json_text(message, "role", "");

        if ((strcmp(role, "user") == 0 || strcmp(role, "assistant") == 0) &&
            json_is_string(json_object_get(message, "content")))
            json_array_append_new(messages, json_pack("{s:s, s:O}", "role", role, "content",
                                                      json_object_get(message, "content")));
    }
    if (out->failed || json_array_append_new(messages, json_pack("{s:s, s:s}", "role", "user", "content",
                                                                 buffer_string(out))) != 0) {
        json_decref(messages);
        messages = NULL;
    }
    buffer_clear(out);
    return messages;
}
