#ifndef UNDERSTUDY_LEXICON_H
#define UNDERSTUDY_LEXICON_H

#include <stdbool.h>
#include <stddef.h>

#include "understudy/lore.h"
#include "understudy/words.h"

/* lexicon.def and the names of lore.def, ready to be found in a text. No I/O. */
struct lexicon;

/* What a phrase is to us; the meanings stand in lexicon.def. NUMBER is made by words_number(). */
enum kind {
    KIND_PLAIN,
    KIND_GARMENT,
    KIND_SLOT,
    KIND_COLOUR,
    KIND_MATERIAL,
    KIND_OCCASION,
    KIND_SEASON,
    KIND_PERSON,
    KIND_YEARS,
    KIND_MOOD,
    KIND_STYLE,
    KIND_LETTER,
    KIND_LETTERWORD,
    KIND_LETTERSIGN,
    KIND_SIZE,
    KIND_SYSTEM,
    KIND_AM,
    KIND_WEAR,
    KIND_INA,
    KIND_CURRENCY,
    KIND_MAX,
    KIND_MAXSOFT,
    KIND_AFTERMAX,
    KIND_ABOUT,
    KIND_MIN,
    KIND_MINSOFT,
    KIND_BETWEEN,
    KIND_OUTFIT,
    KIND_CLOTHES,
    KIND_EACH,
    KIND_CHEAPER,
    KIND_BARGAIN,
    KIND_PRICEY,
    KIND_DEARER,
    KIND_SALE,
    KIND_STOCK,
    KIND_NOT,
    KIND_AFTERNOT,
    KIND_SWAP,
    KIND_TOO,
    KIND_ANY,
    KIND_FORGET,
    KIND_NOBUDGET,
    KIND_NOCOLOUR,
    KIND_PRICE,
    KIND_BUT,
    KIND_OR,
    KIND_GOWITH,
    KIND_SAME,
    KIND_ORDINAL,
    KIND_ASK,
    KIND_OTHER,
    KIND_ABUSE,
    KIND_GREETING,
    KIND_REPLY,   /* answered in words alone: value says how */
    KIND_RESET,   /* "start over" */
    KIND_THATONE, /* "not that one" */
    KIND_GIFT,
    KIND_CHEAPEST, /* value "last": most expensive */
    KIND_CARE,     /* "wash" */
    KIND_COMPARE,
    KIND_COUNT,  /* "how many" */
    KIND_HAVE,   /* "do you have" */
    KIND_MONTHS, /* after a number that is no size */
    KIND_TONGUE,
    KIND_YOURS,
    KIND_NUMBER
};

/* One thing in a text: a phrase of the lexicon, a number, or a plain word. */
struct sign {
    enum kind kind;
    const char *value;   /* of the lexicon's line; "" for a plain word */
    const char *text;    /* its first word, folded */
    size_t first, count; /* words */
    double number;       /* KIND_NUMBER */
    bool pauses, stops;  /* before it, as in struct word */
    bool negated;        /* "no wool", "nothing in black", "yellow isn't me" */
};

struct signs {
    struct words words;
    struct sign *list;
    size_t count;
};

/* NULL without memory (logged). */
struct lexicon *lexicon_new(void);
void lexicon_destroy(struct lexicon **lexicon);

/* Read SIZE bytes of TEXT. Returns 0, or -1 without memory (logged). */
int lexicon_read(const struct lexicon *lexicon, const char *text, size_t size, struct signs *signs);

/* The same for what a person has typed: a misspelt word is mended where it is plain what was meant. */
int lexicon_read_typed(const struct lexicon *lexicon, const char *text, size_t size, struct signs *signs);
void signs_clear(struct signs *signs);

/* The garment that NAME (a shop's category, say) is about: the last one named in it; else NULL. */
const struct garment *lexicon_garment(const struct lexicon *lexicon, const char *name);

/* The colour, or the material, that NAME is; "" where it is none. */
const char *lexicon_value(const struct lexicon *lexicon, enum kind kind, const char *name);

#endif
