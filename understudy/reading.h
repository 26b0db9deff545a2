#ifndef UNDERSTUDY_READING_H
#define UNDERSTUDY_READING_H

#include <stdbool.h>
#include <stddef.h>

#include "understudy/lexicon.h"

/* What a shopper's words say, as far as rules can tell. No I/O. */

enum topic { TOPIC_FASHION, TOPIC_OTHER, TOPIC_UNCLEAR, TOPIC_ABUSE };
enum want { WANT_LOOK, WANT_ITEMS, WANT_CHANGE, WANT_QUESTION };

/* A garment that is asked for, or is not wanted. */
struct asked {
    const char *garment; /* id; "" for an umbrella word */
    enum slot slot;
    bool negated;
};

/* A colour, material, style or season. */
struct trait {
    enum kind kind;
    const char *value;
    enum slot slot; /* SLOT_NONE: of everything */
    bool negated;
};

struct size_wish {
    const char *class;  /* letters, shoes, waist, numeric, kids */
    const char *system; /* EU, US, UK or "" */
    char value[16];
    enum slot slot;
};

struct money {
    double min, max;      /* major units; 0: none */
    const char *currency; /* "" when it was not said */
    bool outfit, item;    /* scope as said; neither: by what is asked for */
};

enum { ASKED_MOST = 16, TRAITS_MOST = 24, SIZES_MOST = 4, REFERRED_MOST = 8 };

struct reading {
    enum topic topic;
    enum want want;
    const char *language;                 /* en, de, fr, es; it, nl, which are told apart and no more */
    bool language_told;                   /* some word gave it away */
    const char *occasion, *mood, *season; /* "" when not said */
    const char *gender;                   /* male, female, unisex or "" */
    const char *age_group;                /* kids, toddler, infant, newborn, adult or "" */
    struct asked asked[ASKED_MOST];
    size_t asked_count;
    struct trait traits[TRAITS_MOST];
    size_t trait_count;
    struct size_wish sizes[SIZES_MOST];
    size_t size_count;
    struct money money;
    int referred[REFERRED_MOST]; /* "not the second one": 2; the last one: -1 */
    size_t referred_count;
    int pointed[REFERRED_MOST]; /* "the second one in blue": 2; not disliked */
    size_t pointed_count;
    const char *reply; /* answered in words alone: crisis, service, care, sizing, photo, identity, thanks,
                          ...; or "" */
    bool that_one;     /* "not that one", whichever it is */
    bool starts_over, gift, compares, counts, has; /* "how many", "do you have" */
    bool cheapest, dearest;                        /* of what is asked for */
    bool cheaper, dearer, on_sale, in_stock;
    bool any_colour, any_price; /* "forget the budget" */
    bool same;                  /* leans on what was before: "same but", "instead", "to go with it" */
    bool beside;                /* "what goes with it?" */
    bool whole;                 /* an outfit is spoken of */
    bool asks;                  /* a question about clothes */
    bool greets;
};

/* Read SIGNS, of a text that the signs were made from. */
void reading_of(const struct signs *signs, struct reading *reading);

/* Its parts, each in a file of its own. */
void reading_money(const struct signs *signs, struct reading *reading);
void reading_sizes(const struct signs *signs, struct reading *reading);

/* What class SIZE is of when it is asked for of something that stands in SLOT. */
const char *reading_size_class(const struct reading *reading, const struct size_wish *size, enum slot slot);

/* Whether sign AT, a garment or what describes one, is of something that the shopper has already. */
bool reading_is_owned(const struct signs *signs, size_t at);

/* The garment slot nearest to sign AT within its sentence ("black shoes", "shoes in black"), or SLOT_NONE. */
enum slot reading_slot_near(const struct signs *signs, size_t at);

#endif
