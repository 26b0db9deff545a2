/* For random catalogues and random criteria: what the ranking gives is exactly what a plain scan over the
 * rows finds, with the rules written down a second time. CASES=100000 in the environment makes more of them
 * than a quick run has. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/wardrobe/shop.h"
#include "wardrobe/blame.h"
#include "wardrobe/criteria.h"
#include "wardrobe/ranking.h"

#define PRODUCTS 24
#define NOW 1795305600

/* One row as the test knows it; -1: not said. */
struct known {
    int product, colour, size, price, sale, gender, material, availability;
};

static const char *const types[] = { "Clothing > Shirts", "Clothing > Dresses", "Shoes > Sneakers",
                                     "Bags > Totes" };
static const char *const kinds[] = { "shirts", "dresses", "sneakers", "totes" };
static const char *const slots[] = { "top", "dress", "shoes", "bag" };
static const char *const colours[] = { "white", "navy", "black", "red" };
static const char *const letters[] = { "S", "M", "L" };
static const char *const shoes[] = { "38", "42", "44" };
static const char *const genders[] = { "female", "male", "unisex" };
static const char *const materials[] = { "linen", "wool", "leather" };
static const char *const availabilities[] = { "in_stock", "out_of_stock", "preorder" };

static struct known rows[PRODUCTS * 3];
static int row_count;
static int kind_of[PRODUCTS], has_price[4], has_colour[4], has_gender[4], has_material[4], has_size[4];
static uint64_t dice = 88172645463325252u;

static int
roll(int sides)
{
    dice ^= dice << 13;
    dice ^= dice >> 7;
    dice ^= dice << 17;
    return (int)(dice % (unsigned)sides);
}

/* One of COUNT, or -1: never where the category carries none, seldom where it does. */
static int
value(int carried, int count)
{
    return carried && roll(6) > 0 ? roll(count) : -1;
}

static void
add_row(struct shop *shop, int product)
{
    int kind = kind_of[product];
    struct known *row = &rows[row_count];
    char group[16], title[32], price[24] = "", id[16], sale[24] = "";
    struct feed_row feed = { .line = row_count };

    *row = (struct known) { product,
                            value(has_colour[kind], 4),
                            kind < 3 ? value(has_size[kind], 3) : -1,
                            value(has_price[kind], 10),
                            -1,
                            value(has_gender[kind], 3),
                            value(has_material[kind], 3),
                            roll(3) };
    if (row->price > 2 && roll(3) == 0)
        row->sale = roll(row->price);
    snprintf(id, sizeof id, "v%d", row_count);
    snprintf(group, sizeof group, "g%d", product);
    snprintf(title, sizeof title, "Thing %d", product);
    if (row->price >= 0)
        snprintf(price, sizeof price, "%d.00 USD", (row->price + 1) * 10);
    if (row->sale >= 0)
        snprintf(sale, sizeof sale, "%d.00 USD", (row->sale + 1) * 10);
    feed.texts[FEED_ID] = id;
    feed.texts[FEED_GROUP] = group;
    feed.texts[FEED_TITLE] = title;
    feed.texts[FEED_TYPE] = types[kind];
    feed.texts[FEED_COLOUR] = row->colour < 0 ? "" : colours[row->colour];
    feed.texts[FEED_SIZE] = row->size < 0 ? "" : kind == 2 ? shoes[row->size] : letters[row->size];
    feed.texts[FEED_SIZE_SYSTEM] = row->size >= 0 && kind == 2 ? "EU" : "";
    feed.texts[FEED_PRICE] = price;
    feed.texts[FEED_SALE_PRICE] = sale;
    feed.texts[FEED_GENDER] = row->gender < 0 ? "" : genders[row->gender];
    feed.texts[FEED_MATERIAL] = row->material < 0 ? "" : materials[row->material];
    feed.texts[FEED_AVAILABILITY] = availabilities[row->availability];
    shop_add_row(shop, &feed);
    row_count++;
}

static void
make_shop(struct shop *shop)
{
    row_count = 0;
    for (int kind = 0; kind < 4; kind++) {
        has_price[kind] = roll(4) > 0;
        has_colour[kind] = roll(4) > 0;
        has_gender[kind] = roll(4) > 0;
        has_material[kind] = roll(3) > 0;
        has_size[kind] = roll(4) > 0;
    }
    shop_open(shop);
    for (int product = 0; product < PRODUCTS; product++) {
        int variants = 1 + roll(3);

        kind_of[product] = roll(4);
        while (variants-- > 0)
            add_row(shop, product);
    }
    shop_index(shop);
}

/* What a category carries is what its rows say, not what they were meant to. */
static int
carries(int kind, int field)
{
    for (int i = 0; i < row_count; i++) {
        int values[] = { rows[i].price, rows[i].colour, rows[i].gender, rows[i].material, rows[i].size };

        if (kind_of[rows[i].product] == kind && values[field] >= 0)
            return 1;
    }
    return 0;
}

/* A criterion as the test knows it. */
struct asked {
    int field; /* 0 price, 1 colour, 2 gender, 3 material (none), 4 size letters, 5 size shoes, 6 category, 7
                  on sale */
    int value, other, none, slot;
};

static int
row_keeps(const struct known *row, const struct asked *asked)
{
    int kind = kind_of[row->product], now = row->sale >= 0 ? row->sale : row->price;

    if (asked->slot >= 0 && asked->slot != kind)
        return 1;
    switch (asked->field) {
    case 0:
        return !carries(kind, 0) || (row->price >= 0 && now <= asked->value);
    case 1:
        return !carries(kind, 1) || (row->colour >= 0 && (row->colour == asked->value) != asked->none);
    case 2:
        return !carries(kind, 2) || (row->gender >= 0 && (row->gender == asked->value || row->gender == 2));
    case 3:
        return !carries(kind, 3) || (row->material >= 0 && row->material != asked->value);
    case 4: /* letters say nothing of shoes, and a bag has no size */
        return kind > 1 || !carries(kind, 4) || (row->size >= 0 && row->size == asked->value);
    case 5:
        return kind != 2 || !carries(kind, 4) || (row->size >= 0 && row->size == asked->value);
    case 6:
        return (kind == asked->value) != asked->none;
    default:
        return !carries(kind, 0) || (row->price >= 0 && row->sale >= 0);
    }
}

static json_t *
criterion_of(const struct asked *asked)
{
    static const char *const fields[] = { "price", "colour", "gender",   "material",
                                          "size",  "size",   "category", "on_sale" };
    const char *names[] = { "",
                            colours[asked->value % 4],
                            genders[asked->value % 3],
                            materials[asked->value % 3],
                            letters[asked->value % 3],
                            shoes[asked->value % 3],
                            kinds[asked->value % 4],
                            "" };
    json_t *criterion = json_pack("{s:s, s:s}", "field", fields[asked->field], "slot",
                                  asked->slot < 0 ? "all" : slots[asked->slot]);

    if (asked->field == 0) {
        json_object_set_new(criterion, "max", json_integer((asked->value + 1) * 1000));
        json_object_set_new(criterion, "currency", json_string("USD"));
    } else if (asked->field != 7) {
        json_object_set_new(criterion, asked->none ? "none" : "any", json_pack("[s]", names[asked->field]));
    }
    if (asked->field == 4 || asked->field == 5)
        json_object_set_new(criterion, "class", json_string(asked->field == 4 ? "letters" : "shoes"));
    return criterion;
}

/* Whether PRODUCT is one of the garments asked for; all are when none is. */
static bool
is_asked_for(const struct filter *filter, uint32_t product)
{
    const struct product *about = &filter->index->products[product];

    for (int i = 0; i < filter->count; i++)
        if (filter->clauses[i].field == CLAUSE_CATEGORY && !filter->clauses[i].excludes &&
            filter->clauses[i].slot[0] == '\0')
            return clause_names(&filter->clauses[i], about->kind, about->category);
    return true;
}

/* How many products fail CLAUSE alone, by a look at each; among those ASKED for, or all. */
static int
count_alone(const struct filter *filter, int clause, bool asked)
{
    int count = 0;

    for (uint32_t i = 0; i < filter->index->product_count; i++) {
        uint32_t best;

        if ((!asked || is_asked_for(filter, i)) && filter_failed(filter, i, 0, &best) == UINT64_C(1)
                                                                                             << clause)
            count++;
    }
    return count;
}

/* What one relaxation would bring is what a plain count says, whatever a glance spares. */
static void
check_blame(struct index *index, const struct filter *filter)
{
    json_t *result = json_object(), *relaxation;
    bool asked = false;
    int most[2] = { 0, 0 }, wanted;

    for (uint32_t i = 0; i < index->product_count; i++)
        asked = asked || is_asked_for(filter, i);
    for (int i = 0; i < filter->count; i++) {
        bool kind = filter->clauses[i].field == CLAUSE_CATEGORY && !filter->clauses[i].excludes;
        int count = count_alone(filter, i, asked);

        most[kind] = count > most[kind] ? count : most[kind];
    }
    wanted = most[0] > 0 ? most[0] : most[1];
    blame_explain(index, filter, result);
    relaxation = json_object_get(result, "relaxation");
    assert_int_equal(json_integer_value(json_object_get(relaxation, "count")), wanted);
    json_decref(result);
}

/* Through a catalogue: the texts that come are of these products and no others. */
static void
check_texts(struct shop *shop, const struct ranking *ranking)
{
    uint32_t variants[PRODUCTS];
    struct record records[PRODUCTS];

    if (shop->catalogue == NULL)
        return;
    for (int i = 0; i < ranking->count; i++)
        variants[i] = product_end(shop->index, ranking->hits[i].product) - 1;
    assert_int_equal(catalogue_records(shop->catalogue, variants, (size_t)ranking->count, records), 0);
    for (int i = 0; i < ranking->count; i++) {
        char group[16];

        snprintf(group, sizeof group, "g%u", ranking->hits[i].product);
        assert_string_equal(records[i].id, group);
    }
}

static void
try_case(struct shop *shop, const struct weights *weights)
{
    static struct ranking_plan plan;
    static struct ranking ranking;
    static struct question nothing;
    struct filter filter;
    struct asked asked[4];
    int count = 1 + roll(4);
    json_t *criteria = json_object();
    unsigned found = 0, wanted = 0;

    for (int i = 0; i < count; i++) {
        char key[16];

        asked[i] = (struct asked) { .field = roll(8), .value = 0, .slot = roll(4) == 0 ? roll(4) : -1 };
        asked[i].value = asked[i].field == 0 ? roll(10)
                                             : roll(asked[i].field == 2                          ? 2
                                                    : asked[i].field == 1 || asked[i].field == 6 ? 4
                                                                                                 : 3);
        asked[i].none = asked[i].field == 3 || ((asked[i].field == 1 || asked[i].field == 6) && roll(3) == 0);
        snprintf(key, sizeof key, "k%d", i);
        json_object_set_new(criteria, key, criterion_of(&asked[i]));
    }
    query_read(&nothing, shop->index, "");
    filter_begin(&filter, shop->index, "", NOW);
    filter_add_criteria(&filter, criteria, NULL, NULL, NULL);
    assert_int_equal(filter_prepare(&filter), 0);
    ranking_plan(&plan, shop->index, &nothing, NULL, weights);
    ranking_run(&ranking, shop->index, &plan, &filter, weights, RANKING_HITS, false);
    for (int i = 0; i < ranking.count; i++)
        found |= 1u << ranking.hits[i].product;
    check_texts(shop, &ranking);
    for (int i = 0; i < row_count; i++) {
        int keeps = rows[i].availability != 1;

        for (int k = 0; k < count; k++)
            keeps = keeps && row_keeps(&rows[i], &asked[k]);
        wanted |= (unsigned)keeps << rows[i].product;
    }
    if (found != wanted) {
        char *text = json_dumps(criteria, JSON_COMPACT);

        for (int i = 0; i < row_count; i++)
            if ((found ^ wanted) >> rows[i].product & 1)
                print_error("product %d, a %s: colour %d size %d price %d sale %d gender %d material %d "
                            "availability %d\n",
                            rows[i].product, kinds[kind_of[rows[i].product]], rows[i].colour, rows[i].size,
                            rows[i].price, rows[i].sale, rows[i].gender, rows[i].material,
                            rows[i].availability);
        fail_msg("found %06x, a plain scan %06x, for %s", found, wanted, text);
    }
    check_blame(shop->index, &filter);
    filter_clear(&filter);
    json_decref(criteria);
}

static void
nothing_breaks_a_hard_criterion_and_nothing_that_keeps_all_is_missing(void **state)
{
    const char *wanted = getenv("CASES");
    int cases = wanted == NULL ? 10000 : atoi(wanted);
    struct weights weights;
    struct shop shop;

    (void)state;
    weights_default(&weights);
    for (int done = 0; done < cases;) {
        make_shop(&shop);
        for (int i = 0; i < 250 && done < cases; i++, done++)
            try_case(&shop, &weights);
        shop_close(&shop);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_breaks_a_hard_criterion_and_nothing_that_keeps_all_is_missing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
