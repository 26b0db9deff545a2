/* brands -- see brands.h. */

#include "wardrobe/brands.h"

#include <string.h>

#include "common/json.h"

bool
brands_are_wished(const json_t *criteria)
{
    json_t *criterion;
    const char *key;

    json_object_foreach((json_t *)(uintptr_t)criteria, key,
                        criterion) if (strcmp(json_text(criterion, "field", ""), "brand") == 0 &&
                                       json_array_size(json_object_get(criterion, "any")) > 0) return true;
    return false;
}

static bool
is_named(const struct question *soft, uint32_t brand)
{
    for (int i = 0; i < soft->wants.brand_count; i++)
        if (soft->wants.brands[i] == brand)
            return true;
    return false;
}

bool
brands_first(struct ranking *ranking, const struct index *index, const struct question *soft)
{
    struct ranking_hit others[RANKING_HITS];
    float best = ranking->count > 0 && ranking->hits[0].score > 0 ? ranking->hits[0].score : 0;
    int of_brand = 0, other_count = 0;

    for (int i = 0; i < ranking->count; i++) {
        struct ranking_hit hit = ranking->hits[i];

        if (!is_named(soft, index->products[hit.product].brand)) {
            others[other_count++] = hit;
            continue;
        }
        hit.score += best;
        ranking->hits[of_brand++] = hit;
    }
    if (other_count > 0)
        memcpy(ranking->hits + of_brand, others, (size_t)other_count * sizeof *others);
    return of_brand > 0;
}
