/* Who is asking, and what it costs. */
#include "understudy/mind.h"

#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/log.h"
#include "understudy/words.h"

int
mind_open(struct mind *mind, int64_t seed)
{
    *mind = (struct mind) { .seed = (unsigned)seed };
    mind->shop = calloc(1, sizeof *mind->shop);
    mind->lexicon = lexicon_new();
    return mind->lexicon == NULL || mind->shop == NULL ? -1 : 0;
}

void
mind_close(struct mind *mind)
{
    lexicon_destroy(&mind->lexicon);
    if (mind->shop != NULL)
        shop_forget(mind->shop);
    free(mind->shop);
    mind->shop = NULL;
}

static enum role
role_of(const struct ask *ask)
{
    const json_t *properties = json_object_get(ask->schema, "properties");

    if (ask->may_call && request_tool(ask, "find_product") != NULL)
        return ROLE_EXTRACTION;
    if (json_object_get(properties, "order") != NULL)
        return ROLE_CHOICE;
    if (ask->schema != NULL)
        return ROLE_ASSESSMENT;
    return ROLE_SUGGESTION;
}

/* About four characters a token; the instructions are cached when they came before and are long enough. */
static void
count_input(struct mind *mind, const struct ask *ask, struct answer *answer)
{
    size_t size = strlen(ask->instructions);
    unsigned hash = words_hash(1, ask->instructions, size), *seen = &mind->prefixes[hash % PREFIXES];

    answer->input_tokens = (int64_t)(ask->input_chars / 4) + 1;
    if (size >= 4096 && *seen == hash)
        answer->cached_tokens = (int64_t)(size / 4 / 128 * 128);
    *seen = hash;
}

int
mind_answer(struct mind *mind, const struct ask *ask, struct answer *answer)
{
    struct sections sections;
    int failed = 0;

    *answer = (struct answer) { .role = role_of(ask) };
    count_input(mind, ask, answer);
    sections_read(&sections, request_last(ask));
    switch (answer->role) {
    case ROLE_ASSESSMENT:
        failed = mind_assess(mind, ask, &sections, answer);
        break;
    case ROLE_EXTRACTION:
        failed = mind_extract(mind, ask, &sections, answer);
        break;
    case ROLE_CHOICE:
        failed = mind_choose(mind, ask, &sections, answer);
        break;
    default:
        failed = mind_is_to_continue(ask) ? mind_continue(mind, ask, answer)
                                          : mind_suggest(mind, ask, &sections, answer);
    }
    sections_clear(&sections);
    if (failed) {
        log_error("mind: no memory");
        answer_clear(answer);
        return -1;
    }
    if (ask->max_tokens > 0)
        answer_limit(answer, ask->max_tokens);
    return 0;
}

static bool
takes(const json_t *schema, const char *type)
{
    const json_t *types = json_object_get(schema, "type"), *one;
    size_t i;

    if (json_is_string(types))
        return !strcmp(json_string_value(types), type);
    json_array_foreach(types, i,
                       one) if (json_is_string(one) && !strcmp(json_string_value(one), type)) return true;
    return types == NULL;
}

static bool
allows(const json_t *schema, const json_t *value)
{
    const json_t *list = json_object_get(schema, "enum"), *one;
    size_t i;

    if (list == NULL)
        return true;
    json_array_foreach(list, i, one) if (json_equal(one, value)) return true;
    return false;
}

static json_t *
fill_object(const json_t *schema, const json_t *known)
{
    json_t *object = json_object();
    const json_t *properties = json_object_get(schema, "properties"), *one;
    const char *key;

    json_object_foreach((json_t *)properties, key, one)
        json_object_set_new(object, key, mind_fill(one, json_object_get(known, key)));
    return object;
}

static json_t *
fill_array(const json_t *schema, const json_t *known)
{
    json_t *array = json_array();
    const json_t *one;
    size_t i;

    json_array_foreach(known, i, one)
        json_array_append_new(array, mind_fill(json_object_get(schema, "items"), one));
    return array;
}

/* The alternative of an anyOf that takes KNOWN, else the first. */
static json_t *
fill_any(const json_t *choices, const json_t *known)
{
    const json_t *one;
    size_t i;

    json_array_foreach(choices, i, one)
    {
        bool fits = known == NULL || json_is_null(known) ? takes(one, "null")
                    : json_is_string(known)              ? takes(one, "string")
                    : json_is_number(known)              ? takes(one, "number") || takes(one, "integer")
                    : json_is_array(known)               ? takes(one, "array")
                                                         : takes(one, "object");
        if (fits)
            return mind_fill(one, known);
    }
    return mind_fill(json_array_get(choices, 0), NULL);
}

json_t *
mind_fill(const json_t *schema, const json_t *known)
{
    const json_t *any = json_object_get(schema, "anyOf"), *list = json_object_get(schema, "enum");

    if (json_is_array(any))
        return fill_any(any, known);
    if (takes(schema, "object") && (json_is_object(known) || !takes(schema, "null")) &&
        json_object_get(schema, "properties") != NULL)
        return fill_object(schema, known);
    if (json_is_array(known) && takes(schema, "array"))
        return fill_array(schema, known);
    if (json_is_string(known) && takes(schema, "string") && allows(schema, known))
        return json_copy((json_t *)known);
    if (json_is_integer(known) && (takes(schema, "integer") || takes(schema, "number")))
        return json_copy((json_t *)known);
    if (json_is_real(known) && takes(schema, "number"))
        return json_copy((json_t *)known);
    if (json_is_boolean(known) && takes(schema, "boolean"))
        return json_copy((json_t *)known);
    if (takes(schema, "null"))
        return json_null();
    if (json_array_size(list) > 0)
        return json_copy(json_array_get(list, 0));
    if (takes(schema, "array"))
        return json_array();
    if (takes(schema, "string"))
        return json_string("");
    if (takes(schema, "boolean"))
        return json_false();
    return takes(schema, "object") ? json_object() : json_integer(0);
}
