/* The wardrobe's choice: which of the numbered lines, best first, and why. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "understudy/mind.h"
#include "understudy/words.h"

enum { LINES_MOST = 64 };

/* How many lines there are: members of a list, or lines of text. */
static size_t
count_lines(const struct sections *sections)
{
    const char *text = sections->part[SECTION_LINES].text, *end = text + sections->part[SECTION_LINES].size;
    size_t count = 0;

    if (sections->json[SECTION_LINES] != NULL)
        return json_is_array(sections->json[SECTION_LINES]) ? json_array_size(sections->json[SECTION_LINES])
                                                            : json_object_size(sections->json[SECTION_LINES]);
    for (; text < end;
         text = strchr(text, '\n') != NULL && strchr(text, '\n') < end ? strchr(text, '\n') + 1 : end)
        count += *text != '\n';
    return count;
}

/* Mostly the order that was given; in a fifth of the cases another comes to the front, and in some of
 * those a number that stands before no line. */
static json_t *
order_of(size_t count, unsigned dice)
{
    json_t *order = json_array();
    size_t front = count > 1 && dice % 5 == 0 ? 1 + dice / 5 % (count - 1) : 0;

    if (count > 0)
        json_array_append_new(order, json_integer((json_int_t)front + 1));
    for (size_t i = 0; i < count && i < LINES_MOST; i++)
        if (i != front)
            json_array_append_new(order, json_integer((json_int_t)i + 1));
    if (dice % 25 == 0)
        json_array_append_new(order, json_integer((json_int_t)count + 3));
    return order;
}

/* `why` as the schema has it: a sentence, or a list of numbers with sentences. */
static json_t *
why_of(const json_t *schema, const json_t *order, const char *sentence)
{
    const json_t *items = json_object_get(schema, "items"),
                 *properties = json_object_get(items, "properties"), *one;
    json_t *list, *entry;
    const char *key;

    if (strcmp(json_text(schema, "type", ""), "array"))
        return json_string(sentence);
    list = json_array();
    if (properties == NULL) {
        json_array_append_new(list, json_string(sentence));
        return list;
    }
    for (size_t i = 0; i < json_array_size(order) && i < 3; i++) {
        entry = json_object();
        json_object_foreach((json_t *)properties, key, one)
        {
            const char *type = json_text(one, "type", "string");

            if (!strcmp(type, "integer") || !strcmp(type, "number"))
                json_object_set(entry, key, json_array_get(order, i));
            else
                json_object_set_new(
                    entry, key, json_string(i == 0 ? sentence : "A good alternative in the same spirit."));
        }
        json_array_append_new(list, entry);
    }
    return list;
}

int
mind_choose(const struct mind *mind, const struct ask *ask, const struct sections *sections,
            struct answer *answer)
{
    static const char *const reasons[] = {
        "Its colour sits best with the rest of the look.",
        "It is the cut that suits the occasion most.",
        "The fabric is right for the weather and for how long the day will be.",
        "It is the closest to what was asked for, and the easiest to wear again.",
    };
    const char *last = request_last(ask);
    unsigned dice = words_hash(mind->seed, last, strlen(last));
    const json_t *properties = json_object_get(ask->schema, "properties");
    json_t *order = order_of(count_lines(sections), dice), *known = json_object(), *filled;

    json_object_set_new(known, "why",
                        why_of(json_object_get(properties, "why"), order, reasons[dice / 7 % 4]));
    json_object_set_new(known, "order", order);
    filled = mind_fill(ask->schema, known);
    answer->text = json_string_of(filled);
    json_decref(known);
    json_decref(filled);
    return answer->text == NULL ? -1 : 0;
}
