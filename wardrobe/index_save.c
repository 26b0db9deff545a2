/* index_save -- the index of what was gathered, section by section; see index.h. */

#include "wardrobe/index_build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buffer.h"

typedef int save_call(void *owner, const char *section, const void *bytes, size_t size);

/* A piece of the postings in sections of NAME: products, and behind them how often by field. */
struct piece {
    const char *name;
    uint32_t number, count;
    uint32_t products[INDEX_PIECE], counts[INDEX_PIECE];
};

static int
save_piece(struct piece *piece, save_call *save, void *owner)
{
    char section[32];

    if (piece->count == 0)
        return 0;
    snprintf(section, sizeof section, piece->name, piece->number++);
    memmove(piece->products + piece->count, piece->counts, piece->count * sizeof *piece->counts);
    if (save(owner, section, piece->products, 2 * (size_t)piece->count * sizeof *piece->products) < 0)
        return -1;
    piece->count = 0;
    return 0;
}

/* Each posting to its piece: of what is structured, or of words. */
static int
save_pieces(struct index_builder *builder, struct piece pieces[2], uint32_t *counts, save_call *save,
            void *owner)
{
    uint32_t term = NAME_NONE;
    struct piece *piece = pieces;
    struct occurrence next;
    int status;

    while ((status = occurrences_next(builder->occurrences, &next)) > 0) {
        if (next.term != term)
            piece = &pieces[index_is_word(names_text(builder->names[NAMES_TERM], next.term))];
        term = next.term;
        counts[term]++;
        piece->products[piece->count] = next.product;
        piece->counts[piece->count++] = next.counts;
        if (piece->count == INDEX_PIECE && save_piece(piece, save, owner) < 0)
            return -1;
    }
    return status < 0 || save_piece(&pieces[0], save, owner) < 0 ? -1 : save_piece(&pieces[1], save, owner);
}

/* The postings in pieces, and how many each term has. */
static int
save_postings(struct index_builder *builder, save_call *save, void *owner)
{
    uint32_t terms = names_count(builder->names[NAMES_TERM]), *counts = calloc(terms + 1, sizeof *counts);
    struct piece *pieces = calloc(2, sizeof *pieces);
    int status = -1;

    if (counts != NULL && pieces != NULL && occurrences_sort(builder->occurrences) == 0) {
        pieces[0].name = INDEX_POSTINGS;
        pieces[1].name = INDEX_WORDS;
        status = save_pieces(builder, pieces, counts, save, owner);
    }
    if (status == 0)
        status = save(owner, "postings.sizes", counts, terms * sizeof *counts);
    free(counts);
    free(pieces);
    return status;
}

/* Put the variants from FROM on, COUNT of them, to their products, whose `first` goes on. */
static void
place_variants(struct index_builder *builder, const struct variant *from, size_t count,
               struct variant *sorted)
{
    for (size_t i = 0; i < count; i++)
        sorted[builder->products[from[i].product].first++] = from[i];
}

/* All variants in their products' order, to SORTED. Every product's `first` ends as the next one's. */
static int
sort_variants(struct index_builder *builder, struct variant *sorted)
{
    size_t aside = builder->aside == NULL ? 0 : spill_size(builder->aside) / sizeof *sorted;
    struct variant *read = malloc(INDEX_ASIDE * sizeof *read);
    int status = read == NULL ? -1 : 0;

    for (size_t at = 0; at < aside && status == 0; at += INDEX_ASIDE)
        if ((status = spill_read(builder->aside, at * sizeof *read, read, INDEX_ASIDE * sizeof *read)) == 0)
            place_variants(builder, read, INDEX_ASIDE, sorted);
    free(read);
    if (status == 0)
        place_variants(builder, builder->variants, builder->variant_count - aside, sorted);
    return status;
}

/* The variants in their products' order, and each product's first. */
static int
save_variants(struct index_builder *builder, save_call *save, void *owner)
{
    struct variant *sorted = malloc((builder->variant_count + 1) * sizeof *sorted);
    struct product *products = builder->products;
    uint32_t at = 0;
    int status = -1;

    for (uint32_t i = 0; i < builder->product_count; i++) {
        uint32_t count = products[i].first;

        products[i].first = at;
        at += count;
    }
    if (sorted == NULL || sort_variants(builder, sorted) < 0)
        goto done;
    products[builder->product_count] = (struct product) { .first = 0 };
    for (uint32_t i = builder->product_count; i > 0; i--) /* back to where they begin */
        products[i].first = products[i - 1].first;
    products[0].first = 0;
    status = save(owner, "variants", sorted, builder->variant_count * sizeof *sorted);
done:
    free(sorted);
    return status;
}

int
index_builder_save(struct index_builder *builder, save_call *save, void *owner)
{
    struct buffer bytes = { 0 };
    int status = -1;

    if (builder->product_count == 0)
        return -1;
    keys_destroy(&builder->ids); /* nothing is added any more */
    keys_destroy(&builder->groups);
    names_destroy(&builder->stems);
    if (save_postings(builder, save, owner) < 0)
        goto done;
    occurrences_destroy(&builder->occurrences);
    for (int i = 0; i < NAMES_LISTS; i++) {
        char section[24];

        snprintf(section, sizeof section, "names.%d", i);
        buffer_reset(&bytes);
        names_save(builder->names[i], &bytes);
        if (bytes.failed || save(owner, section, bytes.bytes, bytes.size) < 0)
            goto done;
        names_destroy(&builder->names[i]);
    }
    if (save(owner, "currency", builder->currency, sizeof builder->currency) < 0 ||
        save_variants(builder, save, owner) < 0)
        goto done;
    status =
        save(owner, "products", builder->products, (builder->product_count + 1) * sizeof *builder->products);
done:
    buffer_clear(&bytes);
    return status;
}
