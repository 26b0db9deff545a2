/* What may be spent: "under $80", "my budget tops out at a couple hundred bucks", "50 to 100 euros each". */
#include <string.h>

#include "understudy/reading.h"

/* "half a grand" is money by itself. */
static const char *
grand(const struct signs *signs, const struct sign *sign)
{
    for (size_t i = sign->first; i < sign->first + sign->count; i++)
        if (!strcmp(signs->words.list[i].text, "grand"))
            return signs->words.list[i].text;
    return NULL;
}

/* Words may stand between the cue and the amount, but no other number and no full stop. */
static bool
cue_before(const struct signs *signs, size_t at, enum kind kind, size_t reach)
{
    for (size_t i = at; i > 0 && reach > 0; i--, reach--) {
        const struct sign *sign = &signs->list[i - 1];

        if (signs->list[i].stops)
            return false;
        if (sign->kind == kind)
            return true;
        if (sign->kind == KIND_NUMBER || sign->kind == KIND_SIZE || sign->kind == KIND_GARMENT)
            return false;
    }
    return false;
}

/* The currency beside number AT: the sign before it, or the word after it. */
static const char *
currency_of(const struct signs *signs, size_t at)
{
    if (at > 0 && signs->list[at - 1].kind == KIND_CURRENCY)
        return signs->list[at - 1].value;
    if (at + 1 < signs->count && signs->list[at + 1].kind == KIND_CURRENCY && !signs->list[at + 1].stops)
        return signs->list[at + 1].value;
    if (at + 2 < signs->count && signs->list[at + 1].kind == KIND_SYSTEM &&
        signs->list[at + 2].kind == KIND_CURRENCY)
        return signs->list[at + 2].value;
    return "";
}

/* "50 to 100 dollars", "50-100": the second number of a range, or 0. */
static size_t
range_end(const struct signs *signs, size_t at)
{
    for (size_t i = at + 1; i < signs->count && i <= at + 4; i++) {
        if (signs->list[i].kind == KIND_NUMBER)
            return i;
        if (signs->list[i].kind != KIND_CURRENCY && strcmp(signs->list[i].text, "to") &&
            strcmp(signs->list[i].text, "and") && strcmp(signs->list[i].text, "und") &&
            strcmp(signs->list[i].text, "et") && strcmp(signs->list[i].text, "y"))
            return 0;
    }
    return 0;
}

static void
read_scope(const struct signs *signs, size_t at, struct money *money)
{
    for (size_t i = at; i < signs->count && !(i > at && signs->list[i].stops) && i < at + 9; i++) {
        money->item = money->item || signs->list[i].kind == KIND_EACH;
        money->outfit = money->outfit || signs->list[i].kind == KIND_OUTFIT;
    }
    for (size_t i = at; i > 0 && !signs->list[i].stops && i + 9 > at; i--)
        money->outfit = money->outfit || signs->list[i - 1].kind == KIND_OUTFIT;
    if (money->item)
        money->outfit = false;
}

/* Whether number AT is an amount at all, and which end of the budget it is. */
static bool
read_amount(const struct signs *signs, size_t at, struct money *money)
{
    const struct sign *sign = &signs->list[at];
    const char *currency = currency_of(signs, at);
    size_t end = range_end(signs, at);
    bool max = cue_before(signs, at, KIND_MAX, 5), min = cue_before(signs, at, KIND_MIN, 3);
    bool after = false, between = end > 0 && cue_before(signs, at, KIND_BETWEEN, 2);

    for (size_t i = at + 1; i < signs->count && i <= at + 3 && !signs->list[i].stops; i++)
        after = after || signs->list[i].kind == KIND_AFTERMAX;
    if (!*currency && end > 0)
        currency = currency_of(signs, end);
    if (!*currency && !max && !after && !between && grand(signs, sign) == NULL &&
        !(min && sign->number >= 15) && !(cue_before(signs, at, KIND_CHEAPER, 3) && sign->number >= 10))
        return false;
    if (sign->number <= 0 || (!*currency && sign->number < 5))
        return false;
    if (cue_before(signs, at, KIND_SIZE, 2) ||
        (at + 1 < signs->count && signs->list[at + 1].kind == KIND_YEARS))
        return false;
    if (end > 0 && signs->list[end].number > sign->number) {
        money->min = sign->number;
        money->max = signs->list[end].number;
    } else if (min && !max) {
        money->min = sign->number;
    } else {
        money->max = sign->number;
    }
    money->currency = currency;
    read_scope(signs, at, money);
    return true;
}

void
reading_money(const struct signs *signs, struct reading *reading)
{
    for (size_t i = 0; i < signs->count; i++)
        if (signs->list[i].kind == KIND_NUMBER && read_amount(signs, i, &reading->money) &&
            reading->money.max > 0)
            return;
}
