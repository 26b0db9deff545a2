#include "common/model/profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"

#define BASIC (FIELD_MAX_TOKENS | FIELD_STREAM_OPTIONS | FIELD_TOOL_CHOICE | FIELD_SCHEMA)
#define ALL                                                                                                  \
    (BASIC | FIELD_EFFORT | FIELD_OBFUSCATION | FIELD_PARALLEL | FIELD_STRICT | FIELD_STORE |                \
     FIELD_CACHE_KEY | FIELD_SAFETY | FIELD_DIMENSIONS | FIELD_ENCODING)
#define TOOLS (BASIC | FIELD_PARALLEL | FIELD_STRICT)

/* What all chat servers but a few have in common; what is said after it wins. */
#define CHAT(its_name) .name = (its_name), .dialect = DIALECT_CHAT, .effort_with_tools = true

/* The same, of servers that may leave a model's thoughts where they are. */
#define ALOUD(its_name) CHAT(its_name), .thinks_aloud = true

/* The servers we know. `generic` is last and stands for the others. */
static const struct profile profiles[] = {
    { .name = "openai", .falls_back = true, .new_token_field = true, .developer = true, .fields = ALL },
    { .name = "azure",
      .falls_back = true,
      .new_token_field = true,
      .developer = true,
      .api_key_header = true,
      .fields = ALL & ~(unsigned)FIELD_OBFUSCATION },
    { .name = "understudy",
      .falls_back = true,
      .new_token_field = true,
      .effort_with_tools = true,
      .fields = ALL },
    { ALOUD("ollama"),
      .fields = (BASIC & ~(unsigned)FIELD_TOOL_CHOICE) | FIELD_EFFORT | FIELD_DIMENSIONS | FIELD_ENCODING },
    { ALOUD("llamacpp"), .fields = BASIC | FIELD_PARALLEL },
    { ALOUD("llamacpp-python"), .schema_in_object = true, .tools_whole = true,
      .fields = BASIC & ~(unsigned)FIELD_STREAM_OPTIONS },
    { ALOUD("vllm"), .fields = TOOLS | FIELD_DIMENSIONS },
    { ALOUD("litellm"), .glued = true, .fields = TOOLS | FIELD_EFFORT | FIELD_DIMENSIONS },
    { ALOUD("openrouter"), .glued = true, .fields = TOOLS | FIELD_EFFORT },
    { CHAT("gemini"), .fields = BASIC | FIELD_EFFORT | FIELD_DIMENSIONS },
    { CHAT("anthropic"), .fields = BASIC & ~(unsigned)FIELD_SCHEMA },
    { ALOUD("groq"), .new_token_field = true, .fields = BASIC | FIELD_PARALLEL },
    { CHAT("deepseek"), .fields = BASIC & ~(unsigned)FIELD_SCHEMA },
    { CHAT("mistral"), .fields = (BASIC & ~(unsigned)FIELD_STREAM_OPTIONS) | FIELD_PARALLEL | FIELD_STRICT },
    { CHAT("xai"), .fields = TOOLS },
    { ALOUD("lmstudio"), .fields = BASIC },
    { ALOUD("generic"), .fields = BASIC | FIELD_PARALLEL | FIELD_DIMENSIONS },
};

/* Which URL is whose: a part of the host, or a port that nobody else has. */
static const struct {
    const char *part, *name;
} places[] = {
    { "api.openai.com", "openai" },
    { ".openai.azure.com", "azure" },
    { ".services.ai.azure.com", "azure" },
    { ".cognitiveservices.azure.com", "azure" },
    { "openrouter.ai", "openrouter" },
    { "generativelanguage.googleapis.com", "gemini" },
    { "api.anthropic.com", "anthropic" },
    { "api.groq.com", "groq" },
    { "api.deepseek.com", "deepseek" },
    { "api.mistral.ai", "mistral" },
    { "api.x.ai", "xai" },
    { ":11434", "ollama" },
    { "ollama", "ollama" },
    { "litellm", "litellm" },
    { "vllm", "vllm" },
    { "llama", "llamacpp" },
    { ":4000", "litellm" },
    { ":1234", "lmstudio" },
    { "understudy", "understudy" },
};

static const struct profile *
named(const char *name)
{
    for (size_t i = 0; i < sizeof profiles / sizeof *profiles; i++)
        if (strcmp(profiles[i].name, name) == 0)
            return &profiles[i];
    return NULL;
}

/* The URL's host and port, lower case. */
static void
place_of(const char *url, char *place, size_t size)
{
    const char *host = strstr(url, "://");

    host = host ? host + 3 : url;
    snprintf(place, size, "%.*s", (int)strcspn(host, "/?#"), host);
    for (char *p = place; *p; p++)
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p - 'A' + 'a');
}

static const struct profile *
by_url(const char *url)
{
    char place[256];

    place_of(url, place, sizeof place);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const char *at = strstr(place, places[i].part);
        if (at != NULL && (*places[i].part != ':' || at[strlen(places[i].part)] == '\0'))
            return named(places[i].name);
    }
    return named("generic");
}

int
profile_find(struct profile *profile, const char *url, const char *name, const char *dialect)
{
    const struct profile *found = *name ? named(name) : by_url(url);

    if (found == NULL) {
        log_error("model-profile=%s is unknown", name);
        return -1;
    }
    *profile = *found;
    if (strstr(url, "/openai/deployments/") != NULL)
        profile->dialect = DIALECT_CHAT; /* Azure before its v1: the deployment is in the path */
    if (*dialect == '\0')
        return 0;
    profile->falls_back = false;
    if (strcmp(dialect, "responses") == 0) {
        profile->dialect = DIALECT_RESPONSES;
        profile->falls_back = true;
        profile->fields |= FIELD_STORE | FIELD_OBFUSCATION | FIELD_STREAM_OPTIONS | FIELD_STRICT |
                           FIELD_EFFORT | FIELD_SCHEMA | FIELD_TOOL_CHOICE | FIELD_PARALLEL;
    } else if (strcmp(dialect, "chat") == 0) {
        profile->dialect = DIALECT_CHAT;
    } else {
        log_error("model-dialect=%s is neither responses nor chat", dialect);
        return -1;
    }
    return 0;
}

void
profile_fall_back(struct profile *profile)
{
    profile->dialect = DIALECT_CHAT;
    profile->fields &= ~(unsigned)(FIELD_STORE | FIELD_OBFUSCATION | FIELD_CACHE_KEY | FIELD_SAFETY);
}

/* By which words a server names a field, the longer ones first. */
static const struct {
    const char *word;
    enum field field;
} words[] = {
    { "include_obfuscation", FIELD_OBFUSCATION },
    { "stream_options", FIELD_STREAM_OPTIONS },
    { "max_completion_tokens", FIELD_MAX_TOKENS },
    { "max_output_tokens", FIELD_MAX_TOKENS },
    { "max_tokens", FIELD_MAX_TOKENS },
    { "reasoning", FIELD_EFFORT },
    { "support thinking", FIELD_EFFORT },
    { "parallel_tool_calls", FIELD_PARALLEL },
    { "tool_choice", FIELD_TOOL_CHOICE },
    { "response_format", FIELD_SCHEMA },
    { "text.format", FIELD_SCHEMA },
    { "json_schema", FIELD_SCHEMA },
    { "prompt_cache_key", FIELD_CACHE_KEY },
    { "safety_identifier", FIELD_SAFETY },
    { "dimensions", FIELD_DIMENSIONS },
    { "encoding_format", FIELD_ENCODING },
    { "strict", FIELD_STRICT },
    { "store", FIELD_STORE },
};

static const char *
drop(struct profile *profile, const char *word, enum field field)
{
    if (field == FIELD_MAX_TOKENS && profile->dialect == DIALECT_CHAT) {
        bool is_new = strcmp(word, "max_completion_tokens") == 0;
        if (is_new == profile->new_token_field) { /* the name it goes by: try the other one */
            profile->new_token_field = !is_new;
            return word;
        }
    }
    if (!(profile->fields & field))
        return NULL;
    profile->fields &= ~(unsigned)field;
    return word;
}

const char *
profile_learn(struct profile *profile, const char *param, const char *message)
{
    const char *const texts[] = { param, message };

    for (size_t t = 0; t < 2; t++) {
        const char *first = NULL;
        size_t best = 0;

        /* the field that is named first: "'max_tokens' is not supported, use 'max_completion_tokens'" */
        for (size_t i = 0; texts[t] != NULL && i < sizeof words / sizeof *words; i++) {
            const char *at = strcasestr(texts[t], words[i].word);
            if (at != NULL && (first == NULL || at < first))
                first = at, best = i;
        }
        if (first != NULL) {
            const char *learnt = drop(profile, words[best].word, words[best].field);
            if (learnt != NULL)
                return learnt;
        }
    }
    return NULL;
}

/* Models that refuse tools in chat unless they are told not to think. */
static bool
thinks_unless_told(const char *model)
{
    return strstr(model, "gpt-6") || strstr(model, "gpt-5.4") || strstr(model, "gpt-5.5") ||
           strstr(model, "gpt-5.6");
}

/* Models that always think. */
static bool
has_no_none(const char *model)
{
    return strstr(model, "gpt-6-astra") || strstr(model, "gpt-6.1-sol") || strstr(model, "gpt-6.2-");
}

const char *
profile_effort(const struct profile *profile, const char *model, const char *wished, bool has_tools)
{
    bool none_only = profile->dialect == DIALECT_CHAT && has_tools && !profile->effort_with_tools;

    if (!(profile->fields & FIELD_EFFORT))
        return NULL;
    if (wished == NULL || *wished == '\0')
        return none_only && thinks_unless_told(model) ? "none" : NULL;
    if (none_only)
        return "none";
    if (strcmp(wished, "none") == 0 && has_no_none(model)) {
        log_debug("model=%s knows no effort none: low is sent", model);
        return "low";
    }
    if (strcmp(wished, "minimal") == 0 && strstr(model, "gpt-6"))
        return "low";
    return wished;
}

char *
profile_url(const char *base, const char *path)
{
    size_t size = strcspn(base, "?#");
    const char *query = base[size] == '?' ? base + size : "";
    char *url;

    while (size > 0 && base[size - 1] == '/')
        size--;
    if (asprintf(&url, "%.*s%s%.*s", (int)size, base, path, (int)strcspn(query, "#"), query) < 0)
        return NULL;
    return url;
}
