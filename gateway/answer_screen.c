#include "gateway/answer_screen.h"

#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/money.h"

struct answer_screen {
    FILE *out;
    bool colours;
    bool has_words;    /* something of the suggestion was printed */
    bool ended_well;   /* RUN_FINISHED came */
    json_t *results;   /* what the lookups found, in the order they came */
    json_t *withdrawn; /* {id: true}: cards that a later criterion ruled out */
    json_t *result;    /* RUN_FINISHED's */
};

struct answer_screen *
answer_screen_new(FILE *out, bool colours)
{
    struct answer_screen *screen = calloc(1, sizeof *screen);

    if (screen == NULL)
        return NULL;
    screen->out = out;
    screen->colours = colours;
    screen->results = json_array();
    screen->withdrawn = json_object();
    return screen;
}

void
answer_screen_destroy(struct answer_screen **screen)
{
    if (*screen == NULL)
        return;
    json_decref((*screen)->results);
    json_decref((*screen)->withdrawn);
    json_decref((*screen)->result);
    free(*screen);
    *screen = NULL;
}

/* Print what a model wrote: its control characters, U+0080 to U+009F among them, would be commands to the
 * terminal. */
static void
print_plain(FILE *out, const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
        bool is_pair = c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0;

        fputc(is_pair || (*c < ' ' && *c != '\n' && *c != '\t') || *c == 0x7f ? ' ' : *c, out);
        c += is_pair;
    }
}

static void
print_words(struct answer_screen *screen, const json_t *event)
{
    if (screen->out == NULL)
        return;
    print_plain(screen->out, json_text(event, "delta", ""));
    fflush(screen->out);
    screen->has_words = true;
}

static void
keep_result(struct answer_screen *screen, const json_t *event)
{
    const char *content = json_text(event, "content", "");
    json_t *result = json_read(content, strlen(content), NULL);

    if (result != NULL)
        json_array_append_new(screen->results, result);
}

static void
withdraw(struct answer_screen *screen, const json_t *event)
{
    const json_t *id;
    size_t i;

    if (strcmp(json_text(event, "name", ""), "withdrawn") != 0)
        return;
    json_array_foreach(json_object_get(json_object_get(event, "value"), "productIds"), i,
                       id) if (json_is_string(id))
        json_object_set_new(screen->withdrawn, json_string_value(id), json_true());
}

void
answer_screen_event(struct answer_screen *screen, json_t *event)
{
    const char *type = json_text(event, "type", "");

    if (strcmp(type, "TEXT_MESSAGE_CONTENT") == 0)
        print_words(screen, event);
    else if (strcmp(type, "TEXT_MESSAGE_END") == 0 && screen->out != NULL)
        fputs("\n\n", screen->out);
    else if (strcmp(type, "TOOL_CALL_RESULT") == 0)
        keep_result(screen, event);
    else if (strcmp(type, "CUSTOM") == 0)
        withdraw(screen, event);
    else if (strcmp(type, "RUN_ERROR") == 0)
        fprintf(stderr, "%s(%s)\n", json_text(event, "message", "the run failed "),
                json_text(event, "code", "error"));
    else if (strcmp(type, "RUN_FINISHED") == 0) {
        screen->ended_well = true;
        screen->result = json_incref(json_object_get(event, "result"));
    }
}

/* Append the texts of ARRAY with blanks between. */
static void
append_list(struct buffer *out, const json_t *array)
{
    const json_t *item;
    size_t i;

    json_array_foreach(array, i, item) buffer_printf(
        out, "%s%s", i > 0 ? " " : "", json_string_value(item) != NULL ? json_string_value(item) : "");
}

static bool
is_chosen(const struct answer_screen *screen, const char *id)
{
    const char *slot;
    json_t *entry;

    json_object_foreach(json_object_get(screen->result, "look"), slot,
                        entry) if (strcmp(json_text(entry, "productId", ""), id) == 0) return true;
    return false;
}

static void
print_product(const struct answer_screen *screen, const json_t *product)
{
    const json_t *price = json_object_get(product, "price");
    bool chosen = is_chosen(screen, json_text(product, "id", ""));
    struct buffer sizes = { 0 };
    char amount[48] = "";

    append_list(&sizes, json_object_get(product, "sizes"));
    if (price != NULL)
        money_text(json_number(price, "amount", 0), json_text(price, "currency", ""), amount, sizeof amount);
    fprintf(screen->out, "  %s %12s  %-38.38s %-18.18s %-14.14s %s%s\n", chosen ? "*" : " ", amount,
            json_text(product, "title", ""), json_text(product, "brand", ""),
            json_text(product, "colour", ""), buffer_string(&sizes), screen->colours ? "\033[0m" : "");
    buffer_clear(&sizes);
}

/* How many of PRODUCTS were not withdrawn. */
static size_t
left_of(const struct answer_screen *screen, const json_t *products)
{
    const json_t *product;
    size_t i, left = 0;

    json_array_foreach(products, i, product)
    {
        left += json_object_get(screen->withdrawn, json_text(product, "id", "")) == NULL;
    }
    return left;
}

/* What the shop shows instead, behind the slot. */
static const char *
given_up(const json_t *relaxed)
{
    const json_t *last = json_array_get(relaxed, json_array_size(relaxed) - 1);

    if (json_array_size(relaxed) == 0)
        return "";
    return json_is_string(last) && strcmp(json_string_value(last), "brand") == 0
               ? " (nothing of that brand)"
               : " (not in that colour; these come closest)";
}

static void
print_result(const struct answer_screen *screen, const json_t *result)
{
    const json_t *products = json_object_get(result, "products"), *product;
    const char *slot = json_text(result, "slot", "");
    struct buffer blocked = { 0 };
    size_t i;

    if (json_array_size(products) > 0 && left_of(screen, products) == 0)
        return;
    if (json_array_size(products) == 0) {
        append_list(&blocked, json_object_get(result, "blocked_by"));
        fprintf(screen->out, "%s: nothing%s%s\n", slot[0] ? slot : "first finds",
                blocked.size ? ", because of " : "", buffer_string(&blocked));
        buffer_clear(&blocked);
        return;
    }
    fprintf(screen->out, "%s%s%s%s\n", screen->colours ? "\033[1m" : "", slot[0] ? slot : "first finds",
            screen->colours ? "\033[0m" : "", given_up(json_object_get(result, "relaxed")));
    json_array_foreach(products, i, product)
    {
        if (json_object_get(screen->withdrawn, json_text(product, "id", "")) == NULL)
            print_product(screen, product);
    }
}

static void
print_total(const struct answer_screen *screen)
{
    const json_t *total = json_object_get(screen->result, "total");
    char amount[48];

    if (total == NULL)
        return;
    money_text(json_number(total, "amount", 0), json_text(total, "currency", ""), amount, sizeof amount);
    fprintf(screen->out, "\n* the look, %s together\n", amount);
}

bool
answer_screen_end(struct answer_screen *screen, const char *thread)
{
    const json_t *result;
    bool has_later = false;
    size_t i;

    if (screen->out == NULL)
        return screen->ended_well;
    json_array_foreach(screen->results, i, result) has_later |=
        !json_is_true(json_object_get(result, "early"));
    json_array_foreach(screen->results, i,
                       result) if (!has_later || !json_is_true(json_object_get(result, "early")))
        print_result(screen, result);
    print_total(screen);
    if (screen->ended_well)
        fprintf(screen->out, "\nGo on with --thread %s\n", thread);
    return screen->ended_well;
}
