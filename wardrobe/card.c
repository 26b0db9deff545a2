/* card -- one product as a client gets it; see card.h. */

#include "wardrobe/card.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buffer.h"
#include "common/log.h"
#include "common/utf8.h"

#define SIZES_SHOWN 24
#define COLOURS_SHOWN 8
#define TEXT_SHOWN 120 /* bytes of a title, a brand, ... */

/* How many of TEXT's first bytes are whole characters and SHOWN bytes at most. */
static size_t
cut(const char *text, size_t shown)
{
    size_t size = strnlen(text, shown + 1);

    return size > shown ? utf8_cut(text, shown) : size;
}

static void
set_text(json_t *card, const char *key, const char *text, size_t shown)
{
    if (text[0] != '\0')
        json_object_set_new(card, key, json_stringn(text, cut(text, shown)));
}

/* TEXT in lower case, cut at a character where OUT of SIZE bytes is too small. */
static void
lower(const char *text, char *out, size_t size)
{
    size_t used = cut(text, size - 1);

    for (size_t i = 0; i < used; i++)
        out[i] = (char)tolower((unsigned char)text[i]);
    out[used] = '\0';
}

static json_t *
money(int64_t amount, const char *currency)
{
    return json_pack("{s:I, s:s}", "amount", (json_int_t)amount, "currency", currency);
}

static const char *
gender_name(uint8_t gender)
{
    return gender == GENDER_FEMALE   ? "female"
           : gender == GENDER_MALE   ? "male"
           : gender == GENDER_UNISEX ? "unisex"
                                     : "";
}

/* -- sizes and colours --------------------------------------------------------------------------- */

struct listed {
    const char *text;
    int32_t order;
};

static int
compare_listed(const void *left, const void *right)
{
    const struct listed *a = left, *b = right;

    return a->order < b->order ? -1 : a->order > b->order ? 1 : strcmp(a->text, b->text);
}

static bool
is_sellable(const struct variant *variant)
{
    return variant->availability != AVAILABILITY_OUT;
}

/* Whether two names of sizes are written alike; behind that they say for whom, and in what system. */
static bool
are_written_alike(const char *one, const char *other)
{
    size_t size = strcspn(one, "\x1f");

    return strcspn(other, "\x1f") == size && memcmp(one, other, size) == 0;
}

/* The sizes in stock of SHOWN's colour, in their order. */
static json_t *
sizes_of(const struct index *index, uint32_t product, const struct variant *shown)
{
    struct listed listed[SIZES_SHOWN] = { { 0 } };
    size_t count = 0;
    json_t *sizes = json_array();

    for (uint32_t v = index->products[product].first; v < product_end(index, product) && count < SIZES_SHOWN;
         v++) {
        const struct variant *variant = &index->variants[v];
        const char *text = names_text(index->names[NAMES_SIZE], variant->size);
        bool known = false;

        if (variant->size == 0 || variant->colour != shown->colour || !is_sellable(variant))
            continue;
        for (size_t i = 0; i < count; i++)
            known = known || are_written_alike(listed[i].text, text);
        if (!known)
            listed[count++] = (struct listed) { text, size_order(&index->sizes[variant->size]) };
    }
    qsort(listed, count, sizeof *listed, compare_listed);
    for (size_t i = 0; i < count; i++)
        json_array_append_new(sizes, json_stringn(listed[i].text, strcspn(listed[i].text, "\x1f")));
    return sizes;
}

/* The colours in stock, the shown one first. */
static json_t *
colours_of(const struct index *index, uint32_t product, const struct variant *shown)
{
    uint32_t seen[COLOURS_SHOWN];
    size_t count = 0;
    json_t *colours = json_array();
    char text[48];

    seen[count++] = shown->colour;
    for (uint32_t v = index->products[product].first;
         v < product_end(index, product) && count < COLOURS_SHOWN; v++) {
        const struct variant *variant = &index->variants[v];
        bool known = variant->colour == 0 || !is_sellable(variant);

        for (size_t i = 0; i < count; i++)
            known = known || seen[i] == variant->colour;
        if (!known)
            seen[count++] = variant->colour;
    }
    for (size_t i = 0; i < count; i++) {
        lower(names_text(index->names[NAMES_COLOUR], seen[i]), text, sizeof text);
        json_array_append_new(colours, json_string(text));
    }
    return colours;
}

/* -- why ----------------------------------------------------------------------------------------- */

static void
reason(struct buffer *why, const char *format, const char *text)
{
    if (why->size > 0)
        buffer_text(why, ", ");
    buffer_printf(why, format, text);
}

/* The first material asked for or suiting the occasion that MATERIALS has, or NULL. */
static const char *
matched_material(const struct index *index, const struct search_work *work, uint64_t materials,
                 const char **occasion)
{
    const struct lexicon *lexicon = index->lexicon;
    uint64_t asked = lexicon_materials_for(lexicon, work->query.wants.materials | work->soft.wants.materials);

    *occasion = NULL;
    for (uint32_t i = 0; i < lexicon_material_count(lexicon); i++)
        if (materials & asked & UINT64_C(1) << i)
            return lexicon_material(lexicon, i)->name;
    for (int q = 0; q < 2; q++) { /* what it is for comes from the criteria before the words of a wish */
        const struct traits *wants = q == 0 ? &work->soft.wants : &work->query.wants;

        for (int o = 0; o < wants->occasion_count; o++) {
            const struct occasion *about = lexicon_occasion(lexicon, wants->occasions[o]);
            uint64_t suits = materials & lexicon_materials_of(lexicon, about->styles);

            for (uint32_t i = 0; i < lexicon_material_count(lexicon); i++)
                if (suits >> i & 1) {
                    *occasion = about->name;
                    return lexicon_material(lexicon, i)->name;
                }
        }
    }
    return NULL;
}

/* Whether OCCASION wants garments of just this KIND, and they are as dressy as it is: ankle boots and velvet
 * flares may be worn for hiking where there is nothing else, but that is no reason for them. */
static bool
suits(const struct lexicon *lexicon, const struct occasion *occasion, uint16_t kind)
{
    int formality = kind == KIND_NONE ? 0 : lexicon_kind(lexicon, kind)->formality;
    int most = occasion->high > 1 ? occasion->high : 1;

    for (int i = 0; kind != KIND_NONE && occasion->wants[i] != KIND_NONE; i++)
        if (kind == occasion->wants[i])
            return formality >= occasion->low && formality <= most;
    return false;
}

/* The occasion or season that the product's kind suits, or NULL. */
static const char *
suited_occasion(const struct index *index, const struct search_work *work, uint16_t kind)
{
    for (int q = 0; q < 2; q++) {
        const struct traits *wants = q == 0 ? &work->soft.wants : &work->query.wants;

        for (int o = 0; o < wants->occasion_count; o++) {
            const struct occasion *occasion = lexicon_occasion(index->lexicon, wants->occasions[o]);

            if (suits(index->lexicon, occasion, kind))
                return occasion->name;
        }
    }
    return NULL;
}

static bool
colour_was_asked(const struct index *index, const struct search_work *work, const struct variant *variant)
{
    uint64_t asked =
        lexicon_colours_for(index->lexicon, work->query.wants.colours | work->soft.wants.colours);

    for (int i = 0; i < work->filter.count; i++) {
        const struct clause *clause = &work->filter.clauses[i];

        if (clause->field == CLAUSE_COLOUR && !clause->excludes && clause->pass != NULL &&
            clause->pass[variant->colour >> 6] >> (variant->colour & 63) & 1)
            return true;
    }
    return (index->colours[variant->colour] & asked) != 0;
}

/* Whom VARIANT is for. */
static const char *
people(const struct variant *variant)
{
    bool child = variant->age != 0 && !(variant->age & AGE_ADULT);

    if (variant->gender == GENDER_FEMALE)
        return child ? "girls" : "women";
    if (variant->gender == GENDER_MALE)
        return child ? "boys" : "men";
    return child ? "children" : "everybody";
}

/* Whether SIZE was asked for in just these letters, so that nobody wonders about a conversion. */
static bool
size_was_said(const struct search_work *work, const char *size)
{
    for (int i = 0; i < work->query.size_count; i++)
        if (strcmp(work->query.sizes[i].text, size) == 0)
            return true;
    return strpbrk(size, "0123456789") == NULL && strlen(size) < 4;
}

/* One short fragment: what of the question this product answers. */
static void
write_why(struct buffer *why, const struct index *index, const struct search_work *work, uint32_t product,
          const struct variant *variant, const char *size)
{
    const struct kind *kind = lexicon_kind(index->lexicon, index->products[product].kind);
    const char *occasion, *suited = suited_occasion(index, work, index->products[product].kind);
    const char *material = matched_material(index, work, index->materials[variant->material], &occasion);
    const struct clause *price = filter_clause(&work->filter, CLAUSE_PRICE);
    int64_t now_price = variant_price(variant, work->filter.now, NULL);
    char text[64], colour[48] = "";

    if (colour_was_asked(index, work, variant))
        lower(names_text(index->names[NAMES_COLOUR], variant->colour), colour, sizeof colour);
    if (colour[0] != '\0' || material != NULL) {
        snprintf(text, sizeof text, "%s%s%s", colour, colour[0] != '\0' && material != NULL ? " " : "",
                 material == NULL ? "" : material);
        reason(why, "in %s", text);
    }
    if (occasion != NULL)
        buffer_printf(why, " for %s", occasion);
    else if (suited != NULL)
        reason(why, kind != NULL && kind->formality >= 3 ? "dressy enough for %s" : "suits %s", suited);
    if (size[0] != '\0' && size_was_said(work, size))
        reason(why, "%s in stock", size);
    else if (size[0] != '\0')
        reason(why, "your size in stock (%s)", size);
    if (price != NULL && price->max != INT64_MAX && now_price != PRICE_NONE && now_price <= price->max &&
        !price->unchecked)
        reason(why, "within %s", "your budget");
    if (variant->sale != PRICE_NONE && now_price == variant->sale && variant->price > 0) {
        snprintf(text, sizeof text, "%d%%", (int)((variant->price - variant->sale) * 100 / variant->price));
        reason(why, "%s off", text);
    }
    if (why->size == 0 && kind != NULL && work->query.wants.kind_count > 0)
        reason(why, "the closest of our %s to your words", kind->name);
    if (why->size == 0 && (work->query.wants.genders | work->query.wants.ages) != 0)
        reason(why, "for %s", people(variant));
    if (why->size == 0 && index->products[product].popularity > 0.84f)
        buffer_text(why, "liked by those who bought it");
    if (why->size == 0)
        reason(why, "from our %s",
               names_text(index->names[NAMES_CATEGORY], index->products[product].category));
}

/* -- the card ------------------------------------------------------------------------------------ */

static void
set_prices(json_t *card, const struct index *index, const struct variant *variant, int64_t now)
{
    bool on_sale;
    int64_t price = variant_price(variant, now, &on_sale);

    if (price == PRICE_NONE)
        return;
    json_object_set_new(card, "price", money(price, index->currency));
    if (on_sale)
        json_object_set_new(card, "list_price", money(variant->price, index->currency));
}

/* Whether a size was asked for that speaks of this product. */
static bool
size_was_asked(const struct search_work *work, const struct index *index, uint32_t product)
{
    uint32_t category = index->products[product].category;

    for (int i = 0; i < work->filter.count; i++) {
        const struct clause *clause = &work->filter.clauses[i];

        if (clause->field == CLAUSE_SIZE && !clause->excludes &&
            clause->speaks[category >> 6] >> (category & 63) & 1)
            return true;
    }
    return false;
}

uint32_t
card_variant(const struct index *index, const struct search_work *work, const struct ranking_hit *hit)
{
    uint64_t preferred = work->query.wants.colours | work->soft.wants.colours;
    uint32_t shown;

    filter_failed(&work->filter, hit->product, lexicon_colours_for(index->lexicon, preferred), &shown);
    return shown;
}

json_t *
card_new(const struct index *index, const struct search_work *work, const struct search *search,
         uint32_t shown, const struct record *record)
{
    const struct variant *variant = &index->variants[shown];
    uint32_t product = variant->product;
    struct buffer why = { 0 };
    json_t *card = json_object(), *list;
    char text[96];

    set_text(card, "id", record->id, 100);
    set_text(card, "variant_id", record->variant_id, 100);
    set_text(card, "title", record->title, TEXT_SHOWN);
    set_text(card, "brand", record->brand, 60);
    set_text(card, "category", names_text(index->names[NAMES_CATEGORY], index->products[product].category),
             40);
    set_text(card, "gender", gender_name(variant->gender), 8);
    if (variant->colour != 0) {
        lower(record->colour, text, 48);
        json_object_set_new(card, "colour", json_string(text));
        json_object_set_new(card, "colours", colours_of(index, product, variant));
    }
    set_prices(card, index, variant, search->now);
    if (size_was_asked(work, index, product))
        set_text(card, "size", record->size, 24);
    list = sizes_of(index, product, variant);
    if (json_array_size(list) > 0)
        json_object_set(card, "sizes", list);
    json_decref(list);
    lower(record->material, text, 60);
    set_text(card, "material", text, 60);
    if (strlen(record->link) <= 200)
        set_text(card, "link", record->link, 200);
    if (strlen(record->image) <= 200)
        set_text(card, "image", record->image, 200);
    write_why(&why, index, work, product, variant, size_was_asked(work, index, product) ? record->size : "");
    set_text(card, "why", buffer_string(&why), TEXT_SHOWN);
    buffer_clear(&why);
    return card;
}

json_t *
card_traits(const struct index *index, uint32_t variant, const struct ranking_hit *hit, bool unfit)
{
    const struct product *product = &index->products[hit->product];
    uint64_t colours = index->colours[index->variants[variant].colour];
    const char *family = "";

    if (colours != 0) {
        uint32_t number = (uint32_t)__builtin_ctzll(colours);

        family = lexicon_colour(index->lexicon, number)->name;
        if (strcmp(family, "navy") != 0) /* which goes with all, as no other blue does */
            family = lexicon_colour(index->lexicon, lexicon_colour_family(index->lexicon, number))->name;
    }
    return json_pack("{s:s, s:i, s:s, s:f, s:o*}", "colour_family", family, "formality",
                     product->kind == KIND_NONE ? 1 : lexicon_kind(index->lexicon, product->kind)->formality,
                     "slot", names_text(index->names[NAMES_SLOT], product->slot), "score", (double)hit->score,
                     "unfit", unfit ? json_true() : NULL);
}
