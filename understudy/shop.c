/* Categories by whatever name the shop gives them. */
#include "understudy/shop.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/json.h"
#include "common/money.h"
#include "understudy/words.h"

static void
read_categories(struct shop *shop, const struct lexicon *lexicon, const json_t *facets)
{
    const json_t *categories = json_object_get(facets, "categories"), *one;
    size_t i;

    const char *currency = json_text(facets, "currency", "USD");
    int64_t counted = 0;

    *shop = (struct shop) { .colours = json_object_get(facets, "colours") };
    json_array_foreach(categories, i, one)
    {
        const char *name = json_is_string(one) ? json_string_value(one) : json_text(one, "name", "");
        struct category *category = &shop->list[shop->count];

        if (shop->count == CATEGORIES_MOST || !*name)
            break;
        category->name = name;
        category->garment = lexicon_garment(lexicon, name);
        category->slot = lore_slot(json_text(one, "slot", ""));
        category->umbrella = category->garment == NULL && *lexicon_value(lexicon, KIND_SLOT, name);
        if (category->slot == SLOT_NONE && category->umbrella)
            category->slot = lore_slot(lexicon_value(lexicon, KIND_SLOT, name));
        if (category->slot == SLOT_NONE && category->garment != NULL)
            category->slot = category->garment->slot;
        category->from = (double)json_integer_value(json_array_get(json_object_get(one, "price"), 0)) /
                         pow(10, money_digits(currency));
        counted += json_number(one, "count", 0);
        shop->count++;
    }
    shop->whole = counted >= json_number(facets, "count", 0);
}

const struct shop *
shop_read(struct shop_memo *memo, const struct lexicon *lexicon, const char *facets, size_t size)
{
    if (memo->text.size == size && size > 0 && memcmp(memo->text.bytes, facets, size) == 0)
        return &memo->shop;
    json_decref(memo->facets);
    memo->facets = json_read(facets, size, NULL);
    buffer_reset(&memo->text);
    buffer_append(&memo->text, facets, size);
    read_categories(&memo->shop, lexicon, memo->facets);
    return &memo->shop;
}

void
shop_forget(struct shop_memo *memo)
{
    json_decref(memo->facets);
    buffer_clear(&memo->text);
    *memo = (struct shop_memo) { 0 };
}

/* Whether a category of GENERAL things has SPECIAL ones too. */
static bool
covers(const char *general, const struct garment *special)
{
    static const struct {
        const char *general, *special;
    } kin[] = {
        { "shoes", "sneakers,loafers,oxfords,boots,sandals,heels,flats,espadrilles,slippers" },
        { "bags", "clutches,totes,backpacks" },
        { "hats", "caps,beanies" },
        { "trousers", "chinos,joggers" },
        { "tops", "tanks,tshirts,blouses" },
        { "tshirts", "tanks" },
        { "jackets", "vests,raincoats" },
        { "coats", "raincoats" },
        { "swimsuits", "bikinis,trunks" },
        { "sweaters", "cardigans" },
        { "hoodies", "joggers" },
        { "leggings", "joggers" },
        { "ties", "bowties,pocketsquares" },
        { "suits", "waistcoats" },
        { "flats", "loafers" },
        { "oxfords", "loafers" },
    };

    for (size_t i = 0; i < sizeof kin / sizeof *kin; i++)
        if (!strcmp(kin[i].general, general))
            return lore_has(kin[i].special, special->id);
    return false;
}

const struct category *
shop_category(const struct shop *shop, const struct garment *garment)
{
    const struct category *near = NULL, *umbrella = NULL;

    for (size_t i = 0; i < shop->count; i++) {
        const struct category *category = &shop->list[i];

        if (category->garment == garment)
            return category;
        if (category->garment != NULL && near == NULL && covers(category->garment->id, garment))
            near = category;
        if (category->umbrella && umbrella == NULL && category->slot == garment->slot)
            umbrella = category;
    }
    return near != NULL ? near : umbrella;
}

/* The least that a category of SLOT is priced from; of any slot for SLOT_NONE. 0: not known. */
static double
least_of(const struct shop *shop, enum slot slot)
{
    double least = 0;

    for (size_t i = 0; i < shop->count; i++) {
        const struct category *category = &shop->list[i];

        if ((slot == SLOT_NONE || category->slot == slot) && category->from > 0 &&
            (least <= 0 || category->from < least))
            least = category->from;
    }
    return least;
}

double
shop_price(const struct shop *shop, const struct garment *garment)
{
    const struct category *category = shop_category(shop, garment);
    double least;

    if (category != NULL && category->from > 0)
        return category->from;
    if (garment->slot == SLOT_SET)
        return least_of(shop, SLOT_BOTTOM) + least_of(shop, SLOT_OUTERWEAR);
    least = least_of(shop, garment->slot);
    return least > 0 ? least : least_of(shop, SLOT_NONE);
}

bool
shop_sells(const struct shop *shop, const struct garment *garment)
{
    return shop->count == 0 || !shop->whole || shop_category(shop, garment) != NULL;
}

bool
shop_has_colour(const struct shop *shop, const char *colour)
{
    const json_t *one;
    size_t i;

    if (!json_is_string(json_array_get(shop->colours, 0)))
        return true;
    json_array_foreach(shop->colours, i,
                       one) if (json_is_string(one) &&
                                !strcmp(json_string_value(one), lore_colour_name(colour))) return true;
    return false;
}

const char *
shop_brand(const json_t *facets, const char *text, size_t size, size_t n)
{
    char said[512], folded[520], brand[64], wanted[70];
    const json_t *one;
    size_t i;

    snprintf(said, sizeof said, "%.*s", (int)(size < sizeof said ? size : sizeof said - 1), text);
    folded[0] = ' ';
    words_fold(said, folded + 1, sizeof folded - 2);
    strcat(folded, " ");
    json_array_foreach(json_object_get(facets, "brands"), i, one)
    {
        const char *name = json_is_string(one) ? json_string_value(one) : json_text(one, "name", "");

        snprintf(wanted, sizeof wanted, " %s ", words_fold(name, brand, sizeof brand));
        if (strlen(brand) >= 4 && strstr(folded, wanted) != NULL && n-- == 0)
            return name;
    }
    return NULL;
}
