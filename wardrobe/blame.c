/* blame -- why nothing was found; see blame.h. */

#include "wardrobe/blame.h"

#include "common/json.h"
#include "wardrobe/ranking.h"

struct blame {
    const struct filter *filter;
    uint32_t alone[FILTER_CLAUSES];   /* products that fail this clause only */
    int64_t cheapest[FILTER_CLAUSES]; /* of them, or PRICE_NONE */
    uint64_t failed;                  /* clauses that a product fails at all, as bits */
    struct index_batch batch;
};

/* What kind of garment was wanted is not what one gives up, unless there is nothing else. */
static bool
is_about_kind(const struct clause *clause)
{
    return clause->field == CLAUSE_CATEGORY && !clause->excludes;
}

/* One more that fails CLAUSE alone, at PRICE. */
static void
count_one(struct blame *blame, int clause, int64_t price)
{
    blame->alone[clause]++;
    if (price != PRICE_NONE && (blame->cheapest[clause] == PRICE_NONE || price < blame->cheapest[clause]))
        blame->cheapest[clause] = price;
}

/* Count PRODUCT where it fails one clause alone. */
static void
count_alone(struct blame *blame, uint32_t product)
{
    const struct filter *filter = blame->filter;
    uint32_t best;
    uint64_t failed = filter_failed(filter, product, 0, &best);

    if (failed == 0 || failed >> 63 || (failed & (failed - 1)) != 0)
        return; /* the highest bit: sold out */
    count_one(blame, __builtin_ctzll(failed),
              variant_price(&filter->index->variants[best], filter->now, NULL));
}

/* The same at a first look. Returns whether PRODUCT must be looked at closely. */
static inline bool
glance_alone(struct blame *blame, uint32_t product)
{
    const struct glance *glance = &blame->filter->index->glances[product];
    const struct glance_rule *rule = &blame->filter->rules[glance->shelf];
    unsigned failed = glance_failed(glance, rule);

    if ((failed & (failed - 1)) != 0)
        return false; /* two or more */
    if (!rule->is_whole || !(glance->ages & GLANCE_ALL))
        return true;
    if (failed != 0)
        count_one(blame, rule->clauses[__builtin_ctz(failed)],
                  glance->low > glance->high ? PRICE_NONE : (int64_t)glance->low);
    return false;
}

/* The clauses that PRODUCT may fail and that were not seen to fail yet. */
static uint64_t
still_open(const struct blame *blame, uint32_t product)
{
    const struct product *about = &blame->filter->index->products[product];
    uint64_t open = filter_holding(blame->filter, product) & ~blame->failed;

    for (uint64_t bits = open; bits != 0; bits &= bits - 1) {
        const struct clause *clause = &blame->filter->clauses[__builtin_ctzll(bits)];

        if (is_about_kind(clause) && clause_names(clause, about->kind, about->category))
            open &= ~(bits & -bits);
    }
    return open;
}

/* Note all that PRODUCT fails. */
static void
note_failed(struct blame *blame, uint32_t product)
{
    uint64_t failed;
    uint32_t best;

    if (still_open(blame, product) == 0)
        return;
    failed = filter_failed(blame->filter, product, 0, &best);
    if (!(failed >> 63))
        blame->failed |= failed;
}

typedef void look_call(struct blame *blame, uint32_t product);

static void
look_at_batch(struct blame *blame, look_call *look)
{
    index_fetch(blame->filter->index, &blame->batch);
    for (int i = 0; i < blame->batch.count; i++)
        look(blame, blame->batch.products[i]);
    blame->batch.count = 0;
}

static inline void
come_upon(struct blame *blame, uint32_t product, look_call *look)
{
    if (look == count_alone && !glance_alone(blame, product))
        return;
    blame->batch.products[blame->batch.count++] = product;
    if (blame->batch.count == INDEX_BLOCK)
        look_at_batch(blame, look);
}

/* Go through the garments that were asked for; through all only where none was asked for, or the shop has
 * none of them. */
static void
each_product(struct blame *blame, struct index *index, look_call *look)
{
    bool marked = false;

    if (ranking_mark(index, blame->filter))
        for (uint32_t i = 0; i < index->product_count / INDEX_BLOCK + 1; i++) {
            marked = marked || index->marks[i] != 0;
            index_fetch_glances(index, i + 4);
            for (uint64_t bits = index->marks[i]; bits != 0; bits &= bits - 1)
                come_upon(blame, i * INDEX_BLOCK + (uint32_t)__builtin_ctzll(bits), look);
            index->marks[i] = 0;
        }
    if (!marked)
        for (uint32_t product = 0; product < index->product_count; product++)
            come_upon(blame, product, look);
    look_at_batch(blame, look);
}

/* Name the clauses in BLOCKED that, given up alone, bring something. Returns the one that brings most, or -1.
 */
static int
find_drop(const struct blame *blame, json_t *blocked)
{
    const struct filter *filter = blame->filter;
    int drop = -1;

    for (int kind = 0; kind < 2 && drop < 0; kind++)
        for (int i = 0; i < filter->count; i++) {
            if (is_about_kind(&filter->clauses[i]) != (kind == 1) || blame->alone[i] == 0)
                continue;
            json_append_once(blocked, clause_field_name(filter->clauses[i].field));
            if (drop < 0 || blame->alone[i] > blame->alone[drop])
                drop = i;
        }
    return drop;
}

static json_t *
relaxation_new(const struct blame *blame, int drop)
{
    json_t *relaxation =
        json_pack("{s:s, s:i}", "drop", blame->filter->clauses[drop].key, "count", (int)blame->alone[drop]);

    if (blame->cheapest[drop] != PRICE_NONE)
        json_object_set_new(relaxation, "cheapest",
                            json_pack("{s:I, s:s}", "amount", (json_int_t)blame->cheapest[drop], "currency",
                                      blame->filter->index->currency));
    return relaxation;
}

void
blame_explain(struct index *index, const struct filter *filter, json_t *result)
{
    struct blame blame = { .filter = filter };
    json_t *blocked = json_array();
    int drop;

    for (int i = 0; i < filter->count; i++)
        blame.cheapest[i] = PRICE_NONE;
    each_product(&blame, index, count_alone);
    if ((drop = find_drop(&blame, blocked)) < 0) { /* no single one: all that anything fails */
        each_product(&blame, index, note_failed);
        for (int i = 0; i < filter->count; i++)
            if (blame.failed >> i & 1)
                json_append_once(blocked, clause_field_name(filter->clauses[i].field));
    }
    if (json_array_size(blocked) > 0)
        json_object_set(result, "blocked_by", blocked);
    json_decref(blocked);
    if (drop >= 0)
        json_object_set_new(result, "relaxation", relaxation_new(&blame, drop));
}
