/* ranking -- which products answer best; see ranking.h. */

#include "wardrobe/ranking.h"

#include <stdio.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* -- the loop ------------------------------------------------------------------------------------ */

static void
add_scores(struct index *index, const struct ranking_plan *plan)
{
    float *scores = index->scores;

    for (int p = 0; p < plan->count; p++) {
        const struct posting_list *list = plan->parts[p].list;
        const uint32_t *docs = index->docs + list->from;
        const uint16_t *impacts = index->impacts + list->from;
        float weight = plan->parts[p].weight / 65535;

        for (uint32_t i = 0; i < list->count; i++)
            scores[docs[i]] += weight * (float)impacts[i];
    }
}

/* A heap of the best so far, the worst on top. */
struct heap {
    struct ranking_hit *hits;
    int count, capacity;
};

/* By price a score is one rounded, below 0 where the cheapest is best: the price itself tells two apart. */
static bool
is_worse(const struct ranking_hit *a, const struct ranking_hit *b)
{
    if (a->score != b->score)
        return a->score < b->score;
    if (a->price != b->price)
        return a->score > 0 ? a->price < b->price : a->price > b->price;
    return a->product > b->product;
}

static void
sink(struct heap *heap, int at)
{
    for (;;) {
        int worst = at;

        for (int child = 2 * at + 1; child <= 2 * at + 2 && child < heap->count; child++)
            if (is_worse(&heap->hits[child], &heap->hits[worst]))
                worst = child;
        if (worst == at)
            return;
        struct ranking_hit hit = heap->hits[at];

        heap->hits[at] = heap->hits[worst];
        heap->hits[worst] = hit;
        at = worst;
    }
}

static void
heap_put(struct heap *heap, struct ranking_hit hit)
{
    if (heap->count < heap->capacity) {
        int at = heap->count++;

        heap->hits[at] = hit;
        while (at > 0 && is_worse(&heap->hits[at], &heap->hits[(at - 1) / 2])) {
            struct ranking_hit above = heap->hits[(at - 1) / 2];

            heap->hits[(at - 1) / 2] = heap->hits[at];
            heap->hits[at] = above;
            at = (at - 1) / 2;
        }
    } else if (is_worse(&heap->hits[0], &hit)) {
        heap->hits[0] = hit;
        sink(heap, 0);
    }
}

/* The heap's hits, best first, where they are. */
static void
heap_sort(struct heap *heap)
{
    int all = heap->count;

    while (heap->count > 1) {
        struct ranking_hit worst = heap->hits[0];

        heap->hits[0] = heap->hits[heap->count - 1];
        heap->hits[--heap->count] = worst;
        sink(heap, 0);
    }
    heap->count = all;
}

/* What the cheapest (or dearest) passing variant of PRODUCT costs, or PRICE_NONE. */
static int64_t
price_of(const struct index *index, const struct filter *filter, uint32_t product, enum query_order order)
{
    int64_t best = PRICE_NONE;

    for (uint32_t v = index->products[product].first; v < product_end(index, product); v++) {
        int64_t price = variant_price(&index->variants[v], filter->now, NULL);

        if (price != PRICE_NONE &&
            (best == PRICE_NONE || (order == ORDER_CHEAPEST ? price < best : price > best)) &&
            filter_variant_passes(filter, product, v))
            best = price;
    }
    return best;
}

/* Whether every part only takes off, or there is none: then what is not scored matches too. */
static bool
matches_all(const struct ranking_plan *plan)
{
    for (int i = 0; i < plan->count; i++)
        if (plan->parts[i].weight > 0)
            return false;
    return true;
}

static void
mark_list(struct index *index, const struct posting_list *list)
{
    for (uint32_t i = 0; list != NULL && i < list->count; i++)
        index->marks[index->docs[list->from + i] >> 6] |= UINT64_C(1) << (index->docs[list->from + i] & 63);
}

/* Mark every product that can keep the clause on categories: a kind's list has those of the kinds below it.
 */
static void
mark_by_category(struct index *index, const struct clause *clause)
{
    const struct lexicon *lexicon = index->lexicon;

    for (size_t i = 0; i < lexicon_kind_count(lexicon); i++) {
        const struct kind *kind = lexicon_kind(lexicon, i);
        bool in_parent =
            kind->parent != KIND_NONE && clause->kinds[kind->parent >> 6] >> (kind->parent & 63) & 1;

        if (clause->kinds[i >> 6] >> (i & 63) & 1 && !in_parent)
            mark_list(index, index_attribute(index, 'k', kind->name));
    }
    for (uint32_t i = 1; clause->pass != NULL && i < names_count(index->names[NAMES_CATEGORY]); i++)
        if (clause->pass[i >> 6] >> (i & 63) & 1)
            mark_list(index, index_attribute(index, 't', names_text(index->names[NAMES_CATEGORY], i)));
}

/* A walk over what may pass: the marked products, or all. */
struct gathering {
    struct ranking *ranking;
    const struct index *index;
    const struct ranking_plan *plan;
    const struct filter *filter;
    struct heap *heaps;
    int heap_count;
    float floor, popularity;
    struct index_batch batch;
    float least; /* the worst among the best that are wanted, once there are as many */
    bool counts;
};

/* Whether a product that scores SCORE can't be among the best, before anything else of it is fetched. */
static inline bool
is_hopeless(const struct gathering *gathering, float score)
{
    return score <= gathering->floor || score + gathering->popularity <= gathering->least;
}

static void
consider(struct gathering *gathering, uint32_t product)
{
    const struct index *index = gathering->index;
    const struct ranking_plan *plan = gathering->plan;
    float score = index->scores[product];
    struct heap *heap;

    if (is_hopeless(gathering, score)) /* by now */
        return;
    score += gathering->popularity * index->products[product].popularity;
    heap = gathering->heap_count == 1
               ? gathering->heaps
               : &gathering->heaps[index->products[product].slot % gathering->heap_count];
    if (plan->order == ORDER_BEST && !gathering->counts && heap->count == heap->capacity &&
        score <= heap->hits[0].score)
        return;
    if (!filter_passes(gathering->filter, product))
        return;
    gathering->ranking->total++;
    struct ranking_hit hit = { .product = product, .score = score, .price = PRICE_NONE };

    if (plan->order != ORDER_BEST) {
        if ((hit.price = price_of(index, gathering->filter, product, plan->order)) == PRICE_NONE)
            return;
        hit.score = plan->order == ORDER_CHEAPEST ? -(float)hit.price : (float)hit.price;
    }
    heap_put(heap, hit);
    if (gathering->heap_count == 1 && plan->order == ORDER_BEST && !gathering->counts &&
        heap->count == heap->capacity)
        gathering->least = heap->hits[0].score;
}

static void
consider_batch(struct gathering *gathering)
{
    index_fetch(gathering->index, &gathering->batch);
    for (int i = 0; i < gathering->batch.count; i++)
        consider(gathering, gathering->batch.products[i]);
    gathering->batch.count = 0;
}

/* Put PRODUCT with those to be considered, unless a glance rules it out. */
static inline void
come_upon(struct gathering *gathering, uint32_t product)
{
    if (is_hopeless(gathering, gathering->index->scores[product]) ||
        filter_glance(gathering->filter, product) != 0)
        return;
    gathering->batch.products[gathering->batch.count++] = product;
    if (gathering->batch.count == INDEX_BLOCK)
        consider_batch(gathering);
}

/* Whether the clause NUMBER holds in every slot, and gives way in none. */
static bool
holds_everywhere(const struct index *index, const struct filter *filter, int number)
{
    uint32_t slots = names_count(index->names[NAMES_SLOT]);

    for (uint32_t slot = 0; slot < slots && slot < 256; slot++)
        if (!(filter->for_slot[slot] >> number & 1))
            return false;
    return true;
}

bool
ranking_mark(struct index *index, const struct filter *filter)
{
    for (int i = 0; i < filter->count; i++)
        if (filter->clauses[i].field == CLAUSE_CATEGORY && !filter->clauses[i].excludes &&
            holds_everywhere(index, filter, i)) {
            mark_by_category(index, &filter->clauses[i]);
            return true;
        }
    return false;
}

/* The PLACE-th best of the COUNT SCORES, which change their order. */
static float
score_at(float *scores, uint32_t count, uint32_t place)
{
    uint32_t low = 0, high = count - 1;

    /* NOLINTBEGIN(clang-analyzer-core.UndefinedBinaryOperatorResult): the caller has set them all */
    while (low < high) {
        float pivot = scores[low + (high - low) / 2];
        uint32_t left = low, right = high;

        for (;;) {
            while (scores[left] > pivot)
                left++;
            while (scores[right] < pivot)
                right--;
            if (left >= right)
                break;
            float score = scores[left];

            scores[left++] = scores[right];
            scores[right--] = score;
        }
        if (place <= right)
            high = right;
        else
            low = right + 1;
    }
    /* NOLINTEND(clang-analyzer-core.UndefinedBinaryOperatorResult) */
    return scores[place];
}

/* The score that about WANTED products are above, by a sample of them. */
static float
score_above(const struct index *index, float *sample, uint32_t count, uint32_t wanted)
{
    uint64_t place = (uint64_t)wanted * count / index->product_count;

    return score_at(sample, count, (uint32_t)(place < count ? place : count - 1));
}

/* Whether nothing that scores LEVEL or less can be among the best any more. */
static bool
has_enough(const struct gathering *gathering, float level)
{
    const struct heap *heap = gathering->heaps;
    int kept = 0;

    if (gathering->plan->order != ORDER_BEST || gathering->counts)
        return false;
    if (gathering->heap_count == 1)
        return heap->count == heap->capacity && heap->hits[0].score >= level + gathering->popularity;
    for (int i = 0; i < gathering->heap_count; i++)
        kept += heap[i].count;
    return kept >= RANKING_HITS / 2;
}

/* Whether one of the sixteen SCORES is above LEVEL. */
static inline bool
has_above(const float *scores, float level)
{
    typedef float four __attribute__((vector_size(16)));
    const four levels = { level, level, level, level };
    four parts[4];
    int64_t above[2];

    memcpy(parts, scores, sizeof parts);
    __typeof__(parts[0] > levels) any =
        (parts[0] > levels) | (parts[1] > levels) | (parts[2] > levels) | (parts[3] > levels);
    memcpy(above, &any, sizeof above);
    return (above[0] | above[1]) != 0;
}

/* Consider all products that score above LEVEL, and not above ABOVE. */
static void
gather_between(struct gathering *gathering, float level, float above)
{
    const struct index *index = gathering->index;
    const float *scores = index->scores;

    for (uint32_t from = 0; from < index->product_count; from += 16) {
        uint32_t end = index->product_count - from < 16 ? index->product_count : from + 16;

        if (!has_above(scores + from, level))
            continue;
        for (uint32_t i = from; i < end; i++)
            if (scores[i] > level && scores[i] <= above)
                come_upon(gathering, i);
    }
    consider_batch(gathering);
}

/* All products, those with the best scores first, so that the filter is asked about few. */
static void
gather_by_level(struct gathering *gathering)
{
    static const uint32_t wanted[] = { 1500, 6000, 24000, UINT32_MAX };
    const struct index *index = gathering->index;
    uint32_t step = index->product_count / 2048 + 1, count = 0;
    float sample[2049], above = INFINITY;

    for (uint32_t i = 0; i < index->product_count && count < 2049; i += step)
        sample[count++] = index->scores[i];
    for (size_t round = 0; round < sizeof wanted / sizeof *wanted; round++) {
        float level = wanted[round] >= index->product_count
                          ? gathering->floor
                          : score_above(index, sample, count, wanted[round]);

        if (level < gathering->floor)
            level = gathering->floor;
        gather_between(gathering, level, above);
        if (level <= gathering->floor || has_enough(gathering, level))
            return;
        above = level;
    }
}

/* The marked products, whose marks go. */
static void
gather_marked(struct gathering *gathering, struct index *index)
{
    for (uint32_t i = 0; i < index->product_count / INDEX_BLOCK + 1; i++) {
        index_fetch_glances(index, i + 4);
        for (uint64_t bits = index->marks[i]; bits != 0; bits &= bits - 1)
            come_upon(gathering, i * INDEX_BLOCK + (uint32_t)__builtin_ctzll(bits));
        index->marks[i] = 0;
    }
    consider_batch(gathering);
}

static void
gather(struct gathering *gathering, struct index *index)
{
    gathering->floor = matches_all(gathering->plan) ? -1e30f : 0;
    if (!ranking_mark(index, gathering->filter)) {
        gather_by_level(gathering);
        return;
    }
    if (gathering->plan->order != ORDER_BEST || gathering->counts)
        gathering->floor = -1e30f; /* "how many dresses": all of them, however the words score */
    gather_marked(gathering, index);
}

void
ranking_run(struct ranking *ranking, struct index *index, const struct ranking_plan *plan,
            const struct filter *filter, const struct weights *weights, int limit, bool counts)
{
    bool spreads = plan->spreads && plan->order == ORDER_BEST && limit <= RANKING_SPREAD;
    int heap_count = spreads ? RANKING_SLOTS : 1, capacity;
    struct heap heaps[RANKING_SLOTS];

    ranking->count = 0;
    ranking->total = 0;
    limit = limit > RANKING_HITS       ? RANKING_HITS
            : limit < 12               ? 48
            : limit < RANKING_HITS / 4 ? 4 * limit
                                       : limit; /* more than wanted, for variety */
    capacity = spreads ? RANKING_HITS / RANKING_SLOTS : limit;
    for (int i = 0; i < heap_count; i++)
        heaps[i] = (struct heap) { ranking->hits + i * capacity, 0, capacity };
    add_scores(index, plan);
    struct gathering gathering = { .ranking = ranking,
                                   .index = index,
                                   .plan = plan,
                                   .filter = filter,
                                   .heaps = heaps,
                                   .heap_count = heap_count,
                                   .popularity = weights->popularity,
                                   .least = -INFINITY,
                                   .counts = counts };

    gather(&gathering, index);
    memset(index->scores, 0, index->product_count * sizeof *index->scores);
    for (int i = 0; i < heap_count; i++) { /* close the gaps, then sort as one */
        memmove(ranking->hits + ranking->count, heaps[i].hits,
                (size_t)heaps[i].count * sizeof *ranking->hits);
        ranking->count += heaps[i].count;
    }
    struct heap all = { ranking->hits, ranking->count, RANKING_HITS };

    for (int i = all.count / 2 - 1; i >= 0; i--)
        sink(&all, i);
    heap_sort(&all);
}

/* -- variety ------------------------------------------------------------------------------------- */

/* What HIT is worth after those before it: a brand or a look that was there stands back by no more than
 * WEIGHTS->variety; where the plan spreads, a slot and a kind that were there stand back by more each time.
 */
static float
worth(const struct ranking *ranking, int at, int chosen, const struct index *index,
      const struct ranking_plan *plan, const struct weights *weights)
{
    const struct product *product = &index->products[ranking->hits[at].product];
    float value = ranking->hits[at].score;
    int slots = 0, kinds = 0;
    bool seen = false;

    for (int i = 0; i < chosen; i++) {
        const struct product *before = &index->products[ranking->hits[i].product];

        seen = seen || (before->title == product->title && before->kind == product->kind) ||
               (!plan->has_brand && before->brand != 0 && before->brand == product->brand);
        slots += before->slot == product->slot;
        kinds += before->kind == product->kind;
    }
    if (seen)
        value -= weights->variety;
    if (plan->spreads)
        value -= weights->spread * ((float)slots + 0.5f * (float)kinds);
    return value;
}

void
ranking_vary(struct ranking *ranking, const struct index *index, const struct ranking_plan *plan,
             const struct weights *weights, int limit)
{
    if (plan->order != ORDER_BEST)
        return;
    for (int chosen = 0; chosen < limit && chosen < ranking->count; chosen++) {
        int best = chosen;
        float best_worth = -1e30f;

        for (int i = chosen; i < ranking->count; i++) {
            float value;

            if (!plan->spreads && ranking->hits[i].score < best_worth)
                break; /* those behind it are worth no more */
            value = worth(ranking, i, chosen, index, plan, weights);
            if (value > best_worth) {
                best_worth = value;
                best = i;
            }
        }
        struct ranking_hit hit = ranking->hits[best];

        memmove(&ranking->hits[chosen + 1], &ranking->hits[chosen], (size_t)(best - chosen) * sizeof hit);
        ranking->hits[chosen] = hit;
    }
}

/* -- for people ---------------------------------------------------------------------------------- */

float
ranking_share(const struct index *index, const struct ranking_part *part, uint32_t product)
{
    const uint32_t *docs = index->docs + part->list->from;
    uint32_t low = 0, high = part->list->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (docs[middle] < product)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == part->list->count || docs[low] != product)
        return 0;
    return part->weight * (float)index->impacts[part->list->from + low] / 65535;
}
