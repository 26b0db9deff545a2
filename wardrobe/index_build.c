/* index_build -- an index made of items; see index.h. */

#include "wardrobe/index_build.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/utf8.h"

#define STEMS_KEPT 131072 /* words whose stems are remembered */

struct index_builder *
index_builder_new(const struct lexicon *lexicon, const char *folder, size_t memory)
{
    struct index_builder *builder = calloc(1, sizeof *builder);

    if (builder == NULL) {
        log_error("import: no memory");
        return NULL;
    }
    builder->lexicon = lexicon;
    for (int i = 0; i < NAMES_LISTS; i++)
        if ((builder->names[i] = names_new()) == NULL || names_add(builder->names[i], "") == NAME_NONE)
            builder->failed = true;
    builder->groups = keys_new();
    builder->ids = keys_new();
    builder->stems = names_new();
    builder->types = type_kinds_new(lexicon);
    builder->stem_terms = malloc(STEMS_KEPT * sizeof *builder->stem_terms);
    builder->pair_terms = calloc(WORD_PAIRS, sizeof *builder->pair_terms);
    builder->occurrences = occurrences_new(folder, memory);
    if (builder->failed || builder->groups == NULL || builder->ids == NULL || builder->stems == NULL ||
        builder->types == NULL || builder->stem_terms == NULL || builder->pair_terms == NULL ||
        builder->occurrences == NULL) {
        log_error("import: no memory");
        index_builder_destroy(&builder);
    } else if (folder != NULL && (builder->aside = spill_new(folder)) == NULL) {
        index_builder_destroy(&builder);
    }
    return builder;
}

void
index_builder_destroy(struct index_builder **builder)
{
    if (*builder == NULL)
        return;
    for (int i = 0; i < NAMES_LISTS; i++)
        names_destroy(&(*builder)->names[i]);
    keys_destroy(&(*builder)->groups);
    keys_destroy(&(*builder)->ids);
    names_destroy(&(*builder)->stems);
    occurrences_destroy(&(*builder)->occurrences);
    spill_destroy(&(*builder)->aside);
    type_kinds_destroy(&(*builder)->types);
    free((*builder)->stem_terms);
    free((*builder)->pair_terms);
    free((*builder)->products);
    free((*builder)->variants);
    free((*builder)->places);
    free(*builder);
    *builder = NULL;
}

uint32_t
index_builder_products(const struct index_builder *builder)
{
    return builder->product_count;
}

/* Make room for one more in an array that grows by a quarter. */
static bool
room(void **array, size_t count, size_t *capacity, size_t size)
{
    size_t wanted = *capacity + *capacity / 4 + 1024;
    void *grown;

    if (count < *capacity)
        return true;
    if ((grown = realloc(*array, wanted * size)) == NULL)
        return false;
    *array = grown;
    *capacity = wanted;
    return true;
}

static uint32_t
hash_text(const char *text)
{
    uint32_t h = 2166136261u;

    for (; *text != '\0'; text++)
        h = (h ^ (unsigned char)tolower((unsigned char)*text)) * 16777619u;
    return h;
}

/* -- words --------------------------------------------------------------------------------------- */

/* Forget the stems, so that they take no more memory in a feed where every word is new. */
static int
forget_stems(struct index_builder *builder)
{
    names_destroy(&builder->stems);
    return (builder->stems = names_new()) == NULL ? -1 : 0;
}

/* The term of WORD's stem; words repeat, so that stems are kept. NAME_NONE without memory. */
static uint32_t
term_of(struct index_builder *builder, const char *word)
{
    uint32_t known;
    char stem[WORD_SIZE];

    if (builder->stems == NULL) /* they were forgotten, and there was no memory for others */
        return NAME_NONE;
    if ((known = names_find(builder->stems, word)) != NAME_NONE)
        return builder->stem_terms[known];
    if (names_count(builder->stems) == STEMS_KEPT && forget_stems(builder) < 0)
        return NAME_NONE;
    stemmer_stem(lexicon_stemmer(builder->lexicon), word, stem);
    if ((known = names_add(builder->stems, word)) == NAME_NONE)
        return NAME_NONE;
    return builder->stem_terms[known] = names_add(builder->names[NAMES_TERM], stem);
}

/* Make room for TERM in `places`. */
static bool
has_place(struct index_builder *builder, uint32_t term)
{
    size_t count = builder->place_count;
    uint32_t *places;

    if (term < count)
        return true;
    count = term + term / 4 + 1024;
    if ((places = realloc(builder->places, count * sizeof *places)) == NULL)
        return false;
    memset(places + builder->place_count, 0, (count - builder->place_count) * sizeof *places);
    builder->places = places;
    builder->place_count = count;
    return true;
}

static void
see(struct index_builder *builder, uint32_t term, uint32_t product, unsigned field)
{
    uint32_t one = 1u << (4 * field), mask = 15u << (4 * field), at;

    if (term == NAME_NONE || !has_place(builder, term)) {
        builder->failed = true;
        return;
    }
    at = builder->places[term]; /* of this product, or an old one's */
    if (at < builder->seen_count && builder->seen[at].term == term) {
        if ((builder->seen[at].counts & mask) != mask)
            builder->seen[at].counts += one;
    } else if (builder->seen_count < sizeof builder->seen / sizeof *builder->seen) {
        builder->places[term] = builder->seen_count;
        builder->seen[builder->seen_count++] = (struct occurrence) { term, product, one };
    }
}

static void
see_text(struct index_builder *builder, uint32_t product, enum field field, const char *text)
{
    static const size_t most = 400;
    struct word words[400];
    size_t count = words_split(text, strlen(text), words, most), length;

    for (size_t i = 0; i < count; i++)
        see(builder, term_of(builder, words[i].text), product, field);
    length = builder->products[product].lengths[field] + count;
    builder->products[product].lengths[field] = (uint8_t)(length > 255 ? 255 : length);
}

/* The steps of a category path, but for those above the last that name several things at once: all that is in
 * "Clothing, Shoes & Jewelry" is not a shoe. */
static void
see_path(struct index_builder *builder, uint32_t product, const char *path)
{
    char step[256];

    for (;;) {
        size_t size = strcspn(path, ">");
        bool is_last = path[size] == '\0';

        snprintf(step, sizeof step, "%.*s", (int)(size < 255 ? size : 255), path);
        if (is_last || strpbrk(step, "&,") == NULL)
            see_text(builder, product, FIELD_CATEGORY, step);
        if (is_last)
            return;
        path += size + 1;
    }
}

/* The term of two words that stand together in a title: "air force". NAME_NONE without memory. */
static uint32_t
term_of_pair(struct index_builder *builder, uint32_t first, uint32_t second)
{
    struct names *terms = builder->names[NAMES_TERM];
    uint32_t number = words_pair_number(names_text(terms, first), names_text(terms, second)), term;
    char name[24];

    if (builder->pair_terms[number] == 0) {
        snprintf(name, sizeof name, "=2 %05x", number);
        if ((term = names_add(terms, name)) == NAME_NONE)
            return NAME_NONE;
        builder->pair_terms[number] = term + 1;
    }
    return builder->pair_terms[number] - 1;
}

static void
see_pairs(struct index_builder *builder, uint32_t product, const char *title)
{
    struct word words[48];
    size_t count = words_split(title, strlen(title), words, 48);
    uint32_t first = NAME_NONE, second;

    for (size_t i = 0; i < count; i++, first = second) {
        if ((second = term_of(builder, words[i].text)) == NAME_NONE) {
            builder->failed = true;
            return;
        }
        if (first != NAME_NONE)
            see(builder, term_of_pair(builder, first, second), product, FIELDS);
    }
}

/* Something structured, as a word of its own: "=k sneakers". */
static void
see_attribute(struct index_builder *builder, uint32_t product, char type, const char *name)
{
    char term[160] = { '=', type, ' ' };
    size_t size = strnlen(name, sizeof term - 4);

    memcpy(term + 3, name, size); /* snprintf() takes its time, and this is done twenty times a row */
    term[3 + size] = '\0';
    see(builder, names_add(builder->names[NAMES_TERM], term), product, FIELDS);
}

/* Move what was seen to the occurrences. */
static void
keep_seen(struct index_builder *builder)
{
    for (uint32_t i = 0; i < builder->seen_count; i++)
        if (occurrences_add(builder->occurrences, &builder->seen[i]) < 0)
            builder->failed = true;
    builder->last_count = builder->seen_count;
    builder->seen_count = 0;
}

/* -- products and variants ----------------------------------------------------------------------- */

/* How many of TEXT's bytes are whole characters, and MOST at most. */
static size_t
cut(const char *text, size_t most)
{
    return strnlen(text, most + 1) > most ? utf8_cut(text, most) : strlen(text);
}

/* The last step of the category path TYPE, lower case. */
static void
leaf_of(const char *type, char leaf[96])
{
    const char *last = strrchr(type, '>');
    size_t size;

    last = last == NULL ? type : last + 1;
    last += strspn(last, " ");
    size = cut(last, 95);
    for (size_t i = 0; i < size; i++)
        leaf[i] = (char)tolower((unsigned char)last[i]);
    leaf[size] = '\0';
}

/* What kind of garment it is: what its category says, or, where the title says it closer, the title. */
static uint16_t
kind_of(struct index_builder *builder, const struct item *item)
{
    uint16_t title = lexicon_kind_of(builder->lexicon, item->title),
             kind = type_kinds_of(builder->types, item->type);

    if (kind == KIND_NONE || (title != KIND_NONE && lexicon_kind_is(builder->lexicon, title, kind)) ||
        type_names_among(builder->lexicon, item->type, title))
        return title;
    return kind;
}

static void
see_kind(struct index_builder *builder, uint32_t number, uint16_t kind)
{
    for (; kind != KIND_NONE; kind = lexicon_kind(builder->lexicon, kind)->parent)
        see_attribute(builder, number, 'k', lexicon_kind(builder->lexicon, kind)->name);
}

static void
see_colours(struct index_builder *builder, uint32_t number, uint64_t colours)
{
    for (uint32_t i = 0; colours >> i != 0 && i < 64; i++) {
        const struct colour *colour = lexicon_colour(builder->lexicon, i);

        if (!(colours >> i & 1))
            continue;
        see_attribute(builder, number, 'c', colour->name);
        see_attribute(builder, number, 'n', lexicon_colour(builder->lexicon, colour->near)->name);
        see_attribute(builder, number, 'f', lexicon_colour(builder->lexicon, colour->family)->name);
        if (i == 63)
            break;
    }
}

static void
see_materials(struct index_builder *builder, uint32_t number, uint64_t materials)
{
    for (uint32_t i = 0; i < lexicon_material_count(builder->lexicon); i++)
        if (materials >> i & 1) {
            const struct material *material = lexicon_material(builder->lexicon, i);

            see_attribute(builder, number, 'm', material->name);
            see_attribute(builder, number, 'm', lexicon_material(builder->lexicon, material->umbrella)->name);
        }
}

static void
see_who(struct index_builder *builder, uint32_t number, const struct item *item)
{
    static const char *const ages[] = { "newborn", "infant", "toddler", "kids", "adult" };

    if (item->gender != 0)
        see_attribute(builder, number, 'g',
                      item->gender == GENDER_FEMALE ? "female"
                      : item->gender == GENDER_MALE ? "male"
                                                    : "unisex");
    for (int i = 0; i < 5; i++)
        if (item->age >> i & 1)
            see_attribute(builder, number, 'a', ages[i]);
}

/* Add the product that ITEM is the first variant of. */
static int
add_product(struct index_builder *builder, const struct item *item, uint32_t number)
{
    const struct lexicon *lexicon = builder->lexicon;
    struct product product = { .kind = kind_of(builder, item), .title = hash_text(item->title) };
    char leaf[96], brand[128];

    if (!room((void **)&builder->products, builder->product_count + 1, &builder->product_capacity,
              sizeof *builder->products))
        return -1;
    leaf_of(item->type, leaf);
    words_stemmed(NULL, item->brand, brand, sizeof brand);
    product.category = names_add(builder->names[NAMES_CATEGORY], leaf);
    product.brand = names_add(builder->names[NAMES_BRAND], item->brand);
    product.slot =
        (uint8_t)names_add(builder->names[NAMES_SLOT],
                           product.kind == KIND_NONE ? "other" : lexicon_kind(lexicon, product.kind)->slot);
    if (item->rating > 0) /* towards 3.8 where few have judged */
        product.popularity = (float)((item->rating * (double)item->rating_count + 3.8 * 20) /
                                     ((double)item->rating_count + 20) / 5);
    if (product.category == NAME_NONE || product.brand == NAME_NONE)
        return -1;
    builder->products[number] = product;
    builder->product_count = number + 1;
    see_text(builder, number, FIELD_TITLE, item->title);
    see_pairs(builder, number, item->title);
    see_path(builder, number, item->type);
    see_text(builder, number, FIELD_BRAND, item->brand);
    see_text(builder, number, FIELD_BULLETS, item->bullets);
    see_text(builder, number, FIELD_DESCRIPTION, item->description);
    see_kind(builder, number, product.kind);
    see_attribute(builder, number, 't', leaf);
    see_attribute(builder, number, 's',
                  product.kind == KIND_NONE ? "other" : lexicon_kind(lexicon, product.kind)->slot);
    if (item->brand[0] != '\0')
        see_attribute(builder, number, 'b', brand);
    if (item->colour[0] ==
        '\0') /* no column for it: what the title says is better than nothing, for the ranking */
        see_colours(builder, number, lexicon_colours_of(lexicon, item->title));
    if (item->material[0] == '\0')
        see_materials(builder, number, lexicon_materials_of(lexicon, item->title));
    return 0;
}

/* The size of ITEM, as a name that says how to read it: text, kind's sizes, system, gender, age. */
static uint32_t
size_name(struct index_builder *builder, const struct item *item, uint16_t kind)
{
    char name[200];

    if (item->size[0] == '\0')
        return 0;
    snprintf(name, sizeof name, "%.*s\x1f%s\x1f%s\x1f%d\x1f%d", (int)cut(item->size, 100), item->size,
             kind == KIND_NONE ? "" : lexicon_kind(builder->lexicon, kind)->sizes, item->size_system,
             item->gender, item->age);
    return names_add(builder->names[NAMES_SIZE], name);
}

/* Room for one more variant: those before it are put aside when they are many. */
static bool
has_room(struct index_builder *builder)
{
    size_t count = builder->variant_count;

    if (builder->aside == NULL)
        return room((void **)&builder->variants, count, &builder->variant_capacity,
                    sizeof *builder->variants);
    if (builder->variants == NULL &&
        (builder->variants = malloc(INDEX_ASIDE * sizeof *builder->variants)) == NULL)
        return false;
    return count == 0 || count % INDEX_ASIDE != 0 ||
           spill_append(builder->aside, builder->variants, INDEX_ASIDE * sizeof *builder->variants) == 0;
}

static int
add_variant(struct index_builder *builder, const struct item *item, uint32_t number)
{
    struct product *product = &builder->products[number];
    struct variant variant = { .price = item->price,
                               .sale = item->sale,
                               .sale_from = item->sale_from,
                               .sale_to = item->sale_to,
                               .product = number,
                               .size = size_name(builder, item, product->kind),
                               .colour = names_add(builder->names[NAMES_COLOUR], item->colour),
                               .material = names_add(builder->names[NAMES_MATERIAL], item->material),
                               .gender = item->gender,
                               .age = item->age,
                               .availability = (uint8_t)item->availability };

    if (builder->currency[0] == '\0' && item->price != PRICE_NONE)
        memcpy(builder->currency, item->currency, 4);
    variant.currency = strcmp(builder->currency, item->currency) == 0;
    if (!has_room(builder) || variant.size == NAME_NONE || variant.colour == NAME_NONE ||
        variant.material == NAME_NONE)
        return -1;
    if (item->colour[0] != '\0') {
        see_text(builder, number, FIELD_COLOUR, item->colour);
        see_colours(builder, number, lexicon_colours_of(builder->lexicon, item->colour));
    }
    if (item->material[0] != '\0') {
        see_text(builder, number, FIELD_MATERIAL, item->material);
        see_materials(builder, number, lexicon_materials_of(builder->lexicon, item->material));
    }
    see_text(builder, number, FIELD_MATERIAL, item->pattern);
    see_text(builder, number, FIELD_MATERIAL, item->size_type);
    see_who(builder, number, item);
    product->first++;
    builder
        ->variants[builder->aside == NULL ? builder->variant_count : builder->variant_count % INDEX_ASIDE] =
        variant;
    builder->variant_count++;
    return 0;
}

bool
index_builder_lacks_room(const struct index_builder *builder)
{
    return spill_has_failed(builder->aside) || occurrences_lack_room(builder->occurrences);
}

int
index_builder_add(struct index_builder *builder, const struct item *item, uint32_t *product, bool *is_new)
{
    if (keys_add(builder->ids, item->id, is_new) == KEY_NONE)
        return -1;
    if (!*is_new)
        return 1;
    if ((*product = keys_add(builder->groups, item->group, is_new)) == KEY_NONE ||
        (*is_new && add_product(builder, item, *product) < 0) || add_variant(builder, item, *product) < 0)
        return -1;
    keep_seen(builder);
    return builder->failed ? -1 : 0;
}

const struct occurrence *
index_builder_last(const struct index_builder *builder, uint32_t *count)
{
    *count = builder->last_count;
    return builder->seen;
}

const char *
index_builder_term(const struct index_builder *builder, uint32_t term)
{
    return names_text(builder->names[NAMES_TERM], term);
}
