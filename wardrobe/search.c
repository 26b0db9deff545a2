/* search -- from words and criteria to products; see search.h. */

#include "wardrobe/search.h"

#include <string.h>

#include "common/buffer.h"
#include "common/json.h"
#include "common/log.h"
#include "wardrobe/audience.h"
#include "wardrobe/blame.h"
#include "wardrobe/borrow.h"
#include "wardrobe/brands.h"
#include "wardrobe/card.h"
#include "wardrobe/nearest.h"

/* -- products by their ids ----------------------------------------------------------------------- */

static void
add_id(struct search_ids *ids, const json_t *id)
{
    if (json_is_string(id) && ids->count < sizeof ids->ids / sizeof *ids->ids)
        ids->ids[ids->count++] = json_string_value(id);
}

/* Find the products that CRITERIA name, and those in MORE (a list, or NULL). Returns -1 when they can't be
 * asked for (logged): an exclusion must not be lost. */
static int
find_ids(struct search_ids *ids, struct catalogue *catalogue, const json_t *criteria, const json_t *more)
{
    const json_t *id;
    const char *key;
    json_t *criterion;
    size_t i;

    ids->catalogue = catalogue;
    ids->count = 0;
    json_object_foreach((json_t *)(uintptr_t)criteria, key, criterion)
    {
        if (strcmp(json_text(criterion, "field", ""), "product") != 0)
            continue;
        json_array_foreach(json_object_get(criterion, "any"), i, id) add_id(ids, id);
        json_array_foreach(json_object_get(criterion, "none"), i, id) add_id(ids, id);
    }
    json_array_foreach(more, i, id) add_id(ids, id);
    ids->failed = catalogue_find(catalogue, ids->ids, ids->count, ids->products) < 0;
    return ids->failed ? -1 : 0;
}

/* The product of ID; one by one where there are very many. */
static uint32_t
find(void *owner, const char *id)
{
    struct search_ids *ids = owner;
    uint32_t product = UINT32_MAX;

    for (size_t i = 0; i < ids->count; i++)
        if (strcmp(ids->ids[i], id) == 0)
            return ids->products[i];
    ids->failed = ids->failed || catalogue_find(ids->catalogue, &id, 1, &product) < 0;
    return product;
}

/* -- what is looked for -------------------------------------------------------------------------- */

static void
add_text(struct buffer *words, const char *text)
{
    if (text[0] == '\0')
        return;
    if (words->size > 0)
        buffer_text(words, ", ");
    buffer_text(words, text);
}

void
search_words(const struct search *search, struct buffer *words)
{
    add_text(words, search->words);
    if (search->wish == NULL)
        return;
    add_text(words, json_text(search->wish, "description", ""));
    add_text(words, json_text(search->wish, "colour", ""));
    add_text(words, json_text(search->wish, "material", ""));
    add_text(words, json_text(search->wish, "style", ""));
    add_text(words, json_text(search->wish, "category", ""));
}

/* What the criteria wish softly: style, material, brand, occasion, season. */
static void
soft_words(struct buffer *words, const json_t *criteria)
{
    static const char *const soft[] = { "style", "material", "brand", "occasion", "season" };
    const char *key;
    json_t *criterion, *item;
    size_t i;

    json_object_foreach((json_t *)(uintptr_t)criteria, key, criterion)
    {
        bool is_soft = false;

        for (size_t s = 0; s < sizeof soft / sizeof *soft; s++)
            is_soft = is_soft || strcmp(json_text(criterion, "field", ""), soft[s]) == 0;
        if (!is_soft)
            continue;
        json_array_foreach(json_object_get(criterion, "any"), i, item) if (json_is_string(item))
            add_text(words, json_string_value(item));
    }
}

static bool
has_said(const struct search *search)
{
    return search->said != NULL && search->said[0] != '\0';
}

/* What the shopper's own words say of sizes, prices and for whom holds for every wish, until the assessment
 * has read them better. The garments and colours in them are not this wish's. */
static void
add_said(struct search_work *work, const struct index *index, const struct search *search,
         const json_t *criteria)
{
    struct traits *wants = &work->said.wants;

    suiting_begin(&work->suiting, index, criteria, &work->soft, &work->said);
    wants->kind_count = wants->category_count = 0;
    wants->colours = 0;
    work->said.on_sale = work->said.in_stock = false;
    filter_add_query(&work->filter, &work->said, criteria, search->rates);
}

/* Whom the words of a wish name gives way to whom the filter is about. */
static void
settle_person(struct search_work *work)
{
    const struct clause *gender = filter_clause(&work->filter, CLAUSE_GENDER);

    if (gender != NULL && !gender->excludes && (gender->mask & work->query.wants.genders) == 0)
        work->query.wants.genders = 0;
}

/* As make_filter() below, with CRITERIA in place of SEARCH's. */
static void
fill_filter(struct search_work *work, struct catalogue *catalogue, const struct search *search,
            const json_t *criteria)
{
    const struct index *index = catalogue_index(catalogue);
    struct filter *filter = &work->filter;

    filter_begin(filter, index, search->slot, search->now);
    filter_add_criteria(filter, criteria, search->rates, find, &work->ids);
    suiting_begin(&work->suiting, index, criteria, &work->soft, NULL);
    if (search->wish != NULL && has_said(search))
        add_said(work, index, search, criteria);
    if (search->wish != NULL)
        filter_add_wish(filter, search->wish);
    else if (search->early || work->query.order != ORDER_BEST || work->query.counts)
        filter_add_query(filter, &work->query, criteria, search->rates);
    if (search->wish == NULL && search->slot[0] != '\0' &&
        work->query.wants.kind_count + work->query.wants.category_count == 0)
        filter_add_slot(filter);
    settle_person(work);
}

/* What the shopper has just said takes the place of what the criteria say about the same. */
static void
make_filter(struct search_work *work, struct catalogue *catalogue, const struct search *search)
{
    const struct index *index = catalogue_index(catalogue);
    json_t *beside;

    if (!has_said(search)) {
        fill_filter(work, catalogue, search, search->criteria);
        return;
    }
    query_read(&work->said, index, search->said);
    filter_settle_sizes(&work->said, index->lexicon);
    beside = filter_criteria_beside(search->criteria, &work->said, index);
    fill_filter(work, catalogue, search, beside);
    work->filter.failed = work->filter.failed || beside == NULL;
    json_decref(beside);
}

/* Whether the occasion that was named wants garments of PRODUCT's kind. */
static bool
suits_occasion(const struct search_work *work, const struct index *index, uint32_t product)
{
    uint16_t kind = index->products[product].kind;

    for (int o = 0; kind != KIND_NONE && o < work->query.wants.occasion_count; o++) {
        const uint16_t *wants = lexicon_occasion(index->lexicon, work->query.wants.occasions[o])->wants;

        for (; *wants != KIND_NONE; wants++)
            if (lexicon_kind_is(index->lexicon, kind, *wants))
                return true;
    }
    return false;
}

/* Drop what is far worse than the best: the shopper's own words have brought it in by a word or two. What
 * suits the occasion may be worse by far, since only its kind speaks for it. */
static void
cut_weak(struct search_work *work, const struct index *index, float share)
{
    struct ranking *ranking = &work->ranking;
    float best = 0;
    int kept = 0;

    for (int i = 0; i < ranking->count; i++)
        best = ranking->hits[i].score > best ? ranking->hits[i].score : best;
    for (int i = 0; i < ranking->count; i++) {
        bool suits = work->plan.spreads && suits_occasion(work, index, ranking->hits[i].product);

        if (ranking->hits[i].score >= (suits ? share / 3 : share) * best)
            ranking->hits[kept++] = ranking->hits[i];
    }
    ranking->count = kept;
}

/* Whether the shopper's own words are about anything that a shop has. "Thanks" and "write me a poem" are not;
 * products beside the answer to them would be noise. */
static bool
is_about_products(const struct question *query, const struct index *index)
{
    const struct traits *wants = &query->wants;
    bool said = false;

    if (wants->kind_count + wants->category_count + wants->brand_count + wants->occasion_count > 0 ||
        wants->colours != 0 || wants->materials != 0 || query->size_count > 0 || query->on_sale ||
        query->in_stock || query->counts || query->order != ORDER_BEST)
        return true;
    for (int i = 0; i < query->term_count; i++) {
        const struct query_term *term = &query->terms[i];

        if (term->like[0] != '\0' || term->is_excluded)
            continue;
        if (index_list(index, term->stem) == NULL)
            return false;
        said = true;
    }
    return said || wants->genders != 0 || wants->ages != 0 || wants->season_count > 0 ||
           query->price_min >= 0 || query->price_max >= 0;
}

static int
prepare(struct filter *filter)
{
    if (filter_prepare(filter) == 0)
        return 0;
    log_error("search: no memory for its criteria, or too many of them");
    return -1;
}

static int
rank_once(struct search_work *work, struct catalogue *catalogue, const struct search *search)
{
    struct index *index = catalogue_index_to_weigh(catalogue);
    struct buffer words = { 0 }, soft = { 0 };
    bool fuses;

    search_words(search, &words);
    soft_words(&soft, search->criteria);
    query_read(&work->query, index, buffer_string(&words));
    query_read(&work->soft, index, buffer_string(&soft));
    if (search->wish !=
        NULL) { /* a description says more than what is wished; the wish's own fields are the kinds */
        work->query.order = ORDER_BEST;
        work->query.counts = false;
    }
    if (search->any_colour)
        work->query.wants.colours = 0;
    make_filter(work, catalogue, search);
    buffer_clear(&words);
    buffer_clear(&soft);
    if (work->ids.failed || prepare(&work->filter) < 0) {
        search_end(work);
        return -1;
    }
    ranking_plan(&work->plan, index, &work->query,
                 soft.size > 0 || work->soft.term_count > 0 ? &work->soft : NULL, search->weights);
    if (filter_clause(&work->filter, CLAUSE_CATEGORY) != NULL)
        work->plan.spreads = false;
    if (borrow_words(catalogue, &work->plan, &work->filter, search->weights) < 0) {
        search_end(work);
        return -1;
    }
    fuses = nearest_is_wanted(work, index, search);
    ranking_run(&work->ranking, index, &work->plan, &work->filter, search->weights,
                fuses && !work->plan.spreads ? RANKING_HITS : search->limit, work->query.counts);
    work->nearest_count = work->worded_count = 0;
    if (fuses && nearest_fuse(work, catalogue, search) < 0) {
        search_end(work);
        return -1;
    }
    if (search->wish != NULL) /* in the shopper's own words the plan itself weighs the occasion's kinds */
        suiting_order(&work->suiting, &work->ranking);
    work->lacks_brand = search->wish != NULL && brands_are_wished(search->criteria) &&
                        !brands_first(&work->ranking, index, &work->soft);
    if (search->limit <= RANKING_SPREAD) { /* cards, not a list to go through */
        if (search->wish != NULL || work->query.term_count > 0)
            audience_keep(&work->ranking, index, &work->query, &work->soft,
                          has_said(search) ? &work->said : NULL, &work->filter, work->suiting.for_child);
        ranking_vary(&work->ranking, index, &work->plan, search->weights, search->limit);
    }
    if (work->ranking.count > search->limit)
        work->ranking.count = search->limit;
    if (search->early && !fuses && !is_about_products(&work->query, index))
        work->ranking.count = 0;
    if (search->early && !fuses && work->plan.order == ORDER_BEST)
        cut_weak(work, index, search->weights->cut);
    return 0;
}

/* -- a wish's colour ----------------------------------------------------------------------------- */

/* The colour of a wish is the stylist's idea, not what the shopper asked for. Where the shop has what is
 * described in other colours only, those are shown, and the result says so; a beret does not stand in for a
 * straw hat because it is tan. */

#define CLOSE_ENOUGH 0.7f /* of the best, colour aside: what has the colour is shown, and nothing else */

static int
rank_any_colour(struct search_work *work, struct catalogue *catalogue, const struct search *search)
{
    struct search other = *search;
    int status;

    other.wish = json_copy((json_t *)(uintptr_t)search->wish);
    json_object_set_new((json_t *)(uintptr_t)other.wish, "colour", json_null());
    other.any_colour = true;
    status = rank_once(work, catalogue, &other);
    json_decref((json_t *)(uintptr_t)other.wish);
    return status;
}

static bool
has_hit(const struct ranking *ranking, uint32_t product)
{
    for (int i = 0; i < ranking->count; i++)
        if (ranking->hits[i].product == product)
            return true;
    return false;
}

/* Whether one of COLOURED does nearly as well as the best of ANY, whose scores leave colours aside. */
static bool
is_close(const struct ranking *any, const struct ranking *coloured)
{
    float best = 0, best_coloured = 0;

    for (int i = 0; i < any->count; i++) {
        float score = any->hits[i].score;

        best = score > best ? score : best;
        if (score > best_coloured && has_hit(coloured, any->hits[i].product))
            best_coloured = score;
    }
    return best_coloured >= CLOSE_ENOUGH * best;
}

/* Whether the best of ANY is just what the wish names, and nothing of COLOURED is: a brogue is no tan loafer.
 */
static bool
is_only_near(const struct ranking *any, const struct ranking *coloured, const struct index *index,
             const json_t *wish)
{
    const struct lexicon *lexicon = index->lexicon;
    uint16_t kind = lexicon_kind_of(lexicon, json_text(wish, "category", ""));

    if (kind == KIND_NONE || any->count == 0)
        return false;
    for (int pass = 0; pass < 2; pass++) {
        const struct ranking *ranking = pass == 0 ? coloured : any;
        bool has = false;

        for (int i = 0; i < ranking->count && (pass == 0 || i < 1); i++) {
            uint16_t own = index->products[ranking->hits[i].product].kind;

            has = has || (own != KIND_NONE && lexicon_kind_is(lexicon, own, kind));
        }
        if (has == (pass == 0))
            return false;
    }
    return true;
}

int
search_rank(struct search_work *work, struct catalogue *catalogue, const struct search *search)
{
    work->relaxed = NULL;
    if (find_ids(&work->ids, catalogue, search->criteria, NULL) < 0)
        return -1;
    if (search->wish == NULL || json_text(search->wish, "colour", "")[0] == '\0')
        return rank_once(work, catalogue, search);
    if (rank_any_colour(work, catalogue, search) != 0)
        return -1;
    work->any = work->ranking;
    search_end(work);
    if (rank_once(work, catalogue, search) != 0)
        return -1;
    if (work->any.count == 0 ||
        (work->ranking.count > 0 && is_close(&work->any, &work->ranking) &&
         !is_only_near(&work->any, &work->ranking, catalogue_index(catalogue), search->wish)))
        return 0;
    search_end(work);
    work->relaxed = "colour";
    return rank_any_colour(work, catalogue, search);
}

void
search_end(struct search_work *work)
{
    filter_clear(&work->filter);
}

/* -- the result ---------------------------------------------------------------------------------- */

static void
set_unchecked(const struct search_work *work, json_t *result)
{
    json_t *unchecked = json_array();

    for (int h = 0; h < work->ranking.count; h++)
        for (uint64_t bits = filter_unchecked(&work->filter, work->ranking.hits[h].product); bits != 0;
             bits &= bits - 1)
            json_append_once(unchecked, clause_field_name(work->filter.clauses[__builtin_ctzll(bits)].field));
    if (json_array_size(unchecked) > 0)
        json_object_set(result, "unchecked", unchecked);
    json_decref(unchecked);
}

/* Whether HIT is not for the occasion. The shopper's own words have been weighed as they are. */
static bool
is_unfit(const struct search_work *work, const struct search *search, const struct ranking_hit *hit,
         const struct record *record)
{
    return search->wish != NULL && suiting_is_unfit(&work->suiting, hit->product, record->title);
}

/* The cards of what was found, and their traits beside them; the texts of all come in one go. Returns 0, or
 * -1 when the catalogue can't be read (logged). */
static int
make_cards(struct search_work *work, struct catalogue *catalogue, const struct search *search,
           json_t *products, json_t *traits)
{
    const struct index *index = catalogue_index(catalogue);
    uint32_t variants[CATALOGUE_RECORDS];
    struct record records[CATALOGUE_RECORDS];
    int count = work->ranking.count < CATALOGUE_RECORDS ? work->ranking.count : CATALOGUE_RECORDS;

    for (int i = 0; i < count; i++)
        variants[i] = card_variant(index, work, &work->ranking.hits[i]);
    if (catalogue_records(catalogue, variants, (size_t)count, records) < 0)
        return -1;
    for (int unfit = 0; unfit <= 1; unfit++) /* what suits the occasion first */
        for (int i = 0; i < count; i++) {
            const struct ranking_hit *hit = &work->ranking.hits[i];

            if (is_unfit(work, search, hit, &records[i]) != unfit)
                continue;
            json_array_append_new(products, card_new(index, work, search, variants[i], &records[i]));
            json_array_append_new(traits, card_traits(index, variants[i], hit, unfit));
        }
    return 0;
}

/* What of the wish, or of the shopper's soft ones, nothing that is shown keeps. */
static void
set_relaxed(const struct search_work *work, json_t *result)
{
    json_t *relaxed = json_array();

    if (work->relaxed != NULL)
        json_array_append_new(relaxed, json_string(work->relaxed));
    if (work->lacks_brand && work->ranking.count > 0)
        json_array_append_new(relaxed, json_string("brand"));
    if (json_array_size(relaxed) > 0)
        json_object_set(result, "relaxed", relaxed);
    json_decref(relaxed);
}

int
search_run(struct search_work *work, struct catalogue *catalogue, const struct search *search,
           json_t **result, json_t **traits)
{
    json_t *products, *beside;

    if (search_rank(work, catalogue, search) < 0)
        return -1;
    products = json_array();
    beside = json_array();
    if (make_cards(work, catalogue, search, products, beside) < 0) {
        json_decref(products);
        json_decref(beside);
        search_end(work);
        return -1;
    }
    *result = json_pack("{s:s, s:s}", "slot", search->slot, "outcome",
                        work->ranking.count > 0 ? "found" : "none_match");
    if (search->early) { /* words that name no product repeat the last look's wishes */
        json_object_set_new(*result, "early", json_true());
        json_object_set_new(*result, "named",
                            json_boolean(work->query.wants.kind_count + work->query.wants.category_count +
                                             work->query.wants.brand_count >
                                         0));
    }
    json_object_set_new(*result, "products", products);
    set_relaxed(work, *result);
    if (work->query.counts)
        json_object_set_new(*result, "count", json_integer(work->ranking.total));
    if (work->ranking.count == 0)
        blame_explain(catalogue_index_to_weigh(catalogue), &work->filter, *result);
    set_unchecked(work, *result);
    json_object_set_new(*result, "version", json_string(catalogue_version(catalogue)));
    if (traits != NULL)
        *traits = beside;
    else
        json_decref(beside);
    search_end(work);
    return 0;
}

/* Which of PASSING's products keep the filter: their ids and the variants to show. Returns how many. */
static size_t
keep_passing(const struct search_work *work, const struct index *index, const json_t *ids,
             const char *passing[CATALOGUE_RECORDS], uint32_t variants[CATALOGUE_RECORDS])
{
    size_t count = 0, i;
    const json_t *id;

    json_array_foreach(ids, i, id)
    {
        struct ranking_hit hit = { .product = UINT32_MAX };

        for (size_t k = 0; k < work->ids.count && json_is_string(id); k++)
            if (strcmp(work->ids.ids[k], json_string_value(id)) == 0)
                hit.product = work->ids.products[k];
        if (hit.product == UINT32_MAX || count == CATALOGUE_RECORDS ||
            !filter_passes(&work->filter, hit.product))
            continue;
        passing[count] = json_string_value(id);
        variants[count++] = card_variant(index, work, &hit);
    }
    return count;
}

int
search_passing(struct search_work *work, struct catalogue *catalogue, const struct search *search,
               const json_t *ids, json_t **passing)
{
    const struct index *index = catalogue_index(catalogue);
    struct filter *filter = &work->filter;
    const char *kept[CATALOGUE_RECORDS];
    uint32_t variants[CATALOGUE_RECORDS];
    struct record records[CATALOGUE_RECORDS];
    size_t count;

    if (find_ids(&work->ids, catalogue, search->criteria, ids) < 0)
        return -1;
    filter_begin(filter, index, search->slot, search->now);
    filter_add_criteria(filter, search->criteria, search->rates, find, &work->ids);
    if (work->ids.failed || prepare(filter) < 0 || borrow_excluded(catalogue, filter) < 0) {
        search_end(work);
        return -1;
    }
    if (search->wish != NULL) /* as it was shown, where it still may be */
        work->query.wants.colours |=
            lexicon_colours_of(index->lexicon, json_text(search->wish, "colour", ""));
    count = keep_passing(work, index, ids, kept, variants);
    if (catalogue_records(catalogue, variants, count, records) < 0) {
        search_end(work);
        return -1;
    }
    *passing = json_object();
    for (size_t i = 0; i < count; i++)
        json_object_set_new(*passing, kept[i], card_new(index, work, search, variants[i], &records[i]));
    search_end(work);
    return 0;
}
