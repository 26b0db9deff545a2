#include "common/json.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"

static void
say(char why[80], const char *what)
{
    if (why != NULL)
        snprintf(why, 80, "%s", what);
}

json_t *
json_read(const char *bytes, size_t size, char why[80])
{
    json_error_t error;
    json_t *value = json_loadb(bytes, size, JSON_REJECT_DUPLICATES, &error);

    if (value == NULL && why != NULL)
        snprintf(why, 80, "%.50s at byte %d", error.text, error.position);
    return value;
}

bool
json_has_more(const char *bytes, size_t size, size_t most)
{
    bool in_text = false;
    size_t count = 1;

    for (size_t i = 0; i < size && count <= most; i++) {
        if (bytes[i] == '"')
            in_text = !in_text;
        else if (in_text)
            i += bytes[i] == '\\';
        else
            count += bytes[i] == ',' || bytes[i] == '[' || bytes[i] == '{';
    }
    return count > most;
}

const char *
json_text(const json_t *object, const char *key, const char *other)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text != NULL ? text : other;
}

int64_t
json_number(const json_t *object, const char *key, int64_t other)
{
    const json_t *value = json_object_get(object, key);

    if (json_is_integer(value))
        return json_integer_value(value);
    if (json_is_real(value) && fabs(json_real_value(value)) < 9e15)
        return llround(json_real_value(value));
    return other;
}

static int
append_piece(const char *piece, size_t size, void *out)
{
    buffer_append(out, piece, size);
    return 0;
}

void
json_write(struct buffer *out, const json_t *value, size_t flags)
{
    if (value == NULL)
        buffer_text(out, "null");
    else if (json_dump_callback(value, append_piece, out,
                                JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15) | flags) != 0)
        out->failed = true;
}

char *
json_string_of(const json_t *value)
{
    struct buffer out = { 0 };

    json_write(&out, value, 0);
    return buffer_take(&out);
}

json_t *
json_file(const char *path)
{
    json_error_t error;
    json_t *value;
    FILE *file = fopen(path, "r");

    if (file == NULL) {
        log_error("%s can't be opened: %s", path, strerror(errno));
        return NULL;
    }
    value = json_loadf(file, JSON_REJECT_DUPLICATES, &error);
    fclose(file);
    if (value == NULL)
        log_error("%s is not JSON: line %d: %s", path, error.line, error.text);
    return value;
}

/* -- JSON Patch --------------------------------------------------------------------------------- */

#define PATCH_DEPTH 32
#define PATCH_SIZE 1000 /* operations */

/* What the copies of one patch may weigh together: each can double the document, and 64 are too much for any
 * machine. */
#define PATCH_COPIED 10000

/* Cut the next part off the JSON Pointer *POINTER (RFC 6901) into PART, with ~1 and ~0 undone.
 * Returns 1, 0 at the end, or -1 when it is malformed or longer than 200 bytes. */
static int
next_part(const char **pointer, char part[200])
{
    size_t size = 0;
    const char *c = *pointer;

    if (*c == '\0')
        return 0;
    if (*c++ != '/')
        return -1;
    for (; *c != '\0' && *c != '/'; c++) {
        char byte = *c;

        if (byte == '~') {
            c++;
            if (*c != '0' && *c != '1')
                return -1;
            byte = *c == '0' ? '~' : '/';
        }
        if (size >= 199)
            return -1;
        part[size++] = byte;
    }
    part[size] = '\0';
    *pointer = c;
    return 1;
}

/* The index that PART names in ARRAY, SIZE for "-" and for its end; -1 when it is none. */
static long
index_of(const json_t *array, const char *part)
{
    size_t size = json_array_size(array);
    char *end;
    long index;

    if (strcmp(part, "-") == 0)
        return (long)size;
    if (part[0] < '0' || part[0] > '9' || (part[0] == '0' && part[1] != '\0'))
        return -1;
    index = strtol(part, &end, 10);
    return *end == '\0' && index >= 0 && (size_t)index <= size ? index : -1;
}

static json_t *
child_of(json_t *parent, const char *part)
{
    long index;

    if (json_is_object(parent))
        return json_object_get(parent, part);
    if (!json_is_array(parent) || (index = index_of(parent, part)) < 0)
        return NULL;
    return json_array_get(parent, (size_t)index);
}

/* Walk POINTER in DOCUMENT up to its last part, which goes into LAST. The parent is lent; NULL when a
 * part on the way is missing, and for the empty pointer. */
static json_t *
parent_of(json_t *document, const char *pointer, char last[200])
{
    json_t *parent = document;

    if (next_part(&pointer, last) != 1)
        return NULL;
    for (int depth = 0; *pointer != '\0' && depth < PATCH_DEPTH; depth++) {
        if ((parent = child_of(parent, last)) == NULL || next_part(&pointer, last) != 1)
            return NULL;
    }
    return *pointer == '\0' ? parent : NULL;
}

static json_t *
value_at(json_t *document, const char *pointer)
{
    char last[200];
    json_t *parent;

    if (*pointer == '\0')
        return document;
    return (parent = parent_of(document, pointer, last)) != NULL ? child_of(parent, last) : NULL;
}

/* Each of these takes the new reference VALUE. */
static int
patch_add(json_t **document, const char *path, json_t *value)
{
    char last[200];
    json_t *parent;
    long index;

    if (*path == '\0') {
        json_decref(*document);
        *document = value;
        return 0;
    }
    parent = parent_of(*document, path, last);
    if (json_is_object(parent))
        return json_object_set_new(parent, last, value);
    if (json_is_array(parent) && (index = index_of(parent, last)) >= 0)
        return json_array_insert_new(parent, (size_t)index, value);
    json_decref(value);
    return -1;
}

static int
patch_remove(json_t *document, const char *path)
{
    char last[200];
    json_t *parent = parent_of(document, path, last);
    long index;

    if (json_is_object(parent))
        return json_object_del(parent, last);
    if (json_is_array(parent) && (index = index_of(parent, last)) >= 0)
        return json_array_remove(parent, (size_t)index);
    return -1;
}

static int
patch_replace(json_t **document, const char *path, json_t *value)
{
    if (value_at(*document, path) == NULL) {
        json_decref(value);
        return -1;
    }
    if (*path != '\0')
        patch_remove(*document, path);
    return patch_add(document, path, value);
}

/* How many values VALUE holds, itself included, and one more for each 64 bytes of text; weighing ends past
 * MOST. */
static size_t
weigh(const json_t *value, size_t most)
{
    size_t weight = 1 + json_string_length(value) / 64, i;
    const char *key;
    json_t *member;

    json_object_foreach((json_t *)value, key, member)
    {
        if (weight > most)
            return weight;
        weight += strlen(key) / 64;
        weight += weigh(member, most > weight ? most - weight : 0);
    }
    json_array_foreach(value, i, member)
    {
        if (weight > most)
            return weight;
        weight += weigh(member, most - weight);
    }
    return weight;
}

/* A copy of the value at FROM, a new reference, where *ROOM has place for its weight; or NULL. */
static json_t *
patch_copy(json_t *document, const char *from, size_t *room)
{
    json_t *found = value_at(document, from);
    size_t weight = found == NULL ? 0 : weigh(found, *room);

    if (weight > *room)
        return NULL;
    *room -= weight;
    return json_deep_copy(found);
}

static int
patch_one(json_t **document, const json_t *operation, size_t *room, char why[80])
{
    const char *op = json_text(operation, "op", ""), *path = json_text(operation, "path", NULL);
    const char *from = json_text(operation, "from", NULL);
    json_t *value = json_object_get(operation, "value"), *found;
    int status = -1;

    if (path == NULL) {
        say(why, "an operation has no path");
        return -1;
    }
    if (strcmp(op, "add") == 0 && value != NULL)
        status = patch_add(document, path, json_deep_copy(value));
    else if (strcmp(op, "replace") == 0 && value != NULL)
        status = patch_replace(document, path, json_deep_copy(value));
    else if (strcmp(op, "remove") == 0)
        status = patch_remove(*document, path);
    else if (strcmp(op, "test") == 0 && value != NULL)
        status = (found = value_at(*document, path)) != NULL && json_equal(found, value) ? 0 : -1;
    else if ((strcmp(op, "move") == 0 || strcmp(op, "copy") == 0) && from != NULL) {
        size_t length = strlen(from);
        bool into_itself = op[0] == 'm' && strncmp(path, from, length) == 0 && path[length] == '/';

        found = into_itself ? NULL : patch_copy(*document, from, room);
        if (found != NULL && op[0] == 'm' && patch_remove(*document, from) != 0) {
            json_decref(found);
            found = NULL;
        }
        if (found != NULL)
            status = patch_add(document, path, found);
    } else {
        say(why, "an operation is not add, remove, replace, move, copy or test, or lacks a member");
        return -1;
    }
    if (status != 0 && why != NULL)
        snprintf(why, 80, "%.8s %.50s does not fit", op, path);
    return status;
}

int
json_patch(json_t **document, const json_t *patch, char why[80])
{
    json_t *changed, *operation;
    size_t room = PATCH_COPIED, i;

    if (!json_is_array(patch) || json_array_size(patch) > PATCH_SIZE) {
        say(why, "a patch is a list of operations");
        return -1;
    }
    if ((changed = json_deep_copy(*document)) == NULL) {
        say(why, "no memory");
        return -1;
    }
    json_array_foreach(patch, i, operation)
    {
        if (patch_one(&changed, operation, &room, why) != 0) {
            json_decref(changed);
            return -1;
        }
    }
    json_decref(*document);
    *document = changed;
    return 0;
}

void
json_append_once(json_t *list, const char *text)
{
    size_t i;
    json_t *item;

    json_array_foreach(list, i, item) if (strcmp(json_string_value(item), text) == 0) return;
    json_array_append_new(list, json_string(text));
}
