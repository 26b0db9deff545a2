/* The outfit. A search over all choices, cut off where even the best of the rest could not win: twelve
 * slots of twelve candidates are answered in well under a millisecond, since a good look is found first. */
#include "orchestrator/look.h"

#include <string.h>

#define COLOUR_WEIGHT 0.30
#define FORMALITY_WEIGHT 0.35
#define NEXT_TO 0.25 /* formality so far apart is no discord: a bow tie with its suit */
#define SUIT 0.7     /* a set of this formality or more wants a shirt under it */
#define TRIES 200000 /* partial looks that are considered; the best so far stands then */

/* What a filled slot is worth beside any harmony: clothes before what goes with them. */
static double
worth(const char *slot)
{
    static const struct {
        const char *slot;
        double worth;
    } known[] = { { "dress", 26 }, { "set", 26 },       { "top", 14 },      { "bottom", 14 },
                  { "shoes", 12 }, { "outerwear", 11 }, { "swimwear", 12 }, { "bag", 7 },
                  { "hat", 6 },    { "underwear", 6 },  { "accessory", 6 }, { "jewellery", 6 } };

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(slot, known[i].slot) == 0)
            return known[i].worth;
    return 6;
}

static bool
is_neutral(const char *family)
{
    static const char *const neutrals[] = { "neutral", "black", "white", "grey",  "gray", "beige",
                                            "brown",   "cream", "navy",  "denim", "tan" };

    for (size_t i = 0; i < sizeof neutrals / sizeof neutrals[0]; i++)
        if (strcmp(family, neutrals[i]) == 0)
            return true;
    return false;
}

double
look_colours(const char *one, const char *other)
{
    static const char *const clashes[][2] = { { "red", "pink" },      { "red", "orange" },
                                              { "orange", "pink" },   { "green", "red" },
                                              { "purple", "yellow" }, { "purple", "orange" },
                                              { "green", "purple" },  { "multi", "multi" } };

    if (one[0] == '\0' || other[0] == '\0')
        return 0.6;
    for (size_t i = 0; i < sizeof clashes / sizeof clashes[0]; i++)
        if ((strcmp(one, clashes[i][0]) == 0 && strcmp(other, clashes[i][1]) == 0) ||
            (strcmp(one, clashes[i][1]) == 0 && strcmp(other, clashes[i][0]) == 0))
            return 0.1;
    if (is_neutral(one) || is_neutral(other))
        return 1;
    return strcmp(one, other) == 0 ? 0.85 : 0.5;
}

static double
formality(double one, double other)
{
    double apart = one > other ? one - other : other - one;

    if (one < 0 || other < 0)
        return 0.6;
    apart = apart > NEXT_TO ? apart - NEXT_TO : 0;
    return 1 - apart / (1 - NEXT_TO);
}

/* Nobody wears a look of a man's and a woman's things; what is for both goes with either. */
static bool
are_of_two(char one, char other)
{
    return one != '\0' && other != '\0' && one != other;
}

/* Dress and set cover what top and bottom do; but nobody wears a suit without a shirt. FORMALITY is that of
 * what stands for ONE. */
static bool
excludes(const char *one, double formality, const char *other)
{
    bool set = strcmp(one, "set") == 0;
    bool whole = set || strcmp(one, "dress") == 0;
    bool part = strcmp(other, "bottom") == 0 || strcmp(other, "dress") == 0 || strcmp(other, "set") == 0;

    return whole && (part || (strcmp(other, "top") == 0 && !(set && formality >= SUIT)));
}

struct search {
    const struct look_slot *slots;
    int count;
    int64_t budget;
    double rest[LOOK_SLOTS + 1]; /* the most that the slots from here on can add */
    int chosen[LOOK_SLOTS], best[LOOK_SLOTS];
    double best_value;
    int64_t best_total;
    bool best_known;
    int tries;
};

static const struct look_candidate *
candidate(const struct search *search, int slot)
{
    return &search->slots[slot].candidates[search->chosen[slot]];
}

/* What candidate INDEX of SLOT adds to the choices before it, or -1 where it may not stand with them. */
static double
adds(const struct search *search, int slot, int index)
{
    const struct look_slot *here = &search->slots[slot];
    const struct look_candidate *own = &here->candidates[index];
    double harmony = 0;
    int beside = 0;

    for (int i = 0; i < slot; i++) {
        const struct look_candidate *other;

        if (search->chosen[i] < 0)
            continue;
        other = candidate(search, i);
        if (strcmp(other->product, own->product) == 0 || are_of_two(other->gender, own->gender) ||
            excludes(search->slots[i].slot, other->formality, here->slot) ||
            excludes(here->slot, own->formality, search->slots[i].slot))
            return -1;
        harmony += COLOUR_WEIGHT * look_colours(other->colour_family, own->colour_family) +
                   FORMALITY_WEIGHT * formality(other->formality, own->formality);
        beside++;
    }
    /* the order of the search counts for as much as a step of harmony */
    return worth(here->slot) + 1.0 - (double)index / LOOK_CANDIDATES +
           (beside > 0 ? harmony / beside : 0.6 * (COLOUR_WEIGHT + FORMALITY_WEIGHT));
}

static void
consider(struct search *search, int slot, double value, int64_t total, bool known)
{
    if (value + search->rest[slot] <= search->best_value || ++search->tries > TRIES)
        return;
    if (slot == search->count) {
        search->best_value = value;
        search->best_total = total;
        search->best_known = known;
        memcpy(search->best, search->chosen, sizeof search->best);
        return;
    }
    for (int i = 0; i < search->slots[slot].count && i < LOOK_CANDIDATES; i++) {
        const struct look_candidate *own = &search->slots[slot].candidates[i];
        int64_t price = own->price < 0 ? 0 : own->price;
        double more = own->unfit ? -1 : adds(search, slot, i);

        if (more < 0 || (search->budget >= 0 && total + price > search->budget))
            continue;
        search->chosen[slot] = i;
        consider(search, slot + 1, value + more, total + price, known && own->price >= 0);
    }
    search->chosen[slot] = -1;
    consider(search, slot + 1, value, total, known);
}

void
look_compose(const struct look_slot *slots, int count, int64_t budget, struct look *look)
{
    struct search search = { .slots = slots, .count = count, .budget = budget, .best_value = -1 };

    memset(look, 0, sizeof *look);
    for (int i = 0; i < LOOK_SLOTS; i++)
        search.chosen[i] = search.best[i] = -1;
    for (int i = count - 1; i >= 0; i--)
        search.rest[i] =
            search.rest[i + 1] +
            (slots[i].count > 0 ? worth(slots[i].slot) + 1.0 + COLOUR_WEIGHT + FORMALITY_WEIGHT : 0);
    consider(&search, 0, 0, 0, true);
    memcpy(look->chosen, search.best, sizeof look->chosen);
    look->total = search.best_total;
    look->kept = search.best_known && (budget < 0 || search.best_total <= budget);
}
