#include "common/model/items.h"

#include <stdlib.h>
#include <string.h>

#include "common/json.h"

enum { ITEMS_MOST = 512, PARTS_MOST = 256 };

void
items_clear(struct items **items)
{
    if (*items == NULL)
        return;
    for (size_t i = 0; i < (*items)->count; i++) {
        struct item *item = &(*items)->list[i];
        for (size_t p = 0; p < item->part_count; p++)
            buffer_clear(&item->parts[p].text);
        free(item->parts);
        free(item->id);
        free(item->call_id);
        free(item->name);
        buffer_clear(&item->arguments);
    }
    free((*items)->list);
    free(*items);
    *items = NULL;
}

struct item *
items_add(struct answer *answer, int64_t index, enum kind kind)
{
    struct items *items = answer->items;
    struct item *list;

    if (items == NULL && (items = answer->items = calloc(1, sizeof *items)) == NULL) {
        answer->calls.failed = true;
        return NULL;
    }
    if (items->count >= ITEMS_MOST ||
        (list = realloc(items->list, (items->count + 1) * sizeof *list)) == NULL) {
        answer->calls.failed = true;
        return NULL;
    }
    items->list = list;
    list[items->count] = (struct item) { .index = index, .kind = kind };
    return &list[items->count++];
}

static struct part *
part_of(struct answer *answer, struct item *item, int64_t index, bool refusal)
{
    struct part *parts;

    for (size_t i = item->part_count; i-- > 0;)
        if (item->parts[i].index == index && item->parts[i].refusal == refusal)
            return &item->parts[i];
    if (item->part_count >= PARTS_MOST ||
        (parts = realloc(item->parts, (item->part_count + 1) * sizeof *parts)) == NULL) {
        answer->calls.failed = true;
        return NULL;
    }
    item->parts = parts;
    parts[item->part_count] = (struct part) { .index = index, .refusal = refusal };
    return &parts[item->part_count++];
}

struct item *
items_by_index(const struct answer *answer, int64_t index)
{
    for (size_t i = answer->items ? answer->items->count : 0; i-- > 0;)
        if (answer->items->list[i].index == index)
            return &answer->items->list[i];
    return NULL;
}

struct item *
items_by_id(const struct answer *answer, const char *id)
{
    for (size_t i = answer->items ? answer->items->count : 0; *id && i-- > 0;)
        if (answer->items->list[i].id != NULL && strcmp(answer->items->list[i].id, id) == 0)
            return &answer->items->list[i];
    return NULL;
}

struct item *
items_by_call(const struct answer *answer, const char *call_id)
{
    for (size_t i = answer->items ? answer->items->count : 0; *call_id && i-- > 0;)
        if (answer->items->list[i].call_id && strcmp(answer->items->list[i].call_id, call_id) == 0)
            return &answer->items->list[i];
    return NULL;
}

static bool
differs(const char *known, const json_t *wire, const char *key)
{
    const char *other = json_text(wire, key, "");

    return known != NULL && *other != '\0' && strcmp(known, other) != 0;
}

struct item *
items_open_like(const struct answer *answer, const json_t *wire)
{
    for (size_t i = 0; answer->items && i < answer->items->count; i++) {
        struct item *item = &answer->items->list[i];
        if (!item->done && item->kind == items_kind(wire) && !differs(item->call_id, wire, "call_id"))
            return item;
    }
    return NULL;
}

bool
items_is_other(const struct item *item, const json_t *wire)
{
    if (item->kind != items_kind(wire))
        return true;
    return item->kind == KIND_CALL ? differs(item->call_id, wire, "call_id") : differs(item->id, wire, "id");
}

enum kind
items_kind(const json_t *item)
{
    const char *type = json_text(item, "type", "");

    if (strcmp(type, "message") == 0)
        return KIND_MESSAGE;
    return strcmp(type, "function_call") == 0 ? KIND_CALL : KIND_OTHER;
}

/* The item that an event speaks of: by its place, else by its id, else the last one. An event of an item that
 * was never opened opens one of KIND. */
struct item *
items_of(struct answer *answer, const json_t *event, enum kind kind)
{
    const json_t *index = json_object_get(event, "output_index");
    size_t count = answer->items ? answer->items->count : 0;
    struct item *item;

    if (json_is_integer(index)) {
        item = items_by_index(answer, json_integer_value(index));
        return item ? item : items_add(answer, json_integer_value(index), kind);
    }
    if ((item = items_by_id(answer, json_text(event, "item_id", ""))) != NULL)
        return item;
    item = count ? &answer->items->list[count - 1] : NULL;
    if (item != NULL && item->kind == kind && !item->done)
        return item;
    return items_add(answer, (int64_t)count, kind);
}

/* -- text --------------------------------------------------------------------------------------- */

/* Hand on what of PART was not handed on yet. */
static void
hand_on(struct answer *answer, const struct item *item, struct part *part)
{
    if (item->commentary || part->refusal || part->guess || part->text.size <= part->handed)
        return;
    answer_hand(answer, part->text.bytes + part->handed, part->text.size - part->handed);
    part->handed = part->text.size;
}

/* The whole text of a part takes the place of its deltas. What of it was not handed on is handed on now,
 * unless what was handed on is another text: then the whole is only in the result. */
void
items_replace_text(struct answer *answer, struct item *item, int64_t index, bool refusal, const json_t *text)
{
    const char *value = json_string_value(text);
    size_t size = json_string_length(text);
    struct part *part;
    bool other;

    if (value == NULL || (part = part_of(answer, item, index, refusal)) == NULL)
        return;
    part->guess = false;
    other = part->handed > size || (part->handed > 0 && memcmp(part->text.bytes, value, part->handed) != 0);
    buffer_reset(&part->text);
    buffer_append(&part->text, value, size);
    answer->text.failed |= part->text.failed;
    if (other)
        part->handed = size;
    hand_on(answer, item, part);
}

/* Whether a delta begins with what TEXT has, or the other way round. */
static bool
says_again(const struct buffer *text, const json_t *delta)
{
    size_t size = json_string_length(delta);

    size = size < text->size ? size : text->size;
    return size > 0 && memcmp(text->bytes, json_string_value(delta), size) == 0;
}

/* Append DELTA to TEXT, which may be a GUESS so far. */
static void
add_delta(struct buffer *text, bool *guess, const json_t *delta)
{
    if (*guess && says_again(text, delta))
        buffer_reset(text);
    *guess = false;
    buffer_append(text, json_string_value(delta), json_string_length(delta));
}

void
items_add_arguments(struct answer *answer, const json_t *event)
{
    const json_t *delta = json_object_get(event, "delta");
    struct item *item = items_of(answer, event, KIND_CALL);

    if (item == NULL || item->done || !json_is_string(delta))
        return;
    add_delta(&item->arguments, &item->guess, delta);
    answer->calls.failed |= item->arguments.failed;
}

void
items_add_text(struct answer *answer, const json_t *event, bool refusal)
{
    const json_t *delta = json_object_get(event, "delta");
    struct item *item = items_of(answer, event, KIND_MESSAGE);
    struct part *part;

    if (item == NULL || !json_is_string(delta) || item->done)
        return;
    if ((part = part_of(answer, item, json_number(event, "content_index", 0), refusal)) == NULL)
        return;
    add_delta(&part->text, &part->guess, delta);
    answer->text.failed |= part->text.failed;
    hand_on(answer, item, part);
}

/* -- what an item says of itself ---------------------------------------------------------------- */

static void
read_content(struct answer *answer, struct item *item, const json_t *content)
{
    /* a single part is the one the deltas were of, whatever number they gave it */
    bool single = json_array_size(content) == 1 && item->part_count == 1;
    int64_t first = single ? item->parts[0].index : 0;
    const json_t *part;
    size_t i;

    if (json_is_string(content))
        items_replace_text(answer, item, 0, false, content);
    json_array_foreach(content, i, part)
    {
        const char *type = json_text(part, "type", "");
        if (strcmp(type, "output_text") == 0 || strcmp(type, "text") == 0)
            items_replace_text(answer, item, first + (int64_t)i, false, json_object_get(part, "text"));
        else if (strcmp(type, "refusal") == 0)
            items_replace_text(answer, item, first + (int64_t)i, true, json_object_get(part, "refusal"));
    }
}

void
items_arguments(struct answer *answer, struct item *item, const json_t *arguments)
{
    if (json_is_string(arguments) && json_string_length(arguments) > 0) {
        buffer_reset(&item->arguments);
        buffer_append(&item->arguments, json_string_value(arguments), json_string_length(arguments));
        item->guess = false;
    } else if (json_is_object(arguments)) {
        buffer_reset(&item->arguments);
        json_write(&item->arguments, arguments, 0);
        item->guess = false;
    }
    answer->calls.failed |= item->arguments.failed;
}

/* What an item had when it was opened is kept, and not handed on before it is known to be more than a
 * foretaste.
 */
static void
guess_parts(struct item *item)
{
    for (size_t p = 0; p < item->part_count; p++)
        item->parts[p].guess = item->parts[p].text.size > 0 && item->parts[p].handed == 0;
}

void
items_read(struct answer *answer, struct item *item, const json_t *wire, bool opens)
{
    const char *phase = json_text(wire, "phase", "");
    bool was_commentary;

    if (items_kind(wire) != KIND_OTHER)
        item->kind = items_kind(wire);
    if (*phase != '\0')
        item->commentary = strcmp(phase, "commentary") == 0;
    item->cut = item->kind == KIND_CALL && strcmp(json_text(wire, "status", ""), "incomplete") == 0;
    answer_keep(&item->id, wire, "id");
    answer_keep(&item->call_id, wire, "call_id");
    answer_keep(&item->name, wire, "name");
    was_commentary = item->commentary;
    item->commentary |= opens; /* nothing is handed on yet */
    if (item->kind == KIND_MESSAGE)
        read_content(answer, item, json_object_get(wire, "content"));
    item->commentary = was_commentary;
    if (item->kind == KIND_CALL)
        items_arguments(answer, item, json_object_get(wire, "arguments"));
    if (opens) {
        guess_parts(item);
        item->guess = item->arguments.size > 0;
        item->opened = true;
    }
}

bool
items_have_text(const struct answer *answer)
{
    for (size_t i = 0; answer->items && i < answer->items->count; i++)
        for (size_t p = 0; p < answer->items->list[i].part_count; p++)
            if (answer->items->list[i].parts[p].text.size > 0)
                return true;
    return false;
}

/* -- the end ------------------------------------------------------------------------------------ */

static bool
has_answer(const struct items *items)
{
    for (size_t i = 0; i < items->count; i++)
        for (size_t p = 0; !items->list[i].commentary && p < items->list[i].part_count; p++)
            if (items->list[i].parts[p].text.size > 0)
                return true;
    return false;
}

static void
settle_text(struct answer *answer, const struct item *item, bool show)
{
    for (size_t p = 0; p < item->part_count; p++) {
        const struct part *part = &item->parts[p];
        const char *text = part->text.bytes ? part->text.bytes : "";

        if (part->refusal) {
            buffer_append(&answer->refusal, text, part->text.size);
            continue;
        }
        if (item->commentary && !show)
            continue;
        answer_append(answer, text, part->text.size);
        if (item->commentary || part->guess) /* it was held back */
            answer_hand(answer, text, part->text.size);
    }
}

static void
settle_call(struct answer *answer, const struct item *item)
{
    struct call *call = calls_add(&answer->calls, item->index);

    if (call == NULL)
        return;
    call->cut = item->cut;
    calls_name(&answer->calls, call, item->call_id ? item->call_id : item->id, item->name);
    buffer_append(&call->arguments, buffer_string(&item->arguments), item->arguments.size);
    answer->calls.failed |= call->arguments.failed;
}

/* The calls in the order of their indexes, those of one index as they came. */
static void
settle_calls(struct answer *answer)
{
    const struct items *items = answer->items;
    const struct item *list = items->list;
    size_t count = 0, *order = malloc((items->count + 1) * sizeof *order);

    if (order == NULL) {
        answer->calls.failed = true;
        return;
    }
    for (size_t i = 0; i < items->count; i++) {
        size_t at = count;
        if (list[i].kind != KIND_CALL)
            continue;
        for (; at > 0 && list[order[at - 1]].index > list[i].index; at--)
            order[at] = order[at - 1];
        order[at] = i;
        count++;
    }
    for (size_t i = 0; i < count; i++)
        settle_call(answer, &list[order[i]]);
    free(order);
}

void
items_settle(struct answer *answer)
{
    struct items *items = answer->items;
    bool show;

    if (items == NULL || items->settled)
        return;
    items->settled = true;
    show = !has_answer(items) && answer->end != ANSWER_OPEN && answer->end != ANSWER_FAILED;
    for (size_t i = 0; i < items->count; i++)
        settle_text(answer, &items->list[i], show);
    settle_calls(answer);
}
