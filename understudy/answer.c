/* An answer, cut into tokens. */
#include "understudy/answer.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"

enum { TOKEN_MOST = 6 };

void
answer_clear(struct answer *answer)
{
    free(answer->text);
    free(answer->refusal);
    for (size_t i = 0; i < answer->call_count; i++) {
        free(answer->calls[i].name);
        free(answer->calls[i].arguments);
    }
    *answer = (struct answer) { 0 };
}

static bool
continues_character(char byte)
{
    return ((unsigned char)byte & 0xC0) == 0x80;
}

/* A word with the space before it is a token; a long one is two or three. */
size_t
answer_token(const char *text)
{
    size_t size = 0;

    if (text[0] == '\0')
        return 0;
    if (text[0] == ' ' || text[0] == '\n')
        size++;
    while (text[size] != '\0' && size < TOKEN_MOST &&
           (isalnum((unsigned char)text[size]) || (unsigned char)text[size] >= 0x80))
        size++;
    if (size == 0 || (size == 1 && !isalnum((unsigned char)text[0]) && (unsigned char)text[0] < 0x80 &&
                      text[1] != '\0' && ispunct((unsigned char)text[1])))
        size = text[0] != '\0' && text[1] != '\0' && ispunct((unsigned char)text[1]) ? 2 : 1;
    while (continues_character(text[size]))
        size++;
    return size;
}

static int64_t
tokens_in(const char *text)
{
    int64_t tokens = 0;

    for (size_t size; text != NULL && (size = answer_token(text)) > 0; text += size)
        tokens++;
    return tokens;
}

int64_t
answer_tokens(const struct answer *answer)
{
    int64_t tokens = tokens_in(answer->text) + tokens_in(answer->refusal);

    for (size_t i = 0; i < answer->call_count; i++)
        tokens += tokens_in(answer->calls[i].arguments);
    return tokens;
}

/* Cut TEXT after *LEFT tokens, which are used up. */
static bool
cut(char *text, int64_t *left)
{
    for (size_t size; text != NULL && (size = answer_token(text)) > 0; text += size) {
        if (*left == 0) {
            *text = '\0';
            return true;
        }
        --*left;
    }
    return false;
}

void
answer_limit(struct answer *answer, int64_t tokens)
{
    bool short_of = cut(answer->text, &tokens) || cut(answer->refusal, &tokens);

    for (size_t i = 0; i < answer->call_count; i++)
        short_of = cut(answer->calls[i].arguments, &tokens) || short_of;
    if (short_of)
        answer->finish = FINISH_LENGTH;
}

const char *
answer_role_name(enum role role)
{
    static const char *const names[ROLES] = { "suggestion", "assessment", "extraction", "choice",
                                              "embedding" };

    return names[role];
}

void
telling_begin(struct telling *telling, const struct ask *ask, struct answer *answer, const char *id,
              int64_t created_s)
{
    const json_t *choice = json_object_get(ask->root, "tool_choice");
    const json_t *format = json_object_get(json_object_get(ask->root, "text"), "format");
    const json_t *tools = json_object_get(ask->root, "tools");

    *telling =
        (struct telling) { .answer = *answer, .dialect = ask->dialect, .include_usage = ask->include_usage };
    *answer = (struct answer) { 0 };
    snprintf(telling->id, sizeof telling->id, "%s%s", ask->dialect == DIALECT_CHAT ? "chatcmpl-" : "resp_",
             id);
    telling->created_s = created_s;
    telling->max_tokens = ask->max_tokens;
    if (ask->dialect == DIALECT_RESPONSES) {
        telling->tools = json_is_array(tools) ? json_string_of(tools) : strdup("[]");
        telling->choice =
            choice != NULL && !json_is_null(choice) ? json_string_of(choice) : strdup("\"auto\"");
        telling->format = format != NULL ? json_string_of(format) : strdup("{\"type\":\"text\"}");
    }
}

void
telling_clear(struct telling *telling)
{
    answer_clear(&telling->answer);
    free(telling->tools);
    free(telling->choice);
    free(telling->format);
    buffer_clear(&telling->lead);
    *telling = (struct telling) { 0 };
}

void
answer_number(struct buffer *out, int64_t number)
{
    char digits[24], *at = digits + sizeof digits;

    do {
        *--at = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    buffer_append(out, at, (size_t)(digits + sizeof digits - at));
}

bool
telling_step(struct telling *telling, struct buffer *out)
{
    return telling->dialect == DIALECT_CHAT ? answer_chat_step(telling, out)
                                            : answer_responses_step(telling, out);
}

void
telling_whole(const struct telling *telling, struct buffer *out)
{
    if (telling->dialect == DIALECT_CHAT)
        answer_chat_whole(telling, out);
    else
        answer_responses_whole(telling, out);
}
