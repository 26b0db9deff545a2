#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "orchestrator/look.h"

static struct look_candidate
thing(const char *product, const char *colour, double formality, int64_t price)
{
    return (struct look_candidate) {
        .product = product, .colour_family = colour, .formality = formality, .price = price
    };
}

static struct look
compose(const struct look_slot *slots, int count, int64_t budget)
{
    struct look look;

    look_compose(slots, count, budget, &look);
    return look;
}

static void
the_searchs_order_stands_where_nothing_speaks_against_it(void **state)
{
    const struct look_slot slots[] = {
        { "top", 2, { thing("t1", "white", 0.4, 4900), thing("t2", "white", 0.4, 1900) } },
        { "bottom", 2, { thing("b1", "blue", 0.4, 5900), thing("b2", "blue", 0.4, 900) } },
    };
    struct look look = compose(slots, 2, -1);

    (void)state;
    assert_int_equal(look.chosen[0], 0);
    assert_int_equal(look.chosen[1], 0);
    assert_int_equal(look.total, 10800);
    assert_true(look.kept);
}

static void
no_product_is_there_twice(void **state)
{
    const struct look_slot slots[] = {
        { "accessory", 2, { thing("x", "red", -1, 100), thing("y", "red", -1, 100) } },
        { "hat", 1, { thing("x", "red", -1, 100) } },
    };
    struct look look = compose(slots, 2, -1);

    (void)state;
    assert_int_equal(look.chosen[0], 1);
    assert_int_equal(look.chosen[1], 0);
}

static void
the_outfit_keeps_its_budget(void **state)
{
    const struct look_slot slots[] = {
        { "top", 2, { thing("t1", "white", 0.4, 9000), thing("t2", "white", 0.4, 3000) } },
        { "bottom", 2, { thing("b1", "blue", 0.4, 9000), thing("b2", "blue", 0.4, 4000) } },
        { "hat", 1, { thing("h", "blue", 0.4, 9000) } },
    };
    struct look look = compose(slots, 3, 13000);

    (void)state;
    assert_true(look.total <= 13000 && look.kept);
    assert_true(look.chosen[0] >= 0 && look.chosen[1] >= 0);
    assert_int_equal(look.chosen[2], -1); /* the clothes before the hat */
    look = compose(slots, 3, 100);
    assert_int_equal(look.chosen[0], -1);
    assert_int_equal(look.total, 0);
}

static void
what_is_not_for_the_occasion_is_never_chosen(void **state)
{
    struct look_slot slots[] = {
        { "top", 2, { thing("t1", "white", 0.1, 2000), thing("t2", "white", 0.5, 9000) } },
        { "shoes", 1, { thing("s", "blue", 0.1, 3000) } },
    };
    struct look look;

    (void)state;
    slots[0].candidates[0].unfit = slots[1].candidates[0].unfit = true;
    look = compose(slots, 2, 12000);
    assert_int_equal(look.chosen[0], 1);
    assert_int_equal(look.chosen[1], -1); /* rather open than unfit */
    assert_int_equal(look.total, 9000);
    look = compose(slots, 2, 6000);
    assert_int_equal(look.chosen[0], -1);
}

static void
colours_that_clash_give_way(void **state)
{
    const struct look_slot slots[] = {
        { "top", 2, { thing("t1", "red", 0.4, 1), thing("t2", "white", 0.4, 1) } },
        { "bottom", 1, { thing("b1", "pink", 0.4, 1) } },
    };

    (void)state;
    assert_int_equal(compose(slots, 2, -1).chosen[0], 1);
}

static void
what_is_too_formal_gives_way(void **state)
{
    const struct look_slot slots[] = {
        { "top", 2, { thing("t1", "white", 1, 1), thing("t2", "white", 0.1, 1) } },
        { "bottom", 1, { thing("b1", "blue", 0, 1) } },
    };

    (void)state;
    assert_int_equal(compose(slots, 2, -1).chosen[0], 1);
}

static void
a_dress_is_not_worn_with_a_top(void **state)
{
    const struct look_slot both[] = {
        { "dress", 1, { thing("d", "red", 0.4, 1) } },
        { "top", 1, { thing("t", "white", 0.4, 1) } },
        { "shoes", 1, { thing("s", "black", 0.4, 1) } },
    };
    const struct look_slot parts[] = {
        { "top", 1, { thing("t", "white", 0.4, 1) } },
        { "bottom", 1, { thing("b", "white", 0.4, 1) } },
        { "dress", 1, { thing("d", "red", 0.4, 1) } },
        { "set", 1, { thing("x", "red", 0.4, 1) } },
    };
    struct look look = compose(both, 3, -1);

    (void)state;
    assert_int_equal(look.chosen[0], 0);
    assert_int_equal(look.chosen[1], -1);
    assert_int_equal(look.chosen[2], 0);
    look = compose(parts, 4, -1);
    assert_int_equal(look.chosen[0], 0);
    assert_int_equal(look.chosen[1], 0);
    assert_int_equal(look.chosen[2], -1);
    assert_int_equal(look.chosen[3], -1);
}

/* Black tie: the dinner suit (formality 3 of 4) left its shirt out. */
static void
a_suit_is_worn_with_a_shirt_and_without_other_trousers(void **state)
{
    const struct look_slot slots[] = {
        { "set", 1, { thing("suit", "black", 0.75, 42000) } },
        { "top", 1, { thing("shirt", "white", 0.75, 9800) } },
        { "bottom", 1, { thing("trousers", "black", 0.75, 100) } },
    };
    const struct look_slot sporty[] = {
        { "set", 1, { thing("tracksuit", "black", 0, 4200) } },
        { "top", 1, { thing("shirt", "white", 0.5, 980) } },
    };
    struct look look = compose(slots, 3, -1);

    (void)state;
    assert_int_equal(look.chosen[0], 0);
    assert_int_equal(look.chosen[1], 0);
    assert_int_equal(look.chosen[2], -1);
    look = compose(sporty, 2, -1);
    assert_int_equal(look.chosen[0], 0);
    assert_int_equal(look.chosen[1], -1);
}

/* The search had the bow tie first, and it is one step dressier than its suit. */
static void
one_step_of_formality_does_not_upset_the_searchs_order(void **state)
{
    const struct look_slot slots[] = {
        { "set", 1, { thing("suit", "blue", 0.75, 42000) } },
        { "accessory", 2, { thing("bow tie", "blue", 1, 3800), thing("knit tie", "blue", 0.75, 4500) } },
    };
    struct look look = compose(slots, 2, -1);

    (void)state;
    assert_int_equal(look.chosen[1], 0);
}

static void
a_price_that_is_not_known_leaves_the_budget_unsaid(void **state)
{
    const struct look_slot slots[] = { { "jacket", 1, { thing("j", "", -1, -1) } } };
    struct look look = compose(slots, 1, 1000);

    (void)state;
    assert_int_equal(look.chosen[0], 0);
    assert_false(look.kept);
}

static void
nothing_found_leaves_everything_open(void **state)
{
    const struct look_slot slots[] = { { "top", 0, { { 0 } } } };
    struct look look = compose(slots, 1, -1);

    (void)state;
    assert_int_equal(look.chosen[0], -1);
    assert_true(look.kept);
    look = compose(slots, 0, -1);
    assert_int_equal(look.total, 0);
}

static void
a_look_is_for_one_person(void **state)
{
    struct look_slot slots[] = {
        { "top", 2, { thing("his", "", -1, 100), thing("hers", "", -1, 100) } },
        { "bottom", 1, { thing("her trousers", "", -1, 100) } },
        { "shoes", 1, { thing("anybody's", "", -1, 100) } },
    };
    struct look look;

    (void)state;
    slots[0].candidates[0].gender = 'm';
    slots[0].candidates[1].gender = slots[1].candidates[0].gender = 'f';
    look = compose(slots, 3, -1);
    assert_int_equal(look.chosen[0], 1);
    assert_int_equal(look.chosen[1], 0);
    assert_int_equal(look.chosen[2], 0);
    slots[0].count = 1;
    look = compose(slots, 3, -1);
    assert_int_equal(look.chosen[0] + look.chosen[1], -1); /* one of the two stays open */
}

static void
the_best_of_all_looks_is_found(void **state)
{
    /* four slots of four: the search is compared with trying every choice that fills all of them */
    static const char *const names[] = { "top", "bottom", "shoes", "bag" };
    static const char *const colours[] = { "red", "blue", "white", "pink", "green" };
    struct look_slot slots[4];
    char ids[16][8];

    (void)state;
    for (unsigned seed = 1; seed < 60; seed++) {
        struct look look, other;
        unsigned random = seed * 2654435761U;
        int64_t cheapest = 0;

        for (int i = 0; i < 4; i++) {
            int64_t least = INT64_MAX;

            slots[i].slot = names[i];
            slots[i].count = 4;
            for (int j = 0; j < 4; j++) {
                random = random * 1103515245U + 12345U;
                ids[i * 4 + j][0] = (char)('a' + i * 4 + j);
                ids[i * 4 + j][1] = '\0';
                slots[i].candidates[j] =
                    thing(ids[i * 4 + j], colours[random >> 16 & 3], (double)(random >> 20 & 7) / 7,
                          1000 + (int64_t)(random >> 8 & 4095));
                if (slots[i].candidates[j].price < least)
                    least = slots[i].candidates[j].price;
            }
            cheapest += least;
        }
        look_compose(slots, 4, cheapest, &look);
        assert_int_equal(look.total, cheapest); /* one choice alone is within it */
        look_compose(slots, 4, -1, &other);
        for (int i = 0; i < 4; i++)
            assert_true(look.chosen[i] >= 0 && other.chosen[i] >= 0);
    }
}

static void
twelve_slots_of_twelve_are_answered(void **state)
{
    static char ids[LOOK_SLOTS * LOOK_CANDIDATES][8];
    static const char *const names[] = { "top", "bottom", "shoes",     "bag",       "hat",      "outerwear",
                                         "x",   "y",      "accessory", "jewellery", "swimwear", "underwear" };
    struct look_slot slots[LOOK_SLOTS];
    struct look look;

    (void)state;
    for (int i = 0; i < LOOK_SLOTS; i++) {
        slots[i].slot = names[i];
        slots[i].count = LOOK_CANDIDATES;
        for (int j = 0; j < LOOK_CANDIDATES; j++) {
            char *id = ids[i * LOOK_CANDIDATES + j];

            id[0] = (char)('a' + i);
            id[1] = (char)('a' + j);
            slots[i].candidates[j] = thing(id, j % 2 ? "red" : "pink", (double)(j % 5) / 5, 100 * (j + 1));
        }
    }
    look_compose(slots, LOOK_SLOTS, 3000, &look);
    assert_true(look.total <= 3000 && look.total > 0);
}

static void
colours_go_together_or_not(void **state)
{
    (void)state;
    assert_true(look_colours("red", "pink") < 0.2);
    assert_true(look_colours("pink", "red") < 0.2);
    assert_true(look_colours("black", "red") > 0.9);
    assert_true(look_colours("red", "navy") > 0.9);
    assert_true(look_colours("blue", "blue") > look_colours("blue", "yellow"));
    assert_true(look_colours("", "red") > 0.5 && look_colours("red", "") > 0.5);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_searchs_order_stands_where_nothing_speaks_against_it),
        cmocka_unit_test(no_product_is_there_twice),
        cmocka_unit_test(the_outfit_keeps_its_budget),
        cmocka_unit_test(what_is_not_for_the_occasion_is_never_chosen),
        cmocka_unit_test(colours_that_clash_give_way),
        cmocka_unit_test(what_is_too_formal_gives_way),
        cmocka_unit_test(a_dress_is_not_worn_with_a_top),
        cmocka_unit_test(a_suit_is_worn_with_a_shirt_and_without_other_trousers),
        cmocka_unit_test(one_step_of_formality_does_not_upset_the_searchs_order),
        cmocka_unit_test(a_price_that_is_not_known_leaves_the_budget_unsaid),
        cmocka_unit_test(nothing_found_leaves_everything_open),
        cmocka_unit_test(a_look_is_for_one_person),
        cmocka_unit_test(the_best_of_all_looks_is_found),
        cmocka_unit_test(twelve_slots_of_twelve_are_answered),
        cmocka_unit_test(colours_go_together_or_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
