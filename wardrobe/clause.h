#ifndef WARDROBE_CLAUSE_H
#define WARDROBE_CLAUSE_H

#include "wardrobe/criteria.h"

/* How clauses are filled: each call adds what one word of a criterion, a wish or the shopper names. Without
 * memory FILTER->failed is set, and nothing else is wrong. No I/O. */

/* A clause to be filled, or NULL when there are too many or without memory (the filter fails then). */
struct clause *clause_new(struct filter *filter, enum clause_field field, const char *key);

/* COUNT bits, all 0, for a clause's `pass` or `speaks`, which filter_clear() frees; NULL without memory. */
uint64_t *clause_bits(struct filter *filter, uint32_t count);

/* Set the bit NUMBER of BITS, which may be NULL. */
void clause_mark(uint64_t *bits, uint32_t number);

/* The ages whose clothes may be for AGES: bodysuits that a shop has for infants are a newborn's too, and what
 * it has for kids begins at two years. */
uint8_t clause_ages_for(uint8_t ages);

/* KIND and all below it. */
void clause_add_kind(const struct lexicon *lexicon, struct clause *clause, uint16_t kind);

/* KIND, and what is near it: always for wishes and words (the ranking puts the kind itself first); for a
 * criterion (STRICT) only where the catalogue has none of the kind. */
void clause_add_kind_or_near(const struct index *index, struct clause *clause, uint16_t kind, bool strict);

/* The words of a category: kinds of the lexicon, and the catalogue's own categories of that name. */
void clause_add_category(struct filter *filter, struct clause *clause, const char *word, bool strict);

/* Every colour of the catalogue that keeps WORD; a word that is no colour of ours is looked for as it stands.
 * The same for materials. */
void clause_add_colour(struct filter *filter, struct clause *clause, const char *word);
void clause_add_material(struct filter *filter, struct clause *clause, const char *word);

void clause_add_brand(struct filter *filter, struct clause *clause, const char *word);

/* All sizes of the catalogue that fit somebody who wears WORD. */
void clause_add_size(struct filter *filter, struct clause *clause, const char *word, enum size_class class,
                     const char *system, uint8_t genders);

/* What CRITERION says of the price ("min", "max" in minor units, "currency"), in the catalogue's currency;
 * unchecked without a rate. */
void clause_add_price(struct filter *filter, struct clause *clause, const json_t *criterion,
                      const struct money_rates *rates);

/* The words of TEXT, for a criterion on anything a product says. */
void clause_add_word(struct filter *filter, struct clause *clause, const char *text);

#endif
