/* index_lend -- words whose lists are elsewhere; see index.h. Their lists for one lookup stand behind all
 * that was loaded. */

#include <stdlib.h>
#include <string.h>

#include "wardrobe/index.h"

bool
index_is_word(const char *term)
{
    static const char *const kept[] = { "matern", "pregnant" };

    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (strcmp(term, kept[i]) == 0)
            return false;
    return term[0] != '=' || term[1] == '2';
}

static int
make_room(struct index *index, uint64_t postings)
{
    uint64_t wanted = postings + postings / 4;
    void *docs, *impacts;

    if (postings <= index->posting_room)
        return 0;
    if (wanted >= UINT32_MAX || (docs = realloc(index->docs, (wanted + 1) * sizeof *index->docs)) == NULL)
        return -1;
    index->docs = docs;
    if ((impacts = realloc(index->impacts, (wanted + 1) * sizeof *index->impacts)) == NULL)
        return -1;
    index->impacts = impacts;
    index->posting_room = (uint32_t)wanted;
    return 0;
}

int
index_lend(struct index *index, uint32_t term, const uint32_t *products, const uint16_t *impacts,
           uint32_t count)
{
    uint32_t *lent = realloc(index->lent, (index->lent_count + 1) * sizeof *lent);
    uint32_t from = index->posting_count + index->lent_postings;

    if (lent == NULL)
        return -1;
    index->lent = lent;
    if (make_room(index, (uint64_t)from + count) < 0)
        return -1;
    memcpy(index->docs + from, products, count * sizeof *products);
    memcpy(index->impacts + from, impacts, count * sizeof *impacts);
    index->lists[term].from = from;
    index->lists[term].count = count;
    index->lent[index->lent_count++] = term;
    index->lent_postings += count;
    return 0;
}

void
index_take_back(struct index *index)
{
    for (uint32_t i = 0; i < index->lent_count; i++)
        index->lists[index->lent[i]].count = 0;
    index->lent_count = index->lent_postings = 0;
}
