/* A run that waits or is under way in this process: its memory, its events, what it counts. */
#include "orchestrator/walk.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/json.h"
#include "common/log.h"
#include "orchestrator/events.h"

#define STOOD_STILL_MS 1000 /* a timer that comes so late says that the process was frozen */

static void
time_is_up(void *owner)
{
    struct walk *walk = owner;
    int64_t late_ms = clock_now_ms() - walk->due_ms;

    if (late_ms >
        STOOD_STILL_MS) { /* answers may lie in the socket: they are read before anything is given up */
        log_warning("run=%s this process stood still for %lld ms", walk->stored.key, (long long)late_ms);
        run_stood_still(&walk->run, late_ms);
    }
    walk_lead(walk, (struct lead_event) { .kind = LEAD_TIME });
}

static void
words_wait(void *owner)
{
    suggest_flush(owner);
}

struct walk *
walk_new(struct orchestrator *self, struct store_run *stored, struct store_thread *thread)
{
    struct walk *walk = calloc(1, sizeof *walk);

    if (walk == NULL)
        abort();
    walk->self = self;
    walk->stored = *stored;
    walk->thread = *thread;
    memset(stored, 0, sizeof *stored);
    memset(thread, 0, sizeof *thread);
    walk->begun_ms = clock_now_ms();
    walk->timer = loop_timer_new(self->daemon.loop, time_is_up, walk);
    walk->delta_timer = loop_timer_new(self->daemon.loop, words_wait, walk);
    walk->usage = json_array();
    walk->degraded = json_array();
    walk->withdrawn = json_object();
    id_hash(self->salt, walk->stored.owner, walk->shopper);
    return walk;
}

void
walk_destroy(struct walk **place)
{
    struct walk *walk = *place;

    if (walk == NULL)
        return;
    suggest_stop(walk);
    for (int i = 0; i < walk->piece_count; i++) {
        json_decref(walk->pieces[i].wish);
        json_decref(walk->pieces[i].result);
        free(walk->pieces[i].content);
        json_decref(walk->pieces[i].traits);
        json_decref(walk->pieces[i].passing);
    }
    for (int i = 0; i < walk->paragraph_count; i++)
        free(walk->paragraphs[i].text);
    free(walk->pieces);
    free(walk->paragraphs);
    free(walk->written);
    free(walk->version);
    free(walk->failure);
    free(walk->name_id);
    free(walk->name_thread);
    json_decref(walk->usage);
    json_decref(walk->degraded);
    json_decref(walk->look);
    json_decref(walk->withdrawn);
    json_decref(walk->patch);
    suggestion_clear(&walk->suggestion);
    buffer_clear(&walk->delta);
    buffer_clear(&walk->outgoing);
    buffer_clear(&walk->scratch);
    loop_timer_destroy(&walk->timer);
    loop_timer_destroy(&walk->delta_timer);
    store_run_clear(&walk->stored);
    store_thread_clear(&walk->thread);
    free(walk);
    *place = NULL;
}

struct piece *
walk_piece(struct walk *walk, int index)
{
    if (index >= walk->piece_count) {
        int count = index + 16;
        struct piece *pieces = realloc(walk->pieces, (size_t)count * sizeof *pieces);

        if (pieces == NULL)
            abort();
        memset(pieces + walk->piece_count, 0, (size_t)(count - walk->piece_count) * sizeof *pieces);
        walk->pieces = pieces;
        walk->piece_count = count;
    }
    return index < 0 ? NULL : &walk->pieces[index];
}

struct paragraph *
walk_add_paragraph(struct walk *walk, const char *id)
{
    struct paragraph *paragraph;

    if (walk->paragraph_count % 8 == 0) {
        walk->paragraphs =
            realloc(walk->paragraphs, (size_t)(walk->paragraph_count + 8) * sizeof *walk->paragraphs);
        if (walk->paragraphs == NULL)
            abort();
    }
    paragraph = &walk->paragraphs[walk->paragraph_count++];
    memset(paragraph, 0, sizeof *paragraph);
    if (id == NULL)
        id_random(paragraph->id);
    else
        snprintf(paragraph->id, sizeof paragraph->id, "%s", id);
    return paragraph;
}

void
walk_emit(struct walk *walk)
{
    struct written *written;

    if (walk->scratch.failed || walk->outgoing.failed)
        log_error("run=%s: no memory for an event", walk->stored.key);
    if (walk->written_count == walk->written_room) {
        walk->written_room = walk->written_room == 0 ? 32 : 2 * walk->written_room;
        walk->written = realloc(walk->written, walk->written_room * sizeof *walk->written);
        if (walk->written == NULL)
            abort();
    }
    written = &walk->written[walk->written_count++];
    *written = (struct written) { ++walk->stored.last_offset, walk->outgoing.size, walk->scratch.size };
    buffer_append(&walk->outgoing, walk->scratch.bytes, walk->scratch.size);
    wrote(walk->self, walk->scratch.failed || walk->outgoing.failed
                          ? -1
                          : store_event_add(walk->self->store, walk->stored.id, written->offset,
                                            (struct bytes) { walk->scratch.bytes, walk->scratch.size }));
    buffer_reset(&walk->scratch);
}

void
walk_degraded(struct walk *walk, const char *what, const char *reason)
{
    json_t *entry;
    size_t i;

    json_array_foreach(walk->degraded, i, entry)
    {
        if (strcmp(json_text(entry, "what", ""), what) == 0)
            return;
    }
    entry = json_pack("{s:s, s:s}", "what", what, "reason", reason);
    event_custom(&walk->scratch, "degraded", entry);
    walk_emit(walk);
    json_array_append_new(walk->degraded, entry);
}

/* The entry of MODEL in the run's usage, made when it isn't there. */
static json_t *
usage_of(struct walk *walk, const char *model)
{
    json_t *entry;
    size_t i;

    json_array_foreach(walk->usage, i, entry)
    {
        if (strcmp(json_text(entry, "model", ""), model) == 0)
            return entry;
    }
    entry = json_pack("{s:s}", "model", model);
    json_array_append_new(walk->usage, entry);
    return entry;
}

/* The client is told once who writes: a person must not take the understudy for a model. */
static void
tell_model(struct walk *walk, const json_t *entry)
{
    const char *model = json_text(entry, "model", "");
    json_t *value;

    if (walk->model_told || model[0] == '\0')
        return;
    walk->model_told = true;
    value = json_pack("{s:s, s:s, s:b}", "role", json_text(entry, "role", "orchestrator"), "model", model,
                      "understudy", strncmp(model, "understudy", 10) == 0);
    event_custom(&walk->scratch, "model", value);
    walk_emit(walk);
    json_decref(value);
}

static void
add_usage_entry(struct walk *walk, const json_t *entry)
{
    static const char *const counts[] = { "inputTokens",       "outputTokens",          "totalTokens",
                                          "cachedInputTokens", "cacheWriteInputTokens", "reasoningTokens" };
    const char *model = json_text(entry, "model", "");
    const json_t *cost = json_object_get(entry, "cost");
    json_t *sum;

    if (model[0] == '\0')
        return;
    sum = usage_of(walk, model);
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        if (json_object_get(entry, counts[i]) != NULL)
            json_object_set_new(
                sum, counts[i],
                json_integer(json_number(sum, counts[i], 0) + json_number(entry, counts[i], 0)));
    if (json_is_number(cost))
        walk->cost += json_number_value(cost);
    tell_model(walk, entry);
}

void
walk_add_usage(struct walk *walk, const json_t *usage)
{
    json_t *entry;
    size_t i;

    if (json_is_object(usage))
        add_usage_entry(walk, usage);
    json_array_foreach(usage, i, entry) add_usage_entry(walk, entry);
}

int
walk_role(const char *role)
{
    static const char *const names[ROLES] = { "psychologist", "extractor", "wardrobe" };

    for (int i = 0; i < ROLES; i++)
        if (strcmp(role, names[i]) == 0)
            return i;
    return -1;
}

void
walk_keep(struct walk *walk, const char *step, const json_t *result)
{
    wrote(walk->self, store_step_put(walk->self->store, walk->stored.id, step, result));
}

void
walk_keep_step(struct walk *walk, int index, const json_t *result)
{
    char name[RUN_STEP_NAME];

    run_step_name(&walk->run, index, name);
    walk_keep(walk, name, result);
}

void
walk_keep_text(struct walk *walk, int index, const struct buffer *result)
{
    char name[RUN_STEP_NAME];

    run_step_name(&walk->run, index, name);
    wrote(walk->self, result->failed ? -1
                                     : store_step_put_text(walk->self->store, walk->stored.id, name,
                                                           (struct bytes) { result->bytes, result->size }));
}
