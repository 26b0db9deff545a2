#include "gateway/run_input.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/id.h"
#include "common/json.h"

static int refuse(struct run_refusal *refusal, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int
refuse(struct run_refusal *refusal, const char *code, const char *format, ...)
{
    va_list arguments;

    refusal->code = code;
    va_start(arguments, format);
    vsnprintf(refusal->message, sizeof refusal->message, format, arguments);
    va_end(arguments);
    return -1;
}

bool
run_input_is_id(const char *text)
{
    size_t size = strlen(text);

    if (size == 0 || size >= RUN_ID_SIZE)
        return false;
    for (; *text != '\0'; text++) {
        if (*text <= ' ' || *text > '~' || *text == '"' || *text == '\'' || *text == '\\')
            return false;
    }
    return true;
}

/* The id at KEY into ID; "" where there is none. */
static int
read_id(char id[RUN_ID_SIZE], const json_t *object, const char *key, struct run_refusal *refusal)
{
    const json_t *value = json_object_get(object, key);

    id[0] = '\0';
    if (value == NULL || json_is_null(value))
        return 0;
    if (!json_is_string(value))
        return refuse(refusal, "bad_shape", "%s must be a string", key);
    if (json_string_length(value) == 0)
        return 0;
    if (!run_input_is_id(json_string_value(value)))
        return refuse(refusal, "bad_id", "%s must be 1 to 128 characters of printable ASCII without blanks",
                      key);
    strcpy(id, json_string_value(value));
    return 0;
}

/* Append the text of CONTENT: a string, or parts of which those of type text count. */
static int
append_content(struct buffer *said, const json_t *content)
{
    const json_t *part;
    size_t i;

    if (json_is_string(content)) {
        buffer_append(said, json_string_value(content), json_string_length(content));
        return 0;
    }
    if (!json_is_array(content))
        return -1;
    json_array_foreach(content, i, part)
    {
        if (strcmp(json_text(part, "type", ""), "text") != 0)
            continue;
        if (said->size > 0)
            buffer_text(said, "\n");
        buffer_text(said, json_text(part, "text", json_text(part, "content", "")));
    }
    return 0;
}

static const json_t *
newest_user_message(const json_t *messages)
{
    for (size_t i = json_array_size(messages); i-- > 0;) {
        const json_t *message = json_array_get(messages, i);

        if (strcmp(json_text(message, "role", ""), "user") == 0)
            return message;
    }
    return NULL;
}

/* The words of the newest user message of ROOT's messages. Assistant turns are never looked at: the
 * store knows what was really said. */
static int
read_messages(struct buffer *said, const json_t *root, struct run_refusal *refusal)
{
    const json_t *messages = json_object_get(root, "messages"), *message, *content;

    if (!json_is_array(messages))
        return refuse(refusal, "bad_shape", "messages must be a list");
    if ((message = newest_user_message(messages)) == NULL)
        return refuse(refusal, "empty_query", "messages holds no message of the role user");
    content = json_object_get(message, "content");
    if (content == NULL || json_is_null(content))
        content = json_object_get(message, "parts");
    if (append_content(said, content))
        return refuse(refusal, "bad_shape", "a message's content must be a string or a list of parts");
    return 0;
}

/* Characters of UTF-8, which Jansson has checked. */
static int64_t
count_characters(const char *text)
{
    int64_t count = 0;

    for (; *text != '\0'; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

static bool
is_blank(const char *text)
{
    return text[strspn(text, " \t\r\n\f\v")] == '\0';
}

/* Take the words in SAID for INPUT, if they are a question. */
static int
take_words(struct run_input *input, struct buffer *said, int64_t query_chars, struct run_refusal *refusal)
{
    int64_t count = count_characters(buffer_string(said));

    if (is_blank(buffer_string(said)))
        return refuse(refusal, "empty_query", "the question is empty");
    if (count > query_chars)
        return refuse(refusal, "query_too_long",
                      "the question has %" PRId64 " characters; at most %" PRId64 " are taken", count,
                      query_chars);
    if ((input->said = buffer_take(said)) == NULL)
        return refuse(refusal, "unavailable", "no memory for the question");
    return 0;
}

/* The criteria's edits at KEY of OBJECT. */
static int
read_patch(struct run_input *input, const json_t *object, const char *key, struct run_refusal *refusal)
{
    json_t *patch = json_object_get(object, key), *operation;
    size_t i;

    if (patch == NULL || json_is_null(patch))
        return 0;
    if (!json_is_array(patch) || json_array_size(patch) > RUN_PATCH_SIZE)
        return refuse(refusal, "bad_criteria", "criteria must be a JSON Patch of at most %d operations",
                      RUN_PATCH_SIZE);
    json_array_foreach(patch, i, operation)
    {
        if (!json_is_string(json_object_get(operation, "op")) ||
            !json_is_string(json_object_get(operation, "path")))
            return refuse(refusal, "bad_criteria", "operation %zu of criteria has no op or no path", i);
    }
    if (json_dumpb(patch, NULL, 0, JSON_COMPACT) > RUN_PATCH_BYTES)
        return refuse(refusal, "bad_criteria", "criteria is longer than %d bytes", RUN_PATCH_BYTES);
    if (json_array_size(patch) > 0)
        input->patch = json_incref(patch);
    return 0;
}

static int
read_abort(struct run_input *input, const json_t *root, struct run_refusal *refusal)
{
    input->kind = INPUT_ABORT;
    if (read_id(input->run_id, root, "runId", refusal))
        return -1;
    if (input->run_id[0] == '\0')
        return refuse(refusal, "bad_shape", "an abort needs a runId");
    return 0;
}

static int
read_query(struct run_input *input, const json_t *root, struct buffer *said, struct run_refusal *refusal)
{
    const json_t *query = json_object_get(root, "query");

    if (!json_is_string(query))
        return refuse(refusal, "bad_shape", "query must be a string");
    buffer_append(said, json_string_value(query), json_string_length(query));
    return read_patch(input, root, "criteria", refusal);
}

static int
read_run_agent_input(struct run_input *input, const json_t *root, struct buffer *said,
                     struct run_refusal *refusal)
{
    const json_t *forwarded = json_object_get(root, "forwardedProps");

    if (read_messages(said, root, refusal))
        return -1;
    if (forwarded != NULL && !json_is_null(forwarded) && !json_is_object(forwarded))
        return refuse(refusal, "bad_shape", "forwardedProps must be an object");
    return read_patch(input, forwarded, "criteria", refusal);
}

/* What ROOT asks for, by what it has. */
static int
read_frame(struct run_input *input, const json_t *root, struct buffer *said, struct run_refusal *refusal)
{
    const char *type = json_text(root, "type", "");

    if (strcmp(type, "abort") == 0)
        return read_abort(input, root, refusal);
    if (json_object_get(root, "type") != NULL)
        return refuse(refusal, "unknown_frame",
                      "frames are a RunAgentInput, {\"query\"} or {\"type\":\"abort\"}");
    if (read_id(input->run_id, root, "runId", refusal) || read_id(input->thread, root, "threadId", refusal))
        return -1;
    if (input->run_id[0] == '\0')
        id_random(input->run_id);
    if (json_object_get(root, "query") != NULL)
        return read_query(input, root, said, refusal);
    if (json_object_get(root, "messages") != NULL)
        return read_run_agent_input(input, root, said, refusal);
    return refuse(refusal, "unknown_frame",
                  "frames are a RunAgentInput, {\"query\"} or {\"type\":\"abort\"}");
}

/* Name the run after the message that it answers. */
static void
name_aisdk_run(struct run_input *input, const json_t *root, const char *said)
{
    const json_t *message = newest_user_message(json_object_get(root, "messages"));
    const char *id = json_text(message, "id", "");
    char hash[65];

    if (!run_input_is_id(id) || strlen(id) + 14 >= RUN_ID_SIZE ||
        strcmp(json_text(root, "trigger", ""), "regenerate-message") == 0) {
        id_random(input->run_id);
        return;
    }
    id_hash(input->thread, said, hash); /* an edited message keeps its id, but is another question */
    snprintf(input->run_id, sizeof input->run_id, "%s-%.12s", id, hash);
}

static int
read_aisdk(struct run_input *input, const json_t *root, struct buffer *said, struct run_refusal *refusal)
{
    if (read_id(input->thread, root, "id", refusal) || read_messages(said, root, refusal) ||
        read_patch(input, root, "criteria", refusal))
        return -1;
    name_aisdk_run(input, root, buffer_string(said));
    return 0;
}

typedef int reader(struct run_input *input, const json_t *root, struct buffer *said,
                   struct run_refusal *refusal);

static int
read_bytes(struct run_input *input, const char *bytes, size_t size, int64_t query_chars, reader *read,
           struct run_refusal *refusal)
{
    struct buffer said = { 0 };
    char why[80];
    json_t *root;
    int failed = -1;

    memset(input, 0, sizeof *input);
    if (json_has_more(bytes, size, RUN_VALUES))
        return refuse(refusal, "bad_shape", "more than %d values", RUN_VALUES);
    if ((root = json_read(bytes, size, why)) == NULL)
        refuse(refusal, "bad_json", "not JSON: %s", why);
    else if (!json_is_object(root))
        refuse(refusal, "bad_shape", "an object is expected");
    else
        failed = read(input, root, &said, refusal);
    if (!failed && input->kind == INPUT_RUN)
        failed = take_words(input, &said, query_chars, refusal);
    if (failed)
        run_input_clear(input);
    buffer_clear(&said);
    json_decref(root);
    return failed;
}

int
run_input_read(struct run_input *input, const char *bytes, size_t size, int64_t query_chars,
               struct run_refusal *refusal)
{
    return read_bytes(input, bytes, size, query_chars, read_frame, refusal);
}

int
run_input_read_aisdk(struct run_input *input, const char *bytes, size_t size, int64_t query_chars,
                     struct run_refusal *refusal)
{
    return read_bytes(input, bytes, size, query_chars, read_aisdk, refusal);
}

void
run_input_clear(struct run_input *input)
{
    free(input->said);
    input->said = NULL;
    json_decref(input->patch);
    input->patch = NULL;
}
