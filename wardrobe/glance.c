/* glance -- a first look at a product; see glance.h. */

#include "wardrobe/glance.h"

#include <stdlib.h>

#include "wardrobe/criteria.h"
#include "wardrobe/index.h"

/* -- of an index --------------------------------------------------------------------------------- */

static uint32_t
capped(int64_t price)
{
    return price < 0 ? 0 : price > GLANCE_DEAREST ? GLANCE_DEAREST : (uint32_t)price;
}

static void
add_price(struct glance *glance, const struct variant *variant)
{
    uint32_t price = capped(variant->price),
             sale = variant->sale == PRICE_NONE ? price : capped(variant->sale);

    if (variant->price == PRICE_NONE || !variant->currency)
        return;
    glance->high = price > glance->high ? price : glance->high;
    price = sale < price ? sale : price;
    glance->low = price < glance->low ? price : glance->low;
}

static struct glance
look_at(const struct index *index, uint32_t product)
{
    struct glance glance = { .low = UINT32_MAX };

    for (uint32_t v = index->products[product].first; v < product_end(index, product); v++) {
        const struct variant *variant = &index->variants[v];

        if (variant->availability == AVAILABILITY_OUT)
            continue;
        glance.sizes |= UINT64_C(1) << (variant->size & 63);
        glance.colours |= UINT64_C(1) << (variant->colour & 63);
        glance.materials |= UINT32_C(1) << (variant->material & 31);
        glance.genders |= variant->gender | GLANCE_SOME;
        glance.ages |= variant->age | GLANCE_SOME;
        add_price(&glance, variant);
    }
    if (glance.ages != 0 && product_end(index, product) - index->products[product].first == 1 &&
        glance.low >= glance.high && glance.high < GLANCE_DEAREST) /* the same always, or none at all */
        glance.ages |= GLANCE_ALL;
    return glance;
}

#define PLACES 16384 /* for the shelves' numbers, plus 1, by category and kind; a power of two */

/* The shelf of PRODUCT, which is made where there is none yet. */
static uint16_t
shelf_of(struct index *index, uint16_t *places, const struct product *product)
{
    size_t at = (product->category * 2654435761u ^ product->kind * 40503u) % PLACES;

    for (; places[at] != 0; at = (at + 1) % PLACES) {
        const struct shelf *shelf = &index->shelves[places[at] - 1];

        if (shelf->category == product->category && shelf->kind == product->kind)
            return (uint16_t)(places[at] - 1);
    }
    if (index->shelf_count == GLANCE_SHELVES)
        return GLANCE_SHELVES;
    index->shelves[index->shelf_count++] = (struct shelf) { product->category, product->kind, product->slot };
    places[at] = (uint16_t)index->shelf_count;
    return (uint16_t)(index->shelf_count - 1);
}

int
glance_make(struct index *index)
{
    uint16_t *places = calloc(PLACES, sizeof *places);

    index->glances = malloc(index->product_count * sizeof *index->glances);
    index->shelves = malloc(GLANCE_SHELVES * sizeof *index->shelves);
    if (places == NULL || index->glances == NULL || index->shelves == NULL) {
        free(places);
        return -1;
    }
    for (uint32_t i = 0; i < index->product_count; i++) {
        index->glances[i] = look_at(index, i);
        index->glances[i].shelf = shelf_of(index, places, &index->products[i]);
    }
    free(places);
    return 0;
}

/* -- of a filter --------------------------------------------------------------------------------- */

static const struct glance_rule anything = { .sizes = UINT64_MAX,
                                             .colours = UINT64_MAX,
                                             .materials = UINT32_MAX,
                                             .max = UINT32_MAX,
                                             .genders = 255,
                                             .ages = 255 };

/* A clause as a glance can tell of it. */
struct fold {
    uint64_t bits; /* the numbers that it names */
    int way;       /* in which one fails it; -1: a glance says nothing */
    bool is_exact; /* a glance at a lone variant says it all */
};

/* The numbers in LIST that CLAUSE names, to be failed in WAY. That is exact where no two of them that share a
 * bit, WIDTH apart, are told apart by it. */
static struct fold
fold_numbers(const struct index *index, enum names_list list, const struct clause *clause, int way, int width)
{
    uint32_t count = names_count(index->names[list]);
    uint64_t named = 0, others = 0;

    for (uint32_t i = 0; i < count; i += 64) {
        uint64_t all = count - i < 64 ? (UINT64_C(1) << (count - i)) - 1 : UINT64_MAX;

        named |= clause->pass[i / 64] & all;
        others |= ~clause->pass[i / 64] & all;
    }
    if (width == 32) {
        named |= named >> 32;
        others |= others >> 32;
        others &= UINT32_MAX;
    }
    return (struct fold) { named, way, (named & others) == 0 };
}

static struct fold
fold_clause(const struct index *index, const struct clause *clause)
{
    switch (clause->excludes ? CLAUSE_UNKNOWN : clause->field) {
    case CLAUSE_SIZE:
        return fold_numbers(index, NAMES_SIZE, clause, GLANCE_SIZE, 64);
    case CLAUSE_COLOUR:
        return fold_numbers(index, NAMES_COLOUR, clause, GLANCE_COLOUR, 64);
    case CLAUSE_MATERIAL:
        return fold_numbers(index, NAMES_MATERIAL, clause, GLANCE_MATERIAL, 32);
    case CLAUSE_GENDER:
        return (struct fold) { clause->mask | GENDER_UNISEX, GLANCE_GENDER, true };
    case CLAUSE_AGE:
        return (struct fold) { clause->mask, GLANCE_AGE, true };
    case CLAUSE_PRICE:
        return (struct fold) { 0, GLANCE_PRICE, true };
    default:
        return (struct fold) { 0, clause->field == CLAUSE_CATEGORY ? GLANCE_CATEGORY : -1, true };
    }
}

static void
add_to_rule(struct glance_rule *rule, const struct clause *clause, const struct fold *fold)
{
    uint32_t min, max;

    switch (fold->way) {
    case GLANCE_SIZE:
        rule->sizes &= fold->bits;
        break;
    case GLANCE_COLOUR:
        rule->colours &= fold->bits;
        break;
    case GLANCE_MATERIAL:
        rule->materials &= (uint32_t)fold->bits;
        break;
    case GLANCE_GENDER:
        rule->genders &= (uint8_t)fold->bits;
        break;
    case GLANCE_AGE:
        rule->ages &= (uint8_t)fold->bits;
        break;
    case GLANCE_PRICE:
        min = capped(clause->min);
        max = capped(clause->max);
        rule->min = min > rule->min ? min : rule->min;
        rule->max = max < rule->max ? max : rule->max;
        break;
    default:
        break;
    }
}

/* The rule of SHELF, by its clauses. */
static struct glance_rule
rule_of(const struct filter *filter, const struct shelf *shelf, const struct fold *folds)
{
    struct glance_rule rule = anything;
    uint64_t holds = filter->speaks[shelf->category] & filter->for_slot[shelf->slot];
    unsigned ways = 0;

    rule.is_whole = (filter->by_words[shelf->category] & filter->for_slot[shelf->slot]) == 0;
    for (; holds != 0; holds &= holds - 1) {
        int i = __builtin_ctzll(holds), way = folds[i].way;
        const struct clause *clause = &filter->clauses[i];

        rule.is_whole = rule.is_whole && way >= 0 && folds[i].is_exact && !(ways >> way & 1);
        if (way < 0)
            continue;
        ways |= 1u << way;
        rule.clauses[way] = (uint8_t)i;
        if (way == GLANCE_CATEGORY && clause_names(clause, shelf->kind, shelf->category) == clause->excludes)
            rule.elsewhere |= (uint8_t)(1u << (rule.elsewhere == 0 ? GLANCE_CATEGORY : GLANCE_CATEGORIES));
        add_to_rule(&rule, clause, &folds[i]);
    }
    return rule;
}

int
glance_prepare(struct filter *filter)
{
    const struct index *index = filter->index;
    struct fold folds[FILTER_CLAUSES];

    if ((filter->rules = malloc((index->shelf_count + 1) * sizeof *filter->rules)) == NULL)
        return -1;
    for (int i = 0; i < filter->count; i++)
        folds[i] = fold_clause(index, &filter->clauses[i]);
    for (uint32_t i = 0; i < index->shelf_count; i++)
        filter->rules[i] = rule_of(filter, &index->shelves[i], folds);
    filter->rules[index->shelf_count] = anything;
    return 0;
}
