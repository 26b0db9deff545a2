#ifndef WARDROBE_INDEX_BUILD_H
#define WARDROBE_INDEX_BUILD_H

#include "wardrobe/index.h"
#include "wardrobe/keys.h"
#include "wardrobe/names.h"
#include "wardrobe/occurrences.h"
#include "wardrobe/spill.h"
#include "wardrobe/type_kinds.h"

/* What index_build.c gathers and index_save.c writes; index.h is for all others. */

#define INDEX_ASIDE 1024 /* variants put aside, and read back, at once */

struct index_builder {
    const struct lexicon *lexicon;
    struct names *names[NAMES_LISTS];
    struct keys *groups; /* of products, by their numbers */
    struct keys *ids;    /* of variants */
    struct names *stems; /* words already stemmed; stem_terms has the term of each */
    uint32_t *stem_terms;
    uint32_t *pair_terms; /* of two words, by their number: the term, plus 1 */
    struct type_kinds *types;
    struct product *products; /* `first` counts the variants until all are there */
    size_t product_capacity;
    uint32_t product_count;
    struct variant *variants; /* those that are not put aside */
    size_t variant_count, variant_capacity;
    struct spill *aside; /* variants, in the order in which they came; NULL: all are in memory */
    struct occurrences *occurrences;
    char currency[4]; /* of the first price */
    /* one product's words, before they become occurrences; `places` has, by term, where a word would be */
    struct occurrence seen[2048];
    uint32_t seen_count, last_count, *places;
    size_t place_count;
    bool failed;
};

#endif
