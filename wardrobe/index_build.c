/* index_build -- an index made of items; see index.h. */

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wardrobe/index.h"

/* A word seen in a product. Sorted by word, then product, at the end. */
struct occurrence {
    uint32_t term, product;
    uint32_t counts; /* by field, 4 bits each */
};

struct index_builder {
    const struct lexicon *lexicon;
    struct names *names[NAMES_LISTS];
    struct names *groups; /* products by their group, in order of their numbers */
    struct names *ids;    /* of variants */
    struct names *stems;  /* words already stemmed; stem_terms has the term of each */
    uint32_t *stem_terms;
    size_t stem_capacity;
    struct product *products;
    size_t product_capacity;
    uint32_t product_count;
    struct variant *variants;
    size_t variant_count, variant_capacity;
    struct occurrence *occurrences;
    size_t occurrence_count, occurrence_capacity;
    char currency[4]; /* of the first price */
    /* one product's words, before they become occurrences */
    struct occurrence seen[2048];
    uint32_t seen_count;
    bool failed;
};

struct index_builder *
index_builder_new(const struct lexicon *lexicon)
{
    struct index_builder *builder = calloc(1, sizeof *builder);

    if (builder == NULL)
        return NULL;
    builder->lexicon = lexicon;
    for (int i = 0; i < NAMES_LISTS; i++)
        if ((builder->names[i] = names_new()) == NULL || names_add(builder->names[i], "") == NAME_NONE)
            builder->failed = true;
    builder->groups = names_new();
    builder->ids = names_new();
    builder->stems = names_new();
    if (builder->failed || builder->groups == NULL || builder->ids == NULL || builder->stems == NULL)
        index_builder_destroy(&builder);
    return builder;
}

void
index_builder_destroy(struct index_builder **builder)
{
    if (*builder == NULL)
        return;
    for (int i = 0; i < NAMES_LISTS; i++)
        names_destroy(&(*builder)->names[i]);
    names_destroy(&(*builder)->groups);
    names_destroy(&(*builder)->ids);
    names_destroy(&(*builder)->stems);
    free((*builder)->stem_terms);
    free((*builder)->products);
    free((*builder)->variants);
    free((*builder)->occurrences);
    free(*builder);
    *builder = NULL;
}

uint32_t
index_builder_products(const struct index_builder *builder)
{
    return builder->product_count;
}

/* Make room for one more in an array that doubles. */
static bool
room(void **array, size_t count, size_t *capacity, size_t size)
{
    size_t wanted = *capacity * 2 + 1024;
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

/* The term of WORD's stem; words repeat, so that stems are kept. NAME_NONE without memory. */
static uint32_t
term_of(struct index_builder *builder, const char *word)
{
    uint32_t known = names_find(builder->stems, word);
    char stem[WORD_SIZE];

    if (known != NAME_NONE)
        return builder->stem_terms[known];
    stemmer_stem(lexicon_stemmer(builder->lexicon), word, stem);
    if (!room((void **)&builder->stem_terms, names_count(builder->stems), &builder->stem_capacity,
              sizeof *builder->stem_terms) ||
        (known = names_add(builder->stems, word)) == NAME_NONE)
        return NAME_NONE;
    return builder->stem_terms[known] = names_add(builder->names[NAMES_TERM], stem);
}

static void
see(struct index_builder *builder, uint32_t term, uint32_t product, unsigned field)
{
    uint32_t one = 1u << (4 * field), mask = 15u << (4 * field);

    if (term == NAME_NONE) {
        builder->failed = true;
        return;
    }
    for (uint32_t i = 0; i < builder->seen_count; i++)
        if (builder->seen[i].term == term) {
            if ((builder->seen[i].counts & mask) != mask)
                builder->seen[i].counts += one;
            return;
        }
    if (builder->seen_count < sizeof builder->seen / sizeof *builder->seen)
        builder->seen[builder->seen_count++] = (struct occurrence) { term, product, one };
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

/* Two words that stand together in a title: "air force". */
static void see_attribute(struct index_builder *builder, uint32_t product, char type, const char *name);

static void
see_pairs(struct index_builder *builder, uint32_t product, const char *title)
{
    struct word words[48];
    size_t count = words_split(title, strlen(title), words, 48);

    for (size_t i = 1; i < count && !builder->failed; i++) {
        uint32_t first = term_of(builder, words[i - 1].text), second = term_of(builder, words[i].text);
        char name[16];

        if (first == NAME_NONE || second == NAME_NONE)
            return;
        words_pair(names_text(builder->names[NAMES_TERM], first),
                   names_text(builder->names[NAMES_TERM], second), name);
        see_attribute(builder, product, '2', name);
    }
}

/* Something structured, as a word of its own: "=k sneakers". */
static void
see_attribute(struct index_builder *builder, uint32_t product, char type, const char *name)
{
    char term[160];

    snprintf(term, sizeof term, "=%c %s", type, name);
    see(builder, names_add(builder->names[NAMES_TERM], term), product, FIELDS);
}

/* Move what was seen to the occurrences. */
static void
keep_seen(struct index_builder *builder)
{
    for (uint32_t i = 0; i < builder->seen_count; i++) {
        if (!room((void **)&builder->occurrences, builder->occurrence_count, &builder->occurrence_capacity,
                  sizeof *builder->occurrences)) {
            builder->failed = true;
            return;
        }
        builder->occurrences[builder->occurrence_count++] = builder->seen[i];
    }
    builder->seen_count = 0;
}

/* -- products and variants ----------------------------------------------------------------------- */

/* The last step of the category path TYPE, lower case. */
static void
leaf_of(const char *type, char leaf[96])
{
    const char *last = strrchr(type, '>');
    size_t used = 0;

    last = last == NULL ? type : last + 1;
    last += strspn(last, " ");
    for (; *last != '\0' && used < 95; last++)
        leaf[used++] = (char)tolower((unsigned char)*last);
    leaf[used] = '\0';
}

/* What kind of garment it is: what its category says, or, where the title says it closer, the title. */
static uint16_t
kind_of(const struct lexicon *lexicon, const struct item *item)
{
    char path[768];
    uint16_t title = lexicon_kind_of(lexicon, item->title), kind = KIND_NONE;
    char *step;

    snprintf(path, sizeof path, "%s", item->type);
    for (bool leaf = true; kind == KIND_NONE && path[0] != '\0'; leaf = false) {
        step = strrchr(path, '>');
        if (leaf || strpbrk(step == NULL ? path : step + 1, "&,") ==
                        NULL) /* "Clothing, Shoes & Jewelry" says nothing */
            kind = lexicon_kind_of(lexicon, step == NULL ? path : step + 1);
        if (step == NULL)
            break;
        *step = '\0';
    }
    return kind == KIND_NONE || (title != KIND_NONE && lexicon_kind_is(lexicon, title, kind)) ? title : kind;
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
    struct product product = { .kind = kind_of(lexicon, item), .title = hash_text(item->title) };
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
    see_text(builder, number, FIELD_CATEGORY, item->type);
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
    snprintf(name, sizeof name, "%.100s\x1f%s\x1f%s\x1f%d\x1f%d", item->size,
             kind == KIND_NONE ? "" : lexicon_kind(builder->lexicon, kind)->sizes, item->size_system,
             item->gender, item->age);
    return names_add(builder->names[NAMES_SIZE], name);
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
    if (!room((void **)&builder->variants, builder->variant_count, &builder->variant_capacity,
              sizeof *builder->variants) ||
        variant.size == NAME_NONE || variant.colour == NAME_NONE || variant.material == NAME_NONE)
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
    builder->variants[builder->variant_count++] = variant;
    return 0;
}

int
index_builder_add(struct index_builder *builder, const struct item *item, uint32_t *product, bool *is_new)
{
    if (names_find(builder->ids, item->id) != NAME_NONE)
        return 1;
    *product = names_find(builder->groups, item->group);
    *is_new = *product == NAME_NONE;
    if (names_add(builder->ids, item->id) == NAME_NONE)
        return -1;
    if (*is_new && ((*product = names_add(builder->groups, item->group)) == NAME_NONE ||
                    add_product(builder, item, *product) < 0))
        return -1;
    if (add_variant(builder, item, *product) < 0)
        return -1;
    keep_seen(builder);
    return builder->failed ? -1 : 0;
}

/* -- saving -------------------------------------------------------------------------------------- */

static int
by_product(const void *left, const void *right)
{
    const struct occurrence *a = left, *b = right;

    return a->product < b->product ? -1 : a->product > b->product;
}

/* Put A's counts by field to B's, 15 at most in each. */
static uint32_t
sum_counts(uint32_t a, uint32_t b)
{
    uint32_t sum = 0;

    for (int field = 0; field <= FIELDS; field++) {
        uint32_t both = (a >> 4 * field & 15) + (b >> 4 * field & 15);

        sum |= (both > 15 ? 15 : both) << 4 * field;
    }
    return sum;
}

/* Sort the occurrences by term and product, and join those of one product: its variants' words come apart.
 * STARTS gets where each term's begin; COUNTS how many it has. */
static int
sort_occurrences(struct index_builder *builder, uint32_t *starts, uint32_t *counts)
{
    uint32_t terms = names_count(builder->names[NAMES_TERM]), at = 0;
    struct occurrence *sorted = malloc((builder->occurrence_count + 1) * sizeof *sorted);

    if (sorted == NULL)
        return -1;
    memset(counts, 0, terms * sizeof *counts);
    for (size_t i = 0; i < builder->occurrence_count; i++)
        counts[builder->occurrences[i].term]++;
    for (uint32_t term = 0; term < terms; at += counts[term], counts[term] = 0, term++)
        starts[term] = at;
    for (size_t i = 0; i < builder->occurrence_count; i++) {
        uint32_t term = builder->occurrences[i].term;

        sorted[starts[term] + counts[term]++] = builder->occurrences[i];
    }
    free(builder->occurrences);
    builder->occurrences = sorted;
    for (uint32_t term = 0; term < terms; term++) {
        struct occurrence *list = sorted + starts[term];
        uint32_t kept = 0;
        bool ascends = true;

        for (uint32_t i = 1; i < counts[term]; i++)
            ascends = ascends && list[i - 1].product <= list[i].product;
        if (!ascends)
            qsort(list, counts[term], sizeof *list, by_product);
        for (uint32_t i = 0; i < counts[term]; i++) {
            if (kept > 0 && list[kept - 1].product == list[i].product)
                list[kept - 1].counts = sum_counts(list[kept - 1].counts, list[i].counts);
            else
                list[kept++] = list[i];
        }
        counts[term] = kept;
    }
    return 0;
}

typedef int save_call(void *owner, const char *section, const void *bytes, size_t size);

/* The postings as three sections: how many each term has, the products, and how often by field. */
static int
save_postings(struct index_builder *builder, save_call *save, void *owner)
{
    uint32_t terms = names_count(builder->names[NAMES_TERM]), total = 0;
    uint32_t *starts = malloc((terms + 1) * sizeof *starts), *counts = malloc((terms + 1) * sizeof *counts);
    uint32_t *out = NULL;
    int status = -1;

    if (starts == NULL || counts == NULL || sort_occurrences(builder, starts, counts) < 0)
        goto done;
    for (uint32_t term = 0; term < terms; term++)
        total += counts[term];
    if ((out = malloc(((size_t)total + 1) * sizeof *out)) == NULL)
        goto done;
    for (int round = 0; round < 2; round++) {
        uint32_t at = 0;

        for (uint32_t term = 0; term < terms; term++)
            for (uint32_t i = 0; i < counts[term]; i++) {
                const struct occurrence *occurrence = &builder->occurrences[starts[term] + i];

                out[at++] = round == 0 ? occurrence->product : occurrence->counts;
            }
        if (save(owner, round == 0 ? "postings.products" : "postings.counts", out, total * sizeof *out) < 0)
            goto done;
    }
    status = save(owner, "postings.sizes", counts, terms * sizeof *counts);
done:
    free(starts);
    free(counts);
    free(out);
    return status;
}

/* The variants in their products' order, and each product's first. */
static int
save_variants(struct index_builder *builder, save_call *save, void *owner)
{
    struct variant *sorted = malloc((builder->variant_count + 1) * sizeof *sorted);
    uint32_t *next = calloc(builder->product_count + 1, sizeof *next), at = 0;
    int status = -1;

    if (sorted == NULL || next == NULL)
        goto done;
    for (size_t i = 0; i < builder->variant_count; i++)
        next[builder->variants[i].product]++;
    for (uint32_t i = 0; i < builder->product_count; i++) {
        uint32_t count = next[i];

        builder->products[i].first = next[i] = at;
        at += count;
    }
    builder->products[builder->product_count] = (struct product) { .first = at };
    for (size_t i = 0; i < builder->variant_count; i++)
        sorted[next[builder->variants[i].product]++] = builder->variants[i];
    if (save(owner, "variants", sorted, builder->variant_count * sizeof *sorted) < 0)
        goto done;
    status =
        save(owner, "products", builder->products, (builder->product_count + 1) * sizeof *builder->products);
done:
    free(sorted);
    free(next);
    return status;
}

int
index_builder_save(struct index_builder *builder, save_call *save, void *owner)
{
    struct buffer bytes = { 0 };
    int status = -1;

    if (builder->product_count == 0)
        return -1;
    for (int i = 0; i < NAMES_LISTS; i++) {
        char section[24];

        snprintf(section, sizeof section, "names.%d", i);
        buffer_reset(&bytes);
        names_save(builder->names[i], &bytes);
        if (bytes.failed || save(owner, section, bytes.bytes, bytes.size) < 0)
            goto done;
    }
    if (save(owner, "currency", builder->currency, sizeof builder->currency) < 0 ||
        save_postings(builder, save, owner) < 0 || save_variants(builder, save, owner) < 0)
        goto done;
    status = 0;
done:
    buffer_clear(&bytes);
    return status;
}
