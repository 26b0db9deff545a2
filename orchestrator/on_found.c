/* FOUND: candidates for a lookup, or honestly none. */
#include <string.h>

#include "common/json.h"
#include "orchestrator/walk.h"

static void
note(struct walk *walk, int step, const struct found *found)
{
    struct piece *piece = walk_piece(walk, step);

    /* the message ends with this handler: what it brought is ours from here on */
    piece->result = json_is_object(found->result)
                        ? json_incref(found->result)
                        : json_pack("{s:s, s:[]}", "outcome", "unavailable", "products");
    if (!json_is_array(json_object_get(piece->result, "products")))
        json_object_set_new(piece->result, "products", json_array());
    piece->passing = json_is_object(found->passing) ? json_incref(found->passing) : NULL;
    piece->traits = json_is_array(found->traits) ? json_incref(found->traits) : NULL;
    if (walk->version == NULL && found->version[0] != '\0')
        walk->version = strdup(found->version);
}

int
on_found(void *owner, struct peer *from, const struct message *message)
{
    struct walk *walk;
    int step = requests_answered(owner, from, message, &walk);
    struct piece *piece;
    bool named;

    if (step < 0)
        return 0;
    note(walk, step, &message->found);
    piece = &walk->pieces[step];
    if (strcmp(json_text(piece->result, "outcome", ""), "unavailable") == 0)
        walk_degraded(walk, "lookup", "unavailable");
    named = !json_is_false(json_object_get(piece->result, "named"));
    walk_lead(walk,
              (struct lead_event) { .kind = LEAD_FOUND,
                                    .step = step,
                                    .count = (int)json_array_size(json_object_get(piece->result, "products")),
                                    .named = named });
    cards_keep(walk, step);
    return 0;
}
