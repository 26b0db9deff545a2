/* suiting -- see suiting.h. */

#include "wardrobe/suiting.h"

#include <math.h>
#include <string.h>

#include "common/json.h"

#define UNFIT_SHARE 0.25f /* of its score is left to what is unfit */
#define MOSTLY_WORN 2     /* formality from which on nothing is too plain for an evening either */

static void
name_kind(struct suiting *suiting, uint16_t kind)
{
    if (kind != KIND_NONE && suiting->named_count < QUERY_MANY)
        suiting->named[suiting->named_count++] = kind;
}

/* What CRITERION asks for by name, and whether it is a child's. */
static void
take(struct suiting *suiting, const json_t *criterion)
{
    const char *field = json_text(criterion, "field", "");
    const json_t *any = json_object_get(criterion, "any"), *item;
    size_t i;

    if (strcmp(field, "size") == 0)
        suiting->for_child = suiting->for_child || strcmp(json_text(criterion, "class", ""), "kids") == 0;
    json_array_foreach(any, i, item)
    {
        const char *word = json_is_string(item) ? json_string_value(item) : "";

        if (strcmp(field, "category") == 0)
            name_kind(suiting, lexicon_kind_of(suiting->index->lexicon, word));
        else if (strcmp(field, "age_group") == 0)
            suiting->for_child = suiting->for_child || strcmp(word, "adult") != 0;
    }
}

void
suiting_begin(struct suiting *suiting, const struct index *index, const json_t *criteria,
              const struct question *soft, const struct question *said)
{
    const struct question *from = soft->wants.occasion_count > 0 || said == NULL ? soft : said;
    json_t *criterion;
    const char *key;

    *suiting = (struct suiting) { .index = index, .occasion_count = from->wants.occasion_count };
    memcpy(suiting->occasions, from->wants.occasions, sizeof suiting->occasions);
    json_object_foreach((json_t *)(uintptr_t)criteria, key, criterion) take(suiting, criterion);
    suiting->for_child = suiting->for_child || (said != NULL && (said->wants.ages & ~AGE_ADULT) != 0);
    for (int k = 0; said != NULL && k < said->wants.kind_count; k++)
        name_kind(suiting, said->wants.kinds[k]);
}

static bool
is_one_of(const struct lexicon *lexicon, uint16_t kind, const uint16_t *list)
{
    for (; list != NULL && *list != KIND_NONE; list++)
        if (lexicon_kind_is(lexicon, kind, *list))
            return true;
    return false;
}

/* Whether one of the words that OCCASION avoids stands in TITLE. */
static bool
says_unfit(const struct lexicon *lexicon, const struct occasion *occasion, const char *title)
{
    struct stemmer *stemmer = lexicon_stemmer(lexicon);
    const char *list = occasion->avoids;
    char stems[512] = " ", phrase[128], wanted[132];

    words_stemmed(stemmer, title, stems + 1, sizeof stems - 2);
    strcat(stems, " ");
    while (lexicon_each(&list, phrase)) {
        if (lexicon_kind_named(lexicon, phrase) != KIND_NONE)
            continue;
        wanted[0] = ' ';
        words_stemmed(stemmer, phrase, wanted + 1, sizeof wanted - 2);
        strcat(wanted, " ");
        if (strlen(wanted) > 2 && strstr(stems, wanted) != NULL)
            return true;
    }
    return false;
}

/* A scarf or a hat is not what makes an outfit too plain. */
static bool
makes_the_outfit(const char *slot)
{
    static const char *const slots[] = { "top", "bottom", "dress", "set", "outerwear", "shoes", "bag" };

    for (size_t i = 0; i < sizeof slots / sizeof *slots; i++)
        if (strcmp(slots[i], slot) == 0)
            return true;
    return false;
}

/* Whether garments of kind NUMBER are too plain for OCCASION, or shunned there. */
static bool
is_shunned(const struct lexicon *lexicon, const struct occasion *occasion, uint16_t number)
{
    const struct kind *kind = lexicon_kind(lexicon, number);
    uint8_t least = occasion->low < MOSTLY_WORN ? 0 : MOSTLY_WORN;

    return is_one_of(lexicon, number, occasion->shuns) ||
           (kind->formality < least && makes_the_outfit(kind->slot) &&
            !is_one_of(lexicon, number, occasion->wants));
}

/* The kind that TITLE says, where it is of KIND's slot: joggers that a shop has among its trousers. */
static uint16_t
said_kind(const struct lexicon *lexicon, uint16_t kind, const char *title)
{
    uint16_t said = title == NULL ? KIND_NONE : lexicon_kind_of(lexicon, title);

    return said != KIND_NONE && kind != KIND_NONE &&
                   strcmp(lexicon_kind(lexicon, said)->slot, lexicon_kind(lexicon, kind)->slot) != 0
               ? kind
               : said;
}

static bool
is_for_another(const struct suiting *suiting, uint8_t ages)
{
    return ages != 0 && (suiting->for_child ? ages == AGE_ADULT : !(ages & AGE_ADULT));
}

bool
suiting_is_unfit(const struct suiting *suiting, uint32_t product, const char *title)
{
    const struct lexicon *lexicon = suiting->index->lexicon;
    uint16_t kinds[2] = { suiting->index->products[product].kind, KIND_NONE };
    bool unfit = suiting->occasion_count > 0;

    kinds[1] = said_kind(lexicon, kinds[0], title);
    if (is_for_another(suiting, suiting->index->products[product].ages))
        return true;
    for (int i = 0; i < suiting->named_count; i++)
        for (int k = 0; k < 2; k++)
            if (kinds[k] != KIND_NONE && lexicon_kind_is(lexicon, kinds[k], suiting->named[i]))
                return false;
    for (int i = 0; i < suiting->occasion_count && unfit; i++) {
        const struct occasion *occasion = lexicon_occasion(lexicon, suiting->occasions[i]);

        unfit = title != NULL && says_unfit(lexicon, occasion, title);
        for (int k = 0; k < 2; k++)
            unfit = unfit || (kinds[k] != KIND_NONE && is_shunned(lexicon, occasion, kinds[k]));
    }
    return unfit;
}

void
suiting_order(const struct suiting *suiting, struct ranking *ranking)
{
    struct ranking_hit unfit[RANKING_HITS];
    int fit_count = 0, unfit_count = 0;

    for (int i = 0; i < ranking->count; i++) {
        if (suiting_is_unfit(suiting, ranking->hits[i].product, NULL))
            unfit[unfit_count++] = ranking->hits[i];
        else
            ranking->hits[fit_count++] = ranking->hits[i];
    }
    for (int i = 0; i < unfit_count; i++) {
        float worst = fit_count > 0 ? ranking->hits[fit_count - 1].score : unfit[i].score;

        ranking->hits[fit_count + i] = unfit[i];
        ranking->hits[fit_count + i].score = fminf(UNFIT_SHARE * unfit[i].score, worst);
    }
}
