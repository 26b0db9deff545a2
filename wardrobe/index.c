/* index -- an index in memory; see index.h. */

#include "wardrobe/index.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int64_t
variant_price(const struct variant *variant, int64_t now, bool *on_sale)
{
    bool sale = variant->sale != PRICE_NONE && now >= variant->sale_from && now < variant->sale_to &&
                variant->sale < variant->price;

    if (on_sale != NULL)
        *on_sale = sale && variant->currency;
    if (!variant->currency)
        return PRICE_NONE;
    return sale ? variant->sale : variant->price;
}

uint32_t
product_end(const struct index *index, uint32_t product)
{
    return index->products[product + 1].first;
}

void
index_fetch(const struct index *index, const struct index_batch *batch)
{
    for (int i = 0; i < batch->count; i++) {
        const char *product = (const char *)&index->products[batch->products[i]];

        __builtin_prefetch(product);
        __builtin_prefetch(product + sizeof(struct product) +
                           sizeof(uint32_t)); /* where the next one's begin */
    }
    for (int i = 0; i < batch->count; i++) {
        const char *variant = (const char *)&index->variants[index->products[batch->products[i]].first];

        __builtin_prefetch(variant);
        __builtin_prefetch(variant + sizeof(struct variant) - 1);
    }
}

void
index_fetch_glances(const struct index *index, uint32_t block)
{
    if (block > index->product_count / INDEX_BLOCK)
        return;
    for (uint64_t bits = index->marks[block]; bits != 0; bits &= bits - 1)
        __builtin_prefetch(&index->glances[block * INDEX_BLOCK + (uint32_t)__builtin_ctzll(bits)]);
}

/* -- loading ------------------------------------------------------------------------------------- */

typedef void *load_call(void *owner, const char *section, size_t *size);

/* Load the lists of names from FIRST on. */
static int
load_names(struct index *index, load_call *load, void *owner, int first)
{
    for (int i = first; i < NAMES_LISTS; i++) {
        char section[24];
        size_t size;
        void *bytes;

        snprintf(section, sizeof section, "names.%d", i);
        if ((bytes = load(owner, section, &size)) == NULL)
            return -1;
        index->names[i] = names_load(bytes, size);
        free(bytes);
        if (index->names[i] == NULL)
            return -1;
    }
    return 0;
}

/* Load an array of whole elements of SIZE bytes. Returns how many in *COUNT. */
static void *
load_array(load_call *load, void *owner, const char *section, size_t size, uint32_t *count)
{
    size_t bytes;
    void *array = load(owner, section, &bytes);

    if (array != NULL && (bytes % size != 0 || bytes / size > UINT32_MAX - 1)) {
        free(array);
        return NULL;
    }
    *count = (uint32_t)(bytes / size);
    /* the loader's own memory, whatever it wrote into `bytes` */
    // cppcheck-suppress returnDanglingLifetime
    return array;
}

static int
load_columns(struct index *index, load_call *load, void *owner)
{
    uint32_t count;
    char *currency;

    index->products = load_array(load, owner, "products", sizeof *index->products, &count);
    if (index->products == NULL || count < 2)
        return -1;
    index->product_count = count - 1;
    index->variants = load_array(load, owner, "variants", sizeof *index->variants, &index->variant_count);
    if (index->variants == NULL || (currency = load_array(load, owner, "currency", 4, &count)) == NULL)
        return -1;
    memcpy(index->currency, currency, count == 1 ? 4 : 0);
    index->currency[3] = '\0';
    free(currency);
    count = index->product_count / INDEX_BLOCK + 1;
    index->scores = calloc((size_t)count * INDEX_BLOCK, sizeof *index->scores);
    index->marks = calloc(count, sizeof *index->marks);
    return index->scores == NULL || index->marks == NULL ? -1 : 0;
}

/* Piece NUMBER of the postings in sections of NAME, of which LEFT are missing, to DOCS and COUNTS. Returns
 * how many it has, 0 when it is no such piece. */
static uint32_t
load_piece(load_call *load, void *owner, const char *name, uint32_t number, uint32_t left, uint32_t *docs,
           uint32_t *counts)
{
    char section[32];
    uint32_t *piece, count;

    snprintf(section, sizeof section, name, number);
    if ((piece = load_array(load, owner, section, 2 * sizeof *piece, &count)) == NULL)
        return 0;
    if (count > left)
        count = 0;
    memcpy(docs, piece, count * sizeof *docs);
    memcpy(counts, piece + count, count * sizeof *counts);
    free(piece);
    return count;
}

/* The postings from AT up to END, from the sections of NAME. */
static int
load_pieces(struct index *index, load_call *load, void *owner, const char *name, uint32_t at, uint32_t end)
{
    for (uint32_t number = 0, count; at < end; number++, at += count)
        if ((count = load_piece(load, owner, name, number, end - at, index->docs + at, index->counts + at)) ==
            0)
            return -1;
    return 0;
}

/* Give the terms that are words, or those that are not, their places from FROM on. Returns their end. */
static uint64_t
place_lists(struct index *index, const uint32_t *sizes, bool words, uint64_t from)
{
    double n = index->product_count;

    for (uint32_t i = 0; i < names_count(index->names[NAMES_TERM]); i++) {
        double df = sizes[i];
        bool is_away = words && index->words_away;

        if (index_is_word(names_text(index->names[NAMES_TERM], i)) != words)
            continue;
        index->lists[i] = (struct posting_list) { (uint32_t)from, is_away ? 0 : sizes[i],
                                                  (float)log(1 + (n - df + 0.5) / (df + 0.5)), sizes[i] };
        from += is_away ? 0 : sizes[i];
    }
    return from;
}

static int
load_postings(struct index *index, load_call *load, void *owner)
{
    uint32_t terms = 0;
    uint64_t structured, end;
    uint32_t *sizes = load_array(load, owner, "postings.sizes", sizeof *sizes, &terms);

    if (sizes == NULL || terms != names_count(index->names[NAMES_TERM]) ||
        (index->lists = calloc(terms + 1u, sizeof *index->lists)) == NULL) {
        free(sizes);
        return -1;
    }
    structured = place_lists(index, sizes, false, 0);
    end = place_lists(index, sizes, true, structured);
    free(sizes);
    if (end >= UINT32_MAX)
        return -1;
    index->posting_count = index->posting_room = (uint32_t)end;
    index->docs = malloc(((size_t)end + 1) * sizeof *index->docs);
    index->counts = malloc(((size_t)end + 1) * sizeof *index->counts);
    if (index->docs == NULL || index->counts == NULL ||
        load_pieces(index, load, owner, INDEX_POSTINGS, 0, (uint32_t)structured) < 0)
        return -1;
    return load_pieces(index, load, owner, INDEX_WORDS, (uint32_t)structured, (uint32_t)end);
}

/* Nothing in the columns may point outside. */
static int
check(const struct index *index)
{
    for (uint32_t i = 0; i < index->product_count; i++) {
        const struct product *product = &index->products[i];

        if (product->first >= product_end(index, i) || product_end(index, i) > index->variant_count ||
            product->category >= names_count(index->names[NAMES_CATEGORY]) ||
            product->brand >= names_count(index->names[NAMES_BRAND]) ||
            product->slot >= names_count(index->names[NAMES_SLOT]) ||
            (product->kind != KIND_NONE && product->kind >= lexicon_kind_count(index->lexicon)))
            return -1;
    }
    for (uint32_t i = 0; i < index->variant_count; i++) {
        const struct variant *variant = &index->variants[i];

        if (variant->size >= names_count(index->names[NAMES_SIZE]) ||
            variant->colour >= names_count(index->names[NAMES_COLOUR]) ||
            variant->material >= names_count(index->names[NAMES_MATERIAL]))
            return -1;
    }
    for (uint32_t i = 0; i < index->posting_count; i++)
        if (index->docs[i] >= index->product_count)
            return -1;
    return 0;
}

/* Read a size's name back: text, kind's sizes, system, gender, age. */
static void
read_size(const char *name, struct size *size)
{
    char text[104], sizes[12], system[8];
    const char *part[5] = { name, "", "", "0", "0" };

    for (int i = 1; i < 5 && (name = strchr(name, '\x1f')) != NULL; i++)
        part[i] = ++name;
    snprintf(text, sizeof text, "%.*s", (int)strcspn(part[0], "\x1f"), part[0]);
    snprintf(sizes, sizeof sizes, "%.*s", (int)strcspn(part[1], "\x1f"), part[1]);
    snprintf(system, sizeof system, "%.*s", (int)strcspn(part[2], "\x1f"), part[2]);
    size_read(text, sizes, system, (uint8_t)strtoul(part[3], NULL, 10), (uint8_t)strtoul(part[4], NULL, 10),
              size);
}

/* Whether STEMS say only for whom ("women", "boys"): no name for a category. */
static bool
is_about_people(const struct lexicon *lexicon, const char *stems)
{
    const struct sense *sense = phrases_find(lexicon_phrases(lexicon), stems);

    for (; sense != NULL; sense = phrases_next(lexicon_phrases(lexicon), sense))
        if (sense->type == SENSE_GENDER || sense->type == SENSE_AGE || sense->type == SENSE_NOISE)
            return true;
    return false;
}

/* What the dictionaries' texts mean, each read once. */
static int
read_names(struct index *index)
{
    const struct lexicon *lexicon = index->lexicon;
    uint32_t sizes = names_count(index->names[NAMES_SIZE]), colours = names_count(index->names[NAMES_COLOUR]);
    uint32_t materials = names_count(index->names[NAMES_MATERIAL]),
             categories = names_count(index->names[NAMES_CATEGORY]);
    uint32_t brands = names_count(index->names[NAMES_BRAND]);
    char stems[PHRASE_WORDS * WORD_SIZE];

    index->sizes = calloc(sizes, sizeof *index->sizes);
    index->colours = calloc(colours, sizeof *index->colours);
    index->materials = calloc(materials, sizeof *index->materials);
    index->category_kinds = calloc(categories, sizeof *index->category_kinds);
    index->carries = calloc(categories, sizeof *index->carries);
    index->phrases = phrases_new();
    if (index->sizes == NULL || index->colours == NULL || index->materials == NULL ||
        index->category_kinds == NULL || index->carries == NULL || index->phrases == NULL)
        return -1;
    for (uint32_t i = 0; i < sizes; i++)
        read_size(names_text(index->names[NAMES_SIZE], i), &index->sizes[i]);
    for (uint32_t i = 0; i < colours; i++)
        index->colours[i] = lexicon_colours_of(lexicon, names_text(index->names[NAMES_COLOUR], i));
    for (uint32_t i = 0; i < materials; i++)
        index->materials[i] = lexicon_materials_of(lexicon, names_text(index->names[NAMES_MATERIAL], i));
    for (uint32_t i = 0; i < categories; i++) {
        index->category_kinds[i] = lexicon_kind_of(lexicon, names_text(index->names[NAMES_CATEGORY], i));
        words_stemmed(lexicon_stemmer(lexicon), names_text(index->names[NAMES_CATEGORY], i), stems,
                      sizeof stems);
        if (!is_about_people(lexicon, stems) && phrases_add(index->phrases, stems, SENSE_CATEGORY, i) < 0)
            return -1;
    }
    for (uint32_t i = 0; i < brands; i++) {
        words_stemmed(lexicon_stemmer(lexicon), names_text(index->names[NAMES_BRAND], i), stems,
                      sizeof stems);
        if (phrases_add(index->phrases, stems, SENSE_BRAND, i) < 0)
            return -1;
    }
    return 0;
}

/* What each category carries. */
static void
count_carries(struct index *index)
{
    for (uint32_t i = 0; i < index->product_count; i++) {
        struct carries *carries = &index->carries[index->products[i].category];

        struct product *product = &index->products[i];

        carries->count++;
        product->genders = product->ages = product->sellable = 0;
        carries->fields |= index->products[i].brand != 0 ? CARRIES_BRAND : 0;
        for (uint32_t v = index->products[i].first; v < product_end(index, i); v++) {
            const struct variant *variant = &index->variants[v];

            carries->fields |=
                (variant->price != PRICE_NONE ? CARRIES_PRICE : 0) |
                (variant->colour != 0 ? CARRIES_COLOUR : 0) | (variant->gender != 0 ? CARRIES_GENDER : 0) |
                (variant->age != 0 ? CARRIES_AGE : 0) | (variant->material != 0 ? CARRIES_MATERIAL : 0) |
                (variant->availability != AVAILABILITY_UNKNOWN ? CARRIES_AVAILABILITY : 0);
            product->genders |= variant->gender;
            product->ages |= variant->age;
            product->sellable |= variant->availability != AVAILABILITY_OUT;
            carries->classes |= (uint8_t)(1u << index->sizes[variant->size].class);
        }
    }
}

/* The words that more than one product has, for spelling.c. */
static int
gather_words(struct index *index)
{
    uint32_t terms = names_count(index->names[NAMES_TERM]);

    if ((index->spelt = malloc((terms + 1) * sizeof *index->spelt)) == NULL)
        return -1;
    for (uint32_t i = 0; i < terms; i++) {
        const char *term = names_text(index->names[NAMES_TERM], i);
        size_t size = strspn(term, "abcdefghijklmnopqrstuvwxyz");

        if (index->lists[i].products < 2 || size < 3 || size >= WORD_SIZE || term[size] != '\0')
            continue;
        index->spelt[index->spelt_count++] =
            (struct spelt) { index_letters(term), i, (uint8_t)size, term[0], term[1] };
    }
    return 0;
}

uint32_t
index_letters(const char *word)
{
    uint32_t bits = 0;

    for (; *word != '\0'; word++)
        bits |= 1u << (*word & 31);
    return bits;
}

struct index *
index_load_columns(const struct lexicon *lexicon, load_call *load, void *owner)
{
    struct index *index = calloc(1, sizeof *index);

    if (index == NULL)
        return NULL;
    index->lexicon = lexicon;
    if (load_names(index, load, owner, NAMES_TERM + 1) < 0 || load_columns(index, load, owner) < 0 ||
        check(index) < 0 || read_names(index) < 0)
        index_destroy(&index);
    else
        count_carries(index);
    return index;
}

struct index *
index_load(const struct lexicon *lexicon, bool words_away, load_call *load, void *owner)
{
    struct index *index = calloc(1, sizeof *index);
    struct weights weights;

    if (index == NULL)
        return NULL;
    index->lexicon = lexicon;
    index->words_away = words_away;
    weights_default(&weights);
    if (load_names(index, load, owner, 0) < 0 || load_columns(index, load, owner) < 0 ||
        load_postings(index, load, owner) < 0 || check(index) < 0 || read_names(index) < 0 ||
        gather_words(index) < 0 || index_weigh(index, &weights) < 0 || glance_make(index) < 0)
        index_destroy(&index);
    else
        count_carries(index);
    return index;
}

void
index_destroy(struct index **index)
{
    struct index *old = *index;

    if (old == NULL)
        return;
    for (int i = 0; i < NAMES_LISTS; i++)
        names_destroy(&old->names[i]);
    phrases_destroy(&old->phrases);
    free(old->products);
    free(old->variants);
    free(old->lists);
    free(old->docs);
    free(old->counts);
    free(old->impacts);
    free(old->lent);
    free(old->sizes);
    free(old->colours);
    free(old->materials);
    free(old->category_kinds);
    free(old->carries);
    free(old->glances);
    free(old->shelves);
    free(old->scores);
    free(old->marks);
    free(old->spelt);
    vectors_destroy(&old->vectors);
    free(old);
    *index = NULL;
}

/* -- weighing ------------------------------------------------------------------------------------ */

static void
measure_fields(struct index *index)
{
    uint64_t sums[FIELDS] = { 0 };

    for (uint32_t i = 0; i < index->product_count; i++)
        for (int field = 0; field < FIELDS; field++)
            sums[field] += index->products[i].lengths[field];
    for (int field = 0; field < FIELDS; field++) {
        index->average[field] = (float)((double)sums[field] / index->product_count);
        if (index->average[field] < 1)
            index->average[field] = 1;
    }
}

typedef uint8_t field_lengths[8]; /* of one product */

/* The products' lengths by themselves: the postings ask for them in no order, and these fit into a cache. */
static field_lengths *
copy_lengths(const struct index *index)
{
    field_lengths *lengths = calloc(index->product_count, sizeof *lengths);

    for (uint32_t i = 0; lengths != NULL && i < index->product_count; i++)
        memcpy(lengths[i], index->products[i].lengths, sizeof index->products[i].lengths);
    return lengths;
}

static void
weigh_postings(struct index *index, field_lengths *lengths, float (*worth)[256], float k1)
{
    for (uint32_t i = 0; i < index->posting_count; i++) {
        const uint8_t *length = lengths[index->docs[i]];
        uint32_t counts = index->counts[i];
        float sum = 0;

        if (counts >> 4 * FIELDS != 0) { /* something structured: it is so, or not */
            index->impacts[i] = 65535;
            continue;
        }
        for (int field = 0; counts != 0; field++, counts >>= 4)
            if ((counts & 15) != 0)
                sum += (float)(counts & 15) * worth[field][length[field]];
        index->impacts[i] = (uint16_t)(65535 * sum / (sum + k1));
    }
}

int
index_weigh(struct index *index, const struct weights *weights)
{
    const float by_field[FIELDS] = { weights->title,      weights->category, weights->brand,
                                     weights->colour,     weights->material, weights->bullets,
                                     weights->description };
    float worth[FIELDS][256];
    field_lengths *lengths;

    if (index->counts == NULL ||
        (index->impacts == NULL &&
         (index->impacts = malloc(((size_t)index->posting_room + 1) * sizeof *index->impacts)) == NULL) ||
        (lengths = copy_lengths(index)) == NULL)
        return -1;
    measure_fields(index);
    for (int field = 0; field < FIELDS; field++)
        for (int length = 0; length < 256; length++)
            worth[field][length] =
                by_field[field] / (1 - weights->b + weights->b * (float)length / index->average[field]);
    weigh_postings(index, lengths, worth, weights->k1);
    free(lengths);
    return 0;
}

void
index_settle(struct index *index, const struct lexicon *lexicon)
{
    index->lexicon = lexicon;
    free(index->counts);
    index->counts = NULL;
}

/* -- asking -------------------------------------------------------------------------------------- */

const struct posting_list *
index_list(const struct index *index, const char *stem)
{
    uint32_t term = names_find(index->names[NAMES_TERM], stem);

    return term == NAME_NONE || index->lists[term].products == 0 ? NULL : &index->lists[term];
}

const struct posting_list *
index_attribute(const struct index *index, char type, const char *name)
{
    char term[160];

    snprintf(term, sizeof term, "=%c %s", type, name);
    return index_list(index, term);
}
