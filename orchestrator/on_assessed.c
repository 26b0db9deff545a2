/* ASSESSED: who this is and what they want; note it, lead on. */
#include <string.h>

#include "common/clock.h"
#include "common/json.h"
#include "common/log.h"
#include "orchestrator/criteria.h"
#include "orchestrator/events.h"
#include "orchestrator/walk.h"

/* The client's state, and for those who pass state over, the same as CUSTOM. */
static void
tell(struct walk *walk, const char *name, const json_t *value)
{
    event_state_delta(&walk->scratch, name, value);
    walk_emit(walk);
    event_custom(&walk->scratch, name, value);
    walk_emit(walk);
}

/* Take the assessment into the thread. Returns whether a hard criterion is new. */
static bool
learn(struct walk *walk, const struct assessed *assessed)
{
    json_t *before = json_deep_copy(walk->thread.criteria);
    int left_out = criteria_learn(&walk->thread.criteria, assessed->patch);
    bool stricter = criteria_are_stricter(before, walk->thread.criteria);

    json_decref(before);
    if (left_out > 0)
        log_warning("run=%s assessment: %d operations on the criteria did not fit", walk->stored.key,
                    left_out);
    if (json_is_object(assessed->profile)) {
        json_decref(walk->thread.profile);
        walk->thread.profile = json_incref(assessed->profile);
    }
    wrote(walk->self, store_thread_write(walk->self->store, &walk->thread, clock_wall_ms()));
    return stricter;
}

int
on_assessed(void *owner, struct peer *from, const struct message *message)
{
    const struct assessed *assessed = &message->assessed;
    const char *topic = json_text(assessed->profile, "topic", "fashion");
    bool off_topic = strcmp(topic, "other") == 0 || strcmp(topic, "abuse") == 0;
    const char *want = json_text(assessed->profile, "want", "change");
    /* "thanks", "what goes with it?": the last look's wishes are not asked for again */
    bool words_do = strcmp(topic, "unclear") == 0 || strcmp(want, "change") != 0;
    struct walk *walk;
    int step = requests_answered(owner, from, message, &walk);
    bool stricter;
    json_t *kept;

    if (step < 0)
        return 0;
    stricter = learn(walk, assessed);
    if (words_do)
        walk->run.wishes = 0;
    kept = json_pack("{s:b, s:b, s:b, s:O?}", "off_topic", off_topic, "words_do", words_do, "stricter",
                     stricter, "usage", assessed->usage);
    walk_keep_step(walk, step, kept);
    json_decref(kept);
    tell(walk, "criteria", walk->thread.criteria);
    tell(walk, "profile", walk->thread.profile);
    walk_add_usage(walk, assessed->usage);
    walk_lead(walk, (struct lead_event) {
                        .kind = LEAD_ASSESSED, .step = step, .off_topic = off_topic, .stricter = stricter });
    return 0;
}
