/* EXTRACTED: which products a paragraph names; each is looked up at once. */
#include <string.h>

#include "common/id.h"
#include "common/json.h"
#include "orchestrator/walk.h"

/* Has this run been asked for WISH already? A closing paragraph names everything again. */
static bool
is_wished(const struct walk *walk, const json_t *calls, const json_t *wish)
{
    json_t *call;
    size_t i;

    for (int step = 0; step < walk->run.step_count; step++)
        if (walk->run.steps[step].kind == STEP_FIND && json_equal(walk->pieces[step].wish, wish))
            return true;
    json_array_foreach(calls, i, call)
    {
        if (json_equal(json_object_get(call, "wish"), wish))
            return true;
    }
    return false;
}

/* The calls that become lookups: [{id, wish}], with ids of ours. */
static json_t *
calls_of(const struct walk *walk, const json_t *calls)
{
    json_t *wanted = json_array(), *call;
    size_t i;

    json_array_foreach(calls, i, call)
    {
        json_t *wish = json_object_get(call, "wish");
        char id[ID_SIZE];

        if (!json_is_object(wish) || json_array_size(wanted) >= RUN_CALLS || is_wished(walk, wanted, wish))
            continue;
        id_random(id);
        json_array_append_new(wanted, json_pack("{s:s, s:O}", "id", id, "wish", wish));
    }
    return wanted;
}

int
on_extracted(void *owner, struct peer *from, const struct message *message)
{
    struct walk *walk;
    int step = requests_answered(owner, from, message, &walk);
    json_t *calls, *kept;

    if (step < 0)
        return 0;
    calls = calls_of(walk, message->extracted.calls);
    walk_piece(walk, step)->result = calls;
    kept = json_pack("{s:O, s:O?}", "calls", calls, "usage", message->extracted.usage);
    walk_keep_step(walk, step, kept);
    json_decref(kept);
    walk_add_usage(walk, message->extracted.usage);
    walk_lead(walk, (struct lead_event) {
                        .kind = LEAD_EXTRACTED, .step = step, .count = (int)json_array_size(calls) });
    return 0;
}
