/* Scores over the pieces of the lore; the dice only choose among what is about equally right. */
#include "understudy/compose.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "understudy/words.h"

static bool
is_avoided(const char *const *list, size_t count, const char *item)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(list[i], item))
            return true;
    return false;
}

/* Whether PIECE is for the one who will wear it. */
static bool
is_for(const struct order *order, const struct piece *piece)
{
    if (order->who == 'k' && order->gender == 'm' &&
        (!strcmp(piece->garment->id, "dresses") || !strcmp(piece->garment->id, "skirts")))
        return false;
    if (order->who == '\0')
        return strchr(piece->who, 'm') != NULL && strchr(piece->who, 'w') != NULL;
    return strchr(piece->who, order->who) != NULL;
}

static int
formality_of(const struct order *order)
{
    int formality = order->occasion->formality + order->dressier;

    if (formality < 1 && order->occasion->formality > 0)
        return 1; /* "not too formal" does not mean running shorts */
    return formality < 0 ? 0 : formality > 5 ? 5 : formality;
}

static enum warmth
warmth_of(const struct order *order)
{
    enum warmth warmth = order->warmth != WARMTH_ANY ? order->warmth : order->occasion->warmth;

    return warmth != WARMTH_ANY ? warmth : WARMTH_MILD; /* gloves beside shorts help nobody */
}

/* Whether PIECE is made of nothing but what is not wanted. */
static bool
is_ruled_out(const struct order *order, const struct piece *piece)
{
    const char *list = piece->materials;

    for (unsigned n = 0; *list && n < 6; n++) {
        char item[32];

        lore_item(list, n, item);
        if (!is_avoided(order->not_material, order->not_materials, item))
            return false;
    }
    return *list != '\0';
}

/* How right PIECE is; INT_MIN for never. */
static int
score(const struct order *order, const struct shop *shop, const struct piece *piece)
{
    const struct garment *garment = piece->garment;
    int formality = formality_of(order), points = 0;
    enum warmth warmth = warmth_of(order);
    const struct category *category = shop_category(shop, garment);
    const char *wished =
        order->material[garment->slot] != NULL ? order->material[garment->slot] : order->material[SLOT_NONE];

    if (!is_for(order, piece) || !shop_sells(shop, garment) ||
        is_avoided(order->not_garment, order->not_garments, piece->garment->id) || is_ruled_out(order, piece))
        return INT_MIN;
    points += lore_has(piece->tags, order->occasion->id) ? 8 : 0;
    if ((lore_has(piece->tags, "rain") || lore_has(piece->tags, "skiing")) && formality < 5 &&
        !lore_has(piece->tags, order->occasion->id) && warmth != WARMTH_COLD)
        points -= 10; /* for foul weather only */
    points -= formality < piece->low    ? 4 * (piece->low - formality)
              : formality > piece->high ? 4 * (formality - piece->high)
                                        : 0;
    if (piece->warmth != WARMTH_ANY && warmth != WARMTH_ANY && piece->warmth != warmth)
        points -= piece->warmth + warmth == WARMTH_HOT + WARMTH_COLD             ? 12
                  : garment->slot == SLOT_ACCESSORY || garment->slot == SLOT_HAT ? 8
                                                                                 : 3;
    points += wished != NULL && lore_has(piece->materials, wished) ? 5 : 0;
    points -= is_avoided(order->before, order->before_count, garment->id) ? 7 : 0;
    points -= order->item_budget > 0 && category != NULL && category->from > order->item_budget ? 8 : 0;
    points -= shop->count > 0 && category == NULL ? 2 : 0;
    points += order->cheaper && (lore_has(piece->materials, "cashmere") || lore_has(piece->materials, "silk"))
                  ? -3
                  : 0;
    return points + (int)(words_hash(order->dice, piece->words, strlen(piece->words)) % 5);
}

/* The best piece for SLOT (and GARMENT, unless ""), not one of the COUNT garments in PICKS. */
static const struct piece *
best_for(const struct order *order, const struct shop *shop, enum slot slot, const char *garment,
         const struct pick *picks, size_t count)
{
    const struct piece *best = NULL, *piece;
    int most = *garment ? INT_MIN : -7; /* rather nothing than a bow tie on the beach */

    for (size_t i = 0; (piece = lore_piece_at(i)) != NULL; i++) {
        const struct garment *its = piece->garment;
        int points;
        bool taken = false;

        if (its->slot != slot || (*garment && strcmp(its->id, garment)))
            continue;
        for (size_t n = 0; n < count; n++)
            taken = taken || picks[n].garment == its;
        if (!taken && (points = score(order, shop, piece)) > most) {
            most = points;
            best = piece;
        }
    }
    return best;
}

/* The first of the piece's materials that is not unwanted, the wished-for one before all. False when there is
 * none. */
static bool
choose_material(const struct order *order, struct pick *pick)
{
    const char *list = pick->piece->materials;
    const char *wished = order->material[pick->garment->slot] != NULL ? order->material[pick->garment->slot]
                                                                      : order->material[SLOT_NONE];
    unsigned start = order->dice / 3 % 2;

    pick->material[0] = '\0';
    if (!*list)
        return true;
    if (wished != NULL && lore_has(list, wished)) {
        strcpy(pick->material, wished);
        return true;
    }
    for (unsigned n = 0; n < 4; n++) {
        char item[32];

        lore_item(list, start + n, item);
        bool related = !strcmp(item, "merino") || !strcmp(item, "cashmere");
        if (is_avoided(order->not_material, order->not_materials, item) ||
            (related && is_avoided(order->not_material, order->not_materials, "wool")) ||
            (order->cheaper && (!strcmp(item, "cashmere") || !strcmp(item, "silk")) && n < 3))
            continue;
        strcpy(pick->material, item);
        return true;
    }
    return false;
}

/* Things that nothing of their slot stands in for. */
static bool
has_no_like(enum slot slot)
{
    return slot == SLOT_ACCESSORY || slot == SLOT_JEWELLERY || slot == SLOT_UNDERWEAR || slot == SLOT_SET ||
           slot == SLOT_SWIMWEAR || slot == SLOT_BAG || slot == SLOT_HAT;
}

/* Some things come in their own colours. */
static const char *
palette_of(const struct order *order, const struct pick *pick)
{
    enum slot slot = pick->garment->slot;

    if (slot == SLOT_JEWELLERY)
        return "gold,silver";
    if (!strcmp(pick->garment->id, "sunglasses"))
        return "black,brown,tan";
    if (!strcmp(pick->garment->id, "jeans"))
        return "blue,navy,black";
    if (!strcmp(pick->material, "straw"))
        return "sand,beige,tan";
    if (!strcmp(pick->garment->id, "sneakers"))
        return formality_of(order) == 0 ? order->occasion->palette : "white,navy,grey,black";
    if (slot == SLOT_SHOES || !strcmp(pick->garment->id, "belts") || !strcmp(pick->garment->id, "watches"))
        return formality_of(order) >= 5         ? "black"
               : warmth_of(order) == WARMTH_HOT ? "tan,sand,brown,white"
                                                : "brown,black,tan,navy";
    if (!strcmp(pick->garment->id, "suits") || (slot == SLOT_BOTTOM && formality_of(order) >= 4))
        return formality_of(order) >= 5         ? "black,navy"
               : warmth_of(order) == WARMTH_HOT ? "sand,lightblue,navy"
                                                : "navy,charcoal,grey";
    if (!strcmp(pick->garment->id, "shirts") && formality_of(order) >= 4)
        return "white,lightblue";
    return order->occasion->palette;
}

static void
choose_colour(const struct order *order, const struct shop *shop, size_t n, struct pick *pick)
{
    const char *wished = order->colour[pick->garment->slot] != NULL ? order->colour[pick->garment->slot]
                                                                    : order->colour[SLOT_NONE];
    const char *palette = palette_of(order, pick);

    bool small = pick->garment->slot == SLOT_JEWELLERY || pick->garment->slot == SLOT_ACCESSORY;

    if (wished != NULL && (!small || order->colour[pick->garment->slot] != NULL || order->asked > 0)) {
        strcpy(pick->colour, wished);
        return;
    }
    for (unsigned tries = 0; tries < 16; tries++) {
        lore_item(tries < 8 ? palette : "navy,white,grey,black,beige,green,blue,brown",
                  (unsigned)n + order->dice % 3 + order->turn + tries, pick->colour);
        if (!is_avoided(order->not_colour, order->not_colours, pick->colour) &&
            (shop_has_colour(shop, pick->colour) || tries % 8 >= 6))
            return;
    }
}

static size_t
add_pick(const struct order *order, const struct shop *shop, enum slot slot, const char *garment,
         struct pick *picks, size_t count)
{
    const struct piece *piece =
        count < PICKS_MOST ? best_for(order, shop, slot, garment, picks, count) : NULL;
    struct pick *pick = &picks[count];

    if (piece == NULL)
        return count;
    pick->piece = piece;
    pick->garment = piece->garment;
    if (!choose_material(order, pick))
        return count;
    choose_colour(order, shop, count, pick);
    return count + 1;
}

/* A second idea for GARMENT: another piece of it, or the same in another colour and material. */
static size_t
add_another(const struct order *order, const struct shop *shop, const char *garment, struct pick *picks,
            size_t count)
{
    struct order other = *order;
    const struct piece *best = NULL, *piece;
    struct pick *pick = &picks[count];
    int most = INT_MIN;

    if (count == 0 || count == PICKS_MOST)
        return count;
    for (size_t i = 0; (piece = lore_piece_at(i)) != NULL; i++) {
        int points = strcmp(piece->garment->id, garment) ? INT_MIN : score(order, shop, piece);

        points -= points > INT_MIN && piece == picks[count - 1].piece ? 6 : 0;
        if (points > most) {
            most = points;
            best = piece;
        }
    }
    if (best == NULL)
        return count;
    pick->piece = best;
    pick->garment = best->garment;
    if (other.not_colours < AVOID_MOST && order->colour[best->garment->slot] == NULL &&
        order->colour[SLOT_NONE] == NULL)
        other.not_colour[other.not_colours++] = picks[count - 1].colour;
    if (best == picks[count - 1].piece)
        other.dice += 3; /* the next material */
    if (!choose_material(&other, pick))
        return count;
    choose_colour(&other, shop, count, pick);
    return best == picks[count - 1].piece && !strcmp(pick->colour, picks[count - 1].colour) &&
                   !strcmp(pick->material, picks[count - 1].material)
               ? count
               : count + 1;
}

/* What was asked for by name, or by slot. */
static size_t
compose_items(const struct order *order, const struct shop *shop, struct pick *picks)
{
    size_t count = 0;

    for (size_t i = 0; i < order->asked; i++) {
        size_t before = count;

        count = add_pick(order, shop, order->slot[i], order->garment[i], picks, count);
        bool named = count > before && *order->garment[i];
        if (count == before && !has_no_like(order->slot[i]))
            count = add_pick(order, shop, order->slot[i], "", picks, count);
        if (order->asked == 1 && named) /* and a second idea */
            count = add_another(order, shop, order->garment[i], picks, count);
        else if (order->asked == 1 && count > before)
            count = add_pick(order, shop, order->slot[i], "", picks, count);
    }
    return count;
}

static bool
has_piece(const struct order *order, const struct shop *shop, const char *garment)
{
    const struct piece *piece;

    for (size_t i = 0; (piece = lore_piece_at(i)) != NULL; i++)
        if (!strcmp(piece->garment->id, garment) && score(order, shop, piece) >= 0)
            return true;
    return false;
}

/* What the picks cost, if each is among the cheaper of its kind. */
static double
cost_of(const struct shop *shop, const struct pick *picks, size_t count)
{
    double sum = 0;

    for (size_t i = 0; i < count; i++)
        sum += shop_price(shop, picks[i].garment);
    return sum;
}

/* With a small budget fewer pieces, not worse ones: what finishes a look goes first, then the jacket. */
static size_t
trim(const struct order *order, const struct shop *shop, struct pick *picks, size_t count)
{
    while (order->budget > 0 && count > 2 && cost_of(shop, picks, count) > order->budget) {
        size_t last = count;

        for (size_t i = 0; i < count; i++)
            if (picks[i].garment->slot == SLOT_OUTERWEAR ||
                (picks[i].garment->slot >= SLOT_BAG && picks[i].garment->slot <= SLOT_UNDERWEAR))
                last = i;
        if (last == count)
            return count;
        memmove(&picks[last], &picks[last + 1], (count - last - 1) * sizeof *picks);
        count--;
    }
    return count;
}

/* Body first, then shoes, then one or two things that finish it. */
static size_t
compose_outfit(const struct order *order, const struct shop *shop, struct pick *picks)
{
    int formality = formality_of(order);
    bool dress = order->who == 'w' && formality >= 2 && has_piece(order, shop, "dresses") &&
                 (formality >= 4 || order->dice % 3 != 0);
    bool kid_dress =
        order->who == 'k' && order->gender == 'w' && formality >= 2 && has_piece(order, shop, "dresses");
    bool suit = order->who == 'm' && formality >= 4 && has_piece(order, shop, "suits") &&
                (order->budget <= 0 || shop_price(shop, lore_garment("suits")) <= order->budget);
    bool swim = !strcmp(order->occasion->id, "beach");
    size_t count = 0;

    if (swim)
        count = add_pick(order, shop, SLOT_SWIMWEAR, "", picks, count);
    if (dress || kid_dress) {
        count = add_pick(order, shop, SLOT_DRESS, "", picks, count);
    } else {
        count = suit ? add_pick(order, shop, SLOT_SET, "suits", picks, count) : count;
        count = add_pick(order, shop, SLOT_TOP, suit ? "shirts" : "", picks, count);
        if (!suit && !swim)
            count = add_pick(order, shop, SLOT_BOTTOM, "", picks, count);
    }
    if (!suit && (warmth_of(order) == WARMTH_COLD || (warmth_of(order) != WARMTH_HOT && formality >= 2) ||
                  !strcmp(order->occasion->id, "rain")))
        count = add_pick(order, shop, SLOT_OUTERWEAR, "", picks, count);
    count = add_pick(order, shop, SLOT_SHOES, "", picks, count);
    if (order->who == 'w' && formality >= 2)
        count = add_pick(order, shop, order->dice % 2 ? SLOT_BAG : SLOT_JEWELLERY, "", picks, count);
    else if (formality == 0 && warmth_of(order) == WARMTH_MILD)
        count = add_pick(order, shop, order->dice % 2 ? SLOT_UNDERWEAR : SLOT_BAG, "", picks, count);
    else if (formality >= 4 || warmth_of(order) == WARMTH_COLD || order->dice % 2)
        count = add_pick(order, shop, SLOT_ACCESSORY, "", picks, count);
    else
        count = add_pick(order, shop, warmth_of(order) == WARMTH_HOT || formality == 0 ? SLOT_HAT : SLOT_BAG,
                         "", picks, count);
    return trim(order, shop, picks, count);
}

size_t
compose(const struct order *order, const struct shop *shop, struct pick *picks)
{
    return order->asked > 0 ? compose_items(order, shop, picks) : compose_outfit(order, shop, picks);
}
