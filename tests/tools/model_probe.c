/* model_probe -- the model client from a command line, for the tests that are written in Python.
 *
 *   model_probe read DIALECT STATUS PIECES FILE   an answer of that status, out of a file, in pieces (a
 * number, `random` or `whole`): what it comes to, as one JSON line model_probe ask FILE the request in FILE
 * (JSON, members as struct model_request), asked of the server that the environment names (MODEL_URL, ...)
 *   model_probe body DIALECT PROFILE FILE         the body that would be sent */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/buffer.h"
#include "common/clock.h"
#include "common/json.h"
#include "common/log.h"
#include "common/loop.h"
#include "common/model/chat.h"
#include "common/model/exchange.h"
#include "common/model/model.h"
#include "common/model/responses.h"
#include "common/options.h"

static int
read_file(const char *path, struct buffer *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = 0;
    char *room;

    if (fd < 0)
        return -1;
    while ((room = buffer_room(out, 65536)) != NULL && (got = read(fd, room, 65536)) > 0)
        out->size += (size_t)got;
    close(fd);
    return room == NULL || got < 0 ? -1 : 0;
}

static json_t *
of_calls(const struct model_result *result)
{
    json_t *calls = json_array();

    for (size_t i = 0; i < result->call_count; i++) {
        const struct model_tool_call *call = &result->calls[i];
        json_array_append_new(calls, json_pack("{s:s, s:s, s:s, s:O?, s:s?}", "id", call->id, "name",
                                               call->name, "arguments", call->arguments_text, "value",
                                               call->arguments, "problem", call->problem));
    }
    return calls;
}

static void
print(const struct model_result *result, const struct buffer *streamed, size_t reasoning)
{
    static const char *const statuses[] = { "ok",     "tool_calls", "empty", "length",
                                            "filter", "refusal",    "error" };
    json_t *usage = model_usage_entry(result, "probe");
    json_t *line =
        json_pack("{s:s, s:s, s:i, s:s?, s:s?, s:I, s:i, s:s, s:s, s:s, s:i, s:o, s:o?, s:s?, s:i, s:i}",
                  "status", statuses[result->status], "error", model_error_name(result->error), "http",
                  result->http, "message", result->message, "code", result->code, "retry_after_ms",
                  (json_int_t)result->retry_after_ms, "attempts", result->attempts, "text", result->text,
                  "refusal", result->refusal, "streamed", buffer_string(streamed), "reasoning",
                  (int)reasoning, "calls", of_calls(result), "usage", usage, "request_id", result->request_id,
                  "vectors", (int)result->vector_count, "dimensions", (int)result->dimensions);

    json_dumpf(line, stdout, JSON_COMPACT);
    putchar('\n');
    fflush(stdout);
    json_decref(line);
}

static void
keep(void *owner, const char *delta, size_t size)
{
    buffer_append(owner, delta, size);
}

static size_t
piece(const char *pieces, size_t left)
{
    size_t size = strcmp(pieces, "whole") == 0    ? left
                  : strcmp(pieces, "random") == 0 ? (size_t)(random() % 97) + 1
                                                  : (size_t)atoi(pieces);

    return size < left ? size : left;
}

static int
read_answer(char *argv[])
{
    struct buffer body = { 0 }, streamed = { 0 };
    struct model_result result = { .http = atoi(argv[1]), .usage.cost = -1 };
    struct exchange exchange;
    size_t at = 0, reasoning;

    if (read_file(argv[3], &body))
        return EXIT_FAILURE;
    exchange_begin(&exchange, strcmp(argv[0], "chat") == 0 ? DIALECT_CHAT : DIALECT_RESPONSES, keep,
                   &streamed);
    while (at < body.size) {
        size_t size = piece(argv[2], body.size - at);
        char *copy = malloc(size); /* of its own, so that a byte read too far is seen */
        if (copy == NULL)
            return EXIT_FAILURE;
        memcpy(copy, body.bytes + at, size);
        enum exchange_state state = exchange_bytes(&exchange, result.http, copy, size);
        free(copy);
        if (state == EXCHANGE_OVER)
            break;
        at += size;
    }
    exchange_end(&exchange, result.http);
    reasoning = exchange.answer.reasoning;
    answer_result(&exchange.answer, NULL, false, &result);
    print(&result, &streamed, reasoning);
    answer_free_result(&result);
    exchange_clear(&exchange);
    buffer_clear(&body);
    buffer_clear(&streamed);
    return EXIT_SUCCESS;
}

static const char *
text_or_null(const json_t *from, const char *key)
{
    return json_string_value(json_object_get(from, key));
}

static struct model_request
request_of(const json_t *from)
{
    return (struct model_request) { .model = json_text(from, "model", "m"),
                                    .effort = text_or_null(from, "effort"),
                                    .instructions = text_or_null(from, "instructions"),
                                    .messages = json_object_get(from, "messages"),
                                    .tools = json_object_get(from, "tools"),
                                    .tool_choice = text_or_null(from, "tool_choice"),
                                    .schema_name = text_or_null(from, "schema_name"),
                                    .schema = json_object_get(from, "schema"),
                                    .stream = json_is_true(json_object_get(from, "stream")),
                                    .restartable = json_is_true(json_object_get(from, "restartable")),
                                    .max_tokens = json_number(from, "max_tokens", 0),
                                    .cache_key = text_or_null(from, "cache_key"),
                                    .shopper = text_or_null(from, "shopper"),
                                    .deadline_ms = json_number(from, "deadline_ms", 30000),
                                    .attempts = (int)json_number(from, "attempts", 0) };
}

static int
write_body(char *argv[])
{
    json_t *from = json_file(argv[2]);
    struct model_request request = request_of(from);
    struct buffer out = { 0 };
    struct profile profile;

    if (from == NULL || profile_find(&profile, "http://127.0.0.1/v1", argv[1], argv[0]))
        return EXIT_FAILURE;
    if (profile.dialect == DIALECT_CHAT)
        chat_body(&out, &request, &profile);
    else
        responses_body(&out, &request, &profile);
    puts(buffer_string(&out));
    buffer_clear(&out);
    json_decref(from);
    return EXIT_SUCCESS;
}

struct asking {
    struct loop *loop;
    struct model *model;
    json_t *from;
    int rounds;
    struct buffer streamed;
    struct model_call *call;
    struct loop_timer *cancel;
    int left;
};

static void
on_text(void *owner, const char *delta, size_t size)
{
    buffer_append(&((struct asking *)owner)->streamed, delta, size);
}

static void on_done(void *owner, const struct model_result *result);
static const struct model_listener listener = { on_text, on_done };

static void
on_cancel(void *owner)
{
    struct asking *asking = owner;
    int64_t from = clock_now_us();

    model_cancel(&asking->call);
    printf("{\"cancelled_us\":%lld}\n", (long long)(clock_now_us() - from));
    fflush(stdout);
    if (!json_is_true(json_object_get(asking->from, "others_go_on")) || --asking->left == 0)
        loop_stop(asking->loop);
}

static struct model_call *
ask_one(struct asking *asking)
{
    const json_t *from = asking->from;
    struct model_request request = request_of(from);
    const char *texts[64];
    struct model_embedding embedding = { .model = request.model,
                                         .texts = texts,
                                         .deadline_ms = request.deadline_ms };
    const json_t *text;
    size_t i;

    if (json_object_get(from, "texts") == NULL)
        return model_ask(asking->model, &request, &listener, asking);
    json_array_foreach(json_object_get(from, "texts"), i, text)
    {
        if (i < 64)
            texts[embedding.count++] = json_string_value(text);
    }
    return model_embed(asking->model, &embedding, &listener, asking);
}

static void
on_done(void *owner, const struct model_result *result)
{
    struct asking *asking = owner;

    print(result, &asking->streamed, 0);
    buffer_reset(&asking->streamed);
    asking->call = NULL;
    if (--asking->rounds > 0)
        asking->call = ask_one(asking);
    else if (--asking->left == 0)
        loop_stop(asking->loop);
}

static int
ask(int argc, char *argv[])
{
    char *none[] = { argv[0], NULL };
    json_t *from = json_file(argv[2]);
    struct asking asking = { .loop = loop_new(), .from = from };
    struct options options;
    int64_t cancel_ms = json_number(from, "cancel_ms", 0);

    (void)argc;
    if (from == NULL || options_read(&options, "orchestrator", 1, none) != OPTIONS_OK)
        return EXIT_FAILURE;
    log_set_level(options.log_level);
    if ((asking.model = model_open(asking.loop, &options)) == NULL) {
        options_clear(&options);
        loop_destroy(&asking.loop);
        json_decref(from);
        return EXIT_FAILURE;
    }
    asking.left = (int)json_number(from, "times", 1);
    asking.rounds = (int)json_number(from, "rounds", 1);
    for (int i = asking.left; i > 0; i--)
        asking.call = ask_one(&asking);
    if (cancel_ms > 0) {
        asking.cancel = loop_timer_new(asking.loop, on_cancel, &asking);
        loop_timer_start(asking.cancel, cancel_ms);
    }
    loop_run(asking.loop);
    loop_timer_destroy(&asking.cancel);
    model_close(&asking.model);
    options_clear(&options);
    buffer_clear(&asking.streamed);
    json_decref(from);
    loop_destroy(&asking.loop);
    return EXIT_SUCCESS;
}

int
main(int argc, char *argv[])
{
    log_start("model_probe");
    if (argc == 6 && strcmp(argv[1], "read") == 0)
        return read_answer(argv + 2);
    if (argc == 3 && strcmp(argv[1], "ask") == 0)
        return ask(argc, argv);
    if (argc == 5 && strcmp(argv[1], "body") == 0)
        return write_body(argv + 2);
    fputs("usage: model_probe read DIALECT STATUS PIECES FILE | ask FILE | body DIALECT PROFILE FILE\n",
          stderr);
    return 2;
}
