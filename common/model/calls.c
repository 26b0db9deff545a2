#include "common/model/calls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/id.h"
#include "common/json.h"
#include "common/model/lenient.h"
#include "common/model/schema.h"

/* -- collecting --------------------------------------------------------------------------------- */

void
calls_clear(struct calls *calls)
{
    for (size_t i = 0; i < calls->count; i++) {
        free(calls->list[i].id);
        free(calls->list[i].name);
        buffer_clear(&calls->list[i].arguments);
    }
    free(calls->list);
    *calls = (struct calls) { 0 };
}

struct call *
calls_add(struct calls *calls, int64_t slot)
{
    if (calls->count == calls->room) {
        size_t room = calls->room ? calls->room * 2 : 4;
        struct call *list = room > CALLS_MOST ? NULL : realloc(calls->list, room * sizeof *list);
        if (list == NULL) {
            calls->failed = true;
            return NULL;
        }
        calls->list = list;
        calls->room = room;
    }
    calls->list[calls->count] = (struct call) { .slot = slot };
    return &calls->list[calls->count++];
}

static void
set_once(struct calls *calls, char **text, const char *to)
{
    if (*text != NULL || to == NULL || *to == '\0')
        return;
    if ((*text = strdup(to)) == NULL)
        calls->failed = true;
}

void
calls_name(struct calls *calls, struct call *call, const char *id, const char *name)
{
    set_once(calls, &call->id, id);
    set_once(calls, &call->name, name);
}

static struct call *
by_slot(const struct calls *calls, int64_t slot)
{
    for (size_t i = calls->count; i-- > 0;) /* the latest of that slot */
        if (calls->list[i].slot == slot)
            return &calls->list[i];
    return NULL;
}

static struct call *
by_id(const struct calls *calls, const char *id)
{
    for (size_t i = calls->count; i-- > 0;)
        if (calls->list[i].id != NULL && strcmp(calls->list[i].id, id) == 0)
            return &calls->list[i];
    return NULL;
}

/* Without an id: whole arguments after other ones, or another name, are another call. */
static bool
is_another(const struct call *call, const char *name, const json_t *arguments)
{
    if (*name == '\0' || call->name == NULL)
        return false;
    return strcmp(call->name, name) != 0 || (json_is_object(arguments) && call->arguments.size > 0);
}

/* The call that a fragment with an index belongs to. A new id with a name at a place that is taken is
 * another call: gateways that number all of them 0. A new id without a name is the same call: proxies
 * that make up ids as they go. */
static struct call *
of_slot(struct calls *calls, int64_t slot, const char *id, const char *name, const json_t *arguments)
{
    struct call *call = by_slot(calls, slot);

    if (call == NULL || (*id == '\0' && is_another(call, name, arguments)))
        return calls_add(calls, slot);
    if (*id && call->id != NULL && strcmp(call->id, id) != 0 && *name) {
        struct call *same = by_id(calls, id);
        return same && same->slot == slot ? same : calls_add(calls, slot);
    }
    return call;
}

/* The same without an index: whole calls, each with an id or a name; else more of the last one. */
static struct call *
of_none(struct calls *calls, const char *id, const char *name, size_t position, size_t count)
{
    struct call *call = *id ? by_id(calls, id) : NULL;

    if (call != NULL)
        return call;
    if (*id || *name || calls->count == 0)
        return calls_add(calls, -1);
    if (count > 1 && position < calls->count)
        return &calls->list[position];
    return &calls->list[calls->count - 1];
}

void
calls_arguments(struct calls *calls, struct call *call, const json_t *arguments)
{
    if (json_is_string(arguments)) {
        if (!call->replaced)
            buffer_append(&call->arguments, json_string_value(arguments), json_string_length(arguments));
    } else if ((json_is_object(arguments) || json_is_array(arguments)) && call->arguments.size == 0) {
        json_write(&call->arguments, arguments, 0);
        call->replaced = true;
    }
    calls->failed |= call->arguments.failed;
}

void
calls_fragment(struct calls *calls, const json_t *fragment, size_t position, size_t count)
{
    const json_t *function = json_object_get(fragment, "function");
    const json_t *index = json_object_get(fragment, "index");
    const char *id = json_text(fragment, "id", "");
    const char *name = json_text(function, "name", "");
    const json_t *arguments = json_object_get(function, "arguments");
    struct call *call;

    if (!json_is_object(fragment))
        return;
    call = json_is_integer(index) ? of_slot(calls, json_integer_value(index), id, name, arguments)
                                  : of_none(calls, id, name, position, count);
    if (call == NULL)
        return;
    calls_name(calls, call, id, name);
    calls_arguments(calls, call, arguments);
}

bool
calls_are_whole(const struct calls *calls)
{
    for (size_t i = 0; i < calls->count; i++) {
        const struct buffer *text = &calls->list[i].arguments;
        json_t *value = text->size ? lenient_read(text->bytes, text->size) : NULL;
        bool whole = value != NULL || text->size == 0;
        json_decref(value);
        if (!whole)
            return false;
    }
    return true;
}

/* -- what they come to -------------------------------------------------------------------------- */

struct results {
    struct model_tool_call *list;
    size_t count, room;
};

/* Put a result at the end; takes ARGUMENTS. Without memory it is left out. */
static struct model_tool_call *
put(struct results *results, const char *id, const char *name, const char *text, size_t size,
    json_t *arguments)
{
    struct model_tool_call *result;

    if (results->count == results->room) {
        size_t room = results->room ? results->room * 2 : 4;
        struct model_tool_call *list = realloc(results->list, room * sizeof *list);
        if (list == NULL) {
            json_decref(arguments);
            return NULL;
        }
        results->list = list;
        results->room = room;
    }
    result = &results->list[results->count++];
    *result = (struct model_tool_call) { .id = strdup(id ? id : ""),
                                         .name = strdup(name ? name : ""),
                                         .arguments_text = lenient_string(text ? text : "", size),
                                         .arguments = arguments };
    return result;
}

static void
refuse(struct model_tool_call *result, const char *why)
{
    json_decref(result->arguments);
    result->arguments = NULL;
    free(result->problem);
    result->problem = strdup(why);
}

static const json_t *
tool_named(const json_t *tools, const char *name)
{
    const json_t *tool;
    size_t i;

    json_array_foreach(tools, i, tool)
    {
        if (strcmp(json_text(tool, "name", ""), name) == 0)
            return tool;
    }
    return NULL;
}

static void
say_unknown(struct model_tool_call *result, const json_t *tools)
{
    struct buffer why = { 0 };
    const json_t *tool;
    size_t i;

    buffer_printf(&why, "unknown tool %.64s; available:", result->name);
    json_array_foreach(tools, i, tool)
    {
        buffer_printf(&why, " %.64s", json_text(tool, "name", "?"));
    }
    refuse(result, buffer_string(&why));
    buffer_clear(&why);
}

/* Check what was parsed against its tool. */
static void
judge(struct model_tool_call *result, const json_t *tools)
{
    const json_t *tool = tool_named(tools, result->name);
    const json_t *parameters = json_object_get(tool, "parameters");
    char why[160];

    if (result->arguments == NULL)
        refuse(result, "the arguments are no JSON object");
    else if (tool == NULL && tools != NULL)
        say_unknown(result, tools);
    else if (!json_is_object(result->arguments))
        refuse(result, "the arguments are no JSON object");
    else if (json_is_object(parameters) && schema_check(parameters, result->arguments, why))
        refuse(result, why);
}

/* Arguments as an object. A text that holds JSON text (encoded twice) is looked into once. */
static json_t *
parse(const char *text, size_t size)
{
    json_t *value;

    while (size > 0 && strchr(" \t\r\n", text[size - 1]) != NULL)
        size--;
    if (size == 0)
        return json_object();
    if ((value = lenient_read(text, size)) != NULL || *text != '"')
        return value;
    if ((value = json_loadb(text, size, JSON_DECODE_ANY, NULL)) != NULL) {
        json_t *inner = lenient_read(json_string_value(value), json_string_length(value));
        json_decref(value);
        return inner;
    }
    return NULL;
}

static bool
is_wrapper(const char *name)
{
    return strcmp(name, "multi_tool_use.parallel") == 0 || strcmp(name, "parallel") == 0 ||
           strcmp(name, "multi_tool_use_parallel") == 0;
}

/* A call of a tool that nobody declared, which holds the calls that were meant. All share its id. */
static bool
expand(struct results *results, const char *id, const char *name, const json_t *value, const json_t *tools)
{
    const json_t *uses = json_object_get(value, "tool_uses");
    const json_t *use;
    size_t i;

    if (!is_wrapper(name) || tool_named(tools, name) != NULL || json_array_size(uses) == 0 ||
        json_array_size(uses) > CALLS_MOST)
        return false;
    json_array_foreach(uses, i, use)
    {
        const char *meant = json_text(use, "recipient_name", "");
        json_t *parameters = json_object_get(use, "parameters");
        char *text = json_is_object(parameters) ? json_string_of(parameters) : NULL;
        struct model_tool_call *result;

        if (strncmp(meant, "functions.", 10) == 0)
            meant += 10;
        result = put(results, id, meant, text, text ? strlen(text) : 0,
                     json_is_object(parameters) ? json_incref(parameters) : NULL);
        if (result != NULL)
            judge(result, tools);
        free(text);
    }
    return true;
}

/* {...}{...}: several calls of one tool that a proxy glued together. Only if all of it is whole objects. */
static bool
split(struct results *results, const char *id, const char *name, const char *text, size_t size,
      const json_t *tools)
{
    size_t at = 0, first = results->count;
    json_error_t error;
    char own[ID_SIZE + 8];

    while (at < size) {
        json_t *value = json_loadb(text + at, size - at, JSON_DISABLE_EOF_CHECK | JSON_ALLOW_NUL, &error);
        struct model_tool_call *result;
        size_t part = value ? (size_t)error.position : 0;

        if (!json_is_object(value) || part == 0 || results->count - first >= CALLS_MOST) {
            json_decref(value);
            break;
        }
        snprintf(own, sizeof own, "call_%s", "");
        id_random(own + 5);
        result = put(results, results->count == first ? id : own, name, text + at, part, value);
        if (result != NULL)
            judge(result, tools);
        at += part;
        while (at < size && strchr(" \t\r\n", text[at]) != NULL)
            at++;
    }
    if (at >= size && results->count - first > 1)
        return true;
    while (results->count > first) { /* not that: take them back */
        struct model_tool_call *last = &results->list[--results->count];
        free(last->id), free(last->name), free(last->arguments_text), free(last->problem);
        json_decref(last->arguments);
    }
    return false;
}

static void
finish_one(struct results *results, const struct call *call, const json_t *tools, bool glued, bool cut)
{
    const char *text = buffer_string(&call->arguments);
    const char *name = call->name ? call->name : "";
    struct model_tool_call *result;
    char id[ID_SIZE + 8] = "call_";
    json_t *value;

    id_random(id + 5);
    id[5 + 24] = '\0';
    if (call->id != NULL)
        id[0] = '\0';
    value = cut ? NULL : parse(text, call->arguments.size);
    if (value != NULL && expand(results, call->id ? call->id : id, name, value, tools)) {
        json_decref(value);
        return;
    }
    if (value == NULL && glued && !cut &&
        split(results, call->id ? call->id : id, name, text, call->arguments.size, tools))
        return;
    result = put(results, call->id ? call->id : id, name, call->arguments.size ? text : "{}",
                 call->arguments.size ? call->arguments.size : 2, value);
    if (result == NULL)
        return;
    if (cut)
        refuse(result, "the answer was cut before the call was whole");
    else
        judge(result, tools);
}

struct model_tool_call *
calls_finish(const struct calls *calls, const json_t *tools, bool glued, bool cut, size_t *count)
{
    struct results results = { 0 };

    for (size_t i = 0; i < calls->count; i++)
        finish_one(&results, &calls->list[i], tools, glued, cut || calls->list[i].cut);
    *count = results.count;
    return results.list;
}

void
calls_free_results(struct model_tool_call *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(list[i].id);
        free(list[i].name);
        free(list[i].arguments_text);
        free(list[i].problem);
        json_decref(list[i].arguments);
    }
    free(list);
}
