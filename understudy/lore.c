/* lore.def as tables. */
#include "understudy/lore.h"

#include <string.h>

/* A garment's place in the table. */
enum {
#define GARMENT(id, slot, one, many, de, fr, es) AT_##id,
#include "understudy/lore.def"
};

static const struct garment garments[] = {
#define GARMENT(id, slot, one, many, de, fr, es) { #id, SLOT_##slot, one, many, { one, de, fr, es } },
#include "understudy/lore.def"
};

static const struct colour colours[] = {
#define COLOUR(id, family, de, fr, es) { #id, #family, { #id, de, fr, es } },
#include "understudy/lore.def"
};

static const struct material materials[] = {
#define MATERIAL(id, de, fr, es) { #id, { #id, de, fr, es } },
#include "understudy/lore.def"
};

static const struct occasion occasions[] = {
#define OCCASION(id, formality, warmth, palette, opening, de, fr, es)                                        \
    { id, formality, WARMTH_##warmth, palette, opening, { id, de, fr, es } },
#include "understudy/lore.def"
};

static const struct piece pieces[] = {
#define PIECE(garment, who, low, high, warmth, tags, words, materials_, why, also)                           \
    { &garments[AT_##garment], who, low, high, WARMTH_##warmth, tags, words, materials_, why, also },
#include "understudy/lore.def"
};

#define COUNT(table) (sizeof(table) / sizeof *(table))

const struct garment *
lore_garment_at(size_t n)
{
    return n < COUNT(garments) ? &garments[n] : NULL;
}

const struct colour *
lore_colour_at(size_t n)
{
    return n < COUNT(colours) ? &colours[n] : NULL;
}

const struct material *
lore_material_at(size_t n)
{
    return n < COUNT(materials) ? &materials[n] : NULL;
}

const struct occasion *
lore_occasion_at(size_t n)
{
    return n < COUNT(occasions) ? &occasions[n] : NULL;
}

const struct piece *
lore_piece_at(size_t n)
{
    return n < COUNT(pieces) ? &pieces[n] : NULL;
}

const struct garment *
lore_garment(const char *id)
{
    for (size_t i = 0; i < COUNT(garments); i++)
        if (!strcmp(garments[i].id, id))
            return &garments[i];
    return NULL;
}

const struct colour *
lore_colour(const char *id)
{
    for (size_t i = 0; i < COUNT(colours); i++)
        if (!strcmp(colours[i].id, id))
            return &colours[i];
    return NULL;
}

const struct material *
lore_material(const char *id)
{
    for (size_t i = 0; i < COUNT(materials); i++)
        if (!strcmp(materials[i].id, id))
            return &materials[i];
    return NULL;
}

const struct occasion *
lore_occasion(const char *id)
{
    for (size_t i = 0; i < COUNT(occasions); i++)
        if (!strcmp(occasions[i].id, id))
            return &occasions[i];
    return NULL;
}

const char *
lore_colour_name(const char *id)
{
    return strcmp(id, "lightblue") ? strcmp(id, "multicolour") ? id : "colourful" : "light blue";
}

static const char *const slot_names[SLOTS] = {
    "",    "top",       "bottom",    "dress",     "outerwear", "shoes", "bag",
    "hat", "accessory", "jewellery", "underwear", "swimwear",  "set",
};

const char *
lore_slot_name(enum slot slot)
{
    return slot_names[slot];
}

enum slot
lore_slot(const char *name)
{
    for (int slot = SLOT_TOP; slot < SLOTS; slot++)
        if (!strcmp(slot_names[slot], name))
            return (enum slot)slot;
    return SLOT_NONE;
}

bool
lore_has(const char *list, const char *item)
{
    size_t size = strlen(item);

    for (const char *at = list; size && (at = strstr(at, item)) != NULL; at += size)
        if ((at == list || at[-1] == ',') && (at[size] == ',' || at[size] == '\0'))
            return true;
    return false;
}

void
lore_item(const char *list, unsigned n, char out[32])
{
    unsigned count = 1;
    size_t size;

    for (const char *at = list; *at; at++)
        count += *at == ',';
    for (n %= count; n > 0; n--)
        list = strchr(list, ',') + 1;
    size = strcspn(list, ",");
    size = size < 31 ? size : 31;
    memcpy(out, list, size);
    out[size] = '\0';
}
