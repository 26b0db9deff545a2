#ifndef UNDERSTUDY_MIND_H
#define UNDERSTUDY_MIND_H

#include <stdbool.h>
#include <stdint.h>

#include "understudy/answer.h"
#include "understudy/lexicon.h"
#include "understudy/request.h"
#include "understudy/sections.h"
#include "understudy/shop.h"

/* What stands where a model would be: it sees by a request's structure which assistant asks, and
 * answers by rules. No I/O. */

enum { PREFIXES = 256 };

struct mind {
    struct lexicon *lexicon;
    struct shop_memo *shop;
    unsigned seed;
    unsigned prefixes[PREFIXES]; /* hashes of instructions seen: the next one finds them "cached" */
};

/* 0, or -1 without memory (logged). */
int mind_open(struct mind *mind, int64_t seed);
void mind_close(struct mind *mind);

/* Answer ASK. 0, or -1 without memory (logged). */
int mind_answer(struct mind *mind, const struct ask *ask, struct answer *answer);

/* Each in a file of its own: fill ANSWER's text or calls. 0, or -1 without memory. */
int mind_assess(const struct mind *mind, const struct ask *ask, const struct sections *sections,
                struct answer *answer);
int mind_extract(const struct mind *mind, const struct ask *ask, const struct sections *sections,
                 struct answer *answer);
int mind_choose(const struct mind *mind, const struct ask *ask, const struct sections *sections,
                struct answer *answer);
int mind_suggest(const struct mind *mind, const struct ask *ask, const struct sections *sections,
                 struct answer *answer);

/* Does ASK want the rest of an answer that was cut off (its last message begins with CONTINUE:)? */
bool mind_is_to_continue(const struct ask *ask);

/* That rest: what mind_suggest() answers, without as many paragraphs as there are already; it may be "". */
int mind_continue(const struct mind *mind, const struct ask *ask, struct answer *answer);

/* The N-th brand of the shop that the shopper's newest words name, or NULL. */
const char *mind_names_brand(const struct mind *mind, const struct sections *sections, size_t n);

/* A value for SCHEMA: KNOWN (lent, may be NULL) where it is of a type that the schema takes, members it does
 * not know left out and those that are missing filled in; else null, an empty one, or the first it allows. */
json_t *mind_fill(const json_t *schema, const json_t *known);

#endif
