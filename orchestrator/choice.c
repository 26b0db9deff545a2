/* The wardrobe's choice by number: it is shown numbered lines without ids, and answers with numbers. */
#include <string.h>

#include "common/json.h"
#include "common/money.h"
#include "orchestrator/events.h"
#include "orchestrator/walk.h"

#define LINES 12

/* A product as a line: what a person would weigh, and no id. */
static json_t *
line_of(const json_t *product)
{
    static const char *const parts[] = { "title", "brand", "colour", "material", "why" };
    struct buffer line = { 0 };
    const json_t *price = json_object_get(product, "price");
    json_t *text;

    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        const char *part = json_text(product, parts[i], "");

        if (part[0] != '\0')
            buffer_printf(&line, "%s%s", line.size > 0 ? ", " : "", part);
    }
    if (price != NULL) {
        char amount[32];

        money_text(json_number(price, "amount", 0), json_text(price, "currency", ""), amount, sizeof amount);
        buffer_printf(&line, ", %s", amount);
    }
    text = json_string(buffer_string(&line));
    buffer_clear(&line);
    return text;
}

/* What the other slots show first. */
static json_t *
look_so_far(const struct walk *walk, int but)
{
    json_t *look = json_array();
    int order[RUN_STEPS], count = cards_on_page(walk, order);

    for (int i = 0; i < count; i++) {
        const json_t *result = walk->pieces[order[i]].result;
        const json_t *product = json_array_get(json_object_get(result, "products"), 0);

        if (order[i] == but || product == NULL || cards_are_early(walk, &walk->run.steps[order[i]]))
            continue;
        json_array_append_new(look, json_pack("{s:s, s:s, s:s}", "slot", json_text(result, "slot", ""),
                                              "title", json_text(product, "title", ""), "colour",
                                              json_text(product, "colour", "")));
    }
    return look;
}

void
cards_choose(struct walk *walk, int index, struct message *message)
{
    int of = walk->run.steps[index].of;
    const struct piece *piece = &walk->pieces[of];
    json_t *lines = json_array(), *product;
    size_t i;

    json_array_foreach(json_object_get(piece->result, "products"), i, product)
    {
        if (i < LINES)
            json_array_append_new(lines, line_of(product));
    }
    message->kind = MESSAGE_CHOOSE;
    message->choose = (struct choose) { .wanted = json_text(piece->wish, "description", ""),
                                        .slot = json_text(piece->result, "slot", ""),
                                        .lines = lines,
                                        .profile = walk->thread.profile,
                                        .look = look_so_far(walk, of),
                                        .shopper = walk->shopper };
}

void
cards_chosen(struct walk *walk, int index, const json_t *order, const json_t *why)
{
    int of = walk->run.steps[index].of;
    const json_t *products = json_object_get(walk->pieces[of].result, "products");
    json_t *ids = json_array(), *seen = json_object(), *number, *value;
    const char *sentence = "";
    size_t i;

    json_array_foreach(order, i, number)
    {
        json_int_t at = json_is_integer(number) ? json_integer_value(number) : 0;
        const char *id = json_text(at < 1 ? NULL : json_array_get(products, (size_t)at - 1), "id", "");
        char name[16];

        if (id[0] == '\0' || at > SHOWN_CARDS || json_object_get(seen, id) != NULL)
            continue; /* a number that stands for nothing that is shown */
        snprintf(name, sizeof name, "%d", (int)at);
        if (json_array_size(ids) == 0)
            sentence = json_text(why, name, "");
        json_object_set_new(seen, id, json_true());
        json_array_append_new(ids, json_string(id));
    }
    if (json_array_size(ids) > 0) {
        walk_piece(walk, index)->result = json_incref(json_array_get(ids, 0));
        value =
            json_pack("{s:s, s:O, s:s}", "toolCallId", walk->pieces[of].call, "order", ids, "why", sentence);
        event_custom(&walk->scratch, "chosen", value);
        walk_emit(walk);
        json_decref(value);
    }
    json_decref(seen);
    json_decref(ids);
}
