#ifndef WARDROBE_LEXICON_H
#define WARDROBE_LEXICON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wardrobe/languages.h"
#include "wardrobe/phrases.h"
#include "wardrobe/words.h"

/* The fashion vocabulary of lexicon.def, with stems. No I/O. */

enum gender { GENDER_FEMALE = 1, GENDER_MALE = 2, GENDER_UNISEX = 4 };
enum age { AGE_NEWBORN = 1, AGE_INFANT = 2, AGE_TODDLER = 4, AGE_KIDS = 8, AGE_ADULT = 16 };

#define KIND_NONE 0xffff
#define LEXICON_WORDS 64 /* phrases that one entry's list may have */

struct kind {
    const char *name;
    const char *slot;
    const char *sizes; /* the class its garments usually carry: letters, shoes, waist, none */
    uint16_t parent;   /* KIND_NONE at the top */
    uint8_t formality; /* 0 sport, 1 casual, 2 smart casual, 3 formal, 4 evening */
    uint16_t also[6];  /* kinds near it; KIND_NONE ends them */
};

struct colour {
    const char *name;
    const char *hex;
    uint8_t family; /* number of its family's first colour */
    uint8_t near;   /* number of the first colour that it passes for */
    bool is_family; /* its name is that of the family */
};

struct material {
    const char *name;
    uint8_t umbrella; /* number of the material it belongs to; its own when to none */
};

/* What suits an occasion or a season. */
struct occasion {
    const char *name;
    uint8_t low, high;  /* formality */
    const char *season; /* "" for any */
    uint16_t *wants;    /* kinds that suit, in order; KIND_NONE ends them; NULL for a season */
    uint16_t *shuns;    /* kinds that do not */
    const char *styles; /* words that suit it, with | */
    const char *avoids; /* words that do not, with | (kinds among them are in shuns too) */
};

struct lexicon;

/* Read the vocabulary with STEMMER, which must live as long. NULL without memory (not logged). */
struct lexicon *lexicon_new(struct stemmer *stemmer);
void lexicon_destroy(struct lexicon **lexicon);

struct stemmer *lexicon_stemmer(const struct lexicon *lexicon);
const struct languages *lexicon_languages(const struct lexicon *lexicon);
const struct phrases *lexicon_phrases(const struct lexicon *lexicon);

size_t lexicon_kind_count(const struct lexicon *lexicon);
const struct kind *lexicon_kind(const struct lexicon *lexicon, uint32_t number);
/* Whether KIND is OTHER or below it. */
bool lexicon_kind_is(const struct lexicon *lexicon, uint16_t kind, uint16_t other);
uint16_t lexicon_kind_named(const struct lexicon *lexicon, const char *name); /* or KIND_NONE */

/* The kind of garment that TEXT is about: the last one that it names before a break or "with", "for"; a
 * longer phrase before a shorter. KIND_NONE for none. */
uint16_t lexicon_kind_of(const struct lexicon *lexicon, const char *text);

size_t lexicon_colour_count(const struct lexicon *lexicon);
const struct colour *lexicon_colour(const struct lexicon *lexicon, uint32_t number);
/* The colours that TEXT names, as bits; families' words give all of theirs with *WIDE. 0 for none. */
uint64_t lexicon_colours_of(const struct lexicon *lexicon, const char *text);
/* The number of the colour that names NUMBER's family: "blue" for "light blue"; "teal" is of "green". */
uint32_t lexicon_colour_family(const struct lexicon *lexicon, uint32_t number);

/* All colours that keep the wish for the colours in ASKED: "blue" takes its family in, "navy" its near ones.
 */
uint64_t lexicon_colours_for(const struct lexicon *lexicon, uint64_t asked);
uint64_t lexicon_families(const struct lexicon *lexicon, uint32_t number);

size_t lexicon_material_count(const struct lexicon *lexicon);
const struct material *lexicon_material(const struct lexicon *lexicon, uint32_t number);
uint64_t lexicon_materials_of(const struct lexicon *lexicon, const char *text);
/* The materials in ASKED and all that belong to them. */
uint64_t lexicon_materials_for(const struct lexicon *lexicon, uint64_t asked);

const struct occasion *lexicon_occasion(const struct lexicon *lexicon, uint32_t number);
const struct occasion *lexicon_season(const struct lexicon *lexicon, uint32_t number);
const char *lexicon_style(const struct lexicon *lexicon, uint32_t number); /* its words, with | */
const char *lexicon_alias(uint32_t number);                                /* the words that it stands for */
const char *lexicon_currency(uint32_t number);                             /* ISO 4217 */

/* Copy the next of LIST's phrases (parted by |) to PHRASE, and go on behind it. False after the last. */
bool lexicon_each(const char **list, char phrase[128]);

#endif
