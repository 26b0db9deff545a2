/* Sizes by their class: "I'm an M", "size forty-two shoes", "32 waist", "a UK 12 dress". */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "understudy/reading.h"

static void
add_size(struct reading *reading, const char *class, const char *system, const char *value)
{
    struct size_wish *size;

    for (size_t i = 0; i < reading->size_count; i++)
        if (!strcmp(reading->sizes[i].class, class) && !strcmp(reading->sizes[i].value, value))
            return;
    if (reading->size_count == SIZES_MOST)
        return;
    size = &reading->sizes[reading->size_count++];
    size->class = class;
    size->system = system;
    snprintf(size->value, sizeof size->value, "%s", value);
}

/* "small" is a size beside a garment or after "I'm a"; a small wedding, print or bag is not one. */
static bool
letter_word_is_size(const struct signs *signs, size_t at)
{
    if (at > 0) {
        const struct sign *before = &signs->list[at - 1];

        if (before->kind == KIND_SIZE || before->kind == KIND_AM || before->kind == KIND_WEAR ||
            before->kind == KIND_INA)
            return true;
        if (!strcmp(before->text, "in") &&
            (at + 1 >= signs->count || signs->list[at + 1].stops || signs->list[at + 1].pauses))
            return true;
        if (!strcmp(before->text, "choose") || !strcmp(before->text, "be") || !strcmp(before->text, "get"))
            return true;
        if (!strcmp(before->text, "mens") || !strcmp(before->text, "womens") ||
            !strcmp(before->text, "men") || !strcmp(before->text, "women"))
            return true;
    }
    if (at + 1 < signs->count && signs->list[at + 1].kind == KIND_SIZE)
        return true;
    if (at > 1 && !strcmp(signs->list[at - 1].text, "a") && !strcmp(signs->list[at - 2].text, "is"))
        return true;
    for (size_t i = at + 1;
         i < signs->count && i <= at + 4 && !signs->list[i].pauses && !signs->list[i].stops; i++) {
        const struct sign *sign = &signs->list[i];

        if (sign->kind == KIND_GARMENT) {
            enum slot slot = lore_garment(sign->value)->slot;

            return slot != SLOT_BAG && slot != SLOT_JEWELLERY && slot != SLOT_ACCESSORY && slot != SLOT_SHOES;
        }
        if (sign->kind != KIND_COLOUR && sign->kind != KIND_MATERIAL && sign->kind != KIND_STYLE &&
            sign->kind != KIND_PERSON && strcmp(sign->text, "of") && strcmp(sign->text, "pair"))
            return false;
    }
    return false;
}

static bool
letter_sign_is_size(const struct signs *signs, size_t at)
{
    if (signs->count == 1 || (at == 0 && signs->count <= 4 && signs->list[1].pauses))
        return true; /* "M", "L, not M" */
    if (at > 0 && signs->list[at - 1].kind == KIND_NUMBER)
        return false; /* "40w x 34l" */
    if (at + 1 < signs->count && signs->list[at + 1].kind == KIND_SIZE)
        return true;
    if (at == 0)
        return false;
    const struct sign *before = &signs->list[at - 1];
    return before->kind == KIND_SIZE || before->kind == KIND_AM || before->kind == KIND_WEAR ||
           before->kind == KIND_PERSON || before->kind == KIND_INA || before->kind == KIND_LETTERSIGN ||
           before->kind == KIND_LETTER || before->kind == KIND_LETTERWORD ||
           (before->kind == KIND_OR && at > 1 && signs->list[at - 2].kind == KIND_LETTERSIGN) ||
           (at > 1 && signs->list[at - 2].kind == KIND_SIZE &&
            (before->kind == KIND_TONGUE || !strcmp(before->text, "of")));
}

/* The slot that number AT goes with: of the garment just after it, else the last before it in the
 * text, else the first after it. */
static enum slot
slot_beside(const struct signs *signs, size_t at)
{
    enum slot before = SLOT_NONE;

    for (size_t i = at + 1;
         i < signs->count && i <= at + 2 && !signs->list[i].pauses && !signs->list[i].stops; i++)
        if (signs->list[i].kind == KIND_GARMENT)
            return lore_garment(signs->list[i].value)->slot;
    for (size_t i = 0; i < signs->count; i++) {
        if (signs->list[i].kind != KIND_GARMENT && signs->list[i].kind != KIND_SLOT)
            continue;
        if (i > at && before != SLOT_NONE)
            break;
        before = signs->list[i].kind == KIND_SLOT ? lore_slot(signs->list[i].value)
                                                  : lore_garment(signs->list[i].value)->slot;
    }
    return before;
}

/* "the second one in L", "is the first available in 14?": one thing that is shown is spoken of before AT, and
 * what comes after "in" ends the clause. */
static bool
is_variant_of_shown(const struct signs *signs, size_t at)
{
    if (at == 0 || strcmp(signs->list[at - 1].text, "in") != 0 ||
        (at + 1 < signs->count && !signs->list[at + 1].stops && !signs->list[at + 1].pauses))
        return false;
    for (size_t i = at - 1; i > 0 && !signs->list[i].stops; i--)
        if (signs->list[i - 1].kind == KIND_ORDINAL)
            return !signs->list[i - 1].negated;
    return false;
}

/* A number with no garment beside it. */
static const char *
class_alone(const struct reading *reading, const char *system, double number)
{
    if (number >= 35 && number <= 49)
        return "shoes";
    if (fabs(number - floor(number)) > 0.01 && number < 16)
        return "shoes";
    if (number >= 4 && number <= 14 && !strcmp(reading->gender, "male"))
        return "shoes";
    if (*system && number >= 3 && number <= 14 && strcmp(reading->gender, "female"))
        return "shoes";
    return number <= 34 ? "numeric" : "";
}

/* What kind of size the number NUMBER is, going by what it stands beside; "" for none. */
static const char *
class_of(const struct reading *reading, const char *cue, const char *system, enum slot slot, double number)
{
    bool child = *reading->age_group && strcmp(reading->age_group, "adult");

    if (number > 60)
        return "kids"; /* centimetres of a child */
    if (!strcmp(cue, "waist"))
        return number >= 22 && number <= 56 ? "waist" : "";
    if (!strcmp(cue, "shoes") || slot == SLOT_SHOES)
        return number >= 1 && number <= 50 ? "shoes" : "";
    if (child && number <= 16)
        return "kids";
    if (slot == SLOT_BOTTOM && number >= 24 && number <= 46)
        return "waist";
    if (!strcmp(cue, "numeric") || slot == SLOT_BOTTOM)
        return "numeric";
    if (slot == SLOT_TOP || slot == SLOT_DRESS || slot == SLOT_OUTERWEAR || slot == SLOT_SET ||
        slot == SLOT_SWIMWEAR)
        return "numeric";
    return class_alone(reading, system, number);
}

const char *
reading_size_class(const struct reading *reading, const struct size_wish *size, enum slot slot)
{
    const char *class = !strcmp(size->class, "letters") || slot == SLOT_NONE
                            ? ""
                            : class_of(reading, "", size->system, slot, strtod(size->value, NULL));

    return *class ? class : size->class;
}

/* A number is a size after "size", "I'm a", "EU", or before "waist". */
static void
read_number(const struct signs *signs, size_t at, struct reading *reading)
{
    const struct sign *sign = &signs->list[at];
    const char *cue = NULL, *system = "", *class;
    char value[16];
    bool money = at > 0 && signs->list[at - 1].kind == KIND_CURRENCY;

    money = money || (at + 1 < signs->count &&
                      (signs->list[at + 1].kind == KIND_CURRENCY || signs->list[at + 1].kind == KIND_YEARS ||
                       signs->list[at + 1].kind == KIND_AFTERMAX));
    money = money || (at + 1 < signs->count && signs->list[at + 1].kind == KIND_MONTHS);
    if (money || sign->number <= 0 || sign->number > 176)
        return;
    for (size_t back = 1; back <= 4 && back <= at && !signs->list[at - back + 1].stops; back++) {
        const struct sign *before = &signs->list[at - back];

        if (before->kind == KIND_SYSTEM)
            system = before->value;
        if (before->kind == KIND_SIZE ||
            (back <= 2 && (before->kind == KIND_WEAR || before->kind == KIND_AM))) {
            cue = before->kind == KIND_SIZE ? before->value : "";
            break;
        }
        if (back == 1 && (before->kind == KIND_INA || is_variant_of_shown(signs, at)))
            cue = "";
        if (back == 1 && sign->number >= 35 && (!strcmp(before->text, "in") || !strcmp(before->text, "en")) &&
            slot_beside(signs, at) == SLOT_SHOES)
            cue = "shoes"; /* "shoes in 42" */
        if (back == 1 && before->kind == KIND_GARMENT && !sign->pauses && sign->number >= 35 &&
            lore_garment(before->value)->slot == SLOT_SHOES)
            cue = "shoes"; /* "shoe 42" */
        if (before->kind == KIND_MAX || before->kind == KIND_MIN || before->kind == KIND_CHEAPER)
            return;
        if (before->kind == KIND_NUMBER || before->kind == KIND_GARMENT)
            break;
    }
    if (at + 1 < signs->count && signs->list[at + 1].kind == KIND_SIZE &&
        (cue == NULL || *signs->list[at + 1].value))
        cue = signs->list[at + 1].value;
    if (at + 1 < signs->count && signs->list[at + 1].kind == KIND_GARMENT && cue == NULL &&
        sign->number >= 35 && lore_garment(signs->list[at + 1].value)->slot == SLOT_SHOES)
        cue = "shoes";
    for (size_t i = at + 1; i < signs->count && i <= at + 2; i++)
        if (signs->list[i].kind == KIND_SYSTEM)
            system = signs->list[i].value;
    if (cue == NULL && !*system)
        return;
    if (sign->number > 60 && (cue == NULL || *cue || sign->number < 62))
        return;
    class = class_of(reading, cue != NULL ? cue : "", system, slot_beside(signs, at), sign->number);
    if (!*class)
        return;
    snprintf(value, sizeof value, "%g", sign->number);
    add_size(reading, class, system, value);
}

/* "32/34 jeans", "jeans 32 34", "W32 L34": the waist; how long the leg is no shop of ours has as a size. */
static void
read_waist_and_length(const struct signs *signs, size_t at, struct reading *reading)
{
    const struct sign *waist = &signs->list[at], *length = waist + 1;
    bool money = at > 0 && (signs->list[at - 1].kind == KIND_CURRENCY ||
                            signs->list[at - 1].kind == KIND_BETWEEN || signs->list[at - 1].kind == KIND_MAX);
    char value[16];

    if (at + 1 >= signs->count || length->kind != KIND_NUMBER || length->pauses || length->stops || money ||
        waist->number < 24 || waist->number > 46 || length->number < 26 || length->number > 38)
        return;
    if (slot_beside(signs, at) != SLOT_BOTTOM && signs->count > 2)
        return;
    snprintf(value, sizeof value, "%g", waist->number);
    add_size(reading, "waist", "", value);
}

/* "40w x 34l", "W40": the waist. */
static bool
read_waist_sign(const struct signs *signs, size_t at, struct reading *reading)
{
    const struct sign *sign = &signs->list[at];
    bool behind = at + 1 < signs->count && !strcmp(signs->list[at + 1].text, "w");
    char value[16];

    if (!behind && !(at > 0 && !strcmp(signs->list[at - 1].text, "w")))
        return false;
    if (sign->number < 22 || sign->number > 60)
        return false;
    snprintf(value, sizeof value, "%g", sign->number);
    add_size(reading, "waist", "", value);
    return true;
}

void
reading_sizes(const struct signs *signs, struct reading *reading)
{
    for (size_t i = 0; i < signs->count; i++) {
        const struct sign *sign = &signs->list[i];

        if (sign->kind == KIND_LETTER || (sign->kind == KIND_LETTERWORD && letter_word_is_size(signs, i)) ||
            (sign->kind == KIND_LETTERSIGN &&
             (letter_sign_is_size(signs, i) || is_variant_of_shown(signs, i))))
            add_size(reading, "letters", "", sign->value);
        if (sign->kind == KIND_NUMBER && read_waist_sign(signs, i, reading))
            continue;
        if (sign->kind == KIND_NUMBER)
            read_waist_and_length(signs, i, reading);
        if (sign->kind == KIND_NUMBER)
            read_number(signs, i, reading);
    }
}
