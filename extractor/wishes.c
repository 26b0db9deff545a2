#include "extractor/wishes.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/id.h"
#include "common/json.h"
#include "common/slots.h"

#define PRICE_LIMIT 1e9 /* more is no price of a garment, in dong or rupiah either */

static const char *const texts[] = { "category", "colour", "material", "style", "description" };

static const struct {
    const char *said, *meant;
} genders[] = { { "male", "male" },     { "men", "male" },       { "man", "male" },     { "mens", "male" },
                { "men's", "male" },    { "female", "female" },  { "women", "female" }, { "woman", "female" },
                { "womens", "female" }, { "women's", "female" }, { "unisex", "unisex" } };

#define COUNT(list) (sizeof(list) / sizeof *(list))

bool
paragraph_has_words(const char *paragraph)
{
    paragraph += strspn(paragraph, " \t\r\n");
    if (*paragraph == '#' && strchr(paragraph, '\n') == NULL)
        return false;
    for (; *paragraph != '\0'; paragraph++)
        if (isalpha((unsigned char)*paragraph) || (unsigned char)*paragraph >= 0x80)
            return true;
    return false;
}

/* The text at KEY without the blanks around it, or null: empty, too long, control characters. */
static json_t *
text_at(const json_t *arguments, const char *key)
{
    const char *words = json_text(arguments, key, "");
    size_t size;

    words += strspn(words, " \t\r\n");
    size = strlen(words);
    while (size > 0 && strchr(" \t\r\n", words[size - 1]) != NULL)
        size--;
    if (size == 0 || size > WISH_BYTES)
        return json_null();
    for (size_t n = 0; n < size; n++)
        if ((unsigned char)words[n] < 0x20 || words[n] == 0x7f)
            return json_null();
    return json_stringn(words, size);
}

/* The slot that was said, else that of the garment, else null. */
static json_t *
slot_at(const json_t *arguments)
{
    char slot[SLOT_SIZE];
    const char *known;

    if (slot_named(json_text(arguments, "slot", ""), slot) == 0 && strcmp(slot, "all") != 0)
        return json_string(slot);
    known = slot_of_garment(json_text(arguments, "category", ""));
    if (*known == '\0')
        known = slot_of_garment(json_text(arguments, "description", ""));
    return *known == '\0' ? json_null() : json_string(known);
}

static json_t *
gender_at(const json_t *arguments)
{
    const char *said = json_text(arguments, "gender", "");

    for (size_t n = 0; n < COUNT(genders); n++)
        if (strcasecmp(genders[n].said, said) == 0)
            return json_string(genders[n].meant);
    return json_null();
}

static json_t *
price_at(const json_t *arguments)
{
    json_t *price = json_object_get(arguments, "max_price");
    double value = json_number_value(price); /* 0 for what is no number */

    return value > 0 && value <= PRICE_LIMIT ? json_incref(price) : json_null();
}

json_t *
wish_read(const json_t *arguments)
{
    json_t *wish = json_object();

    json_object_set_new(wish, "slot", slot_at(arguments));
    for (size_t n = 0; n < COUNT(texts); n++)
        json_object_set_new(wish, texts[n], text_at(arguments, texts[n]));
    json_object_set_new(wish, "gender", gender_at(arguments));
    json_object_set_new(wish, "max_price", price_at(arguments));
    if (json_is_null(json_object_get(wish, "slot")) && json_is_null(json_object_get(wish, "category")) &&
        json_is_null(json_object_get(wish, "description"))) {
        json_decref(wish);
        return NULL;
    }
    return wish;
}

/* Are ONE and OTHER the same piece? In whatever words it is described, where it has a category. */
static bool
is_same(const json_t *one, const json_t *other)
{
    static const char *const parts[] = { "slot",  "category", "colour",     "material",
                                         "style", "gender",   "description" };
    size_t count = json_is_null(json_object_get(one, "category")) ? COUNT(parts) : COUNT(parts) - 1;

    for (size_t n = 0; n < count; n++)
        if (strcasecmp(json_text(one, parts[n], ""), json_text(other, parts[n], "")) != 0)
            return false;
    return true;
}

static bool
is_there(const json_t *wishes, const json_t *wish)
{
    json_t *each;
    size_t n;

    json_array_foreach(wishes, n, each)
    {
        if (is_same(json_object_get(each, "wish"), wish))
            return true;
    }
    return false;
}

json_t *
wishes_read(const struct model_tool_call *calls, size_t count, const char *run, const char *step,
            size_t *dropped)
{
    json_t *wishes = json_array();

    *dropped = 0;
    for (size_t n = 0; n < count; n++) {
        bool ours = calls[n].arguments != NULL && strcmp(calls[n].name, "find_product") == 0;
        json_t *wish = ours ? wish_read(calls[n].arguments) : NULL;
        char place[200], hash[65];

        if (wish == NULL || json_array_size(wishes) == WISHES_LIMIT) {
            ++*dropped;
        } else if (!is_there(wishes, wish)) {
            snprintf(place, sizeof place, "%s/%s/%zu", run, step, n);
            id_hash("find_product", place, hash);
            json_array_append_new(wishes, json_pack("{s:s#, s:O}", "id", hash, 32, "wish", wish));
        }
        json_decref(wish);
    }
    return wishes;
}
