#ifndef WARDROBE_GLANCE_H
#define WARDROBE_GLANCE_H

#include <stdbool.h>
#include <stdint.h>

/* A first look at a product. Most products fail a filter for its size, its colour, its price or whom it is
 * for: half a cache line of each, in order, says so of most without a look at the product and its variants.
 * It errs on one side only: what a glance rules out fails the filter; what it lets through is looked at
 * closely, unless a glance says all there is to say (GLANCE_ALL). No I/O. */

struct filter;
struct index;

#define GLANCE_SHELVES 4095
#define GLANCE_SOME 128 /* in `genders` and `ages`: there is a variant in stock at all */
#define GLANCE_ALL                                                                                           \
    64 /* in `ages`: there is one variant, in stock, and its price does not change with time                 \
        */

/* Of a product's variants that are not sold out, together. A number (of a size, a colour, a material) is bit
 * number % 64 or % 32. All 0 with low > high: sold out. */
struct glance {
    uint64_t sizes, colours;
    uint32_t materials;
    uint32_t low, high; /* what any of them can ever cost, minor units, at most GLANCE_DEAREST */
    uint16_t shelf;
    uint8_t genders, ages;
};

#define GLANCE_DEAREST (UINT32_MAX - 1)

_Static_assert(sizeof(struct glance) == 32, "two to a cache line");

/* Products of one category and kind: the same clauses hold for them. What finds no room on one of the first
 * GLANCE_SHELVES is on the one behind them. */
struct shelf {
    uint32_t category;
    uint16_t kind;
    uint8_t slot;
};

/* The ways to fail at a first look, as bits; no category clause, one, or more. */
enum {
    GLANCE_SIZE,
    GLANCE_COLOUR,
    GLANCE_MATERIAL,
    GLANCE_GENDER,
    GLANCE_AGE,
    GLANCE_PRICE,
    GLANCE_CATEGORY,
    GLANCE_CATEGORIES,
    GLANCE_WAYS
};

/* What a glance must show on a shelf, else the product fails; one of it for each shelf. */
struct glance_rule {
    uint64_t sizes, colours;
    uint32_t materials;
    uint32_t min, max;
    uint8_t genders, ages;
    uint8_t elsewhere;            /* the bits for the categories: all on this shelf fail */
    bool is_whole;                /* there is no clause here but those that a glance can tell of exactly */
    uint8_t clauses[GLANCE_WAYS]; /* then: the clause behind each way */
};

/* Make INDEX's glances and shelves. Returns 0, or -1 without memory (not logged). */
int glance_make(struct index *index);

/* Make FILTER's rules, once its clauses have been prepared. The same. */
int glance_prepare(struct filter *filter);

/* The ways in which each of a product's variants fails at a first look, as bits 1 << GLANCE_...: it fails as
 * many clauses at least. */
static inline unsigned
glance_failed(const struct glance *glance, const struct glance_rule *rule)
{
    return (unsigned)!(glance->sizes & rule->sizes) << GLANCE_SIZE |
           (unsigned)!(glance->colours & rule->colours) << GLANCE_COLOUR |
           (unsigned)!(glance->materials & rule->materials) << GLANCE_MATERIAL |
           (unsigned)!(glance->genders & rule->genders) << GLANCE_GENDER |
           (unsigned)!(glance->ages & rule->ages) << GLANCE_AGE |
           (unsigned)(glance->high < rule->min || glance->low > rule->max) << GLANCE_PRICE | rule->elsewhere;
}

#endif
