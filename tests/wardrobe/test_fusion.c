#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "wardrobe/fusion.h"

static struct weights
weights(float k, float meaning)
{
    struct weights of = { .fuse_k = k, .fuse_meaning = meaning };

    return of;
}

static void
check(const struct ranking *ranking, int count, const uint32_t *products, const float *scores)
{
    assert_int_equal(ranking->count, count);
    for (int i = 0; i < count; i++) {
        assert_int_equal(ranking->hits[i].product, products[i]);
        assert_true(ranking->hits[i].score == scores[i]);
    }
}

static void
what_both_find_goes_before_what_one_finds(void **state)
{
    static struct ranking ranking;
    const struct vector_hit nearest[] = { { 30, 0.9f }, { 40, 0.8f }, { 20, 0.7f } };
    struct weights of = weights(10, 1);

    (void)state;
    ranking = (struct ranking) { .hits = { { 10, 5, 0 }, { 20, 4, 0 }, { 30, 3, 0 } }, .count = 3 };
    fusion_run(&ranking, nearest, 3, &of);
    /* 30: 1/13 + 1/11, 20: 1/12 + 1/13, 10: 1/11, 40: 1/12; the scores go on in their old order */
    check(&ranking, 4, (const uint32_t[]) { 30, 20, 10, 40 }, (const float[]) { 5, 4, 3, 3 });
    assert_true(ranking.hits[3].price == PRICE_NONE);
}

static void
meaning_that_counts_nothing_changes_no_order(void **state)
{
    static struct ranking ranking;
    const struct vector_hit nearest[] = { { 20, 0.9f }, { 40, 0.8f } };
    struct weights of = weights(60, 0);

    (void)state;
    ranking = (struct ranking) { .hits = { { 10, 5, 0 }, { 20, 4, 7 } }, .count = 2 };
    fusion_run(&ranking, nearest, 2, &of);
    check(&ranking, 3, (const uint32_t[]) { 10, 20, 40 }, (const float[]) { 5, 4, 4 });
    assert_int_equal(ranking.hits[1].price, 7);
}

static void
equals_come_in_the_catalogues_order(void **state)
{
    static struct ranking ranking;
    const struct vector_hit nearest[] = { { 5, 0.9f } };
    struct weights of = weights(10, 1);

    (void)state;
    ranking = (struct ranking) { .hits = { { 10, 5, 0 } }, .count = 1 };
    fusion_run(&ranking, nearest, 1, &of);
    check(&ranking, 2, (const uint32_t[]) { 5, 10 }, (const float[]) { 5, 5 });
}

static void
words_that_find_nothing_leave_the_nearest(void **state)
{
    static struct ranking ranking;
    const struct vector_hit nearest[] = { { 7, 0.9f }, { 3, 0.8f } };
    struct weights of = weights(10, 0.5f);

    (void)state;
    memset(&ranking, 0, sizeof ranking);
    fusion_run(&ranking, nearest, 2, &of);
    check(&ranking, 2, (const uint32_t[]) { 7, 3 }, (const float[]) { 0, 0 });
    ranking.count = 0;
    fusion_run(&ranking, nearest, 0, &of);
    assert_int_equal(ranking.count, 0);
}

static void
no_more_are_kept_than_there_is_room_for(void **state)
{
    static struct ranking ranking;
    static struct vector_hit nearest[FUSION_NEAREST + 5];
    struct weights of = weights(10, 1);

    (void)state;
    ranking.count = RANKING_HITS;
    for (uint32_t i = 0; i < RANKING_HITS; i++)
        ranking.hits[i] = (struct ranking_hit) { i, (float)(1000 - i), 0 };
    for (uint32_t i = 0; i < FUSION_NEAREST + 5; i++)
        nearest[i] = (struct vector_hit) { 1000 + i, 0.5f };
    fusion_run(&ranking, nearest, FUSION_NEAREST + 5, &of);
    assert_int_equal(ranking.count, RANKING_HITS);
    for (int i = 0; i < RANKING_HITS; i++) {
        assert_true(ranking.hits[i].score == (float)(1000 - i));
        assert_true(ranking.hits[i].product != 1000 + FUSION_NEAREST);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_both_find_goes_before_what_one_finds),
        cmocka_unit_test(meaning_that_counts_nothing_changes_no_order),
        cmocka_unit_test(equals_come_in_the_catalogues_order),
        cmocka_unit_test(words_that_find_nothing_leave_the_nearest),
        cmocka_unit_test(no_more_are_kept_than_there_is_room_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
