#include "psychologist/assessment.h"

#include <ctype.h>
#include <string.h>

#include "common/json.h"
#include "common/slots.h"
#include "psychologist/change.h"
#include "psychologist/words.h"

enum {
    OCCASION_BYTES = 80,
    NEEDS = 8,
    NEED_BYTES = 120,
    SUMMARY_BYTES = 400,
    LANGUAGE_BYTES = 35,
    SLOTS = 10,
    ITEMS = 40
};

static const char *const topics[] = { "fashion", "other", "unclear", "abuse", NULL };
static const char *const wants[] = { "look", "items", "change", "question", NULL };

/* The word of LIST that is at KEY of ANSWER, or OTHER. */
static const char *
choice(const json_t *answer, const char *key, const char *const *list, const char *other)
{
    const char *given = json_text(answer, key, "");

    for (; *list != NULL; list++)
        if (strcmp(*list, given) == 0)
            return *list;
    return other;
}

/* Is TAG like a BCP 47 tag: "en", "pt-BR", "zh-Hant-TW"? */
static bool
is_language(const char *tag)
{
    size_t part = strcspn(tag, "-");

    if (strlen(tag) > LANGUAGE_BYTES || part < 2 || part > 3)
        return false;
    for (const char *c = tag; *c != '\0'; c++)
        if (!isalnum((unsigned char)*c) && (*c != '-' || c[1] == '-' || c[1] == '\0'))
            return false;
    return true;
}

static const char *
language_of(const json_t *answer, const struct assessment_known *known)
{
    const char *tag = json_text(answer, "language", "");

    return is_language(tag) ? tag : json_text(known->profile, "language", "en");
}

/* The texts at KEY of ANSWER, cut at BYTES, at most LIMIT of them. */
static json_t *
texts_of(const json_t *answer, const char *key, size_t limit, size_t bytes)
{
    json_t *texts = json_array(), *each;
    size_t n;

    json_array_foreach(json_object_get(answer, key), n, each)
    {
        json_t *clean = json_array_size(texts) < limit ? words_text(each, bytes) : NULL;

        if (clean != NULL)
            json_array_append_new(texts, clean);
    }
    return texts;
}

static json_t *
slots_of(const json_t *answer)
{
    json_t *slots = json_array(), *each;
    char slot[SLOT_SIZE];
    size_t n;

    json_array_foreach(json_object_get(answer, "slots"), n, each)
    {
        if (json_is_string(each) && json_array_size(slots) < SLOTS &&
            slot_named(json_string_value(each), slot) == 0 && strcmp(slot, "all") != 0 &&
            !words_have(slots, slot))
            json_array_append_new(slots, json_string(slot));
    }
    return slots;
}

/* Put the text at KEY of ANSWER into PROFILE; what is none is left out. */
static void
keep_text(json_t *profile, const json_t *answer, const char *key, size_t bytes)
{
    json_t *kept = words_text(json_object_get(answer, key), bytes);

    if (kept != NULL)
        json_object_set_new(profile, key, kept);
}

static json_t *
profile_of(const json_t *answer, const struct assessment_known *known)
{
    json_t *profile = json_object(), *summary = words_text(json_object_get(answer, "summary"), SUMMARY_BYTES);

    json_object_set_new(profile, "topic", json_string(choice(answer, "topic", topics, "unclear")));
    keep_text(profile, answer, "occasion", OCCASION_BYTES);
    keep_text(profile, answer, "mood", OCCASION_BYTES);
    json_object_set_new(profile, "needs", texts_of(answer, "needs", NEEDS, NEED_BYTES));
    json_object_set_new(profile, "summary", summary == NULL ? json_string("") : summary);
    json_object_set_new(profile, "language", json_string(language_of(answer, known)));
    json_object_set_new(profile, "want", json_string(choice(answer, "want", wants, "look")));
    json_object_set_new(profile, "slots", slots_of(answer));
    return profile;
}

/* Do to CRITERIA what ANSWER says. Returns how many items nothing could be made of. */
static size_t
learn(json_t *criteria, const json_t *answer, const struct assessment_known *known)
{
    bool look = strcmp(choice(answer, "want", wants, "look"), "items") != 0;
    struct criterion change;
    size_t dropped = 0, n;
    json_t *item;

    json_array_foreach(json_object_get(answer, "criteria"), n, item)
    {
        if (n >= ITEMS || criterion_read(item, known->facets, look, &change)) {
            dropped++;
            continue;
        }
        change_criteria(criteria, &change);
        criterion_clear(&change);
    }
    change_exclude(criteria, known->shown, json_object_get(answer, "exclude_shown"));
    return dropped;
}

/* ANSWER's object: some servers put a fence or a sentence around it. New reference or NULL. */
static json_t *
parse(const char *answer)
{
    const char *begin = strchr(answer, '{'), *end = strrchr(answer, '}');
    json_t *parsed = begin == NULL || end < begin ? NULL : json_read(begin, (size_t)(end - begin) + 1, NULL);

    if (json_is_string(json_object_get(parsed, "topic")))
        return parsed;
    json_decref(parsed);
    return NULL;
}

int
assessment_read(const char *answer, const struct assessment_known *known, struct assessment *out)
{
    json_t *parsed = parse(answer), *before, *after;
    const char *topic;

    if (parsed == NULL)
        return -1;
    out->profile = profile_of(parsed, known);
    out->dropped = 0;
    before = json_is_object(known->criteria) ? json_incref((json_t *)known->criteria) : json_object();
    after = json_copy(before);
    topic = json_text(out->profile, "topic", "");
    if (strcmp(topic, "other") != 0 && strcmp(topic, "abuse") != 0)
        out->dropped = learn(after, parsed, known);
    out->patch = change_patch(before, after);
    json_decref(before);
    json_decref(after);
    json_decref(parsed);
    return 0;
}

void
assessment_clear(struct assessment *assessment)
{
    json_decref(assessment->profile);
    json_decref(assessment->patch);
    assessment->profile = assessment->patch = NULL;
}
