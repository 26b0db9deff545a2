#ifndef WARDROBE_CRITERIA_H
#define WARDROBE_CRITERIA_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/money.h"
#include "wardrobe/index.h"
#include "wardrobe/query.h"

/* Criteria become clauses, and a product passes a filter when one of its variants keeps all of them. Hard
 * ones hold by construction: whatever ranks, only what filter_passes() is ever shown. No I/O.
 *
 * Unknown values (design.md's table): where a category of the catalogue carries a field, a product without it
 * fails; where it carries none, the clause is `unchecked` there. A size speaks of its class only. What is out
 * of stock never passes. */

#define FILTER_CLAUSES 63 /* a bit of 64 each; the last one says sold out */
#define KIND_WORDS 4      /* 64 kinds each */

enum clause_field {
    CLAUSE_CATEGORY,
    CLAUSE_SIZE,
    CLAUSE_GENDER,
    CLAUSE_AGE,
    CLAUSE_PRICE,
    CLAUSE_COLOUR,
    CLAUSE_AVAILABILITY,
    CLAUSE_SALE,
    CLAUSE_PRODUCT,
    CLAUSE_MATERIAL,
    CLAUSE_BRAND,
    CLAUSE_WORD,
    CLAUSE_UNKNOWN,
    CLAUSE_FIELDS
};

struct clause {
    enum clause_field field;
    char key[72];   /* of the criterion, for `relaxation.drop`: "size.letters", "wish.colour", ... */
    char slot[16];  /* "" for all */
    bool excludes;  /* what it names must not be */
    bool unchecked; /* can't be checked anywhere: a currency without a rate */
    uint64_t *
        pass; /* bits: colours, materials, sizes, brands, categories that it names (by the index's numbers) */
    uint64_t *speaks; /* sizes: categories that it speaks about */
    uint64_t kinds[KIND_WORDS];
    uint8_t mask;       /* genders or ages */
    int64_t min, max;   /* minor units of the catalogue's currency */
    uint32_t *products; /* numbers, ascending */
    uint32_t product_count;
    uint32_t *terms; /* CLAUSE_WORD: lists of words; CLAUSE_MATERIAL that excludes: of "=m" words */
    int term_count, term_room;
};

struct filter {
    const struct index *index;
    int64_t now;   /* seconds since 1970, for sales */
    char slot[16]; /* of the lookup: clauses for it hold for all it finds */
    struct clause clauses[FILTER_CLAUSES];
    int count;
    bool failed; /* no memory for a clause, or one that can't be understood */
    /* what filter_prepare() works out: clauses as bits */
    uint64_t *speaks;          /* by category: those that it carries the field of */
    struct glance_rule *rules; /* by shelf: what a product must show at a first look */
    uint64_t *by_words;        /* by category: exclusions that only the words of a product can tell of */
    uint64_t for_slot[256];    /* by slot: those that hold for it */
    uint64_t on_people;        /* those about gender or age, that do not exclude */
    uint64_t on_products;      /* those about a product as a whole; the others are about a variant */
};

/* Finds a product by its id, or gives UINT32_MAX. */
typedef uint32_t find_product(void *owner, const char *id);

/* An empty filter over INDEX for a lookup of SLOT: only what is not sold out. */
void filter_begin(struct filter *filter, const struct index *index, const char *slot, int64_t now);
void filter_clear(struct filter *filter);

/* Add the thread's CRITERIA (an object by key; may be NULL). RATES may be NULL. Criteria that are no objects
 * of the known form are left out (logged at debug), and so are lists in which there is no word. */
void filter_add_criteria(struct filter *filter, const json_t *criteria, const struct money_rates *rates,
                         find_product *find, void *owner);

/* Add a wish: category, colour, gender and max_price of find_product's arguments. Whom it is for counts only
 * where no clause says that yet: a wish may have been made of older criteria. */
void filter_add_wish(struct filter *filter, const json_t *wish);

/* Give the sizes in QUERY that are bare numbers the class that its garments are sold in. */
void filter_settle_sizes(struct question *query, const struct lexicon *lexicon);

/* Add what QUERY recognised in the shopper's own words, but for fields that CRITERIA has already. */
void filter_add_query(struct filter *filter, const struct question *query, const json_t *criteria,
                      const struct money_rates *rates);

/* What of CRITERIA (may be NULL) still stands beside what the shopper has just SAID, which takes the place of
 * what was said before about the same: whom it is for, a size of the same class, what it may cost. Somebody
 * else's sizes do not hold. A new reference, or NULL without memory. */
json_t *filter_criteria_beside(const json_t *criteria, const struct question *said,
                               const struct index *index);

/* Nothing but products of the lookup's slot. */
void filter_add_slot(struct filter *filter);

/* Work out which clauses speak where; once, after the last was added and before anything is asked. -1 without
 * memory, or when a clause could not be made (not logged). */
int filter_prepare(struct filter *filter);

/* The ways in which PRODUCT fails at a first look, as bits; 0 means only that filter_passes() must be asked.
 */
static inline unsigned
filter_glance(const struct filter *filter, uint32_t product)
{
    const struct glance *glance = &filter->index->glances[product];

    return glance_failed(glance, &filter->rules[glance->shelf]);
}

/* Whether a variant of PRODUCT keeps every clause. */
bool filter_passes(const struct filter *filter, uint32_t product);

/* The clauses that PRODUCT is asked about at all, as bits. */
uint64_t filter_holding(const struct filter *filter, uint32_t product);

/* The clauses that PRODUCT's best variant fails, as bits (0: it passes); the variant in *BEST, the one in
 * PREFERRED colours (bits of the lexicon; 0: any) before others, cheaper before dearer. */
uint64_t filter_failed(const struct filter *filter, uint32_t product, uint64_t preferred, uint32_t *best);

/* Whether VARIANT of PRODUCT keeps every clause. */
bool filter_variant_passes(const struct filter *filter, uint32_t product, uint32_t variant);

/* Clauses that could not be checked for PRODUCT, as bits. */
uint64_t filter_unchecked(const struct filter *filter, uint32_t product);

/* "size" for CLAUSE_SIZE. */
const char *clause_field_name(enum clause_field field);

/* Whether CLAUSE, on categories, names what is of KIND (or KIND_NONE) in CATEGORY. */
bool clause_names(const struct clause *clause, uint16_t kind, uint32_t category);

/* The clause of KEY, or NULL. */
const struct clause *filter_clause(const struct filter *filter, enum clause_field field);

#endif
