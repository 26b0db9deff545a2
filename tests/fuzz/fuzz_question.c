#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/wardrobe/shop.h"
#include "wardrobe/criteria.h"
#include "wardrobe/ranking.h"

/* Any bytes as what a shopper says: read, made into a filter and a plan, and ranked; what is found passes the
 * filter. */

static struct shop shop;

static void
open_shop(void)
{
    shop_open(&shop);
    shop_fill(&shop);
    shop_index(&shop);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct question question;
    static struct ranking_plan plan;
    static struct ranking ranking;
    struct weights weights;
    struct filter filter;
    char *said = malloc(size + 1);

    if (shop.index == NULL)
        open_shop();
    memcpy(said, bytes, size);
    said[size] = '\0';
    weights_default(&weights);
    query_read(&question, shop.index, said);
    assert(question.term_count <= QUERY_TERMS && question.size_count <= 4 &&
           question.pair_count <= QUERY_PAIRS);
    filter_begin(&filter, shop.index, "", 1795305600);
    filter_add_query(&filter, &question, NULL, NULL);
    if (filter_prepare(&filter) == 0) {
        ranking_plan(&plan, shop.index, &question, NULL, &weights);
        ranking_run(&ranking, shop.index, &plan, &filter, &weights, 6, question.counts);
        ranking_vary(&ranking, shop.index, &plan, &weights, 6);
        for (int i = 0; i < ranking.count; i++)
            assert(filter_passes(&filter, ranking.hits[i].product));
    }
    filter_clear(&filter);
    free(said);
    return 0;
}
