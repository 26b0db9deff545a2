/* borrow -- a question's words, asked of the catalogue's server; see borrow.h. */

#include "wardrobe/borrow.h"

#include <stdlib.h>
#include <string.h>

#include "common/log.h"

/* -- which --------------------------------------------------------------------------------------- */

struct telling {
    uint32_t term;
    float weight;
};

static int
by_weight(const void *left, const void *right)
{
    const struct telling *a = left, *b = right;

    return a->weight != b->weight ? (a->weight < b->weight ? 1 : -1) : a->term < b->term ? -1 : 1;
}

/* The words of PLAN whose lists are not here, each once, to FOUND. Returns how many. */
static size_t
find_words(const struct index *index, const struct ranking_plan *plan, struct telling *found)
{
    size_t count = 0;

    for (int i = 0; i < plan->count; i++) {
        const struct ranking_part *part = &plan->parts[i];
        uint32_t term = (uint32_t)(part->list - index->lists);
        size_t at = 0;

        if (part->list->count == part->list->products)
            continue;
        while (at < count && found[at].term != term)
            at++;
        if (at == count)
            found[count++] = (struct telling) { term, 0 };
        found[at].weight += part->weight;
    }
    return count;
}

size_t
borrow_choose(const struct index *index, const struct ranking_plan *plan,
              uint32_t terms[CATALOGUE_RANK_WORDS], size_t *leading)
{
    struct telling found[RANKING_PARTS];
    size_t count = find_words(index, plan, found);
    uint64_t products = 0;

    *leading = 0;
    qsort(found, count, sizeof *found, by_weight);
    if (count > CATALOGUE_RANK_WORDS)
        count = CATALOGUE_RANK_WORDS;
    for (size_t i = 0; i < count; i++) {
        terms[i] = found[i].term;
        products += index->lists[terms[i]].products;
        if (*leading == i && found[i].weight > 0 && (i == 0 || products <= CATALOGUE_LEADING))
            *leading = i + 1;
    }
    return count;
}

/* -- asking -------------------------------------------------------------------------------------- */

/* What the server answers, as lists. */
struct borrowed {
    const struct index *index;
    const struct weights *weights;
    const struct catalogue_ranks *asked;
    size_t count, products;
    float scale; /* times what the server was told of the fields, as the weights have it */
    uint32_t *docs[CATALOGUE_RANK_WORDS];
    uint16_t *impacts[CATALOGUE_RANK_WORDS];
    uint32_t sizes[CATALOGUE_RANK_WORDS];
};

/* How much longer than others FIELD of PRODUCT is, as index_weigh() takes it into account. */
static float
length_of(const struct borrowed *borrowed, uint32_t product, enum field field)
{
    const struct index *index = borrowed->index;
    float b = borrowed->weights->b;

    return 1 - b + b * (float)index->products[product].lengths[field] / index->average[field];
}

/* What RANK, which knows no lengths, is worth in PRODUCT. The best place makes most of it, so that it says in
 * which field that is, nearly always. */
static uint16_t
worth(const struct borrowed *borrowed, uint32_t product, float rank)
{
    static const enum field fields[] = { FIELD_DESCRIPTION, FIELD_BULLETS, FIELD_CATEGORY, FIELD_TITLE };
    const float *worths = borrowed->asked->worth;
    float sum = rank * 1.64493407f; /* ts_rank() divides by the sum of 1/n² */
    int best = 1;

    for (int i = 0; i < 4; i++)
        if (worths[i] <= sum * 1.01f && worths[i] > worths[best])
            best = i;
    sum *= borrowed->scale;
    if (fields[best] != FIELD_CATEGORY) /* or brand, or colour: these are short */
        sum /= length_of(borrowed, product, fields[best]);
    return (uint16_t)(65535 * sum / (sum + borrowed->weights->k1));
}

static void
take(void *owner, uint32_t product, const float *ranks)
{
    struct borrowed *borrowed = owner;

    if (product >= borrowed->index->product_count || borrowed->products++ >= CATALOGUE_RANKED)
        return;
    for (size_t i = 0; i < borrowed->count; i++) {
        bool is_pair = borrowed->asked->words[i][0] == '='; /* it is so, or not */

        if (!(ranks[i] > 0))
            continue;
        borrowed->docs[i][borrowed->sizes[i]] = product;
        borrowed->impacts[i][borrowed->sizes[i]++] = is_pair ? 65535 : worth(borrowed, product, ranks[i]);
    }
}

static int
make_room(struct borrowed *borrowed)
{
    for (size_t i = 0; i < borrowed->count; i++) {
        borrowed->docs[i] = malloc(CATALOGUE_RANKED * sizeof *borrowed->docs[i]);
        borrowed->impacts[i] = malloc(CATALOGUE_RANKED * sizeof *borrowed->impacts[i]);
        if (borrowed->docs[i] == NULL || borrowed->impacts[i] == NULL) {
            log_error("search: no memory for its words");
            return -1;
        }
    }
    return 0;
}

/* Ask for COUNT of TERMS, LEADING first, and lend the index what comes. */
static int
ask(struct catalogue *catalogue, const uint32_t *terms, size_t count, size_t leading,
    const struct weights *weights)
{
    struct index *index = catalogue_index_to_weigh(catalogue);
    const float fields[4] = { weights->description, weights->bullets, weights->category, weights->title };
    float best = 1e-6f; /* so that there is one, whatever the weights */
    const char *words[CATALOGUE_RANK_WORDS];
    struct catalogue_ranks ranks = { .words = words, .count = count, .leading = leading };
    struct borrowed borrowed = { .index = index, .weights = weights, .asked = &ranks, .count = count };
    int status;

    for (int i = 0; i < 4; i++)
        best = fields[i] > best ? fields[i] : best;
    for (int i = 0; i < 4; i++)
        ranks.worth[i] = fields[i] / best;
    borrowed.scale = best;
    for (size_t i = 0; i < count; i++)
        words[i] = names_text(index->names[NAMES_TERM], terms[i]);
    if ((status = make_room(&borrowed)) == 0)
        status = catalogue_rank(catalogue, &ranks, take, &borrowed);
    for (size_t i = 0; i < count && status == 0; i++)
        status = index_lend(index, terms[i], borrowed.docs[i], borrowed.impacts[i], borrowed.sizes[i]);
    for (size_t i = 0; i < count; i++) {
        free(borrowed.docs[i]);
        free(borrowed.impacts[i]);
    }
    return status;
}

/* All products that have TERM. */
static int
ask_whole(struct catalogue *catalogue, uint32_t term)
{
    struct index *index = catalogue_index_to_weigh(catalogue);
    uint32_t count = index->lists[term].products;
    uint32_t *products = malloc(count * sizeof *products);
    uint16_t *impacts = malloc(count * sizeof *impacts);
    int status = -1;

    if (products == NULL || impacts == NULL)
        log_error("search: no memory for its words");
    else {
        memset(impacts, 0xff, count * sizeof *impacts);
        status = catalogue_having(catalogue, names_text(index->names[NAMES_TERM], term), products, count);
        for (uint32_t i = 0; i < count && status == 0; i++)
            status = products[i] < index->product_count ? 0 : -1;
        if (status == 0)
            status = index_lend(index, term, products, impacts, count);
    }
    free(products);
    free(impacts);
    return status;
}

int
borrow_excluded(struct catalogue *catalogue, const struct filter *filter)
{
    const struct index *index = catalogue_index(catalogue);

    for (int i = 0; i < filter->count && index->words_away; i++)
        for (int k = 0; k < filter->clauses[i].term_count; k++) {
            uint32_t term = filter->clauses[i].terms[k];

            if (index->lists[term].count < index->lists[term].products && ask_whole(catalogue, term) < 0)
                return -1;
        }
    return 0;
}

int
borrow_words(struct catalogue *catalogue, const struct ranking_plan *plan, const struct filter *filter,
             const struct weights *weights)
{
    struct index *index = catalogue_index_to_weigh(catalogue);
    uint32_t terms[CATALOGUE_RANK_WORDS];
    size_t count, leading;

    if (!index->words_away)
        return 0;
    index_take_back(index);
    if (borrow_excluded(catalogue, filter) < 0)
        return -1;
    count = borrow_choose(index, plan, terms, &leading);
    return ask(catalogue, terms, count, leading, weights);
}
