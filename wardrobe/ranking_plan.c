/* ranking_plan -- what is scored for a question, and how much it counts; see ranking.h. */

#include <string.h>

#include "wardrobe/ranking.h"

static void
add_part(struct ranking_plan *plan, const struct posting_list *list, float weight, const char *what)
{
    if (list == NULL || weight == 0 || plan->count == RANKING_PARTS)
        return;
    plan->parts[plan->count++] = (struct ranking_part) { list, weight, what };
}

/* The words: each by how rare it is, all together worth WEIGHTS->text times SCALE at most. */
static void
plan_words(struct ranking_plan *plan, const struct index *index, const struct question *query,
           const struct weights *weights, float scale)
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
        float weight = term->weight > 0.8f ? term->weight : weights->synonym, idf;

        if (list == NULL)
            continue;
        idf = list->idf;
        if (term->like[0] != '\0' && index_list(index, term->like) != NULL &&
            index_list(index, term->like)->idf < idf)
            idf = index_list(index, term->like)->idf;
        if (term->is_excluded)
            add_part(plan, list, -weights->negated, "not");
        else
            add_part(plan, list, scale * weights->text * weight * idf / most, "word");
    }
}

/* Words that stand together in the question and in a title. */
static void
plan_pairs(struct ranking_plan *plan, const struct index *index, const struct question *query,
           const struct weights *weights, float scale)
{
    float most = 1;

    for (int i = 0; i < query->term_count; i++) {
        const struct posting_list *list = index_list(index, query->terms[i].stem);

        if (list != NULL && !query->terms[i].is_excluded && query->terms[i].weight > 0.8f)
            most += list->idf;
    }
    for (int i = 0; i < query->pair_count; i++) {
        const struct posting_list *list = index_attribute(index, '2', query->pairs[i]);

        if (list != NULL)
            add_part(plan, list, scale * weights->pair * list->idf / most, "together");
    }
}

static void
plan_kinds(struct ranking_plan *plan, const struct index *index, const struct traits *wants,
           const struct weights *weights, float scale)
{
    const struct lexicon *lexicon = index->lexicon;

    for (int i = 0; i < wants->kind_count; i++) {
        const struct kind *kind = lexicon_kind(lexicon, wants->kinds[i]);

        add_part(plan, index_attribute(index, 'k', kind->name), scale * weights->kind, "kind");
        for (int j = 0; j < 6 && kind->also[j] != KIND_NONE; j++)
            add_part(plan, index_attribute(index, 'k', lexicon_kind(lexicon, kind->also[j])->name),
                     scale * weights->also, "near kind");
    }
    for (int i = 0; i < wants->category_count; i++) {
        const char *name = names_text(index->names[NAMES_CATEGORY], wants->categories[i]);

        add_part(plan, index_attribute(index, 't', name), scale * weights->same_category, "category");
    }
}

static void
plan_who(struct ranking_plan *plan, const struct index *index, const struct traits *wants,
         const struct weights *weights)
{
    static const char *const ages[] = { "newborn", "infant", "toddler", "kids", "adult" };

    if (wants->genders == GENDER_FEMALE || wants->genders == GENDER_MALE) {
        const char *gender = wants->genders == GENDER_FEMALE ? "female" : "male",
                   *other = wants->genders == GENDER_FEMALE ? "male" : "female";

        add_part(plan, index_attribute(index, 'g', gender), weights->gender, "for");
        add_part(plan, index_attribute(index, 'g', other), -weights->other_gender, "for");
    } else if (wants->genders == GENDER_UNISEX) {
        add_part(plan, index_attribute(index, 'g', "unisex"), weights->gender, "for");
    }
    for (int i = 0; i < 5; i++) {
        if (wants->ages >> i & 1)
            add_part(plan, index_attribute(index, 'a', ages[i]), weights->age, "age");
        else if (wants->ages == 0 && (1 << i) != AGE_ADULT)
            add_part(plan, index_attribute(index, 'a', ages[i]), -weights->child, "for a child");
    }
}

static void
plan_colours(struct ranking_plan *plan, const struct index *index, uint64_t colours, uint64_t materials,
             uint64_t excluded, const struct weights *weights, float scale)
{
    const struct lexicon *lexicon = index->lexicon;

    for (uint32_t i = 0; i < lexicon_colour_count(lexicon); i++) {
        const struct colour *colour = lexicon_colour(lexicon, i);

        if (excluded >> i & 1)
            add_part(plan, index_attribute(index, 'c', colour->name), -weights->negated, "not colour");
        if (!(colours >> i & 1))
            continue;
        add_part(plan, index_attribute(index, 'c', colour->name), scale * weights->colour_exact, "colour");
        add_part(plan, index_attribute(index, 'n', lexicon_colour(lexicon, colour->near)->name),
                 scale * weights->colour_near, "near colour");
        add_part(plan, index_attribute(index, 'f', lexicon_colour(lexicon, colour->family)->name),
                 scale * weights->colour_family, "colour family");
    }
    for (uint32_t i = 0; i < lexicon_material_count(lexicon); i++)
        if (materials >> i & 1)
            add_part(plan, index_attribute(index, 'm', lexicon_material(lexicon, i)->name),
                     scale * weights->made_of, "material");
}

/* A word or kind of an occasion's list. */
static void
plan_suiting(struct ranking_plan *plan, const struct index *index, const char *phrase, float weight)
{
    const struct lexicon *lexicon = index->lexicon;
    uint64_t materials = lexicon_materials_of(lexicon, phrase);
    char stem[WORD_SIZE];

    if (lexicon_kind_named(lexicon, phrase) != KIND_NONE || strchr(phrase, ' ') != NULL ||
        strlen(phrase) >= WORD_SIZE)
        return;
    for (uint32_t i = 0; i < lexicon_material_count(lexicon); i++)
        if (materials >> i & 1) {
            add_part(plan, index_attribute(index, 'm', lexicon_material(lexicon, i)->name), weight,
                     "suits: of");
            return;
        }
    stemmer_stem(lexicon_stemmer(lexicon), phrase, stem);
    add_part(plan, index_list(index, stem), weight, "suits: word");
}

static void
plan_occasion(struct ranking_plan *plan, const struct index *index, const struct occasion *occasion,
              bool kinds, float scale, const struct weights *weights)
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
    if (!kinds)
        scale *= weights->occasion_beside;
    for (list = occasion->styles; lexicon_each(&list, phrase);)
        plan_suiting(plan, index, phrase, scale * weights->occasion_word);
    for (list = occasion->avoids; lexicon_each(&list, phrase);)
        plan_suiting(plan, index, phrase, -scale * weights->occasion_word);
}

static void
plan_query(struct ranking_plan *plan, const struct index *index, const struct question *query,
           const struct weights *weights, float scale, bool kinds)
{
    const struct traits *wants = &query->wants;

    plan_words(plan, index, query, weights, scale);
    plan_pairs(plan, index, query, weights, scale);
    plan_kinds(plan, index, wants, weights, scale);
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
        plan_occasion(plan, index, lexicon_occasion(index->lexicon, wants->occasions[i]), kinds, scale,
                      weights);
    for (int i = 0; i < wants->season_count; i++)
        plan_occasion(plan, index, lexicon_season(index->lexicon, wants->seasons[i]), kinds, scale / 2,
                      weights);
}

void
ranking_plan(struct ranking_plan *plan, const struct index *index, const struct question *query,
             const struct question *soft, const struct weights *weights)
{
    bool asked = query->wants.kind_count + query->wants.category_count > 0;

    plan->count = 0;
    plan->order = query->order;
    plan->has_brand = query->wants.brand_count > 0;
    plan->spreads = !asked;
    plan_query(plan, index, query, weights, 1, !asked);
    plan_who(plan, index, &query->wants, weights);
    if (soft != NULL)
        plan_query(plan, index, soft, weights, 0.4f, !asked);
}
