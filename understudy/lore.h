#ifndef UNDERSTUDY_LORE_H
#define UNDERSTUDY_LORE_H

#include <stdbool.h>
#include <stddef.h>

/* The tables of lore.def. All texts live as long as the process. No I/O. */

enum slot {
    SLOT_NONE,
    SLOT_TOP,
    SLOT_BOTTOM,
    SLOT_DRESS,
    SLOT_OUTERWEAR,
    SLOT_SHOES,
    SLOT_BAG,
    SLOT_HAT,
    SLOT_ACCESSORY,
    SLOT_JEWELLERY,
    SLOT_UNDERWEAR,
    SLOT_SWIMWEAR,
    SLOT_SET,
    SLOTS
};

enum warmth { WARMTH_ANY, WARMTH_HOT, WARMTH_MILD, WARMTH_COLD };

enum tongue { TONGUE_EN, TONGUE_DE, TONGUE_FR, TONGUE_ES, TONGUES };

struct garment {
    const char *id;
    enum slot slot;
    const char *one;            /* "shirt" */
    const char *many;           /* "shirts" */
    const char *names[TONGUES]; /* one, in each language */
};

struct colour {
    const char *id;
    const char *family;
    const char *names[TONGUES];
};

struct material {
    const char *id;
    const char *names[TONGUES];
};

struct occasion {
    const char *id;
    int formality; /* 0 to 5 */
    enum warmth warmth;
    const char *palette; /* colour ids with commas, best first */
    const char *opening; /* half a sentence that begins an answer */
    const char *names[TONGUES];
};

struct piece {
    const struct garment *garment;
    const char *who; /* of m, w, k */
    int low, high;   /* formality */
    enum warmth warmth;
    const char *tags;      /* occasions with commas */
    const char *words;     /* with %c and %m */
    const char *materials; /* ids with commas, or "" */
    const char *why, *also;
};

/* The N-th of each table, NULL after the last. */
const struct garment *lore_garment_at(size_t n);
const struct colour *lore_colour_at(size_t n);
const struct material *lore_material_at(size_t n);
const struct occasion *lore_occasion_at(size_t n);
const struct piece *lore_piece_at(size_t n);

/* By id; NULL where there is none. */
const struct garment *lore_garment(const char *id);
const struct colour *lore_colour(const char *id);
const struct material *lore_material(const char *id);
const struct occasion *lore_occasion(const char *id);

/* How a colour is written in English ("light blue"). */
const char *lore_colour_name(const char *id);

/* "top", "bottom", ...; "" for SLOT_NONE. */
const char *lore_slot_name(enum slot slot);
enum slot lore_slot(const char *name); /* SLOT_NONE for a strange one */

/* Whether LIST ("a,b c,d") has ITEM. */
bool lore_has(const char *list, const char *item);

/* Copy the N-th item of LIST to OUT of 32 bytes, counted round; "" from an empty list. */
void lore_item(const char *list, unsigned n, char out[32]);

#endif
