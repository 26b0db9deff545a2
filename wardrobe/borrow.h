#ifndef WARDROBE_BORROW_H
#define WARDROBE_BORROW_H

#include "wardrobe/catalogue.h"
#include "wardrobe/criteria.h"
#include "wardrobe/ranking.h"
#include "wardrobe/weights.h"

/* The words of a question where the catalogue's are away (catalogue-words=server): its server is asked once
 * for the products that answer them best, and these stand in the words' lists until the next question. What
 * is structured is in memory as ever, and criteria hold as ever: a word that is excluded is asked for whole.
 */

/* Which words of PLAN are asked for, and how many of them lead: their terms to TERMS, the most telling first.
 * Returns how many. Leading are those that count most, as long as few products have them. */
size_t borrow_choose(const struct index *index, const struct ranking_plan *plan,
                     uint32_t terms[CATALOGUE_RANK_WORDS], size_t *leading);

/* Borrow what PLAN and FILTER ask about; nothing where no words are away. Returns 0, or -1 when the server
 * can't be asked, or without memory (logged). */
int borrow_words(struct catalogue *catalogue, const struct ranking_plan *plan, const struct filter *filter,
                 const struct weights *weights);

/* What FILTER asks about alone. */
int borrow_excluded(struct catalogue *catalogue, const struct filter *filter);

#endif
