/* The outfit of a run: what was shown for the slots that the suggestion named, composed by look.c. */
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/money.h"
#include "orchestrator/criteria.h"
#include "orchestrator/look.h"
#include "orchestrator/walk.h"

#define FORMALITY_MOST 4.0 /* the wardrobe counts from 0, sport, to 4, evening */

/* Where a candidate of the look comes from. */
struct origin {
    int step;
    size_t product;
};

struct composition {
    struct look_slot slots[LOOK_SLOTS];
    struct origin origins[LOOK_SLOTS][LOOK_CANDIDATES];
    const char *outcomes[LOOK_SLOTS];
    int count;
    struct look look;
};

static int
slot_in(struct composition *composition, const char *slot)
{
    for (int i = 0; i < composition->count; i++)
        if (strcmp(composition->slots[i].slot, slot) == 0)
            return i;
    if (composition->count == LOOK_SLOTS)
        return -1;
    composition->slots[composition->count].slot = slot;
    composition->outcomes[composition->count] = "none_match";
    return composition->count++;
}

static const char *
chosen_first(const struct walk *walk, int step)
{
    int choose =
        run_step_of(&walk->run, STEP_CHOOSE, walk->run.steps[step].paragraph, walk->run.steps[step].call);

    return choose < 0 ? NULL : json_string_value(walk->pieces[choose].result);
}

static char
gender_of(const json_t *product)
{
    const char *gender = json_text(product, "gender", "");

    return strcmp(gender, "male") == 0 ? 'm' : strcmp(gender, "female") == 0 ? 'f' : '\0';
}

/* Whether PRODUCT of the TRAITS stands for SLOT in a look: not for a whole outfit where it is a part of one.
 */
static bool
stands_for(const json_t *traits, const char *slot)
{
    const char *own = json_text(traits, "slot", "");
    bool part = strcmp(own, "top") == 0 || strcmp(own, "bottom") == 0 || strcmp(own, "outerwear") == 0;

    return !part || (strcmp(slot, "set") != 0 && strcmp(slot, "dress") != 0);
}

static void
add_candidate(const struct walk *walk, struct composition *composition, int slot, int step, size_t at)
{
    const struct piece *piece = &walk->pieces[step];
    const json_t *product = json_array_get(json_object_get(piece->result, "products"), at);
    const json_t *traits = json_array_get(piece->traits, at);
    const json_t *level = json_object_get(traits, "formality");
    struct look_slot *into = &composition->slots[slot];
    const char *id = json_text(product, "id", ""), *first = chosen_first(walk, step);
    int place = first != NULL && strcmp(first, id) == 0 ? 0 : into->count; /* the wardrobe's choice first */

    if (into->count == LOOK_CANDIDATES || json_object_get(walk->withdrawn, id) != NULL)
        return;
    memmove(&into->candidates[place + 1], &into->candidates[place],
            (size_t)(into->count - place) * sizeof into->candidates[0]);
    memmove(&composition->origins[slot][place + 1], &composition->origins[slot][place],
            (size_t)(into->count - place) * sizeof composition->origins[slot][0]);
    into->count++;
    into->candidates[place] = (struct look_candidate) {
        .product = id,
        .colour_family = json_text(traits, "colour_family", ""),
        .gender = gender_of(product),
        .formality = json_is_number(level) ? json_number_value(level) / FORMALITY_MOST : -1,
        .unfit = json_is_true(json_object_get(traits, "unfit")) || !stands_for(traits, into->slot),
        .price = json_number(json_object_get(product, "price"), "amount", -1),
    };
    composition->origins[slot][place] = (struct origin) { step, at };
}

/* The slots that the suggestion's paragraphs named, with what was shown for them. */
static void
gather(const struct walk *walk, struct composition *composition)
{
    int order[RUN_STEPS], count = cards_on_page(walk, order);

    for (int i = 0; i < count; i++) {
        const struct step *step = &walk->run.steps[order[i]];
        const json_t *result = walk->pieces[order[i]].result;
        const char *name = json_text(result, "slot", "");
        int slot;

        if (cards_are_early(walk, step))
            continue;
        slot = slot_in(composition,
                       name[0] != '\0' ? name : json_text(walk->pieces[order[i]].wish, "slot", "other"));
        if (slot < 0)
            continue;
        composition->outcomes[slot] = json_text(result, "outcome", "unavailable");
        for (size_t at = 0; at < json_array_size(json_object_get(result, "products")) && at < SHOWN_CARDS;
             at++)
            add_candidate(walk, composition, slot, order[i], at);
    }
}

static json_t *
choice_of(const struct walk *walk, const struct composition *composition, int slot)
{
    struct origin from = composition->origins[slot][composition->look.chosen[slot]];
    const json_t *product =
        json_array_get(json_object_get(walk->pieces[from.step].result, "products"), from.product);
    json_t *choice = json_pack("{s:s, s:s}", "toolCallId", walk->pieces[from.step].call, "productId",
                               json_text(product, "id", ""));

    if (json_text(product, "variant_id", "")[0] != '\0')
        json_object_set_new(choice, "variantId", json_string(json_text(product, "variant_id", "")));
    if (json_object_get(product, "price") != NULL)
        json_object_set(choice, "price", json_object_get(product, "price"));
    return choice;
}

/* Whether SLOT has candidates, and none of them is for the occasion. */
static bool
is_all_unfit(const struct look_slot *slot)
{
    for (int i = 0; i < slot->count; i++)
        if (!slot->candidates[i].unfit)
            return false;
    return true;
}

/* Why nothing was chosen for SLOT. */
static const char *
why_open(const struct composition *composition, int slot, int64_t budget)
{
    if (composition->slots[slot].count == 0)
        return strcmp(composition->outcomes[slot], "found") == 0 ? "withdrawn" : composition->outcomes[slot];
    if (is_all_unfit(&composition->slots[slot]))
        return "not_suitable";
    return budget >= 0 ? "budget" : "not_together";
}

/* The outfit's budget in the catalogue's currency, or -1: there is none, or no rate for the one it is in. */
static int64_t
budget_of(const struct walk *walk, const char *own, bool *unchecked)
{
    const char *currency;
    int64_t budget = criteria_budget(walk->thread.criteria, &currency);

    if (budget >= 0 && currency[0] != '\0' && strcmp(own, currency) != 0) {
        budget = money_convert(walk->self->rates, budget, currency, own);
        *unchecked = budget < 0;
    }
    return budget;
}

json_t *
outfit_compose(struct walk *walk, json_t **look)
{
    struct composition *composition = calloc(1, sizeof *composition);
    json_t *result = json_object(), *open = json_array();
    const char *currency = json_text(walk->self->facets, "currency", "USD");
    bool unchecked = false;
    int64_t budget = budget_of(walk, currency, &unchecked);

    if (composition == NULL)
        abort();
    *look = json_object();
    gather(walk, composition);
    look_compose(composition->slots, composition->count, budget, &composition->look);
    for (int i = 0; i < composition->count; i++) {
        const char *slot = composition->slots[i].slot;

        if (composition->look.chosen[i] >= 0)
            json_object_set_new(*look, slot, choice_of(walk, composition, i));
        else
            json_array_append_new(
                open, json_pack("{s:s, s:s}", "slot", slot, "outcome", why_open(composition, i, budget)));
    }
    json_object_set_new(result, "look", *look);
    json_object_set_new(result, "open", open);
    if (json_object_size(*look) > 0)
        json_object_set_new(
            result, "total",
            json_pack("{s:I, s:s}", "amount", (json_int_t)composition->look.total, "currency", currency));
    if (budget >= 0)
        json_object_set_new(result, "budget",
                            json_pack("{s:I, s:s, s:b}", "max", (json_int_t)budget, "currency", currency,
                                      "kept", composition->look.kept));
    if (unchecked)
        json_object_set_new(result, "unchecked", json_pack("[s]", "price"));
    free(composition);
    return result;
}
