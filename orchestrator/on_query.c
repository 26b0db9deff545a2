/* QUERY: store it, say so, lead the run. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/id.h"
#include "common/log.h"
#include "orchestrator/criteria.h"
#include "orchestrator/events.h"
#include "orchestrator/streams.h"
#include "orchestrator/walk.h"

static void
refuse(struct orchestrator *self, struct peer *from, const struct message *message, const char *code,
       const char *sentence)
{
    log_info("refused QUERY of %s: %s", peer_name(from), code);
    streams_refuse(self, from, message->query.stream, code, sentence);
}

static bool
is_the_same(const struct query *query, const char *said, const char *thread)
{
    return strcmp(query->said, said) == 0 && (query->thread[0] == '\0' || strcmp(query->thread, thread) == 0);
}

static void
follow(struct orchestrator *self, struct peer *from, const struct message *message,
       const struct store_run *run, struct walk *walk)
{
    if (!is_the_same(&message->query, run->said, run->thread))
        refuse(self, from, message, "run_id_reused", "This runId belongs to another question.");
    else
        streams_follow(self, from, message->query.stream, run, walk, 0);
}

/* The same runId is the same run, under way or ended. True when it was found (or the store can't be read). */
static bool
is_known(struct orchestrator *self, struct peer *from, const struct message *message)
{
    const struct query *query = &message->query;
    struct walk *walk = walks_by_id(self->walks, query->owner, query->run_id);
    struct store_run run;
    bool known;

    if (walk != NULL) {
        follow(self, from, message, &walk->stored, walk);
        return true;
    }
    if (store_run_find(self->store, query->owner, query->run_id, &run) != 0) {
        streams_refuse_for_store(self, from, query->stream);
        return true;
    }
    if ((known = run.id != 0))
        follow(self, from, message, &run, NULL);
    store_run_clear(&run);
    return known;
}

/* Would the frontend's patch fit the criteria as they are? */
static bool
patch_fits(const struct store_thread *thread, const json_t *patch, char why[80])
{
    json_t *criteria = thread->criteria == NULL ? json_object() : json_incref(thread->criteria);
    bool fits = patch == NULL || criteria_edit(&criteria, patch, why) == 0;

    json_decref(criteria);
    return fits;
}

static void
store_question(struct walk *walk)
{
    struct orchestrator *self = walk->self;
    char id[ID_SIZE + 16];
    json_t *message;

    snprintf(id, sizeof id, "%s-question", walk->stored.key); /* take_up.c finds it by that */
    message = json_pack("{s:s, s:s, s:s}", "id", id, "role", "user", "content", walk->stored.said);
    wrote(self, store_message_add(self->store, walk->stored.thread_id, walk->stored.id, message,
                                  walk->stored.said, "", clock_wall_ms()));
    json_decref(message);
    if (walk->patch != NULL)
        walk_keep(walk, "patch", walk->patch);
}

/* The run of QUERY in THREAD, in the store. Returns 0; -1: it can't be added, or another orchestrator has
 * just accepted it. */
static int
add_run(struct orchestrator *self, const struct query *query, const struct store_thread *thread,
        struct store_run *run)
{
    char key[ID_SIZE];

    id_random(key);
    *run = (struct store_run) {
        .thread_id = thread->id,
        .key = strdup(key),
        .owner = strdup(query->owner),
        .run_id = strdup(query->run_id),
        .thread = strdup(thread->thread),
        .said = strdup(query->said),
        .state = STORE_RUN_WAITING,
        .at = strdup(""),
    };
    return store_run_add(self->store, run, clock_wall_ms()) == 0 && run->id != 0 ? 0 : -1;
}

/* Everything that can be refused has been: the run is stored, and begins at the end of this turn if there
 * is room for it. */
static void
accept(struct orchestrator *self, struct peer *from, const struct query *query, struct store_thread *thread)
{
    struct store_run run;
    struct walk *walk;

    if (add_run(self, query, thread, &run) != 0) {
        streams_refuse_for_store(self, from, query->stream);
        store_run_clear(&run);
        return;
    }
    walk = walk_new(self, &run, thread);
    walk->patch = json_incref(query->patch);
    walk->accepted_now = true;
    walk->cancelled = walks_was_aborted(self->walks, query->owner, query->run_id, clock_now_ms());
    walks_add(self->walks, walk);
    store_question(walk);
    event_run_started(&walk->scratch, walk->stored.thread, walk->stored.run_id, clock_wall_ms());
    walk_emit(walk);
    self->sync = true;
    streams_add(self, from, query->stream, walk->stored.id, walk, 0, 0);
    self->subscribers->live = true;
    if (walk->cancelled) /* it was stopped before it came: whatever runs in its thread, it ends at once */
        walk_begin(walk);
}

int
on_query(void *owner, struct peer *from, const struct message *message)
{
    struct orchestrator *self = owner;
    const struct query *query = &message->query;
    struct store_thread thread;
    char id[ID_SIZE], why[80];
    const char *full;

    if (is_known(self, from, message))
        return 0;
    if (self->daemon.draining) {
        refuse(self, from, message, "draining", "This server is being restarted. Please try again.");
        return 0;
    }
    if ((full = walks_full(self->walks, query->owner, query->thread)) != NULL) {
        refuse(self, from, message, "busy", full);
        return 0;
    }
    id_random(id);
    if (store_thread_make(self->store, query->owner, query->thread[0] == '\0' ? id : query->thread,
                          clock_wall_ms(), &thread) != 0) {
        streams_refuse_for_store(self, from, query->stream);
        return 0;
    }
    self->dirty = true;
    if (thread.at[0] != '\0') /* a thread's runs are led in one place, where they wait for each other */
        streams_send_elsewhere(self, from, query->stream, thread.at);
    else if (patch_fits(&thread, query->patch, why))
        accept(self, from, query, &thread);
    else
        refuse(self, from, message, "bad_criteria", why);
    store_thread_clear(&thread);
    return 0;
}
