/* Cards: what the lookups brought, on its way to the client, into the thread and into the look. A product
 * reaches a client from here alone, and only out of a FOUND of this run. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "orchestrator/events.h"
#include "orchestrator/walk.h"

#define SHOWN_LINES 60 /* cards that "the second one" may mean */
#define TOOL "find_product"

static const char *
paragraph_of(const struct walk *walk, const struct step *step)
{
    if (step->kind == STEP_CHECK)
        step = &walk->run.steps[step->of];
    return step->paragraph > 0 && step->paragraph <= walk->paragraph_count
               ? walk->paragraphs[step->paragraph - 1].id
               : NULL;
}

/* What the call asked for. Of the shopper's own words that is what they were. */
static json_t *
arguments_of(const struct walk *walk, const struct piece *piece)
{
    return piece->wish != NULL ? json_incref(piece->wish)
                               : json_pack("{s:s}", "description", walk->stored.said);
}

/* A find's id stands with its paragraph's calls already; others get one now. */
static void
take_call_id(struct walk *walk, int index)
{
    const struct step *step = &walk->run.steps[index];
    struct piece *piece = &walk->pieces[index];
    const char *id = "";

    if (piece->call[0] != '\0')
        return;
    if (step->kind == STEP_FIND)
        id = json_text(
            json_array_get(walk->pieces[run_step_of(&walk->run, STEP_EXTRACT, step->paragraph, 0)].result,
                           (size_t)step->call - 1),
            "id", "");
    if (id[0] != '\0')
        snprintf(piece->call, sizeof piece->call, "%s", id);
    else
        id_random(piece->call);
}

void
cards_call(struct walk *walk, int index)
{
    const struct step *step = &walk->run.steps[index];
    struct piece *piece = walk_piece(walk, index);
    json_t *arguments = arguments_of(walk, piece);

    take_call_id(walk, index);
    event_tool_start(&walk->scratch, piece->call, TOOL, paragraph_of(walk, step));
    walk_emit(walk);
    event_tool_args(&walk->scratch, piece->call, arguments);
    walk_emit(walk);
    event_tool_end(&walk->scratch, piece->call);
    walk_emit(walk);
    json_decref(arguments);
}

bool
cards_are_early(const struct walk *walk, const struct step *step)
{
    return step->kind == STEP_EARLY ||
           (step->kind == STEP_CHECK && walk->run.steps[step->of].kind == STEP_EARLY);
}

/* What the client gets of a result: six products at most, and whether it came before the words. */
static char *
write_content(const struct walk *walk, int index)
{
    const struct step *step = &walk->run.steps[index];
    json_t *content = json_copy(walk->pieces[index].result), *products = json_array(), *product;
    char *text;
    size_t i;

    json_array_foreach(json_object_get(content, "products"), i, product)
    {
        if (i < SHOWN_CARDS)
            json_array_append(products, product);
    }
    json_object_set_new(content, "products", products);
    json_object_del(content, "named");
    if (cards_are_early(walk, step))
        json_object_set_new(content, "early", json_true());
    text = json_string_of(content);
    json_decref(content);
    return text;
}

const char *
cards_content(const struct walk *walk, int index)
{
    struct piece *piece = &walk->pieces[index];

    if (piece->content == NULL)
        piece->content = write_content(walk, index);
    return piece->content == NULL ? "{}" : piece->content;
}

static void
send_result(struct walk *walk, int index)
{
    struct piece *piece = &walk->pieces[index];
    const char *text = cards_content(walk, index);

    if (piece->message[0] == '\0')
        id_random(piece->message);
    piece->answered = true;
    event_tool_result(&walk->scratch, piece->message, piece->call, text);
    walk_emit(walk);
}

void
cards_result(struct walk *walk, int index)
{
    struct piece *piece = walk_piece(walk, index);

    if (piece->call[0] == '\0')
        cards_call(walk, index);
    send_result(walk, index);
}

void
cards_unavailable(struct walk *walk, int index)
{
    struct piece *piece = walk_piece(walk, index);

    if (piece->answered || piece->call[0] == '\0')
        return;
    free(piece->content);
    piece->content = NULL;
    json_decref(piece->result);
    piece->result = json_pack("{s:s, s:s, s:[]}", "slot", json_text(piece->wish, "slot", ""), "outcome",
                              "unavailable", "products");
    send_result(walk, index);
}

/* Is PRODUCT one of the first COUNT of RESULT? */
static bool
has_product(const json_t *result, const char *id, size_t count)
{
    const json_t *products = json_object_get(result, "products");

    for (size_t i = 0; i < json_array_size(products) && i < count; i++)
        if (strcmp(json_text(json_array_get(products, i), "id", ""), id) == 0)
            return true;
    return false;
}

static void
tell_withdrawn(struct walk *walk, json_t *ids, const char *reason)
{
    json_t *value = json_pack("{s:O, s:s}", "productIds", ids, "reason", reason);
    json_t *id;
    size_t i;

    json_array_foreach(ids, i, id) json_object_set_new(walk->withdrawn, json_string_value(id), json_true());
    if (json_array_size(ids) > 0) {
        event_custom(&walk->scratch, "withdrawn", value);
        walk_emit(walk);
    }
    json_decref(value);
}

/* The ids that step INDEX has shown and that are not in PASSING (NULL: all). */
static json_t *
shown_but(const struct walk *walk, int index, const json_t *passing)
{
    const json_t *products = json_object_get(walk->pieces[index].result, "products");
    json_t *ids = json_array();

    for (size_t i = 0; i < json_array_size(products) && i < SHOWN_CARDS; i++) {
        const char *id = json_text(json_array_get(products, i), "id", "");

        if (json_object_get(passing, id) == NULL && json_object_get(walk->withdrawn, id) == NULL)
            json_array_append_new(ids, json_string(id));
    }
    return ids;
}

/* Whether one of the cards that step INDEX has shown is not in PASSING; another shelf may have told so
 * already. */
static bool
loses_cards(const struct walk *walk, int index, const json_t *passing)
{
    const json_t *products = json_object_get(walk->pieces[index].result, "products");

    for (size_t i = 0; i < json_array_size(products) && i < SHOWN_CARDS; i++)
        if (json_object_get(passing, json_text(json_array_get(products, i), "id", "")) == NULL)
            return true;
    return false;
}

json_t *
cards_to_check(const struct walk *walk, int index)
{
    return shown_but(walk, walk->run.steps[index].of, NULL);
}

void
cards_withdraw(struct walk *walk, int index, const char *reason)
{
    json_t *ids = shown_but(walk, index, NULL);

    tell_withdrawn(walk, ids, reason);
    json_decref(ids);
}

/* Take out of step INDEX's products (and their traits) those that OTHER has shown. */
static void
leave_new(struct walk *walk, int index, const json_t *other)
{
    struct piece *piece = &walk->pieces[index];
    json_t *products = json_object_get(piece->result, "products");

    for (size_t i = json_array_size(products); i-- > 0;) {
        if (!has_product(other, json_text(json_array_get(products, i), "id", ""), SHOWN_CARDS))
            continue;
        json_array_remove(products, i);
        json_array_remove(piece->traits, i);
    }
}

/* What step OF has shown stands there as the check has it now: in the size and at the price that the criteria
 * ask for. The look is made of that. */
static void
renew_kept(struct walk *walk, int of, const json_t *passing)
{
    json_t *products = json_object_get(walk->pieces[of].result, "products");

    for (size_t i = 0; i < json_array_size(products); i++) {
        json_t *card = json_object_get(passing, json_text(json_array_get(products, i), "id", ""));

        if (card != NULL)
            json_array_set(products, i, card);
    }
}

/* Whether the client sees something else in BEFORE than in NOW: another colour, size or price. */
static bool
looks_other(const json_t *before, const json_t *now)
{
    const json_t *size = json_object_get(before, "size"), *price = json_object_get(before, "price");

    return strcmp(json_text(before, "colour", ""), json_text(now, "colour", "")) != 0 ||
           (price != NULL && !json_equal(price, json_object_get(now, "price"))) ||
           (size != NULL && !json_equal(size, json_object_get(now, "size")));
}

/* Which cards of step OF the check has in another colour, size or at another price ("not in pink"): the cards
 * as they are now, and in *TRAITS theirs. New references. */
static json_t *
changed_cards(const struct walk *walk, int of, const json_t *passing, json_t **traits)
{
    const json_t *products = json_object_get(walk->pieces[of].result, "products");
    json_t *changed = json_array();

    *traits = json_array();
    for (size_t i = 0; i < json_array_size(products) && i < SHOWN_CARDS; i++) {
        const json_t *before = json_array_get(products, i);
        json_t *now = json_object_get(passing, json_text(before, "id", ""));

        if (now == NULL || !looks_other(before, now))
            continue;
        json_array_append(changed, now);
        json_array_append(*traits, json_array_get(walk->pieces[of].traits, i));
    }
    return changed;
}

/* What the check tells the client: what changed, and, where GOES says that cards went, what is new. */
static void
put_changed(struct piece *piece, json_t *changed, json_t *traits, bool goes)
{
    if (goes) {
        json_array_extend(changed, json_object_get(piece->result, "products"));
        json_array_extend(traits, piece->traits);
    }
    json_object_set(piece->result, "products", changed);
    json_decref(piece->traits);
    piece->traits = json_incref(traits);
}

/* Of what is new a few are enough. */
static void
leave_few(struct piece *piece)
{
    json_t *products = json_object_get(piece->result, "products");

    while (json_array_size(products) > SHOWN_CARDS) {
        json_array_remove(products, json_array_size(products) - 1);
        json_array_remove(piece->traits, json_array_size(products));
    }
}

void
cards_compare(struct walk *walk, int index)
{
    struct step *step = &walk->run.steps[index];
    struct piece *piece = walk_piece(walk, index);
    const json_t *before = walk->pieces[step->of].result;
    const char *outcome = json_text(piece->result, "outcome", "");
    json_t *ids, *changed, *traits;
    bool goes = loses_cards(walk, step->of, piece->passing);

    if (strcmp(outcome, "unavailable") == 0)
        return;
    ids = shown_but(walk, step->of, piece->passing);
    tell_withdrawn(walk, ids, "criteria");
    changed = changed_cards(walk, step->of, piece->passing, &traits);
    renew_kept(walk, step->of, piece->passing);
    leave_new(walk, index, before);
    put_changed(piece, changed, traits, goes);
    leave_few(piece);
    /* in the place of what went or is another now, what keeps the criteria */
    if (json_array_size(changed) > 0) {
        step->shown = true;
        cards_call(walk, index);
        send_result(walk, index);
    }
    json_decref(changed);
    json_decref(traits);
    json_decref(ids);
}

/* The result as text: what the client got where that is all of it, so that it is written once. */
static void
put_result(struct walk *walk, int index, struct buffer *out)
{
    const json_t *result = walk->pieces[index].result;

    if (json_array_size(json_object_get(result, "products")) <= SHOWN_CARDS)
        buffer_text(out, cards_content(walk, index));
    else
        json_write(out, result, 0);
    if (json_is_false(json_object_get(result, "named")))
        buffer_text(out, ",\"unnamed\":true");
}

void
cards_keep(struct walk *walk, int index)
{
    const struct piece *piece = &walk->pieces[index];
    const struct run *run = &walk->run;
    bool assessed = run->steps[run_step_of(run, STEP_ASSESS, 0, 0)].state != STEP_OPEN;
    struct buffer kept = { 0 };

    buffer_text(&kept, "{\"result\":");
    put_result(walk, index, &kept);
    buffer_text(&kept, ",\"traits\":");
    json_write(&kept, piece->traits, 0);
    buffer_text(&kept, ",\"wish\":");
    json_write(&kept, piece->wish, 0);
    buffer_printf(&kept, ",\"call\":\"%s\",\"message\":\"%s\",\"shown\":%s,\"assessed\":%s}", piece->call,
                  piece->message, run->steps[index].shown ? "true" : "false", assessed ? "true" : "false");
    walk_keep_text(walk, index, &kept);
    buffer_clear(&kept);
}

/* -- the thread ---------------------------------------------------------------------------------- */

int
cards_on_page(const struct walk *walk, int order[RUN_STEPS])
{
    const struct run *run = &walk->run;
    int count = 0;

    for (int paragraph = 0; paragraph <= run->paragraphs; paragraph++) {
        for (int i = 0; i < run->step_count; i++) {
            const struct step *step = &run->steps[i];

            if (step->paragraph != paragraph || step->kind == STEP_CHECK || !walk->pieces[i].answered)
                continue;
            order[count++] = i;
            for (int j = i + 1; j < run->step_count; j++)
                if (run->steps[j].kind == STEP_CHECK && run->steps[j].of == i && walk->pieces[j].answered)
                    order[count++] = j;
        }
    }
    return count;
}

static bool
is_in_look(const struct walk *walk, const char *id)
{
    json_t *choice;
    const char *slot;

    json_object_foreach(walk->look, slot,
                        choice) if (strcmp(json_text(choice, "productId", ""), id) == 0) return true;
    return false;
}

static json_t *
line_of(const struct walk *walk, const json_t *product, const json_t *traits, const json_t *result)
{
    const char *own = json_text(traits, "slot", ""), *slot = *own ? own : json_text(result, "slot", "");
    json_t *line = json_pack("{s:s, s:s, s:s}", "id", json_text(product, "id", ""), "title",
                             json_text(product, "title", ""), "slot", slot);

    if (json_object_get(product, "price") != NULL)
        json_object_set(line, "price", json_object_get(product, "price"));
    if (json_object_get(product, "colour") != NULL)
        json_object_set(line, "colour", json_object_get(product, "colour"));
    if (is_in_look(walk, json_text(product, "id", "")))
        json_object_set_new(line, "look", json_true());
    return line;
}

json_t *
cards_shown(struct walk *walk)
{
    int order[RUN_STEPS], count = cards_on_page(walk, order);
    json_t *shown = json_array(), *seen = json_object();

    for (int i = 0; i < count; i++) {
        const json_t *result = walk->pieces[order[i]].result;
        const json_t *products = json_object_get(result, "products");

        for (size_t j = 0; j < json_array_size(products) && j < SHOWN_CARDS; j++) {
            const json_t *product = json_array_get(products, j);
            const char *id = json_text(product, "id", "");

            if (json_array_size(shown) >= SHOWN_LINES || json_object_get(seen, id) != NULL ||
                json_object_get(walk->withdrawn, id) != NULL)
                continue;
            json_object_set_new(seen, id, json_true());
            json_array_append_new(
                shown, line_of(walk, product, json_array_get(walk->pieces[order[i]].traits, j), result));
        }
    }
    json_decref(seen);
    if (json_array_size(shown) > 0)
        return shown;
    json_decref(shown);
    return NULL;
}

json_t *
cards_wishes(struct walk *walk)
{
    json_t *wishes = json_array();

    for (int i = 0; i < walk->run.step_count; i++) {
        const struct piece *piece = &walk->pieces[i];

        if (walk->run.steps[i].kind == STEP_FIND && piece->wish != NULL &&
            json_array_size(wishes) < RUN_WISHES)
            json_array_append_new(wishes, json_pack("{s:s, s:O}", "slot", json_text(piece->wish, "slot", ""),
                                                    "wish", piece->wish));
    }
    if (json_array_size(wishes) > 0)
        return wishes;
    json_decref(wishes);
    return NULL;
}
