/* ranking -- which products answer best; see ranking.h. */

#include "wardrobe/ranking.h"

#include <stdio.h>
#include <string.h>

/* -- the plan ------------------------------------------------------------------------------------ */

static void
add_part(struct ranking_plan *plan, const struct posting_list *list, float weight, const char *what)
{
    if (list == NULL || weight == 0 || plan->count == RANKING_PARTS)
        return;
    plan->parts[plan->count++] = (struct ranking_part){ list, weight, what };
}

/* The words: each by how rare it is, all together worth WEIGHTS->text times SCALE at most. */
static void
plan_words(struct ranking_plan *plan, const struct index *index, const struct question *query, const struct weights *weights, float scale)
{
    float most = 0;

    for (int i = 0; i < query->term_count; i++) {
        const struct posting_list *list = index_list(index, query->terms[i].stem);

        if (list != NULL && !query->terms[i].is_excluded && query->terms[i].weight > 0.8f)
            most += list->idf;
    }
    if (most < 1)
        most = 1;
    for (int i = 0; i < query->term_count; i++) {
        const struct query_term *term = &query->terms[i];
        const struct posting_list *list = index_list(index, term->stem);
        float weight = term->weight > 0.8f ? term->weight : weights->synonym;

        if (list == NULL)
            continue;
        if (term->is_excluded)
            add_part(plan, list, -weights->negated, "not");
        else
            add_part(plan, list, scale * weights->text * weight * list->idf / most, "word");
    }
}

static void
plan_kinds(struct ranking_plan *plan, const struct index *index, const struct traits *wants, const struct weights *weights, float scale)
{
    const struct lexicon *lexicon = index->lexicon;

    for (int i = 0; i < wants->kind_count; i++) {
        const struct kind *kind = lexicon_kind(lexicon, wants->kinds[i]);

        add_part(plan, index_attribute(index, 'k', kind->name), scale * weights->kind, "kind");
        for (int j = 0; j < 6 && kind->also[j] != KIND_NONE; j++)
            add_part(plan, index_attribute(index, 'k', lexicon_kind(lexicon, kind->also[j])->name), scale * weights->also,
                     "near kind");
    }
    for (int i = 0; i < wants->category_count; i++) {
        const char *name = names_text(index->names[NAMES_CATEGORY], wants->categories[i]);

        add_part(plan, index_attribute(index, 't', name), scale * weights->same_category, "category");
    }
}

static void
plan_who(struct ranking_plan *plan, const struct index *index, const struct traits *wants, const struct weights *weights)
{
    static const char *const ages[] = { "newborn", "infant", "toddler", "kids", "adult" };

    if (wants->genders == GENDER_FEMALE || wants->genders == GENDER_MALE) {
        const char *gender = wants->genders == GENDER_FEMALE ? "female" : "male", *other = wants->genders == GENDER_FEMALE ? "male" : "female";

        add_part(plan, index_attribute(index, 'g', gender), weights->gender, "for");
        add_part(plan, index_attribute(index, 'g', other), -weights->other_gender, "for");
    } else if (wants->genders == GENDER_UNISEX) {
        add_part(plan, index_attribute(index, 'g', "unisex"), weights->gender, "for");
    }
    for (int i = 0; i < 5; i++)
        if (wants->ages >> i & 1)
            add_part(plan, index_attribute(index, 'a', ages[i]), weights->age, "age");
}

static void
plan_colours(struct ranking_plan *plan, const struct index *index, uint64_t colours, uint64_t materials, uint64_t excluded, const struct weights *weights,
             float scale)
{
    const struct lexicon *lexicon = index->lexicon;

    for (uint32_t i = 0; i < lexicon_colour_count(lexicon); i++) {
        const struct colour *colour = lexicon_colour(lexicon, i);

        if (excluded >> i & 1)
            add_part(plan, index_attribute(index, 'c', colour->name), -weights->negated, "not colour");
        if (!(colours >> i & 1))
            continue;
        add_part(plan, index_attribute(index, 'c', colour->name), scale * weights->colour_exact, "colour");
        add_part(plan, index_attribute(index, 'n', lexicon_colour(lexicon, colour->near)->name), scale * weights->colour_near, "near colour");
        add_part(plan, index_attribute(index, 'f', lexicon_colour(lexicon, colour->family)->name), scale * weights->colour_family,
                 "colour family");
    }
    for (uint32_t i = 0; i < lexicon_material_count(lexicon); i++)
        if (materials >> i & 1)
            add_part(plan, index_attribute(index, 'm', lexicon_material(lexicon, i)->name), scale * weights->made_of, "material");
}

/* A word or kind of an occasion's list. */
static void
plan_suiting(struct ranking_plan *plan, const struct index *index, const char *phrase, float weight)
{
    const struct lexicon *lexicon = index->lexicon;
    uint64_t materials = lexicon_materials_of(lexicon, phrase);
    char stem[WORD_SIZE];

    if (lexicon_kind_named(lexicon, phrase) != KIND_NONE || strchr(phrase, ' ') != NULL || strlen(phrase) >= WORD_SIZE)
        return;
    for (uint32_t i = 0; i < lexicon_material_count(lexicon); i++)
        if (materials >> i & 1) {
            add_part(plan, index_attribute(index, 'm', lexicon_material(lexicon, i)->name), weight, "suits: of");
            return;
        }
    stemmer_stem(lexicon_stemmer(lexicon), phrase, stem);
    add_part(plan, index_list(index, stem), weight, "suits: word");
}

static void
plan_occasion(struct ranking_plan *plan, const struct index *index, const struct occasion *occasion, bool kinds, float scale,
              const struct weights *weights)
{
    const struct lexicon *lexicon = index->lexicon;
    const char *list;
    char phrase[128];

    for (int i = 0; kinds && occasion->wants[i] != KIND_NONE; i++) {
        const char *name = lexicon_kind(lexicon, occasion->wants[i])->name;

        add_part(plan, index_attribute(index, 'k', name), scale * weights->suits, "suits: kind");
    }
    for (int i = 0; kinds && occasion->shuns[i] != KIND_NONE; i++) {
        const char *name = lexicon_kind(lexicon, occasion->shuns[i])->name;

        add_part(plan, index_attribute(index, 'k', name), -scale * weights->shuns, "shuns: kind");
    }
    for (list = occasion->styles; lexicon_each(&list, phrase);)
        plan_suiting(plan, index, phrase, scale * weights->occasion_word);
    for (list = occasion->avoids; lexicon_each(&list, phrase);)
        plan_suiting(plan, index, phrase, -scale * weights->occasion_word);
}

static void
plan_query(struct ranking_plan *plan, const struct index *index, const struct question *query, const struct weights *weights, float scale, bool kinds)
{
    const struct traits *wants = &query->wants;

    plan_words(plan, index, query, weights, scale);
    plan_kinds(plan, index, wants, weights, scale);
    plan_who(plan, index, wants, weights);
    plan_colours(plan, index, wants->colours, wants->materials, query->excludes.colours, weights, scale);
    for (int i = 0; i < query->excludes.kind_count; i++) {
        const char *name = lexicon_kind(index->lexicon, query->excludes.kinds[i])->name;

        add_part(plan, index_attribute(index, 'k', name), -weights->negated, "not kind");
    }
    for (int i = 0; i < wants->brand_count; i++) {
        char stems[128];

        words_stemmed(NULL, names_text(index->names[NAMES_BRAND], wants->brands[i]), stems, sizeof stems);
        add_part(plan, index_attribute(index, 'b', stems), scale * weights->brand_named, "brand");
    }
    for (int i = 0; i < wants->occasion_count; i++)
        plan_occasion(plan, index, lexicon_occasion(index->lexicon, wants->occasions[i]), kinds, scale, weights);
    for (int i = 0; i < wants->season_count; i++)
        plan_occasion(plan, index, lexicon_season(index->lexicon, wants->seasons[i]), kinds, scale / 2, weights);
}

void
ranking_plan(struct ranking_plan *plan, const struct index *index, const struct question *query, const struct question *soft,
             const struct weights *weights)
{
    bool asked = query->wants.kind_count + query->wants.category_count > 0;

    plan->count = 0;
    plan->order = query->order;
    plan->spreads = !asked;
    plan_query(plan, index, query, weights, 1, !asked);
    if (soft != NULL)
        plan_query(plan, index, soft, weights, 0.4f, !asked);
}

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

static bool
is_worse(const struct ranking_hit *a, const struct ranking_hit *b)
{
    return a->score < b->score || (a->score == b->score && a->product > b->product);
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

        if (price != PRICE_NONE && (best == PRICE_NONE || (order == ORDER_CHEAPEST ? price < best : price > best)) &&
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
gather(struct ranking *ranking, struct index *index, const struct ranking_plan *plan, const struct filter *filter, float popularity,
       struct heap *heaps, int heap_count, bool counts)
{
    float floor = matches_all(plan) ? -1e30f : 0;
    bool by_category = filter_clause(filter, CLAUSE_CATEGORY) != NULL;

    if (by_category && (plan->order != ORDER_BEST || counts))
        floor = -1e30f; /* "how many dresses": all of them, however the words score */
    for (uint32_t i = 0; i < index->product_count; i++) {
        float score = index->scores[i];
        struct heap *heap;

        if (score <= floor)
            continue;
        score += popularity * index->products[i].popularity;
        heap = heap_count == 1 ? heaps : &heaps[index->products[i].slot % heap_count];
        if (plan->order == ORDER_BEST && !counts && heap->count == heap->capacity && score <= heap->hits[0].score)
            continue;
        if (!filter_passes(filter, i))
            continue;
        ranking->total++;
        struct ranking_hit hit = { .product = i, .score = score, .price = PRICE_NONE };

        if (plan->order != ORDER_BEST) {
            if ((hit.price = price_of(index, filter, i, plan->order)) == PRICE_NONE)
                continue;
            hit.score = plan->order == ORDER_CHEAPEST ? -(float)hit.price : (float)hit.price;
        }
        heap_put(heap, hit);
    }
}

void
ranking_run(struct ranking *ranking, struct index *index, const struct ranking_plan *plan, const struct filter *filter,
            const struct weights *weights, int limit, bool counts)
{
    bool spreads = plan->spreads && plan->order == ORDER_BEST && limit <= RANKING_HITS / 2;
    int heap_count = spreads ? RANKING_SLOTS : 1, capacity;
    struct heap heaps[RANKING_SLOTS];

    ranking->count = 0;
    ranking->total = 0;
    limit = limit > RANKING_HITS ? RANKING_HITS : limit;
    capacity = spreads ? RANKING_HITS / RANKING_SLOTS : limit;
    for (int i = 0; i < heap_count; i++)
        heaps[i] = (struct heap){ ranking->hits + i * capacity, 0, capacity };
    add_scores(index, plan);
    gather(ranking, index, plan, filter, weights->popularity, heaps, heap_count, counts);
    memset(index->scores, 0, index->product_count * sizeof *index->scores);
    for (int i = 0; i < heap_count; i++) { /* close the gaps, then sort as one */
        memmove(ranking->hits + ranking->count, heaps[i].hits, (size_t)heaps[i].count * sizeof *ranking->hits);
        ranking->count += heaps[i].count;
    }
    struct heap all = { ranking->hits, ranking->count, RANKING_HITS };

    for (int i = all.count / 2 - 1; i >= 0; i--)
        sink(&all, i);
    heap_sort(&all);
}

/* -- variety ------------------------------------------------------------------------------------- */

/* What HIT is worth after those before it. */
static float
worth(const struct ranking *ranking, int at, int chosen, const struct index *index, const struct ranking_plan *plan,
      const struct weights *weights)
{
    const struct product *product = &index->products[ranking->hits[at].product];
    float value = ranking->hits[at].score;
    int slots = 0, kinds = 0;

    for (int i = 0; i < chosen; i++) {
        const struct product *before = &index->products[ranking->hits[i].product];

        if (before->title == product->title && before->kind == product->kind)
            value -= 4 * weights->variety; /* it looks the same */
        if (before->brand != 0 && before->brand == product->brand)
            value -= weights->variety / 2;
        slots += before->slot == product->slot;
        kinds += before->kind == product->kind;
    }
    if (plan->spreads)
        value -= weights->variety * (6 * (float)slots + 3 * (float)kinds);
    return value;
}

void
ranking_vary(struct ranking *ranking, const struct index *index, const struct ranking_plan *plan, const struct weights *weights, int limit)
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
