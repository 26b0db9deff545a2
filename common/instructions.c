#include "common/instructions.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/buffer.h"
#include "common/id.h"
#include "common/json.h"
#include "common/log.h"

#define TEXT_BYTES (256 << 10) /* more is no instructions */

struct instructions {
    char *assistant, *schema_file;
    char *text;
    json_t *schema;
    char version[48];
};

/* Where NAME of ASSISTANT is: in the operator's folder, or the project's. */
static void
find(const struct options *options, const char *assistant, const char *name, char path[4096])
{
    if (options->instructions[0] != '\0') {
        snprintf(path, 4096, "%s/%s/%s", options->instructions, assistant, name);
        if (access(path, F_OK) == 0)
            return;
    }
    snprintf(path, 4096, "%s/%s", assistant, name);
}

/* The text of the file at PATH, which the caller frees; NULL when it is none (logged). */
static char *
read_text(const char *path)
{
    struct buffer text = { 0 };
    FILE *file = fopen(path, "r");
    char piece[4096];
    size_t size;
    json_t *checked;

    if (file == NULL) {
        log_error("%s can't be opened: %s; run in the project's folder, or set --instructions", path,
                  strerror(errno));
        return NULL;
    }
    while ((size = fread(piece, 1, sizeof piece, file)) > 0 && text.size <= TEXT_BYTES)
        buffer_append(&text, piece, size);
    fclose(file);
    checked = json_stringn(buffer_string(&text), text.size);
    json_decref(checked);
    if (checked == NULL || text.size > TEXT_BYTES || strspn(buffer_string(&text), " \t\r\n") == text.size) {
        log_error("%s is empty, longer than %d bytes, or not UTF-8", path, TEXT_BYTES);
        buffer_clear(&text);
        return NULL;
    }
    return buffer_take(&text);
}

/* Is SCHEMA a strict object's: all of its properties required, no others allowed? */
static bool
is_strict(const json_t *schema)
{
    json_t *properties = json_object_get(schema, "properties");

    return strcmp(json_text(schema, "type", ""), "object") == 0 && json_is_object(properties) &&
           json_is_false(json_object_get(schema, "additionalProperties")) &&
           json_array_size(json_object_get(schema, "required")) == json_object_size(properties);
}

/* The schema at PATH, or the tool with its schema in `parameters`; NULL when it is none (logged). */
static json_t *
read_schema(const char *path)
{
    json_t *schema = json_file(path);
    const json_t *parameters = json_object_get(schema, "parameters");

    if (schema == NULL || is_strict(parameters == NULL ? schema : parameters))
        return schema;
    log_error("%s is no strict schema: it needs type object, properties, all of them required, and "
              "additionalProperties false",
              path);
    json_decref(schema);
    return NULL;
}

static void
name_version(struct instructions *instructions)
{
    char hash[65], *schema = instructions->schema == NULL ? NULL : json_string_of(instructions->schema);

    id_hash(schema == NULL ? "" : schema, instructions->text, hash);
    free(schema);
    snprintf(instructions->version, sizeof instructions->version, "%.32s_%.8s", instructions->assistant,
             hash);
}

/* Read both files into INSTRUCTIONS, or leave it as it is. */
static int
read_files(struct instructions *instructions, const struct options *options)
{
    char path[4096];
    char *text;
    json_t *schema = NULL;

    find(options, instructions->assistant, "instructions.md", path);
    if ((text = read_text(path)) == NULL)
        return -1;
    if (instructions->schema_file != NULL) {
        find(options, instructions->assistant, instructions->schema_file, path);
        if ((schema = read_schema(path)) == NULL) {
            free(text);
            return -1;
        }
    }
    free(instructions->text);
    json_decref(instructions->schema);
    instructions->text = text;
    instructions->schema = schema;
    name_version(instructions);
    return 0;
}

struct instructions *
instructions_open(const struct options *options, const char *assistant, const char *schema_file)
{
    struct instructions *instructions = calloc(1, sizeof *instructions);

    if (instructions == NULL)
        abort();
    instructions->assistant = strdup(assistant);
    instructions->schema_file = schema_file == NULL ? NULL : strdup(schema_file);
    if (read_files(instructions, options))
        instructions_close(&instructions);
    return instructions;
}

void
instructions_close(struct instructions **closing)
{
    struct instructions *instructions = *closing;

    if (instructions == NULL)
        return;
    *closing = NULL;
    free(instructions->assistant);
    free(instructions->schema_file);
    free(instructions->text);
    json_decref(instructions->schema);
    free(instructions);
}

void
instructions_reload(struct instructions *instructions, const struct options *options)
{
    if (read_files(instructions, options))
        log_warning("instructions: the %s keeps those of before, version=%s", instructions->assistant,
                    instructions->version);
    else
        log_info("instructions read version=%s", instructions->version);
}

const char *
instructions_text(const struct instructions *instructions)
{
    return instructions->text;
}

const json_t *
instructions_schema(const struct instructions *instructions)
{
    return instructions->schema;
}

const char *
instructions_version(const struct instructions *instructions)
{
    return instructions->version;
}
