/* Both dialects into one struct ask. What OpenAI refuses is refused in its words. */
#include "understudy/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buffer.h"
#include "common/json.h"

static int
refuse(struct problem *problem, const char *param, const char *code, const char *format, const char *what)
{
    problem->status = 400;
    problem->type = "invalid_request_error";
    problem->param = param;
    problem->code = code;
    snprintf(problem->message, sizeof problem->message, format, what);
    return -1;
}

/* Append the text of CONTENT: a string, or parts of which those with text count. */
static int
append_content(struct buffer *out, const json_t *content, struct problem *problem)
{
    const json_t *part;
    size_t i;

    if (json_is_string(content)) {
        buffer_append(out, json_string_value(content), json_string_length(content));
        return 0;
    }
    if (content == NULL || json_is_null(content))
        return 0;
    if (!json_is_array(content))
        return refuse(problem, "messages", "invalid_type",
                      "Invalid type for '%s': expected a string or an array of parts.", "content");
    json_array_foreach(content, i, part)
    {
        const json_t *text = json_object_get(part, "text");

        if (json_is_string(text))
            buffer_append(out, json_string_value(text), json_string_length(text));
        else if (!json_is_string(json_object_get(part, "type")))
            return refuse(problem, "messages", "invalid_type", "Missing required parameter: '%s'.",
                          "content[].type");
    }
    return 0;
}

/* One message joins the conversation, or the instructions. */
static int
add_message(struct ask *ask, struct buffer *instructions, const json_t *message, struct problem *problem)
{
    const char *role = json_text(message, "role", "");
    const json_t *content = json_object_get(message, "content");
    struct buffer text = { 0 };
    bool system = !strcmp(role, "system") || !strcmp(role, "developer");

    if (!system && strcmp(role, "user") && strcmp(role, "assistant") && strcmp(role, "tool"))
        return refuse(problem, "messages", "invalid_value",
                      "Invalid value: '%.60s'. Supported values are: 'system', 'developer', 'user', "
                      "'assistant' and 'tool'.",
                      role);
    if (!strcmp(role, "user") && content == NULL)
        return refuse(problem, "messages", "missing_required_parameter", "Missing required parameter: '%s'.",
                      "content");
    if (system) {
        if (instructions->size)
            buffer_text(instructions, "\n");
        return append_content(instructions, content, problem);
    }
    if (append_content(&text, content, problem)) {
        buffer_clear(&text);
        return -1;
    }
    ask->said[ask->said_count].by_user = !strcmp(role, "user");
    ask->said[ask->said_count].text = strdup(buffer_string(&text));
    ask->said_count++;
    buffer_clear(&text);
    return 0;
}

static int
read_messages(struct ask *ask, struct buffer *instructions, struct problem *problem)
{
    const char *key = ask->dialect == DIALECT_CHAT ? "messages" : "input";
    const json_t *messages = json_object_get(ask->root, key), *message;
    size_t i;

    if (messages == NULL)
        return refuse(problem, key, "missing_required_parameter", "Missing required parameter: '%s'.", key);
    ask->said = calloc(json_is_array(messages) ? json_array_size(messages) + 1 : 1, sizeof *ask->said);
    if (ask->said == NULL)
        return refuse(problem, NULL, NULL, "%s", "no memory");
    if (json_is_string(messages) && ask->dialect == DIALECT_RESPONSES) {
        ask->said[ask->said_count++] = (struct said) { true, strdup(json_string_value(messages)) };
        return 0;
    }
    if (!json_is_array(messages))
        return refuse(problem, key, "invalid_type", "Invalid type for '%s': expected an array of objects.",
                      key);
    if (json_array_size(messages) == 0)
        return refuse(problem, key, "empty_array",
                      "Invalid '%s': empty array. Expected an array with minimum length 1.", key);
    json_array_foreach(messages, i, message)
    {
        const char *type = json_text(message, "type", "message");

        if (!json_is_object(message))
            return refuse(problem, key, "invalid_type", "Invalid type for '%s[]': expected an object.", key);
        if (!strcmp(type, "message") && add_message(ask, instructions, message, problem))
            return -1; /* calls, their outputs and reasoning are history that we have no use for */
    }
    return 0;
}

static int
read_tools(struct ask *ask, struct problem *problem)
{
    const json_t *tools = json_object_get(ask->root, "tools"), *tool,
                 *choice = json_object_get(ask->root, "tool_choice");
    const char *word = json_is_string(choice)   ? json_string_value(choice)
                       : json_is_object(choice) ? "required"
                                                : "auto";
    size_t i;

    if (tools != NULL && !json_is_null(tools) && !json_is_array(tools))
        return refuse(problem, "tools", "invalid_type",
                      "Invalid type for '%s': expected an array of objects.", "tools");
    if (json_array_size(tools) > TOOLS_MOST)
        return refuse(problem, "tools", "array_above_max_length", "Invalid '%s': array too long.", "tools");
    json_array_foreach(tools, i, tool)
    {
        const json_t *function = ask->dialect == DIALECT_CHAT ? json_object_get(tool, "function") : tool;

        if (strcmp(json_text(tool, "type", ""), "function"))
            return refuse(problem, "tools[0].type", "invalid_value",
                          "Invalid value: '%.60s'. Supported values are: 'function'.",
                          json_text(tool, "type", ""));
        if (!*json_text(function, "name", ""))
            return refuse(problem, ask->dialect == DIALECT_CHAT ? "tools[0].function.name" : "tools[0].name",
                          "missing_required_parameter", "Missing required parameter: '%s'.",
                          ask->dialect == DIALECT_CHAT ? "tools[0].function" : "tools[0].name");
        ask->tools[ask->tool_count++] =
            (struct tool) { json_text(function, "name", ""), json_object_get(function, "parameters") };
    }
    ask->must_call = !strcmp(word, "required");
    ask->may_call = strcmp(word, "none") != 0;
    if (strcmp(word, "auto") && strcmp(word, "none") && strcmp(word, "required"))
        return refuse(problem, "tool_choice", "invalid_value",
                      "Invalid value: '%.60s'. Supported values are: 'none', 'auto', and 'required'.", word);
    if (json_object_get(ask->root, "parallel_tool_calls") != NULL && ask->tool_count == 0 &&
        ask->dialect == DIALECT_CHAT)
        return refuse(problem, "parallel_tool_calls", NULL,
                      "Invalid value for '%s': it is only allowed when 'tools' are specified.",
                      "parallel_tool_calls");
    return 0;
}

static int
read_format(struct ask *ask, struct problem *problem)
{
    const json_t *format = ask->dialect == DIALECT_CHAT
                               ? json_object_get(ask->root, "response_format")
                               : json_object_get(json_object_get(ask->root, "text"), "format");
    const char *param = ask->dialect == DIALECT_CHAT ? "response_format" : "text.format";
    const char *type = json_text(format, "type", "text");
    const json_t *schema;

    if (!strcmp(type, "text") || !strcmp(type, "json_object"))
        return 0;
    if (strcmp(type, "json_schema"))
        return refuse(
            problem, param, "invalid_value",
            "Invalid value: '%.60s'. Supported values are: 'text', 'json_object', and 'json_schema'.", type);
    if (ask->dialect == DIALECT_CHAT)
        format = json_object_get(format, "json_schema");
    schema = json_object_get(format, "schema");
    if (!*json_text(format, "name", ""))
        return refuse(problem, param, "missing_required_parameter", "Missing required parameter: '%s.name'.",
                      param);
    if (!json_is_object(schema) || strcmp(json_text(schema, "type", ""), "object"))
        return refuse(
            problem, param, "invalid_json_schema",
            "Invalid schema for response_format '%.60s': schema must be a JSON Schema of 'type: \"object\"'.",
            json_text(format, "name", ""));
    ask->schema = schema;
    return 0;
}

static void
read_limits(struct ask *ask)
{
    const json_t *root = ask->root, *options = json_object_get(root, "stream_options");

    ask->stream = json_is_true(json_object_get(root, "stream"));
    ask->include_usage = json_is_true(json_object_get(options, "include_usage"));
    ask->max_tokens =
        json_number(root, ask->dialect == DIALECT_CHAT ? "max_completion_tokens" : "max_output_tokens", 0);
    if (ask->dialect == DIALECT_CHAT && ask->max_tokens == 0)
        ask->max_tokens = json_number(root, "max_tokens", 0);
}

static int
read_root(struct ask *ask, const char *bytes, size_t size, struct problem *problem)
{
    char why[80] = "";

    if ((ask->root = json_read(bytes, size, why)) == NULL || !json_is_object(ask->root))
        return refuse(problem, NULL, NULL, "We could not parse the JSON body of your request. (HINT: %.80s)",
                      *why ? why : "expected an object");
    ask->model = json_text(ask->root, "model", "");
    if (!*ask->model)
        return refuse(problem, NULL, NULL, "%s", "you must provide a model parameter");
    return 0;
}

int
request_read(struct ask *ask, enum dialect dialect, const char *bytes, size_t size, struct problem *problem)
{
    struct buffer instructions = { 0 };

    *ask = (struct ask) { .dialect = dialect, .input_chars = size };
    *problem = (struct problem) { 0 };
    if (read_root(ask, bytes, size, problem))
        goto fail;
    if (dialect == DIALECT_EMBEDDINGS)
        return 0;
    if (dialect == DIALECT_RESPONSES)
        buffer_text(&instructions, json_text(ask->root, "instructions", ""));
    if (read_messages(ask, &instructions, problem) || read_tools(ask, problem) || read_format(ask, problem))
        goto fail;
    read_limits(ask);
    ask->instructions = strdup(buffer_string(&instructions));
    buffer_clear(&instructions);
    return 0;

fail:
    buffer_clear(&instructions);
    request_clear(ask);
    return -1;
}

void
request_clear(struct ask *ask)
{
    for (size_t i = 0; i < ask->said_count; i++)
        free(ask->said[i].text);
    free(ask->said);
    free(ask->instructions);
    json_decref(ask->root);
    *ask = (struct ask) { 0 };
}

const char *
request_last(const struct ask *ask)
{
    for (size_t i = ask->said_count; i > 0; i--)
        if (ask->said[i - 1].by_user)
            return ask->said[i - 1].text;
    return "";
}

const struct tool *
request_tool(const struct ask *ask, const char *name)
{
    for (size_t i = 0; i < ask->tool_count; i++)
        if (!strcmp(ask->tools[i].name, name))
            return &ask->tools[i];
    return NULL;
}
